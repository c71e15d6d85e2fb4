"""Results handed back as SymPy terms: the index form, over `Indexed` and `Sum`."""

from __future__ import annotations

from functools import singledispatch

import sympy

from derive.calculus.scalar import definition
from derive.errors import DeriveError
from derive.ir.scalar import PLAIN, REGISTRY
from derive.ir.tensor import ADJOINT
from derive.latex.naming import Letters, Names
from derive.terms import term
from derive.terms.affine import Affine, Index, Quotient, Size, Variable, index
from derive.terms.substitute import substitute_atom
from derive.terms.view import (
    Apply,
    Chosen,
    Largest,
    Leaf,
    Num,
    Plus,
    Power,
    Step,
    Summed,
    Times,
    View,
    as_view,
    bound_again,
    children,
    rebuild,
)


def sympy_name(tensor: str) -> str:
    """`dW1` for the adjoint of `W1`, else the tensor's own name."""
    return "d" + tensor.removeprefix(ADJOINT) if tensor.startswith(ADJOINT) else tensor


# -- index expressions -----------------------------------------------------------------------------------


def affine_to_sympy(a: Affine) -> sympy.Expr:
    return sympy.Add(a.const, *(c * _variable(v) for v, c in a.terms))


def _two_sides(a: Affine) -> tuple[sympy.Expr, sympy.Expr]:
    """`i − j + 1` as `i + 1` and `j`."""
    left = [(v, c) for v, c in a.terms if c > 0]
    right = [(v, -c) for v, c in a.terms if c < 0]
    return affine_to_sympy(Affine(left, max(a.const, 0))), affine_to_sympy(Affine(right, max(-a.const, 0)))


def _variable(v: Variable) -> sympy.Expr:
    if isinstance(v, str):
        return sympy.Symbol(v, integer=True)
    if isinstance(v, Size):
        base = sympy.IndexedBase(v.name, integer=True, positive=True)
        plain = sympy.Symbol(v.name, integer=True, positive=True)
        return base[tuple(affine_to_sympy(a) for a in v.args)] if v.args else plain
    if isinstance(v, Quotient):
        return sympy.floor(affine_to_sympy(v.dividend) / v.divisor)
    return sympy.IndexedBase(v.tensor, integer=True)[tuple(affine_to_sympy(a) for a in v.idx)]


def _limits(b: Index) -> tuple[sympy.Expr, sympy.Expr, sympy.Expr]:
    return sympy.Symbol(b.name, integer=True), affine_to_sympy(b.lo), affine_to_sympy(b.hi)


def scalar_function(name: str, orders: tuple[int, ...], args: tuple[sympy.Expr, ...]) -> sympy.Expr:
    """A function, or its derivative, at `args`: by its definition, or undefined if it is abstract."""
    if name in PLAIN:
        return PLAIN[name](*args)
    if name == "pi":
        return sympy.pi
    f = REGISTRY.get(name)
    if f is not None and f.definition is not None:
        formula = definition(name, orders)
        return formula.xreplace(dict(zip(f.arguments, args, strict=True)))
    if not any(orders):
        return sympy.Function(name)(*args)
    slots = tuple(sympy.Symbol(f"x_{k}") for k in range(len(args)))
    raised = [(s, n) for s, n in zip(slots, orders, strict=True) if n]
    return sympy.Subs(sympy.Derivative(sympy.Function(name)(*slots), *raised), slots, args)


def _without_piecewise(e: sympy.Expr) -> sympy.Expr:
    """The body of a sum with brackets for every `Piecewise`.

    SymPy 1.14 folds a `Piecewise` out of inner sums when it builds an outer one: bound indices escape.
    """
    return e.replace(lambda t: isinstance(t, sympy.Piecewise), lambda t: _in_brackets(t.args))


def _in_brackets(branches: tuple[tuple[sympy.Expr, sympy.Basic], ...]) -> sympy.Expr:
    """Σ value · [condition] · [none before]."""
    out, none_before = sympy.Integer(0), sympy.Integer(1)
    for value, condition in branches:
        holds = _bracket(condition)
        out += value * holds * none_before
        none_before *= 1 - holds
    return out


def _bracket(c: sympy.Basic) -> sympy.Expr:
    """[u > 0] = H(u) with H(0) = 0, [u ≥ 0] = H(u) with H(0) = 1."""
    if c in (sympy.true, sympy.false):
        return sympy.Integer(int(bool(c)))
    if isinstance(c, sympy.And):
        return sympy.Mul(*(_bracket(a) for a in c.args))
    if isinstance(c, sympy.Or):
        return 1 - sympy.Mul(*(1 - _bracket(a) for a in c.args))
    if isinstance(c, sympy.Not):
        return 1 - _bracket(c.args[0])
    if isinstance(c, sympy.ITE):
        condition, then, otherwise = (_bracket(a) for a in c.args)
        return condition * then + (1 - condition) * otherwise
    strict = isinstance(c, sympy.StrictGreaterThan | sympy.StrictLessThan)
    return sympy.Heaviside(c.gts - c.lts, 0 if strict else 1)


