"""Plots: ticks, ranges, what has no place on an axis, and the same picture in every format."""

from __future__ import annotations

import re
from math import inf, isfinite, log10, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive.notes.document import Curve, Document, Inline, Math, Panel, Plain, Plot, Section, words
from derive.notes.numerals import shown
from derive.notes.plot import COLOURS, Chart, chart, colour_of, dash_of
from derive.notes.plot_scale import scale_of
from derive.notes.plot_table import values_of
from derive.notes.render_html import render_html
from derive.notes.render_markdown import render_markdown
from derive.notes.render_pdf import render_pdf
from derive.notes.render_tex import render_tex
from derive.notes.typst_pdf import render_typst_pdf
from tests.unit.notes.handouts import require_tex

CAPTION = words("own", text=Plain("a plot & 50 % of $x$"))
NUMBERS = st.floats(-1e12, 1e12)


def panel(*curves: tuple[tuple[float, float], ...], **more: object) -> Panel:
    drawn = tuple(Curve(Plain(f"curve {k}"), points) for k, points in enumerate(curves))
    return Panel(drawn, Math("x"), Math("y"), **more)  # type: ignore[arg-type]


def drawn(*panels: Panel) -> Chart:
    return chart(Plot(CAPTION, panels), lambda inline: 3.0)


def texts(made: Chart) -> list[Inline]:
    return [t.content for t in made.texts]


@given(st.lists(NUMBERS, min_size=1, max_size=6))
def test_every_value_and_every_tick_is_on_the_axis(values: list[float]) -> None:
    scale = scale_of(values, 7)
    places = [scale.place(v) for v in (*values, *(t.value for t in scale.ticks))]
    assert all(p is not None and -1e-9 <= p <= 1 + 1e-9 for p in places)
    assert 1 <= len(scale.ticks) <= 9


@given(st.lists(st.floats(1e-200, 1e200), min_size=1, max_size=6))
def test_a_logarithmic_axis_has_powers_of_ten(values: list[float]) -> None:
    scale = scale_of(values, 7, logarithmic=True)
    assert all(0 <= (scale.place(v) or 0) <= 1 + 1e-9 for v in values)
    exponents = [log10(t.value) for t in scale.ticks]
    assert all(abs(e - round(e)) < 1e-9 for e in exponents) and 2 <= len(exponents) <= 8


@pytest.mark.parametrize(
    ("values", "written"),
    [
        ((0.0, 1.0), ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        ((-6.0, 6.0), ["-6", "-4", "-2", "0", "2", "4", "6"]),
        ((1.0, 1.0), ["0.6", "0.8", "1.0", "1.2", "1.4"]),
        ((0.0, 3e-7), ["0", r"5 \times 10^{-8}", r"10 \times 10^{-8}"]),
    ],
)
def test_ticks(values: tuple[float, ...], written: list[str]) -> None:
    assert [t.latex for t in scale_of(values, 7, tight=True).ticks][: len(written)] == written


def test_ticks_say_their_values() -> None:
    for values in ((0.0, 0.7), (-3e5, 8e5), (2e-9, 5e-9), (17.0, 18.0)):
        for tick in scale_of(values, 7).ticks:
            number = re.sub(r" \\times 10\^\{(-?\d+)\}", r"e\1", tick.latex)
            assert float(number) == pytest.approx(tick.value, rel=1e-12, abs=1e-15)


def test_what_is_not_finite_breaks_a_curve() -> None:
    made = drawn(panel(tuple((float(k), inf if k == 3 else nan if k == 6 else float(k)) for k in range(40))))
    lines = [s for s in made.strokes if s.kind == "curve"]
    assert [len(s.points) for s in lines] == [3, 2, 33, 2]  # the last one stands in the legend
    assert all(isfinite(x) and isfinite(y) for s in lines for x, y in s.points)


def test_zero_has_no_place_on_a_logarithmic_axis() -> None:
    made = drawn(panel(((1.0, 1.0), (2.0, 0.0), (3.0, 1e-4)), logarithmic=True))
    assert [len(s.points) for s in made.strokes if s.kind == "curve"] == [2]
    assert len(made.marks) == 3


@pytest.mark.parametrize("values", [(), (0.0, 0.0), (inf, nan), (-1.0, -2.0)])
def test_curves_without_a_place_leave_the_axes(values: tuple[float, ...]) -> None:
    made = drawn(panel(tuple((float(k), v) for k, v in enumerate(values)), logarithmic=True))
    assert [s.kind for s in made.strokes if s.kind == "frame"] == ["frame"]
    assert isfinite(made.height) and isfinite(made.width)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=30), st.integers(1, 7))
