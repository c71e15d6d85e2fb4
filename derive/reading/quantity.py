"""What an expression of a document stands for: a polynomial over the names of its axes, and which of them run.

A column vector has rows and no columns, a row vector columns and no rows; a scalar has neither. All operations check
extents: what does not fit raises `Misfit`, which says what was asked for. Nothing is broadcast but a number, and the
bias, a vector that is added to every sample of a batch.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from derive.errors import DeriveError
from derive.reading.stacks import are_several, is_permuted, parts_of
from derive.terms.affine import Affine, Index, index
from derive.terms.affine import number as one
from derive.terms.algebra import add, power, scale, times
from derive.terms.blocks import sum_over
from derive.terms.substitute import substitute
from derive.terms.term import Poly, of_atom


@dataclass(frozen=True)
class Measure:
    """The extents of an array, `n_1 × m`, or the ends of a range, `1 … m`; nothing for a number."""

    sign: str
    ends: tuple[Affine, ...]


class Misfit(DeriveError):
    """Extents or ranges that do not fit: the formula is understood, and cannot hold as it stands.

    `between` are the two that do not, where there are two.
    """

    def __init__(self, message: str, *between: Measure) -> None:
        super().__init__(message)
        self.between = between


class Unknown(DeriveError):
    """Something that has no meaning here."""


class TooManyAxes(Unknown):
    """A name without indices that has more axes than a matrix."""

    def __init__(self, name: str, count: int) -> None:
        super().__init__(f"{name} has {count} axes, too many for a matrix")
        self.count = count


KEPT = 1024
"""So many products are kept: each reading of a formula makes most of them again."""
Axis = Index | None
ONE_PLACE = one(1)

MOST_TERMS = 1000
"""Products of sums that would multiply out to more terms are not judged."""

MOST_BITS = 1000
"""So long are the numbers in a formula at most; a power of a power soon has more digits than there is memory."""


@dataclass(frozen=True)
class Quantity:
    """The entry at (`rows`, `columns`) is `poly`; other names in it are free."""

    poly: Poly
    rows: Axis = None
    columns: Axis = None

    @property
    def axes(self) -> tuple[Index, ...]:
        return (*parts_of(self.rows), *parts_of(self.columns))

    @property
    def is_scalar(self) -> bool:
        return self.rows is None and self.columns is None

    @property
    def shape(self) -> str:
        """`n_1 × m` for messages; a vector has 1 on its other side."""
        return "a number" if self.is_scalar else f"{_extent(self.rows)} × {_extent(self.columns)}"

    @property
    def measure(self) -> Measure:
        """What `shape` says, for numbers."""
        axes = () if self.is_scalar else (self.rows, self.columns)
        return Measure("×", tuple(ONE_PLACE if a is None else a.extent for a in axes))

    def map(self, change: Callable[[Poly], Poly]) -> Quantity:
        """Every entry changed."""
        return Quantity(change(self.poly), self.rows, self.columns)


def array(poly: Poly, rows: Axis = None, columns: Axis = None) -> Quantity:
    """The entry at (rows, columns); an axis of one place is none."""
    kept: list[Axis] = []
    for axis in (rows, columns):
        if axis is not None and not are_several(axis) and axis.extent == ONE_PLACE:
            poly, axis = substitute(poly, {axis.name: axis.lo}), None
        kept.append(axis)
    return Quantity(poly, *kept)


@dataclass
class Fresh:
    """Names of axes that occur nowhere else."""

    count: int = 0

    def axis(self, like: Index) -> Index:
        self.count += 1
        return like.renamed(f"·{self.count}")


def multiplied(p: Poly, q: Poly) -> Poly:
    """p · q, multiplied out.

    Raises: Unknown where that is too large.
    """
    if len(p.terms) * len(q.terms) > MOST_TERMS:
        raise Unknown(f"its products of sums multiply out to more than {MOST_TERMS} terms")
    return bounded(times(p, q))


def bounded(p: Poly) -> Poly:
    """The polynomial itself.

    Raises: Unknown for numbers that are too long.
    """
    if any(max(c.numerator.bit_length(), c.denominator.bit_length()) > MOST_BITS for _, c in p.terms):
        raise Unknown("it has numbers of more than 300 digits")
    return p


def is_fresh(name: str) -> bool:
    """Whether it is the name of an axis, and not a letter of the formula."""
    return name.startswith("·")


def transposed(q: Quantity) -> Quantity:
    """Aᵀ."""
    return Quantity(q.poly, q.columns, q.rows)


def scaled(q: Quantity, factor: Fraction | int) -> Quantity:
    return q.map(lambda p: scale(p, factor))


@lru_cache(KEPT)
def product(a: Quantity, b: Quantity) -> Quantity:
    """Σ_k A_ik B_kj; a number multiplies every entry. Axes that meet must have one extent."""
    if a.is_scalar or b.is_scalar:
        return Quantity(multiplied(a.poly, b.poly), a.rows or b.rows, a.columns or b.columns)
    if a.columns is None and b.rows is None:
        return Quantity(multiplied(a.poly, b.poly), a.rows, b.columns)
    if not same_extent(a.columns, b.rows):
        _check_plain(a.columns, b.rows)
        raise Misfit(f"a matrix of {a.shape} cannot be multiplied by one of {b.shape}", a.measure, b.measure)
    assert a.columns is not None and b.rows is not None
    inner = multiplied(a.poly, renamed(b.poly, b.rows, a.columns))
    met = parts_of(a.columns)
    return Quantity(sum_over(met, inner, {x.name: x for x in (*a.axes, *b.axes)}), a.rows, b.columns)


def entrywise(operation: Callable[[Poly, Poly], Poly], a: Quantity, b: Quantity, what: str) -> Quantity:
    """Entry with entry; both of one shape."""
    if not fits(a, b):
        _check_plain(a.rows, b.rows)
        _check_plain(a.columns, b.columns)
        raise Misfit(f"{what} needs equal shapes, and here are {a.shape} and {b.shape}", a.measure, b.measure)
    return Quantity(operation(a.poly, like(b, a).poly), a.rows, a.columns)


def hadamard(a: Quantity, b: Quantity) -> Quantity:
    """A ⊙ B."""
    if a.is_scalar or b.is_scalar:
        return product(a, b)
    return entrywise(multiplied, a, b, "an entrywise product")


def divided(a: Quantity, b: Quantity) -> Quantity:
    """A / B, entry by entry, or by a number."""
    return hadamard(a, raised(b, -1))


def raised(q: Quantity, exponent: Fraction | int) -> Quantity:
    """Every entry to a power.

    Raises: Misfit for 0 to a negative power.
    """
    try:
        return q.map(lambda p: bounded(power(p, exponent)))
    except (Misfit, Unknown):
        raise
    except DeriveError as e:
        raise Misfit(e.message) from e


def added(a: Quantity, b: Quantity, batch: Index | None = None) -> Quantity:
    """A + B; a number is added to every entry, and a vector without samples to every sample of a batch."""
    if fits(a, b):
        return entrywise(add, a, b, "a sum")
    if a.is_scalar or b.is_scalar:
        return Quantity(add(a.poly, b.poly), a.rows or b.rows, a.columns or b.columns)
    for wide, narrow in ((a, b), (b, a)):
        if batch is not None and _is_spread(wide, narrow, batch):
            return Quantity(add(wide.poly, _along(narrow, wide).poly), wide.rows, wide.columns)
    raise Misfit(f"{a.shape} and {b.shape} cannot be added", a.measure, b.measure)


def fits(a: Quantity, b: Quantity) -> bool:
    """Whether two quantities have one shape."""
    return same_extent(a.rows, b.rows) and same_extent(a.columns, b.columns)


def like(q: Quantity, other: Quantity) -> Quantity:
    """`q` with the names of the axes of `other`, which has its shape."""
    p = q.poly
    for mine, theirs in ((q.rows, other.rows), (q.columns, other.columns)):
        if mine is not None and theirs is not None:
            p = renamed(p, mine, theirs)
    return Quantity(p, other.rows, other.columns)


def same_extent(a: Axis, b: Axis) -> bool:
    """Whether two axes have one extent; of several in one, part by part."""
    if a is None or b is None:
        return a is b
    return [p.extent for p in parts_of(a)] == [p.extent for p in parts_of(b)]


def _check_plain(a: Axis, b: Axis) -> None:
    """Raises: Unknown for axes that may have one extent although their parts do not show it."""
    is_open = len(parts_of(a)) != len(parts_of(b)) and None not in (a, b)
    if are_several(a, b) and (is_open or is_permuted(a, b)) and not same_extent(a, b):
        raise Unknown("whether the axes of these Kronecker products have one length is not judged")


def renamed(p: Poly, old: Index, new: Index) -> Poly:
    """The polynomial with another name for an axis, counted from where that axis begins."""
    if are_several(old, new):
        for mine, theirs in zip(parts_of(old), parts_of(new), strict=True):
            p = renamed(p, mine, theirs)
        return p
    at = index(new.name) - new.lo + old.lo
    return p if at == index(old.name) else substitute(p, {old.name: at})


def total_over(q: Quantity, bounds: Iterable[Index]) -> Quantity:
    """Σ over free names, which the axes must not be."""
    return q.map(lambda p: sum_over(tuple(bounds), p, {a.name: a for a in q.axes}))


def number(poly: Poly) -> Quantity:
    return Quantity(poly)


def of_name(atom: object) -> Quantity:
    """A scalar atom."""
    return Quantity(of_atom(atom))  # type: ignore[arg-type]


def _is_spread(wide: Quantity, narrow: Quantity, batch: Index) -> bool:
    """Whether `narrow` is a vector along the other axis of a batch."""
    if same_extent(wide.columns, batch):
        return narrow.columns is None and same_extent(narrow.rows, wide.rows)
    return same_extent(wide.rows, batch) and narrow.rows is None and same_extent(narrow.columns, wide.columns)


def _along(narrow: Quantity, wide: Quantity) -> Quantity:
    p = narrow.poly
    for mine, theirs in ((narrow.rows, wide.rows), (narrow.columns, wide.columns)):
        if mine is not None and theirs is not None:
            p = renamed(p, mine, theirs)
    return Quantity(p, wide.rows, wide.columns)


def _extent(axis: Axis) -> str:
    return "·".join(shown(p.extent) for p in parts_of(axis)) or "1"


def shown(a: Affine) -> str:
    """An extent in a message, as plain text: `n_0`, `n_(l-1)`."""
    text = repr(a).replace("[", "_").replace("]", "").replace("*", "")
    return re.sub(r"_\{(\w+)\}", r"_\1", text).replace("_{", "_(").replace("}", ")")
