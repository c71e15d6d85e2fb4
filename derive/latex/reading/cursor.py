"""A place in the items of a group, and what the whole reading of a formula shares."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from derive.latex.reading import commands
from derive.latex.reading.brackets import matched
from derive.latex.reading.groups import Group, Item, is_empty
from derive.latex.reading.items import is_break, is_command, product_sign, separator, sum_sign
from derive.latex.reading.syntax import Bracketed, Listed, Node, Problem, Span, Unread
from derive.latex.reading.tokens import Token
from derive.latex.reading.vocabulary import Vocabulary

DEEPEST = 40
"""Operands within operands; far below what Python's own stack allows."""


@dataclass
class State:
    """What is found while a formula is read. `expression` reads at a cursor what binds at least so strongly."""

    vocabulary: Vocabulary
    expression: Callable[[Cursor, int], Node]
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Node] = field(default_factory=list)


class Cursor:
    """The items of one level, whose brackets have their partners, and how far they are read."""

    def __init__(self, items: Iterable[Item], state: State, depth: int, place: Span) -> None:
        self.items: list[Item] = list(items)
        self.state = state
        self.depth = depth
        self.place = place
        self.at = 0

    @property
    def item(self) -> Item | None:
        return self.items[self.at] if self.at < len(self.items) else None

    def following(self, offset: int = 1) -> Item | None:
        """The item `offset` places behind the next one."""
        return self.items[self.at + offset] if self.at + offset < len(self.items) else None

    def take(self) -> Item:
        item = self.items[self.at]
        self.at += 1
        return item

    def end(self) -> Span:
        """The empty place behind what has been read."""
        where = self.items[self.at - 1].span.end if self.at else self.place.start
        return Span(where, where)

    def problem(self, kind: str, message: str, span: Span) -> None:
        self.state.problems.append(Problem(kind, message, span))  # type: ignore[arg-type]

    def nothing(self, message: str = "") -> Node:
        """Where an operand should stand, and none does."""
        if message:
            self.problem("operand", message, self.end())
        return Listed((), (), self.end())

    def unread(self) -> Node:
        """All the rest of this level, which is nested too deep."""
        span = self.items[self.at].span | self.items[-1].span if self.item is not None else self.end()
        self.at = len(self.items)
        self.problem("nesting", f"nested more than {DEEPEST} deep", span)
        return Unread("nested too deep", span)

    def inside(self, group: Group) -> Node:
        """What stands in a group, read to its end."""
        items = group.items if group.kind == "bracket" else prepared(group.items, self.state.problems)
        return self.read(items, Span(group.span.start, group.span.end))

    def read(self, items: Sequence[Item], place: Span) -> Node:
        """Items of a level of their own."""
        if not items:
            return Listed((), (), Span(place.start, place.start))
        return unwrapped(self.state.expression(Cursor(_closed_up(items), self.state, self.depth, place), 0))

    def first_digit(self, token: Token) -> Token:
        """The first digit of the number just taken; the others are put back: `\\frac12`.

        What a macro stands for has the place of the call, all of it.
        """
        if len(token.text) == 1:
            return token
        span, start = token.span, token.span.start
        is_at_its_place = span.end - start == len(token.text)
        self.at -= 1
        rest = Span(start + 1, span.end) if is_at_its_place else span
        self.items[self.at] = Token("number", token.text[1:], rest, True)
        return Token("number", token.text[0], Span(start, start + 1) if is_at_its_place else span, token.glued)


def _closed_up(items: Sequence[Item]) -> list[Item]:
    """Without the empty braces before a sign, and the wide space before them: `a \\quad {} - b` goes on with a row."""
    kept: list[Item] = []
    for k, item in enumerate(items):
        if is_empty(item) and k and k + 1 < len(items) and _is_between(items[k + 1]):
            while kept and is_command(kept[-1], "quad"):
                kept.pop()
        else:
            kept.append(item)
    return kept


def _is_between(item: Item) -> bool:
    return bool(sum_sign(item) or product_sign(item) or separator(item))


def unwrapped(node: Node) -> Node:
    """Without braces of TeX, which change nothing around all that stands at a level."""
    return node.body if isinstance(node, Bracketed) and node.opening == "{" else node


def prepared(items: Sequence[Item], problems: list[Problem]) -> tuple[Item, ...]:
    """Items of a group of TeX made ready: brackets matched, rows and cells joined, old font commands made new ones."""
    return matched(_switched([item for item in items if not is_break(item)]), problems)


def _switched(items: Sequence[Item]) -> Sequence[Item]:
    """`\\bf x` up to the end of its level is `\\mathbf{x}`."""
    for k, item in enumerate(items):
        if isinstance(item, Token) and item.kind == "command" and item.text in commands.SWITCHES:
            rest = tuple(items[k + 1 :])
            command = Token("command", commands.SWITCHES[item.text], item.span, item.glued)
            if not rest:
                return items[:k]
            return [*items[:k], command, Group("brace", "{", "}", rest, rest[0].span | rest[-1].span)]
    return items
