"""References lead to results that the document has: a section may stand in a recipe without the one it refers to."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import fields, is_dataclass, replace
from typing import TypeVar, cast

from derive.notes.document import Document, Figure, Inline, Listing, Plain, Plot, Reference, Words, words

KNOWN = "_known"
"""The end of the key of a wording that says where `results` are found; without it the wording does not."""

NOWHERE = words("own", text=Plain(""))

T = TypeVar("T")


def resolved(document: Document) -> Document:
    """The document without references to results that it does not hold."""
    return replace(document, sections=_resolved(document.sections, document.numbers.keys()))


def _resolved(part: T, known: Set[str]) -> T:
    """A part of the model, itself where there is nothing to change."""
    found: object = part
    if isinstance(part, Reference):
        found = part if part.anchor in known else NOWHERE
    elif isinstance(part, Words):
        found = _said(part, known)
    elif isinstance(part, tuple):
        items = tuple(_resolved(item, known) for item in part)
        found = part if all(a is b for a, b in zip(items, part, strict=True)) else items
    elif is_dataclass(part) and not isinstance(part, type | Figure | Plot):
        values = {f.name: (getattr(part, f.name), _resolved(getattr(part, f.name), known)) for f in fields(part)}
        changed = {name: new for name, (old, new) in values.items() if new is not old}
        found = replace(part, **changed) if changed else part
    return cast(T, found)


def _said(said: Words, known: Set[str]) -> Words:
    """A wording; one that names results names all of them or none."""
    if said.key.endswith(KNOWN) and not all(_leads(value, known) for _, value in said.given):
        given = tuple((place, value) for place, value in said.given if place != "results")
        return Words(said.key.removesuffix(KNOWN), given, said.otherwise)
    given = tuple((place, _resolved(value, known)) for place, value in said.given)
    return said if all(a[1] is b[1] for a, b in zip(given, said.given, strict=True)) else replace(said, given=given)


def _leads(inline: Inline, known: Set[str]) -> bool:
    match inline:
        case Reference(anchor):
            return anchor in known
        case Listing(items):
            return all(_leads(item, known) for item in items)
    return True
