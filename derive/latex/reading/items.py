"""What an item of a formula is: operator, relation, separator, or the begin or end of an operand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from derive.latex.reading import commands
from derive.latex.reading.groups import Group, Item
from derive.latex.reading.syntax import Relation, Span
from derive.latex.reading.tokens import Token

SEPARATORS = frozenset(",;:")
_SIGNS_THAT_MEAN = frozenset(["command", "sign"])


def is_sign(item: Item | None, text: str) -> bool:
    """Whether the item is this sign of ASCII."""
    return isinstance(item, Token) and item.kind == "sign" and item.text == text


def is_command(item: Item | None, *names: str) -> bool:
    """Whether the item is one of these commands."""
    return isinstance(item, Token) and item.kind == "command" and item.text in names


def sum_sign(item: Item) -> str:
    """`+`, `-`, `±` for a sign of sums; empty for anything else."""
    return commands.SUMS.get(item.text, "") if isinstance(item, Token) and item.kind in _SIGNS_THAT_MEAN else ""


def product_sign(item: Item) -> str:
    """The name of an operator of products; empty for anything else."""
    return commands.PRODUCTS.get(item.text, "") if isinstance(item, Token) and item.kind in _SIGNS_THAT_MEAN else ""


def separator(item: Item) -> str:
    """`,`, `;`, `:` or `|` between items of a list, `quad` for a wide space; empty for anything else."""
    if not isinstance(item, Token):
        return ""
    if item.kind == "sign" and item.text in SEPARATORS:
        return item.text
    if item.kind == "middle" or is_command(item, "mid"):
        return "|"
    if is_command(item, "colon"):
        return ":"
    return "quad" if is_command(item, "quad") else ""


def is_break(item: Item) -> bool:
    """Whether a row or a cell ends here."""
    return isinstance(item, Token) and item.kind in ("row", "&")


@dataclass(frozen=True)
class RelationSign:
    """A relation with its place, of how many items it is made, and what is written above it."""

    relation: Relation
    length: int
    span: Span
    label: Item | None = None


def relation_at(items: Sequence[Item], at: int) -> RelationSign | None:
    """The relation that begins at an item: `=`, `\\leq`, `\\not=`, `\\overset{!}{=}`, `\\xrightarrow{f}`."""
    if at >= len(items):
        return None
    item = items[at]
    if not isinstance(item, Token) or item.kind not in _SIGNS_THAT_MEAN:
        return None
    if item.text in commands.RELATIONS:
        return RelationSign(commands.RELATIONS[item.text], 1, item.span)
    if item.text == "not":
        return _negated(items, at, item)
    if item.text in commands.EXTENSIBLE:
        return _extensible(items, at, item)
    return _stacked(items, at, item) if item.text in commands.STACKED else None


def _negated(items: Sequence[Item], at: int, item: Token) -> RelationSign | None:
    behind = items[at + 1] if at + 1 < len(items) else None
    if not isinstance(behind, Token) or behind.kind not in _SIGNS_THAT_MEAN:
        return None
    relation = commands.NEGATED.get(commands.RELATIONS.get(behind.text, "<"))
    return None if relation is None else RelationSign(relation, 2, item.span | behind.span)


def _extensible(items: Sequence[Item], at: int, item: Token) -> RelationSign:
    relation = commands.EXTENSIBLE[item.text]
    end = at + 1
    if end < len(items) and (isinstance(g := items[end], Group) and g.opening == "["):
        end += 1
    if end < len(items) and not is_break(items[end]):
        return RelationSign(relation, end + 1 - at, item.span | items[end].span, items[end])
    return RelationSign(relation, end - at, item.span)


def _stacked(items: Sequence[Item], at: int, item: Token) -> RelationSign | None:
    if at + 2 >= len(items):
        return None
    label, base = items[at + 1], items[at + 2]
    inner = base.items if isinstance(base, Group) and base.kind == "brace" else (base,)
    found = relation_at(inner, 0)
    if found is None or found.length != len(inner):
        return None
    relation = found.relation
    if relation == "=" and _letters(label) & commands.DEFINING:
        return RelationSign(":=", 3, item.span | base.span)
    if "?" in _letters(label):
        return RelationSign("≟", 3, item.span | base.span)
    return RelationSign(relation, 3, item.span | base.span, label)


def _letters(label: Item) -> set[str]:
    """What a label above a relation says, as one word, and its parts."""
    parts = label.items if isinstance(label, Group) else (label,)
    words = [p.text.strip().rstrip(".") for p in parts if isinstance(p, Token)]
    return {"".join(words), *words}


def starts_operand(items: Sequence[Item], at: int) -> bool:
    """Whether an operand can begin here, so that it is a factor beside what stands before it."""
    if at >= len(items):
        return False
    item = items[at]
    if isinstance(item, Group):
        return True
    if item.kind in ("^", "_", "row", "&", "right", "middle"):
        return False
    if sum_sign(item) or product_sign(item) or separator(item) or relation_at(items, at):
        return False
    if item.kind == "sign":
        return item.text not in ("'", "**", "!", ".", '"')
    return not (item.kind == "command" and item.text in commands.QUANTIFIERS | commands.OVER | {"prime"})


def ends_operand(items: Sequence[Item], at: int) -> bool:
    """Whether what stands before `at` is the end of an operand."""
    if at <= 0:
        return False
    before = items[at - 1]
    if isinstance(before, Group):
        return True
    if at >= 2 and isinstance(two := items[at - 2], Token) and two.kind in ("^", "_"):
        return True
    if before.kind == "sign" and before.text in ("'", "!"):
        return True
    if before.kind == "command" and (before.text in commands.FUNCTION_COMMANDS or before.text in commands.BIG):
        return False
    return starts_operand(items, at - 1) or is_command(before, "prime")


def relations_in(items: Sequence[Item]) -> list[Relation]:
    """The relations at this level, in order."""
    return [sign.relation for k in range(len(items)) if (sign := relation_at(items, k)) is not None]


def runs_by_dots(items: Sequence[Item]) -> bool:
    """Whether it says over what a letter runs with dots: `i = 1, \\dots, m`."""
    return bool(relations_in(items)) and any(is_command(item, *commands.ELLIPSES) for item in items)
