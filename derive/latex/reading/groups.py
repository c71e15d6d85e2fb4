"""What stands between braces, or `\\begin` and `\\end`: the parts of a formula that TeX itself knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from derive.latex.reading.syntax import Problem, Span
from derive.latex.reading.tokens import Token


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Group:
    """`opening`: `{`, the bracket, or the name of the environment. Items of `bracket` have their partners already."""

    kind: Literal["brace", "bracket", "environment"]
    opening: str
    closing: str
    items: tuple[Item, ...]
    span: Span
    glued: bool = False


Item = Token | Group


def is_empty(item: Item) -> bool:
    """`{}`."""
    return isinstance(item, Group) and item.kind == "brace" and not item.items


@dataclass
class _Open:
    """A group that is not closed yet."""

    token: Token | None
    items: list[Item] = field(default_factory=list)

    def closed(self, end: int) -> Group:
        assert self.token is not None
        span = enclosing(self.token.span, end, self.items)
        if self.token.kind == "{":
            return Group("brace", "{", "}", tuple(self.items), span, self.token.glued)
        return Group("environment", self.token.text, self.token.text, tuple(self.items), span, self.token.glued)


def enclosing(first: Span, end: int, items: Sequence[Item]) -> Span:
    """The place of a group; what a macro stands for may begin before it, or end behind it."""
    start = min((item.span.start for item in items), default=first.start)
    stop = max((item.span.end for item in items), default=first.end)
    return Span(min(start, first.start), max(stop, first.end, end))


def grouped(tokens: Sequence[Token], problems: list[Problem]) -> tuple[Item, ...]:
    """Tokens with braces and environments made one item each; what lacks its partner is reported, and closed where its
    surroundings end, or left out. One pass, without recursion."""
    stack = [_Open(None)]
    for token in tokens:
        if token.kind in ("{", "begin"):
            stack.append(_Open(token))
        elif token.kind == "}":
            _close_brace(stack, token, problems)
        elif token.kind == "end":
            _close_environment(stack, token, problems)
        else:
            stack[-1].items.append(token)
    end = tokens[-1].span.end if tokens else 0
    while len(stack) > 1:
        _close(stack, end, problems)
    return tuple(stack[0].items)


def _close(stack: list[_Open], end: int, problems: list[Problem]) -> None:
    """Close the innermost group though nothing closes it."""
    last = stack.pop()
    assert last.token is not None
    if last.token.kind == "{":
        problems.append(Problem("brace", "`{` is never closed", last.token.span))
    else:
        problems.append(Problem("environment", f"`\\begin{{{last.token.text}}}` has no end", last.token.span))
    stack[-1].items.append(last.closed(end))


def _close_brace(stack: list[_Open], token: Token, problems: list[Problem]) -> None:
    if stack[-1].token is None or stack[-1].token.kind != "{":
        problems.append(Problem("brace", "`}` closes nothing", token.span))
        return
    last = stack.pop()
    stack[-1].items.append(last.closed(token.span.end))


def _close_environment(stack: list[_Open], token: Token, problems: list[Problem]) -> None:
    environments = [k for k, o in enumerate(stack) if o.token is not None and o.token.kind == "begin"]
    if not environments:
        problems.append(Problem("environment", f"`\\end{{{token.text}}}` ends nothing", token.span))
        return
    while len(stack) > environments[-1] + 1:
        _close(stack, token.span.start, problems)
    last = stack.pop()
    assert last.token is not None
    if last.token.text != token.text:
        message = f"`\\begin{{{last.token.text}}}` is ended by `\\end{{{token.text}}}`"
        problems.append(Problem("environment", message, token.span))
    stack[-1].items.append(last.closed(token.span.end))
