"""From views to array expressions: pairwise contractions, evaluated entry by entry against the view."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derive.errors import DeriveError
from derive.ir.elementary import Number, power
from derive.ir.environment import Environment
from derive.ir.interpret import assignments
from derive.ir.normal_form import evaluate_atom
from derive.ir.stated import apply
from derive.raising.array import (
    Accumulate,
    Add,
    Array,
    Condition,
    Contract,
    Gather,
    Heaviside,
    Map,
    Multiply,
    Position,
    Raise,
    Reduce,
    Scalar,
    Source,
)
from derive.raising.contraction import array_of
from derive.terms.affine import Affine, IdEntry, Index, index, size
from derive.terms.term import Bound, Delta, Entry
from derive.terms.term import Scalar as ScalarAtom
from derive.terms.view import Apply, Leaf, Num, Plus, Power, Step, Summed, Times, View
from tests.evaluation import close, evaluate_view
from tests.stating import environment, scope, upto
from tests.views import random_environment

i, j, k = index("i"), index("j"), index("k")
I, J, K = upto("i", "n"), upto("j", "m"), upto("k", "n")
FREE = scope(I, J)


def leaf(tensor: str, *at: Affine) -> Leaf:
    return Leaf(Entry(tensor, at))


W_ij, W_kj, x_i, x_k, u_j = leaf("W", i, j), leaf("W", k, j), leaf("x", i), leaf("x", k), leaf("u", j)
HALF = Num(Fraction(1, 2))


def value(a: Array, env: Environment) -> Number:
    """The entry of an array expression at the values of its axes."""
    match a:
        case Source() | Gather() | Condition() | Position():
            return evaluate_atom(a.atom, env)
        case Scalar():
            return evaluate_view(a.view, env)
        case Multiply():
            out: Number = 1
            for factor in a.args:
                out = out * value(factor, env)
            return out
        case Add():
            return sum(value(t, env) for t in a.args)
        case Map():
            return apply(a.name, a.orders, tuple(value(t, env) for t in a.args), env)
        case Raise():
            return power(value(a.base, env), a.exponent)
        case Heaviside():
            u = value(a.arg, env)
            return int(u > 0 or (u == 0 and not a.strict))
        case Contract():
            return sum(value(a.left, e) * value(a.right, e) for e in assignments(a.over, env))
        case Reduce() | Accumulate():
            return sum(value(a.arg, e) for e in assignments(a.over, env))
    raise TypeError(type(a).__name__)


VIEWS = {
    "entry": W_ij,
    "matrix times vector": Summed((K,), Times((W_kj, x_k))),
    "outer product": Times((x_i, u_j)),
    "row scaled": Times((x_i, W_ij)),
    "dot product": Summed((K,), Times((x_k, x_k))),
    "sum of a product of sums": Summed((K,), Times((x_k, Plus((W_kj, HALF))))),
    "three factors share an index": Summed((K,), Times((x_k, W_kj, leaf("W", i, k)))),
    "chain of two": Summed(
        (K, upto("t", "m")), Times((leaf("W", i, k), leaf("W", k, index("t")), leaf("u", index("t"))))
    ),
    "two factors share both indices with a third": Summed(
        (K, upto("t", "m")), Times((leaf("W", k, index("t")), leaf("V", k, index("t")), leaf("u", index("t"))))
    ),
    "whole sum": Summed((K, upto("t", "m")), leaf("W", k, index("t"))),
    "factor outside": Times((HALF, x_i, Summed((K,), Times((x_k, W_kj))))),
    "function of a contraction": Apply("sin", (0,), (Summed((K,), Times((W_kj, x_k))),)),
    "power of a sum": Power(Summed((K,), Apply("exp", (0,), (x_k,))), Fraction(-1)),
    "step": Step(W_ij),
    "delta": Times((Leaf(Delta(min(i - k, k - i))), x_i)),
    "shifted slice": leaf("x", i + 1),
    "scalar": Plus((HALF, leaf("s"))),
}


@pytest.mark.parametrize("name", VIEWS)
def test_the_array_has_the_values_of_the_view(name: str) -> None:
    view = VIEWS[name]
    free = {**FREE, "k": K}
    array = array_of(view, free)
    for env in assignments(tuple(free.values()), random_environment()):
        assert close(value(array, env), evaluate_view(view, env))


def test_axes_are_the_free_indices() -> None:
    assert array_of(VIEWS["matrix times vector"], FREE).axes == {"j"}
    assert array_of(VIEWS["outer product"], FREE).axes == {"i", "j"}
    assert array_of(VIEWS["whole sum"], FREE).axes == frozenset()


def test_a_chain_is_contracted_vector_first() -> None:
    """Σ_kt W_ik W_kt u_t is W (W u): no product of two matrices is formed."""
    array = array_of(VIEWS["chain of two"], FREE)
    assert isinstance(array, Contract)
    inner = array.left if isinstance(array.left, Contract) else array.right
    assert isinstance(inner, Contract)
    assert len(inner.axes) == 1


def test_factors_without_the_index_stay_outside() -> None:
    array = array_of(Summed((K,), Times((x_i, x_k, W_kj))), FREE)
    assert isinstance(array, Multiply)
    assert any(isinstance(a, Source) and a.axes == {"i"} for a in array.args)


def test_factors_of_equal_axes_are_multiplied_before_they_are_summed() -> None:
    array = array_of(Summed((K,), Times((x_k, x_k, W_kj))), FREE)
    assert isinstance(array, Contract)
    left, right = sorted((array.left, array.right), key=lambda a: len(a.axes))
    assert isinstance(left, Multiply) and len(left.args) == 2
    assert isinstance(right, Source)


def test_ordered_indices_are_no_axes() -> None:
    layer = upto("l", "L", ordered=True)
    array = array_of(leaf("W", index("l"), i), scope(I))
    assert isinstance(array, Source) and array.axes == {"i"}
    total = array_of(Summed((layer,), leaf("W", index("l"), i)), scope(I))
    assert isinstance(total, Accumulate) and total.over == (layer,)


@pytest.mark.parametrize("at", [i * 2, i + k, Affine([(IdEntry("ids", (i,)), 1)])], ids=repr)
def test_what_is_no_slice_is_gathered(at: Affine) -> None:
    array = array_of(leaf("x", at), {**FREE, "k": K})
    assert isinstance(array, Gather)


def test_an_axis_as_a_number_is_a_position() -> None:
    ((variable, _),) = i.terms
    assert isinstance(array_of(Leaf(ScalarAtom(variable)), FREE), Position)


@pytest.mark.parametrize(
    "view",
    [
        Summed((K, upto("t", k)), Times((x_k, leaf("x", index("t"))))),
        Summed((K, upto("t", k)), leaf("x", index("t"))),
        Summed((upto("t", i),), leaf("x", index("t"))),
        Summed((Index("t", index("s"), size("n")), upto("s", "n")), leaf("u", index("s"))),
    ],
)
def test_a_range_that_depends_on_an_axis_is_a_loop(view: View) -> None:
    with pytest.raises(DeriveError, match="depends on an axis"):
        array_of(view, FREE)


def test_an_index_that_may_run_over_nothing_is_not_contracted() -> None:
    with pytest.raises(DeriveError, match="may be empty"):
        array_of(Summed((upto("t", size("n") - 3),), u_j), FREE)


def test_brackets_over_axes_are_conditions() -> None:
    array = array_of(Leaf(Bound(i - 2)), FREE)
    assert isinstance(array, Condition) and array.axes == {"i"}
    fixed = array_of(Leaf(Bound(index("l") - 2)), FREE)
    assert isinstance(fixed, Scalar)
    assert environment().sizes == {}
