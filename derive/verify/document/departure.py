"""Where an expression departs from one that is right: the smallest parts in which their writing differs.

Factors of a product and terms of a sum may stand in any order; brackets that only group count for nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import (
    Added,
    Applied,
    Big,
    Bracketed,
    Fraction,
    Listed,
    Multiplied,
    Node,
    Root,
    Scripts,
    Span,
    Symbol,
    Table,
)
from derive.reading.keys import key_of
from derive.reading.marks import marks_of

ROUND = ("(", "{", "[")
PREFIXES = ("Delta", "Δ", "partial", "∂", "d")
T = TypeVar("T")


@dataclass(frozen=True)
class Departure:
    """`own` stands where `right` should, inside the argument of a function or not."""

    own: Node
    right: Node
    in_argument: bool = False

    @property
    def size(self) -> int:
        """How many signs one of them has and the other has not."""
        own, right = (Counter(key(n).split()) for n in (self.own, self.right))
        return ((own - right) + (right - own)).total()


@dataclass(frozen=True)
class Factor:
    """A factor with what belongs to it: `∇_a C`, `Δ z` are one each."""

    nodes: tuple[Node, ...]
    operator: str
    """What stands before it."""

    @property
    def key(self) -> str:
        return " ".join(key(n) for n in self.nodes)

    @property
    def span(self) -> Span:
        return self.nodes[0].span | self.nodes[-1].span


def factors(node: Node) -> list[Factor]:
    """The factors of a product; of anything else itself."""
    node = bare(node)
    if not isinstance(node, Multiplied):
        return [Factor((node,), "")]
    out = [Factor((node.factors[0],), "")]
    for operator, factor in zip(node.operators, node.factors[1:], strict=True):
        before = out[-1].nodes[-1]
        if operator == "" and _is_prefix(before, factor):
            out[-1] = Factor((*out[-1].nodes, factor), out[-1].operator)
        else:
            out.append(Factor((factor,), operator))
    return out


def _is_prefix(node: Node, following: Node) -> bool:
    """`Δ z`, `∂z`; `∇_a C`, but not the gradient `∇_3` of layer 3 before another factor."""
    if isinstance(node, Scripts):
        head = key_of(node.base)
        return head is not None and head.name in ("nabla", "∇") and isinstance(following, Symbol)
    return isinstance(node, Symbol) and node.name in PREFIXES


def _is_primed(node: Node) -> bool:
    return isinstance(node, Scripts) and node.primes > 0


def key(node: Node) -> str:
    """What is written, without brackets that only group."""
    return shown(bare(node)).replace("⟦( ", "").replace(" )⟧", "").replace("(* ", "(")


def bare(node: Node) -> Node:
    """Without brackets around the whole."""
    while isinstance(node, Bracketed) and node.opening in ROUND:
        node = node.body
    return node


def departure(own: Node, right: Node, in_argument: bool = False) -> Departure | None:
    """The smallest pair of parts that differ, in their brackets; None if nothing does."""
    if key(own) == key(right) or not any(unmatched(signed_terms(own), signed_terms(right), _signed)):
        return None
    pair = _inner(bare(own), bare(right))
    if pair is None:
        return Departure(own, right, in_argument)
    a, b, is_argument = pair
    return departure(a, b, in_argument or is_argument)


Pair = tuple[Node, Node, bool]


def _inner(own: Node, right: Node) -> Pair | None:
    """The one pair of children that differs, where the nodes are alike otherwise; whether it is an argument."""
    if isinstance(own, Added) and isinstance(right, Added):
        return _one(signed_terms(own), signed_terms(right))
    if isinstance(own, Multiplied) and isinstance(right, Multiplied):
        return _one_factor(own, right)
    if isinstance(own, Fraction) and isinstance(right, Fraction):
        pairs = [(own.above, right.above), (own.below, right.below)]
        apart = [p for p in pairs if key(p[0]) != key(p[1])]
        return (*apart[0], False) if len(apart) == 1 else None
    if isinstance(own, Big) and isinstance(right, Big):
        return (own.body, right.body, False) if _limits(own) == _limits(right) else None
    if isinstance(own, Applied) and isinstance(right, Applied):
        return (own.argument, right.argument, True) if key(own.function) == key(right.function) else None
    if isinstance(own, Table) and isinstance(right, Table):
        return _one_place([c for r in own.rows for c in r], [c for r in right.rows for c in r])
    if isinstance(own, Listed) and isinstance(right, Listed):
        return _one_place(own.items, right.items)
    if isinstance(own, Root) and isinstance(right, Root):
        return own.arg, right.arg, False
    if isinstance(own, Scripts) and isinstance(right, Scripts) and isinstance(own.base, Bracketed):
        is_alike = _scripts(own) == _scripts(right) and isinstance(right.base, Bracketed)
        return (own.base, right.base, False) if is_alike and not is_leaf(own) else None
    return None


def is_leaf(node: Node) -> bool:
    return isinstance(marks_of(node).base, Symbol)


def _limits(node: Big) -> tuple[str, ...]:
    return (node.operator, *("" if x is None else key(x) for x in (node.below, node.above)))


def _scripts(node: Scripts) -> tuple[object, ...]:
    return (*("" if x is None else key(x) for x in (node.below, node.above)), node.primes)


def signed_terms(node: Node) -> list[tuple[str, Node]]:
    """The terms of a sum with their signs; of anything else itself."""
    node = bare(node)
    return list(zip(node.signs, node.terms, strict=True)) if isinstance(node, Added) else [("+", node)]


def _signed(term: tuple[str, Node]) -> str:
    return f"{term[0]} {key(term[1])}"


def _one(own: Sequence[tuple[str, Node]], right: Sequence[tuple[str, Node]]) -> Pair | None:
    a, b = unmatched(own, right, _signed)
    if len(a) == len(b) == 1 and a[0][0] == b[0][0]:
        return a[0][1], b[0][1], False
    return None


def _one_place(own: Sequence[Node | None], right: Sequence[Node | None]) -> Pair | None:
    """The entry of a list or a table that differs."""
    if len(own) != len(right):
        return None
    apart = [(a, b) for a, b in zip(own, right, strict=True) if (a and key(a)) != (b and key(b))]
    if len(apart) != 1 or apart[0][0] is None or apart[0][1] is None:
        return None
    return apart[0][0], apart[0][1], False


def _one_factor(own: Multiplied, right: Multiplied) -> Pair | None:
    mine, theirs = factors(own), factors(right)
    a, b = unmatched(mine, theirs, lambda f: f.key)
    if len(mine) != len(theirs) or len(a) != 1 or len(b) != 1:
        return None
    [x], [y] = a, b
    at = theirs.index(y)
    if [f.operator for f in mine] != [f.operator for f in theirs] or mine[at].key != x.key:
        return None
    x, is_argument = mine[at], at > 0 and _is_primed(mine[at - 1].nodes[-1])
    if len(x.nodes) == len(y.nodes):
        apart = [(m, n) for m, n in zip(x.nodes, y.nodes, strict=True) if key(m) != key(n)]
        if len(apart) == 1:
            return (*apart[0], is_argument)
    return None


def unmatched(own: Sequence[T], right: Sequence[T], same: Callable[[T], str]) -> tuple[list[T], list[T]]:
    """What each side has and the other does not, as often as it does."""
    theirs = list(right)
    mine: list[T] = []
    for x in own:
        found = next((y for y in theirs if same(y) == same(x)), None)
        if found is None:
            mine.append(x)
        else:
            theirs.remove(found)
    return mine, theirs
