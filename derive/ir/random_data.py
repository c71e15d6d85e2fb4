"""Random inputs, targets, parameters and hyperparameters, by role and kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import numpy as np

from derive.errors import DeriveError
from derive.ir.elementary import Number
from derive.ir.environment import Array, Environment, Place, SizeRule
from derive.ir.normal_form import assignments, place
from derive.ir.tensor import Tensor
from derive.terms.affine import index

GIVEN = ("input", "target", "parameter", "hyper")


def random_arrays(
    tensors: Iterable[Tensor],
    sizes: Mapping[str, SizeRule],
    seed: int,
    classes: Mapping[str, int] = MappingProxyType({}),
    sum_axes: Mapping[str, int] = MappingProxyType({}),
) -> dict[str, Array]:
    """Entries for every tensor that no equation defines; the same for the same seed.

    `classes` gives for integer-valued tensors the number K of their values 0 … K−1; `sum_axes` for one-hot
    and distribution tensors the axis along which they sum to 1 (not needed where there is one axis only).
    """
    rng = np.random.default_rng(seed)
    env = Environment(sizes=sizes)
    return {t.name: _entries(t, env, rng, classes, sum_axes) for t in tensors if t.role in GIVEN}


def places_of(t: Tensor, env: Environment) -> list[Place]:
    at = tuple(index(a.name) for a in t.axes)
    return [place(at, point) for point in assignments(t.axes, env)]


def _entries(
    t: Tensor,
    env: Environment,
    rng: np.random.Generator,
    classes: Mapping[str, int],
    sum_axes: Mapping[str, int],
) -> dict[Place, Number]:
    places = places_of(t, env)
    match t.kind:
        case "one_hot" | "distribution":
            return _groups(t, places, rng, sum_axes)
        case "binary":
            return _bits(places, rng, may_be_zero=t.role == "target")
        case "positive":
            return {at: float(rng.uniform(0.5, 2)) for at in places}
        case "sign":
            return {at: float(2 * rng.integers(2) - 1) for at in places}
        case "class_id" | "id":
            if t.name not in classes:
                raise DeriveError(f"{t.name} holds class ids", repair="say in `classes` how many there are")
            return {at: int(rng.integers(classes[t.name])) for at in places}
        case "real" if t.role == "hyper":
            return {at: float(rng.uniform(0.1, 1)) for at in places}
        case "real":
            return {at: float(rng.normal()) for at in places}


def _bits(places: list[Place], rng: np.random.Generator, may_be_zero: bool) -> dict[Place, Number]:
    """0 or 1 each; 1 at the first place along every axis that has several: a mask counts something in every line.

    Both values occur where there are several places: what holds for 1 alone must not pass. A single number is 1,
    if it may not be 0.
    """
    lows, highs = (tuple(map(end, zip(*places, strict=True))) for end in (min, max))
    out: dict[Place, Number] = {at: float(rng.integers(2)) for at in places}
    if len(places) == 1:
        return out if may_be_zero else dict.fromkeys(places, 1.0)
    for at in places:
        if any(k == low != high for k, low, high in zip(at, lows, highs, strict=True)):
            out[at] = 1.0
    if all(out.values()):
        out[places[-1]] = 0.0
    return out


def _groups(
    t: Tensor, places: list[Place], rng: np.random.Generator, sum_axes: Mapping[str, int]
) -> dict[Place, Number]:
    """Values that sum to 1 along one axis: a single 1, or positive numbers."""
    axis = 0 if len(t.axes) == 1 else sum_axes.get(t.name)
    if axis is None:
        raise DeriveError(f"{t.name} sums to 1 along one of its axes", repair="say in `sum_axes` which one")
    groups: dict[Place, list[Place]] = {}
    for at in places:
        groups.setdefault((*at[:axis], *at[axis + 1 :]), []).append(at)
    out: dict[Place, Number] = {}
    for group in groups.values():
        if t.kind == "one_hot":
            chosen = int(rng.integers(len(group)))
            out.update((at, float(k == chosen)) for k, at in enumerate(group))
        else:
            weights = rng.uniform(0.1, 1, len(group))
            out.update((at, float(w / weights.sum())) for at, w in zip(group, weights, strict=True))
    return out
