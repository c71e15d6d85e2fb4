"""From array expressions to the array program: one rule for each kind of array expression.

Every rule gives a `Term`: a rational coefficient and a value, so that signs and factors ride along until an
operation takes them over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from functools import singledispatchmethod

from derive.errors import UnsupportedError
from derive.kernels.arithmetic import Arithmetic
from derive.kernels.factors import (
    abstract_cost,
    cancelled,
    inverted,
    is_inverse,
    loop_condition,
    number_of,
    product_of,
    sides,
)
from derive.kernels.functions import FunctionLowering
from derive.kernels.marking import marked_position
from derive.kernels.named import Named, Term
from derive.kernels.packing import with_columns
from derive.kernels.program import Accumulated, Condition, Guarded, Operand
from derive.kernels.reading import Reading
from derive.kernels.scattering import ScatteredSum, Scatterings, SumById
from derive.kernels.window_lowering import WindowLowering, at_place, standing_at
from derive.raising import array
from derive.raising.contraction import array_of
from derive.raising.scalar_parts import scalar_parts
from derive.terms import term
from derive.terms.affine import Affine, IdEntry, Index
from derive.terms.view import Leaf, Num

ONE = Fraction(1)
Saved = Callable[[term.Entry, str], term.Entry | None]


@dataclass
class Lowering:
    """Lowers array expressions into the graph of `arithmetic`; entries are read through `reading`.

    `saved` gives for an entry z and a function f the entry that holds f(z), if there is one.
    """

    arithmetic: Arithmetic
    reading: Reading
    saved: Saved = lambda entry, name: None
    is_relative: bool = False
    scatterings: Scatterings = field(default_factory=lambda: Scatterings(lambda entry, k: None))

    def value(self, a: array.Array) -> Named:
        """The value of an array expression, its coefficient multiplied in."""
        return self.arithmetic.scaled(self.lower(a))

    @singledispatchmethod
    def lower(self, a: array.Array) -> Term:
        """The coefficient and the value of an array expression, by its class; an unknown class raises."""
        raise UnsupportedError(f"{type(a).__name__} has no kernel")

    # -- leaves ------------------------------------------------------------------------------------------

    @lower.register
    def _(self, a: array.Source) -> Term:
        if not isinstance(a.atom, term.Entry):
            raise abstract_cost(a.atom)
        if a.atom.tensor in self.scatterings.found:
            return Term(ONE, self._scattered(self.scatterings.found[a.atom.tensor]))
        return Term(ONE, self._entry(a.atom))

    def _entry(self, entry: term.Entry) -> Named:
        padded = self.scatterings.paddings.found.get(entry.tensor)
        if padded is not None:
            return self.reading.padded(padded, entry.idx)
        return self.reading.entry(entry.tensor, entry.idx)

    def _scattered(self, s: ScatteredSum | SumById) -> Named:
        """Parts are computed over axes of their own and added where they belong."""
        with self._in_scope(s.over):
            scope = self.reading.scope
            axes = {n: b for n, b in scope.items() if not b.ordered}
            body = self.value(array_of(self.scatterings.named(s.body, scope), axes))
            return self.windows.scattered(s, body) if isinstance(s, ScatteredSum) else self.windows.by_id(s, body)

    @property
    def windows(self) -> WindowLowering:
        return WindowLowering(self.arithmetic, self.reading)

    @lower.register
    def _(self, a: array.Gather) -> Term:
        return Term(ONE, self._entry(a.atom))

    @lower.register
    def _(self, a: array.Position) -> Term:
        return Term(ONE, self.reading.positions(Affine([(a.atom.variable, 1)])))

    @lower.register
    def _(self, a: array.Condition) -> Term:
        if isinstance(a.atom, term.Divides):
            divisor, zero = (self.reading.count(Affine((), k)) for k in (a.atom.divisor, 0))
            remainder = self.arithmetic.apply("remainder", self.reading.positions(a.atom.affine), divisor)
            return Term(ONE, self.arithmetic.apply("equal", remainder, zero))
        if isinstance(a.atom, term.Bound):
            zero = self.reading.count(Affine())
            return Term(ONE, self.arithmetic.apply("greater_equal", self.reading.positions(a.atom.affine), zero))
        left, right = sides(a.atom.difference, a.axes)
        return Term(ONE, self.arithmetic.apply("equal", self.reading.positions(left), self.reading.positions(right)))

    @lower.register
    def _(self, a: array.Scalar) -> Term:
        match a.view:
            case Num():
                return Term(a.view.value, self.arithmetic.number(ONE))
            case Leaf(atom=term.Entry() as entry):
                return Term(ONE, self.reading.entry(entry.tensor, entry.idx))
            case Leaf(atom=term.Scalar() as scalar):
                return Term(ONE, self._size_or_id(scalar))
            case Leaf(atom=term.Delta() | term.Bound() | term.Divides() as atom):
                is_guard = loop_condition(a) is not None
                return self.lower(array.Multiply((a,)) if is_guard else array.Condition(atom, frozenset()))
            case Leaf(atom=term.Functional() as functional):
                raise abstract_cost(functional)
        return self.lower(scalar_parts(a))

    def _size_or_id(self, scalar: term.Scalar) -> Named:
        v = scalar.variable
        if not isinstance(v, IdEntry):
            return self.reading.count(Affine([(v, 1)]))
        return self.arithmetic.real(self.reading.entry(v.tensor, v.idx))

    # -- arithmetic --------------------------------------------------------------------------------------

    @lower.register
    def _(self, a: array.Add) -> Term:
        marked = marked_position(a)
        if marked is not None:
            return Term(ONE, self._marked(*marked))
        return self.arithmetic.sum([self.lower(t) for t in a.args])

    def _marked(self, rest: array.Array, amount: array.Array, ids: Affine, axis: str) -> Named:
        """`rest` with `amount` added at the position `ids` along an axis."""
        return self.reading.marked(self.value(rest), self.value(amount), ids, axis)

    @lower.register
    def _(self, a: array.Multiply) -> Term:
        conditions = tuple(c for f in a.args if (c := loop_condition(f)) is not None)
        if conditions:
            rest = [f for f in a.args if loop_condition(f) is None]
            return self._guarded(conditions, rest)
        return self._product(a.args)

    def _guarded(self, conditions: tuple[Condition, ...], rest: Sequence[array.Array]) -> Term:
        inner = self._product(rest) if rest else Term(ONE, self.arithmetic.number(ONE))
        value = self.arithmetic.scaled(inner)
        node = self.arithmetic.graph[value.ref]
        whole = Operand(value.ref, tuple(range(len(node.shape))))
        return Term(ONE, Named(self.arithmetic.graph.add(Guarded(node.shape, "real", conditions, whole)), value.axes))

    def _product(self, factors: Sequence[array.Array]) -> Term:
        """Numbers are gathered into one, which goes to the smallest factor; denominators divide at the end."""
        above = [self.lower(f) for f in factors if not is_inverse(f)]
        below = [self.value(inverted(f)) for f in factors if is_inverse(f)]
        coefficient = ONE
        for t in above:
            coefficient *= t.coefficient
        numerator, denominator = cancelled([t.value for t in above], below)
        number = number_of(self.arithmetic, coefficient, numerator, denominator)
        arrays = [v for v in numerator if self.arithmetic.kind(v) != "number"]
        divisors = [v for v in denominator if self.arithmetic.kind(v) != "number"]
        return self._assembled(number, arrays, divisors)

    def _assembled(self, number: Term, arrays: list[Named], divisors: list[Named]) -> Term:
        a = self.arithmetic
        if not arrays and not divisors:
            return number
        is_plain = a.value_of(number.value) == 1
        coefficient = number.coefficient
        if arrays:
            arrays, divisors = a.quotients(arrays, divisors), []
        if arrays and not is_plain:
            widest = max(len(v.names) for v in arrays)
            small = [v for v in arrays if len(v.names) < widest and a.kind(v) == "real"]
            if small:
                arrays = [v for v in arrays if v is not small[0]] + [a.multiply(small[0], number.value)]
                is_plain = True
        out = a.product(arrays) if arrays else a.real(number.value)
        if divisors:
            out = a.divide(out, a.product(divisors))
        if arrays and not is_plain:
            is_needed = out.ref in self.reading.bound.values()
            out = a.multiply(out, number.value) if is_needed else a.rescaled(out, number.value)
        return Term(coefficient, out)

    @lower.register
    def _(self, a: array.Raise) -> Term:
        base = self.lower(a.base)
        e = a.exponent
        if e.denominator == 1 and base.coefficient != 0:
            return Term(base.coefficient ** int(e), self.arithmetic.power(base.value, e))
        return Term(ONE, self.arithmetic.power(self.arithmetic.scaled(base), e))

    # -- functions ---------------------------------------------------------------------------------------

    @lower.register
    def _(self, a: array.Map) -> Term:
        saved = self._saved_output(a)
        functions = FunctionLowering(self.arithmetic, self.is_relative)
        return functions.apply(a.name, a.orders, [self.lower(t) for t in a.args], saved)

    def _saved_output(self, a: array.Map) -> Named | None:
        """The saved value f(z) for a derivative f'(z)."""
        if sum(a.orders) != 1 or not a.args or not isinstance(a.args[0], array.Source | array.Gather):
            return None
        atom = a.args[0].atom
        entry = self.saved(atom, a.name) if isinstance(atom, term.Entry) else None
        return None if entry is None else self.reading.entry(entry.tensor, entry.idx)

    @lower.register
    def _(self, a: array.Heaviside) -> Term:
        function = "greater" if a.strict else "greater_equal"
        zero = self.arithmetic.number(Fraction(0))
        return Term(ONE, self.arithmetic.apply(function, self.value(a.arg), zero))

    # -- maxima ------------------------------------------------------------------------------------------

    @lower.register
    def _(self, a: array.Largest) -> Term:
        with self._in_scope(a.over):
            arg = self.value(a.arg)
        return Term(ONE, self.windows.largest(arg, a.over))

    @lower.register
    def _(self, a: array.Chosen) -> Term:
        """The bracket of the first largest place, its axes called after those that stand in the place asked for."""
        with self._in_scope(a.over):
            chosen = self.windows.first_place(self.value(a.arg), a.over)
        names = standing_at(a, self.reading.scope)
        if names is not None:
            return Term(ONE, Named(chosen.ref, tuple(names.get(n or "", n) for n in chosen.axes)))
        with self._in_scope(a.over):
            here = self.arithmetic.product([chosen, *(self.value(c) for c in at_place(a))])
        return Term(ONE, self.arithmetic.reduce("add", here, [b.name for b in a.over]))

    # -- sums --------------------------------------------------------------------------------------------

    @lower.register
    def _(self, a: array.Contract) -> Term:
        with self._in_scope(a.over):
            left, right = self.lower(a.left), self.lower(a.right)
        over = [b.name for b in a.over]
        value = self._contracted(left.value, right.value, over)
        return Term(left.coefficient * right.coefficient, value)

    def _contracted(self, left: Named, right: Named, over: Sequence[str]) -> Named:
        return self.arithmetic.contract(*with_columns(self.arithmetic.graph, left, right, over), over)

    @lower.register
    def _(self, a: array.Reduce) -> Term:
        """Σ f g = f · g and Σ f² = f · f are contractions."""
        over = [b.name for b in a.over]
        if isinstance(a.arg, array.Raise) and a.arg.exponent == 2:
            with self._in_scope(a.over):
                base = self.lower(a.arg.base)
            return Term(base.coefficient**2, self.arithmetic.contract(base.value, base.value, over))
        if isinstance(a.arg, array.Multiply) and not any(is_inverse(f) or loop_condition(f) for f in a.arg.args):
            first, *rest = a.arg.args
            return self.lower(array.Contract(first, product_of(rest), a.over))
        with self._in_scope(a.over):
            arg = self.lower(a.arg)
        return Term(arg.coefficient, self.arithmetic.reduce("add", arg.value, over))

    @lower.register
    def _(self, a: array.Accumulate) -> Term:
        with self._in_scope(a.over):
            value = self.value(a.arg)
        for b in reversed(a.over):
            node = self.arithmetic.graph[value.ref]
            whole = Operand(value.ref, tuple(range(len(node.shape))))
            value = Named(self.arithmetic.graph.add(Accumulated(node.shape, "real", b, whole)), value.axes)
        return Term(ONE, value)

    @contextmanager
    def _in_scope(self, bounds: Sequence[Index]) -> Iterator[None]:
        """The summed indices are in scope while what stands under the sum is lowered."""
        before = dict(self.reading.scope)
        self.reading.scope.update((b.name, b) for b in bounds)
        try:
            yield
        finally:
            self.reading.scope.clear()
            self.reading.scope.update(before)
