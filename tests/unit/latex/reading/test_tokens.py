"""Tokens and their places."""

from __future__ import annotations

import pytest

from derive.latex.reading.syntax import Problem
from derive.latex.reading.tokens import tokens_of
from derive.latex.reading.vocabulary import Vocabulary


def texts(source: str, *words: str) -> list[str]:
    return [f"{t.kind} {t.text}" for t in tokens_of(source, Vocabulary(words=frozenset(words)))]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("tanh", ["word tanh"]),
        ("tanhx", [f"letter {c}" for c in "tanhx"]),
        ("trace", [f"letter {c}" for c in "trace"]),
        ("loss", ["word loss"]),
        ("losses", [f"letter {c}" for c in "losses"]),
        ("_{out}", ["_ _", "{ {", "word out", "} }"]),
        ("out", [f"letter {c}" for c in "out"]),
        ("_{inner}", ["_ _", "{ {", "word inner", "} }"]),
        ("_{ijkl}", ["_ _", "{ {", "letter i", "letter j", "letter k", "letter l", "} }"]),
        ("t a n h", [f"letter {c}" for c in "tanh"]),
        ("0.01x", ["number 0.01", "letter x"]),
        ("x.", ["letter x", "sign ."]),
        ("1{,}000", ["number 1000"]),
        (r"\alpha\beta", ["command alpha", "command beta"]),
        (r"a\,\;\!\ b", ["letter a", "letter b"]),
        (r"\text{if $x>0$ or so}", ["words if ", "letter x", "sign >", "number 0", "words  or so"]),
        (r"\text{if }", ["words if "]),
        (r"\texttt{np.sum}", ["word np.sum"]),
        (r"\texttt{axis=1}", ["letter a", "letter x", "letter i", "letter s", "sign =", "number 1"]),
        (r"\operatorname*{arg\,max}", ["name argmax"]),
        (r"\left\lbrace x \right.", [r"left \{", "letter x", "right ."]),
        (r"\bigl( x", ["sign (", "letter x"]),
        ("a % comment\n b", ["letter a", "letter b"]),
        (r"a \% b", ["letter a", "command %", "letter b"]),
        (r"\label{x}\tag{1}\nonumber", []),
        (r"\newcommand{\bx}[1][a]{\mathbf{#1}} x", ["letter x"]),
        (r"\def\a#1{b#1}x\DeclareMathOperator*{\relu}{ReLU}", ["letter x"]),
        (r"\begin{array}{c|c}", ["begin array"]),
        (r"\begin{aligned}[t]", ["begin aligned"]),
        (r"\begin{align*}\end{align*}", ["begin align", "end align"]),
        (r"a\\[2pt] b", ["letter a", r"row \\", "letter b"]),
        (r"a\\ [b]", ["letter a", r"row \\", "sign [", "letter b", "sign ]"]),
        (r"\hspace{1cm}\quad", ["command quad", "command quad"]),
        ("x²", ["letter x", "^ ", "{ {", "number 2", "} }"]),
        ("x₁₂", ["letter x", "_ ", "{ {", "number 12", "} }"]),
        ("如果x", ["words 如果", "letter x"]),
        ("（，；＝", ["sign (", "sign ,", "sign ;", "sign ="]),
        ("ŷ", ["command hat", "letter y"]),
        ("ℝ", ["command mathbb", "letter R"]),
        ("np.sum(x)", ["word np.sum", "sign (", "letter x", "sign )"]),
        ("W.T", ["letter W", "sign .", "letter T"]),
        ("a:=b", ["letter a", "sign :=", "letter b"]),
        ('"dZ"', ["letter d", "letter Z"]),
        ('f"', ["letter f", 'sign "']),
        (r"\textbf{x}", ["command mathbf", "letter x"]),
        (r"\textcolor{red}{x}", ["{ {", "letter x", "} }"]),
        (r"dZ\_prev", ["word dZ_prev"]),
        ("\u200bx\u200b", ["letter x"]),
        ("$x$", ["letter x"]),
    ],
)
def test_tokens(source: str, expected: list[str]) -> None:
    assert texts(source) == expected


def test_declared_words() -> None:
    assert texts("dZ dZx xdZ", "dZ") == ["word dZ", "word dZ", "letter x", "letter x", "word dZ"]
    assert texts("dW1 dW12", "dW1") == ["word dW1", "letter d", "letter W", "number 12"]
    assert texts("my.fun(x)", "my.fun")[0] == "word my.fun"


def test_places_cover_the_source() -> None:
    source = r"\hat y_{12} = \text{a b} \cdot x²"
    for token in tokens_of(source):
        assert 0 <= token.span.start < token.span.end <= len(source)
    starts = [t.span.start for t in tokens_of(source)]
    assert starts == sorted(starts)
    words = next(t for t in tokens_of(source) if t.kind == "words")
    assert source[words.span.start : words.span.end] == r"\text{a b}"


def test_gluing() -> None:
    assert [t.glued for t in tokens_of("ab c")] == [False, True, False]
    assert [t.glued for t in tokens_of("W.T")] == [False, True, True]


def test_text_without_its_brace_is_reported() -> None:
    problems: list[Problem] = []
    tokens_of(r"x \text{abc", problems=problems)
    assert [p.kind for p in problems] == ["brace"]
