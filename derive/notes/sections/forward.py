"""The forward pass: the equations in index form, for whole vectors, and for a batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from derive.ir.tensor import ADJOINT, Equation
from derive.notes.document import Block, Display, Listing, Math, Paragraph, Row, Section, Words, words
from derive.notes.formulas import Formulas, Sides
from derive.notes.sections.prediction import as_function
from derive.notes.subject import Subject
from derive.notes.windows import forward_remarks
from derive.terms.matrix import Added, EntrywisePower, Hadamard, Ones, Part, ScalarPart, Unit, Whole
from derive.terms.term import Entry


def forward_section(subject: Subject) -> Section:
    sample, batch = subject.sample, subject.batch
    blocks: list[Block] = [Paragraph(words("forward.index" if batch else "forward.index_plain"))]
    blocks.append(_display(sample.forward, sample.domain, sample.network.equations))
    blocks += forward_remarks(sample)
    blocks += _matrix_blocks(sample, "forward.matrix")
    if batch is not None:
        layout = batch.printer.notation.layout
        blocks += _matrix_blocks(batch, f"forward.batch_{layout}")
    if signs := _signs(subject):
        blocks.append(Paragraph(signs[0], tuple(signs[1:])))
    blocks += as_function(sample)
    if sample.network.facts:
        facts = Listing(tuple(Math(sample.fact(f)) for f in sample.network.facts))
        blocks.append(Paragraph(words("forward.facts", fact=facts)))
    return Section("forward", words("section.forward"), tuple(blocks))


def _matrix_blocks(formulas: Formulas, key: str) -> list[Block]:
    """The equations that have a matrix form, and what its signs mean."""
    shown = [e for e in formulas.network.equations if formulas.forward_raised(e) is not None]
    if not shown:
        return []
    return [Paragraph(words(key)), _display(formulas.forward_matrix, formulas.matrix_domain, shown)]


def _signs(subject: Subject) -> list[Words]:
    """What the signs in matrix forms mean, those of the results included."""
    parts = [p for s in (subject.sample, subject.batch) if s is not None for p in s.matrix_parts()]
    sign = Math("\\" + subject.sample.printer.notation.hadamard)
    found = []
    if any(isinstance(p, Hadamard) for p in parts):
        found.append(words("forward.hadamard", sign=sign))
    if any(isinstance(p, EntrywisePower) and p.exponent == -1 for p in parts):
        found.append(words("forward.divided", sign=Math(r"\oslash")))
    if any(isinstance(p, EntrywisePower) and p.exponent != -1 for p in parts):
        found.append(words("forward.power", sign=sign))
    if any(isinstance(p, Added) and any(isinstance(t, ScalarPart) for t in p.terms) for p in parts):
        found.append(words("forward.numbers"))
    if any(isinstance(p, Whole) and _has_dots(subject, p) for p in parts):
        found.append(words("forward.dots", dot=Math(r"\cdot")))
    if any(isinstance(p, Part) for p in parts):
        cuts = {"rows": r"(A)_{a:b,\, \cdot}", "columns": r"(A)_{\cdot,\, a:b}", "entries": "(v)_{a:b}"}
        found.append(words("forward.part", **{name: Math(tex) for name, tex in cuts.items()}))
    if any(isinstance(p, Unit) for p in parts):
        found.append(words("forward.unit", unit=Math(r"\mathbf{e}_{k}"), place=Math("k")))
    if any(isinstance(p, Ones) for p in parts):
        found.append(words("forward.ones", ones=Math(r"\mathbf{1}_{m}")))
    return found


def _has_dots(subject: Subject, whole: Whole) -> bool:
    """Whether a tensor is drawn with dots: a vector out of a matrix, or a matrix with its last index fixed."""
    if not isinstance(whole.atom, Entry):
        return False
    family = subject.sample.network.tensor(whole.atom.tensor.removeprefix(ADJOINT)).family
    is_open = [bool(e.free & set(whole.axes)) for e in whole.atom.idx[family:]]
    return any(is_open) and not all(is_open) and (sum(is_open) != 2 or not is_open[-1])


def _display(
    sides: Callable[[Equation], Sides | None], where: Callable[[Equation], str], equations: Sequence[Equation]
) -> Display:
    """The equations, without those of a value that is handed on under the same name."""
    rows = []
    for e in equations:
        found = sides(e)
        assert found is not None, f"{e.lhs!r} has no such form"
        if found[0] == found[1]:
            continue
        domain = where(e)
        rows.append(Row(*found, note=words("forward.domain", domain=Math(domain)) if domain else None))
    return Display(tuple(rows))
