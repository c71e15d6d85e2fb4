"""The chains of a formula: which parts of its lines go on with a chain, begin one, or are remarks beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derive.latex.reading import commands
from derive.latex.reading.connectives import cut_at_arrows
from derive.latex.reading.cursor import Cursor, State
from derive.latex.reading.drafts import Draft, is_condition
from derive.latex.reading.groups import Item, is_empty
from derive.latex.reading.items import (
    is_command,
    product_sign,
    relation_at,
    sum_sign,
)
from derive.latex.reading.segments import Part, is_range_in_brackets, parts_of
from derive.latex.reading.syntax import Cases, Chain, Node, Span, Words
from derive.latex.reading.tokens import Token

_CONDITIONAL = (
    *(
        "if",
        "(if",
        "for",
        "(for",
        "when",
        "unless",
        "s.t",
        "subject to",
        "provided",
        "otherwise",
        "else",
        "with",
        "given",
    ),
    *("如果", "若", "当", "对", "否则", "假设"),
)

_PUNCTUATION = " ,;:.，；：。~"


def chains_of(items: Sequence[Item], state: State, place: Span) -> tuple[Chain, ...]:
    """All chains of a formula whose brackets have their partners, in order."""
    parts = cut_at_arrows(parts_of(items))
    drafts = _Folding([_without_empty(part) for part in parts if part.items]).drafts()
    chains: list[Chain] = []
    for draft in drafts:
        chains += _systems(_chain(draft, state, place))
    return tuple(chains)


def _without_empty(part: Part) -> Part:
    """Without the empty braces of `{} + b` and `{} \\times b`, which make the sign one between two terms."""
    first, *rest = part.items
    is_sign = bool(rest) and bool(sum_sign(rest[0]) or product_sign(rest[0]))
    return replace(part, items=tuple(rest)) if is_empty(first) and is_sign else part


def _is_conditional(part: Part) -> bool:
    """Whether words say that a condition follows."""
    token = part.items[0]
    return isinstance(token, Token) and token.text.strip(_PUNCTUATION).lower().startswith(_CONDITIONAL)


class _Folding:
    """Takes one part after the other; `main` is the chain that rows go on with, `current` the one that grows."""

    def __init__(self, parts: list[Part]) -> None:
        self.parts = parts
        self.done: list[Draft] = []
        self.current: Draft | None = None
        self.main: Draft | None = None
        self.pending: list[Sequence[Item] | Draft] = []
        self.after_words = ""
        self.begins = True
        self.premise = False
        self.ranged = 0
        """So many chains have their range beside them, or below them."""

    def drafts(self) -> list[Draft]:
        for k, part in enumerate(self.parts):
            if k and "row" in part.separators:
                self._settle()
                self.current, self.after_words, self.begins = self.main, "", True
                if self.current is not None:
                    self.current.is_premise = False
            following = self.parts[k + 1] if k + 1 < len(self.parts) else None
            if part.is_words:
                self._words(part, following)
            elif self.begins and is_command(part.items[0], *commands.QUANTIFIERS) and following is not None:
                self.pending.append(part.items)
            else:
                self._formula(part, following)
                self.begins = False
        self._settle()
        if self.pending:
            self._remark_of(self.pending)
        return self.done

    def _remark_of(self, remarks: list[Sequence[Item] | Draft]) -> None:
        """What no chain follows belongs to the last one; without any, it is one itself."""
        if not self.done:
            first, *remarks = remarks
            self.done.append(first if isinstance(first, Draft) else Draft([list(first)]))
        self.done[-1].remarks += remarks

    def _words(self, part: Part, following: Part | None) -> None:
        """Words are a remark on the chain before them, at the begin of a row on the next; `Loss = …` is a name."""
        goes_on = following is not None and "row" not in following.separators
        if (self.begins or self.current is None) and goes_on and following is not None:
            if relation_at(following.items, 0):
                self._begin(part)
                self.begins = False
            else:
                self.pending.append(part.items)
                self.premise = self.premise or _is_conditional(part)
            return
        if self.current is None:
            self.pending.append(part.items)
            return
        self.current.remarks.append(part.items)
        self.after_words = "condition" if _is_conditional(part) and not self.current.is_premise else "words"

    def _formula(self, part: Part, following: Part | None) -> None:
        current = self.current
        if current is None or "implies" in part.separators:
            self._begin(part)
        elif len(part.items) == 1 and is_range_in_brackets(part.items[0]) and not current.dangles:
            self._range(part, current)
        elif relation_at(part.items, 0) or current.dangles or self._goes_on(part, following):
            current.extend(part.items)
        elif is_command(part.items[0], *commands.QUANTIFIERS):
            current.remarks.append(part.items)
        elif self.begins:
            if all(is_command(item, *commands.ELLIPSES) for item in part.items):
                current.remarks.append(part.items)
            else:
                self._begin(part)
        elif self.after_words:
            self._after_words(part, current)
        elif part.has_relation:
            self._with_relation(part, current)
        else:
            self._without_relation(part, following, current)

    def _range(self, part: Part, current: Draft) -> None:
        """A range is that of the chain beside it; in a row by itself, of all above it that have none."""
        for draft in self.done[self.ranged :] if self.begins else (current,):
            draft.remarks.append(part.items)
        self.ranged = len(self.done)

    def _goes_on(self, part: Part, following: Part | None) -> bool:
        """Whether a part that begins with an operator goes on with the last member: `& + b`, not `-p &= q`."""
        first = part.items[0]
        if not (sum_sign(first) or product_sign(first)) or "," in part.separators:
            return False
        if "&" in part.separators:
            return True
        related = following is not None and "&" in following.separators and relation_at(following.items, 0) is not None
        return self.begins and not related and (not part.has_relation or sum_sign(first) not in ("-", ""))

    def _begin(self, part: Part, is_remark: bool = False) -> None:
        self._settle()
        if self.current is not None and self.current.is_premise and self.done and self.done[-1] is self.current:
            self.pending.append(self.done.pop())
            self.main = self.done[-1] if self.done else None
        draft = Draft(is_remark=is_remark, is_premise=self.premise)
        self.premise = False
        draft.extend(part.items)
        draft.remarks += self.pending
        self.pending.clear()
        self.current = draft
        self.done.append(draft)
        if self.main is None:
            self.main = draft

    def _settle(self) -> None:
        """The chain that grew last is either a remark on the one before it, or what rows go on with."""
        draft = self.current
        if draft is None or draft is self.main or not self.done or self.done[-1] is not draft:
            return
        if self.main is not None and (draft.is_remark or is_condition(draft, self.main)):
            self.done.pop()
            self.main.remarks.append(draft)
        else:
            self.main = draft

    def _after_words(self, part: Part, current: Draft) -> None:
        if current.is_remark and part.separators == (",",) and not part.has_relation:
            current.extend(part.items, part.comma)
        elif part.has_relation:
            self._begin(part, is_remark=self.after_words == "condition")
        else:
            current.remarks.append(part.items)

    def _with_relation(self, part: Part, current: Draft) -> None:
        if not current.signs and part.separators == (",",):
            current.extend(part.items, part.comma)
        elif not current.signs and part.separators == ("&",):
            current.extend(part.items)
        else:
            self._begin(part)

    def _without_relation(self, part: Part, following: Part | None, current: Draft) -> None:
        marks = set(part.separators)
        related = following is not None and "&" in following.separators and relation_at(following.items, 0) is not None
        if current.signs and "&" in marks and related and "row" not in (following.separators if following else ()):
            self._begin(part)
        elif marks == {","} or (marks == {",", "quad"} and _lists(current, part)):
            current.extend(part.items, part.comma)
        elif not marks or (marks == {"&"} and not current.signs):
            current.extend(part.items)
        elif not current.signs:
            self._begin(part)
        else:
            current.remarks.append(part.items)


def _lists(draft: Draft, part: Part) -> bool:
    """Whether a part goes on with a list: `1, \\quad 2, \\quad \\dots`."""
    ellipsis = any(is_command(item, *commands.ELLIPSES) for item in (*part.items, *draft.members[-1]))
    return ellipsis or not draft.signs


def _chain(draft: Draft, state: State, place: Span) -> Chain:
    """The members read one by one."""
    first = draft.members[0]
    members: list[Node | None] = [None if not first and draft.signs else _read(first, state, place)]
    spans = [_span_of(members[0], draft, place)]
    for sign, items in zip(draft.signs, draft.members[1:], strict=True):
        if sign.label is not None:
            draft.remarks.append([sign.label])
        where = Span(sign.span.end, sign.span.end)
        member = _read(items, state, where)
        members.append(member)
        spans.append(sign.span | member.span)
    remarks = [_remark(items, state, place) for items in draft.remarks]
    remarks += state.remarks
    state.remarks.clear()
    return Chain(tuple(members), tuple(s.relation for s in draft.signs), tuple(spans), tuple(remarks))


def _remark(items: Sequence[Item] | Draft, state: State, place: Span) -> Node:
    if isinstance(items, Draft):
        return _chain(items, state, place)
    only = items[0] if len(items) == 1 else None
    if isinstance(only, Token) and only.kind == "words":
        return Words(only.text, only.span)
    return _read(items, state, place)


def _span_of(first: Node | None, draft: Draft, place: Span) -> Span:
    if first is not None:
        return first.span
    start = draft.signs[0].span.start if draft.signs else place.start
    return Span(start, start)


def _read(items: Sequence[Item], state: State, place: Span) -> Node:
    cursor = Cursor((), state, 0, place)
    return cursor.read(items, place) if items else cursor.nothing("an operand is missing")


def _systems(chain: Chain) -> list[Chain]:
    """Equations joined by a brace, `\\begin{cases} z = W x \\\\ a = f(z) \\end{cases}`, are chains of their own."""
    only = chain.members[0]
    if len(chain.members) != 1 or not isinstance(only, Cases):
        return [chain]
    values = [branch.value for branch in only.branches]
    found = [value for value in values if isinstance(value, Chain)]
    if len(found) < len(values):
        return [chain]
    return [
        Chain(value.members, value.relations, value.spans, (*branch.condition, *chain.remarks))
        for value, branch in zip(found, only.branches, strict=True)
    ]
