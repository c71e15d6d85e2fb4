"""The forward pass: the equations in index form, for whole vectors, and for a batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from derive.ir.tensor import Equation
from derive.notes.document import Block, Display, Listing, Math, Paragraph, Row, Section, words
from derive.notes.formulas import Formulas, Sides, parts_of
from derive.notes.subject import Subject
from derive.terms.matrix import EntrywisePower, Hadamard, Matrix, Ones


def forward_section(subject: Subject) -> Section:
    sample, batch = subject.sample, subject.batch
    blocks: list[Block] = [Paragraph(words("forward.index" if batch else "forward.index_plain"))]
    blocks.append(_display(sample, sample.forward))
    blocks += _matrix_blocks(sample, "forward.matrix")
    if batch is not None:
        layout = batch.printer.notation.layout
        blocks += _matrix_blocks(batch, f"forward.batch_{layout}")
    if sample.network.facts:
        facts = Listing(tuple(Math(sample.fact(f)) for f in sample.network.facts))
        blocks.append(Paragraph(words("forward.facts", fact=facts)))
    return Section("forward", words("section.forward"), tuple(blocks))


def _matrix_blocks(formulas: Formulas, key: str) -> list[Block]:
    """The equations that have a matrix form, and what its signs mean."""
    shown = [e for e in formulas.network.equations if formulas.forward_raised(e) is not None]
    if not shown:
        return []
    blocks: list[Block] = [Paragraph(words(key)), _display(formulas, formulas.forward_matrix, shown)]
    raised = [r for e in shown if (r := formulas.forward_raised(e)) is not None]
    parts = [p for r in raised for p in parts_of(r.rhs)]
    return blocks + [Paragraph(words(said)) for said in _signs(parts)]


def _signs(parts: Sequence[Matrix]) -> list[str]:
    found = []
    if any(isinstance(p, Hadamard | EntrywisePower) for p in parts):
        found.append("forward.hadamard")
    if any(isinstance(p, Ones) for p in parts):
        found.append("forward.ones")
    return found


def _display(
    formulas: Formulas,
    sides: Callable[[Equation], Sides | None],
    equations: Sequence[Equation] | None = None,
) -> Display:
    rows = []
    for e in equations if equations is not None else formulas.network.equations:
        found = sides(e)
        assert found is not None, f"{e.lhs!r} has no such form"
        domain = formulas.domain(e)
        rows.append(Row(*found, note=words("forward.domain", domain=Math(domain)) if domain else None))
    return Display(tuple(rows))
