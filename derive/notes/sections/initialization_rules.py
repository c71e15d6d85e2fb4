"""The rules for means and variances that are used, each derived on two letters, and the bound of a uniform start."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from types import MappingProxyType

import sympy

from derive.ir.tensor import Tensor
from derive.latex.naming import Names
from derive.latex.notation import Notation
from derive.latex.printer import Printer
from derive.moments import Assumptions, Law, work_out
from derive.moments.views import mean, squared, variance
from derive.network.network import Network
from derive.notes.document import Block, Display, Math, Paragraph, Row, words
from derive.notes.functions import formula
from derive.notes.stage import Stage
from derive.terms.term import Entry
from derive.terms.view import Leaf, Num, Power, Times, View, plus, times

ANY, CENTRED = Law(), Law(has_zero_mean=True)
_X, _Y, _C = (Leaf(Entry(name, ())) for name in ("X", "Y", "c"))


def formula_of(value: Fraction) -> str:
    """A fraction as a formula."""
    return formula(sympy.Rational(value.numerator, value.denominator))


def rules_blocks(notation: Notation) -> Iterator[Block]:
    """The rules, worked out by the calculus itself for two letters."""
    printer = Printer(_letters(), notation)
    cases: Sequence[tuple[View, Law, str]] = (
        (variance(times([_C, _X])), ANY, "factor"),
        (mean(times([_X, _Y])), ANY, "product_mean"),
        (variance(plus([_X, _Y])), ANY, "uncorrelated"),
        (variance(times([_X, _Y])), ANY, "product"),
        (variance(times([_X, _Y])), CENTRED, "product_centred"),
    )
    rows = [Row(printer.view(variance(_X)), printer.view(_defined(_X)), note=words("initialization.rule.definition"))]
    for view, law, key in cases:
        lines = work_out(view, _assumed(law))
        found = next((line for line in lines if line.rule == key), lines[-1])
        rows.append(Row(printer.view(view), printer.view(found.view), note=words(f"initialization.rule.{key}")))
    yield Paragraph(words("initialization.rules"))
    yield Display(tuple(rows))


def _defined(x: View) -> View:
    """E[X²] − E[X]²."""
    return plus([mean(squared(x)), times([Num(Fraction(-1)), squared(mean(x))])])


def _assumed(law: Law) -> Assumptions:
    x, y, c = (Entry(name, ()) for name in ("X", "Y", "c"))
    return Assumptions({x: law, y: law}, frozenset({c}), (frozenset({x, y}),))


def _letters() -> Network:
    tensors = {name: Tensor(name, (), "value") for name in ("X", "Y", "c")}
    return Network("rules", MappingProxyType(tensors), (), None)


def bound_blocks(stage: Stage, found: View, names: Names) -> Iterator[Block]:
    """The same variance from a uniform distribution: its bound, from the integral that is its variance."""
    w, r = sympy.symbols("w r", positive=True)
    of_bound = sympy.integrate(w**2 / (2 * r), (w, -r, r))
    [factor] = sympy.Poly(of_bound, r).coeffs()
    integral = sympy.Integral(w**2 / (2 * r), (w, -r, r))
    scale = Fraction(int(factor.q), int(factor.p))
    bound = Power(_scaled(scale, found), Fraction(1, 2))
    yield Paragraph(words("initialization.uniform", r=Math("r")))
    yield Display(
        (
            Row(formula(integral), formula(of_bound), note=words("initialization.uniform_variance")),
            Row("r", stage.printer.view(bound, names), note=words("initialization.uniform_bound")),
        )
    )


def _scaled(number: Fraction, view: View) -> View:
    """number · view, with the numbers multiplied."""
    if isinstance(view, Times) and isinstance(view.factors[0], Num):
        return times([Num(number * view.factors[0].value), *view.factors[1:]])
    return times([Num(number), view])
