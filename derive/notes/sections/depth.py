"""A recursion over the layers solved: the product over all later layers, and what it does to gradients."""

from __future__ import annotations

from collections.abc import Iterator

from derive.calculus.adjoint import adjoint_name
from derive.derivation.closed_product import ClosedProduct, closed_product
from derive.notes.document import Block, Display, Math, Paragraph, Row, Section, words
from derive.notes.formulas import Formulas
from derive.notes.subject import Subject
from derive.raising.raise_case import vectors_are_rows
from derive.raising.raise_closed import raise_factor
from derive.terms.affine import Affine, Index, index
from derive.terms.matrix import Whole
from derive.terms.term import Entry

MATRIX = "M"


def depth_section(subject: Subject) -> Section | None:
    """The section; None for a network without a recursion that is linear in one step."""
    blocks: list[Block] = []
    for group in subject.groups:
        for name in group:
            found = closed_product(subject.sample.adjoints, name)
            if found is not None:
                blocks += _solved(subject.sample, found)
    return Section("depth", words("section.depth"), tuple(blocks)) if blocks else None


def _solved(formulas: Formulas, found: ClosedProduct) -> Iterator[Block]:
    printer = formulas.printer
    names = printer.names((found.step, found.row, found.column))
    step = index(found.step.name)
    last = found.seed.lhs.idx[[a.name for a in _axes(formulas, found)].index(found.step.name)]
    row, column = (printer.affine(index(b.name), names) for b in (found.row, found.column))

    def factor(at: Affine, subscript: str = "") -> str:
        below = f"_{{{subscript}}}" if subscript else ""
        return f"{MATRIX}^{{({printer.affine(at, names)})}}{below}"

    def adjoint(at: Affine) -> str:
        axes = tuple(a.name for a in _axes(formulas, found) if a.name != found.step.name)
        entry = Entry(adjoint_name(found.tensor), (at, *(index(a) for a in axes)))
        return printer.matrix(Whole(entry, axes), names)

    as_rows = vectors_are_rows(formulas.network)

    def applied(*factors: str, to: str) -> str:
        """The factors on the left of a column, and in the other order on the right of a row."""
        return r" \, ".join((to, *reversed(factors)) if as_rows else (*factors, to))

    entry = f"{column}{row}" if as_rows else f"{row}{column}"
    rows = [
        Row(adjoint(step), applied(factor(step), to=adjoint(step + 1))),
        Row(factor(step, entry), printer.view(found.view, names)),
    ]
    if (raised := raise_factor(formulas.network, found)) is not None:
        rows.append(Row(factor(step), printer.matrix(raised, names)))
    yield Paragraph(words("depth.linear", adjoint=Math(adjoint(step))))
    yield Display(tuple(rows))
    yield Paragraph(words("depth.product", step=Math(printer.affine(step, names))))
    between = (factor(step), factor(step + 1), r"\cdots", factor(last - 1))
    yield Display((Row(adjoint(step), applied(*between, to=adjoint(last))),))
    distance = Math(printer.affine(last - step, names))
    yield Paragraph(words("depth.meaning", M=Math(MATRIX), distance=distance, adjoint=Math(adjoint(step))))


def _axes(formulas: Formulas, found: ClosedProduct) -> tuple[Index, ...]:
    return formulas.network.tensor(found.tensor).axes
