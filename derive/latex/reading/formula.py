"""The front door: from the source of a formula to its chains."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace

from derive.latex.reading import commands
from derive.latex.reading.brackets import matched
from derive.latex.reading.chains import chains_of
from derive.latex.reading.cursor import State
from derive.latex.reading.groups import Group, Item, grouped
from derive.latex.reading.items import is_break, is_command, product_sign, relation_at, separator, sum_sign
from derive.latex.reading.macros import expanded
from derive.latex.reading.parser import expression
from derive.latex.reading.syntax import Chain, Formula, Problem, Span, Unread
from derive.latex.reading.tables import LAYOUT
from derive.latex.reading.tokens import Token, tokens_of
from derive.latex.reading.vocabulary import PLAIN, Vocabulary

LONGEST = 20_000


def read_formula(source: str, vocabulary: Vocabulary = PLAIN) -> Formula:
    """What a formula says, as far as it can be read: everything that is wrong with its writing stands in `problems`.

    Never raises for any text; time grows with its length, which is limited.
    """
    if len(source) > LONGEST:
        return _unread(source, Problem("length", f"longer than {LONGEST} characters", Span(0, len(source))))
    problems: list[Problem] = []
    tokens = expanded(tokens_of(source, vocabulary, problems), vocabulary, problems)
    if tokens is None:
        return _unread(source, problems[-1])
    return formula_of(source, tokens, vocabulary, problems)


def formula_of(
    source: str, tokens: Sequence[Token], vocabulary: Vocabulary, problems: Iterable[Problem] = ()
) -> Formula:
    """The formula that some tokens of a source make; `problems` are those found before."""
    state = State(vocabulary, expression, list(problems))
    items = matched(_arranged(grouped(tokens, state.problems)), state.problems)
    chains = chains_of(items, state, Span(0, 0))
    found = sorted(set(state.problems), key=lambda p: (p.span.start, p.span.end, p.kind, p.message))
    return Formula(source, chains, tuple(found))


def _unread(source: str, problem: Problem) -> Formula:
    span = Span(0, len(source))
    return Formula(source, (Chain((Unread(problem.message, span),), (), (span,)),), (problem,))


def _arranged(items: Iterable[Item]) -> list[Item]:
    """Environments that only arrange are opened: their rows and cells are those of the formula."""
    waiting = deque(items)
    done: list[Item] = []
    lefts = 0
    while waiting:
        item = waiting.popleft()
        if isinstance(item, Token) and item.kind in ("left", "right"):
            lefts += 1 if item.kind == "left" else -1
        begins = not done or is_break(done[-1])
        if not lefts and isinstance(item, Group) and (item.kind == "environment" or begins) and _is_layout(item):
            if waiting and item.kind == "environment":
                waiting.appendleft(Token("row", "\\\\", Span(item.span.end, item.span.end)))
            waiting.extendleft(reversed(item.items))
        elif not lefts and is_command(item, "boxed", "fbox") and waiting and isinstance(waiting[0], Group):
            if not (begins and _is_layout(waiting[0])):
                done.append(item)
        elif isinstance(item, Token) and is_command(item, *commands.SWITCHES):
            done += [replace(item, text=commands.SWITCHES[item.text]), _styled(waiting, item.span.end)]
        else:
            done.append(item)
    return done


def _is_layout(group: Group) -> bool:
    """Whether what a group holds stands as if the group were not there: rows, or equations in braces of TeX."""
    if group.kind == "environment":
        return group.opening in LAYOUT
    if group.kind == "bracket":
        return False
    items = group.items
    holds = any(isinstance(i, Group) and i.kind == "environment" and i.opening in LAYOUT for i in items)
    return holds or (len(items) > 1 and any(relation_at(items, k) is not None for k in range(len(items))))


def _styled(waiting: deque[Item], end: int) -> Group:
    """`\\bf x = …` without braces: the font holds up to the next operator."""
    inside: list[Item] = []
    while waiting and not (_is_operator(waiting[0])):
        inside.append(waiting.popleft())
    span = inside[0].span | inside[-1].span if inside else Span(end, end)
    return Group("brace", "{", "}", tuple(inside), span)


def _is_operator(item: Item) -> bool:
    if isinstance(item, Token) and item.kind in ("row", "&"):
        return True
    return bool(relation_at((item,), 0) or separator(item) or sum_sign(item) or product_sign(item))
