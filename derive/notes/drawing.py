"""A placed graph as lines, boxes, circles and labels, in centimetres with y downwards: what TikZ and SVG draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from derive.notes.formula import width
from derive.notes.graph import Edge, Graph, Node
from derive.notes.placement import Placement, Spot, place

EM = 0.37
ROW = 3.3
BOX_HEIGHT = {"layer": 2.3, "value": 1.0, "number": 1.0, "dots": 1.0}
NEURON = 0.14
LINE = 0.5
MARGIN = 0.15

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A rounded rectangle around a centre."""

    centre: Point
    width: float
    height: float


@dataclass(frozen=True)
class Label:
    """A formula around a centre."""

    centre: Point
    latex: str
    width: float


@dataclass(frozen=True)
class Curve:
    """A smooth line through points, horizontal at each of them, with an arrow head at its end."""

    points: tuple[Point, ...]
    dashed: bool = False


@dataclass(frozen=True)
class Drawing:
    """Everything to be drawn, within `width` × `height`."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    neurons: tuple[Point, ...]
    labels: tuple[Label, ...]
    curves: tuple[Curve, ...]


def draw(graph: Graph) -> Drawing:
    """The drawing of a graph; equal graphs give equal drawings."""
    placement = place(graph)
    xs = _columns(placement)
    rows = [r for _, r in placement.spots.values()] + [r for b in placement.bends.values() for _, r in b]
    top = min(rows)
    room = BOX_HEIGHT["layer"] / 2 + MARGIN

    def point(spot: Spot) -> Point:
        return xs[spot[0]], (spot[1] - top) * ROW + room

    nodes = placement.graph.nodes
    centres = {n.key: point(placement.spots[n.key]) for n in nodes}
    boxes = tuple(Box(centres[n.key], _width(n), _height(n)) for n in nodes if n.shape != "dots")
    labels = [label for n in nodes for label in _node_labels(n, centres[n.key])]
    curves = []
    for e in placement.graph.edges:
        curve, label = _arrow(e, placement, centres, [point(s) for s in placement.bends[e]])
        curves.append(curve)
        labels += label
    neurons = tuple(p for n in nodes if n.shape == "layer" for p in _neurons(centres[n.key]))
    notes = max(len(n.notes) for n in nodes)
    right = xs[-1] + max(_width(n) for n in nodes if placement.spots[n.key][0] == len(xs) - 1) / 2
    height = (max(rows) - top) * ROW + 2 * room + LINE * notes
    return Drawing(right + MARGIN, height, boxes, neurons, tuple(labels), tuple(curves))


def _width(n: Node) -> float:
    return max(0.9, EM * width(n.label) + 0.35)


def _height(n: Node) -> float:
    return BOX_HEIGHT[n.shape]


def _columns(placement: Placement) -> list[float]:
    """The x of each column: boxes and labels of arrows have room between them."""
    nodes = placement.graph.nodes
    half = [
        max((max(_width(n), *(EM * width(t) for t in n.notes)) / 2 if n.notes else _width(n) / 2
             for n in nodes if placement.spots[n.key][0] == c), default=0.2)
        for c in range(placement.columns)
    ]
    gaps = [0.9] * placement.columns
    for e in placement.graph.edges:
        end = placement.spots[e.target][0]
        gaps[end] = max(gaps[end], EM * width(e.label) + 0.5, 1.3 if e.repeated else 0.0)
    xs = [half[0] + MARGIN]
    for c in range(1, placement.columns):
        xs.append(xs[-1] + half[c - 1] + gaps[c] + half[c])
    return xs


def _node_labels(n: Node, centre: Point) -> list[Label]:
    """The symbol (above the neurons where there are any), and the notes below the box."""
    x, y = centre
    height = _height(n)
    lift = height / 2 - 0.35 if n.shape == "layer" else 0.0
    out = [Label((x, y - lift), n.label, EM * width(n.label))]
    for k, note in enumerate(n.notes):
        out.append(Label((x, y + height / 2 + LINE * (k + 0.6)), note, EM * width(note)))
    if n.shape == "layer":
        out.append(Label((x, y + 0.49), r"\vdots", EM))
    return out


def _neurons(centre: Point) -> tuple[Point, ...]:
    x, y = centre
    return tuple((x, y + d) for d in (-0.28, 0.1, 0.93))


def _arrow(
    e: Edge, placement: Placement, centres: Mapping[str, Point], bends: list[Point]
) -> tuple[Curve, list[Label]]:
    """The arrow from box to box, with its label above its last stretch."""
    graph = placement.graph
    source, target = graph.node(e.source), graph.node(e.target)
    (x0, y0), (x1, y1) = centres[e.source], centres[e.target]
    start, end = (x0 + _width(source) / 2, y0), (x1 - _width(target) / 2, y1)
    curve = Curve((start, *bends, end), e.repeated)
    if not e.label:
        return curve, []
    x, y = bends[-1] if bends else start
    middle = (x + end[0]) / 2, (y + end[1]) / 2
    return curve, [Label((middle[0], middle[1] - 0.3), e.label, EM * width(e.label))]
