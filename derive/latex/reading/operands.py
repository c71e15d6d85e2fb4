"""Operands without what is attached to them: letters, numbers, brackets, fractions, roots, accents, fonts."""

from __future__ import annotations

from dataclasses import replace

from derive.latex.reading import commands
from derive.latex.reading.cursor import DEEPEST, Cursor
from derive.latex.reading.fonts import accented, restyled, word
from derive.latex.reading.groups import Group, Item
from derive.latex.reading.segments import CONNECTING, NAME
from derive.latex.reading.syntax import (
    Added,
    Bracketed,
    Chain,
    Ellipsis,
    Fraction,
    Listed,
    Multiplied,
    Node,
    Number,
    Prefixed,
    Root,
    Scripts,
    Span,
    Symbol,
    Table,
    Unread,
    Words,
)
from derive.latex.reading.tables import environment, merged
from derive.latex.reading.tokens import Token

MOST_DIGITS = 50


def argument(cursor: Cursor) -> Node:
    """The argument of a command or a script: a group of TeX, or one token with what it takes itself."""
    item = cursor.item
    if item is None:
        return cursor.nothing("an argument is missing")
    name = _text_name(item)
    if name is not None:
        cursor.take()
        return name
    if isinstance(item, Group) and item.kind == "brace":
        cursor.take()
        return cursor.inside(item)
    if isinstance(item, Token) and item.kind == "number":
        cursor.take()
        return _number(cursor, cursor.first_digit(item))
    if cursor.depth >= DEEPEST:
        return cursor.unread()
    cursor.depth += 1
    node = atom(cursor)
    cursor.depth -= 1
    return node


def _text_name(item: Item) -> Node | None:
    """A word of `\\text{…}` as an argument, `x_{\\text{in}}`: always a name."""
    only = item.items[0] if isinstance(item, Group) and item.kind == "brace" and len(item.items) == 1 else item
    if isinstance(only, Token) and only.kind == "words" and NAME.match(only.text.strip()):
        return Symbol(only.text.strip(), item.span, "rm")
    return None


def atom(cursor: Cursor) -> Node:
    """One operand; a function or a big operator by itself is its name."""
    item = cursor.take()
    if isinstance(item, Group):
        return _group(cursor, item)
    match item.kind:
        case "number":
            return _number(cursor, item)
        case "words":
            return text(item)
        case "command":
            return _command(cursor, item)
        case "sign" if item.text in commands.ELLIPSES:
            return Ellipsis(item.span)
        case "sign" if not item.text.isascii() or item.text in "#@`\\":
            cursor.problem("command", f"`{item.text}` is no sign of a formula", item.span)
            return Symbol(item.text, item.span)
        case _:
            return Symbol(item.text, item.span)


def _number(cursor: Cursor, token: Token) -> Node:
    if len(token.text) <= MOST_DIGITS:
        return Number(token.text, token.span)
    cursor.problem("length", f"a number of more than {MOST_DIGITS} digits", token.span)
    return Unread("too many digits", token.span)


def text(token: Token) -> Node:
    """A word that can be a name is a symbol; anything else in `\\text{…}` is words."""
    plain = token.text.strip()
    if NAME.match(plain) and plain.lower() not in CONNECTING:
        return Symbol(plain, token.span, "rm")
    return Words(token.text, token.span)


def _group(cursor: Cursor, group: Group) -> Node:
    if group.kind == "environment":
        return environment(cursor, group)
    if group.kind == "bracket":
        return _bracketed(cursor, group)
    node = _braced(cursor.inside(group))
    return node if isinstance(node, Chain) else replace(node, span=group.span)


def _bracketed(cursor: Cursor, group: Group) -> Node:
    joined = merged(cursor, group)
    if joined is not None:
        return joined
    body = cursor.inside(group)
    if isinstance(body, Table) and not body.opening and len(group.items) == 1:
        return Table(group.opening, group.closing, body.rows, group.span)
    return Bracketed(group.opening, group.closing, body, group.span)


def _command(cursor: Cursor, token: Token) -> Node:
    name = token.text
    if name in commands.SYMBOLS:
        return Symbol(commands.SYMBOLS[name], token.span)
    if name in commands.ELLIPSES:
        return Ellipsis(token.span)
    if name in commands.FRACTIONS:
        return _fraction(cursor, token)
    if name in commands.ACCENTS:
        body = argument(cursor)
        return accented(body, commands.ACCENTS[name], token.span | body.span | cursor.end())
    if name in commands.FONTS:
        return _font(cursor, token)
    if name in commands.TRANSPARENT:
        return _braced(argument(cursor))
    if name in commands.BRACED:
        return _labelled(cursor)
    if name in commands.STACKED:
        return _stacked(cursor, token)
    return _rarer(cursor, token)


