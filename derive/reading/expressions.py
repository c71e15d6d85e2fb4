"""From the syntax of a formula to what it stands for, one way of reading it at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import singledispatchmethod

from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import (
    Accented,
    Added,
    Applied,
    Big,
    Bracketed,
    Cases,
    Listed,
    Multiplied,
    Node,
    Number,
    Prefixed,
    Root,
    Scripts,
    Symbol,
    Table,
)
from derive.latex.reading.syntax import (
    Fraction as Fractured,
)
from derive.reading import functions, quantity, templates
from derive.reading.blocks import is_row_of_blocks, row_of_blocks
from derive.reading.conditions import condition, is_condition
from derive.reading.derivatives import Derivatives
from derive.reading.ellipses import has_dots, with_sums
from derive.reading.evaluated import evaluated, is_evaluated, is_primed, primed
from derive.reading.kronecker import IDENTITIES, ONES, identity, ones
from derive.reading.listings import is_listing, listing, row
from derive.reading.marks import has_plain_t, is_transpose, marks_of, sequence
from derive.reading.moments import moment, moment_named
from derive.reading.norms import EUCLIDEAN, angles, colons, is_colons, norm
from derive.reading.parts import part, slice_of
from derive.reading.powers import is_square, repeated
from derive.reading.products import Products
from derive.reading.quantity import Quantity, Unknown, added, raised, scaled, transposed
from derive.reading.scope import Scope
from derive.reading.special import conditional, kronecker, special
from derive.reading.sums import Sums
from derive.reading.templates import ANGLES
from derive.reading.tensors import Tensors
from derive.reading.written_out import cases, table
from derive.terms.term import constant, of_affine

LONGEST_NUMBER = 300


@dataclass
class Reader:
    """Reads one formula in one way; `scope` keeps what has been seen and chosen."""

    scope: Scope

    def __post_init__(self) -> None:
        self.tensors = Tensors(self.scope)
        self.products = Products(self)
        self.derivatives = Derivatives(self)
        self.sums = Sums(self)
        self.scope.id_entry = self.tensors.id_entry

    @singledispatchmethod
    def read(self, node: Node) -> Quantity:
        """What a node stands for.

        Raises: Unknown for what has no meaning here, Misfit for what cannot be.
        """
        raise Unknown(f"{self.scope.said(node)} has no meaning here")

    @read.register
    def _(self, node: Number) -> Quantity:
        if len(node.text) > LONGEST_NUMBER:
            raise Unknown(f"a number of more than {LONGEST_NUMBER} digits is not judged")
        return Quantity(constant(Fraction(node.text)))

    @read.register
    def _(self, node: Added) -> Quantity:
        if has_dots(node.terms):
            joined = with_sums(node)
            if isinstance(joined, Big):
                return self.read(joined)
            node = joined
        out: Quantity | None = None
        for sign, term in zip(node.signs, node.terms, strict=True):
            if sign not in "+-":
                raise Unknown(f"{sign} means two values at once")
            q = scaled(self.read(term), -1 if sign == "-" else 1)
            out = q if out is None else self.plus(out, q)
        assert out is not None
        return out

    @read.register
    def _(self, node: Multiplied) -> Quantity:
        return self.products.read(node)

    @read.register
    def _(self, node: Fractured) -> Quantity:
        found = self.derivatives.fraction(node.above, node.below)
        return found if found is not None else quantity.divided(self.read(node.above), self.read(node.below))

    @read.register
    def _(self, node: Root) -> Quantity:
        degree = 2 if node.degree is None else int(self._whole(node.degree))
        return raised(self.read(node.arg), Fraction(1, degree))

    def _whole(self, node: Node) -> int:
        at = self.scope.indices.affine(node)
        if not at.is_number or at.const == 0:
            raise Unknown(f"{self.scope.said(node)} is no whole number")
        return at.const

    @read.register
    def _(self, node: Big) -> Quantity:
        return self.sums.read(node)

    @read.register
    def _(self, node: Table) -> Quantity:
        return table(self, node)

    @read.register
    def _(self, node: Cases) -> Quantity:
        return cases(self, node)

    @read.register
    def _(self, node: Applied) -> Quantity:
        return functions.applied(self, node.function, node.argument)

    @read.register
    def _(self, node: Bracketed) -> Quantity:
        if node.opening == "[" and is_condition(node.body):
            return condition(self, node.body)
        if is_row_of_blocks(node.body) and isinstance(node.body, Listed):
            return row_of_blocks(self, node.body)
        if is_listing(node) and isinstance(node.body, Listed):
            return listing(self, node.opening, node.body)
        if node.opening in ("|", r"\|"):
            return norm(self, node, None)
        if node.opening == r"\langle" and isinstance(node.body, Listed):
            return angles(self, node.body)
        mean = self.scope.lexicon.templates.get(ANGLES)
        if node.opening == r"\langle" and mean is not None:
            return templates.applied(self, mean, self.read(node.body))
        if node.opening not in "([{" and node.opening not in (r"\{",):
            raise Unknown(f"brackets {node.opening} {node.closing} have no meaning here")
        return self.read(node.body)

    @read.register
    def _(self, node: Listed) -> Quantity:
        if is_colons(node):
            return colons(self, node)
        raise Unknown(f"{self.scope.said(node)} has no meaning here")

    def plus(self, a: Quantity, b: Quantity) -> Quantity:
        """a + b."""
        return added(a, b, self.scope.batch)

    # -- symbols ---------------------------------------------------------------------------------------------

    @read.register
    def _(self, node: Symbol) -> Quantity:
        return self.symbol(node)

    @read.register
    def _(self, node: Accented) -> Quantity:
        return self.symbol(node)

    @read.register
    def _(self, node: Scripts) -> Quantity:
        if is_primed(node):
            return self._primed(node)
        if is_evaluated(node) and isinstance(node.base, Bracketed) and node.above is None:
            return evaluated(self, [node.base.body], (), node.below, self.scope.said(node))
        always = conditional(self, node)
        if always is not None:
            return always
        marks = marks_of(node, self._t_is_free(node))
        if marks.key is None or any(slice_of(x) for x in sequence(node.below)):
            return self._raised(node)
        return self.symbol(node)

    def _primed(self, node: Scripts) -> Quantity:
        """`(e^x)'`; in `(z^2)'` the prime may belong to the name."""
        key = marks_of(node).key
        if key is not None and self.scope.lexicon.table.get(key):
            return self.symbol(node)
        return primed(self, node)

    def _t_is_free(self, node: Node) -> bool:
        """Whether T above a symbol is no number of steps."""
        if has_plain_t(node) and any(s.name == "T" for s in self.scope.lexicon.all_sizes):
            return self.scope.choices.choose((True, False), "T")
        return True

    def _raised(self, node: Scripts) -> Quantity:
        """A part, a transpose or a power of what stands in brackets."""
        items = sequence(node.above)
        if node.primes:
            raise Unknown(f"what the prime of {self.scope.said(node)} means is not said")
        is_list = bool(items) and is_transpose(items[-1]) and is_listing(node.base)
        is_norm = isinstance(node.base, Bracketed) and node.base.opening in ("|", r"\|")
        if is_norm and isinstance(node.base, Bracketed):
            return self.raised(norm(self, node.base, node.below), items)
        q = row(self, node.base) if is_list else self.read(node.base)
        is_product = isinstance(node.base, Bracketed) and node.base.opening == r"\langle"
        if is_product and node.below is not None and shown(node.below) not in EUCLIDEAN:
            raise Unknown(f"the inner product {self.scope.said(node)} is not understood")
        if node.below is not None and not is_product:
            q = part(self, q, sequence(node.below), self.scope.said(node.base))
        return self.raised(q, items)

    def raised(self, q: Quantity, items: Sequence[Node]) -> Quantity:
        """What stands above: a power, and a transpose."""
        if items and is_transpose(items[-1]):
            q, items = transposed(q), items[:-1]
        return self.power(q, items) if items else q

    def power(self, q: Quantity, items: Sequence[Node]) -> Quantity:
        if len(items) != 1:
            raise Unknown("this is no power")
        item = items[0]
        is_entrywise = isinstance(item, Prefixed) and item.operator in ("odot", "circ")
        if isinstance(item, Prefixed) and is_entrywise:
            item = item.body
        exponent = self.read(item).poly.constant
        if exponent is None:
            raise Unknown(f"the power {self.scope.said(items[0])} is no number")
        if exponent < 0 and q.rows is not None and q.columns is not None:
            raise Unknown("the inverse of a matrix has no meaning here")
        if abs(exponent) > 64:
            raise Unknown(f"the power {exponent} is too large")
        if not is_entrywise and is_square(q) and self.scope.choices.choose((False, True), "powers of matrices"):
            return repeated(q, exponent, self.scope.fresh)
        return raised(q, exponent)

    def symbol(self, node: Node) -> Quantity:
        """A symbol with its scripts: a name of the document, a tensor, a size, a letter, a constant."""
        marks = marks_of(node, self._t_is_free(node))
        key = marks.key
        if key is None:
            raise Unknown(f"{self.scope.said(node)} has no meaning here")
        known = self.scope.meanings.get(key)
        if known is not None:
            q = transposed(known) if marks.transposed else known
            q = part(self, q, marks.below, self.scope.said(marks.base)) if marks.below else q
            return self.power(q, marks.above) if marks.above else q
        kind = moment_named(self.scope.lexicon, key) if isinstance(node, Scripts) and node.below is not None else None
        if kind is not None and isinstance(node, Scripts) and node.below is not None:
            q = moment(self, kind, node.below)
            return self.power(q, marks.above) if marks.above else q
        always = special(self, node)
        if always is not None:
            return always
        found = self.scope.lexicon.find(key)
        if found:
            return self._tensor_or_constant(key.name, found, node, marks)
        if key.name == "e" and marks.above and not marks.below:
            return functions.exponential(self, node)
        if key in IDENTITIES and not marks.below and not marks.above and not marks.primes:
            return identity(self, node.span)
        if key in ONES and not marks.below and not marks.above and not marks.primes:
            return transposed(ones(self, node.span)) if marks.transposed else ones(self, node.span)
        alone = templates.value_of(self, key) if not marks.below else None
        if alone is not None:
            alone = transposed(alone) if marks.transposed else alone
            return self.power(alone, marks.above) if marks.above else alone
        return self._letter(node)

    def _tensor_or_constant(self, name: str, found: Sequence[object], node: Node, marks: object) -> Quantity:
        try:
            return self.tensors.read(found, marks)  # type: ignore[arg-type]
        except Unknown:
            if name == "e" and isinstance(node, Scripts) and node.above is not None and node.below is None:
                return functions.exponential(self, node)
            delta = kronecker(self, node)
            if delta is None:
                raise
            return delta

    def _letter(self, node: Node) -> Quantity:
        """A size or an index that stands as a number, a power of it; a constant, which has nothing below."""
        marks = marks_of(node, self._t_is_free(node))
        constant_of = None if marks.below else functions.constant_named(marks.base)
        if constant_of is not None:
            q = Quantity(constant_of)
        else:
            is_power = marks.above and not marks.below and not isinstance(marks.above[0], Bracketed)
            at = self.scope.indices.affine(marks.base if is_power else node)
            if isinstance(at.variable, str) and at.variable not in self.scope.ranges.places:
                raise Unknown(f"{self.scope.said(marks.base)} is nothing that this document or its network names")
            q = Quantity(of_affine(at))
            if not is_power:
                return q
        return self.power(q, marks.above) if marks.above else q
