"""Reads beyond the ends of a tensor that brackets rule out, as reads of the tensor with zeros around it.

`W̄_r = Σ_i x_i z̄[2i + r − c] [1 ≤ 2i + r − c ≤ P]`, the gradient of a kernel through a result that was cropped, leaves
out what lies outside of `z̄`. With zeros there it reads windows without brackets, `Σ_i x_i z̄⁰[2i + r − c]`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field

from derive.ir.tensor import Tensor
from derive.kernels.strides import axes_in, is_linear, worst
from derive.kernels.window_axes import Scope, factors_of
from derive.terms.affine import Affine, Index
from derive.terms.prover import nonnegative
from derive.terms.term import Bound, Entry
from derive.terms.view import Leaf, Times, View, children, times

TensorOf = Callable[[str], Tensor | None]
"""The tensor that may be read with zeros around it; None for one that may not."""


@dataclass(frozen=True)
class Padded:
    """A tensor with zeros around it, up to the ends of `axes`."""

    tensor: str
    axes: tuple[Index, ...]


@dataclass
class Paddings:
    """The tensors with zeros around them that views read, each by the name that its entries have there."""

    tensor_of: TensorOf
    found: dict[str, Padded] = field(default_factory=dict)

    def put_into(self, view: View, scope: Scope) -> View:
        """The product with padded entries in place of those that brackets beside them keep in range."""
        if not isinstance(view, Times):
            return view
        factors = plain = list(factors_of(view))
        for f in plain:
            if isinstance(f, Leaf) and isinstance(f.atom, Entry):
                found = self._padded(f.atom, factors, scope)
                if found is not None:
                    entry, used = found
                    rest = [g for g in factors if g not in used]
                    factors = [Leaf(entry) if g == f else g for g in rest]
        return view if factors == plain else times(factors)

    def makes_needless(self, brackets: Collection[View], factors: Sequence[View], scope: Scope) -> bool:
        """Whether no bracket of a product is needed where its entries are read with zeros around them."""
        product = self.put_into(times(list(factors)), scope)
        return not set(brackets) & set(product.factors if isinstance(product, Times) else (product,))

    def _padded(self, entry: Entry, factors: Sequence[View], scope: Scope) -> tuple[Entry, list[View]] | None:
        """The entry of the padded tensor, and the brackets that are not needed any more."""
        tensor = self.tensor_of(entry.tensor)
        if tensor is None:
            return None
        axes, used = [], []
        others = [f for f in factors if f != Leaf(entry)]
        for e, axis in zip(entry.idx, tensor.axes, strict=True):
            said = brackets_of(e, axis, factors, scope)
            if said is None or (said and any(_reads_at(e, f) for f in others)):
                return None
            wide = _widened(axis, e, scope) if said else axis
            if wide is None or not wide.free.isdisjoint(scope):
                return None
            axes.append(wide)
            used += said
        if not used:
            return None
        ends = ", ".join(f"{a.lo}..{a.hi}" for a in axes)
        name = f"{entry.tensor} with zeros {ends}"
        self.found[name] = Padded(entry.tensor, tuple(axes))
        return Entry(name, entry.idx), used


def brackets_of(e: Affine, axis: Index, factors: Sequence[View], scope: Scope) -> list[View] | None:
    """The factors that keep an index in the range of an axis; none where it surely is there, None where it may not."""
    used: list[View] = []
    for inside in (e - axis.lo, axis.hi - e):
        if nonnegative(inside, scope):
            continue
        bracket = Leaf(Bound(inside))
        if bracket not in factors or not is_linear(e, scope) or not axes_in(e, scope):
            return None
        used.append(bracket)
    return used


def _widened(axis: Index, e: Affine, scope: Scope) -> Index | None:
    """The axis from the least to the largest place that is read or there; None if the ends are not certain."""
    lo, hi = worst(e, scope, -1), worst(e, scope, 1)
    starts = [a for a in (axis.lo, lo) if nonnegative(axis.lo - a, scope) and nonnegative(lo - a, scope)]
    ends = [a for a in (axis.hi, hi) if nonnegative(a - axis.hi, scope) and nonnegative(a - hi, scope)]
    return Index(axis.name, starts[0], ends[0], axis.ordered) if starts and ends else None


def _reads_at(e: Affine, view: View) -> bool:
    """Whether something is read at an index in a view."""
    return any(e in entry.idx for entry in _entries(view))


def _entries(view: View) -> Iterator[Entry]:
    if isinstance(view, Leaf) and isinstance(view.atom, Entry):
        yield view.atom
    for part in children(view):
        yield from _entries(part)
