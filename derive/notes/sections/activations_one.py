"""One activation in print."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import sympy

from derive.latex.precedence import enclosed
from derive.latex.printer import Printer
from derive.latex.products import split_sign
from derive.latex.tex import GREEK
from derive.notes.document import (
    Block,
    Curve,
    Derivation,
    Display,
    Inline,
    Listing,
    Math,
    Panel,
    Paragraph,
    Plot,
    Row,
    Step,
    Words,
    words,
)
from derive.notes.functions import ARGUMENT, VALUE, definition_of, elimination, formula, kinks, registered
from derive.notes.sections.activations_facts import End, Facts, facts, steepest
from derive.notes.sections.activations_options import Chosen
from derive.notes.sections.activations_slopes import Line, is_smooth, slope_lines, value_lines
from derive.notes.studies import Curves
from derive.terms.term import Scalar
from derive.terms.view import Apply, Leaf, Num, Plus, View

SATURATED = sympy.Integer(5)
"""A value of z at which the slope of a saturating function is shown."""

GATE, ARRIVING = sympy.Integer(2), sympy.Integer(-3)
"""A positive z, and a negative gradient that arrives there."""


@dataclass(frozen=True)
class One:
    """An activation with the values of its options."""

    printer: Printer
    chosen: Chosen

    @property
    def facts(self) -> Facts:
        return facts(self.chosen.kind, self.chosen.options)

    @property
    def name(self) -> str:
        """Its symbol."""
        return self.printer.function(self.chosen.kind)

    @property
    def _options(self) -> Mapping[str, sympy.Expr]:
        return dict(self.chosen.options)

    @property
    def _letters(self) -> Mapping[str, sympy.Expr]:
        """What stands for the options: a letter of their own (`α`), else their values."""
        values = self._options
        return {o.name: o if o.name in GREEK else values[o.name] for o in registered(self.chosen.kind).options}

    def head(self, order: int = 0, at: sympy.Expr = ARGUMENT, valued: bool = False) -> str:
        """`σ(z)`, `ELU'(z, α)`; with the values of options where it is `valued`."""
        function = registered(self.chosen.kind)
        options = (self._options if valued else self._letters).values()
        view = Apply(self.chosen.kind, self._orders(order), tuple(_shown(e) for e in (at, *options)))
        return self.printer.view(view, {n: n for n in (str(ARGUMENT), *(o.name for o in function.options))})

    def _orders(self, order: int) -> tuple[int, ...]:
        return (order, *(0 for _ in registered(self.chosen.kind).options))

    def _expression(self, order: int) -> sympy.Expr:
        return definition_of(self.chosen.kind, self._orders(order), self._letters)

    @property
    def _open(self) -> list[sympy.Expr]:
        """The options that stand as letters."""
        return [o for o in self._letters.values() if o.is_Symbol]

    # -- blocks -------------------------------------------------------------------------------------------

    def definition(self) -> Iterator[Block]:
        """The definition, by its branches, and as a maximum where it is one."""
        if is_smooth(self.chosen.kind):
            lines = value_lines(self.chosen.kind)
            rows = [Row(self.head() if k == 0 else "", self._view(line)) for k, line in enumerate(lines)]
        else:
            rows = [Row(self.head(), self.printer.scalar(formula(self._expression(0))))]
            largest = _as_maximum(self._expression(0))
            note = Listing(tuple(Math(f"0 < {formula(o)} < 1") for o in self._open))
            said = words("activations.for_options", options=note) if note.items else None
            rows += [] if largest is None else [Row("", formula(largest), note=said)]
        yield Display(tuple(rows))

    def derivative(self) -> Iterator[Block]:
        """The derivative line by line, and what holds at kinks."""
        slope = self._expression(1)
        if is_smooth(self.chosen.kind):
            lines = slope_lines(self.chosen.kind)
            steps = [Step(self._view(line), self._reason(line), line.rule) for line in lines]
        else:
            steps = [Step(self.printer.scalar(formula(slope)), words("activations.rule.branches"), "branches")]
        yield Derivation(self.head(1), tuple(steps))
        if (found := elimination(self.chosen.kind)) is not None:
            given = {"value": Math(f"{formula(VALUE)} = {self.head()}"), "slope": Math(found.slope, asked=True)}
            yield Paragraph(words("activations.output", **given))
        if bends := kinks(slope):
            values = tuple(Math(f"{self.head(1, at)} = {formula(value)}") for at, value in bends)
            yield Paragraph(words("functions.kink", values=Listing(values)))

    def _reason(self, line: Line) -> Words:
        if line.of:
            of = Math(self.printer.function(line.of))
            return words(f"activations.rule.{line.rule}", f=of)
        return words(f"activations.rule.{line.rule}")

    def _view(self, line: Line) -> str:
        names = {str(ARGUMENT): str(ARGUMENT)}
        shown = [_as_factor(v, self.printer.view(v, names)) for v in line.apart[1:]]
        first = self.printer.view((line.apart or (line.view,))[0], names)
        return r" \cdot ".join((first, *shown))

    def saturation(self) -> Iterator[Block]:
        """Where the function is flat, and how steep it is at most."""
        ends = {"range": Math(self.range()), "f": Math(self.head(valued=True))}
        yield Paragraph(words("activations.range", **ends))
        flat = [bool(v == 0) for v in self.facts.slopes]
        if all(flat):
            number = self._expression(1).subs(ARGUMENT, SATURATED).evalf(3)
            at = Math(f"{self.head(1, SATURATED)} \\approx {formula(number)}")
            yield Paragraph(words("activations.saturates_both", at=at))
        elif flat[0]:
            yield Paragraph(words("activations.saturates_left"))
        else:
            slopes = Listing(tuple(Math(formula(v)) for v in self.facts.slopes))
            yield Paragraph(words("activations.never_flat", slopes=slopes))
        top = steepest(self.chosen.kind)
        if top is not None:
            place = f"{formula(VALUE)} = {formula(top.at_value)}"
            yield Paragraph(words("activations.steepest", place=Math(place), z=Math(f"{ARGUMENT} = {formula(top.at)}")))
            derivative = rf"\frac{{d}}{{d {VALUE}}} \left({formula(top.form)}\right)"
            slope = Row(derivative, formula(top.derivative), asked=True)
            yield Display((slope, Row(self._largest(), formula(top.slope))))

    def _largest(self) -> str:
        return rf"\max_{{{ARGUMENT}}} {self.head(1)}"

    def joins(self) -> Iterator[Block]:
        """Whether the branches meet, and for which values of an option their slopes do."""
        whole = self._expression(0)
        if not isinstance(whole, sympy.Piecewise):
            return
        values, slopes = (_at_seam(self._expression(k)) for k in (0, 1))
        meets = "meets" if values[0] == values[1] else "jumps"
        given = {"below": Math(formula(values[0])), "above": Math(formula(values[1]))}
        sides = {"below": Math(formula(slopes[0])), "above": Math(formula(slopes[1]))}
        yield Paragraph(words(f"activations.{meets}", **given), (words("activations.slopes", **sides),))
        if self._open and slopes[0] != slopes[1]:
            found = sympy.solve(sympy.Eq(*slopes), self._open[0])
            at = Math(f"{formula(self._open[0])} = {formula(found[0])}")
            yield Paragraph(words("activations.smooth_for", at=at))

    def dead(self) -> Iterator[Block]:
        """What a slope of 0 on a whole side means."""
        slope = self._expression(1)
        if isinstance(slope, sympy.Piecewise) and any(v == 0 for v, _ in slope.args):
            passed = slope.subs(ARGUMENT, GATE) * ARRIVING
            given = {
                "gate": Math(f"{ARGUMENT} = {formula(GATE)}"),
                "arriving": Math(formula(ARRIVING)),
                "passed": Math(f"{self.head(1, GATE)} \\cdot ({formula(ARRIVING)}) = {formula(passed)}"),
            }
            yield Paragraph(words("activations.dead"), (words("activations.gate", **given),))

        elif isinstance(slope, sympy.Piecewise) and self.facts.below.value < 0 and self.facts.slopes[0] == 0:
            yield Paragraph(words("activations.alive"))

    def plot(self, curves: Curves) -> Plot:
        heads = (Math(self.head(order, valued=True)) for order in (0, 1))
        lines = tuple(Curve(h, points) for h, points in zip(heads, (curves.value, curves.slope), strict=True))
        panel = Panel(lines, Math(str(ARGUMENT)), words("activations.axis"))
        return Plot(words("activations.plot", f=Math(self.name)), (panel,))

    # -- the table -----------------------------------------------------------------------------------------

    def range(self) -> str:
        """`(0, 1)`, `[0, \\infty)`."""
        below, above = self.facts.below, self.facts.above
        return f"{'[' if below.is_reached else '('}{_number(below)}, {_number(above)}{']' if above.is_reached else ')'}"

    def row(self) -> tuple[Inline, ...]:
        """The function in the table."""
        found, top = elimination(self.chosen.kind), steepest(self.chosen.kind)
        slope = Math(found.slope, asked=True) if found is not None else words("activations.none")
        largest = Math(formula(top.slope)) if top is not None else words("activations.none")
        return (Math(self.name), Math(self.range()), slope, *(Math(formula(v)) for v in self.facts.slopes), largest)


def _shown(e: sympy.Expr) -> View:
    return Num(Fraction(int(e.p), int(e.q))) if e.is_Rational else Leaf(Scalar(str(e)))


def _as_factor(view: View, tex: str) -> str:
    """A factor behind another one: in brackets where it is a sum or has a sign."""
    if isinstance(view, Plus) or split_sign(view)[0]:
        return enclosed("(", tex, ")", tall=r"\frac" in tex)
    return tex


def _number(end: End) -> str:
    return formula(end.value if end.value.is_Rational or end.value.is_infinite else end.value.round(3))


def _as_maximum(e: sympy.Expr) -> sympy.Expr | None:
    """`max(below, above)` for two straight branches of which each is the larger one where it holds.

    Options that are left open lie between 0 and 1.
    """
    if not isinstance(e, sympy.Piecewise) or len(e.args) != 2:
        return None
    (above, _), (below, _) = e.args
    difference = sympy.expand(above - below)
    if not difference.is_polynomial(ARGUMENT) or sympy.degree(difference, ARGUMENT) != 1:
        return None
    between = 1 / (1 + sympy.Symbol("t", positive=True))
    steeper = difference.coeff(ARGUMENT, 1).subs(dict.fromkeys(difference.free_symbols - {ARGUMENT}, between))
    if difference.subs(ARGUMENT, 0) != 0 or not sympy.together(steeper).is_positive:
        return None
    return sympy.Max(below, above, evaluate=False)


def _at_seam(e: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr]:
    """The values at 0 of the branch below and of the one above."""
    (above, _), (below, _) = e.args
    return below.subs(ARGUMENT, 0), above.subs(ARGUMENT, 0)
