"""Sums widened to where a factor is 0 keep their value, and stay where it is not 0."""

from __future__ import annotations

import pytest

from derive.ir.environment import Environment
from derive.ir.interpret import assignments
from derive.ir.normal_form import evaluate_poly
from derive.simplify.definition import Pattern
from derive.simplify.widen import widened
from derive.terms.affine import Affine, Index, index, size
from derive.terms.algebra import bound, function, times
from derive.terms.blocks import sum_over
from derive.terms.term import Block, Poly
from derive.terms.walk import atoms_in
from tests.stating import entry, environment, product_of, scope, upto

t, s, u, n = index("t"), index("s"), index("u"), size("n")
T, S = upto("t", "n"), upto("s", "n")
AXES = (upto("t", "n"), upto("u", "n"))
EXTENT = 4


def causal(bracket: Affine) -> Pattern:
    """P[t, u] = g[t, u] [bracket ≥ 0]."""
    rhs = times(entry("g", t, u), bound(bracket))
    return Pattern(entry("P", t, u), rhs, AXES, "P", "fold")


def env(bracket: Affine) -> Environment:
    """Values of P that obey its definition."""
    places = [(a, b) for a in range(1, EXTENT + 1) for b in range(1, EXTENT + 1)]
    plain = environment({"n": EXTENT}, {"g": {p: 1.0 + p[0] + 7 * p[1] for p in places}})
    rhs = causal(bracket).rhs
    values: dict[tuple[int, ...], float] = {
        p: float(evaluate_poly(rhs, plain.bind("t", p[0]).bind("u", p[1])).real) for p in places
    }
    arrays: dict[str, dict[tuple[int, ...], float]] = {
        "P": values,
        "f": {(a,): 0.5 * a * a for a in range(1, EXTENT + 1)},
        "d": {p: p[0] - 3.0 * p[1] for p in places},
    }
    return environment({"n": EXTENT}, arrays)


def check(p: Poly, bracket: Affine) -> bool:
    """The value stays; tells whether the sum runs over the whole axis."""
    context = scope(T, S)
    after = widened(p, causal(bracket), context)
    for point in assignments((T, S), env(bracket)):
        assert evaluate_poly(after, point) == pytest.approx(evaluate_poly(p, point))
    blocks = [a for a in atoms_in(after) if isinstance(a, Block)]
    return all((b.lo.const, b.hi) == (1, n) for a in blocks for b in a.bounds)


def total(lo: Affine | int, hi: Affine, *factors: Poly) -> Poly:
    return sum_over((Index("v", Affine((), lo) if isinstance(lo, int) else lo, hi),), product_of(*factors), scope(T, S))


v = index("v")


def test_what_lies_beyond_the_bracket_is_0() -> None:
    assert check(total(1, t, entry("P", t, v), entry("f", v)), t - u)
    assert check(total(1, t, entry("P", t, v), entry("d", t, v)), t - u)
    assert check(total(t, n, entry("P", t, v), entry("f", v)), u - t)


@pytest.mark.parametrize(
    ("p", "bracket"),
    [
        (total(1, s, entry("P", t, v), entry("f", v)), t - u),
        (total(1, t, entry("P", t, v), entry("f", v)), u - t),
        (total(1, t, entry("P", s, v), entry("f", v)), t - u),
        (total(1, t, entry("P", t, v), function("log", (entry("f", v),))), t - u),
        (total(1, t, entry("P", t, v), entry("f", t - v + 1)), t - u),
        (total(1, t - 1, entry("P", t, v), entry("f", v)), t - u),
    ],
)
def test_where_that_is_not_certain_the_sum_stays(p: Poly, bracket: Affine) -> None:
    assert not check(p, bracket)
