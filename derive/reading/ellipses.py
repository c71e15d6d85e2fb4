"""What stands for `…`: of `x_1, x_2, …, x_n` the pattern `x_k`, and from where to where k runs.

The items on both sides of the dots must be one expression but for a number on the left, `2`, and what stands in its
place on the right, `n`; items before it must count down from there. Nothing else is guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Added, Big, Chain, Ellipsis, Node, Number, Span, Symbol
from derive.latex.reading.trees import changed


@dataclass(frozen=True)
class Run:
    """`body` for all values of `letter` from `first` to `last`; it takes the place of the items `start` to `end`."""

    body: Node
    letter: Symbol
    first: Number
    last: Node
    start: int
    end: int


def has_dots(items: Sequence[Node | None]) -> bool:
    return any(isinstance(x, Ellipsis) for x in items)


def run_around(items: Sequence[Node], dots: int) -> Run | None:
    """The run of which the item `dots` is `…`; None where the items around it show none."""
    if not 0 < dots < len(items) - 1:
        return None
    before, behind = items[dots - 1], items[dots + 1]
    apart = list(_differences(before, behind))
    if not apart or not all(isinstance(a, Number) and is_dataclass(b) for a, b in apart):
        return None
    number, last = apart[0]
    if not number.text.isdigit() or len({(a.text, shown(b)) for a, b in apart}) > 1:
        return None
    letter = Symbol(f"…{before.span.start}", Span(number.span.start, number.span.end))
    body = _replaced(before, behind, letter)
    start, first = dots - 1, number
    while start > 0 and shown(items[start - 1]) == shown(_with_number(body, letter, int(first.text) - 1)):
        start -= 1
        first = replace(first, text=str(int(first.text) - 1))
    return Run(body, letter, first, last, start, dots + 2)


def with_sums(node: Added) -> Added | Big:
    """`w_1 a_1 + w_2 a_2 + … + w_n a_n` as a sum over a letter; the node itself where nothing is repeated."""
    terms, signs = list(node.terms), list(node.signs)
    for dots in reversed([k for k, x in enumerate(terms) if isinstance(x, Ellipsis)]):
        run = run_around(terms, dots)
        if run is None or len(set(signs[run.start : run.end])) > 1:
            continue
        span = terms[run.start].span | terms[run.end - 1].span
        terms[run.start : run.end] = [_sum(run, span)]
        del signs[run.start + 1 : run.end]
    if len(terms) == 1 and signs == ["+"] and isinstance(terms[0], Big):
        return terms[0]
    return replace(node, terms=tuple(terms), signs=tuple(signs))


def _sum(run: Run, span: Span) -> Big:
    below = Chain((run.letter, run.first), ("=",), (run.letter.span, run.first.span))
    return Big("sum", below, run.last, run.body, span)


def _differences(a: Any, b: Any) -> Iterator[tuple[Any, Any]]:
    """The smallest parts in which two expressions differ, with those that stand in their places."""
    if isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b):
        for x, y in zip(a, b, strict=True):
            yield from _differences(x, y)
    elif is_dataclass(a) and type(a) is type(b) and not isinstance(a, Number | Symbol):
        for f in fields(a):
            if f.name != "span":
                yield from _differences(getattr(a, f.name), getattr(b, f.name))
    elif isinstance(a, Number | Symbol) and isinstance(b, Number | Symbol):
        if type(a) is not type(b) or replace(a, span=b.span) != b:
            yield a, b
    elif a != b:
        yield a, b


def _replaced(a: Any, b: Any, by: Symbol) -> Any:
    """`a` with `by` where it differs from `b`."""
    if not any(True for _ in _differences(a, b)):
        return a
    if isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b):
        return tuple(_replaced(x, y, by) for x, y in zip(a, b, strict=True))
    if is_dataclass(a) and type(a) is type(b) and not isinstance(a, Number | Symbol | type):
        changed = {f.name: _replaced(getattr(a, f.name), getattr(b, f.name), by) for f in fields(a) if f.name != "span"}
        return replace(a, **changed)
    return by


def _with_number(node: Node, letter: Symbol, value: int) -> Node:
    """The pattern at a number."""
    return changed(node, lambda x: Number(str(value), letter.span) if x == letter else None)
