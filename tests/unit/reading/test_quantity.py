"""Matrices as polynomials with named axes: extents, products, sums, shapes."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derive.reading.quantity import (
    Fresh,
    Misfit,
    Quantity,
    added,
    array,
    divided,
    fits,
    hadamard,
    like,
    product,
    raised,
    renamed,
    total_over,
    transposed,
)
from derive.terms.affine import Affine, Index, index, number, size
from derive.terms.algebra import add, scale, times
from derive.terms.blocks import sum_over
from derive.terms.term import Entry, Poly, constant, of_atom

FRESH = Fresh()


def matrix(name: str, rows: Affine, columns: Affine) -> Quantity:
    r, c = FRESH.axis(Index("r", number(1), rows)), FRESH.axis(Index("c", number(1), columns))
    return Quantity(of_atom(Entry(name, (index(r.name), index(c.name)))), r, c)


def column(name: str, rows: Affine) -> Quantity:
    r = FRESH.axis(Index("r", number(1), rows))
    return Quantity(of_atom(Entry(name, (index(r.name),))), r)


def entry(name: str, *at: str) -> Poly:
    return of_atom(Entry(name, tuple(index(a) for a in at)))


N, M, K = size("n"), size("m"), size("k")


def at(q: Quantity, *letters: str) -> Poly:
    """The entry at letters."""
    for axis, letter in zip(q.axes, letters, strict=True):
        q = q.map(lambda p, a=axis, x=letter: renamed(p, a, a.renamed(x)))  # type: ignore[misc]
    return q.poly


def test_a_product_sums_over_the_axis_between() -> None:
    a, b = matrix("A", N, M), matrix("B", M, K)
    k = Index("q", number(1), M)
    expected = sum_over((k,), times(entry("A", "i", "q"), entry("B", "q", "j")), {})
    assert at(product(a, b), "i", "j") == expected


def test_extents_that_do_not_meet_are_named() -> None:
    with pytest.raises(Misfit, match="a matrix of n × m cannot be multiplied by one of n × m"):
        product(matrix("A", N, M), matrix("A", N, M))


def test_a_transpose_exchanges_axes() -> None:
    assert at(transposed(matrix("A", N, M)), "j", "i") == entry("A", "i", "j")
    assert transposed(matrix("A", N, M)).shape == "m × n"


def test_an_outer_product() -> None:
    q = product(column("u", N), transposed(column("v", M)))
    assert at(q, "i", "j") == times(entry("u", "i"), entry("v", "j"))


def test_entrywise_operations_need_equal_shapes() -> None:
    q = hadamard(matrix("A", N, M), matrix("B", N, M))
    assert at(q, "i", "j") == times(entry("A", "i", "j"), entry("B", "i", "j"))
    with pytest.raises(Misfit, match="equal shapes"):
        hadamard(matrix("A", N, M), matrix("B", M, N))


def test_only_a_vector_and_a_batch_are_spread() -> None:
    batch = Index("i", number(1), M)
    q = added(matrix("Z", N, M), column("b", N), batch)
    assert at(q, "j", "i") == add(entry("Z", "j", "i"), entry("b", "j"))
    with pytest.raises(Misfit, match="cannot be added"):
        added(matrix("Z", N, M), column("b", N))
    with pytest.raises(Misfit):
        added(matrix("Z", N, K), column("b", N), batch)
    with pytest.raises(Misfit):
        added(matrix("Z", N, M), column("b", M), batch)


def test_division_is_entrywise_and_by_numbers() -> None:
    two = Quantity(constant(2))
    assert at(divided(column("v", N), two), "i") == scale(entry("v", "i"), Fraction(1, 2))
    with pytest.raises(Misfit):
        raised(Quantity(constant(0)), -1)


def test_an_axis_of_one_place_is_none() -> None:
    r = Index("r", number(1), number(1))
    q = array(entry("a", "r"), r)
    assert q.is_scalar and q.poly == of_atom(Entry("a", (number(1),)))
    assert fits(array(constant(1), r, Index("c", number(1), N)), transposed(column("v", N)))


def test_names_are_taken_over_from_where_an_axis_begins() -> None:
    r, s = Index("r", number(1), N), Index("s", number(3), N + 2)
    assert like(Quantity(entry("a", "r"), r), Quantity(constant(1), s)).poly == of_atom(Entry("a", (index("s") - 2,)))


def test_totals_run_over_free_names() -> None:
    i = Index("i", number(1), M)
    assert total_over(Quantity(entry("a", "i")), [i]).poly == sum_over((i,), entry("a", "i"), {})
