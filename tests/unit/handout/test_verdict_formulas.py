"""Formulas of somebody else's document: what is shown, where marks stand, what is refused."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from derive.handout.verdicts_math import Mark, formula
from derive.handout.verdicts_tex import NotShown, written
from derive.latex.reading.vocabulary import Macro


def text_of(source: str, *marks: Mark) -> str:
    made, left = formula(source, True, marks)
    assert made is not None and left == ()
    return "".join("".join(ElementTree.fromstring(str(made)).itertext()).split())


def mark(end: int, sign: str = "✗") -> Mark:
    return Mark(end, 1, f"m{end}{sign}", "c", "wrong", sign, "said")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"W^{[l]T} a", "W[l]Ta"),
        (r"2 m m + 3 in", "2mm+3in"),
        (r"\mathbb R^{m\times n}, \mathbb{R}, \mathcal{L}", "ℝm×n,ℝ,ℒ"),
        (r"x_i' = σ(z)", "xi′=σ(z)"),
        (r"a < b > c \& d", "a<b>c&d"),
        (r"\text{if } x \neq 0 \text{，否则 <b>}", "ifx≠0，否则<b>"),
        (r"\operatorname{diag}(x) \softmax(y) \own", r"diag(x)softmax(y)\own"),
        (r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", "(abcd)"),
        (r"f = \begin{cases} a & x > 0 \\ b \end{cases}", "f={ax>0b"),
        (r"\bigl( \frac12 \bigr) \left\lVert x \right\rVert", "(12)‖x‖"),
        (r"np.sum(dZ, axis=1)", "np.sum(dZ,axis=1)"),
        ("a &= b \\\\\n &= c", "a=b=c"),
        (r"\label{eq} x \tag{3}", "x"),
        (r"x \; y \quad z", "xyz"),
        ("你好 = x", "你好=x"),
    ],
)
def test_what_is_shown(source: str, text: str) -> None:
    assert text_of(source) == text


@pytest.mark.parametrize(
    ("source", "end", "text"),
    [
        ("a = b = c", 5, "a=b✗=c"),
        ("a = b = c", 9, "a=b=c✗"),
        (r"a &= b, \\ c &= d", 6, "a=b✗,c=d"),
        (r"\begin{cases} a = b \\ c = d \end{cases}", 19, "{a=b✗c=d"),
        (r"a = \frac{b}{c}^2", 15, "a=bc2✗"),
        (r"a = b'", 5, "a=b′✗"),
        (r"a = \hat b", 8, "a=b^✗"),
        (r"a = b", 500, "a=b✗"),
    ],
)
def test_a_mark_stands_where_its_link_ends(source: str, end: int, text: str) -> None:
    assert text_of(source, mark(end)) == text


def test_marks_keep_their_order() -> None:
    assert text_of("a = b = c", mark(9, "3"), mark(5, "2"), mark(5, "1")) in ("a=b12=c3", "a=b21=c3")


def test_the_mark_is_a_link() -> None:
    made, _ = formula("a = b", False, (Mark(5, 7, "m7", "c7", "proved", "✓", 'line 1: "<ok>"'),))
    [link] = [e for e in ElementTree.fromstring(str(made)).iter() if e.tag.endswith("a")]
    assert link.attrib["href"] == "#c7" and link.attrib["id"] == "m7" and link.attrib["title"] == 'line 1: "<ok>"'


@pytest.mark.parametrize(
    "source",
    [
        *(r"\left( a = b", r"a = b}", r"{a = b", r"\begin{nothing} a \end{nothing}", r"a = b \frac", "x^", "   "),
        *("{" * 100 + "}" * 100, r"\hat" * 100 + "x", "a" * 20_001, r"x^a^b"),
    ],
)
def test_what_cannot_be_shown_keeps_its_marks_beside_it(source: str) -> None:
    made, left = formula(source, True, (mark(3),))
    assert made is None and left == (mark(3),)


def test_macros_are_put_in_and_do_not_run_away() -> None:
    macros = (Macro("loss", 1, r"\mathcal{L}_{#1}"),)
    made, _ = formula(r"\loss{i} = 0", False, (), macros)
    assert made is not None and "ℒ" in made
    bomb = tuple(Macro(a, 0, rf"\{b}" * 10) for a, b in zip("abcdefgh", "bcdefghi"))
    with pytest.raises(NotShown):
        written(r"\a = 1", (), bomb)
