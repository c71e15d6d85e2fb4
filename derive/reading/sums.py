"""Sums, products and largest values over the letters below their sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import TYPE_CHECKING

from derive.errors import DeriveError
from derive.latex.reading.syntax import Big, Chain, Node, Scripts
from derive.reading.clashes import told_apart
from derive.reading.named_sets import members_of, put_in
from derive.reading.quantity import Misfit, Quantity, Unknown, added, multiplied, scaled, shown, total_over
from derive.reading.ranges import UNSAID, Interval, Outside
from derive.reading.scope import OpenLayer
from derive.reading.stated import Stated, run, stated
from derive.terms.affine import Affine, Index, index, number
from derive.terms.algebra import delta, subtract, times_all
from derive.terms.substitute import canonical_maximum, substitute
from derive.terms.term import Poly, constant, of_atom

if TYPE_CHECKING:
    from derive.reading.expressions import Reader

DEEPEST = 8

MOST_PLACES = 2000
"""A sum with fixed ends has so many terms at most."""

MOST_FACTORS = 40
"""A product over so many places is written out at most."""

_OPERATORS = frozenset(("sum", "prod", "max", "min"))


@dataclass
class Sums:
    """Reads what stands behind `Σ`, `Π`, `max` and `min`, and binds their letters."""

    reader: Reader
    inside: list[str] = field(default_factory=list)
    """The letters of the sums that what is read stands in."""
    tried: list[Big] = field(default_factory=list)
    """The sums that are read with their letter as it stands."""

    def read(self, node: Big) -> Quantity:
        """Raises: Unknown for a sign that binds no letter, or one whose range nothing tells; Misfit for a wrong one."""
        if node.operator not in _OPERATORS:
            raise Unknown(f"{node.operator} has no meaning here")
        named = members_of(node.below)
        if named is not None and node.operator == "sum" and node.above is None:
            return reduce(added, (self.reader.read(put_in(node.body, named[0], x)) for x in named[1]))
        ranges = self.reader.scope.ranges
        count = self._count(node)
        below = Stated() if count is not None else self._below(node)
        if len(below.named) + len(self.inside) > DEEPEST:
            raise Unknown(f"more than {DEEPEST} letters of sums stand in one another")
        layers = self._layers(node, below)
        if layers is not None:
            return layers
        apart = told_apart(node, below.named[0], ranges.letters) if len(below.named) == 1 else None
        if apart is not None and not self._fits(node):
            return self.read(apart)
        outside = {x: ranges.open(x, below.ranges.get(x, UNSAID)) for x in below.named}
        before = ranges.letters
        self.inside += below.named
        body = self.reader.read(node.body)
        del self.inside[len(self.inside) - len(below.named) :]
        letters = below.named or self._unnamed(before)
        bounds = [self._index(x) for x in letters]
        if count is not None and [b.extent for b in bounds] != [count]:
            raise Misfit(f"the sum has {shown(count)} terms, and runs over {' and '.join(letters)}")
        for x in letters:
            ranges.close(x, outside.get(x, Outside()))
        body = body.map(lambda p: multiplied(p, _without(below.excluded)))
        return self._joined(node.operator, body, bounds)

    def _fits(self, node: Big) -> bool:
        """Whether the sum can be read with its letter for all that has it."""
        if node in self.tried:
            return True
        reader = type(self.reader)(self.reader.scope.aside())
        reader.sums.tried = [*self.tried, node]
        try:
            reader.read(node)
        except Misfit:
            return False
        except DeriveError:
            pass
        return True

    def _layers(self, node: Big, below: Stated) -> Quantity | None:
        """Σ over numbered layers, `Σ_{l=1}^{2} ‖W^l‖²`, written out; None where the letter stands for no layer."""
        if node.operator != "sum" or len(below.named) != 1 or below.excluded:
            return None
        [letter] = below.named
        ends = below.ranges.get(letter, UNSAID)
        if ends.lo is None or ends.hi is None or not ends.lo.is_number or not ends.hi.is_number:
            return None
        try:
            self._at(node.body, letter, None)
        except OpenLayer as e:
            if e.letter != letter:
                raise
            numbers = range(ends.lo.const, min(ends.hi.const, ends.lo.const + MOST_FACTORS) + 1)
            return reduce(added, (self._at(node.body, letter, k) for k in numbers))
        except DeriveError:
            pass
        return None

    def _at(self, body: Node, letter: str, at: int | None) -> Quantity:
        """What stands behind the sign where its letter is this number, or has none."""
        scope = self.reader.scope.aside() if at is None else self.reader.scope
        numbers = {x: k for x, k in scope.numbers.items() if x != letter} | ({} if at is None else {letter: at})
        reader = type(self.reader)(replace(scope, numbers=numbers))
        reader.sums.inside = [*self.inside, letter]
        return reader.read(body)

    def _index(self, letter: str) -> Index:
        batch = self.reader.scope.batch
        found = self.reader.scope.range_of(letter, is_bound=True)
        if found is None and batch is not None and letter == batch.name:
            return batch
        if found is None:
            raise Unknown(f"over what {letter} runs below the sign is not said")
        for name in sorted(found.free - self.reader.scope.ranges.letters):
            if name not in self.reader.scope.lexicon.network.names.values():
                raise Unknown(f"{name}, up to which {letter} runs, is nothing that this document or its network names")
        if found.extent.is_number and found.extent.const > MOST_PLACES:
            raise Unknown(f"{letter} below the sign runs over more than {MOST_PLACES} numbers")
        return found

    def _unnamed(self, before: frozenset[str]) -> tuple[str, ...]:
        """`Σ x_i w_i` names no letter: it runs over those that are new in its terms.

        Raises: Unknown if there are none.
        """
        ranges = self.reader.scope.ranges
        new = [x for x, places in ranges.places.items() if x not in before and places and not places[0].ordered]
        if not new:
            raise Unknown("over what the sum runs is not said")
        return tuple(new)

    def _count(self, node: Big) -> Affine | None:
        """`Σ_{n_I} x_j w_j` says only how many terms there are; None for a sign that names its letter."""
        if not isinstance(node.below, Scripts) or node.above is not None:
            return None
        try:
            found = self.reader.scope.indices.affine(node.below)
        except Unknown:
            return None
        return None if found.is_number or found.free else found

    # -- what stands below -------------------------------------------------------------------------------------

    def _below(self, node: Big) -> Stated:
        """Raises: Unknown for limits that are not understood: none is passed over."""
        if node.below is None:
            if node.above is not None:
                raise Unknown("a sum with an end names no letter")
            return Stated()
        indices = self.reader.scope.indices
        found = stated([node.below], indices)
        if node.above is not None:
            found = self._with_end(node, found)
        if found.unread or not found.named:
            raise Unknown(f"{self.reader.scope.said(node.below)} below the sign is not understood")
        return found

    def _with_end(self, node: Big, found: Stated) -> Stated:
        """`Σ_{j=1}^{n}`, and `Σ_j^n`, which begins where the axis does."""
        if len(found.named) != 1 or node.above is None:
            raise Unknown("limits of several letters are not understood")
        [letter] = found.named
        end = run([node.above], self.reader.scope.indices)
        begins = isinstance(node.below, Chain) and node.below.relations == ("=",)
        interval = found.ranges.get(letter, UNSAID)
        if found.ranges and not begins:
            raise Unknown("these limits of the sum are not understood")
        return replace(found, ranges={letter: Interval(interval.lo, end.hi)})

    # -- what it makes of its terms ----------------------------------------------------------------------------

    def _joined(self, operator: str, body: Quantity, bounds: Sequence[Index]) -> Quantity:
        if operator == "prod":
            return self._product(body, bounds)
        fresh = {b.name: self.reader.scope.fresh.axis(b) for b in bounds}
        inner = {old: index(new.name) for old, new in fresh.items()}
        body = body.map(lambda p: substitute(p, inner))
        renamed = tuple(b.subs(inner) for b in fresh.values())
        if operator == "sum":
            return total_over(body, renamed)
        sign = -1 if operator == "min" else 1
        largest = scaled(body, sign).map(lambda p: of_atom(canonical_maximum(renamed, p)))
        return scaled(largest, sign)

    def largest(self, node: Big) -> Quantity:
        """The maximum whose place `argmax` is."""
        return self.read(replace(node, operator="max"))

    def _product(self, body: Quantity, bounds: Sequence[Index]) -> Quantity:
        """Π over numbers, written out.

        Raises: Unknown for a product over a range that is no number of places, or of matrices.
        """
        if not body.is_scalar:
            raise Unknown("products of matrices over a letter are not judged")
        for b in bounds:
            factors = [substitute(body.poly, {b.name: at}) for at in _places(b)]
            body = Quantity(reduce(multiplied, factors, constant(1)))
        return body


def _places(b: Index) -> list[Affine]:
    if not b.lo.is_number or not b.hi.is_number or b.hi.const - b.lo.const >= MOST_FACTORS:
        raise Unknown(f"a product over {b.name} without fixed ends is not judged")
    return [number(k) for k in range(b.lo.const, b.hi.const + 1)]


def _without(excluded: Sequence[tuple[str, Affine]]) -> Poly:
    """Π (1 − [letter = what it must not be])."""
    return times_all(subtract(constant(1), delta(index(x) - at)) for x, at in excluded)
