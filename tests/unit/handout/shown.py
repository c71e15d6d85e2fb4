"""Every formula that a section of a document shows, as a reader sees it: `left = right`, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from derive.notes.document import (
    Algorithm,
    Block,
    Boxed,
    Derivation,
    Display,
    Document,
    Math,
    Paragraph,
    Section,
    Statement,
    Table,
)


def sections_by_anchor(document: Document) -> dict[str, Section]:
    """Every section, those inside others included."""
    return {b.anchor: b for b in document.blocks if isinstance(b, Section)}


def shown(section: Section) -> frozenset[str]:
    """The formulas of a section and of the sections in it; a line without a left side continues the one before."""
    return frozenset(f for block in section.blocks for f in _shown(block))


def _shown(block: Block) -> Iterator[str]:
    match block:
        case Section():
            yield from shown(block)
        case Statement():
            yield from (f for b in block.body for f in _shown(b))
        case Algorithm():
            yield from (f for part in block.parts for f in _shown(part.display))
        case Display():
            left = ""
            for row in block.rows:
                left = row.lhs or left
                yield f"{left} {row.relation} {row.rhs}"
        case Derivation():
            for step in block.steps:
                yield f"{block.lhs} {step.relation} {step.math}"
                yield from _inline(step.reason)
        case Boxed():
            yield from (f"{form.lhs} = {form.rhs}" for form in block.forms)
        case Paragraph() | Table():
            yield from _inline(block)


def _inline(value: object) -> Iterator[str]:
    """The formulas in running text and in the cells of a table."""
    if isinstance(value, Math):
        yield value.latex
    elif isinstance(value, tuple):
        yield from (f for part in value for f in _inline(part))
    elif is_dataclass(value):
        yield from (f for field in fields(value) for f in _inline(getattr(value, field.name)))
