"""A chain while it is put together, and whether it only says for what another one holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from derive.latex.reading import commands
from derive.latex.reading.groups import Group, Item
from derive.latex.reading.items import RelationSign, is_command, is_sign, product_sign, relation_at, sum_sign
from derive.latex.reading.syntax import Relation
from derive.latex.reading.tokens import Token

_EQUATING: frozenset[Relation] = frozenset(("=", ":=", "=:", "≈", "←", "∝", "≡", "+=", "-=", "∼", "→", "⇒", "⇔"))
_ORDERING: frozenset[Relation] = frozenset(("≠", "<", "≤", ">", "≥", "≪", "≫"))
_COUNTERS = frozenset("ijklmnpqrst")


@dataclass
class Draft:
    """A chain while it is put together: the items of its members, and the relations between them."""

    members: list[list[Item]] = field(default_factory=lambda: [[]])
    signs: list[RelationSign] = field(default_factory=list)
    remarks: list[Sequence[Item] | Draft] = field(default_factory=list)
    is_remark: bool = False
    is_premise: bool = False
    """It stands behind `if` or `for` where a row begins: `\\text{For } l = 1: z = W x`."""

    def extend(self, items: Sequence[Item], comma: Item | None = None) -> None:
        """Go on with these items; relations among them begin new members."""
        if comma is not None:
            self.members[-1].append(comma)
        at = 0
        while at < len(items):
            sign = relation_at(items, at)
            if sign is None or (at and isinstance(before := items[at - 1], Token) and before.kind in ("^", "_")):
                self.members[-1].append(items[at])
                at += 1
            else:
                self.signs.append(sign)
                self.members.append([])
                at += sign.length

    @property
    def dangles(self) -> bool:
        """Whether the last member still lacks an operand."""
        last = self.members[-1]
        if not last:
            return bool(self.signs)
        return bool(sum_sign(last[-1]) or product_sign(last[-1])) and len(last) > 1


def is_condition(draft: Draft, main: Draft) -> bool:
    """Whether a chain only says for what the one before it holds: `l = 1, …, L`, `z > 0`, `j \\in J`, `i = 1`."""
    relations = {sign.relation for sign in draft.signs}
    if not relations or not main.signs:
        return False
    if relations == {"="} and _is_range(draft):
        return not _is_range(main)
    if not {sign.relation for sign in main.signs} & _EQUATING:
        return False
    if relations <= _ORDERING:
        return True
    if relations <= {"∈", "∉"}:
        return not any(_has_blackboard(member) for member in draft.members)
    if relations & _ORDERING and any(is_command(i, *commands.ELLIPSES) for i in draft.members[-1]):
        return True
    if relations != {"="} or len(draft.signs) > 1:
        return False
    return _is_count(draft) and not _is_count(main)


def _has_blackboard(items: Sequence[Item]) -> bool:
    names = [name for name, font in commands.FONTS.items() if font == "bb"]
    inner = (i for item in items for i in (item.items if isinstance(item, Group) else (item,)))
    return any(is_command(item, *names) for item in inner)


def _is_range(draft: Draft) -> bool:
    """`l = 1, …, L`, `l = 1 \\ldots L`."""
    last = draft.members[-1]
    if not any(is_command(item, *commands.ELLIPSES) or is_sign(item, "...") for item in last):
        return False
    return any(is_sign(item, ",") for item in last) or (len(last) == 3 and _is_counter(draft.members[0]))


def _is_counter(items: Sequence[Item]) -> bool:
    only = items[0] if len(items) == 1 else None
    return isinstance(only, Token) and only.kind == "letter" and only.text in _COUNTERS


def _is_count(draft: Draft) -> bool:
    """A counter with a number: `l = 1`."""
    if len(draft.members) != 2:
        return False
    left, right = draft.members
    return _is_counter(left) and len(right) == 1 and isinstance(right[0], Token) and right[0].kind == "number"
