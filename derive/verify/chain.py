"""The adjoint equations as a chain of definitions on numbers, any of which may be replaced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from derive.calculus.adjoint import AdjointEquation, adjoint_name
from derive.derivation import Adjoints
from derive.network.network import Network
from derive.terms.walk import entries_in
from derive.verify.evaluate import Frame, Rows, Values
from derive.verify.points import Point
from derive.verify.rows import Definition, fill, over_domain

Rules = tuple[Definition, ...]
Replaced = Mapping[str, Rules]
"""For some tensors, other definitions of their adjoints."""


@dataclass(frozen=True)
class Chain:
    """Adjoints of one network, readers before what they read."""

    network: Network
    adjoints: Adjoints

    @property
    def equations(self) -> Mapping[str, AdjointEquation]:
        return self.adjoints.equations

    @cached_property
    def reads(self) -> Mapping[str, frozenset[str]]:
        """For each tensor, the tensors whose adjoints its adjoint is made of."""
        names = {adjoint_name(n): n for n in self.equations}
        return {
            n: frozenset(names[x.tensor] for x in entries_in(e.rhs) if x.tensor in names)
            for n, e in self.equations.items()
        }

    @cached_property
    def made_of(self) -> Mapping[str, frozenset[str]]:
        """Transitively, and with the tensor itself."""
        return {n: _closure(n, self.reads) for n in self.equations}

    @cached_property
    def makes(self) -> Mapping[str, frozenset[str]]:
        """For each tensor, the tensors whose adjoints are made of its adjoint."""
        out: dict[str, set[str]] = {n: set() for n in self.equations}
        for name, parts in self.made_of.items():
            for part in parts:
                out[part].add(name)
        return {n: frozenset(names) for n, names in out.items()}

    def from_cost(self, names: Iterable[str]) -> list[str]:
        """The names, nearest to the cost first: by how many adjoints each is made of."""
        order = {n: k for k, n in enumerate(self.network.tensors)}
        return sorted(names, key=lambda n: (len(self.made_of[n]), order[n]))

    def at(self, point: Point) -> State:
        """All values and adjoints at a point."""
        axes = {t.name: t.axes for t in self.network.tensors.values()}
        axes |= {adjoint_name(n): a for n, a in axes.items()}
        with np.errstate(all="ignore"):
            frame = Frame(point.sizes, axes, point.data)
            frame = replace(frame, values=fill(self.network.equations, frame))
            frame = replace(frame, values=fill(self.equations.values(), frame))
        return State(self, point, frame, {})


@dataclass(frozen=True)
class State:
    """The values of a chain at one point, some definitions replaced."""

    chain: Chain
    point: Point
    frame: Frame
    replaced: Replaced

    @property
    def loss(self) -> float:
        cost = self.chain.network.cost
        assert cost is not None, "a network without a cost has no gradients"
        return float(self.frame.values[cost][()])

    @cached_property
    def scale(self) -> float:
        """The largest entry of any parameter's gradient: what rounding errors are measured by."""
        names = [t.name for t in self.chain.network.parameters if t.name in self.chain.equations]
        rows = (r for n in names for r in self.adjoint(n).values() if r.size)
        return max((float(np.abs(r).max()) for r in rows), default=1.0)

    def adjoint(self, name: str) -> Rows:
        return self.frame.values[adjoint_name(name)]

    def with_replaced(self, rules: Replaced, wanted: Iterable[str] | None = None) -> State:
        """The state under other definitions; only what `wanted` is made of is computed anew.

        Raises: DeriveError if a definition cannot be evaluated here.
        """
        replaced = {**self.replaced, **rules}
        chain = self.chain
        names = frozenset().union(*(chain.makes[n] for n in rules))
        if wanted is not None:
            names &= frozenset().union(*(chain.made_of[n] for n in wanted))
        todo = [d for n, e in chain.equations.items() if n in names for d in replaced.get(n, (e,))]
        with np.errstate(all="ignore"):
            return replace(self, frame=replace(self.frame, values=fill(todo, self.frame)), replaced=replaced)

    def over(self, rule: Definition) -> Rows:
        """A definition that has axes of its own."""
        with np.errstate(all="ignore"):
            return over_domain(rule, self.frame)

    def loss_under(self, rule: Definition) -> float:
        """The loss with another right side."""
        with np.errstate(all="ignore"):
            values: Values = fill([rule], self.frame)
        return float(values[rule.lhs.tensor][()])


def _closure(start: str, edges: Mapping[str, frozenset[str]]) -> frozenset[str]:
    seen: set[str] = set()
    stack = [start]
    while stack:
        name = stack.pop()
        if name not in seen:
            seen.add(name)
            stack.extend(edges[name])
    return frozenset(seen)
