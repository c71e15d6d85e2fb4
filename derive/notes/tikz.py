"""A drawing as a TikZ picture."""

from __future__ import annotations

from math import floor

from derive.notes.drawing import Curve, Drawing, Point

LINE_WIDTH = 16.0


def tikz(drawing: Drawing) -> str:
    """The picture, reduced to the width of a line (cm) where it is wider."""
    scale = min(1.0, floor(1000 * LINE_WIDTH / drawing.width) / 1000)
    lines = [rf"\begin{{tikzpicture}}[x=1cm, y=-1cm, scale={_number(scale)}, transform shape, >=stealth, semithick]"]
    lines += [rf"  \draw[->{', densely dotted' if c.dashed else ''}] {_path(c)};" for c in drawing.curves]
    for b in drawing.boxes:
        (x, y), w, h = b.centre, b.width / 2, b.height / 2
        lines.append(
            rf"  \draw[rounded corners=3pt, fill=black!4] {_point((x - w, y - h))} rectangle {_point((x + w, y + h))};"
        )
    lines += [rf"  \draw[fill=white] {_point(p)} circle [radius=0.14];" for p in drawing.neurons]
    lines += [rf"  \node[inner sep=0pt] at {_point(t.centre)} {{${t.latex}$}};" for t in drawing.labels]
    return "\n".join([*lines, r"\end{tikzpicture}"])


def _path(c: Curve) -> str:
    pieces = (f".. controls {_point(p)} and {_point(q)} .. {_point(r)}" for p, q, r in c.pieces)
    return " ".join((_point(c.start), *pieces))


def _point(p: Point) -> str:
    return f"({_number(p[0])}, {_number(p[1])})"


def _number(x: float) -> str:
    return f"{x:.3f}".rstrip("0").rstrip(".") if round(x, 3) else "0"
