"""A chart as Typst content: every part placed in a box of the chart's size."""

from __future__ import annotations

from collections.abc import Callable

from derive.notes.document import Inline
from derive.notes.drawing import Point
from derive.notes.plot import COLOURS, Chart, Mark, Stroke, Text, colour_of, dash_of

LINE_WIDTH = 16.2
ROOM = 1.5
_LINES = {
    "frame": "(paint: luma(40%), thickness: 0.5pt)",
    "grid": "(paint: luma(88%), thickness: 0.4pt)",
    "guide": "(paint: luma(40%), thickness: 0.5pt, dash: (4pt, 3pt))",
}


def plot_typst(chart: Chart, say: Callable[[Inline], str]) -> str:
    """The picture, reduced to the width of a line (cm) where it is wider; `say` gives a text as Typst markup."""
    scale = min(1.0, LINE_WIDTH / chart.width)
    lines = [f"#scale({scale:.1%}, reflow: true, box(width: {_cm(chart.width)}, height: {_cm(chart.height)}, {{"]
    lines.append("  set text(size: 0.83em)")
    lines += [_placed((0.0, 0.0), _stroke(s)) for s in chart.strokes]
    lines += [_placed((0.0, 0.0), _mark(m)) for m in chart.marks]
    lines += [_text(t, say) for t in chart.texts]
    return "\n".join([*lines, "}))"])


def _placed(corner: Point, content: str) -> str:
    return f"  place(top + left, dx: {_cm(corner[0])}, dy: {_cm(corner[1])}, {content})"


def _stroke(stroke: Stroke) -> str:
    first, *others = map(_point, stroke.points)
    pieces = "".join(f", curve.line({p})" for p in others)
    return f"curve(stroke: {_look(stroke)}, curve.move({first}){pieces})"


def _look(stroke: Stroke) -> str:
    if stroke.kind != "curve":
        return _LINES[stroke.kind]
    dash = ", ".join(f"{v}pt" for v in dash_of(stroke.style))
    pattern = f", dash: ({dash})" if dash else ""
    return f'(paint: rgb("{COLOURS[colour_of(stroke.style)]}"), thickness: 0.9pt, join: "round"{pattern})'


def _mark(mark: Mark) -> str:
    return f'polygon(fill: rgb("{COLOURS[colour_of(mark.style)]}"), {", ".join(map(_point, mark.points))})'


def _text(text: Text, say: Callable[[Inline], str]) -> str:
    wide = text.width + ROOM
    side, shift = {"left": ("left", 0.0), "middle": ("center", wide / 2), "right": ("right", wide)}[text.align]
    content = f"box(width: {_cm(wide)}, height: 1cm, align({side} + horizon)[{say(text.content)}])"
    return _placed((text.at[0] - shift, text.at[1] - 0.5), content)


def _point(p: Point) -> str:
    return f"({_cm(p[0])}, {_cm(p[1])})"


def _cm(x: float) -> str:
    return f"{x:.3f}cm"
