"""A network on numbers: values, gradients, derivatives of values by values."""

from __future__ import annotations

import numpy as np
import pytest

from derive.errors import DeriveError
from derive.terms.affine import Index, index, number
from derive.terms.algebra import subtract, times
from derive.terms.blocks import sum_over
from derive.terms.term import Entry, Poly, of_atom
from derive.verify.document.world import World
from tests.unit.reading.books import book


def entry(name: str, *at: str) -> Poly:
    return of_atom(Entry(name, tuple(index(a) for a in at)))


@pytest.fixture(scope="module")
def world() -> World:
    return book("three-layer").world


def axis(world: World, tensor: str, k: int, name: str) -> Index:
    return world.network.tensor(tensor).axes[k].renamed(name)


def test_values_satisfy_the_equations(world: World) -> None:
    for e in world.network.equations:
        found = list(world.values((of_atom(e.lhs), e.rhs), e.domain))
        assert len(found) >= world.points
        for _, (left, right) in found:
            assert np.allclose(np.broadcast_to(right.array, left.array.shape), left.array)


def test_gradients_are_those_of_finite_differences_of_a_sum(world: World) -> None:
    """∂C/∂b_j = Σ_i ∂C/∂z_ji at every point."""
    j, i = axis(world, "z2", 0, "j"), axis(world, "z2", 1, "i")
    total = sum_over((i,), entry("∂z2", "j", "i"), {"j": j})
    for _, (left, right) in world.values((entry("∂b2", "j"), total), (j,)):
        assert np.allclose(left.array, right.array) and np.abs(left.array).max() > 0


def test_a_derivative_of_a_value_by_a_value(world: World) -> None:
    """∂z_ji/∂W_pk = [j = p] a_ki: 0 for another unit."""
    j, i = axis(world, "z2", 0, "j"), axis(world, "z2", 1, "i")
    k = axis(world, "W2", 1, "k")
    jacobian = of_atom(Entry("z2∂W2", (index("j"), index("k"), index("j"), index("i"))))
    difference = subtract(jacobian, entry("a1", "k", "i"))
    squares = sum_over((j, i, k), times(difference, difference), {})
    for _, (value,) in world.values((squares,), ()):
        assert float(value.array) == pytest.approx(0, abs=1e-12)


def test_points_differ_in_sizes_and_values(world: World) -> None:
    assert len({repr(sorted(f.sizes.items())) for f in world.frames(())}) > 1


def test_a_value_does_not_move_with_what_it_is_not_made_of() -> None:
    b = book("three-layer")
    assert b.holds(r"\frac{\partial z_{ji}^1}{\partial W_{pk}^3} = 0 \cdot W_{pk}^3 z_{ji}^1")
    assert b.fails(r"\frac{\partial z_{ji}^3}{\partial W_{pk}^1} = 0 \cdot W_{pk}^1 z_{ji}^3")


def test_a_place_outside_is_an_error(world: World) -> None:
    with pytest.raises(DeriveError):
        list(world.values((of_atom(Entry("b2", (number(99),))),), ()))
