"""A drawing as Typst content: every part placed in a box of the drawing's size."""

from __future__ import annotations

from math import atan2, cos, pi, sin

from derive.notes.drawing import Curve, Drawing, Point
from derive.notes.typst_math import typst_math

LINE_WIDTH = 16.0
HEAD = 0.16
SPREAD = 0.45
LABEL_WIDTH = 12.0


def typst_drawing(drawing: Drawing) -> str:
    """The picture, reduced to the width of a line (cm) where it is wider."""
    scale = min(1.0, LINE_WIDTH / drawing.width)
    lines = [f"#scale({scale:.1%}, reflow: true, box(width: {_cm(drawing.width)}, height: {_cm(drawing.height)}, {{"]
    lines += [_arrow(c) for c in drawing.curves]
    for b in drawing.boxes:
        corner = (b.centre[0] - b.width / 2, b.centre[1] - b.height / 2)
        shape = f"rect(width: {_cm(b.width)}, height: {_cm(b.height)}, radius: 3pt, fill: luma(96%), stroke: 0.6pt)"
        lines.append(_placed(corner, shape))
    for x, y in drawing.neurons:
        lines.append(_placed((x - 0.14, y - 0.14), "circle(radius: 0.14cm, fill: white, stroke: 0.6pt)"))
    for t in drawing.labels:
        corner = (t.centre[0] - LABEL_WIDTH / 2, t.centre[1] - 1)
        content = f"box(width: {_cm(LABEL_WIDTH)}, height: 2cm, align(center + horizon, $ {typst_math(t.latex)} $))"
        lines.append(_placed(corner, content))
    return "\n".join([*lines, "}))"])


def _placed(corner: Point, content: str) -> str:
    return f"  place(top + left, dx: {_cm(corner[0])}, dy: {_cm(corner[1])}, {content})"


def _arrow(c: Curve) -> str:
    """The line, and a head along its last tangent."""
    pieces = "".join(f", curve.cubic({_point(p)}, {_point(q)}, {_point(r)})" for p, q, r in c.pieces)
    dash = ', dash: "densely-dotted"' if c.dashed else ""
    _, before, end = c.pieces[-1]
    angle = atan2(end[1] - before[1], end[0] - before[0])
    wings = (_along(end, angle + pi - SPREAD / 2), _along(end, angle + pi + SPREAD / 2))
    head = f"polygon(fill: black, {_point(end)}, {_point(wings[0])}, {_point(wings[1])})"
    line = f"curve(stroke: (paint: black, thickness: 0.6pt{dash}), curve.move({_point(c.start)}){pieces})"
    return f"  place(top + left, {line})\n  place(top + left, {head})"


def _along(start: Point, angle: float) -> Point:
    return start[0] + HEAD * cos(angle), start[1] + HEAD * sin(angle)


def _point(p: Point) -> str:
    return f"({_cm(p[0])}, {_cm(p[1])})"


def _cm(x: float) -> str:
    return f"{x:.3f}cm"
