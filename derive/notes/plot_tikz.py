"""A chart as a TikZ picture."""

from __future__ import annotations

from collections.abc import Callable
from math import floor

from derive.notes.document import Inline
from derive.notes.drawing import Point
from derive.notes.plot import COLOURS, Chart, Stroke, colour_of, dash_of

LINE_WIDTH = 16.2
_ANCHORS = {"left": "west", "middle": "center", "right": "east"}
_LINES = {
    "frame": "black!60, line width=0.5pt",
    "grid": "black!12, line width=0.4pt",
    "guide": "black!60, line width=0.5pt, dash pattern=on 4pt off 3pt",
}


def plot_tikz(chart: Chart, say: Callable[[Inline], str]) -> str:
    """The picture, reduced to the width of a line (cm) where it is wider; `say` gives a text as LaTeX."""
    scale = min(1.0, floor(1000 * LINE_WIDTH / chart.width) / 1000)
    lines = [rf"\begin{{tikzpicture}}[x=1cm, y=-1cm, scale={_number(scale)}, transform shape]"]
    lines += [rf"  \definecolor{{derive{k}}}{{HTML}}{{{c.upper()}}}" for k, c in enumerate(COLOURS)]
    lines += [rf"  \draw[{_look(s)}] {' -- '.join(map(_point, s.points))};" for s in chart.strokes]
    lines += [
        rf"  \fill[derive{colour_of(m.style)}] {' -- '.join(map(_point, m.points))} -- cycle;" for m in chart.marks
    ]
    lines += [
        rf"  \node[anchor={_ANCHORS[t.align]}, inner sep=0pt, font=\footnotesize] at {_point(t.at)}"
        rf" {{\strut {say(t.content)}}};"
        for t in chart.texts
    ]
    return "\n".join([*lines, r"\end{tikzpicture}"])


def _look(stroke: Stroke) -> str:
    if stroke.kind != "curve":
        return _LINES[stroke.kind]
    dash = dash_of(stroke.style)
    ons = " ".join(f"{'on' if k % 2 == 0 else 'off'} {_number(v)}pt" for k, v in enumerate(dash))
    pattern = f", dash pattern={ons}" if dash else ""
    return f"derive{colour_of(stroke.style)}, line width=0.9pt, line join=round{pattern}"


def _point(p: Point) -> str:
    return f"({_number(p[0])},{_number(p[1])})"


def _number(x: float) -> str:
    return f"{x:.3f}".rstrip("0").rstrip(".") if round(x, 3) else "0"