def _rarer(cursor: Cursor, token: Token) -> Node:
    name = token.text
    if name == "sqrt":
        return _root(cursor, token)
    if name in ("binom", "dbinom", "tbinom"):
        above, below = argument(cursor), argument(cursor)
        return Table("(", ")", ((above,), (below,)), token.span | above.span | below.span)
    if name == "substack":
        return _rows_of(cursor, token)
    if name in commands.PRODUCTS:
        return Symbol(commands.PRODUCTS[name], token.span)
    known = (commands.FUNCTION_COMMANDS, commands.BIG, commands.SUMS, commands.RELATIONS, commands.QUANTIFIERS)
    if name in ("prime", "mid", "|", "vert", "Vert", "quad", "arg") or any(name in table for table in known):
        return Symbol({"prime": "'", "mid": "|", "vert": "|", "Vert": "\\|", "|": "\\|"}.get(name, name), token.span)
    bracket = commands.DELIMITERS.get(name)
    return _unknown(cursor, token) if bracket is None else Symbol(bracket, token.span)


def _unknown(cursor: Cursor, token: Token) -> Node:
    """A name; but before braces it does something to what stands in them, and nobody knows what."""
    reason = f"`\\{token.text}` is not known"
    cursor.problem("command", reason, token.span)
    span = token.span
    while isinstance(cursor.item, Group) and cursor.item.kind == "brace":
        span |= cursor.take().span
    return Symbol(token.text, span) if span == token.span else Unread(reason, span)


def _fraction(cursor: Cursor, token: Token) -> Node:
    above = argument(cursor)
    below = argument(cursor)
    return Fraction(above, below, token.span | above.span | below.span | cursor.end())


def _root(cursor: Cursor, token: Token) -> Node:
    degree: Node | None = None
    item = cursor.item
    if isinstance(item, Group) and item.opening == "[":
        cursor.take()
        degree = cursor.inside(item)
    body = argument(cursor)
    return Root(body, degree, token.span | body.span | cursor.end())


def _font(cursor: Cursor, token: Token) -> Node:
    """`\\mathrm{softmax}` is one word, `\\mathbf{W x}` two bold letters."""
    font = commands.FONTS[token.text]
    item = cursor.item
    if isinstance(item, Group) and item.kind == "brace" and font in commands.WORD_FONTS and (name := word(item.items)):
        cursor.take()
        return Symbol(name, token.span | item.span, font)
    body = argument(cursor)
    if isinstance(item, Group) and (name := word(item.items)) in commands.NAMES | commands.SHORT_NAMES:
        return Symbol(name, token.span | item.span, font)
    return _braced(restyled(body, font, token.span | body.span | cursor.end()))


def _braced(node: Node) -> Node:
    """What stands in the braces of a command stays together."""
    if isinstance(node, Multiplied | Added | Chain | Prefixed) or (isinstance(node, Listed) and node.items):
        return Bracketed("{", "}", node, node.span)
    return node


def _labelled(cursor: Cursor) -> Node:
    """`\\underbrace{…}_{…}`: what stands there; the label is a remark."""
    body = argument(cursor)
    while isinstance(mark := cursor.item, Token) and mark.kind in ("^", "_"):
        cursor.take()
        cursor.state.remarks.append(argument(cursor))
    return _braced(body)


def _stacked(cursor: Cursor, token: Token) -> Node:
    """`\\overset{a}{x}` is x with a above it."""
    label = argument(cursor)
    base = argument(cursor)
    span = token.span | label.span | base.span
    return Scripts(base, label, None, 0, span) if token.text == "underset" else Scripts(base, None, label, 0, span)


def _rows_of(cursor: Cursor, token: Token) -> Node:
    """`\\substack{i \\\\ j}`: its rows as items of a list."""
    item = cursor.item
    if not isinstance(item, Group) or item.kind != "brace":
        return argument(cursor)
    cursor.take()
    as_table = environment(cursor, Group("environment", "matrix", "matrix", item.items, item.span))
    assert isinstance(as_table, Table)
    cells = tuple(cell for row in as_table.rows for cell in row if cell is not None)
    return Listed(cells, ("\\\\",) * max(0, len(cells) - 1), token.span | Span(item.span.start, item.span.end))
