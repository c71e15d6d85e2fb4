"""Correlations and transposed convolutions, recognized by their indices alone.

A sum over windows, `Σ_r W[r] x[S(p−1) + D(r−1) + 1]`, is the cross-correlation of the signal x with the kernel W
under the stride S and the dilation D. Its transpose `Σ_r W[r] y[(k − 1 − D(r−1))/S + 1]` spreads y over the
entries k: the full convolution of y, with S − 1 zeros between neighbouring entries, with the kernel, which a
correlation sees turned round.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from derive.terms.affine import Affine, Index, Quotient, index, number
from derive.terms.term import Block, Bound, Divides, Entry, FirstMaximum, Monomial, Poly, Scalar

Linear = tuple[dict[str, Fraction], Fraction]
"""Rational coefficients of indices, and the constant."""


@dataclass(frozen=True)
class Axis:
    """One axis along which the kernel slides.

    `place` is the free index, `bound` the summed one; `of_kernel` and `of_signal` number the axes of the two entries.
    """

    place: str
    bound: str
    of_kernel: int
    of_signal: int
    stride: int
    dilation: int


@dataclass(frozen=True)
class Correlation:
    """Σ kernel[…, r, …] · signal[…, S(p−1) + D(r−1) + 1, …]; p is `place` and r is `bound` of an axis."""

    kernel: Entry
    signal: Entry
    axes: tuple[Axis, ...]
    block: Block


@dataclass(frozen=True)
class Transposed:
    """Σ kernel[…, r, …] · signal[…, p, …] with k = S(p−1) + D(r−1) + 1, over r or over p; k is `place` of an axis."""

    kernel: Entry
    signal: Entry
    axes: tuple[Axis, ...]
    block: Block


def correlations(p: Poly, domain: Sequence[Index]) -> Iterator[Correlation]:
    """The correlations among the terms of a polynomial whose free indices are those of `domain`."""
    for block, _ in _blocks(p):
        factors = _two_entries(block)
        for kernel, signal in (factors, factors[::-1]) if factors is not None else ():
            axes = _windows(kernel, signal, block.bounds, domain)
            if axes:
                yield Correlation(kernel, signal, axes, block)


def transposed(p: Poly, domain: Sequence[Index], kernels: Iterable[str]) -> Iterator[Transposed]:
    """The transposed convolutions with one of the tensors `kernels`.

    The two factors of a full convolution play the same part, so that it has to be said which one is the kernel.
    """
    names = frozenset(kernels)
    for block, around in _blocks(p):
        factors = _two_entries(block)
        for kernel, signal in (factors, factors[::-1]) if factors is not None else ():
            if kernel.tensor in names and signal.tensor not in names:
                divisible = [a for m in (block.body, around) for a, _ in m.powers if isinstance(a, Divides)]
                axes = _spread(kernel, signal, block.bounds, domain, divisible)
                if axes:
                    yield Transposed(kernel, signal, axes, block)


@dataclass(frozen=True)
class Tiled:
    """`x̄[S(p−1) + r] = kernel[r] · signal[p]` with r = 1…S, summed over other indices: windows that lie side by side.

    Without a kernel every entry of a window has the same share, or (`largest`) its first maximum has all of it.
    """

    signal: Entry
    kernel: Entry | None
    largest: bool


def tiled(p: Poly, lhs: Entry, domain: Sequence[Index], kernels: Iterable[str]) -> Tiled | None:
    """The transposed convolution or unpooling of windows that do not overlap; None for anything else."""
    names = frozenset(kernels)
    pairs = [pair for at in lhs.idx if (pair := _block_and_place(at, domain)) is not None]
    if not pairs or len(p.terms) != 1:
        return None
    [(m, _)] = p.terms
    factors = _factors_of(m)
    if factors is None:
        return None
    entries, others = factors
    kernel = [e for e in entries if e.tensor in names]
    signal = [e for e in entries if e not in kernel]
    if len(signal) != 1 or len(kernel) > 1 or len(others) > 1 or (kernel and others):
        return None
    blocks, within = {g for g, _ in pairs}, {r for _, r in pairs}
    if not blocks <= signal[0].free or signal[0].free & within or (kernel and kernel[0].free & blocks):
        return None
    places = [_place_of(g, signal[0]) for g in blocks] + [_place_of(r, kernel[0]) for r in within] if kernel else []
    if None in places:
        return None
    return Tiled(signal[0], kernel[0] if kernel else None, bool(others))


def _block_and_place(at: Affine, domain: Sequence[Index]) -> tuple[str, str] | None:
    """p and r of S(p − 1) + r with r = 1…S."""
    ranges = {b.name: b for b in domain}
    for r in at.free & ranges.keys():
        stride = ranges[r].extent
        if stride.is_number and stride.const > 1 and ranges[r].lo == number(1) and len(at.free) == 2:
            [p] = at.free - {r}
            if p in ranges and ranges[p].lo == number(1) and at == (index(p) - 1) * stride.const + index(r):
                return p, r
    return None


def _factors_of(m: Monomial) -> tuple[list[Entry], list[FirstMaximum]] | None:
    """The entries and the places of maxima in a product, those under its sums too; None if there are other factors."""
    entries: list[Entry] = []
    others: list[FirstMaximum] = []
    for a, e in m.powers:
        inner = _factors_of(a.body) if isinstance(a, Block) else None
        if isinstance(a, Scalar):
            continue
        if e != 1 or not (isinstance(a, Entry | FirstMaximum) or inner is not None):
            return None
        if isinstance(a, Entry):
            entries.append(a)
        elif isinstance(a, FirstMaximum):
            others.append(a)
        elif inner is not None:
            entries += inner[0]
            others += inner[1]
    return entries, others


def _blocks(p: Poly) -> Iterator[tuple[Block, Monomial]]:
    """Each sum that is a factor of a term, and the term."""
    for m, _ in p.terms:
        for a, e in m.powers:
            if isinstance(a, Block) and e == 1:
                yield a, m


def _two_entries(block: Block) -> tuple[Entry, Entry] | None:
    """The two entries that a sum multiplies; None if there are others, or anything but index brackets beside them."""
    found: list[Entry] = []
    for a, e in block.body.powers:
        if isinstance(a, Entry) and e == 1:
            found.append(a)
        elif not isinstance(a, Bound | Divides):
            return None
    return (found[0], found[1]) if len(found) == 2 else None


# -- windows -----------------------------------------------------------------------------------------------


def _windows(kernel: Entry, signal: Entry, bounds: Sequence[Index], domain: Sequence[Index]) -> tuple[Axis, ...]:
    """The axes of the signal that are read at S(p−1) + D(r−1) + 1, with r along an axis of the kernel, p nowhere."""
    places, taps = _from_one(domain), _from_one(bounds)
    axes = []
    for k, at in enumerate(signal.idx):
        free, bound = at.free & places, at.free & taps
        if len(free) == len(bound) == 1 and at.free == free | bound:
            [p], [r] = free, bound
            stride, dilation = at.coefficient(p), at.coefficient(r)
            is_window = stride > 0 and dilation > 0 and _is(at, {p: stride, r: dilation}, 1 - stride - dilation)
            where = _place_of(r, kernel)
            if is_window and where is not None and p not in kernel.free and _stands_once(r, signal):
                axes.append(Axis(p, r, where, k, stride, dilation))
    return tuple(axes)


def _is(at: Affine, coefficients: dict[str, int], constant: int) -> bool:
    return at == Affine(tuple(coefficients.items()), constant)


def _from_one(bounds: Sequence[Index]) -> frozenset[str]:
    return frozenset(b.name for b in bounds if b.lo.is_number and b.lo.const == 1)


def _place_of(name: str, entry: Entry) -> int | None:
    """The one axis of an entry at which an index stands by itself."""
    found = [k for k, at in enumerate(entry.idx) if name in at.free]
    return found[0] if len(found) == 1 and entry.idx[found[0]].variable == name else None


def _stands_once(name: str, entry: Entry) -> bool:
    return sum(name in at.free for at in entry.idx) == 1


# -- spreading ---------------------------------------------------------------------------------------------


def _spread(
    kernel: Entry, signal: Entry, bounds: Sequence[Index], domain: Sequence[Index], divisible: Sequence[Divides]
) -> tuple[Axis, ...]:
    """The axes along which k = S(p−1) + D(r−1) + 1 ties an axis p of the signal to an axis r of the kernel."""
    places, summed = _from_one(domain), _from_one(bounds)
    return (
        *_tied(signal, kernel, places, summed, divisible, of_signal=True),
        *_tied(kernel, signal, places, summed, divisible, of_signal=False),
    )


def _tied(
    solved: Entry,
    other: Entry,
    places: frozenset[str],
    summed: frozenset[str],
    divisible: Sequence[Divides],
    of_signal: bool,
) -> Iterator[Axis]:
    """Axes of `solved` at which k = S(p−1) + D(r−1) + 1 was solved for p (in the signal) or for r (in the kernel)."""
    for at_axis, at in enumerate(solved.idx):
        coefficients, constant = _exact(at, divisible) or ({}, Fraction(0))
        free = [n for n in coefficients if n in places]
        bound = [n for n in coefficients if n in summed]
        if len(free) != 1 or len(bound) != 1 or len(coefficients) != 2:
            continue
        [k], [b] = free, bound
        where = _place_of(b, other)
        if where is None or k in other.free or not _stands_once(b, solved):
            continue
        own, step = 1 / coefficients[k], -coefficients[b] / coefficients[k]
        if own >= 1 and step >= 1 and own.denominator == step.denominator == 1 and constant == (step - 1) / own + 1:
            if of_signal:
                yield Axis(k, b, where, at_axis, int(own), int(step))
            else:
                yield Axis(k, b, at_axis, where, int(step), int(own))


def _exact(at: Affine, divisible: Sequence[Divides]) -> Linear | None:
    """The index with its quotients as fractions, where brackets say that they are whole; None where they do not."""
    coefficients: dict[str, Fraction] = {}
    constant = Fraction(at.const)
    for v, c in at.terms:
        if isinstance(v, str):
            coefficients[v] = coefficients.get(v, Fraction(0)) + c
            continue
        if not isinstance(v, Quotient) or not any(_is_whole(v, d) for d in divisible):
            return None
        constant += Fraction(c * v.dividend.const, v.divisor)
        for w, inner in v.dividend.terms:
            if not isinstance(w, str):
                return None
            coefficients[w] = coefficients.get(w, Fraction(0)) + Fraction(c * inner, v.divisor)
    return {n: c for n, c in coefficients.items() if c}, constant


def _is_whole(v: Quotient, bracket: Divides) -> bool:
    """Whether divisor | dividend follows from a bracket: they differ by a multiple of the divisor."""
    difference = v.dividend - bracket.affine
    parts = [c for _, c in difference.terms] + [difference.const]
    return bracket.divisor == v.divisor and all(c % v.divisor == 0 for c in parts)
