"""All parameters as one column, its gradient, and steps of descent with every number shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from derive.calculus.adjoint import adjoint_name
from derive.notes.document import Block, Display, Inline, Listing, Math, Paragraph, Row, Section, Table, Words, words
from derive.notes.formulas import Formulas
from derive.notes.numerals import shown
from derive.notes.recipe import Request
from derive.notes.sections.descent_data import DescentNumbers, Moved
from derive.notes.stage import Stage
from derive.terms.affine import number
from derive.terms.term import Entry

LONGEST = 3
"""Of a parameter with more entries the first two and the last one stand in the column."""


def descent_section(stage: Stage, request: Request) -> Section:
    """The section."""
    numbers = request.numbers
    assert isinstance(numbers, DescentNumbers), "steps of descent are computed before they are shown"
    shown_here = _Shown(stage.subject.widest, numbers)
    return Section("descent", words("descent.title"), tuple(shown_here.blocks()))


class _Shown:
    """The numbers in the letters of the network."""

    def __init__(self, formulas: Formulas, numbers: DescentNumbers) -> None:
        self.formulas, self.numbers = formulas, numbers
        weight = formulas.printer.notation.symbols["weight"]
        self.theta = r"\vartheta" if weight == "theta" else r"\theta"
        self.cost = formulas.symbol(formulas.cost)

    def blocks(self) -> Iterator[Block]:
        """The column and its gradient, the step, the numbers."""
        numbers = self.numbers
        yield Paragraph(words("descent.column", theta=Math(self.theta)))
        yield Display((Row(self.theta, self._column("")), Row(self._gradient(self.theta), self._column("∂"))))
        yield Paragraph(words("descent.update", rate=Math(rf"\eta = {shown(numbers.rate)}")))
        yield Display(tuple(Row(self._at(k + 1), self._step(k)) for k in range(self.steps)))
        yield Paragraph(words("descent.numbers", count=Math(str(len(numbers.entries)))), tuple(self._said()))
        yield Display(tuple(self._given()))
        yield self._table()
        yield Paragraph(words("descent.one"))
        yield Display(tuple(self._example(numbers.entries[0])))
        fell = all(b < a for a, b in pairwise(numbers.costs))
        yield Paragraph(words("descent.costs"))
        yield Display(tuple(Row(f"{self.cost}({self._at(k)})", shown(c)) for k, c in enumerate(numbers.costs)))
        yield Paragraph(words("descent.falls" if fell else "descent.rises"))

    @property
    def steps(self) -> int:
        return len(self.numbers.costs) - 1

    def _at(self, k: int) -> str:
        return f"{self.theta}^{{{k}}}"

    def _gradient(self, at: str) -> str:
        return rf"\nabla {self.cost}({at})"

    def _step(self, k: int) -> str:
        return rf"{self._at(k)} - \eta \, {self._gradient(self._at(k))}"

    # -- the column ------------------------------------------------------------------------------------

    def _column(self, mark: str) -> str:
        """All entries below one another, or their derivatives; of a long parameter its ends."""
        cells: list[str] = []
        for name in dict.fromkeys(e.tensor for e in self.numbers.entries):
            own = [self._name(e, mark) for e in self.numbers.entries if e.tensor == name]
            cells += own if len(own) <= LONGEST else [*own[:2], r"\vdots", own[-1]]
        return rf"\begin{{bmatrix}} {self._joined(cells)} \end{{bmatrix}}"

    def _joined(self, cells: Sequence[str]) -> str:
        return r" \\ ".join(cells)

    def _name(self, e: Moved, mark: str = "") -> str:
        tensor = adjoint_name(e.tensor) if mark else e.tensor
        return self.formulas.printer.entry(Entry(tensor, tuple(number(k) for k in e.at)), {})

    # -- numbers ---------------------------------------------------------------------------------------

    def _said(self) -> Iterator[Words]:
        if self.numbers.sizes:
            sizes = (self.formulas.printer.setting(n, s) for n, s in self.numbers.sizes)
            yield words("descent.sizes", sizes=Listing(tuple(Math(s) for s in sizes)))
        if self.numbers.stood_in:
            yield words("descent.stand_in")

    def _given(self) -> Iterator[Row]:
        """Inputs, targets and given numbers."""
        for name, rows in self.numbers.given.items():
            if rows == ((rows[0][0],),):
                yield Row(self.formulas.symbol(name), shown(rows[0][0]))
            else:
                cells = self._joined([" & ".join(map(shown, row)) for row in rows])
                yield Row(self.formulas.symbol(name), rf"\begin{{bmatrix}} {cells} \end{{bmatrix}}")

    def _table(self) -> Table:
        """An entry in each row; its value and the derivative there, step by step."""
        heads = [self._at(0)]
        for k in range(self.steps):
            heads += [self._gradient(self._at(k)), self._at(k + 1)]
        head = (words("descent.entry"), *(words("own", text=Math(h)) for h in heads))
        body = tuple((Math(self._name(e)), *self._row(e)) for e in self.numbers.entries)
        return Table(words("descent.table"), head, body, "l" + "r" * len(heads))

    def _row(self, e: Moved) -> Iterator[Inline]:
        yield Math(shown(e.values[0]))
        for slope, value in zip(e.slopes, e.values[1:], strict=True):
            yield Math(shown(slope))
            yield Math(shown(value))

    def _example(self, e: Moved) -> Iterator[Row]:
        """`0.3 - 0.5 × 0.02 = 0.29`, for every step."""
        for k, slope in enumerate(e.slopes):
            before, after, rate = shown(e.values[k]), shown(e.values[k + 1]), shown(self.numbers.rate)
            factor = shown(slope) if slope >= 0 else f"({shown(slope)})"
            yield Row(f"{before} - {rate} \\cdot {factor}", after, r"\approx")
