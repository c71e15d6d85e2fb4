"""Which activations a section on activations is about, with the values of their options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import sympy
from pydantic import Field, PlainValidator, ValidationError

import derive.network.spec.activations  # noqa: F401  (enters the options)
from derive.ir.scalar import REGISTRY
from derive.network.spec.complaints import suggestion
from derive.network.spec.names import mistake
from derive.network.spec.options import ACTIVATION_OPTIONS
from derive.notes.recipe import SectionOptions

MOST = 12


@dataclass(frozen=True)
class Chosen:
    """An activation, and the values of its options by name."""

    kind: str
    options: tuple[tuple[str, sympy.Rational], ...] = ()


def _chosen(value: object) -> tuple[Chosen, ...]:
    items = tuple(value) if isinstance(value, list | tuple) else (value,)
    if not 1 <= len(items) <= MOST:
        raise mistake(f"{len(items)} activations are not possible", f"write a list of 1 to {MOST}")
    return tuple(item if isinstance(item, Chosen) else _one(item) for item in items)


def _one(item: object) -> Chosen:
    """`relu`, or `{elu: {alpha: 0.5}}`."""
    kind: object = item
    given: object = {}
    if isinstance(item, dict) and len(item) == 1:
        [(kind, given)] = item.items()
    if not isinstance(kind, str) or kind not in ACTIVATION_OPTIONS:
        raise mistake(f"there is no activation {kind}", suggestion(str(kind), ACTIVATION_OPTIONS))
    function = REGISTRY.get(kind)
    if function is None or function.definition is None:
        raise mistake(f"{kind} is no function of one number with a definition", "name one such as tanh or relu")
    try:
        options = ACTIVATION_OPTIONS[kind].model_validate(given or {})
    except ValidationError as error:
        raise mistake(f"{kind} does not take these options", str(error.errors()[0]["msg"])) from None
    values = {o.name: getattr(options, o.name, getattr(options, "init", 0)) for o in function.options}
    return Chosen(kind, tuple((name, sympy.Rational(str(value))) for name, value in values.items()))


USUAL = ("sigmoid", "tanh", "relu", "leaky_relu", "prelu", "elu", "softplus", "gelu")


class ActivationsOptions(SectionOptions):
    """`which` activations, each a name or a name with options: `[tanh, {elu: {alpha: 0.5}}]`."""

    which: Annotated[tuple[Chosen, ...], PlainValidator(_chosen)] = Field(default=USUAL, validate_default=True)
