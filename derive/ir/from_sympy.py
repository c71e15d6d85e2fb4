"""From SymPy expressions over `Indexed` and `Sum`, as people state equations, to the normal form."""

from __future__ import annotations

from collections.abc import Mapping, Set
from fractions import Fraction
from functools import singledispatchmethod
from types import MappingProxyType

import sympy
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational

from derive.errors import DeriveError
from derive.ir.extremum import MAX_OVER
from derive.ir.scalar import PLAIN, REGISTRY
from derive.terms.affine import Affine, IdEntry, Index, Size, index
from derive.terms.algebra import bound, delta, function, positive, power, scale, subtract, times_all, total
from derive.terms.blocks import closed_sum, sum_over
from derive.terms.substitute import canonical_maximum, substitute
from derive.terms.term import (
    Bound,
    Entry,
    Func,
    Functional,
    Poly,
    Positive,
    constant,
    of_affine,
    of_atom,
)


class Reader:
    """Reads expressions against a table of names.

    `tensors` maps a tensor's name to its number of axes; `sizes` are names of symbolic sizes (a family such
    as `n[l]` is named by its base); `ids` are the integer-valued tensors, each with the number of
    its ids where that is known; `costs` names abstract functions of
    whole tensors and `abstract` those of one number; `domain` are the indices of the equation's left side;
    `ordered` the indices of depth and time; `values` gives polynomials for plain symbols. Without `solves`
    Kronecker deltas stay in the sums that they stand in.
    """

    def __init__(
        self,
        tensors: Mapping[str, int],
        sizes: Set[str] = frozenset(),
        ids: Mapping[str, Affine | None] = MappingProxyType({}),
        costs: Set[str] = frozenset(),
        abstract: Set[str] = frozenset(),
        domain: Set[str] = frozenset(),
        ordered: Set[str] = frozenset(),
        values: Mapping[str, Poly] | None = None,
        solves: bool = True,
    ) -> None:
        self.tensors, self.sizes, self.ids, self.costs = tensors, sizes, ids, costs
        self.abstract, self.domain, self.ordered, self.values = abstract, domain, ordered, values or {}
        self.solves = solves
        self.bound: dict[str, list[str]] = {}
        self.opened = 0

    # -- index expressions -------------------------------------------------------------------------

    def affine(self, e: sympy.Expr) -> Affine:
        """An integer combination of indices, sizes and class ids."""
        if isinstance(e, sympy.Idx):
            return index(self._name_of_index(e))
        if isinstance(e, sympy.Integer):
            return Affine((), int(e))
        if isinstance(e, sympy.Add):
            out = Affine()
            for a in e.args:
                out = out + self.affine(a)
            return out
        if isinstance(e, sympy.Mul) and isinstance(e.args[0], sympy.Integer):
            return self.affine(sympy.Mul(*e.args[1:])) * int(e.args[0])
        if isinstance(e, sympy.Symbol) and e.name in self.sizes:
            return Affine([(Size(e.name), 1)])
        if isinstance(e, sympy.Symbol) and e.name in self.ids:
            return Affine([(IdEntry(e.name, (), self.ids[e.name]), 1)])
        if isinstance(e, sympy.Indexed):
            args = tuple(self.affine(a) for a in e.indices)
            name = str(e.base.label)
            if name in self.sizes:
                return Affine([(Size(name, args), 1)])
            if name in self.ids:
                return Affine([(IdEntry(name, args, self.ids[name]), 1)])
        raise DeriveError(
            f"{e} stands as an index, but is no integer combination of indices, sizes and class ids",
            repair="declare it with net.index, net.size or as a tensor of kind class_id",
        )

    def _name_of_index(self, i: sympy.Idx) -> str:
        stack = self.bound.get(str(i.label))
        return stack[-1] if stack else str(i.label)

    # -- expressions ---------------------------------------------------------------------------------

    @singledispatchmethod
    def read(self, e: sympy.Basic) -> Poly:
        """The polynomial of an expression; an unknown node is an error, never 0."""
        raise DeriveError(f"{e} ({type(e).__name__}) is not a term that derive can differentiate")

    @read.register
    def _(self, e: sympy.Rational) -> Poly:
        return constant(Fraction(int(e.p), int(e.q)))

    @read.register
    def _(self, e: sympy.Float) -> Poly:
        return constant(Fraction(str(e)) if e.is_finite else self._refuse(e))

    def _refuse(self, e: sympy.Basic) -> Fraction:
        raise DeriveError(f"{e} is not a finite number")

    @read.register
    def _(self, e: sympy.NumberSymbol) -> Poly:
        return of_atom(Func(str(e).lower(), ()))

    @read.register
    def _(self, e: sympy.Idx) -> Poly:
        return of_affine(self.affine(e))

    @read.register
    def _(self, e: sympy.Symbol) -> Poly:
        if e.name in self.values:
            return self.values[e.name]
        if e.name in self.sizes or e.name in self.ids:
            return of_affine(self.affine(e))
        if self.tensors.get(e.name) == 0:
            return of_atom(Entry(e.name, ()))
        raise DeriveError(f"the symbol {e} is not declared", repair="declare it before using it")

    @read.register
    def _(self, e: sympy.Indexed) -> Poly:
        name = str(e.base.label)
        if name in self.sizes:
            return of_affine(self.affine(e))
        if name not in self.tensors:
            raise DeriveError(f"the tensor {name} in {e} is not declared", repair="declare it before using it")
        if len(e.indices) != self.tensors[name]:
            raise DeriveError(f"{e} has {len(e.indices)} indices, but {name} was declared with {self.tensors[name]}")
        idx = tuple(self.affine(a) for a in e.indices)
        if name in self.ids:
            return of_affine(Affine([(IdEntry(name, idx, self.ids[name]), 1)]))
        return of_atom(Entry(name, idx))

    @read.register
    def _(self, e: sympy.Add) -> Poly:
        return total(self.read(a) for a in e.args)

    @read.register
    def _(self, e: sympy.Mul) -> Poly:
        return times_all(self.read(a) for a in e.args)

    @read.register
    def _(self, e: sympy.Pow) -> Poly:
        if not isinstance(e.exp, sympy.Rational):
            if e.base == sympy.E:
                return function("exp", (self.read(e.exp),))
            raise DeriveError(f"the exponent in {e} is not a rational number; write exp(b·log(a)) instead")
        return power(self.read(e.base), Fraction(int(e.exp.p), int(e.exp.q)))

    @read.register
    def _(self, e: sympy.Sum) -> Poly:
        bounds = []
        for limit in reversed(e.limits):  # SymPy's last limit is the outermost
            bounds.append(self._enter(limit))
        body = self.read(e.function)
        for limit in e.limits:
            self.bound[str(limit[0].label)].pop()
        return sum_over(tuple(bounds), body, {}) if self.solves else closed_sum(tuple(bounds), body)

    def _enter(self, limit: sympy.Tuple) -> Index:
        if len(limit) != 3 or not isinstance(limit[0], sympy.Idx):
            raise DeriveError(f"the sum index {limit[0]} has no range", repair="make it with net.index(name, size)")
        lo, hi = self.affine(limit[1]), self.affine(limit[2])
        self.opened += 1
        name = f"%{self.opened}"
        self.bound.setdefault(str(limit[0].label), []).append(name)
        return Index(name, lo, hi, str(limit[0].label) in self.ordered)

    @read.register
    def _(self, e: sympy.KroneckerDelta) -> Poly:
        return delta(self.affine(e.args[0]) - self.affine(e.args[1]))

    @read.register
    def _(self, e: sympy.Max) -> Poly:
        return self._extremum(e.args, 1)

    @read.register
    def _(self, e: sympy.Min) -> Poly:
        return self._extremum(e.args, -1)

    def _extremum(self, args: tuple[sympy.Expr, ...], sign: int) -> Poly:
        """max(c, u, …) = c + (u − c)[u > c]: a number stands first, so at the kink the slope is 0."""
        ordered = sorted(args, key=lambda a: (not a.is_number, sympy.default_sort_key(a)))
        out = self.read(ordered[0])
        for a in ordered[1:]:
            difference = subtract(self.read(a), out)
            out = total((out, times_all((difference, positive(scale(difference, sign))))))
        return out

    @read.register
    def _(self, e: sympy.Abs) -> Poly:
        return function("abs", (self.read(e.args[0]),))

    @read.register
    def _(self, e: sympy.sign) -> Poly:
        return function("abs", (self.read(e.args[0]),), (1,))

    @read.register
    def _(self, e: sympy.Piecewise) -> Poly:
        self._refuse_moved_condition(e)
        parts, none_before = [], constant(1)
        for value, condition in e.args:
            holds = self.condition(condition)
            parts.append(times_all((self.read(value), holds, none_before)))
            none_before = times_all((none_before, complement(holds)))
        return total(parts)

    def _refuse_moved_condition(self, e: sympy.Piecewise) -> None:
        """SymPy moves a condition out of an inner sum without regard to its index; then nothing can be said."""
        summed = {str(limit[0].label) for v, _ in e.args for s in v.atoms(sympy.Sum) for limit in s.limits}
        tested = {str(i.label) for _, c in e.args for i in c.atoms(sympy.Idx)}
        if summed & tested:
            raise DeriveError(
                f"{', '.join(sorted(summed & tested))} is bound in a sum and free in a condition of {e}",
                repair="define the inner Piecewise as a value of its own, or rename the index",
            )

    def condition(self, c: sympy.Basic) -> Poly:
        """The Iverson bracket of a condition on values or on indices."""
        if c == sympy.true:
            return constant(1)
        if isinstance(c, sympy.And):
            return times_all(self.condition(a) for a in c.args)
        if isinstance(c, sympy.Or):
            return complement(times_all(complement(self.condition(a)) for a in c.args))
        if isinstance(c, Relational) and hasattr(c, "gts"):
            is_strict = isinstance(c, sympy.StrictGreaterThan | sympy.StrictLessThan)
            if _is_of_indices(c):
                return bound(self.affine(c.gts) - self.affine(c.lts) - int(is_strict))
            return positive(subtract(self.read(c.gts), self.read(c.lts)), is_strict)
        raise DeriveError(f"the condition {c} is not one of <, ≤, >, ≥ joined by & and |")

    @read.register
    def _(self, e: AppliedUndef) -> Poly:
        name = e.func.__name__
        if name == MAX_OVER:
            return self._maximum(e.args)
        if name in self.costs:
            return self._functional(name, e.args)
        if REGISTRY.get(name) is None and name not in self.abstract:
            raise DeriveError(f"the function {name} is not declared", repair="declare it with net.function(name)")
        return function(name, tuple(self.read(a) for a in e.args))

    def _maximum(self, args: tuple[sympy.Expr, ...]) -> Poly:
        """max_over(u, i, j): the indices run over their ranges."""
        bounds = [self._enter(sympy.Tuple(i, i.lower, i.upper)) for i in args[1:]]
        body = self.read(args[0])
        for i in args[1:]:
            self.bound[str(i.label)].pop()
        return of_atom(canonical_maximum(tuple(bounds), body))

    def _functional(self, name: str, args: tuple[sympy.Expr, ...]) -> Poly:
        """C(a[j], y[j]): indices that neither a sum nor the equation binds run over whole axes."""
        found = {str(i.label): i for a in args for i in sorted(a.atoms(sympy.Idx), key=str)}
        over = [i for n, i in sorted(found.items()) if n not in self.domain and not self.bound.get(n)]
        if any(i.lower is None for i in over):
            raise DeriveError(f"an index of {name}{args} has no range; make it with net.index(name, size)")
        height = 1
        mapping = {str(i.label): index(f"_{height}_{k}") for k, i in enumerate(over)}
        bounds = tuple(
            Index(f"_{height}_{k}", self.affine(i.lower), self.affine(i.upper)).subs(mapping)
            for k, i in enumerate(over)
        )
        polys = tuple(substitute(self.read(a), mapping) for a in args)
        if any(p.height for p in polys):
            raise DeriveError(f"the arguments of {name} must be entries of tensors; name them with define first")
        return of_atom(Functional(name, bounds, polys))

    @read.register
    def _(self, e: sympy.Function) -> Poly:
        name = type(e).__name__
        if REGISTRY.get(name) is not None or name in PLAIN:
            return function(name, tuple(self.read(a) for a in e.args))
        raise DeriveError(f"the function {name} in {e} is not known", repair="register it with its definition")


def _is_of_indices(c: Relational) -> bool:
    """Whether a condition compares positions, not values."""
    return bool(c.atoms(sympy.Idx)) and not c.atoms(sympy.Indexed)


def complement(bracket: Poly) -> Poly:
    """1 − [condition], as the bracket of the opposite condition where there is a single one."""
    if len(bracket.terms) == 1 and len(bracket.terms[0][0].powers) == 1:
        atom = bracket.terms[0][0].powers[0][0]
        if isinstance(atom, Positive):
            return positive(scale(atom.poly, -1), not atom.strict)
        if isinstance(atom, Bound):
            return bound(-atom.affine - 1)
    return subtract(constant(1), bracket)
