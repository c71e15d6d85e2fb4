"""Two brackets that keep one index expression in its range are drawn as one, and only those."""

from __future__ import annotations

from itertools import product

import pytest

from derive.latex.indices import without_quotient
from derive.latex.ranges import Between, ranges_joined
from derive.terms.affine import Affine, Quotient, index, number, quotient, size
from derive.terms.term import Bound, Entry
from derive.terms.view import Leaf, View

k, r = index("k"), index("r")
INSIDE = k - r + 1


def bracket(a: Affine) -> View:
    return Leaf(Bound(a))


def test_what_is_read_is_bounded_once() -> None:
    entry = Leaf(Entry("z", (INSIDE,)))
    for extent in (number(6), Affine([(v, c) for v, c in size("n").terms])):
        low, high = bracket(INSIDE - 1), bracket(extent - INSIDE)
        for factors in ([low, high, entry], [high, entry, low]):
            joined = ranges_joined(factors)
            assert [f for f, b in joined if b is not None] == [factors[0]]
            assert next(b for _, b in joined if b is not None) == Between(number(1), INSIDE, extent)
            assert [f for f, b in joined if b is None] == [entry]


def test_the_index_that_is_read_decides_how_it_is_written() -> None:
    entry = Leaf(Entry("z", (r - k + 3,)))
    [(_, found), _] = ranges_joined([bracket(k - r), bracket(r - k + 2), entry])
    assert found == Between(number(1), r - k + 3, number(3))


@pytest.mark.parametrize("divisor", [2, 3])
@pytest.mark.parametrize("shift", [-2, 0, 1, 2])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_bound_on_a_quotient_is_one_on_what_is_divided(divisor: int, shift: int, sign: int) -> None:
    """It prints without ⌊ ⌋, and holds for the same indices."""
    floor = quotient(k + shift, divisor)
    for rest in (number(-2), number(1), r - 3):
        bound = floor * sign + rest
        plain = without_quotient(bound)
        assert not any(isinstance(v, Quotient) for v, _ in plain.terms)
        for at, tap in product(range(-8, 9), range(4)):
            value = sign * ((at + shift) // divisor) + rest.subs({"r": number(tap)}).const
            assert (plain.subs({"k": number(at), "r": number(tap)}).const >= 0) == (value >= 0)


def test_other_bounds_stay_as_they_are() -> None:
    two = quotient(k, 2) + quotient(k, 3) - 1
    for bound in (k - 2, quotient(k, 2) * 2 - 3, two):
        assert without_quotient(bound) == bound


def test_other_brackets_stay_apart() -> None:
    entry = Leaf(Entry("z", (INSIDE,)))
    alone = [bracket(k - 2), bracket(INSIDE - 1), entry]
    assert ranges_joined(alone) == [(f, None) for f in alone]
    single = [bracket(k - 2), bracket(number(5) - k), entry]
    assert ranges_joined(single) == [(f, None) for f in single]
