"""Derivatives as they are written: `∂z/∂w` as a fraction or inline, `d/dx f`, `∇_W C`, and their products.

A derivative by a value of the network is the total one: everything that depends on the value moves with it, and nothing
that it depends on. By an entry that an expression contains it is that of the expression.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from derive.calculus.occurrence import occurrences
from derive.ir.tensor import ADJOINT, Equation
from derive.latex.reading.syntax import Bracketed, Fraction, Multiplied, Node, Scripts, Symbol
from derive.reading.differentiated import Variable, are_alike, total_derivative
from derive.reading.drawn_differentials import without_prefix
from derive.reading.immediate import immediate, immediate_of
from derive.reading.jacobians import Jacobian, chained
from derive.reading.keys import Key, key_of
from derive.reading.layouts import DerivativeLayout, by_number, of_number, of_vector
from derive.reading.marks import marks_of
from derive.reading.operators import NABLA, SIGNS, is_operator
from derive.reading.quantity import Quantity, Unknown, like, same_extent, total_over
from derive.reading.sample_cost import SAMPLE_COST
from derive.reading.second_derivatives import second_fraction, second_inline, second_operator
from derive.simplify.match import instance
from derive.terms.affine import Affine
from derive.terms.algebra import delta, scale, times, times_all, total
from derive.terms.blocks import sum_over
from derive.terms.substitute import substitute
from derive.terms.term import Entry, Poly, constant, of_atom
from derive.terms.walk import entries_in

if TYPE_CHECKING:
    from derive.reading.expressions import Reader

JACOBIAN = Key("J")


@dataclass
class Derivatives:
    reader: Reader
    is_jacobian: bool = False
    """Whether the derivative of a vector by a vector is the matrix of len(of) × len(wrt), whatever the layout."""

    are_joined: bool = False
    """Whether derivatives of arrays by arrays are factors of a chain rule."""

    # -- how it is written -------------------------------------------------------------------------------------

    def fraction(self, above: Node, below: Node) -> Quantity | None:
        """`\\frac{∂ a}{∂ b}`; None for a plain fraction."""
        second = second_fraction(self, above, below)
        if second is not None:
            return second
        wrt = self._differential(below)
        of, directly = self._differential(above), immediate_of(above)
        if wrt is None or (of is None and directly is None):
            return None
        return self.derivative(of, wrt) if of is not None else immediate(self, directly, wrt)

    def operator(self, sign: Node, of: Node) -> Quantity | None:
        """`\\frac{∂}{∂ x} f(x)`, `∇_W C`."""
        if not is_operator(sign):
            return None
        if (second := second_operator(self, sign, of)) is not None:
            return second
        if isinstance(sign, Fraction):
            wrt = self._differential(sign.below)
            return None if wrt is None else self.derivative(of, wrt)
        if not isinstance(sign, Scripts) or sign.below is None or sign.above is not None or sign.primes:
            return None
        key = key_of(sign.base)
        is_name = self._is_gradient(sign) if key in NABLA else bool(key and self.reader.scope.lexicon.find(key))
        return None if is_name else self.derivative(of, sign.below, is_gradient=key in NABLA)

    def jacobian(self, head: Node, argument: Node) -> Quantity | None:
        """`J_f(x)`; None for anything else."""
        is_head = isinstance(head, Scripts) and head.above is None and not head.primes
        key = key_of(head.base) if is_head and isinstance(head, Scripts) else None
        if key is None or key.plain != JACOBIAN or not isinstance(head, Scripts) or head.below is None:
            return None
        if not isinstance(argument, Bracketed) or not isinstance(argument.body, Symbol | Scripts):
            return None
        try:
            return Derivatives(self.reader, is_jacobian=True).derivative(head.below, argument.body)
        except Unknown:
            return None

    def _is_gradient(self, node: Scripts) -> bool:
        """Whether `∇_i` is the gradient of layer i, as some notations write it."""
        key = key_of(node.base)
        lexicon = self.reader.scope.lexicon
        found = lexicon.find(key) if key is not None else ()
        below = key_of(node.below)
        if not found or (below is not None and lexicon.find(below)):
            return False
        try:
            self.reader.tensors.read(found, marks_of(node))
        except Unknown:
            return False
        return True

    def inline(self, factors: Sequence[Node], operators: Sequence[str], k: int) -> tuple[Quantity, int] | None:
        """`∂z/∂w`, `dz/dx`, `df(x)/dx` among other factors."""
        if (second := second_inline(self, factors, operators, k)) is not None:
            return second
        if key_of(factors[k]) not in SIGNS or k + 3 >= len(factors):
            return None
        of, behind = factors[k + 1 : k + 3]
        is_call = isinstance(of, Symbol | Scripts) and isinstance(behind, Bracketed)
        below = k + (3 if is_call else 2)
        signs = ["", "", "/", ""] if is_call else ["", "/", ""]
        if list(operators[k : below + 1]) != signs or key_of(factors[below]) not in SIGNS:
            return None
        if is_call:
            of = Multiplied((of, behind), ("",), of.span | behind.span)
        return self.derivative(of, factors[below + 1]), below + 2 - k

    def _differential(self, node: Node) -> Node | None:
        """`x` of `∂x`, and of `dx` where gradients are called so: nobody divides by one. None where it is none."""
        if isinstance(node, Bracketed) and node.opening == "{":
            return self._differential(node.body)
        if isinstance(node, Multiplied) and key_of(node.factors[0]) in SIGNS and node.operators[0] == "":
            rest, operators = node.factors[1:], node.operators[1:]
            return rest[0] if len(rest) == 1 else Multiplied(rest, operators, node.span)
        return without_prefix(self.reader.scope.lexicon, node)

    def chained(self, a: Quantity, b: Quantity) -> list[Quantity]:
        """As `chained` of two derivatives, in the layout of the document."""
        return chained(self.layout, a, b)

    # -- what it is ---------------------------------------------------------------------------------------------

    def derivative(self, of: Node, wrt: Node, is_gradient: bool = False) -> Quantity:
        """`∂of/∂wrt`, or `∇_wrt of`, which lies as `wrt` in every layout if `of` is a number.

        Raises: Unknown for a derivative by what is no value or parameter.
        """
        by = self.variable(self.reader.read(wrt), self.reader.scope.said(wrt))
        above = self._summed(self._read_of(of))
        found = self._differentiated(above, by, self.reader.scope.said(of))
        return of_number(self.layout, found) if is_gradient and above.is_scalar else found

    def _differentiated(self, of: Quantity, by: Variable, said: str) -> Quantity:
        try:
            known = self.variable(of, said)
        except Unknown:
            return self._of_expression(of, by)
        return self._of_value(known, by)

    def second(self, of: Node, first: Node, then: Node, is_matrix: bool = False) -> Quantity:
        """`∂(∂of/∂first)/∂then`; `is_matrix` for the Hessian alone.

        Raises: Unknown as `derivative`, and for the second derivatives of an array by another one.
        """
        once, said = self.derivative(of, first), self.reader.scope.said(of)
        by = self.variable(self.reader.read(then), self.reader.scope.said(then))
        if len(once.axes) == 1 == len(by.whole.axes):
            hessian = replace(self, is_jacobian=True)._differentiated(once, by, said)
            is_same = not is_matrix and same_extent(*once.axes, *by.whole.axes)
            diagonal = [self._diagonal(hessian.poly, once, by.whole)] if is_same else []
            return self.reader.scope.choices.choose([hessian, *diagonal])
        found = self._differentiated(once, by, said)
        if isinstance(found, Jacobian):
            raise Unknown(f"the second derivatives of {said} have {found.order} axes")
        return found

    @property
    def layout(self) -> DerivativeLayout:
        return self.reader.scope.lexicon.derivatives

    def _summed(self, of: Quantity) -> Quantity:
        """The cost of all samples, where a vector of the costs of samples is differentiated."""
        is_costs = any(e.tensor == SAMPLE_COST for e in entries_in(of.poly))
        return total_over(Quantity(of.poly), of.axes) if is_costs and of.axes else of

    def _read_of(self, node: Node) -> Quantity:
        if isinstance(node, Multiplied):
            return self.reader.products.read(node)
        return self.reader.read(node)

    def variable(self, q: Quantity, text: str) -> Variable:
        terms = q.poly.terms
        if len(terms) == 1:
            m, c = terms[0]
            entries = [(a, e) for a, e in m.powers if isinstance(a, Entry)]
            if len(entries) == 1 and entries[0][1] == 1:
                atom = entries[0][0]
                rest = m.without(atom)
                if not rest.powers:
                    return Variable(atom.tensor, atom.idx, c, q)
        raise Unknown(f"{text} is no value by which, or of which, a derivative could be taken")

    def _of_value(self, of: Variable, wrt: Variable) -> Quantity:
        network = self.reader.scope.lexicon.network
        if wrt.tensor.startswith(ADJOINT) or wrt.factor != 1:
            raise Unknown("derivatives by gradients are not judged")
        if of.tensor == network.cost:
            p = of_atom(Entry(ADJOINT + wrt.tensor, wrt.idx))
            return of_number(self.layout, Quantity(scale(p, of.factor), wrt.whole.rows, wrt.whole.columns))
        return self._jacobian(of, wrt)

    def _jacobian(self, of: Variable, wrt: Variable) -> Quantity:
        local = self._local(of, wrt)
        if local is not None:
            return self._shaped(local, of.whole, wrt.whole, of.name, wrt.name)
        is_made_of = self._moves_with(of.tensor, wrt.tensor)
        if not is_made_of and (self._is_introduced(wrt.tensor) or self._is_shape_only(of.tensor)):
            raise Unknown("nothing says that what is differentiated is made of that by which it is")
        p = scale(_entry(of.tensor, of.idx, wrt), of.factor) if is_made_of else constant(0)
        return self._shaped(p, of.whole, wrt.whole, of.name, wrt.name)

    def _is_introduced(self, tensor: str) -> bool:
        """Whether the document gave a name to what may stand unnamed elsewhere: `a = W x` beside `l = f(W x)`."""
        return any(o.named.tensor.name == tensor and not o.named.is_told for o in self.reader.scope.lexicon.own)

    def _is_shape_only(self, tensor: str) -> bool:
        """Whether only its shape is said of a value: it may be made of anything."""
        lexicon = self.reader.scope.lexicon
        is_own = any(o.named.tensor.name == tensor for o in lexicon.own)
        return is_own and tensor not in lexicon.printer.network.tensors and not lexicon.network.definitions(tensor)

    def _local(self, of: Variable, wrt: Variable) -> Poly | None:
        """What the equation of a value itself gives, where it depends on the variable on other ways too.

        The chain rule over all successors takes such derivatives. None where both kinds are one, or it is read with
        total ones; which is noted in the scope.
        """
        scope = self.reader.scope
        rhs = _equation_at(scope.lexicon.network.definitions(of.tensor), of.idx)
        if rhs is None:
            return None
        read = {e.tensor for e in entries_in(rhs)}
        if wrt.tensor not in read or not any(self._moves(t, wrt.tensor) for t in read):
            return None
        scope.has_local.add(of.tensor)
        if not scope.is_local:
            return None
        avoid = frozenset(x for a in (*wrt.idx, *of.idx) for x in a.free) | rhs.free
        parts = []
        for o in occurrences(rhs, wrt.tensor, avoid):
            deltas = times_all(delta(a - b) for a, b in zip(o.idx, wrt.idx, strict=True))
            parts.append(sum_over(o.bounds, times(o.coefficient, deltas), {}))
        return scale(total(parts), of.factor)

    def _moves(self, tensor: str, by: str) -> bool:
        """Whether a value depends on an entry through equations: another value, or a later layer of its own."""
        if tensor != by:
            return self.depends(tensor, by)
        equations = self.reader.scope.lexicon.network.definitions(by)
        return any(x.tensor == by or self.depends(x.tensor, by) for e in equations for x in entries_in(e.rhs))

    def _shaped(self, p: Poly, of: Quantity, wrt: Quantity, name: str, by: str) -> Quantity:
        if self.is_jacobian and len(of.axes) == len(wrt.axes) == 1:
            return Quantity(p, of.rows or of.columns, wrt.rows or wrt.columns)
        if of.is_scalar:
            return of_number(self.layout, Quantity(p, wrt.rows, wrt.columns))
        if wrt.is_scalar:
            return by_number(self.layout, Quantity(p, of.rows, of.columns))
        options: list[Quantity] = [Jacobian(p, wrt.rows, wrt.columns, name, by, of.rows, of.columns)]
        if self.are_joined:
            return options[0]
        if same_extent(of.rows, wrt.rows) and same_extent(of.columns, wrt.columns) and not are_alike(name, by):
            options.append(self._diagonal(p, of, wrt))
        if of.columns is None and wrt.columns is None:
            options.append(of_vector(self.layout, Quantity(p, of.rows, wrt.rows)))
        if of.columns is None and wrt.rows is None:
            options.append(Quantity(p, of.rows, wrt.columns))
        if of.rows is None and wrt.rows is None:
            options.append(of_vector(self.layout, Quantity(p, of.columns, wrt.columns)))
        return self.reader.scope.choices.choose(options)

    def _diagonal(self, p: Poly, of: Quantity, wrt: Quantity) -> Quantity:
        """The derivatives of entries by the entries at their own place, as an array."""
        return like(Quantity(p, wrt.rows, wrt.columns), of)

    def _of_expression(self, of: Quantity, wrt: Variable) -> Quantity:
        """Σ over the occurrences of the variable in what is written; of a number it is 0."""
        p = of.poly
        avoid = frozenset(x for a in wrt.idx for x in a.free) | p.free | frozenset(a.name for a in of.axes)
        parts = []
        for tensor in dict.fromkeys(e.tensor for e in entries_in(p)):
            if not self._moves_with(tensor, wrt.tensor):
                continue
            for o in occurrences(p, tensor, avoid):
                inner = self.inner(tensor, o.idx, wrt)
                parts.append(sum_over(o.bounds, times(o.coefficient, inner), {}))
        if not parts and p.terms:
            raise Unknown("what is differentiated does not contain that by which it is")
        return self._shaped(total(parts), of, wrt.whole, "", wrt.name)

    def inner(self, tensor: str, idx: tuple[Affine, ...], wrt: Variable) -> Poly:
        """The derivative of an entry in the expression: δ for the variable itself."""
        if tensor == wrt.tensor:
            return times_all(delta(a - b) for a, b in zip(idx, wrt.idx, strict=True))
        if tensor == self.reader.scope.lexicon.network.cost:
            return of_atom(Entry(ADJOINT + wrt.tensor, wrt.idx))
        return _entry(tensor, idx, wrt)

    def _moves_with(self, tensor: str, by: str) -> bool:
        """Whether a value may depend on another one, or on itself; a derivative may on any."""
        return tensor == by or ADJOINT in tensor or self.depends(tensor, by)

    def depends(self, tensor: str, on: str) -> bool:
        """Whether a value is made of another one, through any number of equations."""
        return on in self.reader.scope.lexicon.network.made_of(tensor)


def _entry(of: str, idx: tuple[Affine, ...], wrt: Variable) -> Poly:
    """The total derivative of an entry of a value, or of a derivative.

    Raises: Unknown for third derivatives.
    """
    if of.count(ADJOINT) > 1:
        raise Unknown("third derivatives are not judged")
    return total_derivative(of, idx, wrt.tensor, wrt.idx)


def _equation_at(equations: Sequence[Equation], idx: tuple[Affine, ...]) -> Poly | None:
    """The right side that gives the entry at `idx`; None if no equation, or more than one, may."""
    bindings = [(e, instance(e.lhs, e.domain, Entry(e.lhs.tensor, idx), None)) for e in equations]
    found = [substitute(e.rhs, binding) for e, binding in bindings if binding is not None]
    return found[0] if len(found) == 1 else None
