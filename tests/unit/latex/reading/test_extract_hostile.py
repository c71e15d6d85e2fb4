"""Documents that nobody writes: five million characters of one sign, things never closed, things nested."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest

from derive.errors import DeriveError
from derive.latex.reading import findings, walk
from derive.latex.reading.document import Document, Kind
from derive.latex.reading.extract import document_of

LENGTH = 5_000_000
SECONDS = 60
"""Of processor time; on a free machine each takes less than five."""


def repeated(part: str, length: int = LENGTH) -> str:
    return (part * (length // len(part) + 1))[:length]


def measured(text: str, kind: Kind) -> Document:
    began = time.process_time()
    document = document_of(text, "hostile", kind)
    assert time.process_time() - began < SECONDS
    for one, other in pairwise(document.fragments):
        assert one.end <= other.start
    return document


LONG = {
    "dollars": "$",
    "begin": "\\begin{align}",
    "braces": "{",
    "headings": "# a\n",
}


@pytest.mark.parametrize("kind", ["markdown", "tex"])
@pytest.mark.parametrize("name", LONG)
def test_five_million_characters(name: str, kind: Kind) -> None:
    document = measured(repeated(LONG[name]), kind)
    assert document.fragments == ()
    assert len(document.problems) < 300


SHORTER = {
    "dollar letters": "$x",
    "money": "$1,",
    "brackets": "\\[",
    "parentheses": "\\(",
    "doubled": "\\\\(",
    "backslashes": "\\",
    "ticks": "` ",
    "fences": "```\n",
    "opened fences": "```a\n",
    "tags": "<a b='x' ",
    "quotes in tags": '<a b="',
    "comments": "<!--",
    "pre": "<pre>",
    "html headings": "<h2>",
    "links": "](((",
    "liquid": "{% raw %}",
    "text in formulas": "$a\\text{",
    "text in formulas of one": "\\text{$",
    "paragraphs": "$$a\n\n",
    "definitions": "\\newcommand{\\a}{",
    "quotations": "> $a\n> b$\n",
    "code": "    $x$\n\n",
    "verbatim": "\\begin{verbatim}",
    "verb": "\\verb|",
    "sections": "\\section{",
    "labels": "$\\label{",
    "conditions": "\\iffalse",
    "percents": "$a%\nb$ ",
    "short lines": "abc\n\n",
    "carriage returns": "\r",
    "bare": "\\ab{c}{d}",
    "emphasis": "_a *",
}


@pytest.mark.parametrize("name", SHORTER)
@pytest.mark.parametrize("kind", ["markdown", "tex"])
def test_time_grows_with_the_length_only(name: str, kind: Kind) -> None:
    """A quadratic pass over these would take hours."""
    part = SHORTER[name]
    began = time.process_time()
    measured(repeated(part, 200_000), kind)
    assert time.process_time() - began < SECONDS / 10


def test_growing_runs_of_backticks() -> None:
    measured("".join("`" * i + " " for i in range(1, 1500)), "markdown")
    measured("".join("`" * i + "\n" for i in range(1500, 2, -1)), "markdown")


def test_environments_in_one_another() -> None:
    count = 20_000
    document = measured("\\begin{align}" * count + "\\end{align}" * count, "markdown")
    (fragment,) = document.fragments
    assert fragment.source.startswith("\\begin{align}")


def test_labels_without_end_in_one_formula() -> None:
    for part in ("\\label{", "\\label{a}", "\\eqno ", "\\def\\a{b}", "\\text{", "%\n"):
        measured("$$" + repeated(part, 300_000) + "$$", "markdown")


def test_limits_are_problems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings, "FORMULA_LIMIT", 500)
    monkeypatch.setattr(findings, "HEADING_LIMIT", 500)
    monkeypatch.setattr(walk, "STEP_LIMIT", 700)
    document = measured("$x$ " * 510, "markdown")
    assert len(document.fragments) == 500
    (problem,) = document.problems
    assert "more than 500 formulas" in problem.message
    assert problem.place.column == 4 * 500 + 1
    (problem,) = measured("# a\n" * 510, "markdown").problems
    assert "more than 500 headings" in problem.message
    assert problem.place.line == 501
    document = measured("a\n" * 600 + "$x$\n" * 600, "markdown")
    assert len(document.fragments) == 50
    assert "more than 700 lines" in document.problems[0].message


def test_too_many_problems_are_counted_once() -> None:
    problems = measured("\\[ a\n" * 1000, "markdown").problems
    assert len(problems) == 201
    assert "more problems" in problems[-1].message


def test_a_text_that_is_too_long_is_refused() -> None:
    with pytest.raises(DeriveError, match="longer than 8 MB"):
        document_of("a" * 8_000_001, "long", "text")


def test_nul_characters_are_text() -> None:
    assert [f.source for f in document_of("\0 $x\0$", "a", "markdown").fragments] == ["x\0"]
