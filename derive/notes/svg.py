"""A drawing as SVG, for a page that holds it inline; its labels are MathML."""

from __future__ import annotations

from collections.abc import Callable

from derive.notes.drawing import Curve, Drawing, Label, Point

UNIT = 44.0
LABEL_HEIGHT = 30.0


def svg(drawing: Drawing, mathml: Callable[[str], str], title: str) -> str:
    """The picture; `mathml` shows a formula, `title` (escaped by the caller) is what a screen reader says."""
    width, height = svg_number(drawing.width), svg_number(drawing.height)
    lines = [
        f'<svg class="network" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">',
        f"<title>{title}</title>",
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7"'
        ' orient="auto"><path d="M0,0.8 L8,4 L0,7.2 z"/></marker></defs>',
    ]
    for c in drawing.curves:
        dashed = ' class="repeated"' if c.dashed else ""
        lines.append(f'<path{dashed} d="{_path(c)}" marker-end="url(#arrow)"/>')
    for b in drawing.boxes:
        x, y = b.centre[0] - b.width / 2, b.centre[1] - b.height / 2
        lines.append(
            f'<rect x="{svg_number(x)}" y="{svg_number(y)}" width="{svg_number(b.width)}"'
            f' height="{svg_number(b.height)}" rx="5"/>'
        )
    lines += [f'<circle cx="{svg_number(x)}" cy="{svg_number(y)}" r="{svg_number(0.14)}"/>' for x, y in drawing.neurons]
    lines += [_label(t, mathml) for t in drawing.labels]
    return "\n".join([*lines, "</svg>"])


def _path(c: Curve) -> str:
    pieces = (f"C{_point(p)} {_point(q)} {_point(r)}" for p, q, r in c.pieces)
    return " ".join((f"M{_point(c.start)}", *pieces))


def _point(p: Point) -> str:
    return f"{svg_number(p[0])},{svg_number(p[1])}"


def _label(t: Label, mathml: Callable[[str], str]) -> str:
    wide = t.width * UNIT + 40
    x, y = t.centre[0] * UNIT - wide / 2, t.centre[1] * UNIT - LABEL_HEIGHT / 2
    return (
        f'<foreignObject x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{LABEL_HEIGHT:.1f}">'
        f'<div xmlns="http://www.w3.org/1999/xhtml" class="label">{mathml(t.latex)}</div></foreignObject>'
    )


def svg_number(x: float) -> str:
    """Centimetres as pixels."""
    return f"{x * UNIT:.1f}"
