"""Strongly connected components of a small graph, in an order in which each comes after what it depends on."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence


def components(after: Mapping[int, Sequence[int]]) -> list[list[int]]:
    """Tarjan's algorithm without recursion; `after[v]` are the nodes that `v` depends on."""
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    open_: list[int] = []
    is_open: set[int] = set()
    out: list[list[int]] = []
    for start in after:
        stack = [(start, 0)] if start not in order else []
        while stack:
            v, k = stack.pop()
            if k == 0:
                order[v] = low[v] = len(order)
                open_.append(v)
                is_open.add(v)
            if k < len(after[v]):
                stack.append((v, k + 1))
                w = after[v][k]
                if w not in order:
                    stack.append((w, 0))
                elif w in is_open:
                    low[v] = min(low[v], order[w])
                continue
            if low[v] == order[v]:
                out.append(_closed(v, open_, is_open))
            if stack:
                parent = stack[-1][0]
                low[parent] = min(low[parent], low[v])
    return out


def _closed(v: int, open_: list[int], is_open: set[int]) -> list[int]:
    component = []
    while True:
        w = open_.pop()
        is_open.discard(w)
        component.append(w)
        if w == v:
            return sorted(component)


def in_order(after: Mapping[int, Sequence[int]], priority: Mapping[int, tuple[int, ...]]) -> list[int]:
    """A topological order: of what is ready, the least priority comes first."""
    waiting = {v: len(set(ws)) for v, ws in after.items()}
    readers: dict[int, list[int]] = {v: [] for v in after}
    for v, ws in after.items():
        for w in dict.fromkeys(ws):
            readers[w].append(v)
    ready = [(priority[v], v) for v, n in waiting.items() if n == 0]
    heapq.heapify(ready)
    out = []
    while ready:
        _, v = heapq.heappop(ready)
        out.append(v)
        for r in readers[v]:
            waiting[r] -= 1
            if waiting[r] == 0:
                heapq.heappush(ready, (priority[r], r))
    return out
