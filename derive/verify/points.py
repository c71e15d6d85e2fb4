"""Random points: sizes that tell every axis from every other, and data of moderate size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

import numpy as np

from derive.ir.environment import Environment, Place
from derive.ir.normal_form import assignments, evaluate_affine
from derive.ir.tensor import Tensor
from derive.network.network import Network
from derive.network.sample_data import choose_sizes, sample_environment
from derive.terms.affine import Index, sizes_in
from derive.terms.scope import entries_with_scope
from derive.terms.term import Delta
from derive.terms.walk import atoms_in, ids_in
from derive.verify.evaluate import Values
from derive.verify.labelled import Array

Sizes = Mapping[str, int | Mapping[Place, int]]
GIVEN = ("input", "target", "parameter", "hyper")
PROBE, PROBE_BATCH = 3, 4
FEWEST_STEPS = 2


@dataclass(frozen=True)
class Point:
    """One choice of sizes and data; the arrays are in the layout of the equations."""

    sizes: Sizes
    data: Values

    @property
    def shown_sizes(self) -> dict[str, int | list[int]]:
        """Sizes for a report; a family `n_l` as the list of its values from l = 0."""
        return {n: s if isinstance(s, int) else [s[k] for k in sorted(s)] for n, s in self.sizes.items()}


def random_points(network: Network, number: int, seed: int, shapes: int | None = None) -> tuple[Point, ...]:
    """Points of different sizes, or of so many; the same for the same seed.

    A target that is a single 0 or 1, or a single sign, is each in turn.
    """
    kinds = number if shapes is None else shapes
    drawn = (_point(network, spread_sizes(network, seed, k % kinds), seed + k) for k in range(number))
    return tuple(_with_lone_bits(network, point, k) for k, point in enumerate(drawn))


def _with_lone_bits(network: Network, point: Point, turn: int) -> Point:
    kinds = {"binary": (turn + 1) % 2, "sign": 1 - 2 * (turn % 2)}
    lone = {
        t.name: {key: np.full_like(row, kinds[t.kind]) for key, row in point.data[t.name].items()}
        for t in network.role("target")
        if t.kind in kinds and all(row.size == 1 for row in point.data[t.name].values())
    }
    return replace(point, data={**point.data, **lone}) if lone else point


def square_point(network: Network, seed: int) -> Point:
    """All free sizes of layers equal: where code with a lost transpose runs, and shows what it computes."""
    spread = spread_sizes(network, seed, 0)
    ends = _ends(network)
    sizes: dict[str, int | Mapping[Place, int]] = {}
    for name, size in spread.items():
        if isinstance(size, int):
            sizes[name] = size if name in ends else PROBE
        else:
            sizes[name] = dict.fromkeys(size, PROBE)
    if network.batch is not None:
        sizes |= {s.name: PROBE_BATCH for s in sizes_in(network.batch.hi)}
    return _point(network, sizes, seed)


def small_point(network: Network, seed: int) -> Point | None:
    """The smallest sizes that leave every axis with entries: two steps, three of everything else; None if none do."""
    spread, ends = spread_sizes(network, seed, 0), _ends(network)
    for steps, others in ((FEWEST_STEPS, PROBE), (PROBE, PROBE), (PROBE, PROBE_BATCH)):
        sizes: dict[str, int | Mapping[Place, int]] = {}
        for name, size in spread.items():
            sizes[name] = (steps if name in ends else others) if isinstance(size, int) else dict.fromkeys(size, others)
        if all(n > 0 for t in network.tensors.values() for n in _extents(t, sizes)):
            return _point(network, sizes, seed)
    return None


def _extents(t: Tensor, sizes: Sizes) -> list[int]:
    """The extents of all rows, and how many rows there are."""
    rows = row_shapes(t, sizes)
    return [len(rows), *(n for shape in rows.values() for n in shape)]


def spread_sizes(network: Network, seed: int, step: int) -> Sizes:
    """Sizes from 3 upwards (2 could pass for a factor), apart from each other and from every stated one."""
    stated = _stated(network)
    chosen = choose_sizes(network, seed + step)
    ends = _ends(network)
    kept = {s for n, s in chosen.items() if n in ends and isinstance(s, int)}
    free = (n for n in count(3 + step) if n not in stated and n not in kept)
    others = (s for n, s in chosen.items() if n not in ends)
    used = sorted({v for s in others for v in ([s] if isinstance(s, int) else s.values())})
    new = dict(zip(used, free, strict=False))
    new |= {s: s for s in kept}
    return {n: new[s] if isinstance(s, int) else {k: new[v] for k, v in s.items()} for n, s in chosen.items()}


def _stated(network: Network) -> frozenset[int]:
    """The numbers that the network gives as extents."""
    extents = (a.extent for t in network.tensors.values() for a in t.axes)
    return frozenset(e.const for e in extents if e.is_number)


def _ends(network: Network) -> frozenset[str]:
    """The sizes at which an ordered index ends: depths and lengths."""
    axes = [a for t in network.tensors.values() for a in t.axes if a.ordered]
    return frozenset(s.name for a in axes for s in sizes_in(a.hi))


def _point(network: Network, sizes: Sizes, seed: int) -> Point:
    rng = np.random.default_rng((seed, 1))
    discrete = [t for t in network.tensors.values() if t.role in GIVEN and t.kind != "real"]
    data = {t.name: _real(t, sizes, rng) for t in network.role(*GIVEN) if t.kind == "real"}
    if discrete:
        part = replace(network, tensors={t.name: t for t in discrete})
        env = sample_environment(part, sizes, seed, class_counts(network, sizes))
        data |= {t.name: _dense(t, env, sizes) for t in discrete}
    return Point(sizes, {t.name: data[t.name] for t in network.role(*GIVEN)})


def _real(t: Tensor, sizes: Sizes, rng: np.random.Generator) -> dict[Place, Array]:
    """Inputs of order 1; weights small enough that no activation saturates; λ and its like positive."""
    rows = {}
    for key, shape in row_shapes(t, sizes).items():
        if t.role == "hyper":
            rows[key] = rng.uniform(0.1, 1, shape)
        else:
            scale = np.sqrt(2 / sum(shape)) if len(shape) > 1 and t.role == "parameter" else 1.0
            rows[key] = rng.normal(size=shape) * scale
    return rows


def row_shapes(t: Tensor, sizes: Sizes) -> dict[Place, tuple[int, ...]]:
    """The shape of each row of a tensor, by the values of its ordered axes."""
    ordered = [a for a in t.axes if a.ordered]
    inner = [a for a in t.axes if not a.ordered]
    return {
        tuple(at.index(a.name) for a in ordered): tuple(evaluate_affine(a.extent, at) for a in inner)
        for at in assignments(ordered, Environment(sizes=sizes))
    }


def _dense(t: Tensor, env: Environment, sizes: Sizes) -> dict[Place, Array]:
    """The entries of a tensor of classes, ids or signs as arrays."""
    kind = np.int64 if t.kind in ("class_id", "id") else np.float64
    rows = {}
    for key, shape in row_shapes(t, sizes).items():
        fixed = iter(key)
        home = Environment(sizes=sizes, indices={a.name: next(fixed) for a in t.axes if a.ordered})
        lows = [evaluate_affine(a.lo, home) for a in t.axes if not a.ordered]
        row = np.empty(shape, dtype=kind)
        for at in np.ndindex(shape):
            inner, outer = iter(at), iter(key)
            lo = iter(lows)
            place = tuple(next(outer) if a.ordered else next(inner) + next(lo) for a in t.axes)
            row[at] = env.entry(t.name, place)
        rows[key] = row
    return rows


def class_counts(network: Network, sizes: Sizes) -> dict[str, int]:
    """For each tensor of ids how many values there are: the extent of the axis that they stand for."""
    counts: dict[str, int] = {}
    env = Environment(sizes=sizes)
    for e in network.equations:
        scopes = [dict(e.context)]
        for entry, scope in entries_with_scope(e.rhs, dict(e.context)):
            scopes.append(scope)
            axes = network.tensor(entry.tensor).axes
            for axis, at in zip(axes, entry.idx, strict=True):
                counts.update((i.tensor, evaluate_affine(axis.extent, env)) for i in ids_in(at) if not axis.free)
        for atom in atoms_in(e.rhs):
            if isinstance(atom, Delta):
                counts |= _counted(atom, scopes, env)
    return counts


def _counted(atom: Delta, scopes: Sequence[Mapping[str, Index]], env: Environment) -> dict[str, int]:
    """`[k = ids_i + 1]`: as many as k has values."""
    ids = list(ids_in(atom.difference))
    names = [v for v, _ in atom.difference.terms if isinstance(v, str)]
    ranges = [s[n] for s in scopes for n in names if n in s]
    return {i.tensor: evaluate_affine(ranges[0].extent, env) for i in ids} if ranges else {}
