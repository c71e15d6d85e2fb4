"""Operator precedence: an operand, and then whatever operators bind it at least as strongly as asked (Pratt).

Every level is flat: `a + b - c` is one sum of three terms, `a b / c` one product.
"""

from __future__ import annotations

from derive.latex.reading import commands
from derive.latex.reading.applications import applied, big_under, method_called
from derive.latex.reading.cursor import DEEPEST, Cursor
from derive.latex.reading.groups import Group
from derive.latex.reading.items import (
    is_command,
    is_sign,
    product_sign,
    relation_at,
    separator,
    sum_sign,
)
from derive.latex.reading.operands import atom
from derive.latex.reading.places import around
from derive.latex.reading.powers import FACTOR, LIST, PRODUCT, RELATION, SUM
from derive.latex.reading.scripts import lifted, scripted
from derive.latex.reading.syntax import (
    Added,
    Bracketed,
    Chain,
    Ellipsis,
    Fraction,
    Listed,
    Multiplied,
    Node,
    Prefixed,
    Quantified,
    Relation,
    Scripts,
    Span,
    Symbol,
)
from derive.latex.reading.tokens import Token


def expression(cursor: Cursor, power: int) -> Node:
    """What begins at the cursor, with all operators that bind at least as strongly as `power`."""
    if power <= LIST and (fraction := _over(cursor)) is not None:
        return fraction
    if power <= RELATION and relation_at(cursor.items, cursor.at) is not None:
        left = _chain(cursor, None)
    elif power <= LIST and cursor.item is not None and separator(cursor.item):
        left = cursor.nothing()
    else:
        left = _operand(cursor)
    while (binding := _binding(cursor)) >= power:
        if binding == LIST:
            left = _list(cursor, left)
        elif binding == RELATION:
            left = _chain(cursor, left)
        elif binding == SUM:
            left = _sum(cursor, left)
        else:
            left = _product(cursor, left)
    return _bare(left) if power <= PRODUCT else left


def _bare(node: Node) -> Node:
    """A product in braces of TeX, where a product may stand."""
    inner = node.body if isinstance(node, Bracketed) and node.opening == "{" else None
    return inner if isinstance(inner, Multiplied) else node


def _binding(cursor: Cursor) -> int:
    """How strongly what comes next binds to what stands before it; -1 where nothing comes."""
    item = cursor.item
    if item is None:
        return -1
    if isinstance(item, Group) or item.kind in ("letter", "number", "word"):
        return PRODUCT
    if separator(item) or is_sign(item, ".") or is_command(item, *commands.QUANTIFIERS):
        return LIST
    if relation_at(cursor.items, cursor.at) is not None:
        return RELATION
    return SUM if sum_sign(item) else PRODUCT


def _operand(cursor: Cursor) -> Node:
    """An operand with a sign before it, or its scripts behind it."""
    item = cursor.item
    if item is None or separator(item) or is_sign(item, "."):
        return _missing(cursor)
    if cursor.depth >= DEEPEST:
        return cursor.unread()
    cursor.depth += 1
    if sum_sign(item):
        node = _signed(cursor)
    elif product_sign(item):
        node = _prefixed(cursor)
    elif is_command(item, *commands.QUANTIFIERS):
        node = _quantified(cursor)
    elif relation_at(cursor.items, cursor.at) is not None:
        node = _missing(cursor)
    else:
        node = _plain(cursor)
    cursor.depth -= 1
    return node


def _missing(cursor: Cursor) -> Node:
    return cursor.nothing("an operand is missing")


def _plain(cursor: Cursor) -> Node:
    node = applied(cursor) or big_under(cursor)
    if node is not None:
        return node
    item = cursor.item
    if isinstance(item, Token) and (item.kind in ("^", "_") or is_sign(item, "'") or is_command(item, "prime")):
        node = Symbol("", Span(item.span.start, item.span.start))
    else:
        node = atom(cursor)
        if isinstance(item, Group) and isinstance(node, Listed) and not node.items and item.kind == "brace":
            node = Symbol("", Span(item.span.start, item.span.start))
    return method_called(cursor, scripted(cursor, node))


def _ends(cursor: Cursor) -> bool:
    """Whether nothing can be read here that a sign could belong to."""
    item = cursor.item
    return item is None or bool(separator(item)) or relation_at(cursor.items, cursor.at) is not None


def _signed(cursor: Cursor) -> Node:
    """`-a b`: the sign holds for the product; alone it is a symbol."""
    token = cursor.take()
    sign = sum_sign(token)
    if _ends(cursor):
        return Symbol(sign, token.span)
    body = expression(cursor, PRODUCT)
    return Added((body,), (sign,), token.span | body.span)


