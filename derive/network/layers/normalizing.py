"""What all normalizations share: mean and variance of a set of entries, and the normalized entry."""

from __future__ import annotations

from dataclasses import dataclass

import sympy
from sympy import Rational, Sum, sqrt

from derive.network.extents import Extent
from derive.network.sheet import RANK_OF_IMAGES, Sheet
from derive.network.site import Site
from derive.network.value import Value

Indices = tuple[sympy.Idx, ...]


@dataclass(frozen=True)
class Together:
    """The entries that share one mean and one variance.

    `entry` is one of them, `over` the indices that run through all of them, `kept` those that tell such sets
    apart. A set `of_batch` holds entries of all samples.
    """

    entry: sympy.Expr
    over: Indices
    kept: Indices
    of_batch: bool = False

    @property
    def count(self) -> Extent:
        """The number of entries."""
        return sympy.Mul(*(i.upper for i in self.over))

    def total(self, term: sympy.Expr) -> sympy.Expr:
        """The sum over all of them."""
        return Sum(term, *reversed(self.over)) if self.over else term


def epsilon(eps: int | float) -> sympy.Rational:
    """The number under the root that keeps it from 0, exactly as the file writes it."""
    return Rational(str(eps))


def standardized(site: Site, entries: Together, eps: int | float, unbiased: bool = False) -> sympy.Expr:
    """(x - mu)/√(v + eps) with mu = 1/N Σ x and v = 1/N Σ (x - mu)², or 1/(N-1) if `unbiased`."""
    x, N, kept = entries.entry, entries.count, entries.kept
    mu = site.define("mu", "mean", kept, entries.total(x) / N, "mu", entries.of_batch)
    squares = entries.total((x - mu[kept]) ** 2)
    v = site.define("v", "variance", kept, squares / (N - 1 if unbiased else N), "v", entries.of_batch)
    return centred(x, mu, v, kept, eps)


def centred(x: sympy.Expr, mu: Value, v: Value, at: Indices, eps: int | float) -> sympy.Expr:
    """(x - mu)/√(v + eps)."""
    return (x - mu[at]) / sqrt(v[at] + epsilon(eps))


def scale_and_shift(site: Site, normal: Value, at: Indices, channel: sympy.Idx) -> None:
    """Hand on y = gamma x̂ + beta, with a gamma and a beta for each channel."""
    site.hand_on(at, scaled_and_shifted(site, normal, at, channel))


def scaled_and_shifted(site: Site, normal: Value, at: Indices, channel: sympy.Idx) -> sympy.Expr:
    """gamma x̂ + beta."""
    return gain(site, channel)[channel] * normal[at] + shift(site, channel)[channel]


def gain(site: Site, channel: sympy.Idx) -> Value:
    """gamma, one for each channel."""
    return site.learned("gamma", (channel,), "gain", "ones", symbol="gamma")


def shift(site: Site, channel: sympy.Idx) -> Value:
    """beta, one for each channel."""
    return site.learned("beta", (channel,), "shift", "zeros", symbol="beta")


def channel_axis(rank: int, axis: int | None = None) -> int:
    """The place of the channels: as chosen (from 1), else last in vectors and sequences and first in images."""
    if axis is not None:
        return axis - 1
    return 0 if rank >= RANK_OF_IMAGES else rank - 1


def all_but(at: Indices, place: int) -> Indices:
    """The indices without the one at this place."""
    return (*at[:place], *at[place + 1 :])


def samples(sheet: Sheet) -> Indices:
    """The index of the samples, where there is a batch."""
    return () if sheet.batch is None else (sheet.batch,)


def normalized(site: Site, at: Indices, rhs: sympy.Expr) -> Value:
    """State the normalized entry x̂."""
    return site.define("xhat", "normalized", at, rhs, "hat x")
