"""Products: calls, gradients and inline derivatives are found first; then what binds more tightly is chosen.

`W^T δ ⊙ σ'` is read with the matrix product first or with the entrywise product first, whichever fits, or both ways;
`W^T δ ⊙ σ' x^T` from left to right as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from derive.errors import DeriveError
from derive.latex.reading.syntax import Bracketed, Chain, Ellipsis, Multiplied, Node, Scripts, Span, Symbol
from derive.reading import functions
from derive.reading.called_values import called_value
from derive.reading.calls import of_value
from derive.reading.chain_rule import chain_rule
from derive.reading.conditions import condition, under
from derive.reading.differentials import differential, is_mark
from derive.reading.dots import written_out
from derive.reading.evaluated import bar, evaluated, is_symbol_of_function, point
from derive.reading.iterates import change_of, iteration
from derive.reading.keys import Key, key_of
from derive.reading.kronecker import tensor_products
from derive.reading.listings import is_listing
from derive.reading.marks import marks_of, sequence
from derive.reading.moments import moment_named
from derive.reading.open_functions import by_place, open_function
from derive.reading.operators import NABLA, is_operator
from derive.reading.orders import DIVISIONS, DOTS, ENTRYWISE, PLAIN, orders
from derive.reading.points import at_point, gradient_at
from derive.reading.quantity import Misfit, Quantity, Unknown, divided, hadamard, product, total_over, transposed
from derive.reading.special import indicator

if TYPE_CHECKING:
    from derive.reading.expressions import Reader

DOT = "dot"
"""Whether `v · w` of two vectors that lie alike is a number: only if it fits in no other way."""


@dataclass
class Products:
    reader: Reader

    def read(self, node: Multiplied) -> Quantity:
        """Raises: Misfit if the extents fit in no order."""
        factors, signs = list(node.factors), list(node.operators)
        if (below := bar(factors[-1])) is not None and signs[-1] == "":
            return self._at_point(node, below)
        if any(isinstance(f, Ellipsis) for f in factors):
            factors, signs = written_out(self.reader, factors, signs)
        if (linked := chain_rule(self.reader, factors, signs)) is not None:
            return linked
        with under(self.reader, factors):
            items, spans, operators = self._grouped(factors, signs)
        if len(items) == 1:
            return items[0]
        choices, ways = self.reader.scope.choices, orders(spans, operators)
        order = ways[choices.choose(range(len(ways)), ("order", node.span, len(ways)))]
        choices.settled["groups", node.span] = order
        for k in order.pairs:
            items[k : k + 2] = [self._pair(items[k], operators.pop(k), items[k + 1])]
        [out] = items
        return out

    def of(self, factors: Sequence[Node], operators: Sequence[str]) -> Quantity:
        """The product of these factors."""
        if not operators:
            return self.reader.read(factors[0])
        return self.read(Multiplied(tuple(factors), tuple(operators), factors[0].span | factors[-1].span))

    def _at_point(self, node: Multiplied, below: Node) -> Quantity:
        """`… f'|_z`, and `… q|_{x=a}` of the last factor, or of a call."""
        factors = node.factors[:-1]
        operators = list(node.operators[:-1])
        count = 1
        if is_symbol_of_function(self.reader, factors[-1]):
            inner = functions.applied(self.reader, factors[-1], point(below))
        else:
            is_call = operators[-1:] == [""] and self._call(*factors[-2:]) is not None
            count += is_call
            said = self.reader.scope.said(node)
            inner = evaluated(self.reader, factors[-count:], operators[len(operators) - count + 1 :], below, said)
        if len(factors) == count:
            return inner
        sign = operators[-count]
        outer = self.of(factors[:-count], operators[: len(operators) - count])
        return self._pair(outer, sign, inner)

    def _pair(self, a: Quantity, operator: str, b: Quantity) -> Quantity:
        if operator in ENTRYWISE:
            return hadamard(a, b)
        if operator in DIVISIONS:
            return divided(a, b)
        if operator not in PLAIN | DOTS | {"otimes"}:
            raise Unknown(f"what {operator} means between factors is not known")
        chained = self.reader.derivatives.chained(a, b)
        if operator == "otimes":
            self.reader.scope.shapes_decide.append(operator)
            return chained[0] if chained else self.reader.scope.choices.choose(tensor_products(a, b))
        matrix = self._product(a, b)
        entries = self._entries(a, b) if matrix is None else None
        options = [*chained, *(q for q in (matrix, entries) if q is not None)]
        if operator in PLAIN and options and not chained and matrix is None:
            self.reader.scope.unsigned.add(f"{a.shape} beside {b.shape}")
        dot = self._dot(a, b) if operator == "cdot" and not chained and len(options) < 2 else []
        if dot and (not options or self.reader.scope.choices.choose((False, True), DOT)):
            return dot[0]
        if not options:
            product(a, b)
        return self.reader.scope.choices.choose(options[:2])

    def _product(self, a: Quantity, b: Quantity) -> Quantity | None:
        try:
            return product(a, b)
        except Misfit:
            return None

    def _entries(self, a: Quantity, b: Quantity) -> Quantity | None:
        """Two arrays of one shape beside one another: entry by entry."""
        if a.is_scalar or b.is_scalar:
            return None
        try:
            return hadamard(a, b)
        except Misfit:
            return None

    def _dot(self, a: Quantity, b: Quantity) -> list[Quantity]:
        """v · w of two vectors, however they lie."""
        if len(a.axes) != 1 or len(b.axes) != 1:
            return []
        try:
            both = hadamard(a, b if (a.rows is None) == (b.rows is None) else transposed(b))
        except Misfit:
            return []
        return [total_over(Quantity(both.poly), both.axes)]

    # -- what belongs together ---------------------------------------------------------------------------------

    def _grouped(self, factors: list[Node], operators: list[str]) -> tuple[list[Quantity], list[Span], list[str]]:
        """Calls, gradients `Δz`, `∇_W C` and derivatives `∂z/∂w` as one factor each, and where they stand."""
        items: list[Quantity] = []
        spans: list[Span] = []
        kept: list[str] = []
        k = 0
        while k < len(factors):
            q, used = self._one(factors, operators, k)
            items.append(q)
            spans.append(factors[k].span | factors[k + used - 1].span)
            k += used
            if k < len(factors):
                kept.append(operators[k - 1])
        return items, spans, kept

    def _one(self, factors: Sequence[Node], operators: Sequence[str], k: int) -> tuple[Quantity, int]:
        beside = k < len(operators) and operators[k] == ""
        inline = self.reader.derivatives.inline(factors, operators, k)
        if inline is not None:
            return inline
        if beside and is_mark(self.reader, factors[k]):
            of, used = self._operand(factors, operators, k + 1)
            return differential(self.reader, self.reader.read(of), self.reader.scope.said(of)), 1 + used
        if beside:
            gradient = self._gradient_at(factors, operators, k)
            if gradient is not None:
                return gradient, 3
            iterate = self._iterate(factors, operators, k)
            if iterate is not None:
                return iterate
            for attempt in (self._gradient, self.reader.derivatives.jacobian, self._call, self._indicator):
                q = attempt(factors[k], factors[k + 1])
                if q is not None:
                    return q, 2
            applied = self._operator(factors, operators, k)
            if applied is not None:
                return applied
        signed = k > 0 and operators[k - 1] in ENTRYWISE | DOTS
        comparison = self._comparison(factors[k]) if signed else None
        return comparison or self.reader.read(factors[k]), 1

    def _comparison(self, node: Node) -> Quantity | None:
        """`(z > 0)` behind a sign of a product, 1 where it holds and 0 elsewhere; None for anything else."""
        body = node.body if isinstance(node, Bracketed) and node.opening == "(" else None
        is_one = isinstance(body, Chain) and set(body.relations) <= {"<", "≤", ">", "≥"}
        return condition(self.reader, body) if is_one and isinstance(body, Chain) else None

    def _operator(self, factors: Sequence[Node], operators: Sequence[str], k: int) -> tuple[Quantity, int] | None:
        """`∇_θ f`, `d/dx f g`: of what is next to it, or of all that stands behind it without a sign.

        Which of them is meant where both could be is a matter of reading.
        """
        if not is_operator(factors[k]):
            return None
        of, used = self._operand(factors, operators, k + 1)
        end = k + 2
        while end <= len(operators) and operators[end - 1] == "":
            end += 1
        spans = [used]
        if k + 1 + used < end and not self._is_number_alone(factors[k + 1 : end], operators[k + 1 : end - 1], used):
            spans = [used, end - k - 1]
        used = self.reader.scope.choices.choose(spans, ("operand", factors[k].span))
        if used > 1:
            behind = tuple(factors[k + 1 : k + 1 + used])
            of = Multiplied(behind, tuple(operators[k + 1 : k + used]), behind[0].span | behind[-1].span)
        found = by_place(self.reader, factors[k], of) or self.reader.derivatives.operator(factors[k], of)
        return None if found is None else (found, 1 + used)

    def _is_number_alone(self, factors: Sequence[Node], operators: Sequence[str], count: int) -> bool:
        """Whether the first factors are a number and all of them a vector: `∇_h J u` is that of J, and no Jacobian."""
        reader = type(self.reader)(self.reader.scope.aside())
        try:
            first = reader.products.of(factors[:count], operators[: count - 1])
            return first.is_scalar and not reader.products.of(factors, operators).is_scalar
        except DeriveError:
            return False

    def _operand(self, factors: Sequence[Node], operators: Sequence[str], k: int) -> tuple[Node, int]:
        """What an operator before it is applied to: one factor, or a call."""
        a = factors[k]
        if k < len(operators) and operators[k] == "" and self._call(a, factors[k + 1]) is not None:
            return Multiplied((a, factors[k + 1]), ("",), a.span | factors[k + 1].span), 2
        return a, 1

    def _gradient_at(self, factors: Sequence[Node], operators: Sequence[str], k: int) -> Quantity | None:
        """`∇L(θ)`; None for anything else."""
        body = factors[k + 2] if k + 1 < len(operators) and operators[k + 1] == "" else None
        if key_of(factors[k]) not in NABLA or not isinstance(body, Bracketed):
            return None
        return gradient_at(self.reader, factors[k + 1], body)

    def _iterate(self, factors: Sequence[Node], operators: Sequence[str], k: int) -> tuple[Quantity, int] | None:
        """`Δw_{ij}(n)`, `w(n)`, `w(n+1)`; None for anything else."""
        lexicon = self.reader.scope.lexicon
        is_change = (
            self._gradient_key(factors[k], factors[k + 1]) is None and change_of(factors[k], Key("")) is not None
        )
        at = k + is_change
        marks = marks_of(factors[at])
        key = marks.key
        behind = factors[at + 1] if at < len(operators) and operators[at] == "" else None
        mark = iteration(behind) if behind is not None else None
        if key is None or (not is_change and mark is None):
            return None
        if is_change:
            key = change_of(factors[k], key)
            if key is None or not lexicon.find(key):
                raise Unknown(
                    f"{self.reader.scope.said(factors[k])}{self.reader.scope.said(factors[at])} has no meaning yet"
                )
        if not lexicon.find(key) or self.reader.scope.is_function(replace(key, primes=0)):
            return None
        if mark:
            own = [n for n in lexicon.find(key) if n.above == mark]
            if not own:
                raise Unknown(f"{self.reader.scope.said(factors[at])} in the next iteration has no meaning yet")
            marks = replace(marks, below=marks.below)
            return self.reader.tensors.read([replace(n, above=()) for n in own], marks), 2 + is_change
        return self.reader.tensors.read(lexicon.find(key), marks), at - k + 1 + (mark is not None)

    def _gradient_key(self, mark: Node, of: Node) -> Key | None:
        """`Δz` where the notation writes gradients so."""
        prefix = self.reader.scope.lexicon.prefix
        key = marks_of(of).key
        return _prefixed(prefix, key) if prefix is not None and key is not None and key_of(mark) == prefix else None

    def _gradient(self, mark: Node, of: Node) -> Quantity | None:
        """`Δz^{[2]}`, where the notation writes gradients so."""
        prefix = self.reader.scope.lexicon.prefix
        if prefix is None or key_of(mark) != prefix:
            return None
        marks = marks_of(of)
        key = marks.key
        found = () if key is None else self.reader.scope.lexicon.find(_prefixed(prefix, key))
        return self.reader.tensors.read(found, marks) if found else None

    def _call(self, name: Node, argument: Node) -> Quantity | None:
        """`σ'(z)`, `E[X]`, `C(w, b)`: a function before its argument, a moment, or the cost with its arguments."""
        if isinstance(argument, Scripts) and argument.below is None and not argument.primes:
            inner = self._call(name, argument.base)
            return None if inner is None else self.reader.raised(inner, sequence(argument.above))
        key = marks_of(name, t_is_free=False).key
        if not isinstance(argument, Bracketed) or not isinstance(name, Symbol | Scripts) or key is None:
            return None
        if argument.opening in ("(", "[", r"\{") and moment_named(self.reader.scope.lexicon, key):
            return functions.applied(self.reader, name, argument)
        if argument.opening != "(":
            return None
        if self._is_value(key, argument):
            return None
        if (opened := open_function(self.reader, name, argument)) is not None:
            return opened
        if self.reader.scope.is_function(replace(key, primes=0)):
            return functions.applied(self.reader, name, argument)
        value = called_value(self.reader, name, argument) or self._function_at(name, argument)
        value = value or at_point(self.reader, name, argument)
        if value is None and is_listing(argument):
            raise Unknown(f"{self.reader.scope.said(name)} is no function that this document or its network names")
        return value

    def _is_value(self, key: Key, argument: Bracketed) -> bool:
        """Whether a function's symbol is its value at a letter here, `σ(1 − σ)`, and not applied to that letter."""
        meanings = self.reader.scope.meanings
        letter = key_of(argument.body)
        return key in meanings and letter not in meanings

    def _function_at(self, name: Node, argument: Bracketed) -> Quantity | None:
        """The value of that name, if the argument is what it is a function of; else its value at another point."""
        try:
            return of_value(self.reader, name, argument)
        except Unknown:
            moved = at_point(self.reader, name, argument)
            if moved is None:
                raise
            return moved

    def _indicator(self, head: Node, body: Node) -> Quantity | None:
        return indicator(self.reader, head, body)


def _prefixed(prefix: Key, key: Key) -> Key:
    return Key(prefix.name + key.name, key.font, key.accents, key.primes)
