"""Scalar functions in the array program: SymPy formulas become pointwise operations, one rule for each SymPy node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import singledispatchmethod

import sympy
from sympy.core.function import AppliedUndef
from sympy.printing.numpy import NumPyPrinter

from derive.errors import UnsupportedError
from derive.ir.elementary import CONSTANTS
from derive.kernels.arithmetic import Arithmetic
from derive.kernels.named import Named, Term, places
from derive.kernels.program import Operand, Pointwise
from derive.kernels.scalar import above, arguments, formula, x

ONE, HALF = Fraction(1), Fraction(1, 2)
NUMPY: Mapping[str, str] = NumPyPrinter().known_functions
"""SymPy's names of functions to NumPy's."""


@dataclass
class FunctionLowering:
    """Applies scalar functions to values; with `is_relative` small values come out with relative accuracy."""

    arithmetic: Arithmetic
    is_relative: bool = False
    values: dict[sympy.Symbol, Named] = field(default_factory=dict)

    def apply(self, name: str, orders: tuple[int, ...], args: Sequence[Term], saved: Named | None = None) -> Term:
        """A named function, or its derivative, at values; `saved` is its value where that is already there.

        Raises: UnsupportedError for an abstract function.
        """
        if not args:
            return Term(ONE, self.arithmetic.number(CONSTANTS[name]))
        given = tuple(self._number(t) if k else None for k, t in enumerate(args))
        expression = formula(name, orders, given)
        symbols = arguments(len(args))
        if saved is not None and _reads_sign_only(expression) and keeps_sign(name, given):
            args = [Term(ONE, saved), *args[1:]]
        self.values = {s: self.arithmetic.scaled(t) for s, t in zip(symbols, args, strict=True) if expression.has(s)}
        return self.lower(expression)

    def _number(self, t: Term) -> Fraction | None:
        value = self.arithmetic.value_of(t.value)
        return t.coefficient * value if isinstance(value, Fraction) else None

    def lower(self, e: sympy.Expr) -> Term:
        """The value of a SymPy expression: a constant at once, else by the rule for its class."""
        return self._constant(e) if e.is_number else self._rule(e)

    @singledispatchmethod
    def _rule(self, e: sympy.Basic) -> Term:
        """One rule for each class of SymPy expressions; an unknown class raises."""
        raise UnsupportedError(f"{e} ({type(e).__name__}) has no kernel")

    def _value(self, e: sympy.Expr) -> Named:
        return self.arithmetic.scaled(self.lower(e))

    @_rule.register
    def _(self, e: sympy.Symbol) -> Term:
        return Term(ONE, self.values[e])

    @_rule.register
    def _(self, e: sympy.Add) -> Term:
        """The terms, numbers last."""
        numbers = [t for t in e.args if t.is_number]
        rest = [t for t in e.args if not t.is_number]
        terms = [self.lower(t) for t in rest]
        return self.arithmetic.sum(terms + ([self._constant(sympy.Add(*numbers))] if numbers else []))

    @_rule.register
    def _(self, e: sympy.Mul) -> Term:
        """A rational coefficient, other constants as one number, numerators, then denominators."""
        constant, rest = e.as_independent(*e.free_symbols)
        factors = sympy.Mul.make_args(rest)
        numerators = [self.lower(f) for f in factors if not _is_inverse(f)]
        denominators = [self.lower(1 / f) for f in factors if _is_inverse(f)]
        a, out = self.arithmetic, self._constant(constant)
        coefficient, value = out.coefficient, out.value
        if numerators:
            value = a.multiply(a.product([t.value for t in numerators]), value)
        for t in numerators:
            coefficient *= t.coefficient
        for t in denominators:
            coefficient, value = coefficient / t.coefficient, a.divide(value, t.value)
        return Term(coefficient, value)

    def _constant(self, e: sympy.Expr) -> Term:
        """A number without symbols: a rational coefficient, or a float."""
        if e.is_Rational:
            return Term(Fraction(int(e.p), int(e.q)), self.arithmetic.number(ONE))
        return Term(ONE, self.arithmetic.number(float(e)))

    @_rule.register
    def _(self, e: sympy.Pow) -> Term:
        if not e.exp.is_Rational:
            raise UnsupportedError(f"the exponent in {e} is not a rational number")
        return Term(ONE, self.arithmetic.power(self._value(e.base), Fraction(int(e.exp.p), int(e.exp.q))))

    @_rule.register
    def _(self, e: sympy.Max) -> Term:
        return self._extremum("maximum", e.args)

    @_rule.register
    def _(self, e: sympy.Min) -> Term:
        return self._extremum("minimum", e.args)

    def _extremum(self, function: str, args: tuple[sympy.Expr, ...]) -> Term:
        first, *rest = sorted(args, key=lambda a: (a.is_number, a != x, sympy.default_sort_key(a)))
        out = self._value(first)
        for a in rest:
            out = self.arithmetic.apply(function, out, self._value(a))
        return Term(ONE, out)

    @_rule.register
    def _(self, e: sympy.Function) -> Term:
        """SymPy's own functions under NumPy's names."""
        name = type(e).__name__
        known = "erf" if name == "erf" else NUMPY[name].removeprefix("numpy.")
        return Term(ONE, self.arithmetic.apply(known, self._value(e.args[0])))

    @_rule.register
    def _(self, e: AppliedUndef) -> Term:
        u = self._value(e.args[0])
        return getattr(self, "_" + e.func.__name__)(u)  # type: ignore[no-any-return]

    # -- functions that SymPy lacks ----------------------------------------------------------------------

    def _absolute(self, u: Named) -> Term:
        return Term(ONE, self.arithmetic.absolute(u))

    def _sign(self, u: Named) -> Term:
        return Term(ONE, self.arithmetic.apply("sign", u))

    def _above(self, u: Named) -> Term:
        """[u > 0], which is [max(u, 0) > 0] where the latter is there."""
        a = self.arithmetic
        zero = a.number(Fraction(0))
        shape = a.graph[u.ref].shape
        return Term(ONE, a.apply("greater", u if not shape else self._rectified(u, zero), zero))

    def _rectified(self, u: Named, zero: Named) -> Named:
        a, axes = self.arithmetic, u.names
        node = a.graph[u.ref]
        extents = a.extents([u])
        args = (_operand(u, axes), _operand(zero, axes))
        twin = Pointwise(tuple(extents[n] for n in axes), node.kind, "maximum", args)
        return Named(a.graph.known[twin], axes) if twin in a.graph.known else u

    def _sigmoid(self, u: Named) -> Term:
        """½ tanh(u/2) + ½, or e^min(u,0) / (1 + e^−|u|) where small values must be good ones."""
        a = self.arithmetic
        one, half = a.number(ONE), a.number(HALF)
        if self.is_relative:
            negative = a.apply("minimum", u, a.number(Fraction(0)))
            below = a.apply("exp", a.apply("negative", a.absolute(u)))
            return Term(ONE, a.divide(a.apply("exp", negative), a.apply("add", below, one)))
        curve = a.apply("tanh", a.multiply(u, half))
        return Term(ONE, a.apply("add", a.multiply(curve, half), half))

    def _softplus(self, u: Named) -> Term:
        """max(u, 0) + log1p(e^−|u|)."""
        a = self.arithmetic
        tail = a.apply("log1p", a.apply("exp", a.apply("negative", a.absolute(u))))
        return Term(ONE, a.apply("add", tail, a.apply("maximum", u, a.number(Fraction(0)))))


def _is_inverse(e: sympy.Expr) -> bool:
    return isinstance(e, sympy.Pow) and bool(e.exp.is_negative)


def _operand(value: Named, axes: Sequence[str]) -> Operand:
    return places(value, axes)


def _reads_sign_only(e: sympy.Expr) -> bool:
    """Whether x occurs only as [x > 0]."""
    return e.has(above(x)) and not e.subs(above(x), 0).has(x)


def keeps_sign(name: str, given: tuple[Fraction | None, ...]) -> bool:
    """Whether f(x) > 0 exactly where x > 0, so that f(x) tells on which side x lies."""
    f = formula(name, (0,) * len(given), given)
    right, left = sympy.Symbol("x", positive=True), sympy.Symbol("x", nonpositive=True)
    return bool(f.subs(x, right).is_positive) and bool(f.subs(x, left).is_nonpositive)
