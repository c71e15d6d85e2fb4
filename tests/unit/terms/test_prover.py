"""The prover: what it proves holds for all integers in range, found by trying them all."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.ir.interpret import assignments
from derive.ir.normal_form import evaluate_affine
from derive.terms.affine import Affine, IdEntry, Index, Size, index, number, size
from derive.terms.prover import contains_id, in_range, nonnegative
from tests.stating import environment, scope, upto

i, j, l = index("i"), index("j"), index("l")
n, m, L = size("n"), size("m"), size("L")

LAYER = upto("l", "L", ordered=True)


@pytest.mark.parametrize(
    ("affine", "context"),
    [
        (i - 1, scope(upto("i", "n"))),
        (n - i, scope(upto("i", "n"))),
        (n - 1, {}),
        (n * 2 + m - 3, {}),
        (i - j, scope(upto("i", "n"), upto("j", i))),
        (n - j, scope(upto("i", "n"), upto("j", i))),
        (n - j - 1, scope(upto("i", "n"), upto("j", i - 1))),
        (size("n", l) - i, scope(LAYER, upto("i", size("n", l)))),
        (size("n", l - 1) - i, scope(LAYER, upto("i", size("n", l - 1)))),
        (L - l, scope(LAYER)),
        (l, scope(upto("l", "L", lo=0, ordered=True))),
        (n * 2 - i - j, scope(upto("i", "n"), upto("j", "n"))),
        (i * 3 - 3, scope(upto("i", "n"))),
    ],
)
def test_what_the_ranges_imply_is_proved(affine: Affine, context: dict[str, Index]) -> None:
    assert nonnegative(affine, context)


@pytest.mark.parametrize(
    ("affine", "context"),
    [
        (i - 2, scope(upto("i", "n"))),
        (n - i - 1, scope(upto("i", "n"))),
        (n - 2, {}),
        (n - m, {}),
        (i, {}),
        (size("n", l) - i, scope(LAYER, upto("i", size("n", l - 1)))),
        (size("n", l + 1) - size("n", l), scope(LAYER)),
        (m - i, scope(upto("i", "n"))),
        (Affine([(IdEntry("y", (i,)), 1)]), scope(upto("i", "n"))),
        (-n + 5, {}),
    ],
)
def test_what_may_fail_is_not_proved(affine: Affine, context: dict[str, Index]) -> None:
    assert not nonnegative(affine, context)


VARIABLES = ["i", "j", "k", "l", Size("n"), Size("m"), Size("w", (l,)), Size("w", (l - 1,))]
AFFINES = st.builds(
    lambda terms, const: Affine(terms.items(), const),
    st.dictionaries(st.sampled_from(VARIABLES), st.integers(-2, 2), max_size=4),
    st.integers(-2, 3),
)
LIMITS = {
    "i": [(number(1), n), (number(0), n - 1), (number(2), n + m)],
    "j": [(number(1), m), (number(1), i), (i, n), (number(1), size("w", l))],
    "k": [(number(1), j), (number(0), i + j), (number(1), size("w", l - 1)), (j - 1, j + 1)],
    "l": [(number(1), L), (number(2), L), (number(1), L - 1)],
}


@st.composite
def contexts(draw: st.DrawFn) -> dict[str, Index]:
    return {name: Index(name, *draw(st.sampled_from(limits))) for name, limits in LIMITS.items()}


@settings(max_examples=300)
@given(AFFINES, contexts())
def test_nothing_false_is_proved(affine: Affine, context: dict[str, Index]) -> None:
    if not nonnegative(affine, context):
        return
    for n_, m_, L_, w0, w1 in product((1, 2, 3), (1, 2), (1, 2, 3), (1, 3), (1, 2)):
        widths = {(k,): w0 + w1 * (k % 2) for k in range(-1, 4)}
        env = environment({"n": n_, "m": m_, "L": L_, "w": widths})
        for point in assignments(tuple(context.values()), env):
            assert evaluate_affine(affine, point) >= 0


@settings(max_examples=150)
@given(AFFINES, contexts())
def test_adding_something_positive_loses_no_proof(affine: Affine, context: dict[str, Index]) -> None:
    if nonnegative(affine, context):
        assert nonnegative(affine + 1, context)
        assert nonnegative(affine + n, context)
        assert not nonnegative(-affine - 1, context) or not nonnegative(number(-1), context)


def test_in_range_needs_both_ends() -> None:
    context = scope(upto("i", "n"))
    assert in_range(i, number(1), n, context)
    assert not in_range(i + 1, number(1), n, context)
    assert not in_range(i - 1, number(1), n, context)
    assert in_range(i + 1, number(1), n + 1, context)


def test_class_ids_are_recognized() -> None:
    assert contains_id(Affine([(IdEntry("y", (i,)), 1)], 1))
    assert not contains_id(i + 1)
