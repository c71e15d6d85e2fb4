"""Fonts and accents, as they change what has been read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derive.latex.reading.groups import Group, Item
from derive.latex.reading.syntax import (
    Accented,
    Added,
    Applied,
    Bracketed,
    Fraction,
    Listed,
    Multiplied,
    Node,
    Number,
    Scripts,
    Span,
    Symbol,
)


def restyled(node: Node, font: str, span: Span | None = None) -> Node:
    """`\\mathbf{…}`: symbols and digits get the font where they have none; scripts stay as they are.

    `span` is the place of a symbol with its command; parts of anything larger keep their own.
    """
    match node:
        case Symbol():
            return replace(node, font=node.font or font, span=span or node.span)
        case Number() if font:
            return Symbol(node.text, span or node.span, font)
        case Scripts():
            base = restyled(node.base, font)
            return replace(node, base=base, span=span or node.span)
        case Accented():
            return replace(node, body=restyled(node.body, font), span=span or node.span)
        case Multiplied():
            return replace(node, factors=tuple(restyled(f, font) for f in node.factors), span=span or node.span)
        case Added():
            return replace(node, terms=tuple(restyled(t, font) for t in node.terms), span=span or node.span)
        case Listed():
            return replace(node, items=tuple(restyled(i, font) for i in node.items), span=span or node.span)
        case Bracketed():
            return replace(node, body=restyled(node.body, font), span=span or node.span)
        case Fraction():
            above, below = restyled(node.above, font), restyled(node.below, font)
            return replace(node, above=above, below=below, span=span or node.span)
        case Applied():
            return replace(node, argument=restyled(node.argument, font), span=span or node.span)
        case _:
            return node


def accented(node: Node, accent: str, span: Span) -> Node:
    """An accent over a symbol belongs to it; over anything else it stands around it."""
    if isinstance(node, Symbol):
        return replace(node, accents=(accent, *node.accents), span=span)
    if isinstance(node, Number):
        return Symbol(node.text, span, "", (accent,))
    return Accented(accent, node, span)


def word(items: Sequence[Item]) -> str:
    """The word that the items of `\\mathrm{…}` spell: `trunk`, `hidden-1`; empty if they are more than a word."""
    spelled = ""
    for k, item in enumerate(items):
        if isinstance(item, Group) or item.kind not in ("letter", "word", "number", "sign", "words", "command"):
            return ""
        text = "_" if item.kind == "command" and item.text == "_" else item.text
        if item.kind == "words" or (item.kind == "command" and text != "_"):
            return ""
        if item.kind == "sign" and (text not in "-./ " or k == 0 or k == len(items) - 1):
            return ""
        spelled += text
    return spelled if len(spelled) > 1 and spelled[0].isalpha() else ""