def _prefixed(cursor: Cursor) -> Node:
    """An operator of products without anything before it."""
    token = cursor.take()
    operator = product_sign(token)
    if _ends(cursor):
        return Ellipsis(token.span) if operator == "cdot" else Symbol(operator, token.span)
    body = expression(cursor, PRODUCT)
    return Prefixed(operator, body, token.span | body.span)


def _quantified(cursor: Cursor) -> Node:
    token = cursor.take()
    assert isinstance(token, Token)
    body = expression(cursor, RELATION) if not _ends(cursor) else cursor.nothing()
    return Quantified(token.text, body, token.span | body.span)


def _sum(cursor: Cursor, left: Node) -> Node:
    terms: list[Node] = [*left.terms] if isinstance(left, Added) else [left]
    signs = [*left.signs] if isinstance(left, Added) else ["+"]
    while (item := cursor.item) is not None and (sign := sum_sign(item)):
        cursor.take()
        signs.append(sign)
        terms.append(_missing(cursor) if _ends(cursor) else expression(cursor, PRODUCT))
    return Added(tuple(terms), tuple(signs), left.span | around(terms))


def _product(cursor: Cursor, left: Node) -> Node:
    """Factors side by side; `1 \\ldots n` is a list."""
    factors: list[Node] = []
    operators: list[str] = []
    lists = False
    _put(factors, operators, left, None)
    while _binding(cursor) == PRODUCT:
        item = cursor.item
        assert item is not None
        operator = product_sign(item)
        if operator:
            cursor.take()
        if operator and _ends(cursor):
            factor = Ellipsis(item.span) if operator == "cdot" else _missing(cursor)
            _put(factors, operators, factor, "" if operator == "cdot" else operator)
            continue
        lists = lists or is_command(item, "ldots", "dots")
        factor = expression(cursor, FACTOR)
        if isinstance(factor, Scripts) and factor.base == Symbol("", factor.base.span) and not operator:
            factors[-1] = lifted(factor, factors[-1])
        elif not (isinstance(factor, Symbol) and not factor.name and not operator):
            _put(factors, operators, factor, operator)
    if len(factors) == 1:
        return factors[0]
    if lists and operators == ["", ""] and isinstance(factors[1], Ellipsis):
        return Listed(tuple(factors), (",", ","), left.span | around(factors))
    return Multiplied(tuple(factors), tuple(operators), left.span | around(factors))


def _put(factors: list[Node], operators: list[str], factor: Node, operator: str | None) -> None:
    """One more factor; a product in braces of TeX, which nobody sees, is several."""
    inner = factor.body if isinstance(factor, Bracketed) and factor.opening == "{" else None
    if operator is not None:
        operators.append(operator)
    if isinstance(inner, Multiplied):
        factors += inner.factors
        operators += inner.operators
    else:
        factors.append(factor)


def _chain(cursor: Cursor, left: Node | None) -> Node:
    """Members and the relations between them."""
    members: list[Node | None] = [left]
    relations: list[Relation] = []
    spans: list[Span] = [left.span if left is not None else cursor.items[cursor.at].span]
    if left is None:
        spans[0] = Span(spans[0].start, spans[0].start)
    while (sign := relation_at(cursor.items, cursor.at)) is not None:
        cursor.at += sign.length
        if sign.label is not None:
            cursor.state.remarks.append(cursor.read([sign.label], sign.span))
        item = cursor.item
        member = cursor.nothing() if item is None or separator(item) else expression(cursor, SUM)
        members.append(member)
        relations.append(sign.relation)
        spans.append(sign.span | member.span)
    return Chain(tuple(members), tuple(relations), tuple(spans))


def _list(cursor: Cursor, left: Node) -> Node:
    """Items and the separators between them; one separator for several beside one another, none for one at the end."""
    items = [left]
    separators: list[str] = []
    while _binding(cursor) == LIST:
        mark = ""
        while (item := cursor.item) is not None and (separator(item) or is_sign(item, ".")):
            cursor.take()
            mark = mark or separator(item) or "."
            mark = separator(item) if mark == "quad" and separator(item) else mark
        if cursor.item is None:
            break
        separators.append(mark)
        items.append(expression(cursor, RELATION))
    if len(items) == 1:
        return left
    return Listed(tuple(items), tuple(separators), around(items))


def _over(cursor: Cursor) -> Node | None:
    """`{a \\over b}`; None where no `\\over` stands at this level."""
    places = [k for k in range(cursor.at, len(cursor.items)) if is_command(cursor.items[k], *commands.OVER)]
    if not places or cursor.depth >= DEEPEST:
        return None
    above = cursor.read(cursor.items[cursor.at : places[0]], cursor.place)
    below = cursor.read([i for k, i in enumerate(cursor.items) if k > places[0] and k not in places], cursor.place)
    cursor.at = len(cursor.items)
    return Fraction(above, below, above.span | below.span | cursor.items[places[0]].span)
