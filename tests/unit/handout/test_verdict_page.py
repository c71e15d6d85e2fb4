"""The page of verdicts: the document as it stands, a mark at every link, and nothing of the document as markup."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.handout.verdicts import SIGNS, verdict_page
from derive.handout.verdicts_text import blocks_of
from derive.latex.reading.extract import document_of
from derive.verify.claims import Status
from derive.verify.document.claims import DocumentReport
from derive.verify.document.gap import Difference
from tests.unit.handout.verdict_reports import Page, report_on

GAP = Difference({"m": 6, "n": [4, 5]}, {"l": 1}, 12.5, -0.25)
PIECES = [
    *("$", "$$", r"\(", r"\)", r"\[", r"\]", r"\begin{align}", r"\end{align}", "\n", "\n\n", "  \n", "# ", "- ", "1. "),
    *("> ", "```", "```math\n", "---", "===", "<script>", "</p>", '"', "'", "&", "&lt;", "x = y", "= z", r"\frac", "{"),
    *("}", "^", "_", "2", "a", r"\left(", r"\right)", r"\\", " & ", r"\text{a<b}", r"\newcommand{\foo}[1]{#1 x}"),
    *(r"\foo y", r"\section{x}", r"\item ", r"\begin{itemize}", "你好", "\u202eabc", "\u05d0\u05d1", "\x00", "\ue000"),
    *(
        "\ue0010\ue001",
        r"\href{javascript:a}{b}",
        r"\sum_i",
        r"\begin{cases} a=b \\ c=d \end{cases}",
        "`",
        "**",
        "|a|b|",
    ),
    *("%", r"\hat", r"\class{x}{y}", r"\mathbb", r"\middle|", r"\substack{a\\b}", "\r\n", "2m", r"\def\x{y}"),
]


def page_of(*reports: DocumentReport) -> Page:
    page = Page(verdict_page(reports))
    page.check()
    return page


def test_a_mark_stands_behind_each_link() -> None:
    report = report_on("So $a = b = c + d$ holds.", [Status.AGREES, Status.WRONG])
    assert page_of(report).marks == [("agrees", "a=b"), ("wrong", "a=b=c+d")]


def test_marks_stand_in_the_rows_of_a_display() -> None:
    text = "$$\\begin{aligned} a &= b \\\\ &= c, \\\\ d &= e \\end{aligned}$$"
    marks = page_of(report_on(text, [Status.PROVED, Status.WRONG, Status.DEFINITION])).marks
    assert marks == [("proved", "a=b"), ("wrong", "a=b=c"), ("definition", "a=b=c,d=e")]


def test_marks_of_a_formula_that_cannot_be_shown_stand_beside_it() -> None:
    report = report_on(r"$\left( a = b$ and $c = d$", [Status.NOT_CHECKED, Status.PROVED])
    page = page_of(report)
    assert [kind for kind, _ in page.marks] == ["not-checked", "proved"]
    assert r"\left( a = b" in page.words


def test_every_status_has_a_sign_of_its_own() -> None:
    assert len(set(SIGNS.values())) == len(Status) == len(SIGNS)
    page = page_of(report_on(" ".join(f"$a_{k} = b$" for k in range(6)), list(Status)))
    for status, sign in SIGNS.items():
        assert f"{sign} 1 {status.value}" in page.words


def test_counts_lead_to_the_first_of_their_status() -> None:
    made = verdict_page([report_on("$a = b$ $c = d$ $e = f$", [Status.PROVED, Status.WRONG, Status.WRONG])]).decode()
    assert 'href="#d1-m2" title="to the first one">✗ 2 wrong</a>' in made


def test_a_wrong_link_has_a_box() -> None:
    text = "First $a = b$.  \nThen $c = d$ follows."
    report = report_on(text, [Status.WRONG, Status.PROVED], expected_latex="2b", difference=GAP, mistake="factor-half")
    page = page_of(report)
    words = page.words
    assert "✗ wrong (1), line 1:10" in words
    assert "meant: a = 2 b" in words
    assert "m n l left side right side 6 [4, 5] 1 12.5 -0.25" in words
    assert words.index("counterexample") < words.index("Then")


def test_a_mistake_that_follows_leads_to_its_cause() -> None:
    made = verdict_page([report_on("$a = b$\n\n$c = d$", [Status.WRONG, Status.WRONG], follows_from=1)]).decode()
    assert '<a href="#d1-m1">follows from line 1</a>' in made


def test_several_documents_stand_on_one_page() -> None:
    page = page_of(report_on("$a = b$", [Status.WRONG]), report_on("$c = d$"), DocumentReport("empty.md", ()))
    assert "Verdicts on 3 documents" in page.words
    assert "d2-m1" in page.identities
    assert "It states no equation that could be judged." in page.words


def test_the_text_stands_as_it_is() -> None:
    text = "# Title\n\nOne **two** *three*\nfour\n\n- first\n- second $x = y$\n\n```\ncode $z$\n```\n\n> quoted\n"
    made = verdict_page([report_on(text)]).decode()
    assert "<h2 " in made and ">Title</h2>" in made
    assert "One <strong>two</strong> <em>three</em> four" in made
    assert "<pre" in made and "code $z$" in made
    assert made.index("first") < made.index("second") < made.index("quoted")


def test_tex_is_shown_by_sections_and_items() -> None:
    text = (
        "\\documentclass{article}\n\\begin{document}\n% remark\n\\section{On $x = y$}\n\\begin{itemize}\n\\item one\n"
        "\\end{itemize}\n\\begin{align*}\na &= b\n\\end{align*}\n"
    )
    report = report_on(text, kind="tex")
    page = page_of(report)
    assert [m for _, m in page.marks] == ["x=y", "a=b"]
    assert (
        "• one" in page.words
        and "remark" not in page.words
        and "itemize" not in page.words
        and "align" not in page.words
    )


def test_macros_of_the_document_are_put_in() -> None:
    report = report_on("\\newcommand{\\grad}[1]{\\nabla_{#1} C}\n$\\grad{w} = \\delta$", kind="tex")
    assert page_of(report).marks == [("proved", "∇wC=δ")]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script> $x = \\text{<script>alert(2)</script>}$",
        "# <img src=x onerror=alert(1)> $a<b$",
        '$\\href{javascript:alert(1)}{x} = \\style{color:red}{y} = \\class{a" onclick="b}{z}$',
        "```\n</pre><script>\n```\n$x = \\unicode{x3c}&#60;script&#62;$",
        "$x = y{{ 7 * 7 }}$ {{ config }} {% include 'style.css' %}",
        "**<b onclick=x>** `<i>` $\"'$ [a](javascript:x)",
    ],
)
def test_nothing_of_a_document_becomes_markup(text: str) -> None:
    report = report_on(text, [Status.WRONG] * 9, expected_latex="\\text{</math><script>}", mistake="<b>")
    page = page_of(report, DocumentReport("<script>.md", report.claims, ("<script>",)))
    assert "49" not in page.words.replace("7 * 7", "")


def test_text_that_turns_direction_is_kept_in_its_place() -> None:
    made = verdict_page([report_on("\u202eabc \u05e9\u05dc\u05d5\u05dd $x = y$")]).decode()
    assert "\u202e" not in made and "\u05e9\u05dc\u05d5\u05dd" in made
    assert 'dir="auto"' in made and 'class="formula proved" dir="ltr"' in made


def test_a_long_formula_scrolls_in_its_box() -> None:
    made = verdict_page([report_on("$x = " + "a + " * 300 + "b$")]).decode()
    assert '<span class="scroll"><math' in made
    assert '<span class="scroll"' not in verdict_page([report_on("$x = a$")]).decode()


@pytest.mark.parametrize(
    "source", ["{" * 10_000 + "x" + "}" * 10_000, r"\sqrt" * 3_000 + "x", "x^" * 5_000, "a" * 30_000]
)
def test_deep_and_endless_formulas_are_shown_as_they_stand(source: str) -> None:
    page = page_of(report_on(f"$${source} = y$$ and $c = d$"))
    assert source[:5_000].replace(" ", "") in page.words.replace(" ", "")
    assert page.marks[-1] == ("proved", "c=d")


def test_a_thousand_formulas_take_seconds() -> None:
    report = report_on("".join(f"$a_{{{k}}} = \\frac{{b}}{{c}} = W^T x$ and\n\n" for k in range(1_000)))
    start = time.process_time()
    page = page_of(report)
    assert len(page.marks) == 2_000
    assert time.process_time() - start < 20


def test_a_notebook_is_shown_by_cells() -> None:
    cells = [{"cell_type": "markdown", "source": s, "metadata": {}} for s in ("One $a = b$", "Two \ud800 $c = d$")]
    text = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})
    page = page_of(report_on(text, kind="notebook"))
    assert "cell 1 One" in page.words and "cell 2 Two" in page.words
    assert len(page.marks) == 2


def test_the_page_needs_nothing_else() -> None:
    made = verdict_page([report_on("$a = b$")]).decode()
    assert "default-src 'none'" in made
    assert "http:" not in made and "https:" not in made and "<script" not in made and "@import" not in made
    assert "prefers-color-scheme: dark" in made and "@media print" in made and "max-width: 46rem" in made


def test_the_same_reports_make_the_same_page() -> None:
    report = report_on("$a = b$ $c = d$", [Status.WRONG])
    assert verdict_page([report]) == verdict_page([report])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40), st.sampled_from(["markdown", "tex", "text"]))
def test_any_text_makes_a_sound_page(pieces: list[str], kind: str) -> None:
    report = report_on("".join(pieces), [Status.WRONG, Status.AGREES], kind=kind, expected_latex="x^2")  # type: ignore[arg-type]
    page = page_of(report)
    assert len(page.marks) == len(report.claims)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40), st.sampled_from(["markdown", "tex", "text"]))
def test_every_formula_keeps_its_place_in_the_text(pieces: list[str], kind: str) -> None:
    document = document_of("".join(pieces), "x", kind)  # type: ignore[arg-type]
    found = [p for block in blocks_of(document) for line in block.lines for p in line if isinstance(p, int)]
    assert found == list(range(len(document.fragments)))
