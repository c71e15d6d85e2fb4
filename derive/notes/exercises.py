"""A handout as a sheet of exercises: what is asked for stays, how it is derived and what comes out are left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass, replace

from derive.notes.document import (
    Algorithm,
    Block,
    Boxed,
    Derivation,
    Display,
    Document,
    Inline,
    Listing,
    Math,
    Paragraph,
    Room,
    Row,
    Section,
    Statement,
    Table,
    Words,
    words,
)

OPEN = r"\dots\dots\dots"
"""Stands where a formula is to be filled in."""

LINES_A_STEP = 2
MOST_LINES = 14

CONTINUING = frozenset({"case", "piece"})
"""The first rule of lines that go on from the derivation before them: they belong to one exercise."""

Known = frozenset[str]
"""The right sides of all results, and what else is asked for: none of them may be read elsewhere on the sheet."""


def without_solutions(document: Document) -> Document:
    """The document with empty boxes, and room in place of derivations."""
    told = (f.rhs for b in document.blocks if isinstance(b, Boxed) for f in b.forms)
    results = frozenset(rhs for rhs in (*told, *_asked(document.sections)) if _tells(rhs))
    return replace(document, sections=tuple(_section(s, results) for s in document.sections))


def _asked(part: object) -> Iterator[str]:
    """The right sides of the equations in a part of the model that are asked for, and such formulas."""
    match part:
        case Math(latex, asked=True):
            yield latex.rpartition(" = ")[2]
        case Row(rhs=rhs, asked=True):
            yield rhs
        case tuple():
            for item in part:
                yield from _asked(item)
        case _ if is_dataclass(part):
            for f in fields(part):
                yield from _asked(getattr(part, f.name))


def _tells(rhs: str) -> bool:
    """Whether a right side is more than one symbol, which would be found everywhere."""
    return any(sign in rhs for sign in (" ", "+", "-", "\\sum", "\\frac", "("))


def _section(section: Section, results: Known) -> Section:
    return replace(section, blocks=tuple(b for block in _joined(section.blocks) for b in _blocks(block, results)))


def _joined(blocks: Sequence[Block]) -> list[Block]:
    """The blocks with a derivation that goes on in cases as one exercise."""
    out: list[Block] = []
    for block in blocks:
        begun = [k for k, b in enumerate(out) if isinstance(b, Derivation)]
        if begun and isinstance(block, Derivation) and block.steps[0].rule in CONTINUING:
            first = out[begun[-1]]
            assert isinstance(first, Derivation)
            out[begun[-1]] = replace(first, steps=(*first.steps, *block.steps))
        else:
            out.append(block)
    return out


def _blocks(block: Block, results: Known) -> Iterator[Block]:
    match block:
        case Section():
            yield _section(block, results)
        case Derivation():
            yield Paragraph(words("exercise.derive", what=Math(block.lhs)))
            yield Room(min(LINES_A_STEP * len(block.steps) + 1, MOST_LINES))
        case Boxed():
            yield replace(block, forms=tuple(replace(f, rhs="") for f in block.forms), is_open=True)
        case Display():
            yield _display(block, results)
        case Statement():
            yield replace(block, body=tuple(b for inner in block.body for b in _blocks(inner, results)))
        case Algorithm():
            parts = tuple(replace(p, display=_display(p.display, results)) for p in block.parts)
            yield replace(block, parts=parts)
        case Table():
            rows = tuple(tuple(_inline(cell, results) for cell in row) for row in block.rows)
            yield replace(block, rows=rows)
        case Paragraph():
            said = (block.text, *block.more)
            first, *more = (w for w in (_inline(w, results) for w in said) if isinstance(w, Words))
            yield Paragraph(first, tuple(more))
        case _:
            yield block


def _display(block: Display, results: Known) -> Display:
    return Display(tuple(_row(r, results) for r in block.rows))


def _row(row: Row, results: Known) -> Row:
    lhs = OPEN if any(_bare(r) in _bare(row.lhs) for r in results) else row.lhs
    if row.asked or row.rhs in results:
        return replace(row, lhs=lhs, rhs=OPEN, note=row.note if _is_domain(row.note) else None)
    return replace(row, lhs=lhs)


def _bare(latex: str) -> str:
    """A formula without its spaces."""
    return "".join(latex.replace(r"\,", "").split())


def _is_domain(note: Words | None) -> bool:
    """Whether a remark says only for which layers or steps an equation holds."""
    return note is not None and note.key == "forward.domain"


def _inline(inline: Inline, results: Known) -> Inline:
    match inline:
        case Math():
            return Math(OPEN) if inline.latex in results else _sided(inline, results)
        case Words():
            return replace(inline, given=tuple((k, _inline(v, results)) for k, v in inline.given))
        case Listing():
            return Listing(tuple(_inline(i, results) for i in inline.items))
        case _:
            return inline


def _sided(formula: Math, results: Known) -> Inline:
    """An equation in running text: its right side is filled in."""
    lhs, relation, rhs = formula.latex.partition(" = ")
    return Math(f"{lhs}{relation}{OPEN}") if rhs in results or (formula.asked and rhs) else formula
