"""The gradients down the layers: for each quantity the chain rule entry by entry, and what it is for whole matrices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from derive.calculus.adjoint import AdjointEquation
from derive.ir.record import Case, Line
from derive.ir.tensor import Tensor
from derive.notes.document import Block, Derivation, Display, Inline, Math, Paragraph, Row, Section, Step, Words, words
from derive.notes.formulas import Formulas
from derive.notes.reasons import Situation, reason
from derive.notes.subject import Subject
from derive.raising.raise_case import Raised, raise_view
from derive.terms.term import Entry

CHAINED = frozenset({"chain", "definition", "local", "delta", "case", "piece"})
"""Rules up to the product of the reader's adjoint with its derivative; what follows puts in and simplifies."""


def deltas_section(subject: Subject) -> Section:
    """The section: a part for each layer, from the last to the first, in it its values, then its parameters."""
    blocks: list[Block] = [
        Paragraph(words("deltas.intro"), (words(f"deltas.{subject.widest.printer.notation.layout}"),))
    ]
    for number, names in enumerate(_layers(subject.sample), start=1):
        parts = [block for name in names for block in _blocks(subject, name)]
        blocks.append(Section(f"deltas-{number}", _title(subject.sample, names[0]), tuple(parts)))
    return Section("deltas", words("deltas.title"), tuple(blocks))


def _title(formulas: Formulas, name: str) -> Words:
    """The layer of a value, or its symbol where it belongs to no numbered layer."""
    layer = formulas.network.tensor(name).label.layer
    if isinstance(layer, int):
        return words("deltas.layer", layer=Math(formulas.printer.symbols.number(layer)))
    return words("deltas.at", symbol=Math(formulas.symbol(name)))


def _layers(formulas: Formulas) -> Iterator[tuple[str, ...]]:
    """Values from the cost backwards, each with the parameters that it completes, cut where the layer changes."""
    network, equations = formulas.network, formulas.adjoints.equations
    waiting = [t.name for t in network.parameters if t.name in equations]
    done = {formulas.cost}
    now: list[str] = []
    for name in (n for n in equations if network.tensor(n).role == "value"):
        if now and network.tensor(name).label.layer != network.tensor(now[0]).label.layer:
            yield tuple(now)
            now = []
        done.add(name)
        ready = [p for p in waiting if all(c.reader.lhs.tensor in done for c in equations[p].contributions)]
        waiting = [p for p in waiting if p not in ready]
        now += [name, *ready]
    if now or waiting:
        yield (*now, *waiting)


def _blocks(subject: Subject, name: str) -> Iterator[Block]:
    """One quantity: each case of its result, and the matrix form for a batch."""
    formulas = subject.sample
    cases = formulas.adjoints.results[name]
    for case in cases:
        if len(cases) > 1:
            yield Paragraph(words("deltas.case", condition=Math(formulas.printer.condition(case))))
        yield from Shown(formulas, formulas.adjoints.equations[name], case).blocks()
    if subject.batch is not None:
        rows = [Row(r.lhs, r.rhs, note=words("deltas.batch"), asked=True) for r in subject.batch.matrix_results(name)]
        if rows:
            yield Display(tuple(rows))


@dataclass(frozen=True)
class Shown:
    """One case of a result."""

    formulas: Formulas
    equation: AdjointEquation
    case: Case

    def blocks(self) -> Iterator[Block]:
        """The chain rule in entries; then whole matrices, or entries where there is no matrix form."""
        lines = self.case.lines
        if not lines:
            return
        wholes = self.wholes()
        shown = [0, self._product] if wholes else [0, *range(self._product, len(lines))]
        yield Derivation(self._lhs, tuple(self._entries(shown)))
        if wholes:
            yield from self._matrices(wholes)

    def wholes(self) -> dict[int, Raised]:
        """The lines from the product on that have a matrix form; none where the product has none."""
        lines = self.case.lines
        forms = {k: self._raised(lines[k]) for k in range(self._product, len(lines))}
        found = {k: form for k, form in forms.items() if form is not None}
        return found if self._product in found else {}

    @property
    def _product(self) -> int:
        """The number of the line that is the product of the reader's adjoint with its derivative."""
        lines = self.case.lines
        return next((k for k, line in enumerate(lines) if line.rule not in CHAINED), len(lines)) - 1

    @property
    def _lhs(self) -> str:
        return self.formulas.printer.entry(self.case.lhs, self._names)

    @property
    def _names(self) -> dict[str, str]:
        return dict(self.formulas.printer.names_of(self.case.lhs))

    def _raised(self, line: Line) -> Raised | None:
        return raise_view(self.formulas.network, self.case.lhs, self.case.domain, line.view)

    def _entries(self, shown: Sequence[int]) -> Iterator[Step]:
        before = ""
        for k in dict.fromkeys(shown):
            math = self.formulas.printer.view(self.case.lines[k].view, self._names)
            if math != before:
                yield Step(math, self._why(k), self.case.lines[k].rule)
            before = math

    def _why(self, k: int) -> Words:
        """The reason for a line; for the product that for the derivatives in it, whose line is left out."""
        lines = self.case.lines
        if lines[k].rule != "delta" or k < 1 or lines[k - 1].rule != "local":
            return _without_results(reason(self._situation(k)))
        derivatives = reason(self._situation(k - 1))
        if self.formulas.cost in lines[k - 1].uses:
            return derivatives
        return words("deltas.put_in", derivatives=derivatives)

    def _situation(self, k: int) -> Situation:
        lines = self.case.lines
        return Situation(self.formulas, self.equation, self._names, lines[k], lines[k - 1] if k else None, self.case)

    def _matrices(self, wholes: Mapping[int, Raised]) -> Iterator[Block]:
        """The product for whole matrices, with its shape, and what becomes of it line by line."""
        lhs = self.formulas.printer.matrix(wholes[self._product].lhs)
        steps: list[Step] = []
        for k, form in wholes.items():
            math = self.formulas.printer.matrix_equation(form.lhs, form.rhs).removeprefix(f"{lhs} = ")
            if not steps or math != steps[-1].math:
                steps.append(Step(math, self._why(k) if steps else self._whole(), self.case.lines[k].rule))
        yield Derivation(lhs, tuple(steps))

    def _whole(self) -> Words:
        shape = self._shape(self.equation.tensor)
        return words("deltas.whole", shape=shape) if shape is not None else words("deltas.number")

    def _shape(self, tensor: Tensor) -> Inline | None:
        """The shape of a matrix, or of a vector as the row or column that it is; None for a number."""
        axes = tensor.axes[tensor.family :]
        if not axes:
            return None
        shape = self.formulas.shape(self._forward_entry(tensor), self._names)
        if len(axes) == 1:
            is_row = self.formulas.printer.notation.layout == "rows"
            shape = rf"1 \times {shape}" if is_row else rf"{shape} \times 1"
        return Math(shape)

    def _forward_entry(self, tensor: Tensor) -> Entry:
        """The entry of the quantity whose adjoint the case is, in the same layer."""
        return Entry(tensor.name, self.case.lhs.idx)


def _without_results(said: Words) -> Words:
    """A chain rule that refers to no box: the gradient of the reader stands right above."""
    given = tuple((place, value) for place, value in said.given if place != "results")
    return Words(said.key.removesuffix("_known"), given)