# -- display letters -------------------------------------------------------------------------------------


def lettered(view: View, letters: Letters, scope: Names) -> View:
    """The view with every index under its display letter, as it is printed."""
    if isinstance(view, Leaf):
        return as_view(substitute_atom(view.atom, {n: index(letter) for n, letter in scope.items()}))
    if isinstance(view, Summed | Largest | Chosen):
        inner = letters.inside(view, scope)
        mapping = {n: index(letter) for n, letter in inner.items()}
        bounds = tuple(b.subs(mapping).renamed(inner[b.name]) for b in view.bounds)
        outer = {n: index(letter) for n, letter in scope.items()}
        at = tuple(a.subs(outer) for a in view.at) if isinstance(view, Chosen) else ()
        return bound_again(view, bounds, lettered(view.body, letters, inner), at)
    return rebuild(view, tuple(lettered(p, letters, scope) for p in children(view)))


# -- index form ------------------------------------------------------------------------------------------


@singledispatch
def to_sympy(view: View) -> sympy.Expr:
    """The SymPy expression of a view, with its index names as they are."""
    raise DeriveError(f"{type(view).__name__} has no SymPy form")


@to_sympy.register
def _(view: Num) -> sympy.Expr:
    return sympy.Rational(view.value.numerator, view.value.denominator)


@to_sympy.register
def _(view: Leaf) -> sympy.Expr:
    return _atom(view.atom)


@to_sympy.register
def _(view: Apply) -> sympy.Expr:
    return scalar_function(view.name, view.orders, tuple(to_sympy(a) for a in view.args))


@to_sympy.register
def _(view: Step) -> sympy.Expr:
    arg = to_sympy(view.arg)
    return sympy.Piecewise((1, arg > 0 if view.strict else arg >= 0), (0, True))


@to_sympy.register
def _(view: Plus) -> sympy.Expr:
    return sympy.Add(*(to_sympy(t) for t in view.terms))


@to_sympy.register
def _(view: Times) -> sympy.Expr:
    return sympy.Mul(*(to_sympy(f) for f in view.factors))


@to_sympy.register
def _(view: Power) -> sympy.Expr:
    return to_sympy(view.base) ** sympy.Rational(view.exponent.numerator, view.exponent.denominator)


@to_sympy.register
def _(view: Summed) -> sympy.Expr:
    return sympy.Sum(_without_piecewise(to_sympy(view.body)), *(_limits(b) for b in reversed(view.bounds)))


@to_sympy.register
def _(view: Largest) -> sympy.Expr:
    return sympy.Function("max_over")(to_sympy(view.body), *(sympy.Tuple(*_limits(b)) for b in view.bounds))


@to_sympy.register
def _(view: Chosen) -> sympy.Expr:
    """[at = argmax body] as `first_maximum(body, at, limits)`."""
    at = sympy.Tuple(*(affine_to_sympy(a) for a in view.at))
    limits = (sympy.Tuple(*_limits(b)) for b in view.bounds)
    return sympy.Function("first_maximum")(to_sympy(view.body), at, *limits)


def _atom(a: term.Atom) -> sympy.Expr:
    match a:
        case term.Scalar():
            return _variable(a.variable)
        case term.Entry():
            name, idx = sympy_name(a.tensor), tuple(affine_to_sympy(e) for e in a.idx)
            return sympy.IndexedBase(name)[idx] if idx else sympy.Symbol(name)
        case term.Delta():
            return sympy.KroneckerDelta(*_two_sides(a.difference))
        case term.Bound():
            return sympy.Piecewise((1, affine_to_sympy(a.affine) >= 0), (0, True))
        case term.Divides():
            return sympy.KroneckerDelta(sympy.Mod(affine_to_sympy(a.affine), a.divisor), 0)
        case term.Functional():
            return _functional(a)
    raise DeriveError(f"{a!r} has no SymPy form")


def _functional(a: term.Functional) -> sympy.Expr:
    """∂C/∂a_k as an entry of the tensor `dC_da`."""
    if not a.wrt:
        return sympy.Function(a.name)(*(sympy.Symbol(repr(p)) for p in a.args))
    names = "".join(f"_d{argument_name(a, k)}" for k, _ in a.wrt)
    idx = [affine_to_sympy(e) for _, at in a.wrt for e in at]
    fixed = sorted({e for p in a.args for e in _outer_indices(p, a)}, key=lambda e: e.key)
    return sympy.IndexedBase(f"d{a.name}{names}")[(*idx, *(affine_to_sympy(e) for e in fixed))]


def argument_name(a: term.Functional, k: int) -> str:
    atom = a.args[k].terms[0][0].powers[0][0]
    return atom.tensor if isinstance(atom, term.Entry) else f"arg{k}"


def _outer_indices(p: term.Poly, a: term.Functional) -> list[Affine]:
    """The indices of an argument that the functional does not run over (the sample, the layer)."""
    own = {b.name for b in a.bounds}
    atom = p.terms[0][0].powers[0][0]
    return [e for e in atom.idx if e.free and not e.free & own] if isinstance(atom, term.Entry) else []
