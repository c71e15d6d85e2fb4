"""What stands above and below a symbol, sorted: transposes, the mark of a layer, of a sample, a power; indices."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeGuard

from derive.latex.reading.syntax import (
    Accented,
    Bracketed,
    Ellipsis,
    Listed,
    Multiplied,
    Node,
    Number,
    Prefixed,
    Scripts,
    Span,
    Symbol,
)
from derive.reading.keys import Key, key_of


@dataclass(frozen=True)
class Marks:
    """A symbol taken apart: `above` without its transpose, `below` as separate items."""

    base: Node
    above: tuple[Node, ...]
    below: tuple[Node, ...]
    transposed: bool
    primes: int

    @property
    def key(self) -> Key | None:
        """The head of the name, with all its primes; None for what is no name."""
        key = key_of(self.base)
        return None if key is None else replace(key, primes=key.primes + self.primes)


def sequence(node: Node | None) -> tuple[Node, ...]:
    """The items of a script: of a list, or of symbols beside one another."""
    if node is None:
        return ()
    if isinstance(node, Bracketed) and node.opening == "{":
        return sequence(node.body)
    if isinstance(node, Bracketed) and node.opening == "(" and _is_list(node.body):
        return tuple(Bracketed("(", ")", x, x.span) for x in node.body.items)
    if isinstance(node, Listed):
        return tuple(x for item in _with_slices(node) for x in ((item,) if _is_multiple(item) else sequence(item)))
    if isinstance(node, Prefixed) and node.operator == "cdot":
        return (Ellipsis(node.span), *sequence(node.body))
    if isinstance(node, Multiplied) and not any(node.operators):
        return tuple(x for f in node.factors for x in sequence(f))
    if isinstance(node, Multiplied) and set(node.operators) <= {"", "cdot"} and not isinstance(node.factors[0], Number):
        return tuple(_with_dots(node))
    return (node,)


def _is_multiple(node: Node) -> bool:
    """`2v`, which is one index where commas part them: `a_{u,2v}`."""
    if not isinstance(node, Multiplied) or node.operators != ("",):
        return False
    return isinstance(node.factors[0], Number) and isinstance(node.factors[1], Symbol)


def _is_list(node: Node) -> TypeGuard[Listed]:
    """`2,i` in `z^{(2,i)}`: the mark of a layer and that of a sample."""
    return isinstance(node, Listed) and set(node.separators) == {","}


def _with_slices(node: Listed) -> Iterator[Node]:
    """The items, two with a colon between them as one."""
    if node.separators == (":",):
        yield from (Bracketed("[", "]", node, node.span),)
        return
    k = 0
    while k < len(node.items):
        if k < len(node.separators) and node.separators[k] == ":":
            a, b = node.items[k : k + 2]
            yield Bracketed("[", "]", Listed((a, b), (":",), a.span | b.span), a.span | b.span)
            k += 2
        else:
            yield node.items[k]
            k += 1


def _with_dots(node: Multiplied) -> Iterator[Node]:
    """`t·s`: an open place between two indices."""
    for k, f in enumerate(node.factors):
        if k and node.operators[k - 1] == "cdot":
            yield Ellipsis(node.span)
        yield from sequence(f)


def place_of(node: Node) -> str:
    """`(·)`: a bracket above a symbol for an index in it; `·` for an index without one."""
    return f"{node.opening}·{node.closing}" if isinstance(node, Bracketed) else "·"


def is_dot(node: Node) -> bool:
    """A dot or a colon for a place that is left open."""
    return isinstance(node, Ellipsis) or (isinstance(node, Symbol) and node.name in ("cdot", ":"))


def as_many(items: Sequence[Node], count: int) -> tuple[Node, ...]:
    """So many indices, if the items can be: `11` as two where one stands, `2j` as one where two stand."""
    out: list[Node] = []
    for item in items:
        if len(items) < count and isinstance(item, Number) and item.text.isdigit() and len(item.text) > 1:
            start = item.span.start
            out += [Number(c, Span(start + k, start + k + 1)) for k, c in enumerate(item.text)]
        elif len(items) > count and out and _is_multiple_of(out[-1], item):
            out[-1] = Multiplied((out[-1], item), ("",), out[-1].span | item.span)
        else:
            out.append(item)
    return tuple(out) if len(out) == count else tuple(items)


def _is_multiple_of(number: Node, letter: Node) -> bool:
    """Whether they stand side by side, `2j`, and no comma or blank between them: `2,j` are two indices."""
    is_pair = isinstance(number, Number) and number.text != "1" and isinstance(letter, Symbol)
    return is_pair and number.span.end == letter.span.start


def entrywise_power(node: Node) -> Fraction | None:
    """The number of `2`, `{\\odot 2}`; None for anything else."""
    body = node.body if isinstance(node, Prefixed) and node.operator in ("odot", "circ", "ast", "*") else node
    return Fraction(body.text) if isinstance(body, Number) and body.text.isdigit() else None


def is_transpose(node: Node) -> bool:
    """`T`, `\\top`, `\\mathsf T`."""
    if isinstance(node, Bracketed) and node.opening == "{":
        return is_transpose(node.body)
    return isinstance(node, Symbol) and node.name in ("T", "top", "intercal", "ᵀ") and not node.accents


def has_plain_t(node: Node) -> bool:
    """Whether an italic T stands above, a transpose or a number of steps; `\\mathsf T` and `\\top` are transposes."""
    node = _accent_inside(node)
    if isinstance(node, Bracketed):
        return has_plain_t(node.body)
    if not isinstance(node, Scripts):
        return False
    above = (x.body if isinstance(x, Bracketed) and x.opening == "{" else x for x in sequence(node.above))
    return any(isinstance(x, Symbol) and x.name == "T" and not x.font for x in above) or has_plain_t(node.base)


def _is_indexed_name(body: Node, around: Scripts) -> bool:
    """Whether `(x_2)_{jk}^2` is the square of an entry: a name with subscripts alone, and more of them behind."""
    return around.below is not None and isinstance(body, Scripts) and body.above is None and body.below is not None


def _accent_inside(node: Node) -> Node:
    """`\\vec{a_1}` as `\\vec a_1`."""
    if not isinstance(node, Accented):
        return node
    body = node.body
    while isinstance(body, Bracketed) and body.opening == "{":
        body = body.body
    return replace(body, base=Accented(node.accent, body.base, node.span)) if isinstance(body, Scripts) else node


def marks_of(node: Node, t_is_free: bool = True) -> Marks:
    """Take scripts apart; a last `T` above is a transpose if T means nothing else."""
    node = _accent_inside(node)
    if not isinstance(node, Scripts):
        return Marks(node, (), (), False, 0)
    base, inner = node.base, None
    above = sequence(node.above)
    transposed = bool(above) and t_is_free and is_transpose(above[-1])
    if transposed:
        above = above[:-1]
    if isinstance(base, Bracketed) and base.opening == "(" and (not above or _is_indexed_name(base.body, node)):
        base = base.body
    if isinstance(base, Scripts):
        inner = marks_of(base, t_is_free)
        if inner.transposed and node.below is not None:
            return Marks(node, (), (), False, 0)
        base = inner.base
    below = sequence(node.below)
    if inner is not None:
        above, below = (*inner.above, *above), (*inner.below, *below)
        transposed = transposed != inner.transposed
    return Marks(base, above, below, transposed, node.primes + (inner.primes if inner else 0))


def is_written(letter: str, source: str) -> bool:
    """Whether a letter stands by itself somewhere in a formula."""
    return re.search(rf"(?<![A-Za-z\\]){letter}(?![A-Za-z])", source) is not None


def has_arrow(marks: Marks) -> bool:
    """Whether the symbol is that of a vector, which no entry of a vector is: `\\vec{a_1}`."""
    key = marks.key
    return key is not None and "vec" in key.accents
