"""A syntax tree as one line of text, for tests and for looking at."""

from __future__ import annotations

from functools import singledispatch

from derive.latex.reading import syntax
from derive.latex.reading.syntax import Formula, Node


@singledispatch
def shown(node: Node | Formula | syntax.Branch) -> str:
    """`(W ~ x) + b` as `(+ (* W ~ x) + b)`: heads of nodes before their parts, `~` for juxtaposition.

    Raises `TypeError` for anything that is no node of the syntax.
    """
    raise TypeError(f"{type(node).__name__} is no node of the syntax")


def _optional(mark: str, node: Node | None) -> str:
    return "" if node is None else f" {mark}{shown(node)}"


@shown.register
def _(node: Formula) -> str:
    return " ;; ".join(shown(chain) for chain in node.chains)


@shown.register
def _(node: syntax.Chain) -> str:
    text = shown(node.members[0]) if node.members[0] is not None else "∅"
    for relation, member in zip(node.relations, node.members[1:], strict=True):
        text += f" {relation} {shown(member) if member is not None else '∅'}"
    remarks = "".join(f" // {shown(remark)}" for remark in node.remarks)
    return f"{{{text}{remarks}}}"


@shown.register
def _(node: syntax.Number) -> str:
    return node.text


@shown.register
def _(node: syntax.Symbol) -> str:
    return ".".join((*node.accents, *((node.font,) if node.font else ()), node.name or "''"))


@shown.register
def _(node: syntax.Scripts) -> str:
    primes = " " + "'" * node.primes if node.primes else ""
    return f"({shown(node.base)}{_optional('_', node.below)}{_optional('^', node.above)}{primes})"


@shown.register
def _(node: syntax.Bracketed) -> str:
    return f"⟦{node.opening} {shown(node.body)} {node.closing}⟧"


@shown.register
def _(node: syntax.Listed) -> str:
    text = shown(node.items[0]) if node.items else ""
    for separator, item in zip(node.separators, node.items[1:], strict=True):
        text += f" {separator} {shown(item)}"
    return f"[{text}]"


@shown.register
def _(node: syntax.Keyword) -> str:
    return f"({node.name}: {shown(node.value)})"


@shown.register
def _(node: syntax.Added) -> str:
    parts = " ".join(f"{sign} {shown(term)}" for sign, term in zip(node.signs, node.terms, strict=True))
    return f"({parts})"


@shown.register
def _(node: syntax.Multiplied) -> str:
    text = shown(node.factors[0])
    for operator, factor in zip(node.operators, node.factors[1:], strict=True):
        text += f" {operator or '~'} {shown(factor)}"
    return f"(* {text})"


@shown.register
def _(node: syntax.Prefixed) -> str:
    return f"(prefix {node.operator} {shown(node.body)})"


@shown.register
def _(node: syntax.Fraction) -> str:
    return f"(frac {shown(node.above)} {shown(node.below)})"


@shown.register
def _(node: syntax.Root) -> str:
    return f"(root {shown(node.arg)}{_optional('', node.degree)})"


@shown.register
def _(node: syntax.Big) -> str:
    return f"({node.operator}{_optional('_', node.below)}{_optional('^', node.above)} : {shown(node.body)})"


@shown.register
def _(node: syntax.Applied) -> str:
    return f"(@ {shown(node.function)} {shown(node.argument)})"


@shown.register
def _(node: syntax.Accented) -> str:
    return f"({node.accent} {shown(node.body)})"


@shown.register
def _(node: syntax.Table) -> str:
    rows = " / ".join(" & ".join("" if cell is None else shown(cell) for cell in row) for row in node.rows)
    return f"(table {node.opening or '.'} {rows} {node.closing or '.'})"


@shown.register
def _(node: syntax.Cases) -> str:
    return f"(cases {' / '.join(map(shown, node.branches))})"


@shown.register
def _(node: syntax.Branch) -> str:
    return shown(node.value) + (" if " + " , ".join(map(shown, node.condition)) if node.condition else "")


@shown.register
def _(node: syntax.Words) -> str:
    return f'"{node.text.strip()}"'


@shown.register
def _(node: syntax.Ellipsis) -> str:
    return "…"


@shown.register
def _(node: syntax.Quantified) -> str:
    return f"({node.quantifier} {shown(node.body)})"


@shown.register
def _(node: syntax.Unread) -> str:
    return f"(unread {node.reason})"
