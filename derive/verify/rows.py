"""Fills in tensors from their equations, row by row, in order of dependency."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from derive.errors import DeriveError
from derive.ir.environment import Place
from derive.ir.tensor import rest_of
from derive.terms.affine import Affine, Index
from derive.terms.term import Entry, Poly
from derive.verify.evaluate import DIRECTION, Frame, MissingRow, Rows, Values
from derive.verify.labelled import Array, aligned


class Definition(Protocol):
    """`lhs = rhs` for all values of the indices in `domain`: a forward or an adjoint equation, or a case of one."""

    @property
    def lhs(self) -> Entry: ...
    @property
    def domain(self) -> tuple[Index, ...]: ...
    @property
    def rhs(self) -> Poly: ...


@dataclass(frozen=True)
class Rule:
    """The plain form of a definition."""

    lhs: Entry
    domain: tuple[Index, ...]
    rhs: Poly


Row = tuple[str, Place]


def fill(rules: Iterable[Definition], frame: Frame) -> Values:
    """The values in `frame` with every row that `rules` define; what it held of those tensors is dropped.

    A row that needs another one is put back until that is done; the stack is a plain list, so depth does not count.
    """
    rules = tuple(rules)
    done: dict[str, dict[Place, Array]] = {r.lhs.tensor: {} for r in rules}
    inner = replace(frame, values={**frame.values, **done})
    todo = _by_row(rules, inner)
    for row in todo:
        _compute(row, todo, done)
    return inner.values


def _by_row(rules: Iterable[Definition], frame: Frame) -> dict[Row, list[tuple[Definition, Frame]]]:
    """For each row the rules that define entries of it, with the frame in which their loops have values."""
    todo: dict[Row, list[tuple[Definition, Frame]]] = {}
    for r in rules:
        for at in frame.inside(_loops(r)):
            todo.setdefault((r.lhs.tensor, _key(r.lhs, at)), []).append((r, at))
    return todo


def evaluated(rules: Iterable[Definition], frame: Frame) -> Values:
    """What the rules give when all that they read is taken from `frame`, their own tensors too.

    An axis that all adjoints in `frame` have beside their own (`DIRECTION`) comes last in what they give.
    """
    found: dict[str, dict[Place, Array]] = {}
    for (tensor, key), parts in _by_row(rules, frame).items():
        found.setdefault(tensor, {})[key] = _row(tensor, key, parts)
    return found


def over_domain(rule: Definition, frame: Frame) -> Rows:
    """The values of the right side over the domain, axes in its order, by the values of its ordered indices."""
    rows = {}
    for at in frame.inside(_loops(rule)):
        key = tuple(at.fixed[b.name] for b in rule.domain if b.name in at.fixed)
        rows[key] = next(_arrays(rule, at))
    return rows


def _loops(rule: Definition) -> tuple[Index, ...]:
    """Indices of the domain that run in a loop: the ordered ones, and those that other ranges depend on."""
    return tuple(b for b in rule.domain if b.ordered or any(b.name in o.free for o in rule.domain))


def _arrays(rule: Definition, at: Frame) -> Iterator[Array]:
    rest = tuple(b for b in rule.domain if b.name not in at.fixed)
    for inner in at.inside(rest):
        names = [b.name for b in rest]
        value = aligned(inner.poly(rule.rhs), names)
        yield np.broadcast_to(value, tuple(inner.extents(names).values()))


def _key(lhs: Entry, at: Frame) -> Place:
    return tuple(at.whole(e) for a, e in zip(at.axes[lhs.tensor], lhs.idx, strict=True) if a.ordered)


def _compute(
    row: Row, todo: Mapping[Row, Sequence[tuple[Definition, Frame]]], done: Mapping[str, dict[Place, Array]]
) -> None:
    stack = [row]
    while stack:
        tensor, key = stack[-1]
        if key not in done[tensor]:
            try:
                done[tensor][key] = _row(tensor, key, todo[tensor, key])
            except MissingRow as missing:
                if missing.row not in todo:
                    raise
                if missing.row in stack:
                    raise DeriveError(
                        f"{missing.row[0]} depends on itself", repair="an equation may refer to earlier entries only"
                    ) from missing
                stack.append(missing.row)
                continue
        stack.pop()


def _row(tensor: str, key: Place, parts: Sequence[tuple[Definition, Frame]]) -> Array:
    """One row of a tensor from all equations that define entries of it."""
    frame = parts[0][1]
    axes = frame.axes[tensor]
    home = replace(frame, fixed=dict(zip((a.name for a in axes if a.ordered), key, strict=True)))
    inner = [a for a in axes if not a.ordered]
    starts = [home.whole(a.lo) for a in inner]
    rest = rest_of(parts[0][0])
    shape = [home.whole(a.extent) for a in inner] + list(_more(frame).values())
    out = np.full(shape, np.nan if rest is None else rest.value)
    for rule, at in parts:
        left = tuple(b for b in rule.domain if b.name not in at.fixed)
        for point in at.inside(left):
            at_axes = [e for a, e in zip(axes, rule.lhs.idx, strict=True) if not a.ordered]
            _store(out, starts, at_axes, rule, point)
    return out


def _store(out: Array, starts: Sequence[int], at: Sequence[Affine], rule: Definition, frame: Frame) -> None:
    """out[at] = rhs; each axis of the left side runs over one index at most."""
    places = [frame.integers(e - start) for e, start in zip(at, starts, strict=True)]
    labels = [n for p in places for n in p.labels]
    assert len(set(labels)) == len(labels), f"an index stands twice in {rule.lhs!r}"
    more = _more(frame)
    value = aligned(frame.poly(rule.rhs), [*labels, *more])
    value = np.broadcast_to(value, (*frame.extents(labels).values(), *more.values()))
    shape = [*(p.array.size for p in places), *more.values()]
    out[np.ix_(*(p.array.reshape(-1) for p in places))] = value.reshape(shape)


def _more(frame: Frame) -> dict[str, int]:
    """The extent of `DIRECTION`, if the adjoints have that axis."""
    return frame.extents([DIRECTION]) if DIRECTION in frame.ranges else {}
