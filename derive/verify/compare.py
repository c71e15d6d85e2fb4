"""Is what the code gives what the equations give? No broadcasting: a wrong shape is wrong."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from derive.verify.labelled import Array
from derive.verify.layout import Field

CLOSE = 1e-7
CLOSE_SINGLE = 2e-4
ROUNDING = 1e-13
"""Below this fraction of the largest gradient a gradient is 0 up to rounding."""

OF_ZERO, OF_ZERO_SINGLE = 1e-6, 1e-3
"""What the errors of such a gradient are relative to, as a fraction of the largest gradient."""


@dataclass(frozen=True)
class Difference:
    """How a claimed field differs: the relative error, or the place (with the layer first) and both values."""

    error: float
    same_shape: bool = True
    entry: tuple[int, ...] | None = None
    expected: Any = None
    found: Any = None


def arrays_of(field: Field) -> tuple[Array, ...]:
    return field if isinstance(field, tuple) else (field,)


def is_single(claimed: Field) -> bool:
    return any(a.dtype == np.float32 for a in arrays_of(claimed))


def tolerance_for(claimed: Field) -> float:
    return CLOSE_SINGLE if is_single(claimed) else CLOSE


def difference(claimed: Field, expected: Field, scale: float) -> Difference:
    """The largest error, relative to the largest expected entry; `scale` is the largest of all gradients."""
    have, want = arrays_of(claimed), arrays_of(expected)
    if [a.shape for a in have] != [a.shape for a in want]:
        return _misshapen(claimed, have, want)
    top = _largest(want)
    if top <= ROUNDING * scale:
        top = max(scale * (OF_ZERO_SINGLE if is_single(claimed) else OF_ZERO), np.finfo(float).tiny)
    worst = Difference(0.0)
    for k, (a, e) in enumerate(zip(have, want, strict=True)):
        if not a.size:
            continue
        with np.errstate(all="ignore"):
            errors = np.where(np.isfinite(a), np.abs(np.asarray(a, dtype=float) - e), np.inf)
        at = tuple(int(n) for n in np.unravel_index(int(np.argmax(errors)), errors.shape))
        error = float(errors[at]) / top
        if error > worst.error:
            place = (k, *at) if isinstance(expected, tuple) else at
            worst = Difference(error, True, place, plain(e[at]), plain(a[at]))
    return worst


def _misshapen(claimed: Field, have: Sequence[Array], want: Sequence[Array]) -> Difference:
    if len(have) != len(want):
        return Difference(math.inf, False, None, f"{len(want)} arrays", f"{len(have)} arrays")
    k = next(k for k, (a, e) in enumerate(zip(have, want, strict=True)) if a.shape != e.shape)
    entry = (k,) if isinstance(claimed, tuple) else None
    return Difference(math.inf, False, entry, want[k].shape, have[k].shape)


def _largest(arrays: Sequence[Array]) -> float:
    return max((float(np.abs(a).max()) for a in arrays if a.size), default=0.0)


def plain(value: Any) -> float | str:
    """A number for a report; what is not finite as text, which JSON can hold."""
    number = float(value)
    return number if math.isfinite(number) else str(number)


def matches(claimed: Field, expected: Field, scale: float) -> bool:
    return difference(claimed, expected, scale).error <= tolerance_for(claimed)


def transposed(field: Field) -> Field:
    return tuple(a.T for a in field) if isinstance(field, tuple) else field.T


def reshaped(field: Field, like: Field) -> Field | None:
    """`field` with axes of extent 1 dropped or put in until it has the shapes of `like`; None if it is not that."""
    have, want = arrays_of(field), arrays_of(like)
    if len(have) != len(want):
        return None
    for a, e in zip(have, want, strict=True):
        if [n for n in a.shape if n != 1] != [n for n in e.shape if n != 1]:
            return None
    out = tuple(a.reshape(e.shape) for a, e in zip(have, want, strict=True))
    return out if isinstance(like, tuple) else out[0]


def factor_between(claimed: Field, expected: Field) -> float | None:
    """The number c with claimed = c · expected, if there is one."""
    have, want = arrays_of(claimed), arrays_of(expected)
    if [a.shape for a in have] != [a.shape for a in want]:
        return None
    a, e = (np.concatenate([x.reshape(-1).astype(float) for x in xs]) for xs in (have, want))
    square = float(e @ e)
    if not np.isfinite(a).all() or square == 0:
        return None
    c = float(a @ e) / square
    return c if np.abs(a - c * e).max() <= CLOSE * np.abs(e).max() * max(1.0, abs(c)) else None
