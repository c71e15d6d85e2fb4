"""The derivatives of the scalar functions that occur, with their output forms and conventions at kinks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

import sympy

from derive.latex.precedence import Text
from derive.notes.document import Block, Derivation, Display, Listing, Math, Paragraph, Row, Section, Step, words
from derive.notes.formulas import Formulas
from derive.notes.functions import (
    ARGUMENT,
    definition_of,
    elimination,
    formula,
    is_defined,
    kinks,
    registered,
)
from derive.notes.subject import Subject
from derive.terms.term import Func, Functional, Maximum, Scalar
from derive.terms.view import Apply, Leaf, Num, View, children
from derive.terms.walk import atoms_in

Orders = tuple[int, ...]
NATIVE = frozenset({"exp", "log"})


def functions_section(subject: Subject) -> Section | None:
    """The section; None where no function with a name of its own is differentiated."""
    formulas = subject.sample
    found = dict.fromkeys(_derivatives(subject))
    blocks: list[Block] = []
    defined: dict[str, None] = {}
    for name, orders in found:
        if not is_defined(name):
            slope = Math(formulas.printer.function(name, orders))
            f = Math(formulas.printer.function(name))
            blocks.append(Paragraph(words("functions.abstract", f=f, slope=slope)))
            continue
        options = _options(formulas, name)
        if name not in defined:
            blocks.append(Display((_definition(formulas, name, options),)))
            defined[name] = None
        blocks += _derivative(formulas, name, orders, options)
    if any(isinstance(a, Functional) for e in formulas.network.equations for a in atoms_in(e.rhs)):
        blocks.append(Paragraph(words("functions.abstract_cost", cost=Math(formulas.symbol(formulas.cost)))))
    maxima = tuple(_maxima(subject))
    if not blocks:
        return Section("functions", words("section.functions"), maxima) if maxima else None
    blocks += maxima
    return Section("functions", words("section.functions"), (Paragraph(words("functions.intro")), *blocks))


def _derivatives(subject: Subject) -> Iterator[tuple[str, Orders]]:
    """Every derivative of a function in the lines of the derivations, in their order."""
    for group in subject.groups:
        for name in group:
            for case in subject.sample.adjoints.results[name]:
                for line in case.lines:
                    yield from _applied(line.view)


def _applied(view: View) -> Iterator[tuple[str, Orders]]:
    if isinstance(view, Apply) and any(view.orders) and view.name not in NATIVE:
        yield view.name, view.orders
    for part in children(view):
        yield from _applied(part)


def _maxima(subject: Subject) -> Iterator[Block]:
    """How a maximum is differentiated, where one is, and which of equal entries counts."""
    network = subject.sample.network
    if any(isinstance(a, Maximum) for e in network.equations for a in atoms_in(e.rhs)):
        chosen = subject.sample.printer.scalars.iverson(Text(r"k = \operatorname*{arg\,max}_{r} u_{r}"))
        yield Paragraph(words("functions.maximum"))
        yield Display((Row(r"\frac{\partial}{\partial u_{k}} \max_{r} u_{r}", chosen.tex),))
        yield Paragraph(words("functions.tie"))


def _options(formulas: Formulas, name: str) -> Mapping[str, sympy.Expr]:
    """The values of a function's options, if they are the same numbers wherever it occurs."""
    symbols = registered(name).options
    values = {
        tuple(p.constant for p in a.args[1:])
        for e in formulas.network.equations
        for a in atoms_in(e.rhs)
        if isinstance(a, Func) and a.name == name
    }
    if len(values) != 1:
        return {}
    [numbers] = values
    return {
        str(s): sympy.Rational(v.numerator, v.denominator)
        for s, v in zip(symbols, numbers, strict=True)
        if v is not None
    }


def _head(
    formulas: Formulas, name: str, orders: Orders, options: Mapping[str, sympy.Expr], at: sympy.Expr = ARGUMENT
) -> str:
    """The function as the equations write it, at z or at a number: `σ'(z)`, `|z|`, `ELU(z, 1/2)`."""
    numbers = [options.get(o.name, o) for o in registered(name).options]
    letters = {str(e): str(e) for e in (ARGUMENT, *numbers)}
    return formulas.printer.view(Apply(name, orders, tuple(_shown(e) for e in (at, *numbers))), letters)


def _shown(e: sympy.Expr) -> View:
    return Num(Fraction(int(e.p), int(e.q))) if e.is_Rational else Leaf(Scalar(str(e)))


def _definition(formulas: Formulas, name: str, options: Mapping[str, sympy.Expr]) -> Row:
    orders = (0,) * len(registered(name).arguments)
    body = formulas.printer.scalar(formula(definition_of(name, orders, options)))
    return Row(_head(formulas, name, orders, options), body, note=words("functions.definition"))


def _derivative(formulas: Formulas, name: str, orders: Orders, options: Mapping[str, sympy.Expr]) -> Iterator[Block]:
    slope = definition_of(name, orders, options)
    spelled = formulas.printer.scalar
    steps = [Step(spelled(formula(slope)), words("functions.differentiate"), "definition")]
    found = elimination(name) if orders == (1,) else None
    if found is not None and spelled(found.slope) != steps[0].math:
        value = Math(f"a = {_head(formulas, name, (0,), {})}")
        inner = Math(f"{spelled(found.inner)} = {found.outer}")
        key = "functions.is_value" if found.outer == "a" else "functions.value"
        given = {"value": value} if found.outer == "a" else {"value": value, "inner": inner}
        steps.append(Step(spelled(found.slope), words(key, **given), "output"))
    yield Derivation(_head(formulas, name, orders, options), tuple(steps))
    if orders[0] == sum(orders) == 1 and (found_kinks := kinks(slope)):
        values = (f"{_head(formulas, name, orders, options, at)} = {formula(value)}" for at, value in found_kinks)
        yield Paragraph(words("functions.kink", values=Listing(tuple(Math(v) for v in values))))
