"""The activations: an entrywise one is a scalar function with its definition, applied to the preactivation.

At a kink the second branch holds, as the strict condition `x > 0` stands first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sympy
from sympy import Rational, exp, log

from derive.ir.scalar import REGISTRY, ScalarFunction, x
from derive.network.layers.softmax import OF_WHOLE_VECTORS
from derive.network.spec.options import ActivationOptions
from derive.network.value import Value

alpha = sympy.Symbol("alpha", real=True)
slope = sympy.Symbol("slope", real=True)

SELU_ALPHA = Rational("1.6732632423543773")
SELU_SCALE = Rational("1.0507009873554805")
GELU_CUBIC = Rational("0.044715")


def _kinked(above: sympy.Expr, below: sympy.Expr) -> sympy.Piecewise:
    """`above` for x > 0, else `below`."""
    return sympy.Piecewise((above, x > 0), (below, True))


for _function in (
    ScalarFunction("sigmoid", 1 / (1 + exp(-x)), latex=r"\sigma"),
    ScalarFunction("relu", _kinked(x, sympy.Integer(0)), latex=r"\operatorname{ReLU}", smooth=False),
    ScalarFunction("leaky_relu", _kinked(x, slope * x), (slope,), latex=r"\operatorname{LeakyReLU}", smooth=False),
    ScalarFunction("prelu", _kinked(x, alpha * x), (alpha,), latex=r"\operatorname{PReLU}", smooth=False),
    ScalarFunction("elu", _kinked(x, alpha * (exp(x) - 1)), (alpha,), latex=r"\operatorname{ELU}", smooth=False),
    ScalarFunction(
        "selu",
        _kinked(SELU_SCALE * x, SELU_SCALE * SELU_ALPHA * (exp(x) - 1)),
        latex=r"\operatorname{SELU}",
        smooth=False,
    ),
    ScalarFunction("softplus", log(1 + exp(x)), latex=r"\operatorname{softplus}"),
    ScalarFunction("silu", x / (1 + exp(-x)), latex=r"\operatorname{SiLU}"),
    ScalarFunction("gelu", x * (1 + sympy.erf(x / sympy.sqrt(2))) / 2, latex=r"\operatorname{GELU}"),
    ScalarFunction(
        "gelu_tanh",
        x * (1 + sympy.tanh(sympy.sqrt(2 / sympy.pi) * (x + GELU_CUBIC * x**3))) / 2,
        latex=r"\operatorname{GELU}_{\tanh}",
    ),
):
    REGISTRY.add(_function)


def identity(z: sympy.Expr) -> sympy.Expr:
    """f(z) = z."""
    return z


_WITHOUT_OPTIONS: dict[str, Callable[[sympy.Expr], sympy.Expr]] = {"identity": identity, "tanh": sympy.tanh}


def applied(
    kind: str,
    options: ActivationOptions,
    z: Value,
    at: tuple[sympy.Idx, ...],
    others: tuple[sympy.Idx, ...],
    learned: Mapping[str, sympy.Basic],
) -> sympy.Expr:
    """The entry at `at` of the activation of `z`; `learned` are its parameters by name."""
    if kind in OF_WHOLE_VECTORS:
        return OF_WHOLE_VECTORS[kind](z, at, others)
    if kind in _WITHOUT_OPTIONS:
        return _WITHOUT_OPTIONS[kind](z[at])
    function = REGISTRY.get(kind)
    if function is None:
        [symbol] = options.abstract_symbols()
        return sympy.Function(symbol)(z[at])
    settings = (
        learned[o.name] if o.name in learned else Rational(str(getattr(options, o.name))) for o in function.options
    )
    return sympy.Function(kind)(z[at], *settings)
