"""The normal form: it keeps the value, has one form for one value's spellings, and is a fixed point."""

from __future__ import annotations

import random
from collections.abc import Iterator

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from derive.errors import DeriveError
from derive.ir.environment import Environment
from derive.ir.interpret import assignments
from derive.ir.normal_form import evaluate_affine, evaluate_poly
from derive.simplify.fold import fold
from derive.simplify.present import Presenter
from derive.terms.affine import index
from derive.terms.settle import settle
from derive.terms.substitute import substitute
from derive.terms.term import Poly
from derive.terms.view import View, to_poly
from tests.evaluation import close, evaluate_view
from tests.views import FREE, SIZES, random_environment, rearranged, views

PRESENTER = Presenter({"x": "value", "W": "parameter", "u": "input"})
BOUNDS = tuple(FREE.values())


def points(seed: int, most: int = 6) -> list[Environment]:
    found = list(assignments(BOUNDS, random_environment(seed)))
    return random.Random(seed).sample(found, most)


def normalized(view: View) -> Poly:
    """The normal form; sums that are too symmetric are refused, and so are zeros in a denominator."""
    try:
        return to_poly(view)
    except DeriveError:
        assume(False)
        raise


def values(view: View, seed: int) -> Iterator[tuple[Environment, complex]]:
    """The value at some points where it is defined and of moderate size."""
    for point in points(seed):
        try:
            value = evaluate_view(view, point)
        except (ZeroDivisionError, OverflowError, ValueError):
            continue
        if abs(value) < 1e6:
            yield point, value


@settings(max_examples=250)
@given(views(), st.integers(0, 10**6))
def test_it_keeps_the_value(view: View, seed: int) -> None:
    p = normalized(view)
    for point, value in values(view, seed):
        assert close(evaluate_poly(p, point), value, 1)


@settings(max_examples=250)
@given(views(), st.integers(0, 10**6))
def test_it_does_not_depend_on_order_or_bound_names(view: View, seed: int) -> None:
    p, q = normalized(view), normalized(rearranged(view, random.Random(seed)))
    assert p == q
    assert repr(p) == repr(q)
    assert hash(p) == hash(q)


@settings(max_examples=200)
@given(views())
def test_bound_names_never_occur_free(view: View) -> None:
    p = normalized(view)
    assert p.free <= set(FREE)


@settings(max_examples=200)
@given(views(), st.integers(0, 10**6))
def test_presenting_keeps_the_value(view: View, seed: int) -> None:
    p = normalized(view)
    shown = PRESENTER.view(p)
    assert to_poly(shown) == p
    for point, value in values(view, seed):
        assert close(evaluate_view(shown, point), value, 1)


@settings(max_examples=200)
@given(views(), st.integers(0, 10**6))
def test_settling_keeps_the_value_and_happens_once(view: View, seed: int) -> None:
    p = normalized(view)
    settled = settle(p, FREE)
    for point, value in values(view, seed):
        assert close(evaluate_poly(settled, point), value, 1)
    assert settle(settled, FREE) == settled


@settings(max_examples=150)
@given(views(), st.sampled_from(["i", "j"]), st.sampled_from(["i", "j", "1", "j-1", "l"]), st.integers(0, 10**6))
def test_substitution_is_evaluation_elsewhere(view: View, name: str, image: str, seed: int) -> None:
    p = normalized(view)
    affine = {"1": index("i") - index("i") + 1, "j-1": index("j") - 1}.get(image) or index(image)
    moved = substitute(p, {name: affine})
    for point in points(seed, 3):
        there = point.bind(name, evaluate_affine(affine, point))
        try:
            value = evaluate_view(view, there)
        except (ZeroDivisionError, OverflowError, ValueError, KeyError):
            continue
        if abs(value) < 1e6:
            assert close(evaluate_poly(moved, point), value, 1)


@settings(max_examples=60)
@given(views(2))
def test_folding_with_nothing_to_fold_changes_nothing(view: View) -> None:
    p = normalized(view)
    assert fold(p, [], FREE) == (p, [])


def test_the_sizes_leave_no_free_range_empty() -> None:
    assert SIZES["n"] != SIZES["m"]
    assert list(assignments(BOUNDS, random_environment()))
