"""Arrays with three axes and more, which are no matrices: `θ ← θ − η Δθ` and `A = tanh(Z)` are read entry by entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from derive.errors import DeriveError
from derive.latex.reading.syntax import (
    Added,
    Applied,
    Bracketed,
    Fraction,
    Listed,
    Multiplied,
    Node,
    Prefixed,
    Scripts,
    Symbol,
)
from derive.latex.reading.trees import walk
from derive.reading.expressions import Reader
from derive.reading.keys import key_of
from derive.reading.lexicon import Lexicon
from derive.reading.marks import marks_of, sequence
from derive.reading.operators import NABLA
from derive.reading.orders import ENTRYWISE
from derive.reading.quantity import TooManyAxes

MATRIX = 2


def entry_by_entry(reader: Callable[[], Reader], lexicon: Lexicon, left: Node, right: Node) -> tuple[Node, Node]:
    """Both sides, their arrays with indices; as they are where one is in anything but sums and entrywise products."""
    if all(len(t.axes) <= MATRIX for t in lexicon.network.tensors.values()):
        return left, right
    arrays = _Arrays(reader, lexicon)
    if not any(map(arrays.count, (left, right))):
        return left, right
    found = arrays.lettered(left), arrays.lettered(right)
    return found if arrays.are_entrywise and len(arrays.counts) == 1 else (left, right)


@dataclass
class _Arrays:
    reader: Callable[[], Reader]
    lexicon: Lexicon
    counts: set[int] = field(default_factory=set)
    are_entrywise: bool = True

    def lettered(self, node: Node) -> Node:
        """With indices behind each array that is a term, a factor, or the argument of a function of numbers."""
        if isinstance(node, Added):
            return replace(node, terms=tuple(map(self.lettered, node.terms)))
        if isinstance(node, Bracketed) and node.opening in ("(", "{"):
            return replace(node, body=self.lettered(node.body))
        if isinstance(node, Multiplied):
            return self._product(node)
        if isinstance(node, Applied) and self._is_of_numbers(node.function):
            return replace(node, argument=self.lettered(node.argument))
        if isinstance(node, Scripts) and isinstance(node.base, Bracketed) and _is_entrywise(node):
            return replace(node, base=self.lettered(node.base))
        if isinstance(node, Symbol | Scripts | Fraction) and (count := self.count(node)):
            return self._indexed(node, count)
        if any(self.count(x) for x in walk(node) if isinstance(x, Symbol | Scripts)):
            self.are_entrywise = False
        return node

    def _product(self, node: Multiplied) -> Node:
        if any(map(_is_operator, node.factors)):
            return self._indexed(node, count) if (count := self.count(node)) else node
        factors = [self._factor(node, k) for k in range(len(node.factors))]
        changed = [k for k, (new, old) in enumerate(zip(factors, node.factors, strict=True)) if new != old]
        if not changed and (count := self.count(node)):
            return self._indexed(node, count)
        if not all(ENTRYWISE & set(node.operators[a:b]) for a, b in pairwise(changed)):
            self.are_entrywise = False
        return replace(node, factors=tuple(factors))

    def _factor(self, node: Multiplied, k: int) -> Node:
        """A bracket behind a name may be an argument: then the name is that of a function of numbers."""
        factor = node.factors[k]
        is_beside = k > 0 and not node.operators[k - 1] and isinstance(factor, Bracketed)
        new = self.lettered(factor)
        if new != factor and is_beside and not self._is_of_numbers(node.factors[k - 1]) and self._is_name(node, k - 1):
            self.are_entrywise = False
        return new

    def _is_name(self, node: Multiplied, k: int) -> bool:
        return isinstance(node.factors[k], Symbol | Scripts)

    def _is_of_numbers(self, function: Node) -> bool:
        key = marks_of(function).key
        return key is not None and bool(self.lexicon.functions.get(replace(key, primes=0)))

    def _indexed(self, node: Node, count: int) -> Node:
        self.counts.add(count)
        return with_indices(node, [f"i_{k}" for k in range(1, count + 1)])

    def count(self, node: Node) -> int:
        """How many axes an array has, or the first one in an expression; 0 where there is none."""
        try:
            self.reader().read(node)
        except TooManyAxes as e:
            return e.count
        except DeriveError:
            pass
        return 0


def _is_entrywise(node: Scripts) -> bool:
    """Whether it is an entrywise power, `(Z)^{\\odot 2}`."""
    return node.below is None and isinstance(node.above, Prefixed) and node.above.operator in ENTRYWISE


def with_indices(node: Node, letters: Sequence[str]) -> Node:
    """`x^1_{ij}` of `x^1`; of a gradient, `∂L/∂x`, `∇_x L`, `Δx`, that by an entry."""
    if isinstance(node, Fraction):
        return replace(node, below=with_indices(node.below, letters))
    if isinstance(node, Multiplied):
        by = next((k for k, x in enumerate(node.factors) if _is_operator(x)), len(node.factors) - 1)
        new = tuple(_by(x, letters) if k == by else x for k, x in enumerate(node.factors))
        return replace(node, factors=new)
    new = tuple(Symbol(x, node.span) for x in letters)
    if not isinstance(node, Scripts):
        return Scripts(node, _listed(new, node), None, 0, node.span)
    return replace(node, below=_listed((*sequence(node.below), *new), node))


def _is_operator(node: Node) -> bool:
    return isinstance(node, Scripts) and node.below is not None and key_of(node.base) in NABLA


def _by(node: Node, letters: Sequence[str]) -> Node:
    if isinstance(node, Scripts) and node.below is not None and _is_operator(node):
        return replace(node, below=with_indices(node.below, letters))
    return with_indices(node, letters)


def _listed(items: Sequence[Node], node: Node) -> Node:
    return items[0] if len(items) == 1 else Listed(tuple(items), (",",) * (len(items) - 1), node.span)
