"""One link of a chain: equal, proved, different and where, or why it does not fit."""

from __future__ import annotations

import pytest

from derive.reading.quantity import Unknown
from tests.unit.reading.books import book


def test_equal_and_proved() -> None:
    [o] = book("three-layer").outcomes(r"b_j^2 + b_j^2 = 2 b_j^2")
    assert o.equal and o.proved and o.difference is None


def test_where_two_sides_differ() -> None:
    b = book("three-layer")
    found = b.outcomes(r"b_j^2 = 2 b_j^2")
    assert len(found) == 1 and not found[0].equal
    difference = found[0].difference
    assert difference is not None
    assert difference.right == pytest.approx(2 * difference.left)
    assert set(difference.at) == {"j"}


def test_shapes_that_do_not_fit_are_named() -> None:
    [o] = book("three-layer").outcomes(r"W^2 = W^3")
    assert not o.equal and "n_2 × n_1" in o.misfit and "n_3 × n_2" in o.misfit


def test_right_up_to_a_transpose_is_said() -> None:
    [o] = book("three-layer").outcomes(r"\frac{\partial C}{\partial W^2} = a^1 (\delta^2)^T")
    assert not o.equal and o.transposed
    [o] = book("three-layer").outcomes(r"\frac{\partial C}{\partial W^2} = 2 a^1 (\delta^2)^T")
    assert not o.equal and not o.transposed


def test_a_letter_for_the_layer_is_read_for_all_layers() -> None:
    b = book("three-layer")
    source = r"\frac{\partial C}{\partial W^l} = \delta^l (a^{l-1})^T"
    assert len(b.outcomes(source)) >= 2 and b.holds(source)


def test_a_statement_about_all_layers_that_fails_for_one() -> None:
    found = book("three-layer").outcomes(r"\delta^l = z^l - y")
    assert not all(o.equal for o in found)


def test_a_range_that_is_stated_limits_the_layers() -> None:
    b = book("three-layer")
    everywhere = b.outcomes(r"\frac{\partial C}{\partial W^l} = \delta^l (a^{l-1})^T")
    last = b.outcomes(r"\frac{\partial C}{\partial W^l} = \delta^l (a^{l-1})^T, \quad l = L")
    assert 1 <= len(last) < len(everywhere) and all(o.equal for o in last)


def test_a_letter_on_the_right_only_does_not_fit() -> None:
    [o] = book("three-layer").outcomes(r"b_j^2 = W_{jk}^2")
    assert "k stands free on the right" in o.misfit


def test_what_has_no_meaning_is_unknown() -> None:
    with pytest.raises(Unknown):
        book("three-layer").outcomes(r"b_j^2 = \zeta_j")


def test_a_place_beyond_an_axis_does_not_fit() -> None:
    assert book("net-3-4-2").fails(r"b_j^2 = b_j^2 + 0 \cdot b_{9}^2")
