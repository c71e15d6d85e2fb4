"""Chains of a formula: places of their links, rows that go on, remarks; and repairs of brackets."""

from __future__ import annotations

import pytest

from derive.latex.reading.formula import read_formula
from derive.latex.reading.repairs import MOST_READINGS, repairs
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Span
from tests.unit.latex.reading.trees import stray_spans


def links(source: str) -> list[list[str]]:
    """The text of each link of each chain."""
    return [[source[s.start : s.end] for s in chain.spans] for chain in read_formula(source).chains]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a = b = c", [["a", "= b", "= c"]]),
        ("a = b, \\quad c = d", [["a", "= b"], ["c", "= d"]]),
        (r"a &= b \\ &= c \\ d &= e", [["a", "= b", "= c"], ["d", "= e"]]),
        (r"a &= b \\ &\quad + c \\ &= d", [["a", r"= b \\ &\quad + c", "= d"]]),
        (r"\begin{align} a &= b + \\ & c \end{align}", [["a", r"= b + \\ & c"]]),
        (r"a \overset{!}{=} b", [["a", r"\overset{!}{=} b"]]),
        ("= b", [["", "= b"]]),
        (r"a = b \Rightarrow c = d", [["a", "= b"], ["c", "= d"]]),
        (r"\hat{y} = \frac{1}{2}", [[r"\hat{y}", r"= \frac{1}{2}"]]),
        (r"f(x) = x \text{ if } x > 0", [["f(x)", "= x"]]),
    ],
)
def test_places_of_links(source: str, expected: list[list[str]]) -> None:
    assert links(source) == expected
    assert not stray_spans(read_formula(source))


def test_a_chain_that_begins_with_a_relation_has_no_first_member() -> None:
    (chain,) = read_formula("= b = c").chains
    assert chain.members[0] is None
    assert chain.relations == ("=", "=")


def test_spans_and_members_go_together() -> None:
    for chain in read_formula(r"a &= b \le c \\ d &\in e, & i = 1, \dots, n").chains:
        assert len(chain.members) == len(chain.spans) == len(chain.relations) + 1


def test_a_label_of_a_relation_or_a_brace_is_a_remark() -> None:
    (chain,) = read_formula(r"a \overset{\text{by BP1}}{=} \underbrace{b}_{\text{the sum}} + c").chains
    assert [shown(remark) for remark in chain.remarks] == ['"by BP1"', '"the sum"']


def test_remarks_belong_to_their_row() -> None:
    first, second = read_formula(r"a &= b && \text{(one row)} \\ c &= d && \text{(two rows)}").chains
    assert [shown(r) for r in first.remarks] == ['"(one row)"']
    assert [shown(r) for r in second.remarks] == ['"(two rows)"']


def test_no_repairs_where_nothing_is_wrong() -> None:
    assert repairs("f(x) = (a + b) c") == ()
    assert repairs("x" * 5_000 + ")") == ()


@pytest.mark.parametrize(
    ("source", "among"),
    [
        (
            r"\delta=((w)^T\delta))\odot g",
            {
                "{delta = (* ⟦( (* (⟦( w )⟧ ^T) ~ delta) )⟧ odot g)}",
                "{delta = (* ⟦( ⟦( (* (⟦( w )⟧ ^T) ~ delta) )⟧ )⟧ odot g)}",
            },
        ),
        ("a(b+c = d", {"{(* a ~ ⟦( (+ b + c) )⟧) = d}", "{(+ (* a ~ b) + c) = d}", "{(+ (* a ~ ⟦( b )⟧) + c) = d}"}),
        ("x = a+b)c", {"{x = (* ⟦( (+ a + b) )⟧ ~ c)}", "{x = (+ a + (* ⟦( b )⟧ ~ c))}", "{x = (+ a + (* b ~ c))}"}),
        ("[a+b)c", {"{(* ⟦[ (+ a + b) ]⟧ ~ c)}", "{(* ⟦( (+ a + b) )⟧ ~ c)}"}),
        (r"\frac{a+b)}{2}", {"{(frac (+ a + b) 2)}", "{(frac ⟦( (+ a + b) )⟧ 2)}"}),
        (r"W^{[l}z", {"{(* (W ^⟦[ l ]⟧) ~ z)}"}),
    ],
)
def test_repairs(source: str, among: set[str]) -> None:
    found = repairs(source)
    readings = [shown(repair.formula) for repair in found]
    assert among <= set(readings)
    assert len(set(readings)) == len(readings) <= MOST_READINGS
    for repair in found:
        assert not [p for p in repair.formula.problems if p.kind == "bracket"]
        assert repair.formula.source == source
        assert not stray_spans(repair.formula)
        assert shown(read_formula(repair.spelt(Span(0, len(source))))) == shown(repair.formula)


def test_repairs_are_few_for_long_formulas() -> None:
    source = "+".join(f"(a_{k} b)" for k in range(100)) + ")"
    assert len(repairs(source)) == MOST_READINGS
