"""Elementary functions of complex numbers, against mpmath and against their derivatives."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product

import mpmath
import pytest
import sympy

from derive.ir.elementary import CONSTANTS, FUNCTIONS, erf, power, sign

u = sympy.Symbol("u")
POINTS = {"acosh": (1.3, 2.5), "log": (0.2, 3.0), "sqrt": (0.2, 3.0)}


@pytest.mark.parametrize(("x", "y"), list(product((-4.2, -1.0, -1e-9, 0.0, 0.3, 2.0, 4.2), repeat=2)))
def test_erf_of_a_complex_number(x: float, y: float) -> None:
    expected = complex(mpmath.erf(mpmath.mpc(x, y)))
    assert abs(erf(complex(x, y)) - expected) <= 2e-15 * abs(expected)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_complex_step_gives_the_derivative(name: str) -> None:
    slope = getattr(sympy, name)(u).diff(u)
    for x in POINTS.get(name, (-0.9, -0.4, 0.3, 0.8)):
        stepped = FUNCTIONS[name](complex(x, 1e-20))
        assert stepped.real == pytest.approx(FUNCTIONS[name](x), rel=1e-15)
        assert stepped.imag / 1e-20 == pytest.approx(float(slope.subs(u, x)), rel=2e-15)


@pytest.mark.parametrize(
    ("base", "exponent", "value"),
    [
        (2, Fraction(-2), 0.25),
        (-3.0, Fraction(3), -27.0),
        (4.0, Fraction(-3, 2), 0.125),
        (8.0, Fraction(2, 3), 4.0),
        (-4 + 0j, Fraction(1, 2), 2j),
        (0.0, Fraction(1, 2), 0.0),
    ],
)
def test_powers(base: complex, exponent: Fraction, value: complex) -> None:
    assert power(base, exponent) == pytest.approx(value, rel=1e-15)


def test_powers_that_are_not_defined() -> None:
    with pytest.raises(ZeroDivisionError):
        power(0.0, Fraction(-1))
    for exponent in (Fraction(1, 2), Fraction(2, 3)):
        with pytest.raises(ValueError, match="no real power"):
            power(-1.0, exponent)


def test_the_sign_is_that_of_the_real_part() -> None:
    assert [sign(v) for v in (-2, 0, 3.5, 1e-9 - 5j, 1e-20j)] == [-1, 0, 1, 1, 0]


def test_constants() -> None:
    assert (CONSTANTS["pi"], CONSTANTS["e"]) == (math.pi, math.e)
