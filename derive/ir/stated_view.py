"""Forward equations as their author stated them, as views: grouping and nesting kept, in reading order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import singledispatchmethod
from types import MappingProxyType

import sympy
from sympy.core.function import AppliedUndef

from derive.errors import UnsupportedError
from derive.ir.extremum import MAX_OVER
from derive.ir.from_sympy import Reader, complement
from derive.ir.reading_order import bounds_in_order, plain_view, product_in_order, sum_in_order
from derive.ir.tensor import Equation, Tensor
from derive.terms.affine import IdEntry, Index
from derive.terms.algebra import times_all
from derive.terms.term import Block, Functional, Poly, constant
from derive.terms.view import Apply, Largest, Leaf, Num, Power, Step, Summed, View, plus, times
from derive.terms.walk import atoms_in, entries_in

NO_ROLES: Mapping[str, str] = MappingProxyType({})
ONE, MINUS = Num(Fraction(1)), Num(Fraction(-1))


def stated_view(
    equation: Equation, tensors: Mapping[str, Tensor] = MappingProxyType({}), batch: Index | None = None
) -> View:
    """The right side as stated; its value is `equation.rhs`, settled in the context of the equation.

    `tensors` are those of the network; their roles order the factors, and sums over the samples (`batch`) stand
    outermost. Raises: UnsupportedError for a derived equation, which nobody stated, and for a term that no view can
    show.
    """
    if equation.stated is None:
        raise UnsupportedError(f"{equation.lhs!r} = {equation.rhs!r} was derived; nobody stated it")
    return Stated(equation, equation.stated, tensors, batch).view(equation.stated)


class Stated:
    """Turns SymPy expressions into views; entries, sizes and conditions are read by the network's reader."""

    def __init__(
        self, equation: Equation, stated: sympy.Expr, tensors: Mapping[str, Tensor], batch: Index | None
    ) -> None:
        self._batch = batch
        self._roles = {t.name: t.role for t in tensors.values()}
        self._ordered_ranges = {(b.lo, b.hi) for b in _bounds_in(equation.rhs) if b.ordered}
        self._reader = _reader_for(equation, stated)
        self._opened = 0

    # -- nodes ------------------------------------------------------------------------------------------

    @singledispatchmethod
    def view(self, e: sympy.Basic) -> View:
        """The view of an expression, by its class; an unknown class raises."""
        raise UnsupportedError(f"{e} ({type(e).__name__}) cannot be shown")

    @view.register(sympy.Rational)
    @view.register(sympy.Float)
    @view.register(sympy.Idx)
    @view.register(sympy.Symbol)
    @view.register(sympy.Indexed)
    @view.register(sympy.KroneckerDelta)
    def _(self, e: sympy.Expr) -> View:
        return self._leaf(self._reader.read(e))

    def _leaf(self, p: Poly) -> View:
        if p.constant is not None:
            return Num(p.constant)
        assert len(p.terms) == 1 and len(p.terms[0][0].powers) == 1, f"{p!r} is no single atom"
        return Leaf(p.terms[0][0].powers[0][0])

    @view.register
    def _(self, e: sympy.NumberSymbol) -> View:
        return Apply(str(e).lower(), (), ())

    @view.register
    def _(self, e: sympy.Add) -> View:
        return sum_in_order([self.view(a) for a in _sorted(e.args)], self._roles)

    @view.register
    def _(self, e: sympy.Mul) -> View:
        return product_in_order([self.view(a) for a in _sorted(e.args)], self._roles)

    @view.register
    def _(self, e: sympy.Pow) -> View:
        if isinstance(e.exp, sympy.Rational):
            return Power(self.view(e.base), Fraction(int(e.exp.p), int(e.exp.q)))
        return Apply("exp", (0,), (self.view(e.exp),))

    @view.register
    def _(self, e: sympy.Sum) -> View:
        """Σ over the limits: in reading order, or the last of them outermost where a range depends on another index."""
        bounds = [self._entered(limit) for limit in reversed(e.limits)]
        body = self.view(e.function)
        for limit in e.limits:
            self._reader.bound[str(limit[0].label)].pop()
        return bounds_in_order(Summed(tuple(bounds), body), self._batch)

    def _entered(self, limit: sympy.Tuple) -> Index:
        """The index of a sum under its own name, or a fresh one where that stands for another index."""
        label = str(limit[0].label)
        lo, hi = self._reader.affine(limit[1]), self._reader.affine(limit[2])
        name = label
        if self._reader.bound.get(label) or label in self._reader.domain:
            self._opened += 1
            name = f"%{self._opened}"
        self._reader.bound.setdefault(label, []).append(name)
        return Index(name, lo, hi, (lo, hi) in self._ordered_ranges)

    # -- functions ----------------------------------------------------------------------------------------

    @view.register
    def _(self, e: AppliedUndef) -> View:
        name = e.func.__name__
        if name == MAX_OVER:
            return self._largest(e.args[0], e.args[1:])
        return self._leaf(self._reader.read(e)) if name in self._reader.costs else self._apply(name, e)

    def _largest(self, body: sympy.Expr, over: Sequence[sympy.Idx]) -> View:
        bounds = [self._entered(sympy.Tuple(i, i.lower, i.upper)) for i in over]
        shown = self.view(body)
        for i in over:
            self._reader.bound[str(i.label)].pop()
        return Largest(tuple(bounds), shown)

    @view.register
    def _(self, e: sympy.Function) -> View:
        return self._apply(type(e).__name__, e)

    def _apply(self, name: str, e: sympy.Expr) -> View:
        return Apply(name, (0,) * len(e.args), tuple(self.view(a) for a in e.args))

    @view.register
    def _(self, e: sympy.Abs) -> View:
        return self._apply("abs", e)

    @view.register
    def _(self, e: sympy.sign) -> View:
        return Apply("abs", (1,), (self.view(e.args[0]),))

    @view.register
    def _(self, e: sympy.Max) -> View:
        return self._extremum(e.args, ONE)

    @view.register
    def _(self, e: sympy.Min) -> View:
        return self._extremum(e.args, MINUS)

    def _extremum(self, args: Sequence[sympy.Expr], sign: Num) -> View:
        """max(c, u, …) = c + (u − c)[u > c], as the reader has it."""
        ordered = sorted(args, key=lambda a: (not a.is_number, sympy.default_sort_key(a)))
        out = self.view(ordered[0])
        for a in ordered[1:]:
            difference = plus([self.view(a), _negated(out)])
            out = plus([out, times([difference, Step(times([sign, difference]))])])
        return out

    @view.register
    def _(self, e: sympy.Piecewise) -> View:
        """Σ value · [condition and none before it], without values of 0; the brackets are those of the reader."""
        parts: list[View] = []
        none_before = constant(1)
        for value, condition in e.args:
            holds = self._reader.condition(condition)
            here = times_all((holds, none_before))
            none_before = times_all((none_before, complement(holds)))
            if here and value != 0:
                parts.append(product_in_order([self.view(value), plain_view(here, self._roles)], self._roles))
        return plus(parts)


