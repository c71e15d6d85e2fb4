"""Which parameters a section is about."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator

from derive.errors import DeriveError, quoted
from derive.network.spec.complaints import suggestion
from derive.network.spec.names import mistake, parse_name
from derive.notes.recipe import SectionOptions
from derive.notes.subject import Subject


def _names(value: object) -> tuple[str, ...]:
    """One name, or a list of names."""
    items = tuple(value) if isinstance(value, list | tuple) else (value,)
    if not items:
        raise mistake("an empty list names no parameter", "name one, or leave `of` out for all weights")
    return tuple(dict.fromkeys(parse_name(item) for item in items))


class FactorsOptions(SectionOptions):
    """`of` names the parameters, one or several; without it all weights are meant, those of the last layer first."""

    of: Annotated[tuple[str, ...], BeforeValidator(_names)] = ()


def chosen_parameters(subject: Subject, options: FactorsOptions | None) -> tuple[str, ...]:
    """The parameters that are named, else all weights whose gradients are wanted, the last one first.

    Raises: DeriveError for a name that is no parameter, or one on which the cost does not depend.
    """
    network = subject.sample.network
    if options is None or not options.of:
        wanted = [t for t in network.parameters if t.name in subject.wanted]
        weights = [t.name for t in wanted if t.label.meaning == "weight"]
        return tuple(reversed(weights or [t.name for t in wanted]))
    known = [t.name for t in network.parameters]
    for name in options.of:
        if name not in known:
            said = f"the network {network.name} has no parameter {quoted(name)}"
            raise DeriveError(said, repair=suggestion(name, known))
        if name not in subject.sample.adjoints.results:
            raise DeriveError(f"the cost does not depend on {quoted(name)}", repair=suggestion("", known))
    return options.of
