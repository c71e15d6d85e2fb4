"""Derivatives of scalar functions. They come from SymPy; no table is written here."""

from __future__ import annotations

from functools import cache

import sympy

from derive.errors import DeriveError
from derive.ir.from_sympy import Reader
from derive.ir.scalar import PLAIN, REGISTRY, ScalarFunction, x
from derive.terms.algebra import function
from derive.terms.term import Func, Poly

_SLOT = "u"


def derivative(atom: Func, argument: int) -> Poly:
    """∂f/∂u_k at the arguments of `atom`.

    SymPy's own functions are differentiated at once (`sin` gives `cos`); a named function keeps its name and
    gains a prime, and `definition` says what that is.
    """
    if atom.name not in PLAIN:
        orders = tuple(o + (k == argument) for k, o in enumerate(atom.orders))
        return function(atom.name, atom.args, orders)
    u = sympy.Symbol(_SLOT)
    formula = _plain_derivative(atom.name)
    return Reader({}, values={u.name: atom.args[0]}).read(formula)


@cache
def _plain_derivative(name: str) -> sympy.Expr:
    u = sympy.Symbol(_SLOT)
    return PLAIN[name](u).diff(u)


@cache
def definition(name: str, orders: tuple[int, ...]) -> sympy.Expr:
    """The expression of a function's partial derivative in its own arguments (`x` for SymPy's own).

    A piecewise function is differentiated branch by branch, so the branch that holds at a kink decides there:
    ReLU'(0) = 0 and |x|'(0) = 0 (docs/conventions.md).

    Raises: DeriveError if the function is abstract or not registered.
    """
    f = REGISTRY.get(name)
    if f is None and name in PLAIN:
        f = ScalarFunction(name, PLAIN[name](x))
    if f is None or f.definition is None:
        raise DeriveError(f"{name} is an abstract function: it has no definition to evaluate")
    out = f.definition
    for symbol, order in zip(f.arguments, orders, strict=True):
        for _ in range(order):
            out = slope(out, symbol)
    return out


def slope(e: sympy.Expr, symbol: sympy.Symbol) -> sympy.Expr:
    """The derivative of an expression of one number, branch by branch."""
    if isinstance(e, sympy.Piecewise):
        return sympy.Piecewise(*((value.diff(symbol), condition) for value, condition in e.args))
    return e.diff(symbol)


def is_known(name: str) -> bool:
    return name in PLAIN or REGISTRY.get(name) is not None


def registered(name: str) -> ScalarFunction | None:
    return REGISTRY.get(name)
