"""Rows of weights with their bias at the end, against the inputs with a 1 at the end: a layer without a summand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from derive.ir.tensor import Equation, Label, Tensor
from derive.latex.printer import Printer
from derive.network.network import Network
from derive.notes.document import Block, Display, Row
from derive.notes.formulas import Formulas
from derive.notes.sections.scalars_matrices import with_put_in, written_out
from derive.notes.sections.scalars_naming import Naming
from derive.notes.sections.scalars_spelled import Spelled, entries_of, put_in, spelled_lines
from derive.terms.matrix import Listed, Matrix, Product, Whole
from derive.terms.term import Entry
from derive.terms.view import Leaf, Num, Plus, Times, View, times

ONE = Num(Fraction(1))


@dataclass(frozen=True)
class Augmented:
    """The lines of a layer as rows against one column: line k is `rows[k] · column`."""

    lines: tuple[Spelled, ...]
    rows: tuple[tuple[View, ...], ...]
    column: tuple[View, ...]


def augmented(formulas: Formulas, e: Equation) -> Augmented | None:
    """The rows and the column of `e`; None where its lines are no sums of parameters times the same values."""
    lines = spelled_lines(e.lhs, e.domain, formulas.view(e))
    pairs = [_pairs(formulas.network, line.view) for line in lines]
    columns = {tuple(value for _, value in p) for p in pairs}
    if len(columns) != 1 or ONE not in next(iter(columns)):
        return None
    return Augmented(lines, tuple(tuple(w for w, _ in p) for p in pairs), columns.pop())


def _pairs(network: Network, view: View) -> list[tuple[View, View]]:
    """Each term as a parameter and what it is multiplied by."""
    out = []
    for term in view.terms if isinstance(view, Plus) else (view,):
        factors = term.factors if isinstance(term, Times) else (term,)
        learned = [f for f in factors if _is_parameter(network, f)]
        rest = [f for f in factors if f not in learned]
        out.append((times(learned), times(rest)))
    return out


def _is_parameter(network: Network, view: View) -> bool:
    return any(network.tensor(e.tensor).role == "parameter" for e in entries_of(view))


def augmented_blocks(formulas: Formulas, naming: Naming, sum_: Equation, value: Equation, mark: str) -> Iterator[Block]:
    """`x⃗`, the rows `w⃗_4`, `a_4 = σ(w⃗_4 x⃗)`, and all of it as matrices; nothing for a layer without a bias.

    `mark` tells columns of one letter apart: `a⃗_1`, `a⃗_2`.
    """
    found = augmented(formulas, sum_)
    raised = formulas.forward_raised(value)
    if found is None or raised is None or raised.held:
        return
    shown = _Shown(naming, found, mark)
    yield Display(tuple(shown.vectors()))
    values = spelled_lines(value.lhs, value.domain, formulas.view(value))
    yield Display(tuple(shown.values(values)))
    lhs = naming.printer.matrix(_column(written_out(formulas.network, raised.lhs, naming)), {})
    products = (shown.by_rows(), shown.by_entries())
    right = [with_put_in(raised.rhs, {sum_.lhs.tensor: p}) for p in products]
    yield Display(tuple(Row(lhs if k == 0 else "", shown.printer.matrix(m, {})) for k, m in enumerate(right)))


def _column(m: Matrix) -> Matrix:
    """A row written out as a column, for it is a product of rows of weights with one column."""
    return Listed(tuple((v,) for v in m.rows[0])) if isinstance(m, Listed) and len(m.rows) == 1 else m


class _Shown:
    """Rows and column under names of their own: the letter of what they hold, with an arrow."""

    def __init__(self, naming: Naming, found: Augmented, mark: str) -> None:
        self.naming, self.found = naming, found
        named = naming.listed(Listed((found.column, *found.rows)))
        self.column, self.rows = named.rows[0], named.rows[1:]
        letters = naming.printer.notation.symbols
        targets = [naming.renamed(line.lhs).idx[0] for line in found.lines]
        first = next(iter(entries_of(self.column[0])))
        label = naming.printer.network.tensors[first.tensor].label
        own = mark if label.meaning != "input" else ""
        vector = _row("column", letters.get(label.meaning, "x") + own)
        rows = [_row(f"row_{k!r}", f"{letters['weight'].lower()}_{k!r}") for k in targets]
        drawn = naming.printer.network
        assert isinstance(drawn, Network)
        extra = {t.name: t for t in (vector, *rows)}
        self.names = (vector.name, tuple(t.name for t in rows))
        self.printer = Printer(replace(drawn, tensors={**drawn.tensors, **extra}), naming.printer.notation)

    def vectors(self) -> Iterator[Row]:
        """What the column and each row hold."""
        column, rows = self.names
        entries = Listed(tuple((v,) for v in self.column))
        yield Row(self._name(column), self.printer.matrix(entries, {}))
        for name, row in zip(rows, self.rows, strict=True):
            yield Row(self._name(name), self.printer.matrix(Listed((row,)), {}))

    def values(self, values: Sequence[Spelled]) -> Iterator[Row]:
        """`a_4 = σ(w⃗_4 x⃗)`."""
        column, rows = self.names
        products: dict[Entry, View] = {
            line.lhs: Times((_leaf(name), _leaf(column))) for line, name in zip(self.found.lines, rows, strict=True)
        }
        for value in values:
            yield Row(self.naming.entry(value.lhs), self.printer.view(put_in(value.view, products), {}))

    def by_rows(self) -> Product:
        column, rows = self.names
        return Product((Listed(tuple((_leaf(name),) for name in rows)), Whole(Entry(column, ()), ())))

    def by_entries(self) -> Product:
        return Product((Listed(self.rows), Listed(tuple((v,) for v in self.column))))

    def _name(self, name: str) -> str:
        return self.printer.entry(Entry(name, ()), {})


def _leaf(name: str) -> Leaf:
    return Leaf(Entry(name, ()))


def _row(name: str, letter: str) -> Tensor:
    return Tensor(name, (), "parameter", label=Label("own", symbol=f"vec {letter}"))
