"""Macros of a document are expanded before a formula is read."""

from __future__ import annotations

import time

import pytest

from derive.latex.reading.formula import read_formula
from derive.latex.reading.shown import shown
from derive.latex.reading.vocabulary import Macro, Vocabulary
from tests.unit.latex.reading.trees import stray_spans

MACROS = Vocabulary(
    macros=(
        Macro("bx", 0, r"\mathbf{x}"),
        Macro("dd", 2, r"\frac{\partial #1}{\partial #2}"),
        Macro("layer", 2, r"#2^{[#1]}", default="l"),
        Macro("softmax", 0, r"\operatorname{softmax}"),
        Macro("named", 1, r"\text{#1}"),
        Macro("twice", 1, r"\bx_{#1} + \bx_{#1}"),
        Macro("T", 0, r"^{\mathsf{T}}"),
        Macro("R", 0, "r"),
    )
)


@pytest.mark.parametrize(
    ("source", "tree"),
    [
        (r"\bx_1", "{(bold.x _1)}"),
        (r"\dd{C}{w_1}", "{(frac (* ∂ ~ C) (* ∂ ~ (w _1)))}"),
        (r"\dd Cw", "{(frac (* ∂ ~ C) (* ∂ ~ w))}"),
        (r"\dd12", "{(frac (* ∂ ~ 1) (* ∂ ~ 2))}"),
        (r"\layer{z}", "{(z ^⟦[ l ]⟧)}"),
        (r"\layer[2]{z}", "{(z ^⟦[ 2 ]⟧)}"),
        (r"\softmax(z)", "{(@ softmax ⟦( z )⟧)}"),
        (r"x_{\named{in}}", "{(x _rm.in)}"),
        (r"\twice{k}", "{(+ (bold.x _k) + (bold.x _k))}"),
        (r"W\T \bx", "{(* (W ^sf.T) ~ bold.x)}"),
        (r"\R", "{r}"),
        (r"\dd{\dd{C}{z}}{w}", "{(frac (* ∂ ~ (frac (* ∂ ~ C) (* ∂ ~ z))) (* ∂ ~ w))}"),
    ],
)
def test_expansion(source: str, tree: str) -> None:
    formula = read_formula(source, MACROS)
    assert shown(formula) == tree
    assert not formula.problems
    assert not stray_spans(formula)


def test_usual_macros_of_packages() -> None:
    assert shown(read_formula(r"\R^n")) == "{(bb.R ^n)}"
    assert shown(read_formula(r"\norm{x}")) == r"{⟦\| x \|⟧}"


def test_the_place_of_an_expansion_is_the_call() -> None:
    source = r"a = \dd{C}{w} + b"
    (chain,) = read_formula(source, MACROS).chains
    span = chain.members[1].terms[0].span  # type: ignore[union-attr]
    assert source[span.start : span.end] == r"\dd{C}{w}"


@pytest.mark.parametrize(
    "macros",
    [
        (Macro("a", 0, r"\a"),),
        (Macro("a", 0, r"\a\a"),),
        (Macro("a", 0, r"\b\b"), Macro("b", 0, r"\a\a")),
        (Macro("a", 1, r"\a{#1#1}"),),
        (Macro("a", 0, "x" * 9_000 + r"\a"),),
        tuple(Macro(c, 0, rf"\{d}" * 10) for c, d in zip("abcdefgh", "bcdefghi")),
    ],
    ids=["itself", "twice itself", "in turn", "growing argument", "long", "powers of ten"],
)
def test_a_bomb_is_a_problem(macros: tuple[Macro, ...]) -> None:
    start = time.process_time()
    formula = read_formula(r"x + \a y", Vocabulary(macros=macros))
    assert time.process_time() - start < 10
    assert [p.kind for p in formula.problems] == ["macro"]
    assert "unread" in shown(formula)


def test_missing_arguments() -> None:
    for source in (r"\dd", r"\dd{a}", r"{\dd}", r"\dd{a", r"\layer[2", r"a & \dd & b"):
        assert not stray_spans(read_formula(source, MACROS))
