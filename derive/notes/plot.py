"""A plot as lines, marks and texts, in centimetres with y downwards: what TikZ, SVG and Typst draw."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Literal

from derive.notes.document import Curve, Inline, Math, Panel, Plot
from derive.notes.drawing import EM, Point
from derive.notes.plot_scale import Scale, Tick, scale_of

MOST_BESIDE = 3
SHAPES = {1: (10.0, 5.4), 2: (6.4, 4.2), 3: (3.7, 3.0)}
"""Width and height of the field of a panel, by how many stand beside one another."""

TICKS = 7
LEFT, RIGHT, TOP, BOTTOM = 1.15, 0.25, 0.5, 1.05
TITLE = 0.55
GAP = 0.35
MARKED = 24
"""Curves with at most so many points have a mark at each."""

MARK = 0.085
SAMPLE = 0.9
LEGEND = 0.55
SMALL = 0.83
SHAPES_OF_MARKS = ((16, 0.0), (4, 0.125), (3, 0.0), (4, 0.0), (5, 0.0), (3, 0.5))
"""Corners and turn: circle, square, triangle, diamond, pentagon, triangle upside down."""

COLOURS = ("0072b2", "d55e00", "009e73", "aa4499", "b07d00", "444444")
"""After Okabe and Ito: told apart also by those who see few colours, and dark enough on white."""

DASHES = ((), (6.0, 2.5), (1.2, 2.0), (7.0, 2.0, 1.2, 2.0), (3.0, 2.0), (9.0, 3.0))
"""On and off (pt)."""

Kind = Literal["frame", "grid", "guide", "curve"]
Align = Literal["left", "middle", "right"]


@dataclass(frozen=True)
class Stroke:
    """A line through points; `style` counts the looks of curves."""

    points: tuple[Point, ...]
    kind: Kind
    style: int = 0


@dataclass(frozen=True)
class Mark:
    """A small filled polygon."""

    points: tuple[Point, ...]
    style: int


@dataclass(frozen=True)
class Text:
    """A text whose middle line is at the height of `at`; `width` is an estimate from above (cm)."""

    at: Point
    content: Inline
    align: Align
    width: float


@dataclass(frozen=True)
class Chart:
    """Everything to be drawn, within `width` × `height`."""

    width: float
    height: float
    strokes: tuple[Stroke, ...]
    marks: tuple[Mark, ...]
    texts: tuple[Text, ...]


Measure = Callable[[Inline], float]
"""The width of a text in em."""


def chart(plot: Plot, measure: Measure) -> Chart:
    """The picture: panels in rows, curves of one label alike in all of them, and one legend below."""
    beside = 2 if len(plot.panels) == 4 else min(len(plot.panels), MOST_BESIDE)
    field = SHAPES[beside]
    labels = tuple(dict.fromkeys(c.label for p in plot.panels for c in p.curves))
    titled = TITLE if any(p.title is not None for p in plot.panels) else 0.0
    pitch = (LEFT + field[0] + RIGHT + GAP, titled + TOP + field[1] + BOTTOM)
    rows = -(-len(plot.panels) // beside)
    drawn = _Canvas(measure)
    for k, panel in enumerate(plot.panels):
        corner = ((k % beside) * pitch[0] + LEFT, (k // beside) * pitch[1] + titled + TOP)
        _draw_panel(drawn, panel, corner, field, labels)
    width = max(beside * pitch[0] - GAP, *(t.at[0] + t.width / 2 for t in drawn.texts))
    height = _draw_legend(drawn, labels, rows * pitch[1], width)
    return Chart(width, height, tuple(drawn.strokes), tuple(drawn.marks), tuple(drawn.texts))


class _Canvas:
    """What has been drawn so far."""

    def __init__(self, measure: Measure) -> None:
        self._measure = measure
        self.strokes: list[Stroke] = []
        self.marks: list[Mark] = []
        self.texts: list[Text] = []

    def width(self, content: Inline) -> float:
        return SMALL * EM * self._measure(content)

    def write(self, at: Point, content: Inline, align: Align) -> None:
        self.texts.append(Text(at, content, align, self.width(content)))


def _draw_panel(drawn: _Canvas, panel: Panel, corner: Point, field: Point, labels: Sequence[Inline]) -> None:
    (left, top), (wide, high) = corner, field
    across = scale_of([*(p[0] for c in panel.curves for p in c.points), *panel.uprights], TICKS, tight=True)
    up = scale_of([*(p[1] for c in panel.curves for p in c.points), *panel.guides], TICKS, panel.logarithmic)

    def at(x: float, y: float) -> Point:
        return left + wide * x, top + high * (1 - y)

    for tick, x in _placed(across):
        drawn.strokes.append(Stroke((at(x, 0), at(x, 1)), "grid"))
        drawn.write((at(x, 0)[0], top + high + 0.25), Math(tick.latex), "middle")
    for tick, y in _placed(up):
        drawn.strokes.append(Stroke((at(0, y), at(1, y)), "grid"))
        drawn.write((left - 0.12, at(0, y)[1]), Math(tick.latex), "right")
    drawn.strokes.append(Stroke((at(0, 0), at(1, 0), at(1, 1), at(0, 1), at(0, 0)), "frame"))
    for guide in map(up.place, panel.guides):
        if guide is not None:
            drawn.strokes.append(Stroke((at(0, guide), at(1, guide)), "guide"))
    for guide in map(across.place, panel.uprights):
        if guide is not None:
            drawn.strokes.append(Stroke((at(guide, 0), at(guide, 1)), "guide"))
    for curve in panel.curves:
        _draw_curve(drawn, curve, labels.index(curve.label), [_seen(p, across, up, at) for p in curve.points])
    drawn.write((left, top - 0.27), panel.y, "left")
    drawn.write((left + wide / 2, top + high + 0.7), panel.x, "middle")
    if panel.title is not None:
        drawn.write((left + wide / 2, top - TOP - TITLE / 2 + 0.1), panel.title, "middle")


def _placed(scale: Scale) -> Iterator[tuple[Tick, float]]:
    for tick in scale.ticks:
        place = scale.place(tick.value)
        assert place is not None, "ticks are within the axis"
        yield tick, place


def _seen(point: Point, across: Scale, up: Scale, at: Callable[[float, float], Point]) -> Point | None:
    x, y = across.place(point[0]), up.place(point[1])
    return None if x is None or y is None else at(x, y)


def _draw_curve(drawn: _Canvas, curve: Curve, number: int, points: Sequence[Point | None]) -> None:
    """Lines through neighbours that both have a place; marks where points are few, and at lonely ones."""
    run: list[Point] = []
    for point in (*points, None):
        if point is not None:
            run.append(point)
            continue
        if len(run) > 1:
            drawn.strokes.append(Stroke(tuple(run), "curve", number))
        if len(curve.points) <= MARKED or len(run) == 1:
            drawn.marks += [Mark(_shape(p, number), number) for p in run]
        run = []


def colour_of(style: int) -> int:
    return style % len(COLOURS)


def dash_of(style: int) -> tuple[float, ...]:
    """The dashes of a style; those of a second round of colours are shifted."""
    return DASHES[(style + style // len(COLOURS)) % len(DASHES)]


def _shape(centre: Point, style: int) -> tuple[Point, ...]:
    """The polygon of a mark."""
    corners, turn = SHAPES_OF_MARKS[(style + style // len(COLOURS)) % len(SHAPES_OF_MARKS)]
    radius = MARK if corners > 5 else 1.25 * MARK
    angles = (2 * pi * (k / corners + turn) - pi / 2 for k in range(corners))
    return tuple((centre[0] + radius * cos(a), centre[1] + radius * sin(a)) for a in angles)


def _draw_legend(drawn: _Canvas, labels: Sequence[Inline], top: float, width: float) -> float:
    """Samples of lines with their labels, in as many lines as they need; the height of the whole."""
    if not labels:
        return top
    rows: list[list[int]] = [[]]
    used = 0.0
    for k, label in enumerate(labels):
        wide = SAMPLE + 0.6 + drawn.width(label)
        if rows[-1] and used + wide > width:
            rows.append([])
            used = 0.0
        rows[-1].append(k)
        used += wide
    for r, row in enumerate(rows):
        x = (width - sum(SAMPLE + 0.6 + drawn.width(labels[k]) for k in row)) / 2
        y = top + LEGEND * (r + 0.5)
        for k in row:
            drawn.strokes.append(Stroke(((x, y), (x + SAMPLE, y)), "curve", k))
            if any(m.style == k for m in drawn.marks):
                drawn.marks.append(Mark(_shape((x + SAMPLE / 2, y), k), k))
            drawn.write((x + SAMPLE + 0.15, y), labels[k], "left")
            x += SAMPLE + 0.6 + drawn.width(labels[k])
    return top + LEGEND * len(rows)
