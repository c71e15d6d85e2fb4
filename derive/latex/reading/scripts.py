"""What stands behind a base: scripts above and below, primes, `.T`, `!`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from derive.latex.reading.cursor import Cursor
from derive.latex.reading.groups import Group, Item, enclosing
from derive.latex.reading.items import is_command, is_sign
from derive.latex.reading.operands import argument
from derive.latex.reading.places import around
from derive.latex.reading.syntax import Applied, Bracketed, Multiplied, Node, Scripts, Span, Symbol
from derive.latex.reading.tokens import Token

_TRANSPOSED = frozenset(("T", "top", "intercal"))
MOST_LAYERS = 8
"""Of scripts and factorials behind one base, `x_1!^2!`."""


@dataclass
class _Found:
    """Scripts behind one base, in the order in which they are written."""

    below: list[Node] = field(default_factory=list)
    above: list[Node] = field(default_factory=list)
    primes: int = 0
    span: Span | None = None

    def reaches(self, span: Span) -> None:
        self.span = span if self.span is None else self.span | span


def scripted(cursor: Cursor, base: Node) -> Node:
    """The base with everything that is attached to it; a script written twice is reported, and both are kept."""
    for _ in range(MOST_LAYERS):
        found = _scripts(cursor)
        if found.span is not None:
            base = attached(base, found.below, found.above, found.primes, found.span)
        elif is_sign(cursor.item, "!"):
            base = _factorial(cursor, base)
        else:
            break
    return base


def _factorial(cursor: Cursor, base: Node) -> Node:
    signs = ""
    start = cursor.at
    while is_sign(cursor.item, "!"):
        cursor.take()
        signs += "!"
    span = cursor.items[start].span | cursor.end()
    return Applied(Symbol(signs, span), base, base.span | span)


def attached(base: Node, below: list[Node], above: list[Node], primes: int, span: Span) -> Node:
    """A base with scripts; where the base has other scripts of its own, as in `{x_i}^2`, they are joined."""
    if isinstance(base, Scripts) and not (base.below and below) and not (base.above and above):
        joined_below, joined_above = _one(below) or base.below, _one(above) or base.above
        return Scripts(base.base, joined_below, joined_above, base.primes + primes, base.span | span)
    if not below and not above and not primes:
        return base
    return Scripts(base, _one(below), _one(above), primes, base.span | span)


def lifted(scripts: Scripts, base: Node) -> Node:
    """Scripts without a base of their own, `{}^T`, put on what stands before them."""
    if not isinstance(base, Scripts):
        base = Scripts(base, None, None, 0, base.span)
    below = [node for node in (base.below, scripts.below) if node is not None]
    above = [node for node in (base.above, scripts.above) if node is not None]
    return Scripts(base.base, _one(below), _one(above), base.primes + scripts.primes, base.span | scripts.span)


def _one(parts: list[Node]) -> Node | None:
    """Scripts that stand side by side, as one."""
    if len(parts) < 2:
        return parts[0] if parts else None
    factors: list[Node] = []
    operators: list[str] = []
    for part in parts:
        operators += [*([""] if factors else []), *(part.operators if isinstance(part, Multiplied) else ())]
        factors += part.factors if isinstance(part, Multiplied) else [part]
    return Multiplied(tuple(factors), tuple(operators), around(parts))


def _scripts(cursor: Cursor) -> _Found:
    found = _Found()
    while (item := cursor.item) is not None:
        if isinstance(item, Group):
            break
        if is_sign(item, "'") or is_command(item, "prime"):
            found.primes += 1
            found.reaches(cursor.take().span)
        elif is_sign(item, '"'):
            found.primes += 2
            found.reaches(cursor.take().span)
        elif item.kind in ("^", "_") or is_sign(item, "**"):
            _script(cursor, found)
        elif _is_transposition(cursor):
            found.reaches(cursor.take().span)
            letter = cursor.take()
            found.above.append(Symbol("T", letter.span))
            found.reaches(letter.span)
        else:
            break
    return found


def _script(cursor: Cursor, found: _Found) -> None:
    mark = cursor.take()
    assert isinstance(mark, Token)
    where = found.below if mark.kind == "_" else found.above
    if where and mark.kind != "sign":
        cursor.problem("script", f"a second `{mark.kind}` at the same base", mark.span)
    found.reaches(mark.span)
    primes, node = _script_argument(cursor)
    found.primes += primes
    if node is not None:
        where.append(node)
        found.reaches(node.span)
    found.reaches(Span(cursor.end().start, cursor.end().end))


def _script_argument(cursor: Cursor) -> tuple[int, Node | None]:
    """The argument of `^` or `_`; primes in it, `^{\\prime}`, `^{[l]\\prime}`, are primes."""
    item = cursor.item
    if is_command(item, "prime") or is_sign(item, "'"):
        cursor.take()
        return 1, None
    if not isinstance(item, Group) or item.kind != "brace":
        return 0, argument(cursor)
    rest = _angled(item.items)
    primes = 0
    while rest and (is_command(rest[-1], "prime") or is_sign(rest[-1], "'")):
        if len(rest) > 1 and _holds(rest[-2]):
            break
        rest.pop()
        primes += 1
    if primes or len(rest) < len(item.items):
        cursor.items[cursor.at] = Group(item.kind, item.opening, item.closing, tuple(rest), item.span, item.glued)
    if primes and not rest:
        cursor.take()
        return primes, None
    return primes, _flat(argument(cursor))


def _angled(items: Sequence[Item]) -> list[Item]:
    """`<t>` in a script is a bracket, alone or beside other brackets: `x^{(i)<t>}`; anywhere else it is a relation."""
    opens = next((k for k, item in enumerate(items) if is_sign(item, "<")), len(items))
    closes = next((k for k in range(len(items) - 1, opens + 1, -1) if is_sign(items[k], ">")), 0)
    stands = not opens or any(is_sign(items[opens - 1], sign) for sign in ")],")
    if not closes or not stands:
        return list(items)
    first, last = items[opens], items[closes]
    opening, closing = Token("command", "langle", first.span), Token("command", "rangle", last.span)
    inside = [opening, *items[opens + 1 : closes], closing]
    span = enclosing(first.span, last.span.end, inside)
    return [*items[:opens], Group("brace", "{", "}", tuple(inside), span), *items[closes + 1 :]]


def _flat(node: Node) -> Node:
    """`^{[l]^T}` is `^{[l]T}`."""
    match node:
        case Scripts(Bracketed() as mark, None, Symbol(name) as letter, 0) if name in _TRANSPOSED:
            return Multiplied((mark, letter), ("",), node.span)
    return node


def _holds(item: Item) -> bool:
    """Whether primes behind this item are its own: `^{l'}` is the layer l', `^{[l]\\prime}` a derivative."""
    return isinstance(item, Token) and item.kind in ("letter", "word", "name")


def _is_transposition(cursor: Cursor) -> bool:
    """`.T` right behind a base, and no longer name."""
    dot, letter, behind = cursor.item, cursor.following(), cursor.following(2)
    if not (is_sign(dot, ".") and isinstance(dot, Token) and dot.glued):
        return False
    if not (isinstance(letter, Token) and letter.kind == "letter" and letter.text == "T" and letter.glued):
        return False
    return not (isinstance(behind, Token) and behind.kind == "letter" and behind.glued)
