"""Formulas as people write them, and their trees: `formulas/*.txt` hold both, one below the other, with problems."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from derive.errors import DeriveError
from derive.latex.reading.cursor import DEEPEST
from derive.latex.reading.formula import read_formula
from derive.latex.reading.operands import MOST_DIGITS
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Number, Scripts, Span, Symbol, Unread
from derive.latex.reading.vocabulary import Macro, Vocabulary
from tests.unit.latex.reading.trees import stray_spans

FORMULAS = Path(__file__).parent / "formulas"
VOCABULARY = Vocabulary(words=frozenset({"dZ", "dA", "dW", "db"}))


def cases() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Source, tree, problems: a line, a line indented, and lines that begin with `!`."""
    for path in sorted(FORMULAS.glob("*.txt")):
        source, tree, problems = "", "", []
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("    ! "):
                problems.append(line.removeprefix("    ! "))
            elif line.startswith("    "):
                tree = line.strip()
            else:
                if source:
                    yield source, tree, tuple(problems)
                source, tree, problems = line, "", []
        yield source, tree, tuple(problems)


CASES = list(cases())


def test_there_are_many() -> None:
    assert len({source for source, _, _ in CASES}) >= 700


@pytest.mark.parametrize(("source", "tree", "problems"), CASES, ids=[source for source, _, _ in CASES])
def test_tree(source: str, tree: str, problems: tuple[str, ...]) -> None:
    formula = read_formula(source, VOCABULARY)
    assert shown(formula) == tree
    assert tuple(f"{p.kind}: {p.message}" for p in formula.problems) == problems
    assert not stray_spans(formula)


def test_places_are_those_of_the_source() -> None:
    source = r"\hat{y}_i = \frac12 \mathbf{x}^T + z"
    (chain,) = read_formula(source).chains
    left, right = chain.spans
    assert source[left.start : left.end] == r"\hat{y}_i"
    assert source[right.start : right.end] == r"= \frac12 \mathbf{x}^T + z"
    assert isinstance(chain.members[0], Scripts)
    base = chain.members[0].base
    assert base == Symbol("y", Span(0, 7), "", ("hat",))


def test_a_declared_word_is_one_symbol_and_never_cut() -> None:
    declared = Vocabulary(words=frozenset({"dlog", "MSE"}))
    assert shown(read_formula("dlog(x) + MSE", declared)) == "{(+ (* dlog ~ ⟦( x )⟧) + MSE)}"
    assert shown(read_formula("dlog(x) + MSE")) == "{(+ (* d ~ (@ log ⟦( x )⟧)) + (* M ~ S ~ E))}"


def test_a_declared_function_takes_an_argument_without_brackets() -> None:
    declared = Vocabulary(functions=frozenset({"sigma", "act"}))
    assert shown(read_formula(r"\sigma z + act x", declared)) == "{(+ (@ sigma z) + (@ act x))}"
    assert shown(read_formula(r"\sigma z")) == "{(* sigma ~ z)}"


def test_nothing_is_read() -> None:
    for source in ("", " ", r"\,", r"\label{eq}", "{}"):
        formula = read_formula(source)
        assert not formula.problems
        assert shown(formula) in ("", "{''}", "{[]}")


def test_deep_nesting_is_left_unread() -> None:
    deep = "(" * (DEEPEST + 5) + "x" + ")" * (DEEPEST + 5)
    formula = read_formula(f"a = b + {deep}, c = d")
    assert [p.kind for p in formula.problems] == ["nesting"]
    assert len(formula.chains) == 2
    fine = "(" * (DEEPEST - 5) + "x" + ")" * (DEEPEST - 5)
    assert not read_formula(fine).problems


def test_a_number_of_too_many_digits_is_left_unread() -> None:
    (chain,) = read_formula("9" * (MOST_DIGITS + 1)).chains
    assert isinstance(chain.members[0], Unread)
    (chain,) = read_formula("9" * MOST_DIGITS).chains
    assert isinstance(chain.members[0], Number)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Vocabulary(words=frozenset({""})),
        lambda: Vocabulary(words=frozenset({"a b"})),
        lambda: Vocabulary(words=frozenset({"1a"})),
        lambda: Vocabulary(functions=frozenset({"x" * 100})),
        lambda: Macro("a b", 0, ""),
        lambda: Macro("a", 10, ""),
        lambda: Macro("a", 0, "", default="x"),
        lambda: Macro("a", 0, "x" * 100_000),
    ],
)
def test_a_wrong_vocabulary_is_refused(wrong: object) -> None:
    with pytest.raises(DeriveError):
        wrong()  # type: ignore[operator]


def test_shown_refuses_what_is_no_node() -> None:
    with pytest.raises(TypeError):
        shown("x")  # type: ignore[arg-type]