def _negated(view: View) -> View:
    return Num(-view.value) if isinstance(view, Num) else times([MINUS, view])


def _sorted(args: Sequence[sympy.Expr]) -> list[sympy.Expr]:
    return sorted(args, key=sympy.default_sort_key)


# -- what names stand for -----------------------------------------------------------------------------------


def _reader_for(equation: Equation, stated: sympy.Expr) -> Reader:
    """A reader that knows every name in an equation: sizes are integer symbols, ids and costs are in its rhs."""
    nodes = list(_nodes(stated))
    ids = {x.tensor: x.count for x in entries_in(equation.rhs) if isinstance(x, IdEntry)}
    sizes = {_name(e) for e in nodes if _is_size(e)}
    return Reader(
        {_name(e): len(e.indices) if isinstance(e, sympy.Indexed) else 0 for e in nodes},
        sizes - set(ids),
        ids,
        {a.name for a in atoms_in(equation.rhs) if isinstance(a, Functional)},
        {e.func.__name__ for e in stated.atoms(AppliedUndef)},
        {b.name for b in equation.domain},
    )


def _nodes(e: sympy.Basic) -> Iterator[sympy.Basic]:
    """Every symbol and indexed symbol; of an index only what its range is made of."""
    if isinstance(e, sympy.Idx):
        for end in (e.lower, e.upper):
            yield from () if end is None else _nodes(end)
    elif isinstance(e, sympy.Indexed):
        yield e
        for a in e.indices:
            yield from _nodes(a)
    elif isinstance(e, sympy.Symbol):
        yield e
    else:
        for a in e.args:
            yield from _nodes(a)


def _name(e: sympy.Basic) -> str:
    return str(e.base.label) if isinstance(e, sympy.Indexed) else str(e.name)


def _is_size(e: sympy.Basic) -> bool:
    symbol = e.base.label if isinstance(e, sympy.Indexed) else e
    return bool(symbol.is_integer)


def _bounds_in(p: Poly) -> Iterator[Index]:
    for a in atoms_in(p):
        if isinstance(a, Block):
            yield from a.bounds
