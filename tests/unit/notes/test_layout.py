"""Widths, line breaks and the places of remarks."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive.notes.breaking import CONTINUED, broken
from derive.notes.document import Boxed, Derivation, Math, ResultLine, Step, words
from derive.notes.formula import tokens, width
from derive.notes.layout import Page, lay_boxed, lay_derivation
from tests.unit.notes.handouts import EXAMPLES, formulas, handout, require_tex

LONG = (
    r"\sum_{k=1}^{n_{l+1}} W_{kj}^{l+1} \delta_{k}^{l+1} \sigma'(z_{j}^{l}) + \frac{1}{m} \left( a_{j} - y_{j} + "
    r"\sum_{k} x_{k} y_{k} \right) - [l = L - 1] \begin{cases} a & b \\ c & d - e \end{cases}"
)
parts = st.sampled_from(
    [
        r"a_{jk}",
        r"\frac{x + y}{z}",
        r"\sum_{k=1}^{n - 1} b_{k}",
        r"\left( p - q \right)",
        r"f(u + v)",
        r"[i = j - 1]",
        r"\Delta z",
        r"\log a",
        r"\begin{cases} 1 & x > 0 \\ 0 & x \leq 0 \end{cases}",
    ]
)
expressions = st.lists(st.lists(parts, min_size=1, max_size=4).map(" ".join), min_size=1, max_size=6).map(" + ".join)


def test_parts_are_separated_before_terms() -> None:
    pieces = broken(r"(a + b \mid c + d \mid e + f)", 9)
    assert [p.removeprefix(CONTINUED) for p in pieces] == [r"(a + b \mid c + d", r"\mid e + f)"]


def test_a_condition_that_several_forms_share_stands_below_the_last() -> None:
    wide = r"t=1,\dots,T,\; j=1,\dots,n,\; k=1,\dots,n"
    again = words("form.again")

    def form(label: str, condition: str) -> ResultLine:
        return ResultLine(words(label), "a", "b + c + d + e + f", condition)

    forms = (
        form("form.index", wide),
        ResultLine(again, "a", "b", wide),
        form("form.vector", wide),
        form("form.batch", ""),
    )
    lines = lay_boxed(Boxed("x", forms), Page(line=34.0, reasons=10.0), lambda _: 3.0)
    assert [f"({wide})" in line.rhs for line in lines if line.rhs] == [False, False, True, False, True, False]


def test_a_short_formula_stays_whole() -> None:
    assert broken("a + b", 20) == ("a + b",)


def test_a_long_one_is_broken_before_its_outermost_signs() -> None:
    pieces = broken(LONG, 18)
    assert len(pieces) == 3
    assert all(p.startswith(CONTINUED) for p in pieces[1:])
    assert all(width(p) <= 18 for p in pieces)
    assert pieces[1].removeprefix(CONTINUED)[0] in "+-"


def test_a_bracket_that_goes_on_is_closed_and_opened_out_of_sight() -> None:
    pieces = broken(r"\left( aaaaaaaa + bbbbbbbb \right)", 7)
    assert pieces == (r"\left( aaaaaaaa \right.", CONTINUED + r"\left. {} + bbbbbbbb \right)")


def test_a_product_is_broken_with_a_sign() -> None:
    assert broken(r"aaaa_{j} bbbb_{k}", 4) == ("aaaa_{j}", CONTINUED + r"\times bbbb_{k}")


@pytest.mark.parametrize("latex", [r"\Delta z", r"[l = L - 1]", r"\frac{aaaaaaa + b}{c}", r"\log aaaaaa", "a^{b + c}"])
def test_nothing_is_torn_apart(latex: str) -> None:
    assert broken(latex, 1) == (latex,)


@given(expressions, st.floats(2, 40))
def test_pieces_are_balanced_and_lose_nothing(latex: str, limit: float) -> None:
    pieces = broken(latex, limit)
    for piece in pieces:
        assert piece.count("{") == piece.count("}")
        assert piece.count(r"\left") == piece.count(r"\right")
        assert piece.count(r"\begin") == piece.count(r"\end")
    hidden = {CONTINUED: "", r"\left. {} ": "", r" \right.": "", r"\times ": ""}
    joined = " ".join(pieces)
    for shown, nothing in hidden.items():
        joined = joined.replace(shown, nothing)
    assert [t for t in tokens(joined) if not t.isspace()] == [t for t in tokens(latex) if not t.isspace()]


@given(expressions)
def test_width_grows_with_what_stands_side_by_side(latex: str) -> None:
    assert width(f"{latex} + {latex}") > 2 * width(latex)


def test_chinese_letters_are_square() -> None:
    assert width(r"\text{二维卷积}") > 4.0 > width(r"\text{abcd}")


def test_widths_are_what_tex_measures(tmp_path: Path) -> None:
    """Estimated from above, but for at most 3 %; and not by more than half for long formulas."""
    require_tex()
    found = list(dict.fromkeys(f for name in EXAMPLES for f in formulas(handout(name))))
    boxes = "\n".join(rf"\sbox0{{$\displaystyle {f}$}}\typeout{{W:{k}:\the\wd0}}" for k, f in enumerate(found))
    source = r"\documentclass[11pt]{article}\usepackage{amsmath,amssymb}\begin{document}" + boxes + r"\end{document}"
    (tmp_path / "widths.tex").write_text(source)
    subprocess.run(["xelatex", "-interaction=batchmode", "widths.tex"], cwd=tmp_path, check=True, capture_output=True)
    log = (tmp_path / "widths.log").read_text()
    measured = {int(k): float(w) / 10.95 for k, w in re.findall(r"W:(\d+):([\d.]+)pt", log)}
    assert len(measured) == len(found) > 300
    for k, w in measured.items():
        assert 0.97 * w <= width(found[k]) + 0.05, found[k]
        assert width(found[k]) <= 1.5 * w + 1, found[k]


def steps(*maths: str) -> Derivation:
    return Derivation("x", tuple(Step(m, words("reason.collect"), "collect") for m in maths))


def test_reasons_stand_beside_short_lines() -> None:
    lines = lay_derivation(steps("a", "b"), Page(40, 13))
    assert [line.below for line in lines] == [False, False]
    assert [line.lhs for line in lines] == ["x", ""]


def test_reasons_stand_below_lines_that_need_the_room() -> None:
    wide = r"\frac{" + "m" * 30 + "}{b}"
    lines = lay_derivation(steps("a", wide), Page(40, 13))
    assert [line.below for line in lines] == [True, True] and lines[1].scale == 1.0


def test_a_reason_with_a_wide_formula_stands_below_its_line_alone() -> None:
    wide = words("reason.case", condition=Math("m" * 20))
    block = Derivation("x", (Step("a", wide, "case"), Step("b", words("reason.collect"), "collect")))
    assert [line.below for line in lay_derivation(block, Page(40, 13))] == [True, False]


def test_what_nothing_can_cut_is_reduced() -> None:
    wide = r"\frac{" + "m" * 80 + "}{b}"
    [line] = lay_derivation(steps(wide), Page(40, 13))
    assert line.scale * width(wide) <= 40


def test_a_broken_line_keeps_its_reason_once() -> None:
    lines = lay_derivation(steps(" + ".join(["aaaaaa_{j}"] * 9)), Page(40, 13))
    assert len(lines) > 1 and sum(line.remark is not None for line in lines) == 1
