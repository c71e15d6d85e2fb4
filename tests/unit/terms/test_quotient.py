"""Quotients and divisibility: their reduced forms have the same value, and proofs about them hold."""

from __future__ import annotations

from itertools import product

import pytest

from derive.ir.normal_form import evaluate_affine, evaluate_poly
from derive.terms.affine import Affine, Index, index, number, quotient, size
from derive.terms.algebra import divides
from derive.terms.prover import nonnegative
from derive.terms.substitute import substitute
from derive.terms.term import ONE, ZERO, Poly, constant, of_affine
from tests.stating import environment

k, n, o = index("k"), size("n"), index("o")
DIVIDENDS = [k, -k, k - 1, k * 3 + 5, k * -5 + n * 2 - 7, k * 2 - n, number(17)]


def value(a: Affine, **indices: int) -> int:
    return evaluate_affine(a, environment({"n": 4}, {}, **indices))


@pytest.mark.parametrize(("dividend", "divisor"), list(product(DIVIDENDS, (1, 2, 3, 6))))
def test_a_quotient_is_rounded_down(dividend: Affine, divisor: int) -> None:
    q = quotient(dividend, divisor)
    for at in range(-7, 8):
        assert value(q, k=at) == value(dividend, k=at) // divisor


@pytest.mark.parametrize(("first", "second", "shift"), list(product((2, 3), (2, 5), (-4, 0, 3))))
def test_a_quotient_of_a_quotient_is_one(first: int, second: int, shift: int) -> None:
    q = quotient(quotient(k - 1, first) + shift, second)
    assert sum(not isinstance(v, str) for v, _ in q.terms) == 1
    for at in range(-9, 20):
        assert value(q, k=at) == ((at - 1) // first + shift) // second


def test_a_quotient_is_substituted_into_and_as_a_whole() -> None:
    q = quotient(k + 1, 2)
    assert q.subs({"k": o * 2 - 1}) == o
    [(v, _)] = q.terms
    assert (q * 3 + k).subs({v: index("g"), "k": o}) == index("g") * 3 + o


def test_no_divisor_below_1() -> None:
    with pytest.raises(ValueError, match="no divisor"):
        quotient(k, 0)


@pytest.mark.parametrize(("affine", "divisor"), list(product(DIVIDENDS, (1, 2, 3, 6))))
def test_divisibility(affine: Affine, divisor: int) -> None:
    bracket = divides(affine, divisor)
    for at in range(-7, 8):
        env = environment({"n": 4}, {}, k=at)
        assert evaluate_poly(bracket, env) == int(value(affine, k=at) % divisor == 0)


def test_equal_conditions_of_divisibility_look_equal() -> None:
    assert divides(k * 2 + 4, 6) == divides(k + 2, 3) == divides(-k - 2, 3) == divides(k * 2 + 1, 3)
    assert divides(k * 2 + 1, 4) == ZERO
    assert divides(k * 4 - 8, 4) == constant(ONE)


def test_what_is_proved_of_quotients_holds() -> None:
    scope = {"k": Index("k", number(1), n * 3)}
    assert nonnegative(quotient(k - 1, 3), scope)
    assert nonnegative(n - 1 - quotient(k - 1, 3), scope)
    assert nonnegative(k - quotient(k - 1, 3) * 3 - 1, scope)
    assert nonnegative(quotient(k - 1, 3) * 3 + 3 - k, scope)
    assert not nonnegative(quotient(k - 1, 3) - 1, scope)
    assert not nonnegative(n - 2 - quotient(k - 1, 3), scope)
    assert not nonnegative(quotient(k, 3) * 3 - k, scope)


@pytest.mark.parametrize("q", [quotient(k - 1, 3), quotient(k * 2 + 1, 3) * -1 + n, k - quotient(k, 2) * 2])
def test_proofs_are_sound_at_every_point(q: Affine) -> None:
    for shift in range(-6, 7):
        scope = {"k": Index("k", number(1), number(7))}
        if nonnegative(q + shift, scope):
            assert all(value(q + shift, k=at) >= 0 for at in range(1, 8))


def test_an_entry_at_a_quotient_moves_with_its_index() -> None:
    p: Poly = of_affine(quotient(k, 2) * 2 - k)
    assert substitute(p, {"k": o * 2}) == ZERO