def test_everything_is_within_the_picture(points: list[tuple[float, float]], count: int) -> None:
    made = drawn(*[panel(tuple(sorted(points)), guides=(0.0,), uprights=(0.0,), title=Math("t"))] * count)
    places = [p for s in made.strokes for p in s.points] + [p for m in made.marks for p in m.points]
    assert all(-0.2 <= x <= made.width + 0.2 and -0.2 <= y <= made.height + 0.2 for x, y in places)


def test_guides_and_labels_are_there() -> None:
    made = drawn(panel(((0.0, 0.0), (4.0, 0.2)), guides=(0.25,), uprights=(1.0, 2.0), title=Plain("title")))
    assert len([s for s in made.strokes if s.kind == "guide"]) == 3
    assert [Math("x"), Math("y"), Plain("title"), Plain("curve 0")] == [
        t for t in (Math("x"), Math("y"), Plain("title"), Plain("curve 0")) if t in texts(made)
    ]


def test_a_curve_looks_alike_in_all_panels_and_is_named_once() -> None:
    one, two = panel(((0.0, 1.0), (1.0, 2.0)), ((0.0, 2.0), (1.0, 1.0))), panel(((0.0, 1.0), (1.0, 2.0)))
    made = drawn(one, two)
    assert texts(made).count(Plain("curve 0")) == 1
    assert [s.style for s in made.strokes if s.kind == "curve"] == [0, 1, 0, 0, 1]


def test_many_curves_are_told_apart_without_colour() -> None:
    looks = [(colour_of(k), dash_of(k)) for k in range(12)]
    assert len(set(looks)) == 12
    assert len({dash for _, dash in looks[: len(COLOURS)]}) == len(COLOURS)


def test_the_table_shows_first_and_last_values() -> None:
    values = values_of(panel(tuple((float(k), k / 7) for k in range(50)), ((0.0, inf), (49.0, 1.0))))
    assert len(values.rows) == 9
    assert values.rows[0] == (Math("0"), Math("0"), Math(r"\infty"))
    assert values.rows[-1] == (Math("49"), Math("7"), Math("1"))
    assert values.rows[1][2] is None


@pytest.mark.parametrize(
    ("value", "written"),
    [(0.25, "0.25"), (1e-5, "10^{-5}"), (-1.23456e-7, r"-1.235 \times 10^{-7}"), (inf, r"\infty"), (-0.0, "0")],
)
def test_numbers(value: float, written: str) -> None:
    assert shown(value) == written


def document() -> Document:
    curves = (tuple((k / 10, (k / 10) ** 2) for k in range(-30, 31)), ((-3.0, 1.0), (0.0, 2.0), (3.0, 4.0)))
    plots = (
        Plot(CAPTION, (panel(*curves, guides=(1.0,), uprights=(0.5,)),)),
        Plot(CAPTION, (panel(*curves, title=Math(r"\sigma")),) * 4),
        Plot(CAPTION, (panel(*curves, logarithmic=True),) * 2),
    )
    return Document(CAPTION, "en", (Section("s", CAPTION, plots),))


def test_plots_are_drawn_in_every_format() -> None:
    page, tex, text = render_html(document()), render_tex(document()), render_markdown(document())
    assert page.count('<svg class="plot"') == 3 and "<polyline" in page and "&amp; 50 % of $x$" in page
    assert tex.count(r"\begin{tikzpicture}") == 3 and r"\definecolor{derive0}" in tex
    assert text.count("| curve 0 | curve 1 |") == 7
    assert render_typst_pdf(document()).startswith(b"%PDF")


def test_plots_compile_within_the_margins() -> None:
    require_tex()
    made = render_pdf(render_tex(document()))
    assert made.pdf.startswith(b"%PDF") and all(excess <= 5 for excess in made.overfull)
