"""Functions and their arguments, big operators and what they range over."""

from __future__ import annotations

from dataclasses import replace

from derive.latex.reading import commands
from derive.latex.reading.cursor import DEEPEST, Cursor, unwrapped
from derive.latex.reading.fonts import word
from derive.latex.reading.groups import Group, Item
from derive.latex.reading.items import is_command, is_sign, product_sign, starts_operand, sum_sign
from derive.latex.reading.operands import argument
from derive.latex.reading.places import around
from derive.latex.reading.powers import FACTOR, PRODUCT
from derive.latex.reading.scripts import scripted
from derive.latex.reading.segments import CONNECTING, NAME
from derive.latex.reading.syntax import (
    Applied,
    Big,
    Bracketed,
    Keyword,
    Listed,
    Multiplied,
    Node,
    Scripts,
    Span,
    Symbol,
)
from derive.latex.reading.tokens import Token

MOST_CALLS = 8
"""Of methods, one behind the other: `A.sum().mean()`."""


def name_at(cursor: Cursor) -> tuple[str, Span, int] | None:
    """The name of a function or big operator that begins here, its place, and of how many items it is made."""
    item = cursor.item
    if not isinstance(item, Token):
        return None
    match item.kind:
        case "name":
            return item.text, item.span, 1
        case "word" if _is_function(cursor, item.text) or item.text in commands.BIG:
            return item.text, item.span, 1
        case "letter" if item.text in cursor.state.vocabulary.functions:
            return item.text, item.span, 1
        case "words":
            return _text_name(cursor, item)
        case "command":
            return _command_name(cursor, item)
    return None


def _is_function(cursor: Cursor, name: str) -> bool:
    if name in commands.PLAIN_FUNCTIONS or name in commands.FUNCTIONS or name in cursor.state.vocabulary.functions:
        return True
    return "." in name and name.partition(".")[0] in commands.ARRAY_MODULES


def _text_name(cursor: Cursor, item: Token) -> tuple[str, Span, int] | None:
    name = item.text.strip()
    if NAME.match(name) is None or name.lower() in CONNECTING:
        return None
    called = _is_call(cursor.following()) and len(name) > 1
    return (name, item.span, 1) if called or _is_function(cursor, name) or name in commands.BIG else None


def _is_call(item: Item | None) -> bool:
    return isinstance(item, Group) and item.kind == "bracket" and item.opening in ("(", "[", "\\{")


def _command_name(cursor: Cursor, item: Token) -> tuple[str, Span, int] | None:
    if item.text == "arg" and is_command(following := cursor.following(), "max", "min"):
        assert isinstance(following, Token)
        return f"arg{following.text}", item.span | following.span, 2
    if item.text in commands.FUNCTION_COMMANDS or item.text in commands.BIG:
        return commands.BIG.get(item.text, item.text), item.span, 1
    if item.text in cursor.state.vocabulary.functions:
        return item.text, item.span, 1
    if item.text == "Sigma" and item.span.end - item.span.start == 1 and _is_mark(cursor.following(), "_"):
        return "sum", item.span, 1
    if commands.FONTS.get(item.text, "bold") in commands.WORD_FONTS or item.text == "mathop":
        return _styled_name(cursor, item)
    return None


def _is_mark(item: Item | None, kind: str) -> bool:
    return isinstance(item, Token) and item.kind == kind


def _styled_name(cursor: Cursor, item: Token) -> tuple[str, Span, int] | None:
    """`\\mathrm{softmax}(z)`, `\\mathop{\\arg\\max}`."""
    group = cursor.following()
    if not isinstance(group, Group) or group.kind != "brace":
        return None
    if item.text == "mathop":
        inner = Cursor(group.items, cursor.state, cursor.depth, group.span)
        found = name_at(inner) if cursor.depth < DEEPEST and item.span != group.span else None
        return None if found is None or found[2] != len(inner.items) else (found[0], item.span | group.span, 2)
    name = word(group.items)
    called = bool(name) and _is_call(cursor.following(2))
    known = bool(name) and (_is_function(cursor, name) or name in commands.BIG)
    return (name, item.span | group.span, 2) if called or known else None


def applied(cursor: Cursor) -> Node | None:
    """A function with its argument, or a big operator with its body; None where neither begins."""
    found = name_at(cursor)
    if found is None:
        return None
    name, span, length = found
    is_command_itself = isinstance(cursor.item, Token) and cursor.item.kind == "command"
    for _ in range(length):
        cursor.take()
    head = scripted(cursor, Symbol(commands.BIG.get(name, name), span))
    ranges = isinstance(head, Scripts) or (name not in commands.ALSO_FUNCTIONS and is_command_itself)
    if name in commands.BIG and ranges:
        return _big(cursor, head, commands.BIG[name])
    return _function(cursor, head, name)


def _big(cursor: Cursor, head: Node, operator: str) -> Node:
    """The body reaches as far as a product does, a leading sign included."""
    below, above = (head.below, head.above) if isinstance(head, Scripts) else (None, None)
    return Big(operator, below, above, body := _body(cursor), head.span | body.span)


