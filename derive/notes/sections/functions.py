"""The derivatives of the scalar functions that occur, with their output forms and conventions at kinks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sympy

from derive.notes.document import Block, Derivation, Display, Math, Paragraph, Row, Section, Step, words
from derive.notes.formulas import Formulas
from derive.notes.functions import (
    ARGUMENT,
    definition_of,
    elimination,
    formula,
    is_defined,
    registered,
)
from derive.notes.subject import Subject
from derive.terms.term import Func, Functional
from derive.terms.view import Apply, View, children
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
    if not blocks:
        return None
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


def _head(formulas: Formulas, name: str, orders: Orders) -> str:
    return f"{formulas.printer.function(name, orders)}({ARGUMENT})"


def _definition(formulas: Formulas, name: str, options: Mapping[str, sympy.Expr]) -> Row:
    orders = (0,) * len(registered(name).arguments)
    body = formula(definition_of(name, orders, options))
    return Row(_head(formulas, name, orders), body, note=words("functions.definition"))


def _derivative(formulas: Formulas, name: str, orders: Orders, options: Mapping[str, sympy.Expr]) -> Iterator[Block]:
    slope = definition_of(name, orders, options)
    steps = [Step(formula(slope), words("functions.differentiate"), "definition")]
    found = elimination(name) if orders == (1,) else None
    if found is not None and found.slope != steps[0].math:
        value = Math(f"a = {_head(formulas, name, (0,))}")
        inner = Math(f"{found.inner} = {found.outer}")
        key = "functions.is_value" if found.outer == "a" else "functions.value"
        given = {"value": value} if found.outer == "a" else {"value": value, "inner": inner}
        steps.append(Step(found.slope, words(key, **given), "output"))
    yield Derivation(_head(formulas, name, orders), tuple(steps))
    if isinstance(slope, sympy.Piecewise) and orders[0] == sum(orders) == 1:
        yield from _kink(formulas, name, orders, slope)


def _kink(formulas: Formulas, name: str, orders: Orders, slope: sympy.Piecewise) -> Iterator[Block]:
    """What the convention gives at 0, where the two sides disagree."""
    sides = {value.subs(ARGUMENT, 0) for value, _ in slope.args}
    if len(sides) > 1:
        head = f"{formulas.printer.function(name, orders)}(0)"
        yield Paragraph(words("functions.kink", value=Math(f"{head} = {formula(slope.subs(ARGUMENT, 0))}")))
