"""Parts of matrices and unit vectors: what has no letter of its own, but is cut out of something that has."""

from __future__ import annotations

from collections.abc import Sequence

from derive.raising.array import Array, Condition, Gather, Source
from derive.raising.matrix_algebra import transposed
from derive.terms.affine import Affine, Index, index
from derive.terms.matrix import Matrix, Part, Unit, Whole
from derive.terms.prover import contains_id
from derive.terms.term import Delta, Entry

Range = tuple[Affine, Affine]


def whole_around(a: Source, family: int) -> Source | None:
    """The tensor that a slice is cut out of: `z[t, k]` for `z[t, j+n]`; None if an axis is shifted by an index.

    The first `family` axes count layers or steps, of which no parts are cut.
    """
    if not isinstance(a.atom, Entry):
        return None
    idx = []
    for k, e in enumerate(a.atom.idx):
        b = _axis_in(a, e)
        if b is not None and (k < family or (e - index(b.name)).free):
            return None
        idx.append(e if b is None else index(b.name))
    return Source(Entry(a.atom.tensor, tuple(idx)), a.order)


def part_of(a: Source, extents: dict[str, Range], name: Whole) -> Part:
    """The slice as a part of the whole `name`, with `extents` the range of each whole axis by its index here.

    The first stored axis runs along rows; a single one along the direction of the vector, given by `columns`.
    """
    assert isinstance(a.atom, Entry)
    ranges: list[Range | None] = []
    for e in a.atom.idx:
        b = _axis_in(a, e)
        if b is not None:
            shift = e - index(b.name)
            here = (b.lo + shift, b.hi + shift)
            lo, _ = extents[b.name]
            ranges.append(None if here == extents[b.name] else (here[0] - lo + 1, here[1] - lo + 1))
    first, *more = ranges
    return Part(name, first, more[0]) if more else Part(name, None, first)


def row_by_id(a: Gather, places: Sequence[Index]) -> Source | None:
    """What an id addresses in a tensor, `E[x + 1, j]` over j; None where the id itself depends on one of the places."""
    if not a.axes:
        return None
    order: list[Index] = []
    for e in a.atom.idx:
        found = next((b for b in places if b.name in e.free), None)
        if found is not None and (e.variable != found.name or found in order):
            return None
        order += [found] if found is not None else []
    return Source(a.atom, tuple(order)) if a.axes == {b.name for b in order} else None


def without_unit(factors: Sequence[Array], over: Index) -> tuple[Matrix, list[Array]] | None:
    """A product under a sum over `over` as a unit vector (a column) and the other factors; None if there is none."""
    for k, f in enumerate(factors):
        unit = unit_vector(f, over, None) if isinstance(f, Condition) and f.axes == {over.name} else None
        if unit is not None and len(factors) > 1:
            return unit, [*factors[:k], *factors[k + 1 :]]
    return None


def unit_vector(a: Condition, row: Index | None, column: Index | None) -> Matrix | None:
    """`[j = y + 1]` along the only axis j, where an id chooses the place; None for any other bracket."""
    axis = row if row is not None else column
    if axis is None or (row is not None and column is not None) or not isinstance(a.atom, Delta):
        return None
    place = a.atom.difference
    sign = place.coefficient(axis.name)
    if abs(sign) != 1:
        return None
    place = index(axis.name) - place * sign
    if axis.name in place.free or not contains_id(place):
        return None
    unit = Unit(place - axis.lo + 1, axis.extent)
    return unit if row is not None else transposed(unit)


def _axis_in(a: Source, e: Affine) -> Index | None:
    """The axis that runs in an index expression."""
    return next((b for b in a.order if b.name in e.free), None)
