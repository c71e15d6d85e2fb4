"""Arrays whose axes carry the names of indices: products, sums and contractions without broadcasting by position."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from derive.errors import UnsupportedError

Array = NDArray[Any]

MOST_AXES, MOST_LETTERS = 30, 52
"""So many axes an array has at most, and so many indices a contraction."""

MOST_NUMBERS, MOST_STEPS = 1 << 26, 1 << 31
"""So many numbers are held at once at most, and so many products are formed in one step."""


@dataclass(frozen=True)
class Labelled:
    """An array with one name for each axis, all different."""

    labels: tuple[str, ...]
    array: Array


def number(value: float) -> Labelled:
    return Labelled((), np.asarray(value))


def labelled(labels: Sequence[str], array: Array) -> Labelled:
    """Name the axes; where a name stands twice, the diagonal is taken."""
    unique = tuple(dict.fromkeys(labels))
    if len(unique) == len(labels):
        return Labelled(unique, array)
    code = {name: k for k, name in enumerate(unique)}
    return Labelled(unique, np.einsum(array, [code[n] for n in labels], list(code.values())))


def aligned(x: Labelled, labels: Sequence[str]) -> Array:
    """The array with its axes in the order of `labels`, and of extent 1 for those that it lacks."""
    if x.labels == tuple(labels):
        return x.array
    order = [x.labels.index(n) for n in labels if n in x.labels]
    array = x.array.transpose(order)
    return array.reshape([array.shape[order_of(labels, x.labels, n)] if n in x.labels else 1 for n in labels])


def order_of(labels: Sequence[str], present: Sequence[str], name: str) -> int:
    """The place of `name` among those of `labels` that are present."""
    return [n for n in labels if n in present].index(name)


def union(parts: Iterable[Labelled]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(n for p in parts for n in p.labels))


def _extents(parts: Iterable[Labelled]) -> dict[str, int]:
    return {n: extent for p in parts for n, extent in zip(p.labels, p.array.shape, strict=True)}


def _check_size(extents: Iterable[int], most: int) -> None:
    """Raises: UnsupportedError for more numbers than `most`, or more axes than arrays have."""
    sizes = list(extents)
    if len(sizes) > MOST_AXES or prod(sizes) > most:
        raise UnsupportedError("it needs more numbers at once than can be computed", repair="use fewer indices at once")


def _check_work(factors: Sequence[Labelled], out: Sequence[str], operands: Sequence[Any]) -> None:
    """Goes the way of a contraction step by step, and looks at what each needs.

    Raises: UnsupportedError as `_check_size`.
    """
    extents = _extents(factors)
    if len(extents) > MOST_LETTERS:
        raise UnsupportedError("it has too many indices at once", repair="use fewer indices at once")
    if prod(extents.values()) <= MOST_NUMBERS and len(extents) <= MOST_AXES:
        return
    left = [frozenset(f.labels) for f in factors]
    way, _ = np.einsum_path(*operands, optimize="greedy" if len(factors) > 2 else False)
    for step in way[1:]:
        joined = frozenset[str]().union(*(left[k] for k in step))
        left = [x for k, x in enumerate(left) if k not in step]
        kept = joined & frozenset(out).union(*left)
        _check_size((extents[n] for n in joined), MOST_STEPS)
        _check_size((extents[n] for n in kept), MOST_NUMBERS)
        left.append(kept)


def combine(function: Callable[..., Array], parts: Sequence[Labelled]) -> Labelled:
    """An entrywise function of several arrays."""
    _check_size(_extents(parts).values(), MOST_NUMBERS)
    labels = union(parts)
    return Labelled(labels, np.asarray(function(*(aligned(p, labels) for p in parts))))


def contract(factors: Sequence[Labelled], extents: Mapping[str, int]) -> Labelled:
    """Σ over the indices of `extents` of the product of the factors."""
    labels = union(factors)
    if not extents and all(f.labels == labels for f in factors):
        return Labelled(labels, reduce(np.multiply, (f.array for f in factors))) if factors else number(1.0)
    missing = [extent for name, extent in extents.items() if name not in labels]
    out = tuple(n for n in labels if n not in extents)
    code = {name: k for k, name in enumerate(labels)}
    operands: list[Any] = []
    for f in factors:
        operands += [f.array, [code[n] for n in f.labels]]
    if not operands:
        return number(float(np.prod(missing)))
    operands.append([code[n] for n in out])
    _check_work(factors, out, operands)
    value = np.einsum(*operands, optimize=len(factors) > 2)
    return Labelled(out, np.asarray(value) * np.prod(missing))