def _body(cursor: Cursor) -> Node:
    item = cursor.item
    if item is None or not (starts_operand(cursor.items, cursor.at) or sum_sign(item)):
        return cursor.nothing()
    return unwrapped(cursor.state.expression(cursor, PRODUCT))


def big_under(cursor: Cursor) -> Node | None:
    """`\\underset{\\theta}{\\arg\\max} f`: a big operator with its limit; None where none stands."""
    base = cursor.following(2)
    if not is_command(cursor.item, *commands.STACKED) or not isinstance(base, Group) or base.kind != "brace":
        return None
    found = name_at(inner := Cursor(base.items, cursor.state, cursor.depth, base.span))
    if found is None or found[2] != len(inner.items) or found[0] not in commands.BIG:
        return None
    command = cursor.take()
    limit = argument(cursor)
    cursor.take()
    below, above = (limit, None) if is_command(command, "underset") else (None, limit)
    body = _body(cursor)
    return Big(commands.BIG[found[0]], below, above, body, command.span | base.span | body.span)


def _function(cursor: Cursor, head: Node, name: str) -> Node:
    item = cursor.item
    if isinstance(item, Group) and item.kind == "bracket":
        cursor.take()
        arguments = _call(cursor, item) if "." in name else None
        if arguments is None:
            cursor.at -= 1
            arguments = _bracket(cursor)
        return scripted(cursor, Applied(head, arguments, head.span | arguments.span))
    if isinstance(item, Group) and item.kind == "brace":
        body = scripted(cursor, argument(cursor))
        return Applied(head, body, head.span | body.span | cursor.end())
    if item is not None and starts_operand(cursor.items, cursor.at):
        body = _juxtaposed(cursor)
        return Applied(head, body, head.span | body.span)
    return head


def _bracket(cursor: Cursor) -> Node:
    """The bracket that stands next, alone."""
    item = cursor.item
    assert isinstance(item, Group)
    return argument(cursor)


def _juxtaposed(cursor: Cursor) -> Node:
    """Factors beside one another up to the next operator, function or big operator."""
    factors = [cursor.state.expression(cursor, FACTOR)]
    while (item := cursor.item) is not None and starts_operand(cursor.items, cursor.at):
        if product_sign(item) or name_at(cursor) is not None or is_command(item, *commands.STACKED):
            break
        factors.append(cursor.state.expression(cursor, FACTOR))
    if len(factors) == 1:
        return factors[0]
    return Multiplied(tuple(factors), ("",) * (len(factors) - 1), around(factors))


def _call(cursor: Cursor, group: Group) -> Node:
    """The arguments of a NumPy function, `(dZ, axis=1, keepdims=True)`."""
    arguments: list[list[Item]] = [[]]
    for item in group.items:
        if is_sign(item, ","):
            arguments.append([])
        else:
            arguments[-1].append(item)
    read = tuple(_keyword(cursor, part, group.span) for part in arguments if part)
    where = around(read) if read else Span(group.span.start, group.span.start)
    body: Node = read[0] if len(read) == 1 else Listed(read, (",",) * max(0, len(read) - 1), where)
    return Bracketed(group.opening, group.closing, body, group.span)


def _keyword(cursor: Cursor, items: list[Item], place: Span) -> Node:
    equals = next((k for k, item in enumerate(items) if is_sign(item, "=")), 0)
    name = _spelled(items[:equals])
    if not name:
        return cursor.read(items, place)
    value = items[equals + 1 :]
    text = _spelled(value)
    span = items[0].span | items[-1].span
    if len(text) > 1:
        return Keyword(name, Symbol(text, value[0].span | value[-1].span), span)
    node = cursor.read(value, Span(span.end, span.end))
    return Keyword(name, node, span | node.span)


def _spelled(items: list[Item]) -> str:
    """Letters beside one another as a word; empty for anything else."""
    letters = [i.text.strip() for i in items if isinstance(i, Token) and i.kind in ("letter", "word", "words", "_")]
    return "".join(letters) if len(letters) == len(items) else ""


def method_called(cursor: Cursor, base: Node) -> Node:
    """`A.sum(axis=0)` is `np.sum(A, axis=0)`."""
    for _ in range(MOST_CALLS):
        found = _method(cursor) if is_sign(cursor.item, ".") else None
        if found is None:
            break
        name, length = found
        start = cursor.take()
        for _ in range(length):
            last = cursor.take()
        head = Symbol(f"np.{name}", start.span | last.span)
        group = cursor.take()
        assert isinstance(group, Group)
        call = _call(cursor, group)
        assert isinstance(call, Bracketed)
        others = call.body.items if isinstance(call.body, Listed) else (call.body,)
        items = Listed((base, *others), (",",) * len(others), base.span | call.body.span)
        arguments = replace(call, body=items if others else base, span=base.span | call.span)
        base = scripted(cursor, Applied(head, arguments, base.span | call.span))
        if isinstance(base, Scripts):
            break
    return base


def _method(cursor: Cursor) -> tuple[str, int] | None:
    name = ""
    for k in range(1, 12):
        item = cursor.following(k)
        if isinstance(item, Token) and item.kind in ("letter", "word") and item.glued:
            name += item.text
        elif isinstance(item, Group) and item.opening == "(" and item.glued and name in commands.METHODS:
            return name, k - 1
        else:
            return None
    return None
