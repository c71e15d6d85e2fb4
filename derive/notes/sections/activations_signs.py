"""The identity between tanh and the sigmoid, and what it means that outputs are never negative."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import sympy

from derive.errors import DeriveError
from derive.latex.printer import Printer
from derive.moments.layer import first_linear
from derive.notes.document import Block, Derivation, Display, Listing, Math, Paragraph, Row, Step, words
from derive.notes.functions import ARGUMENT, definition_of
from derive.notes.sections.activations_slopes import MINUS, view_of
from derive.notes.stage import Stage
from derive.terms.term import Scalar
from derive.terms.view import Apply, Leaf, Num, Power, View, plus, times

TWO = Num(Fraction(2))


def identity_lines() -> tuple[tuple[str, View], ...]:
    """2σ(2z) − 1 line by line, until it is tanh(z); every line is checked against the one before."""
    z = ARGUMENT
    sigma = definition_of("sigmoid", (0,), {}).subs(z, 2 * z)
    p, q = sympy.fraction(sigma)
    whole = definition_of("tanh", (0,), {})
    top, bottom = sympy.fraction(whole)
    common = sympy.expand(2 * p - q)
    factor = sympy.exp(z)
    assert sympy.expand(common * factor - top) == 0 and sympy.expand(q * factor - bottom) == 0
    return (
        ("definition", plus([times([view_of(2 * p), Power(view_of(q), Fraction(-1))]), MINUS])),
        ("common", times([plus([view_of(2 * p), times([MINUS, view_of(q)])]), Power(view_of(q), Fraction(-1))])),
        ("extend", times([view_of(top), Power(view_of(bottom), Fraction(-1))])),
        ("tanh", Apply("tanh", (0,), (Leaf(Scalar(str(z))),))),
    )


def identity_blocks(printer: Printer) -> Iterator[Block]:
    """tanh(z) = 2σ(2z) − 1, from the two definitions."""
    letters = {str(ARGUMENT): str(ARGUMENT)}
    double = times([TWO, Leaf(Scalar(str(ARGUMENT)))])
    lhs = printer.view(plus([times([TWO, Apply("sigmoid", (0,), (double,))]), MINUS]), letters)
    steps = (
        Step(printer.view(v, letters), words(f"activations.identity.{rule}"), rule) for rule, v in identity_lines()
    )
    yield Paragraph(words("activations.identity.intro"))
    yield Derivation(lhs, tuple(steps))


def sign_blocks(stage: Stage, functions: Sequence[Math]) -> Iterator[Block]:
    """The gradient by the weights of one unit, where what they are multiplied by is never negative."""
    if stage.given is None or not functions:
        return
    formulas = stage.subject.sample
    try:
        linear = first_linear(formulas.adjoints)
    except DeriveError:
        return
    case = formulas.adjoints.results[linear.weight.tensor][-1]
    lhs, rhs = formulas.case(case)
    names = formulas.printer.names_of(case.lhs)
    yield Paragraph(words("activations.signs", functions=Listing(tuple(functions))))
    yield Display((Row(lhs, rhs),))
    yield Paragraph(words("activations.signs_meaning", unit=Math(next(iter(names.values())))))
