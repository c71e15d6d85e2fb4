"""Braces of TeX that change nothing but spacing, and old commands for fonts, are taken away."""

from __future__ import annotations

from collections.abc import Sequence

from derive.latex.reading import commands
from derive.latex.reading.groups import Group, Item
from derive.latex.reading.items import is_command, product_sign, relation_at, sum_sign
from derive.latex.reading.tokens import Token

_SPACING = ("mathbin", "mathrel", "mathord", "mathpunct", "mathinner")


def bracket(item: Item) -> str:
    """The bracket that a token is, `(`, `\\{`, `\\rangle`; empty for anything else, and for bars."""
    if not isinstance(item, Token):
        return ""
    if item.kind == "sign":
        return item.text if item.text in "()[]" else ""
    if item.kind == "command" and item.text in commands.DELIMITERS:
        return commands.DELIMITERS[item.text] if commands.DELIMITERS[item.text] not in ("|", "\\|") else ""
    return ""


def unbraced(items: Sequence[Item]) -> list[Item]:
    """`{\\cdot}`, `{=}`, `{\\ln}`, `{)}` without their braces, `{\\rm x}` as `\\mathrm{x}`; `\\mathbin` and an empty
    `{}` before an operator are left out."""
    kept = [item for k, item in enumerate(items) if not _is_nothing(items, k)]
    done: list[Item] = []
    for k, item in enumerate(kept):
        argues = k > 0 and isinstance(before := kept[k - 1], Token) and before.kind in ("^", "_")
        done += [item] if argues and not _switch(item) else _without_braces(item)
    return done


def _is_nothing(items: Sequence[Item], k: int) -> bool:
    item = items[k]
    if isinstance(item, Token):
        return is_command(item, *_SPACING)
    if item.kind != "brace" or item.items or k + 1 >= len(items):
        return False
    argues = k > 0 and isinstance(before := items[k - 1], Token) and before.kind in ("^", "_", "command")
    behind = items[k + 1]
    return not argues and bool(sum_sign(behind) or product_sign(behind) or relation_at(items, k + 1))


def _switch(item: Item) -> str:
    """The command that sets the font of all of a group, `{\\rm softmax}`; empty where none does."""
    if isinstance(item, Token) or item.kind != "brace" or len(item.items) < 2:
        return ""
    first = item.items[0]
    return commands.SWITCHES.get(first.text, "") if isinstance(first, Token) and first.kind == "command" else ""


def _without_braces(item: Item) -> list[Item]:
    if isinstance(item, Token) or item.kind != "brace":
        return [item]
    if font := _switch(item):
        first = item.items[0].span
        return [Token("command", font, first, item.glued), Group("brace", "{", "}", item.items[1:], item.span)]
    if len(item.items) != 1:
        return [item]
    inner = item.items[0]
    if not isinstance(inner, Token):
        return [item]
    known = bracket(inner) or inner.kind in ("left", "right")
    if not known and inner.kind in ("command", "sign"):
        tables = (commands.PRODUCTS, commands.SUMS, commands.RELATIONS, commands.FUNCTION_COMMANDS, commands.BIG)
        known = any(inner.text in table for table in tables)
    return [Token(inner.kind, inner.text, item.span, item.glued)] if known else [item]
