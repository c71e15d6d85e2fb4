"""Which product of a row of them comes first: `W^T δ ⊙ σ' x^T` has no brackets, and no rule says it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from derive.latex.reading.syntax import Span

ENTRYWISE = frozenset(("odot", "circ"))
PLAIN = frozenset(("", "times"))
DOTS = frozenset(("cdot", "*", "ast", "bullet"))
DIVISIONS = frozenset(("/", "div", "oslash"))


@dataclass(frozen=True)
class Order:
    """The pairs of neighbours that are multiplied one after the other; what its author would have bracketed."""

    pairs: tuple[int, ...]
    groups: tuple[Span, ...] = ()


def orders(spans: Sequence[Span], operators: Sequence[str]) -> tuple[Order, ...]:
    """From left to right: products without a sign of entries first, those with one first, or none before others."""
    kinds = [kind for kind, _ in groupby(o in ENTRYWISE for o in operators)]
    if len(kinds) < 2:
        return (_order(spans, operators, frozenset()),)
    firsts = (PLAIN | DOTS | DIVISIONS | {"otimes"}, ENTRYWISE, frozenset[str]())
    return tuple(_order(spans, operators, first) for first in firsts[: len(kinds)])


def _order(spans: Sequence[Span], operators: Sequence[str], first: frozenset[str]) -> Order:
    items: list[tuple[Span, bool | None]] = [(s, None) for s in spans]
    left = list(operators)
    pairs: list[int] = []
    groups: list[Span] = []
    for group in (first, None):
        k = 0
        while k < len(left):
            if group is not None and left[k] not in group:
                k += 1
                continue
            kind = left.pop(k) in ENTRYWISE
            pair = items[k : k + 2]
            groups += [span for span, before in pair if before is not None and before != kind]
            items[k : k + 2] = [(pair[0][0] | pair[1][0], kind)]
            pairs.append(k)
    return Order(tuple(pairs), tuple(groups))


def bracketed(source: str, span: Span, chosen: Iterable[object]) -> str:
    """A part of the source, with brackets around what belongs together in the orders among what was chosen."""
    groups = [g for order in chosen if isinstance(order, Order) for g in order.groups]
    marks = sorted(_marks(g for g in groups if span.start <= g.start and g.end <= span.end))
    out, at = [], span.start
    for place, mark in marks:
        out += [source[at:place], mark]
        at = place
    return "".join((*out, source[at : span.end])).strip()


def _marks(groups: Iterable[Span]) -> Iterator[tuple[int, str]]:
    for g in groups:
        yield g.start, "("
        yield g.end, ")"
