"""Def-use edges: which tensors reach a value, which depend on others, and an order of definition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from derive.network.network import Network
from derive.terms.walk import entries_in


def reads(network: Network) -> Mapping[str, tuple[str, ...]]:
    """For each defined tensor, the tensors on the right sides of its equations, in order of occurrence."""
    table: dict[str, dict[str, None]] = {}
    for e in network.equations:
        row = table.setdefault(e.lhs.tensor, {})
        row.update((x.tensor, None) for x in entries_in(e.rhs))
    return {name: tuple(row) for name, row in table.items()}


def readers(edges: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    """The edges reversed: for each tensor, who reads it."""
    table: dict[str, dict[str, None]] = {}
    for reader, row in edges.items():
        for name in row:
            table.setdefault(name, {})[reader] = None
    return {name: tuple(row) for name, row in table.items()}


def reachable(start: Iterable[str], edges: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """Everything on a path from `start` along the edges, `start` included."""
    seen: set[str] = set()
    stack = list(start)
    while stack:
        name = stack.pop()
        if name not in seen:
            seen.add(name)
            stack.extend(edges.get(name, ()))
    return frozenset(seen)


def order_backwards(network: Network, of: str) -> tuple[str, ...]:
    """Tensors that `of` depends on, readers before what they read (along one turn of a recurrence)."""
    edges = reads(network)
    order: list[str] = []
    state: dict[str, bool] = {}
    stack: list[tuple[str, int]] = [(of, 0)]
    while stack:
        name, k = stack.pop()
        row = edges.get(name, ())
        if k == 0:
            if name in state:
                continue
            state[name] = False
        if k < len(row):
            stack.append((name, k + 1))
            if row[k] not in state:
                stack.append((row[k], 0))
        else:
            state[name] = True
            order.append(name)
    return tuple(reversed(order))


def circle_breakers(edges: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Nodes whose removal leaves no circle: those that a depth-first walk meets again while they are open."""
    found: list[str] = []
    done: set[str] = set()
    for start in edges:
        path: dict[str, None] = {}
        stack: list[tuple[str, bool]] = [(start, False)]
        while stack:
            name, leaving = stack.pop()
            if leaving:
                del path[name]
                done.add(name)
            elif name in path:
                found.append(name)
            elif name in edges and name not in done and name not in found:
                path[name] = None
                stack.append((name, True))
                stack.extend((n, False) for n in edges[name])
    return list(dict.fromkeys(found))
