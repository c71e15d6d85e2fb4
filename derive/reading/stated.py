"""What an author says beside a formula of its letters: `l = 1, …, L`, `1 ≤ j ≤ n`, `∀ i ∈ {1, …, m}`, `t = T`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from derive.latex.reading.syntax import (
    Bracketed,
    Chain,
    Ellipsis,
    Listed,
    Node,
    Quantified,
    Symbol,
    Words,
)
from derive.reading.index_reader import IndexReader
from derive.reading.keys import key_of
from derive.reading.marks import sequence
from derive.reading.quantity import Unknown
from derive.reading.ranges import UNSAID, Interval
from derive.terms.affine import Affine, number
from derive.terms.prover import nonnegative


@dataclass(frozen=True)
class Stated:
    """The ranges by letter; letters that are named without a range; what is excluded, `k ≠ j`; what is not read."""

    ranges: Mapping[str, Interval] = field(default_factory=dict)
    named: tuple[str, ...] = ()
    excluded: tuple[tuple[str, Affine], ...] = ()
    unread: tuple[Node, ...] = ()


@dataclass
class _Found:
    ranges: dict[str, Interval] = field(default_factory=dict)
    named: list[str] = field(default_factory=list)
    excluded: list[tuple[str, Affine]] = field(default_factory=list)
    unread: list[Node] = field(default_factory=list)

    def restrict(self, letter: str, interval: Interval) -> None:
        self.ranges[letter] = self.ranges.get(letter, UNSAID) & interval
        if letter not in self.named:
            self.named.append(letter)


def stated(remarks: Sequence[Node], indices: IndexReader) -> Stated:
    """What remarks, or the items below a sign, say of letters; words are passed over."""
    found = _Found()
    alone: list[str] = []
    for group in _grouped(_flat(remarks)):
        before = len(found.named)
        try:
            _condition(group, indices, found)
        except Unknown:
            found.unread += group
        alone = [*alone, *found.named[before:]] if isinstance(group[0], Symbol) else _shared(alone, group, found)
    return Stated(found.ranges, tuple(found.named), tuple(found.excluded), tuple(found.unread))


def _shared(alone: Sequence[str], group: Sequence[Node], found: _Found) -> list[str]:
    """`i, j = 1, …, n` says of i what it says of j; no letters are left that wait for a range."""
    first, last = group[0], found.named[-1:]
    if isinstance(first, Chain) and first.relations == ("=",) and last and last[0] in found.ranges:
        interval = found.ranges[last[0]]
        for letter in alone if interval.lo != interval.hi else ():
            found.restrict(letter, interval)
    return []


def _flat(nodes: Iterable[Node]) -> Iterator[Node]:
    """The conditions without what stands around them."""
    for node in nodes:
        if isinstance(node, Quantified) or (isinstance(node, Bracketed) and node.opening in ("(", "{")):
            yield from _flat((node.body,))
        elif isinstance(node, Listed):
            yield from _flat(node.items)
        elif not isinstance(node, Words):
            yield node


def _grouped(nodes: Iterable[Node]) -> Iterator[list[Node]]:
    """`l = 1` with the `…` and the `L` that stand behind it as items of their own."""
    group: list[Node] = []
    for node in nodes:
        if group and isinstance(node, Chain):
            yield group
            group = []
        group.append(node)
        if not isinstance(group[0], Chain):
            yield group
            group = []
    if group:
        yield group


def _condition(group: Sequence[Node], indices: IndexReader, found: _Found) -> None:
    """Raises: Unknown for a condition of another kind."""
    first, *rest = group
    if not isinstance(first, Chain):
        found.named += [letter_of(x, indices) for x in sequence(first)]
        return
    members = [m for m in first.members if m is not None]
    if len(members) != len(first.members):
        raise Unknown("a condition without its left side")
    if len(members) == 2 and first.relations[0] == "=":
        found.restrict(letter_of(members[0], indices), run([*_items(members[1]), *rest], indices))
    elif rest:
        raise Unknown("what stands behind a condition is not understood")
    elif len(members) == 2 and first.relations[0] == "∈":
        _member_of(members[0], members[1], indices, found)
    elif len(members) == 2 and first.relations[0] == "≠":
        letter = letter_of(members[0], indices)
        found.named.append(letter)
        found.excluded.append((letter, indices.affine(members[1])))
    else:
        _inequalities(members, first.relations, indices, found)


def _member_of(letters: Node, of: Node, indices: IndexReader, found: _Found) -> None:
    """`i ∈ {1, …, m}`; of a set with a name alone nothing more is known than that the letter runs over it."""
    names = [letter_of(x, indices) for x in sequence(letters)]
    if isinstance(of, Bracketed) and of.opening in (r"\{", "["):
        for name in names:
            found.restrict(name, run(_items(of.body), indices))
    elif isinstance(of, Symbol):
        found.named += names
    else:
        raise Unknown("this set is not understood")


def _inequalities(members: Sequence[Node], relations: Sequence[str], indices: IndexReader, found: _Found) -> None:
    """`1 ≤ j ≤ n`, `l < L`, `t' > t`: the letter stands in the middle, else first."""
    at = 1 if len(members) == 3 else 0
    letter = letter_of(members[at], indices)
    for k, relation in enumerate(relations):
        if relation not in ("<", "≤", ">", "≥") or at not in (k, k + 1):
            raise Unknown("this condition is not understood")
        other = indices.affine(members[k + 1] if k == at else members[k])
        is_upper = (relation in ("<", "≤")) == (k == at)
        strict = relation in ("<", ">")
        found.restrict(letter, Interval(hi=other - strict) if is_upper else Interval(lo=other + strict))


def _items(node: Node) -> list[Node]:
    return list(node.items) if isinstance(node, Listed) else [node]


def run(items: Sequence[Node], indices: IndexReader) -> Interval:
    """`1, …, L`, `L-1, …, 1`, `1, 2, 3`, `1 : n` or one number.

    Raises: Unknown for numbers that are no run.
    """
    given = [indices.affine(x) for x in items if not isinstance(x, Ellipsis)]
    if not given:
        raise Unknown("a range without ends")
    steps = [b - a for a, b in pairwise(given)]
    has_dots = any(isinstance(x, Ellipsis) for x in items)
    if not has_dots and not _is_run(steps):
        raise Unknown("these numbers are no run")
    first, last = given[0], given[-1]
    goes_down = nonnegative(first - last, {}) or steps[:1] == [number(-1)] or (last.is_number and not first.is_number)
    return Interval(last, first) if goes_down else Interval(first, last)


def _is_run(steps: Sequence[Affine]) -> bool:
    """Whether numbers follow one another: one step, up or down; two ends that are no numbers are a range."""
    if len(steps) == 1 and not steps[0].is_number:
        return True
    return all(s == steps[0] and s.is_number and abs(s.const) == 1 for s in steps)


def letter_of(node: Node, indices: IndexReader) -> str:
    """Raises: Unknown for what is no letter of an index."""
    if (numbered := indices.numbered(node)) is not None:
        return numbered
    key = key_of(node)
    if key is None or key.accents:
        raise Unknown(f"{indices.said(node)} is no letter of an index")
    return indices.letter(key)
