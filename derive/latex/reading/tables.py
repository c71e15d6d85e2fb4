"""Environments inside a formula: matrices, arrays, cases, and rows that only break a long line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from derive.latex.reading.cursor import Cursor, prepared
from derive.latex.reading.groups import Group, Item
from derive.latex.reading.items import product_sign, relation_at, sum_sign
from derive.latex.reading.segments import Part, parts_of
from derive.latex.reading.syntax import Branch, Cases, Listed, Node, Span, Table
from derive.latex.reading.tokens import Token

MATRICES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "matrix": ("", ""), "smallmatrix": ("", ""), "array": ("", ""), "subarray": ("", ""), "tabular": ("", ""),
        "pmatrix": ("(", ")"), "bmatrix": ("[", "]"), "Bmatrix": ("\\{", "\\}"), "vmatrix": ("|", "|"),
        "Vmatrix": ("\\|", "\\|"), "psmallmatrix": ("(", ")"), "bsmallmatrix": ("[", "]"), "darray": ("", ""),
    }
)  # fmt: skip
CASES = frozenset(["cases", "dcases", "rcases", "numcases", "empheq"])
_LAYOUT = (
    "align aligned alignat alignedat xalignat flalign split gather gathered multline multlined eqnarray equation "
    "math displaymath subequations CD IEEEeqnarray dmath dgroup"
)
LAYOUT = frozenset(_LAYOUT.split())
"""Environments that only arrange: their rows and cells are layout."""


def rows_of(items: Sequence[Item]) -> list[list[list[Item]]]:
    """Rows of cells; an empty last row is none."""
    rows: list[list[list[Item]]] = [[[]]]
    for item in items:
        if isinstance(item, Token) and item.kind == "row":
            rows.append([[]])
        elif isinstance(item, Token) and item.kind == "&":
            rows[-1].append([])
        else:
            rows[-1][-1].append(item)
    return [row for k, row in enumerate(rows) if any(row) or k < len(rows) - 1]


def environment(cursor: Cursor, group: Group) -> Node:
    """A table, cases, or what a layout environment holds."""
    if group.opening in MATRICES:
        return _table(cursor, group)
    if group.opening in CASES:
        return cases(cursor, group.items, group.span)
    if group.opening not in LAYOUT:
        cursor.problem("environment", f"the environment `{group.opening}` is not known", group.span)
    rows = rows_of(group.items)
    if all(_continues(row) for row in rows[1:]):
        inside = [item for row in rows for cell in row for item in cell]
        return cursor.read(prepared(inside, cursor.state.problems), group.span)
    return _table(cursor, group)


def _continues(row: list[list[Item]]) -> bool:
    """Whether a row goes on with the row before: it begins with an operator or a relation."""
    items = [item for cell in row for item in cell]
    return not items or bool(sum_sign(items[0]) or product_sign(items[0]) or relation_at(items, 0))


def _table(cursor: Cursor, group: Group) -> Node:
    opening, closing = MATRICES.get(group.opening, ("", ""))
    rows = tuple(tuple(_cell(cursor, cell) for cell in row) for row in rows_of(group.items))
    return Table(opening, closing, rows, group.span)


def _cell(cursor: Cursor, items: list[Item]) -> Node | None:
    ready = prepared(items, cursor.state.problems)
    if not ready:
        return None
    node = cursor.read(ready, ready[0].span | ready[-1].span)
    return None if isinstance(node, Listed) and not node.items else node


def cases(cursor: Cursor, items: Sequence[Item], span: Span) -> Node:
    """Branches: the value before the first `&`, and its condition behind, or behind a comma or wide space."""
    return Cases(tuple(_branch(cursor, row) for row in rows_of(items) if any(row)), span)


def _branch(cursor: Cursor, row: list[list[Item]]) -> Branch:
    row = _joined(row)
    first = parts_of(prepared(row[0], cursor.state.problems))
    value: list[Item] = []
    rest: list[Part] = []
    for part in first:
        if not value:
            value = list(part.items)
        elif not rest and part.separators == (",",) and not part.has_relation and not part.is_words:
            value += [part.comma, *part.items] if part.comma is not None else part.items
        else:
            rest.append(part)
    for cell in row[1:]:
        rest += parts_of(prepared(cell, cursor.state.problems))
    where = next(item.span for cell in row for item in cell)
    read = cursor.read(value, where)
    conditions = tuple(cursor.read(part.items, where) for part in rest)
    span = read.span
    for node in conditions:
        span = span | node.span
    return Branch(read, conditions, span)


def _joined(row: list[list[Item]]) -> list[list[Item]]:
    """`z & = W x`, where `&` only arranges an equation, as one cell."""
    cells = [list(row[0])]
    for cell in row[1:]:
        sign = relation_at(cell, 0)
        if sign is not None and sign.relation in ("=", ":=", "←"):
            cells[-1] += cell
        else:
            cells.append(cell)
    return cells


def merged(cursor: Cursor, group: Group) -> Node | None:
    """`\\left\\{ \\begin{array}…\\end{array} \\right.` is cases; None for any other bracket."""
    if group.opening != "\\{" or group.closing not in (".", "") or len(group.items) != 1:
        return None
    inner = group.items[0]
    if not isinstance(inner, Group) or inner.kind != "environment" or inner.opening in CASES:
        return None
    return cases(cursor, inner.items, group.span)
