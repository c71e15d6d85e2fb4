"""For which indices an equation is said to hold, where that is no range of one letter: `s ≤ t`, `j ≠ k`, `j = k`.

A condition between letters is a mask: both sides are compared where it holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from derive.latex.reading.syntax import Bracketed, Chain, Multiplied, Node, Number, Quantified, Symbol
from derive.reading.conditions import all_hold, condition
from derive.reading.keys import key_of
from derive.reading.quantity import Quantity, Unknown
from derive.reading.special import is_indicator
from derive.terms.walk import entries_in

if TYPE_CHECKING:
    from derive.reading.expressions import Reader

RELATIONS = frozenset(("<", "≤", ">", "≥", "≠", "="))


def without_condition(node: Node) -> tuple[Node, tuple[Node, ...]]:
    """`P_{ts}` and the condition of `P_{ts} (s ≤ t)`."""
    if not isinstance(node, Multiplied) or node.operators[-1] != "":
        return node, ()
    *factors, last = node.factors
    if not isinstance(last, Bracketed) or last.opening != "(" or not isinstance(last.body, Chain):
        return node, ()
    if is_indicator(factors[-1]) or not RELATIONS.issuperset(last.body.relations):
        return node, ()
    span = factors[0].span | factors[-1].span
    rest = factors[0] if len(factors) == 1 else Multiplied(tuple(factors), node.operators[:-1], span)
    return rest, (last.body,)


def is_guard(chain: Chain) -> bool:
    """Whether a chain compares letters with one another: `s ≤ t`, `i < j ≤ k`, `j = k`, `1 ≤ k < t`."""
    letters = [m for m in chain.members if isinstance(m, Symbol)]
    are_all = all(isinstance(m, Symbol | Number) for m in chain.members)
    return are_all and len(letters) > 1 and set(chain.relations) <= RELATIONS


def guards(remarks: Iterable[Node]) -> Iterator[Chain]:
    """Those among the remarks beside an equation."""
    for node in remarks:
        if isinstance(node, Quantified) or (isinstance(node, Bracketed) and node.opening == "("):
            yield from guards((node.body,))
        elif isinstance(node, Chain) and is_guard(node):
            yield node


def tied(conditions: Iterable[Chain]) -> frozenset[str]:
    """The letters that conditions make equal: `i` and `j` of `i = j`."""
    chains = [c for c in conditions if set(c.relations) == {"="}]
    return frozenset(k.name for c in chains for m in c.members if (k := key_of(m)) is not None)


def mask(
    reader: Reader,
    conditions: Sequence[Chain],
    letters: frozenset[str],
    assumed: Sequence[Chain] = (),
    values: frozenset[str] = frozenset(),
) -> Quantity | None:
    """1 where all conditions on free letters hold, and all that is assumed, else 0; None if there are none of both.

    Raises: Unknown for what is assumed of one of the `values` with a letter that is not free.
    """
    about = [c for c in conditions if all(isinstance(m, Number) or _is_of(m, letters) for m in c.members)]
    found = [condition(reader, c) for c in about]
    for q in (condition(reader, c) for c in assumed):
        if q.poly.free <= letters | {i.name for i in q.axes}:
            found.append(q)
        elif any(e.tensor in values for e in entries_in(q.poly)):
            raise Unknown("what is assumed here holds for letters that the formula does not have")
    return all_hold(found) if found else None


def _is_of(node: Node | None, letters: frozenset[str]) -> bool:
    key = key_of(node)
    return key is not None and key.name in letters
