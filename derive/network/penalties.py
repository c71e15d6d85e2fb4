"""The penalties on the weights, each shared weight once; they are not divided by the number of samples."""

from __future__ import annotations

from collections.abc import Callable

import sympy
from sympy import Abs, Rational

from derive.network.sheet import Sheet
from derive.network.spec.models import PenaltySpec

Entrywise = Callable[[sympy.Expr], sympy.Expr]
Total = Callable[[Entrywise], sympy.Expr]
"""The sum of a function over the entries of all weights."""


def l2(coefficient: sympy.Expr, total: Total) -> sympy.Expr:
    """λ/2 Σ W²."""
    return coefficient / 2 * total(lambda w: w**2)


def l1(coefficient: sympy.Expr, total: Total) -> sympy.Expr:
    """λ Σ |W|."""
    return coefficient * total(Abs)


PENALTIES = {"l1": l1, "l2": l2}


def declare_coefficients(sheet: Sheet, penalties: tuple[PenaltySpec, ...]) -> dict[str, sympy.Symbol]:
    """The hyperparameters that the penalties name, each once."""
    names = dict.fromkeys(p.coefficient for p in penalties if isinstance(p.coefficient, str))
    return {name: sheet.net.hyper(sheet.names.own(name)) for name in names}


def penalty_term(sheet: Sheet, penalty: PenaltySpec, coefficients: dict[str, sympy.Symbol]) -> sympy.Expr:
    """What a penalty adds to the cost."""

    def total(of: Entrywise) -> sympy.Expr:
        return sympy.Add(*(sympy.Sum(of(W[at]), *reversed(at)) for W, at in sheet.weights))

    given = penalty.coefficient
    coefficient = coefficients[given] if isinstance(given, str) else Rational(str(given))
    return PENALTIES[penalty.kind](coefficient, total)
