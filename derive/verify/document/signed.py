"""Entrywise products that have no sign get one: `a (1 - a)` of two vectors as `a \\odot (1 - a)`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from derive.latex.reading.syntax import Multiplied, Node, Span
from derive.verify.document.written import walk

SIGN = r" \odot "
MOST_SIGNS = 2
MOST_PLACES = 10


def signed(node: Node, text: str) -> Iterator[str]:
    """The text of an expression with one sign, or two, between factors that have none; spans count from its start."""
    places = list(_places(node))[:MOST_PLACES]
    for count in range(1, MOST_SIGNS + 1):
        for chosen in combinations(places, count):
            new = text
            for span in sorted(chosen, key=lambda s: -s.start):
                new = new[: span.start] + SIGN + new[span.end :]
            yield new


def _places(node: Node) -> Iterator[Span]:
    """What stands between factors: nothing, or the sign of another product."""
    for inner in walk(node):
        if isinstance(inner, Multiplied):
            for a, operator, b in zip(inner.factors, inner.operators, inner.factors[1:], strict=False):
                if operator in ("", "cdot", "times", "*"):
                    yield Span(a.span.end, b.span.start)
