"""A recursion over layers or steps in time solved: the product over all later ones, and what it does to gradients."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from derive.calculus.adjoint import adjoint_name
from derive.derivation.closed_product import ClosedProduct, closed_product, direct_factor
from derive.latex.naming import Names
from derive.notes.document import Block, Display, Math, Paragraph, Row, Section, words
from derive.notes.formulas import Formulas
from derive.notes.subject import Subject
from derive.raising.raise_case import vectors_are_rows
from derive.raising.raise_closed import raise_factor
from derive.terms.affine import Affine, Index, index
from derive.terms.matrix import Whole
from derive.terms.term import Entry
from derive.terms.walk import entries_in

MATRIX, SOURCE = "M", "g"


def depth_section(subject: Subject) -> Section | None:
    """The section; None for a network without a recursion that is linear in one step."""
    formulas = subject.sample
    blocks: list[Block] = []
    kinds: set[str] = set()
    names = [n for group in subject.groups for n in group]
    for found in (closed_product(formulas.adjoints, n) for n in names):
        if found is not None:
            solution = _Solution(formulas, found)
            blocks += solution.blocks()
            kinds.add(solution.kind)
    if not blocks:
        for found in (direct_factor(formulas.adjoints, n) for n in names):
            if found is not None:
                solution = _Solution(formulas, found)
                blocks += solution.direct_blocks()
                kinds.add(solution.kind)
    if not blocks:
        return None
    title = "section.depth" if "depth" in kinds else "section.time"
    return Section("depth", words(title), tuple(blocks))


@dataclass(frozen=True)
class _Solution:
    """The blocks about one recursion."""

    formulas: Formulas
    found: ClosedProduct

    @property
    def kind(self) -> str:
        """`time` or `depth`."""
        return self.formulas.kind_of_family(self.formulas.network.tensor(self.found.tensor))

    def blocks(self) -> Iterator[Block]:
        """The recursion, its matrix, the product, and what follows for gradients."""
        step, last = self._step, self._last
        names = {"adjoint": Math(self._adjoint(step))}
        key = f"{self.kind}.linear" if not self.found.source.terms else f"{self.kind}.linear_driven"
        yield Paragraph(words(key, **names))
        yield Display((*self._recursion(), *self._factors(), *self._sources()))
        yield Paragraph(words(f"{self.kind}.product", step=Math(self._number(step))))
        yield Display((self._driven() if self.found.source.terms else self._product(),))
        distance = Math(self._affine(last - step))
        yield Paragraph(words(f"{self.kind}.meaning", M=Math(MATRIX), distance=distance, **names))

    def direct_blocks(self) -> Iterator[Block]:
        """Where other adjoints take part, the way that leads through this one alone."""
        names = {"adjoint": Math(self._adjoint(self._step)), "next": Math(self._adjoint(self._step + 1))}
        yield Paragraph(words(f"{self.kind}.direct", M=Math(MATRIX), **names))
        yield Display(self._factors())
        network = self.formulas.network
        learned = [e for e in entries_in(self.found.factor) if network.tensor(e.tensor).role == "parameter"]
        meaning = words(f"{self.kind}.direct_meaning", M=Math(MATRIX), adjoint=names["adjoint"])
        yield Paragraph(meaning) if learned else Paragraph(words(f"{self.kind}.no_weights"), (meaning,))

    # -- rows ------------------------------------------------------------------------------------------

    def _recursion(self) -> tuple[Row, ...]:
        after = self._applied(self._factor(self._step), to=self._adjoint(self._step + 1))
        source = f" + {self._source(self._step)}" if self.found.source.terms else ""
        return (Row(self._adjoint(self._step), after + source),)

    def _factors(self) -> tuple[Row, ...]:
        """The matrix by its entries, and as a matrix where it has that form."""
        row, column = (self._affine(index(b.name)) for b in (self.found.row, self.found.column))
        entry = f"{column}{row}" if self._as_rows else f"{row}{column}"
        printer, step = self.formulas.printer, self._step
        rows = [Row(self._factor(step, entry), printer.view(self.found.view, self._names), asked=True)]
        if (raised := raise_factor(self.formulas.network, self.found)) is not None:
            rows.append(Row(self._factor(step), printer.matrix(raised, self._names), asked=True))
        return tuple(rows)

    def _sources(self) -> tuple[Row, ...]:
        """What enters at each step, and at the last one."""
        if not self.found.source.terms:
            return ()
        row = self._affine(index(self.found.row.name))
        shown = self.formulas.printer.view(self.found.source_view, self._names)
        return (
            Row(self._source(self._step, row), shown, asked=True),
            Row(self._source(self._last), self._adjoint(self._last)),
        )

    def _product(self) -> Row:
        factors = (self._factor(self._step), self._factor(self._step + 1), r"\cdots", self._factor(self._last - 1))
        return Row(self._adjoint(self._step), self._applied(*factors, to=self._adjoint(self._last)))

    def _driven(self) -> Row:
        """T̄_t = Σ_s M_t ⋯ M_{s-1} g_s."""
        later = index("s")
        factors = (self._factor(self._step), self._factor(self._step + 1), r"\cdots", self._factor(later - 1))
        total = rf"\sum_{{s={self._number(self._step)}}}^{{{self._number(self._last)}}} "
        return Row(self._adjoint(self._step), total + self._applied(*factors, to=self._source(later)))

    # -- pieces ------------------------------------------------------------------------------------------

    @property
    def _axes(self) -> tuple[Index, ...]:
        return self.formulas.network.tensor(self.found.tensor).axes

    @property
    def _names(self) -> Names:
        found = self.found
        printer, layers = self.formulas.printer, (found.step.name, "s")
        letters = {**printer.names((found.step, found.row, found.column)), "s": "s"}
        return printer.numbered(letters, layers, found.tensor)

    @property
    def _step(self) -> Affine:
        return index(self.found.step.name)

    @property
    def _last(self) -> Affine:
        return self.found.seed.lhs.idx[[a.ordered for a in self._axes].index(True)]

    @property
    def _as_rows(self) -> bool:
        return vectors_are_rows(self.formulas.network)

    def _affine(self, at: Affine) -> str:
        return self.formulas.printer.affine(at, self._names)

    def _number(self, at: Affine) -> str:
        """The number of a step as adjoints carry it."""
        return self._affine(at + (self.formulas.printer.symbols.shift_of(self.found.tensor) or 0))

    def _factor(self, at: Affine, subscript: str = "") -> str:
        return self._marked(MATRIX, at, subscript)

    def _source(self, at: Affine, subscript: str = "") -> str:
        return self._marked(SOURCE, at, subscript)

    def _marked(self, letter: str, at: Affine, subscript: str) -> str:
        below = f"_{{{subscript}}}" if subscript else ""
        return f"{letter}^{{({self._number(at)})}}{below}"

    def _adjoint(self, at: Affine) -> str:
        axes = tuple(a.name for a in self._axes if not a.ordered)
        entry = Entry(adjoint_name(self.found.tensor), (at, *(index(a) for a in axes)))
        return self.formulas.printer.matrix(Whole(entry, axes), self._names)

    def _applied(self, *factors: str, to: str) -> str:
        """The factors on the left of a column, and in the other order on the right of a row."""
        return r" \, ".join((to, *reversed(factors)) if self._as_rows else (*factors, to))
