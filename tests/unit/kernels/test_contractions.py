"""Every way to write a contraction against einsum."""

from __future__ import annotations

import ast
from itertools import permutations, product
from string import ascii_letters
from typing import Any

import numpy as np
import pytest

from derive.kernels.alignment import aligned, relaid
from derive.kernels.contractions import contraction
from derive.kernels.syntax import Expr, name

EXTENTS = (2, 3, 4, 5, 6)
RNG = np.random.default_rng(0)


def evaluated(expression: Expr, **arrays: Any) -> Any:
    return eval(ast.unparse(expression), {"np": np, **arrays})


def array(places: tuple[int | None, ...]) -> Any:
    return RNG.standard_normal([1 if p is None else EXTENTS[p] for p in places])


SETS = [
    ((0, 2), (1, 2), 2),
    ((0, 2), (2,), 1),
    ((1,), (0, 1), 1),
    ((0, 1), (0, 1), 0),
    ((0,), (0,), 0),
    ((0, 1), (0, 1), 1),
    ((0, 2), (1,), 1),
    ((0, 2, 3), (1, 2, 3), 2),
    ((0, 1, 2), (2, 3), 3),
    ((0, 3), (0, 1, 2, 3), 3),
    ((0,), (1,), 2),
    ((0, 1, 2), (0, 1, 2), 2),
    ((0,), (0, 1), 0),
    ((0, 1, 3), (0, 2, 3), 3),
    ((0, 1, 2), (0, 2), 2),
    ((0, 1, 2), (0, 1, 2), 1),
]
STACKS = [
    ((0, 1, 2, 4), (0, 1, 3, 4), 4),
    ((0, 2, 1, 4), (1, 3, 0, 4), 4),
    ((4, 0, 3), (4, 1, 0, 2), 4),
    ((0, 1, 3), (0, 3), 2),
    ((0, 3), (1, 0, 2, 3), 3),
    ((2, 0, 3, 4), (2, 0, 3, 4), 1),
    ((2, 0, 3, 4), (2, 0, 4, 3), 1),
    ((0, 1, 3, 4), (0, 2, 4, 3), 3),
    ((2, 3, 1, 0), (2, 3, 1, 0), 2),
    ((0, 2, 3, 4), (0, 2, 3, 4), 1),
    ((1, 0, 2, 3), (1, 0, 2, 3), 2),
]
CASES = [(l, r, rank) for a, b, rank in SETS for l, r in product(permutations(a), permutations(b))] + STACKS


@pytest.mark.parametrize("l, r, rank", CASES)
@pytest.mark.parametrize("swapped", [False, True])
def test_contraction_is_einsum(l: tuple[int, ...], r: tuple[int, ...], rank: int, swapped: bool) -> None:
    if swapped:
        l, r = r, l
    left, right = array(l), array(r)
    letters = ["".join(ascii_letters[p] for p in places) for places in (l, r, range(rank))]
    expected = np.einsum(f"{letters[0]},{letters[1]}->{letters[2]}", left, right)
    actual = evaluated(contraction(name("l"), l, name("r"), r, rank), l=left, r=right)
    assert np.shape(actual) == np.shape(expected)
    assert np.allclose(actual, expected, rtol=1e-13)


def test_a_column_counts_as_a_vector() -> None:
    left, right = array((0, 1)), array((1, None))
    actual = evaluated(contraction(name("l"), (0, 1), name("r"), (1, None), 1), l=left, r=right)
    assert np.allclose(actual, left @ right[:, 0])


def test_products_of_matrices_are_no_einsum() -> None:
    for l, r, rank in CASES:
        if len(l) <= 2 and len(r) <= 2 and rank == 2 and len({*l, *r}) == 3:
            assert "dot" in ast.unparse(contraction(name("l"), l, name("r"), r, rank))


def test_stacks_of_products_and_dots_of_rows_are_no_einsum() -> None:
    for l, r, rank in [((0, 1, 3), (0, 2, 3), 3), ((0, 3, 1), (2, 0, 3), 3), ((0, 1, 2), (0, 1, 2), 2), *STACKS[:6]]:
        assert "einsum" not in ast.unparse(contraction(name("l"), l, name("r"), r, rank))


LAYOUTS = [(0,), (1,), (0, 1), (1, 0), (0, None), (None, 1), (None,), (), (2, 0), (2, None, 1), (0, 2), (1, 2, 0)]


@pytest.mark.parametrize("places", LAYOUTS)
def test_aligned_arrays_broadcast_by_place(places: tuple[int | None, ...]) -> None:
    value, rank = array(places), 3
    letters = "".join(ascii_letters[p] for p in places if p is not None)
    squeezed = value.reshape([n for n, p in zip(value.shape, places) if p is not None])
    ones = np.ones(EXTENTS[:rank])
    expected = np.einsum(f"{letters},abc->abc", squeezed, ones)
    assert np.array_equal(evaluated(aligned(name("v"), places, rank), v=value) * ones, expected)
    exact = evaluated(relaid(name("v"), places, rank), v=value)
    assert exact.ndim == rank and np.array_equal(exact * ones, expected)


@pytest.mark.parametrize("places", [(None,), (None, None), ()])
def test_a_single_entry_becomes_a_scalar(places: tuple[None, ...]) -> None:
    assert np.shape(evaluated(aligned(name("v"), places, 0), v=array(places))) == ()
