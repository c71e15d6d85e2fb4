"""Entries told by their first and last one: `x_1, \\dots, x_n` says that x has n of them."""

from __future__ import annotations

from collections.abc import Iterator

from derive.forward.calls import inner
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Chain, Ellipsis, Listed, Node, Number, Scripts


def enumerated(chain: Chain) -> Iterator[tuple[Node, Node]]:
    """The name and the number of its entries, where a formula is such a list and nothing else."""
    whole = chain.members[0] if len(chain.members) == 1 else None
    if not isinstance(whole, Listed) or not any(isinstance(x, Ellipsis) for x in whole.items):
        return
    first, last = whole.items[0], whole.items[-1]
    if not isinstance(first, Scripts) or not isinstance(last, Scripts) or first.above is not None or last.above:
        return
    if first.below is None or last.below is None or shown(first.base) != shown(last.base):
        return
    begin = inner(first.below)
    if isinstance(begin, Number) and begin.text == "1":
        yield first.base, inner(last.below)
