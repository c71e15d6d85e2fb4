"""Brackets of Iverson: `[z > 0]`, `[i = j]`, `[1 ≤ k-r+1 ≤ n]`, `[3 | k+1]`, `[(r, s) = argmax …]`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING

from derive.latex.reading.syntax import Big, Bracketed, Chain, Ellipsis, Listed, Node, Scripts, Symbol
from derive.reading.keys import Key
from derive.reading.quantity import Quantity, Unknown, added, hadamard, scaled
from derive.terms.affine import Affine, Index
from derive.terms.algebra import bound, delta, divides, positive, subtract, total
from derive.terms.blocks import sum_over
from derive.terms.term import FirstMaximum, Maximum, Poly, constant, of_atom

if TYPE_CHECKING:
    from derive.reading.expressions import Reader

_BARS = frozenset(("|", "mid"))


def is_condition(node: Node) -> bool:
    """Whether what stands between brackets is a statement: a chain of relations, or `3 | k`."""
    return isinstance(node, Chain) or (isinstance(node, Listed) and len(node.items) == 2 and _is_bar(node))


def _is_bar(node: Listed) -> bool:
    return len(node.separators) == 1 and node.separators[0].lstrip("\\") in _BARS


def condition(reader: Reader, node: Node) -> Quantity:
    """1 where all links of the statement hold, else 0; entry by entry for arrays.

    Raises: Unknown for a condition of another kind, Misfit for arrays that do not fit.
    """
    if isinstance(node, Listed):
        return Quantity(_divisibility(reader, node))
    assert isinstance(node, Chain)
    members = [m for m in node.members if m is not None]
    if len(members) < 2 or len(members) != len(node.members):
        raise Unknown("this condition is not understood")
    links = zip(members, node.relations, members[1:], strict=False)
    return all_hold([_link(reader, a, relation, b) for a, relation, b in links])


@contextmanager
def under(reader: Reader, nodes: Iterable[Node]) -> Iterator[None]:
    """What is read inside is multiplied by the brackets among these nodes, and counts only where they hold."""
    scope = reader.scope
    zeros: list[Affine] = []
    letters: set[str] = set()
    for node in nodes:
        if isinstance(node, Bracketed) and node.opening == "[":
            node = node.body
        if isinstance(node, Chain) and None not in node.members:
            for a, relation, b in zip(node.members, node.relations, node.members[1:], strict=False):
                difference = _of_indices(reader, a, b) if a is not None and b is not None else None
                if difference is not None:
                    letters |= difference.free
                    zeros += [difference] if relation == "=" else []
    with scope.ranges.holding(zeros, frozenset(letters)):
        yield


def all_hold(conditions: Sequence[Quantity]) -> Quantity:
    """1 where all are 1."""
    return reduce(hadamard, conditions, Quantity(constant(1)))


def _divisibility(reader: Reader, node: Listed) -> Poly:
    divisor, dividend = (reader.scope.indices.affine(x) for x in node.items)
    if not divisor.is_number or divisor.const < 1:
        raise Unknown(f"{reader.scope.said(node)} is no condition of divisibility")
    return divides(dividend, divisor.const)


def _link(reader: Reader, left: Node, relation: str, right: Node) -> Quantity:
    for place, largest in ((left, right), (right, left)):
        if isinstance(largest, Big) and largest.operator == "argmax" and relation == "=":
            return Quantity(_chosen(reader, place, largest))
    if relation in ("∈", "∉"):
        return member(reader, left, relation, right)
    difference = _of_indices(reader, left, right)
    if difference is None:
        return _of_values(reader, left, relation, right)
    if relation == "=":
        reader.scope.ranges.equated.append(difference)
    return Quantity(_compared(difference, relation))


def member(reader: Reader, left: Node, relation: str, right: Node) -> Quantity:
    """[v ∈ {i_1, …, i_T}] = 1 − Π (1 − [v = i_t]), which is whether any of them is v.

    Raises: Unknown for a set of another kind.
    """
    if not isinstance(right, Bracketed) or right.opening != r"\{":
        raise Unknown(f"{reader.scope.said(right)} is no set of which the members are listed")
    items = right.body.items if isinstance(right.body, Listed) else (right.body,)
    at = reader.scope.indices.place(left)
    hits = [delta(at - reader.scope.indices.place(x)) for x in items if not isinstance(x, Ellipsis)]
    if len(hits) != len(items):
        hits = [_any_of_run(reader, at, items)]
    found = positive(total(hits))
    return Quantity(found if relation == "∈" else subtract(constant(1), found))


def _any_of_run(reader: Reader, at: Affine, items: Sequence[Node]) -> Poly:
    """Σ_t [v = i_t] for `i_1, …, i_T`."""
    first, last = items[0], items[-1]
    ends = [x.below for x in (first, last) if isinstance(x, Scripts)]
    alike = len(ends) == 2 and isinstance(first, Scripts) and replace(first, below=None) == _beside(last, first)
    if not alike or None in ends or not isinstance(first, Scripts):
        raise Unknown("which members this set has is not understood")
    lo, hi = (reader.scope.indices.affine(x) for x in ends if x is not None)
    letter = reader.scope.fresh.axis(Index("member", lo, hi))
    entry = replace(first, below=Symbol(letter.name, first.span))
    return sum_over((letter,), delta(at - reader.scope.indices.place(entry)), {})


def _beside(node: Node, other: Scripts) -> Node:
    """The node without what stands below it, as if it stood where the other one does."""
    if not isinstance(node, Scripts) or not isinstance(node.base, Symbol) or not isinstance(other.base, Symbol):
        return node
    return replace(node, below=None, span=other.span, base=replace(node.base, span=other.base.span))


def _compared(difference: Affine, relation: str) -> Poly:
    match relation:
        case "=":
            return delta(difference)
        case "≠":
            return subtract(constant(1), delta(difference))
        case "≥" | ">":
            return bound(difference - (relation == ">"))
        case "≤" | "<":
            return bound(-difference - (relation == "<"))
    raise Unknown(f"the condition {relation} of indices is not understood")


def _of_indices(reader: Reader, left: Node, right: Node) -> Affine | None:
    """The difference of two index expressions; None if a letter in them stands for a value."""
    scope = reader.scope
    try:
        difference = scope.indices.place(left) - scope.indices.place(right)
    except Unknown:
        return None
    values = (x for x in difference.free if Key(x) in scope.meanings or scope.lexicon.find(Key(x)))
    is_index = all(x in scope.ranges.letters for x in values)
    return difference if is_index else None


def _of_values(reader: Reader, left: Node, relation: str, right: Node) -> Quantity:
    a, b = reader.read(left), reader.read(right)
    if relation in (">", "≥"):
        return added(a, scaled(b, -1)).map(lambda p: positive(p, relation == ">"))
    if relation in ("<", "≤"):
        return added(b, scaled(a, -1)).map(lambda p: positive(p, relation == "<"))
    raise Unknown(f"the condition {relation} of values is not understood")


def _chosen(reader: Reader, place: Node, largest: Big) -> Poly:
    """[place = argmax body]: of equal places the first one counts."""
    body = place.body if isinstance(place, Bracketed) else place
    items: Sequence[Node] = body.items if isinstance(body, Listed) else (body,)
    at = tuple(reader.scope.indices.affine(x) for x in items)
    found = reader.sums.largest(largest).poly
    [(m, c)] = found.terms or [(None, 0)]
    atom = m.powers[0][0] if m is not None and c == 1 and len(m.powers) == 1 else None
    if not isinstance(atom, Maximum) or len(atom.bounds) != len(at):
        raise Unknown("the place of this maximum is not understood")
    return of_atom(FirstMaximum(atom, at))
