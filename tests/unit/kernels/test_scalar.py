"""Scalar functions in stable form: the value of the definition, without overflow."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy

from derive.calculus.scalar import definition
from derive.errors import UnsupportedError
from derive.ir.scalar import REGISTRY
from derive.kernels.scalar import arguments, formula
from derive.network import activations, losses  # noqa: F401  (they fill the registry)

POINTS = (-3.1, -1.0, -0.4, 0.0, 0.3, 1.0, 2.7)
HALF = Fraction(1, 2)

STAND_INS = {
    "sigmoid": lambda u: 1 / (1 + mpmath.exp(-u)),
    "softplus": lambda u: mpmath.log(1 + mpmath.exp(u)),
    "above": lambda u: mpmath.mpf(u > 0),
    "absolute": abs,
    "sign": mpmath.sign,
}

CASES = [
    (name, orders)
    for name, f in sorted(REGISTRY.functions.items())
    for orders in [(0,) * len(f.arguments), *np.eye(len(f.arguments), dtype=int).tolist()]
]


@pytest.mark.parametrize("name, orders", CASES)
def test_stable_form_is_the_definition(name: str, orders: list[int]) -> None:
    orders = tuple(orders)
    symbols = arguments(len(orders))
    stable = sympy.lambdify(symbols, formula(name, orders), [STAND_INS, "mpmath"])
    stated = definition(name, orders)
    for at in POINTS:
        others = [0.5] * (len(orders) - 1)
        values = dict(zip(REGISTRY.functions[name].arguments, [at, *others], strict=True))
        expected = stated.subs({k: sympy.Rational(str(v)) for k, v in values.items()})
        assert float(stable(at, *others)) == pytest.approx(float(expected), abs=1e-12)


@pytest.mark.parametrize("name, orders", CASES)
def test_stable_form_takes_numbers_for_options(name: str, orders: list[int]) -> None:
    given = (None, *(HALF for _ in orders[1:]))
    general = formula(name, tuple(orders)).subs(dict.fromkeys(arguments(len(orders))[1:], sympy.Rational(1, 2)))
    special = formula(name, tuple(orders), given)
    stand_ins = [STAND_INS, "mpmath"]
    x = arguments(1)
    for at in POINTS:
        ours = sympy.lambdify(x, special, stand_ins)(at)
        assert float(ours) == pytest.approx(float(sympy.lambdify(x, general, stand_ins)(at)))


def test_exponentials_never_see_a_positive_argument() -> None:
    """exp stands only over min(0, x), or inside sigmoid and softplus, which a kernel spells out safely."""
    for name, orders in CASES:
        for e in formula(name, tuple(orders)).atoms(sympy.exp):
            at_large = e.args[0].subs(dict.fromkeys(e.free_symbols, 1000))
            assert at_large <= 0, f"{name}{orders} forms {e}"


def test_abstract_function_has_no_formula() -> None:
    with pytest.raises(UnsupportedError, match="abstract"):
        formula("no_such_function", (0,))
