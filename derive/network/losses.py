"""The losses: what one step of one sample costs, given the output `a` and the target `y`."""

from __future__ import annotations

from collections.abc import Callable

import sympy
from sympy import Abs, log

from derive.ir.scalar import REGISTRY, ScalarFunction, x
from derive.network.comparison import Comparison
from derive.network.margin_losses import cosine_embedding, hinge, multiclass_hinge, triplet

delta = sympy.Symbol("delta", positive=True)

REGISTRY.add(
    ScalarFunction(
        "huber",
        sympy.Piecewise((delta * (x - delta / 2), x > delta), (delta * (-x - delta / 2), x < -delta), (x**2 / 2, True)),
        (delta,),
        latex=r"\operatorname{huber}",
        smooth=False,
    )
)
REGISTRY.add(
    ScalarFunction(
        "xlogx",
        sympy.Piecewise((x * log(x), x > 0), (0, True)),
        latex=r"\operatorname{xlogx}",
        smooth=False,
    )
)


def half_squared_error(c: Comparison) -> sympy.Expr:
    """½ Σ_j (a_j - y_j)²."""
    return c.total(c.difference() ** 2) / 2


def mean_squared_error(c: Comparison) -> sympy.Expr:
    """1/n Σ_j (a_j - y_j)²."""
    return c.average(c.difference() ** 2)


def mean_absolute_error(c: Comparison) -> sympy.Expr:
    """1/n Σ_j |a_j - y_j|."""
    return c.average(Abs(c.difference()))


def huber(c: Comparison) -> sympy.Expr:
    """1/n Σ_j h(a_j - y_j), h(r) = ½ r² up to |r| = δ and δ (|r| - ½ δ) beyond."""
    return c.average(sympy.Function("huber")(c.difference(), c.option("delta")))


def inner_product(c: Comparison) -> sympy.Expr:
    """Σ_j a_j y_j: what it gives for a value `a` is the product of the target with the derivative of `a`."""
    return c.total(c.a * c.y)


def binary_cross_entropy(c: Comparison) -> sympy.Expr:
    """-Σ_j [y_j log a_j + (1 - y_j) log(1 - a_j)]."""
    return -c.total(c.y * log(c.a) + (1 - c.y) * log(1 - c.a))


def binary_cross_entropy_with_logits(c: Comparison) -> sympy.Expr:
    """Σ_j [softplus(z_j) - y_j z_j]."""
    return c.total(sympy.Function("softplus")(c.a) - c.y * c.a)


def cross_entropy(c: Comparison) -> sympy.Expr:
    """-Σ_j y_j log a_j, with smoothed labels (1 - ε) y_j + ε/K in place of y_j."""
    return -c.total(c.smoothed() * log(c.a))


def cross_entropy_with_logits(c: Comparison) -> sympy.Expr:
    """-Σ_j y_j (z_j - log Σ_k exp z_k), with smoothed labels (1 - ε) y_j + ε/K in place of y_j."""
    return -c.total(c.smoothed() * (c.a - c.log_normalizer))


def kl_divergence(c: Comparison) -> sympy.Expr:
    """Σ_j y_j (log y_j - log a_j), or Σ_j y_j (log y_j - a_j) of log-probabilities a; y log y is 0 at 0."""
    log_a = c.a if getattr(c.options, "log", False) else log(c.a)
    return c.total(sympy.Function("xlogx")(c.y) - c.y * log_a)


LOSSES: dict[str, Callable[[Comparison], sympy.Expr]] = {
    f.__name__: f
    for f in (
        half_squared_error,
        mean_squared_error,
        mean_absolute_error,
        huber,
        inner_product,
        binary_cross_entropy,
        binary_cross_entropy_with_logits,
        cross_entropy,
        cross_entropy_with_logits,
        kl_divergence,
        hinge,
        multiclass_hinge,
        cosine_embedding,
        triplet,
    )
}
"""A new loss is entered here, and its options with `register_loss`."""
