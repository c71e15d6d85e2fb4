"""Names that their letters tell apart: `net_j = \\sum_i w_{ji} x_i` and `net_k = \\sum_j w_{kj} o_j` are two layers.

A name has letters of its own if it has equations for several letters that say different things, such as that they are
made of different names, or if it is made of itself with another letter, `o_j = f(\\sum_i w_{ji} o_i)`. Where there are
such names, those without an equation have theirs as well, if they are written with several.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from derive.forward.calls import inner
from derive.forward.signs import names_in
from derive.forward.statements import Statement
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Node, Symbol
from derive.latex.reading.trees import changed
from derive.reading.definitions import INDICES
from derive.reading.keys import Key
from derive.reading.marks import marks_of

Letters = tuple[str, ...]


def lettered(equations: Sequence[Statement], needed: Collection[Statement]) -> frozenset[Key]:
    """Such names, of those that the network needs."""
    stated: dict[Key, dict[Letters, Statement]] = {}
    for e in equations:
        found = letters_of(e.left)
        if found is not None:
            stated.setdefault(found[0], {}).setdefault(found[1], e)
    read = {key for e in needed for side in (e.left, e.right) for key, _ in _names(side)}
    own = {key for key in read & set(stated) if _is_made_of_itself(key, stated)}
    while more := _told_apart(stated, read, own) - own:
        own |= more
    if not own:
        return frozenset()
    written: dict[Key, set[Letters]] = {}
    for e in equations:
        if (at := letters_of(e.left)) is not None and at[0] in read:
            for key, letters in _names(e.right):
                written.setdefault(key, set()).add(letters)
    return frozenset(own | {key for key, ways in written.items() if len(ways) > 1 and key not in stated})


def _told_apart(stated: Mapping[Key, Mapping[Letters, Statement]], read: set[Key], own: Collection[Key]) -> set[Key]:
    """Names with equations that say different things, where `own` are told apart already."""
    return {k for k, rows in stated.items() if k in read and len({_alike(e, own) for e in rows.values()}) > 1}


def letters_of(node: Node) -> tuple[Key, Letters] | None:
    """A name with nothing but letters below, and nothing above."""
    marks = marks_of(node)
    key = marks.key
    below = [inner(x) for x in marks.below]
    letters = tuple(x.name for x in below if isinstance(x, Symbol) and x.name in INDICES and not x.font)
    is_such = key is not None and letters and len(letters) == len(below) and not marks.above
    return (key, letters) if is_such and key is not None else None


def _names(node: Node) -> Iterator[tuple[Key, Letters]]:
    return (found for x in names_in(node) if (found := letters_of(x)) is not None)


def _alike(e: Statement, own: Collection[Key]) -> str:
    """The right side with letters numbered in the order in which they stand in the equation, but those of names."""
    numbers: dict[str, str] = {}
    left = e.left

    def change(x: Node) -> Node | None:
        if (found := letters_of(x)) is not None and found[0] in own and x is not left:
            return Symbol(shown(x), x.span)
        if isinstance(x, Symbol) and x.name in INDICES and not x.font:
            return Symbol(numbers.setdefault(x.name, f"#{len(numbers)}"), x.span)
        return None

    return f"{shown(changed(e.left, change))} = {shown(changed(e.right, change))}"


def _is_made_of_itself(key: Key, stated: dict[Key, dict[Letters, Statement]]) -> bool:
    """Whether its equation leads, by others, to the same name with another letter."""
    seen: set[Key] = set()
    [first, *_] = stated[key]
    waiting = [key]
    while waiting:
        for e in stated.get(waiting.pop(), {}).values():
            for other, letters in _names(e.right):
                if other == key and letters != first:
                    return True
                if other in stated and other not in seen:
                    seen.add(other)
                    waiting.append(other)
    return False
