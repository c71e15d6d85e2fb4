"""Ways of writing that say the same as a plainer one: `c'` as a letter below, all entries `y_1, …, y_m` in a call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Big, Bracketed, Chain, Ellipsis, Listed, Node, Number, Scripts, Symbol
from derive.latex.reading.trees import changed
from derive.reading.marks import marks_of


def plainly(chain: Chain) -> Chain:
    """The chain with letters without primes below, and with whole vectors for lists of all of their entries."""
    return replace(chain, members=tuple(None if m is None else changed(m, _plainer) for m in chain.members))


def _plainer(node: Node) -> Node | None:
    if isinstance(node, Bracketed) and node.opening == "(" and isinstance(node.body, Listed):
        items = _wholes(node.body.items)
        if len(items) == 1:
            return replace(node, body=items[0])
        return replace(node, body=Listed(items, (",",) * (len(items) - 1), node.body.span))
    if isinstance(node, Scripts | Big) and node.below is not None:
        below = changed(node.below, _letter)
        if below is not node.below:
            return changed(replace(node, below=below), _plainer)
    return None


def _letter(node: Node) -> Node | None:
    """`c'` as one letter."""
    if isinstance(node, Scripts) and node.primes and node.below is None and node.above is None:
        base = node.base
        return Symbol(base.name + "'" * node.primes, node.span) if isinstance(base, Symbol) else None
    return None


def _wholes(items: Sequence[Node]) -> tuple[Node, ...]:
    """`y` for `y_1, …, y_m`: the first entry, dots and the last one, whose place is a letter."""
    out: list[Node] = []
    for k, node in enumerate(items):
        if k + 1 < len(items) and isinstance(node, Ellipsis) and out and (whole := _whole(out[-1], items[k + 1])):
            while out and _base(out[-1]) == shown(whole):
                out.pop()
            out.append(whole)
        elif not (out and k and isinstance(items[k - 1], Ellipsis) and _base(node) == shown(out[-1])):
            out.append(node)
    return tuple(out)


def _whole(first: Node, last: Node) -> Node | None:
    marks, ends = marks_of(first), marks_of(last)
    plain = not (marks.above or ends.above or marks.transposed or ends.transposed)
    numbered = len(marks.below) == len(ends.below) == 1 and isinstance(marks.below[0], Number)
    is_end = numbered and not isinstance(ends.below[0], Number)
    return marks.base if plain and is_end and shown(marks.base) == shown(ends.base) else None


def _base(node: Node) -> str:
    return shown(marks_of(node).base)
