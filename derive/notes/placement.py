"""Where the nodes of a graph stand: columns from left to right by the longest path, rows along straight lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from derive.notes.graph import Edge, Graph, Node

ASIDE = 0.8
SHOWN_COLUMNS = 10
KEPT_COLUMNS = 4
DOTS = "…"

Spot = tuple[int, float]
"""A column, and a row counted from the main line downwards."""


@dataclass(frozen=True)
class Placement:
    """The spots of the nodes, and for every edge that skips columns the spots it passes through."""

    graph: Graph
    spots: Mapping[str, Spot]
    bends: Mapping[Edge, tuple[Spot, ...]]

    @property
    def columns(self) -> int:
        return 1 + max(column for column, _ in self.spots.values())


def place(graph: Graph) -> Placement:
    """Place every node; a graph too long to be read is shortened in the middle first."""
    columns = _columns(graph)
    if max(columns.values()) >= SHOWN_COLUMNS:
        graph = _shortened(graph, columns)
        columns = _columns(graph)
    rows: dict[str, float] = {}
    taken: dict[int, list[float]] = {}
    bends: dict[Edge, list[Spot]] = {e: [] for e in graph.edges}
    for column in range(1 + max(columns.values())):
        here = [n for n in graph.nodes if columns[n.key] == column]
        for node, row in _rows(here, graph, rows):
            rows[node.key] = row
            taken.setdefault(column, []).append(row)
        for e in graph.edges:
            if columns[e.source] < column < columns[e.target]:
                before = bends[e][-1][1] if bends[e] else rows[e.source]
                row = _free_row(before, taken.get(column, []), first=not bends[e])
                bends[e].append((column, row))
                taken.setdefault(column, []).append(row)
    spots = {n.key: (columns[n.key], rows[n.key]) for n in graph.nodes}
    return Placement(graph, spots, {e: tuple(b) for e, b in bends.items()})


def _columns(graph: Graph) -> dict[str, int]:
    """The longest path to each node; a node that nothing leads to stands just before its first reader."""
    columns: dict[str, int] = {}
    into: dict[str, list[str]] = {n.key: [] for n in graph.nodes}
    out: dict[str, list[str]] = {n.key: [] for n in graph.nodes}
    for e in graph.edges:
        into[e.target].append(e.source)
        out[e.source].append(e.target)
    ready = [n.key for n in graph.nodes if not into[n.key]]
    missing = {k: len(v) for k, v in into.items()}
    while ready:
        key = ready.pop(0)
        columns[key] = max((columns[s] + 1 for s in into[key]), default=0)
        for t in out[key]:
            missing[t] -= 1
            if not missing[t]:
                ready.append(t)
    for key in columns:
        if not into[key] and out[key]:
            columns[key] = min(columns[t] for t in out[key]) - 1
    return columns


def _rows(here: Sequence[Node], graph: Graph, rows: Mapping[str, float]) -> list[tuple[Node, float]]:
    """Each node on the mean row of what leads to it; several that want one row spread around it."""
    wanted = []
    for n in here:
        before = [rows[e.source] for e in graph.edges if e.target == n.key and e.source in rows]
        wanted.append((sum(before) / len(before) if before else 0.0, n))
    aside = [n for w, n in wanted if not any(e.target == n.key for e in graph.edges)]
    straight = [(w, n) for w, n in wanted if n not in aside]
    out: list[tuple[Node, float]] = []
    for row in dict.fromkeys(w for w, _ in straight):
        group = [n for w, n in straight if w == row]
        out += [(n, row + k - (len(group) - 1) / 2) for k, n in enumerate(group)]
    out = _apart(sorted(out, key=lambda p: p[1]))
    for n in aside:
        out.append((n, max((r for _, r in out), default=-1.0) + 1))
    return out


def _apart(placed: list[tuple[Node, float]]) -> list[tuple[Node, float]]:
    """Push rows down until neighbours are a whole row apart."""
    out: list[tuple[Node, float]] = []
    for n, row in placed:
        out.append((n, max(row, out[-1][1] + 1) if out else row))
    return out


def _free_row(wanted: float, taken: Sequence[float], first: bool) -> float:
    """The row nearest to `wanted` that no box covers, above rather than below."""
    tries = [wanted] if not first or all(abs(wanted - t) >= ASIDE for t in taken) else []
    for k in range(1, 20):
        tries += [wanted - k * ASIDE / 2, wanted + k * ASIDE / 2]
    return next((r for r in tries if all(abs(r - t) >= ASIDE - 1e-9 for t in taken)), wanted)


def _shortened(graph: Graph, columns: Mapping[str, int]) -> Graph:
    """The first and the last columns, with dots between them."""
    last = max(columns.values())
    kept = [n for n in graph.nodes if not KEPT_COLUMNS <= columns[n.key] <= last - KEPT_COLUMNS]
    keys = {n.key for n in kept}
    dots = Node(DOTS, r"\cdots", "dots")

    def end(key: str) -> str:
        return key if key in keys else DOTS

    edges: dict[tuple[str, str], Edge] = {}
    for e in graph.edges:
        source, target = end(e.source), end(e.target)
        if source != target:
            label = e.label if source == e.source and target == e.target else ""
            edges.setdefault((source, target), Edge(source, target, label, e.repeated))
    return Graph((*kept, dots), tuple(edges.values()))
