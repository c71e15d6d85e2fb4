"""Any text is read: no exception, no hang, every place inside the source and inside the node around it."""

from __future__ import annotations

import os
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.latex.reading.formula import read_formula
from derive.latex.reading.shown import shown
from derive.latex.reading.vocabulary import Macro, Vocabulary
from tests.unit.latex.reading.trees import stray_spans

CASES = int(os.environ.get("DERIVE_FUZZ_CASES", "3000"))
"""In all; about 1 ms each."""
SLOWEST = 10.0
"""Seconds for one formula, on a busy machine."""

VOCABULARY = Vocabulary(
    frozenset({"dZ", "dW", "softmax", "np.sum"}),
    frozenset({"f", "sigma"}),
    (Macro("vx", 0, r"\mathbf{x}"), Macro("two", 2, r"\frac{#1}{#2}"), Macro("pair", 2, r"(#1, #2", "a")),
)
SOUP = r"""
a x W l i 1 12 0.5 + - * / = < ( ) [ ] { } | ^ _ ' , ; : . ! & \\ \{ \} \| \cdot \odot \times \sum \prod \max \frac
\sqrt \hat \mathbf \mathrm \bf \left( \right) \left. \right| \left[ \middle| \langle \rangle \bigl( \Bigr) \lVert
\begin{cases} \end{cases} \begin{aligned} \end{aligned} \begin{bmatrix} \end{bmatrix} \begin{array}{cc} \end{array}
\text{if} \text{loss} 如果 \quad \, \partial \nabla \alpha \delta \sigma \ln \exp tanh( log dZ np.sum( axis=1 .T
\limits \overset \underset \stackrel \underbrace \boxed \over \forall \in \leq \approx \to \Rightarrow \leftarrow
\not \dots \operatorname{ReLU} \arg \prime \substack \color{red} \label{x} ≤ σ ² ₁ ᵀ ŷ ⊙ （ ） ＝ ， " \unknown
\vx \two \pair { } { } \mathbb{R} := \binom \cancel \mathop -> np.dot( .sum( x̂ \text{for } If |_ \end{align}
$ \text{a$ \texttt{np.sum} \mbox{b .. ... \ldots <t> \bbox[x] \mathbin \triangledown \therefore \colon .* 1./
{\rm loss _{out
"""
PIECES = SOUP.split()


def check(source: str) -> None:
    start = time.process_time()
    formula = read_formula(source, VOCABULARY)
    assert time.process_time() - start < SLOWEST
    assert not stray_spans(formula)
    assert formula.chains or not shown(formula)
    assert shown(formula).count("unread") <= len(formula.problems)


@settings(max_examples=CASES // 2)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map(" ".join))
def test_soup_of_tokens(source: str) -> None:
    check(source)


@settings(max_examples=CASES // 4)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_soup_without_blanks(source: str) -> None:
    check(source)


@settings(max_examples=CASES - CASES // 2 - CASES // 4)
@given(st.text(max_size=60))
def test_any_text(source: str) -> None:
    check(source)


LONG = {
    "braces": "{" * 10_000 + "}" * 10_000,
    "open braces": "{" * 20_000,
    "closed braces": "}" * 20_000,
    "brackets": "(" * 10_000 + ")" * 10_000,
    "open brackets": "(" * 20_000,
    "wrong brackets": "(" * 10_000 + "]" * 10_000,
    "interval": "[" + "x)" * 9_999,
    "lefts": r"\left(" * 3_000,
    "rights": r"\right)" * 2_500,
    "bars": "|" * 20_000,
    "bars and signs": "+|" * 10_000,
    "bars and letters": "x|" * 10_000,
    "scripts": "x" + "^a" * 9_999,
    "nested scripts": "x^{" * 6_000,
    "scripts without a base": "{}^a" * 5_000,
    "factorials": "x" + "!_1" * 6_000,
    "primes": "x" + "'" * 19_999,
    "sums": r"\sum" * 5_000,
    "logarithms": r"\log" * 5_000,
    "fractions": r"\frac" * 4_000,
    "accents": r"\hat" * 5_000,
    "fonts": r"\bf" * 6_000,
    "signs": "-" * 20_000,
    "products": r"\cdot" * 4_000,
    "relations": "=" * 20_000,
    "a long sum": "a+" * 10_000,
    "a long product": "a" * 20_000,
    "commas": "," * 20_000,
    "rows": r"\\" * 10_000,
    "cells": "&" * 20_000,
    "environments": r"\begin{a}" * 2_200,
    "aligned": r"\begin{aligned}" * 1_300,
    "cases": r"\begin{cases}" * 1_500,
    "ends": r"\end{a}" * 2_800,
    "digits": "9" * 20_000,
    "quantifiers": r"\forall" * 2_800,
    "over": r"\over" * 4_000,
    "arrows": r"a=b\Rightarrow " * 1_300,
    "arrows alone": r"a\to " * 3_900,
    "ranges": "(a=b=c) " * 2_400,
    "angles": "x^{" + "<>" * 9_998,
    "bold groups": r"{\bf x}" * 2_800,
    "texts with formulas": r"\text{a$" * 2_500,
    "formulas in texts": r"\text{a$b$}" * 1_600,
    "dots": ".. " * 6_600,
    "words": r"\text{a}" * 2_500,
    "Chinese": "如" * 20_000,
    "not": r"\not" * 5_000,
    "stacked": r"\overset" * 2_500,
    "methods": "a" + ".sum()" * 3_000,
    "transposes": "a" + ".T" * 9_000,
    "unclosed before relations": "(a=" * 6_000,
    "quotes": '"' * 19_999,
    "macros": r"\two" * 5_000,
    "underbraces": r"\underbrace{a}_" * 1_300,
}


@pytest.mark.parametrize("source", LONG.values(), ids=LONG.keys())
def test_long_and_hopeless(source: str) -> None:
    assert len(source) <= 20_000
    check(source)


def test_longer_than_any_formula() -> None:
    formula = read_formula("x" * 5_000_000)
    assert [p.kind for p in formula.problems] == ["length"]
    assert not stray_spans(formula)
