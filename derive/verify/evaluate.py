"""Evaluates normal forms on whole arrays: fast enough for a stated network of 784 inputs.

An ordered index (depth, time), and one that other ranges depend on, runs in a plain loop; all others are axes
of arrays. The tests compare this with `derive.ir.interpret`, which shares no code with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property, reduce, singledispatchmethod
from types import MappingProxyType

import numpy as np

from derive.errors import IndexRangeError, UnsupportedError
from derive.ir.environment import Environment, Place, SizeRule
from derive.ir.normal_form import evaluate_affine
from derive.terms.affine import Affine, IdEntry, Index, Quotient, Size, Variable, index
from derive.terms.term import (
    Atom,
    Base,
    Block,
    Bound,
    Delta,
    Divides,
    Entry,
    FirstMaximum,
    Func,
    Maximum,
    Monomial,
    Poly,
    Positive,
    Scalar,
)
from derive.verify.labelled import Array, Labelled, aligned, combine, contract, labelled, number, union
from derive.verify.scalars import array_function

Rows = Mapping[Place, Array]
Values = Mapping[str, Rows]
"""For each tensor its arrays, by the values of its ordered axes (`()` where it has none)."""

Axes = Mapping[str, tuple[Index, ...]]

DIRECTION = "→"
"""One more axis at the end of an array: the same tensor in many directions at once, for what is linear in it."""


class MissingRow(IndexRangeError):
    """A part of a tensor is read that is not computed yet, or does not exist."""

    def __init__(self, tensor: str, key: Place) -> None:
        super().__init__(f"{tensor}{list(key)} has no value")
        self.row = (tensor, key)


@dataclass(frozen=True)
class Frame:
    """What names stand for: sizes, axes and values of tensors; `fixed` indices, and the `ranges` of the others.

    Not `is_strict`: under a bracket that is false somewhere, where what is read out of range does not count.
    """

    sizes: Mapping[str, SizeRule]
    axes: Axes
    values: Values
    fixed: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    ranges: Mapping[str, tuple[int, int]] = field(default_factory=lambda: MappingProxyType({}))
    is_strict: bool = True

    @cached_property
    def _environment(self) -> Environment:
        return Environment(sizes=self.sizes, indices=self.fixed)

    def whole(self, a: Affine) -> int:
        """The value of an expression in sizes and fixed indices."""
        return evaluate_affine(a, self._environment)

    def extents(self, names: Sequence[str]) -> dict[str, int]:
        return {n: self.ranges[n][1] - self.ranges[n][0] + 1 for n in names}

    def inside(self, bounds: Sequence[Index]) -> Iterator[Frame]:
        """The frames in which all of `bounds` have a value (if they run in a loop) or a range."""
        names = {b.name for b in bounds}
        loop = next((b for b in bounds if b.free.isdisjoint(names) and _is_loop(b, bounds)), None)
        if loop is None:
            yield replace(self, ranges={**self.ranges, **{b.name: self._span(b) for b in bounds}})
            return
        rest = [b for b in bounds if b is not loop]
        for value in range(self.whole(loop.lo), self.whole(loop.hi) + 1):
            yield from replace(self, fixed={**self.fixed, loop.name: value}).inside(rest)

    def _span(self, b: Index) -> tuple[int, int]:
        """The range; where it depends on an index that is an axis, all that it ever covers."""
        lo, hi = int(self.integers(b.lo).array.min()), int(self.integers(b.hi).array.max())
        return lo, max(hi, lo - 1)

    # -- polynomials ------------------------------------------------------------------------------

    def poly(self, p: Poly) -> Labelled:
        """Σ coefficient · Π atom^exponent."""
        parts = [self._scaled(self.monomial(m), c) for m, c in p.terms]
        return combine(lambda *arrays: reduce(np.add, arrays), parts) if parts else number(0.0)

    def _scaled(self, x: Labelled, c: Fraction) -> Labelled:
        return x if c == 1 else Labelled(x.labels, x.array * float(c))

    def monomial(self, m: Monomial, summed: Sequence[str] = (), limits: Sequence[Affine] = ()) -> Labelled:
        """The product, summed over some of its indices, where all `limits` are at least 0.

        A false bracket makes it 0, whatever else stands there.
        """
        brackets = [self.atom(a) for a, _ in m.powers if isinstance(a, Delta | Bound | Divides)]
        brackets += [self.atom(Bound(a)) for a in limits]
        if any(not b.array.any() for b in brackets):
            return number(0.0)
        frame = self if all(b.array.all() for b in brackets) else replace(self, is_strict=False)
        factors = [_power(frame.atom(a), e) for a, e in m.powers if not isinstance(a, Delta | Bound | Divides)]
        masks = [*brackets, *(frame.atom(a) for a, _ in m.powers if isinstance(a, Positive | FirstMaximum))]
        if masks and not all(np.isfinite(f.array).all() for f in factors):
            factors = [_masked(masks, factors)]
        return contract([*brackets, *factors], self.extents(summed))

    # -- atoms ------------------------------------------------------------------------------------

    @singledispatchmethod
    def atom(self, atom: Atom) -> Labelled:
        """The values of an atom, by its class; an unknown class raises."""
        raise UnsupportedError(f"{atom!r} ({type(atom).__name__}) has no value on numbers")

    @atom.register
    def _(self, atom: Scalar) -> Labelled:
        x = self.integers(Affine([(atom.variable, 1)]))
        return Labelled(x.labels, x.array.astype(float))

    @atom.register
    def _(self, atom: Entry) -> Labelled:
        return self.entries(atom.tensor, atom.idx)

    @atom.register
    def _(self, atom: Func) -> Labelled:
        return combine(array_function(atom.name, atom.orders), [self.poly(a) for a in atom.args])

    @atom.register
    def _(self, atom: Base) -> Labelled:
        return self.poly(atom.poly)

    @atom.register
    def _(self, atom: Delta) -> Labelled:
        x = self.integers(atom.difference)
        return Labelled(x.labels, (x.array == 0).astype(float))

    @atom.register
    def _(self, atom: Bound) -> Labelled:
        x = self.integers(atom.affine)
        return Labelled(x.labels, (x.array >= 0).astype(float))

    @atom.register
    def _(self, atom: Divides) -> Labelled:
        x = self.integers(atom.affine)
        return Labelled(x.labels, (x.array % atom.divisor == 0).astype(float))

    @atom.register
    def _(self, atom: Maximum) -> Labelled:
        """The largest over the bound indices."""
        outer, rows = self._rows(atom)
        return Labelled(outer, rows.max(axis=-1))

    @atom.register
    def _(self, atom: FirstMaximum) -> Labelled:
        outer, rows = self._rows(atom.of)
        first = Labelled(outer, rows.argmax(axis=-1))
        spans = [self._span(b) for b in atom.of.bounds]
        parts, row = [first], number(0.0)
        inside = [number(1.0)]
        for (lo, hi), a in zip(spans, atom.at, strict=True):
            x = self.integers(a)
            row = combine(lambda r, v, lo=lo, hi=hi: r * (hi - lo + 1) + v - lo, [row, x])
            inside.append(Labelled(x.labels, ((x.array >= lo) & (x.array <= hi)).astype(float)))
        return combine(lambda f, r, *ok: (f == r) * reduce(np.multiply, ok), [*parts, row, *inside])

    def _rows(self, atom: Maximum) -> tuple[tuple[str, ...], Array]:
        """What a maximum is taken of, its places in one last axis, row by row."""
        [frame] = self.inside(atom.bounds)
        x = frame.poly(atom.body)
        extents = frame.extents([b.name for b in atom.bounds])
        outer = tuple(n for n in x.labels if n not in extents)
        places = [x.labels.index(n) for n in (*outer, *(n for n in extents if n in x.labels))]
        array = x.array.transpose(places)
        missing = [n for n in extents if n not in x.labels]
        if missing:
            raise UnsupportedError(f"the maximum {atom!r} runs over an index that its body does not mention")
        return outer, array.reshape((*array.shape[: len(outer)], -1))

    @atom.register
    def _(self, atom: Positive) -> Labelled:
        x = self.poly(atom.poly)
        return Labelled(x.labels, ((x.array > 0) if atom.strict else (x.array >= 0)).astype(float))

    @atom.register
    def _(self, atom: Block) -> Labelled:
        parts = []
        for inner in self.inside(atom.bounds):
            summed = [b for b in atom.bounds if b.name in inner.ranges]
            uneven = [b for b in summed if not b.free.isdisjoint(inner.ranges)]
            limits = [q for b in uneven for q in (index(b.name) - b.lo, b.hi - index(b.name))]
            parts.append(inner.monomial(atom.body, [b.name for b in summed], limits))
        return combine(lambda *arrays: reduce(np.add, arrays), parts) if parts else number(0.0)

    # -- entries ----------------------------------------------------------------------------------

    def integers(self, a: Affine) -> Labelled:
        """The values of an affine expression over the indices that occur in it."""
        if a.variable is not None:
            return self._variable(a.variable)
        if all(v in self.fixed if isinstance(v, str) else isinstance(v, Size) for v, _ in a.terms):
            return number(self.whole(a))
        parts = [number(a.const)]
        for v, c in a.terms:
            x = self._variable(v)
            parts.append(Labelled(x.labels, x.array * c))
        total = combine(lambda *arrays: reduce(np.add, arrays), parts)
        return Labelled(total.labels, total.array.astype(np.int64))

    def _variable(self, v: Variable) -> Labelled:
        if isinstance(v, IdEntry):
            return self.entries(v.tensor, v.idx)
        if isinstance(v, Size):
            return number(self._environment.size(v.name, tuple(self.whole(a) for a in v.args)))
        if isinstance(v, Quotient):
            x = self.integers(v.dividend)
            return Labelled(x.labels, x.array // v.divisor)
        if v in self.fixed:
            return number(self.fixed[v])
        lo, hi = self.ranges[v]
        return Labelled((v,), np.arange(lo, hi + 1))

    def entries(self, tensor: str, at: tuple[Affine, ...]) -> Labelled:
        """T[at] for all values of the indices in `at`."""
        axes = self.axes[tensor]
        moving = next(
            (n for a, e in zip(axes, at, strict=True) if a.ordered for n in sorted(e.free & set(self.ranges))), None
        )
        if moving is not None:
            return self._stacked(moving, tensor, at)
        known = {a.name: self.whole(e) for a, e in zip(axes, at, strict=True) if a.ordered}
        key = tuple(known.values())
        if key not in self.values.get(tensor, {}):
            raise MissingRow(tensor, key)
        array = self.values[tensor][key]
        home = replace(self, fixed=known)
        inner = [(a, e) for a, e in zip(axes, at, strict=True) if not a.ordered]
        labels: list[str] = []
        for a, e in inner:
            array, found = self._along(array, len(labels), self.integers(e - home.whole(a.lo)))
            labels += found
        return labelled([*labels, DIRECTION] if array.ndim > len(labels) else labels, array)

    def _stacked(self, name: str, tensor: str, at: tuple[Affine, ...]) -> Labelled:
        """T[at] row by row, where an index that is an axis here moves along an ordered axis of the tensor."""
        lo, hi = self.ranges[name]
        others = {n: r for n, r in self.ranges.items() if n != name}
        frames = [replace(self, fixed={**self.fixed, name: v}, ranges=others) for v in range(lo, hi + 1)]
        parts = [f.entries(tensor, at) for f in frames]
        labels = union(parts)
        return Labelled((name, *labels), np.stack([aligned(p, labels) for p in parts]))

    def _along(self, array: Array, axis: int, at: Labelled) -> tuple[Array, tuple[str, ...]]:
        """The axis replaced by the places `at` on it, which may run over any number of indices."""
        extent = array.shape[axis]
        if at.array.ndim == 1 and len(at.array) == extent and (at.array == np.arange(extent)).all():
            return array, at.labels
        places = self._checked(at.array, extent)
        return np.take(array, places, axis=axis), at.labels

    def _checked(self, places: Array, extent: int) -> Array:
        if not self.is_strict:
            return np.clip(places, 0, extent - 1)
        if places.size and (places.min() < 0 or places.max() >= extent):
            raise IndexRangeError(f"an index runs from {places.min()} to {places.max()} on an axis of {extent}")
        return places


def _is_loop(b: Index, bounds: Sequence[Index]) -> bool:
    return b.ordered or any(b.name in other.free for other in bounds)


def _power(x: Labelled, exponent: Fraction) -> Labelled:
    if exponent == 1:
        return x
    with np.errstate(all="ignore"):
        return Labelled(x.labels, np.asarray(x.array, dtype=float) ** float(exponent))


def _masked(masks: Sequence[Labelled], factors: Sequence[Labelled]) -> Labelled:
    """The product of the factors where all masks hold, else 0."""
    labels = union([*masks, *factors])
    with np.errstate(all="ignore"):
        product = reduce(np.multiply, (aligned(f, labels) for f in factors))
    held = reduce(np.multiply, (aligned(f, labels) for f in masks)) != 0
    return Labelled(labels, np.where(held, product, 0.0))
