"""A placed graph as lines, boxes, circles and labels, in centimetres with y downwards: what TikZ and SVG draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from derive.notes.formula import width
from derive.notes.graph import Edge, Graph, Node
from derive.notes.placement import Placement, Spot, place

EM = 0.37
BOX_HEIGHT = {"layer": 2.3, "value": 1.0, "number": 1.0, "block": 0.5, "dots": 1.0}
LOOP = 0.75
NARROW = 0.92
NEURON = 0.14
MIDDLE, APART = 0.325, 0.4
"""Of the neurons of a layer that shows all: how far below the middle of the box they are centred, how far apart."""
LINE = 0.5
LIFT = 0.32
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
    """A smooth line with an arrow head: cubic pieces, each given by its control points and its end."""

    start: Point
    pieces: tuple[tuple[Point, Point, Point], ...]
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
    """The drawing of a graph, no higher than what stands in it; equal graphs give equal drawings."""
    placement = place(graph)
    nodes = placement.graph.nodes
    spots = _points(placement)
    labels = [label for n in nodes for label in _node_labels(n, spots.centres[n.key])]
    curves = [_loop(n, spots.centres[n.key]) for n in nodes if n.loop]
    for e in placement.graph.edges:
        curve, label = _arrow(e, placement.graph, spots)
        curves.append(curve)
        labels += label
    whole = Drawing(
        spots.size[0],
        spots.size[1],
        tuple(Box(spots.centres[n.key], _width(n), _height(n)) for n in nodes if n.shape != "dots"),
        tuple(p for n in nodes if n.shape == "layer" for p in _neurons(spots.centres[n.key], n.units)),
        tuple(labels),
        tuple(curves),
    )
    return _trimmed(whole)


def _trimmed(drawing: Drawing) -> Drawing:
    """The drawing without empty strips above and below."""
    ends = [b.centre[1] + d * b.height / 2 for b in drawing.boxes for d in (-1, 1)]
    ends += [t.centre[1] + d * LINE / 2 for t in drawing.labels for d in (-1, 1)]
    ends += [y for c in drawing.curves for y in (c.start[1], *(p[1] for piece in c.pieces for p in piece))]
    up = min(ends) - MARGIN

    def moved(p: Point) -> Point:
        return p[0], p[1] - up

    return Drawing(
        drawing.width,
        max(ends) + MARGIN - up,
        tuple(replace(b, centre=moved(b.centre)) for b in drawing.boxes),
        tuple(map(moved, drawing.neurons)),
        tuple(replace(t, centre=moved(t.centre)) for t in drawing.labels),
        tuple(
            replace(c, start=moved(c.start), pieces=tuple((moved(p), moved(q), moved(r)) for p, q, r in c.pieces))
            for c in drawing.curves
        ),
    )


@dataclass(frozen=True)
class Points:
    """Where the nodes stand, through which points edges pass, and how large the whole is."""

    centres: Mapping[str, Point]
    bends: Mapping[Edge, tuple[Point, ...]]
    size: Point


def _points(placement: Placement) -> Points:
    nodes = placement.graph.nodes
    is_blocks = any(n.shape == "block" for n in nodes)
    notes = 0 if is_blocks else max(len(n.notes) for n in nodes)
    tallest = max(map(_height, nodes))
    pitch = (tallest if is_blocks else BOX_HEIGHT["layer"]) + LINE * notes + 0.4
    room = tallest / 2 + MARGIN
    rows = [r for _, r in placement.spots.values()]
    bent = [r for b in placement.bends.values() for _, r in b]
    loops = [placement.spots[n.key][1] * pitch - _height(n) / 2 - LOOP - LINE - MARGIN for n in nodes if n.loop]
    top = min(min(rows) * pitch - room, *(r * pitch - MARGIN - LINE for r in bent), *loops, 0.0)
    bottom = max(max(rows) * pitch + room + LINE * notes, *(r * pitch + MARGIN for r in bent), 0.0)
    xs = _columns(placement)

    def point(spot: Spot) -> Point:
        return xs[spot[0]], spot[1] * pitch - top

    last = max(_width(n) for n in nodes if placement.spots[n.key][0] == len(xs) - 1)
    return Points(
        {n.key: point(placement.spots[n.key]) for n in nodes},
        {e: tuple(point(s) for s in b) for e, b in placement.bends.items()},
        (xs[-1] + last / 2 + MARGIN, bottom - top),
    )


def _width(n: Node) -> float:
    if n.shape == "block":
        return max(0.9, *(_text_width(t) + 0.3 for t in (n.label, *n.notes)))
    return max(0.9, EM * width(n.label) + 0.35)


def _text_width(latex: str) -> float:
    """The width of a line of a block; lower case letters are narrower than those of names in formulas."""
    return EM * width(latex) * (NARROW if latex.startswith(r"\text") and latex.isascii() else 1.0)


def _height(n: Node) -> float:
    return BOX_HEIGHT[n.shape] + (LINE * (1 + len(n.notes)) if n.shape == "block" else 0.0)


def _columns(placement: Placement) -> list[float]:
    """The x of each column: boxes and labels of arrows have room between them."""
    nodes = placement.graph.nodes
    half = [
        max(
            (
                max(_width(n), *(EM * width(t) for t in n.notes)) / 2 if n.notes else _width(n) / 2
                for n in nodes
                if placement.spots[n.key][0] == c
            ),
            default=0.2,
        )
        for c in range(placement.columns)
    ]
    gaps = [0.6 if any(n.shape == "block" for n in nodes) else 0.9] * placement.columns
    for e in placement.graph.edges:
        end = placement.spots[e.target][0]
        gaps[end] = max(gaps[end], EM * width(e.label) + 0.5, 1.3 if e.repeated else 0.0)
    xs = [half[0] + MARGIN]
    for c in range(1, placement.columns):
        xs.append(xs[-1] + half[c - 1] + gaps[c] + half[c])
    return xs


def _node_labels(n: Node, centre: Point) -> list[Label]:
    """The symbol (above neurons where there are any), and the notes: below the box, in a block inside it."""
    x, y = centre
    height = _height(n)
    if n.shape == "block":
        first = y - LINE * len(n.notes) / 2
        out = [Label((x, first + LINE * k), t, EM * width(t)) for k, t in enumerate((n.label, *n.notes))]
        return [*out, Label((x, y - height / 2 - LOOP - LIFT / 2), n.loop, EM * width(n.loop))] if n.loop else out
    lift = height / 2 - 0.35 if n.shape == "layer" else 0.0
    out = [Label((x, y - lift), n.label, EM * width(n.label))]
    for k, note in enumerate(n.notes):
        out.append(Label((x, y + height / 2 + LINE * (k + 0.6)), note, EM * width(note)))
    if n.shape == "layer" and not n.units:
        out.append(Label((x, y + 0.49), r"\vdots", EM))
    return out


def _neurons(centre: Point, units: int) -> tuple[Point, ...]:
    """Every unit of a layer of few; else the first ones and the last, with room for dots between."""
    x, y = centre
    if units:
        return tuple((x, y + MIDDLE + APART * (k - (units - 1) / 2)) for k in range(units))
    return tuple((x, y + d) for d in (-0.28, 0.1, 0.93))


def _loop(n: Node, centre: Point) -> Curve:
    """The arrow from the top of a box back to it, from right to left."""
    x, top = centre[0], centre[1] - _height(n) / 2
    side, up = _width(n) / 4, top - LOOP * 4 / 3
    return Curve((x + side, top), (((x + side, up), (x - side, up), (x - side, top)),))


def _arrow(e: Edge, graph: Graph, points: Points) -> tuple[Curve, list[Label]]:
    """The arrow from box to box, with its label above or below its last stretch, where the curve is not."""
    bends = points.bends[e]
    start, rises = _side(graph.node(e.source), points.centres[e.source], bends[:1], 1)
    end, falls = _side(graph.node(e.target), points.centres[e.target], bends[-1:], -1)
    path = (start, *bends, end)
    upright = (rises, *(False for _ in bends), falls)
    pieces = tuple(_piece(a, b, upright[k], upright[k + 1]) for k, (a, b) in enumerate(pairwise(path)))
    curve = Curve(start, pieces, e.repeated)
    if not e.label:
        return curve, []
    (x0, y0), (x1, y1) = (bends[0], bends[-1]) if bends else (start, end)
    below = y1 > y0 + 0.01
    middle = ((x0 + x1) / 2, y1 + (LIFT if below else -LIFT))
    return curve, [Label(middle, e.label, EM * width(e.label))]


def _side(n: Node, centre: Point, bend: Sequence[Point], side: int) -> tuple[Point, bool]:
    """Where an arrow touches a box: at its side, or on top (below) if it passes above (below) other boxes."""
    x, y = centre
    if bend and abs(bend[0][1] - y) > _height(n) / 2:
        up = -1 if bend[0][1] < y else 1
        return (x + side * _width(n) / 4, y + up * _height(n) / 2), True
    return (x + side * _width(n) / 2, y), False


def _piece(a: Point, b: Point, up_at_a: bool, up_at_b: bool) -> tuple[Point, Point, Point]:
    """A cubic from a to b, vertical where it is said and horizontal elsewhere."""
    half = (a[0] + b[0]) / 2
    first = (a[0], a[1] + (b[1] - a[1]) * 0.7) if up_at_a else (half, a[1])
    second = (b[0], b[1] + (a[1] - b[1]) * 0.7) if up_at_b else (half, b[1])
    return first, second, b
