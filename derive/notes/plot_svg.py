"""A chart as SVG for a page that holds it inline; colours come from the style sheet, so that dark pages have theirs."""

from __future__ import annotations

from collections.abc import Callable

from derive.notes.document import Inline
from derive.notes.plot import Chart, Stroke, Text, colour_of, dash_of
from derive.notes.svg import UNIT, svg_number

TEXT_HEIGHT = 26.0
POINT = 1.25
"""Pixels in a point of dashes."""

_SIDES = {"left": "start", "middle": "center", "right": "end"}


def plot_svg(chart: Chart, say: Callable[[Inline], str], title: str) -> str:
    """The picture; `say` gives a text as HTML, `title` (escaped by the caller) is what a screen reader says."""
    width, height = svg_number(chart.width), svg_number(chart.height)
    lines = [
        f'<svg class="plot" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">',
        f"<title>{title}</title>",
    ]
    lines += [f'<polyline class="{_look(s)}"{_dashes(s)} points="{_points(s.points)}"/>' for s in chart.strokes]
    lines += [f'<polygon class="mark c{colour_of(m.style)}" points="{_points(m.points)}"/>' for m in chart.marks]
    lines += [_text(t, say) for t in chart.texts]
    return "\n".join([*lines, "</svg>"])


def _look(stroke: Stroke) -> str:
    return f"curve c{colour_of(stroke.style)}" if stroke.kind == "curve" else stroke.kind


def _dashes(stroke: Stroke) -> str:
    dash = dash_of(stroke.style) if stroke.kind == "curve" else ()
    return f' stroke-dasharray="{" ".join(f"{POINT * v:g}" for v in dash)}"' if dash else ""


def _points(points: tuple[tuple[float, float], ...]) -> str:
    return " ".join(f"{svg_number(x)},{svg_number(y)}" for x, y in points)


def _text(text: Text, say: Callable[[Inline], str]) -> str:
    wide = text.width * UNIT + 60
    left = text.at[0] * UNIT - {"left": 0.0, "middle": wide / 2, "right": wide}[text.align]
    top = text.at[1] * UNIT - TEXT_HEIGHT / 2
    return (
        f'<foreignObject x="{left:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{TEXT_HEIGHT:.1f}">'
        f'<div xmlns="http://www.w3.org/1999/xhtml" class="label {_SIDES[text.align]}">'
        f"<span>{say(text.content)}</span></div></foreignObject>"
    )
