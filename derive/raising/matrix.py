"""From array expressions to matrices: rows and columns are chosen by the left side, transposes follow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from derive.raising.array import (
    Accumulate,
    Add,
    Array,
    Condition,
    Contract,
    Gather,
    Heaviside,
    Map,
    Multiply,
    Raise,
    Reduce,
    Scalar,
    Source,
)
from derive.raising.contraction import multiply
from derive.raising.matrix_algebra import added, count_transposes, product, scaled, totalled, transposed
from derive.raising.parts import Range, part_of, row_by_id, unit_vector, whole_around, without_unit
from derive.terms.affine import Index, index
from derive.terms.matrix import (
    Diagonal,
    Entrywise,
    EntrywisePower,
    EntrywiseStep,
    Hadamard,
    Identity,
    Matrix,
    Ones,
    Part,
    ScalarPart,
    Scaled,
    Whole,
)
from derive.terms.substitute import substitute_atom
from derive.terms.term import Delta, Entry, Functional
from derive.terms.view import View, times

Place = Index | None
"""The index that runs along the rows or the columns; None where there is only one entry."""


def name_of(place: Place) -> str | None:
    return place.name if place is not None else None


class NotAMatrix(Exception):
    """No pattern covers the expression; it stays in index form."""


@dataclass(frozen=True)
class Raiser:
    """Reads matrices off array expressions.

    `vectors_are_rows` says whether a tensor with one axis is a row (else a column); `whole` tells whether a
    source covers the whole of its tensor. A slice has no matrix name, unless `extents` gives the ranges of the whole
    axes of its tensor: then it is a part of that, and a bracket that an id makes true is a unit vector.
    """

    vectors_are_rows: bool
    whole: Callable[[Source], bool]
    extents: Callable[[Source], dict[str, Range]] | None = None
    family: Callable[[Source], int] = lambda source: 0

    def matrix(self, a: Array, row: Place, column: Place) -> Matrix:
        """`a` as a matrix with the given index along its rows and columns; what lacks one is repeated.

        Raises: NotAMatrix if the axes of `a` are not among the two, or no pattern covers it.
        """
        places = {p.name for p in (row, column) if p is not None}
        if not a.axes <= places:
            raise NotAMatrix
        if isinstance(a, Scalar) and not places:
            return ScalarPart(a.view)
        if a.axes != places and not isinstance(a, Multiply):
            return self._repeated([a], row, column)
        match a:
            case Source():
                return self._source(a, row, column)
            case Multiply():
                return self._multiply(a.args, row, column)
            case Add():
                return added([self._argument(t, row, column) for t in a.args])
            case Map():
                return Entrywise(a.name, a.orders, tuple(self._argument(t, row, column) for t in a.args))
            case Raise():
                return EntrywisePower(self.matrix(a.base, row, column), a.exponent)
            case Heaviside():
                return EntrywiseStep(self.matrix(a.arg, row, column), a.strict)
            case Contract():
                return self._contract(a, row, column)
            case Reduce():
                return self._reduce(a.arg, a.over, row, column)
            case Condition():
                unit = unit_vector(a, row, column) if self.extents is not None else None
                return unit if unit is not None else _identity(a, row, column)
            case Gather():
                row_read = row_by_id(a, [p for p in (row, column) if p is not None])
                if self.extents is None or row_read is None:
                    raise NotAMatrix
                return self._source(row_read, row, column)
            case Accumulate():
                return totalled(a.over, self.matrix(a.arg, row, column))
        raise NotAMatrix

    def _vector(self, a: Array, place: Place) -> Matrix:
        """A vector as a row or a column, whichever needs fewer transposes."""
        return min(self.matrix(a, place, None), self.matrix(a, None, place), key=count_transposes)

    def _argument(self, a: Array, row: Place, column: Place) -> Matrix:
        return ScalarPart(a.view) if isinstance(a, Scalar) else self.matrix(a, row, column)

    def _source(self, a: Source, row: Place, column: Place) -> Matrix:
        if len(a.order) > 2:
            raise NotAMatrix
        name = whole(a) if self.whole(a) else self._part(a)
        if len(a.order) == 2:
            in_order = tuple(b.name for b in a.order) == (name_of(row), name_of(column))
            return name if in_order else transposed(name)
        return name if (row is None) == self.vectors_are_rows else transposed(name)

    def _part(self, a: Source) -> Matrix:
        """A slice; of a column the rows are cut."""
        around = whole_around(a, self.family(a))
        if self.extents is None or around is None or not a.order:
            raise NotAMatrix
        part = part_of(a, self.extents(around), whole(around))
        return part if len(a.order) == 2 or self.vectors_are_rows else Part(part.arg, part.columns, None)

    def _multiply(self, factors: Sequence[Array], row: Place, column: Place) -> Matrix:
        if row is None and column is None:
            return self._all_scalar(factors)
        scalars = [f for f in factors if not f.axes]
        full = [f for f in factors if f.axes and f.axes == {p.name for p in (row, column) if p is not None}]
        partial = [f for f in factors if f.axes and f not in full]
        if full:
            core = self._hadamard([self.matrix(f, row, column) for f in full])
            for f in partial:
                on_rows = f.axes == {name_of(row)}
                scaling = Diagonal(self._vector(f, row if on_rows else column))
                core = product([scaling, core] if on_rows else [core, scaling])
        else:
            core = self._repeated(partial, row, column)
        return self._scaled(scalars, core)

    def _repeated(self, factors: Sequence[Array], row: Place, column: Place) -> Matrix:
        """An outer product; a place that no factor has is filled with ones."""
        along_rows = [f for f in factors if row is not None and f.axes == {row.name}]
        along_columns = [f for f in factors if column is not None and f.axes == {column.name}]
        scalars = [f for f in factors if not f.axes]
        parts: list[Matrix] = []
        if row is not None:
            vectors = [self.matrix(f, row, None) for f in along_rows]
            parts.append(self._hadamard(vectors) if vectors else Ones(row.extent))
        if column is not None:
            vectors = [self.matrix(f, None, column) for f in along_columns]
            parts.append(self._hadamard(vectors) if vectors else transposed(Ones(column.extent)))
        return self._scaled(scalars, product(parts)) if parts else self._all_scalar(scalars)

    def _all_scalar(self, scalars: Sequence[Array]) -> Matrix:
        """Scalars that are contractions: dot products multiplied."""
        core = self.matrix(scalars[-1], None, None)
        return self._scaled(scalars[:-1], core)

    def _scaled(self, scalars: Sequence[Array], core: Matrix) -> Matrix:
        views: list[View] = []
        matrices: list[Matrix] = []
        for s in scalars:
            if isinstance(s, Scalar):
                views.append(s.view)
            else:
                matrices.append(self.matrix(s, None, None))
        for m in reversed(matrices):
            core = Scaled(m, core)
        return scaled(times(views), core)

    def _hadamard(self, factors: list[Matrix]) -> Matrix:
        flat = [g for f in factors for g in (f.factors if isinstance(f, Hadamard) else (f,))]
        return Hadamard(tuple(flat)) if len(flat) > 1 else flat[0]

    def _contract(self, a: Contract, row: Place, column: Place) -> Matrix:
        shared = (a.left.axes & a.right.axes) - {b.name for b in a.over}
        if shared or len(a.over) > 1:
            return self._reduce(Multiply((a.left, a.right)), a.over, row, column)
        k = a.over[0]
        left, right = a.left, a.right
        r, c = name_of(row), name_of(column)
        if c in left.axes or r in right.axes:
            left, right = right, left
        if not left.axes <= {r, k.name} or not right.axes <= {k.name, c}:
            raise NotAMatrix
        return product([self.matrix(left, row, k), self.matrix(right, k, column)])

    def _reduce(self, a: Array, over: tuple[Index, ...], row: Place, column: Place) -> Matrix:
        """Row sums `M 1`, column sums `1ᵀ M`, the sum of all entries `1ᵀ M 1`; with a unit vector the one it picks."""
        picked = without_unit(a.args, over[0]) if isinstance(a, Multiply) and self.extents is not None else None
        if picked is not None and len(over) == 1 and (row is None or column is None):
            unit, rest = picked
            if row is None:
                return product([transposed(unit), self.matrix(multiply(rest), over[0], column)])
            return product([self.matrix(multiply(rest), row, over[0]), unit])
        if len(over) == 1 and row is None:
            return product([transposed(Ones(over[0].extent)), self.matrix(a, over[0], column)])
        if len(over) == 1 and column is None:
            return product([self.matrix(a, row, over[0]), Ones(over[0].extent)])
        if len(over) == 2 and row is None and column is None:
            first, second = sorted(over, key=lambda b: _position(a, b.name))
            core = self.matrix(a, first, second)
            return product([transposed(Ones(first.extent)), core, Ones(second.extent)])
        raise NotAMatrix


def whole(a: Source) -> Whole:
    """The whole of a source; its axes are named by their places, so that equal matrices are equal terms."""
    places = {b.name: index(f"·{k}") for k, b in enumerate(a.order)}
    atom = substitute_atom(a.atom, places)
    assert isinstance(atom, Entry | Functional)
    return Whole(atom, tuple(f"·{k}" for k in range(len(a.order))))


def _identity(a: Condition, row: Place, column: Place) -> Matrix:
    """δ_jk over two indices of one range."""
    if row is None or column is None or not isinstance(a.atom, Delta):
        raise NotAMatrix
    difference = index(row.name) - index(column.name)
    if a.atom.difference not in (difference, -difference) or (row.lo, row.hi) != (column.lo, column.hi):
        raise NotAMatrix
    return Identity(row.extent)


def _position(a: Array, name: str) -> int:
    """Where an axis stands in the first stored source that has it."""
    if isinstance(a, Source):
        order = [b.name for b in a.order]
        return order.index(name) if name in order else 9
    parts: tuple[Array, ...] = ()
    if isinstance(a, Multiply | Add | Map):
        parts = a.args
    elif isinstance(a, Raise):
        parts = (a.base,)
    elif isinstance(a, Heaviside | Reduce | Accumulate):
        parts = (a.arg,)
    elif isinstance(a, Contract):
        parts = (a.left, a.right)
    return min((_position(p, name) for p in parts), default=9)
