"""Display letters for indices: unique in their scope, the author's own first, always the same ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from types import MappingProxyType

from derive.latex.axis_letters import AxisLetters, entries_of
from derive.terms.affine import Affine, Index, Size, map_sizes
from derive.terms.term import Entry
from derive.terms.view import Chosen, Largest, Summed

Names = Mapping[str, str]
"""How each index in scope is displayed: a letter, or `l-1` where its number is shown as one more than it is."""

Range = tuple[Affine, Affine]

Bounded = Summed | Largest | Chosen
"""What binds indices."""

_MOVED = re.compile(r"(?<=.)[+-][0-9]+\Z")

POOL = ("j", "k", "p", "q", "r", "t", "u", "v", "w", "h", "i", "s", "g")
ORDERED_POOL = ("r", "s", "q", "u")
PAIRS = (("p", "q"), ("r", "s"), ("u", "v"), ("g", "h"), ("e", "f"))
"""Letters that stand for rows and columns together, of positions or taps."""
SINGLES = ("s", "r", "g", "u", "v", "p", "q", "h", "k", "l", "d", "c", "f")


@dataclass(frozen=True)
class Letters:
    """Chooses letters.

    `names` are the letters that the author gave to indices, `ranges` those given to indices of a range;
    `reserved` are letters that mean something else (tensors, sizes) and are not made up for an index; for
    another index over the samples (their range is `batch`) the letters of other ranges are the last choice.
    `axes` tell apart what may have one range: channels, positions, taps. `shifts` say of tensors of every layer what
    their number is shown as beyond the layer's own.
    """

    names: Names
    ranges: Mapping[Range, tuple[str, ...]]
    reserved: frozenset[str]
    batch: Range | None = None
    axes: AxisLetters = field(default_factory=AxisLetters)
    shifts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def extended(self, indices: Iterable[Index], scope: Names) -> dict[str, str]:
        """`scope` with a letter for each of `indices`, different from all in it, that of a hidden index too."""
        return self._extended(indices, scope, {})

    def _extended(
        self,
        indices: Iterable[Index],
        scope: Names,
        preferred: Mapping[str, tuple[str, ...]],
        settled: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    ) -> dict[str, str]:
        out = dict(scope)
        for b in indices:
            taken = set(map(letter_of, out.values()))
            letters = chain(settled.get(b.name, ()), self._candidates(b, preferred.get(b.name, ())))
            out[b.name] = next(letter for letter in letters if letter not in taken)
        return out

    def beside(
        self, indices: Iterable[str], scope: Names, likely: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    ) -> dict[str, str]:
        """`scope` with a letter for each index that shares its place: its own, a likely one, or one made up."""
        out = dict(scope)
        for name in indices:
            own = (self.names[name],) if name in self.names else ()
            pool = (letter for letter in POOL if letter not in self.reserved)
            letters = (*(letter for o in own for letter in (stem(o), o)), *map(stem, likely.get(name, ())), *pool)
            taken = set(map(letter_of, out.values()))
            out[name] = next(letter for letter in letters if letter not in taken)
        return out

    def inside(self, view: Bounded, scope: Names) -> dict[str, str]:
        """`scope` with letters for what a sum or a maximum binds: those of the axes along which it runs there."""
        return self.among(view.bounds, entries_of(view.body), scope)

    def among(self, bounds: Sequence[Index], entries: Iterable[Entry], scope: Names) -> dict[str, str]:
        """`scope` with letters for bound indices that stand in these entries."""
        there = tuple(entries)
        settled = {b.name: self.axes.settled(b, there) for b in bounds}
        found = self._extended(bounds, scope, {b.name: self.axes.preferred(b, there) for b in bounds}, settled)
        return found | {b.name: moved(found[b.name], -self._shift(b, there)) for b in bounds if b.ordered}

    def _shift(self, b: Index, entries: Iterable[Entry]) -> int:
        """What an index over layers is shown as beyond its own number: so that it is the number in all entries."""
        first = ((e, e.idx[0]) for e in entries if e.tensor in self.shifts and e.idx)
        numbers = {at.const + self.shifts[e.tensor] for e, at in first if at.coefficient(b.name) == 1}
        return numbers.pop() if len(numbers) == 1 else 0

    def of_entry(self, free: Sequence[Index], lhs: Entry) -> dict[str, str]:
        """A letter for each free index of a left side: of layers with letters, that of the layer comes first."""
        return self._extended(free, {}, {}, {b.name: tuple(self.axes.of_layers(b, [lhs])) for b in free})

    def _candidates(self, b: Index, preferred: tuple[str, ...]) -> Iterator[str]:
        """The index's own letter, letters of its axes, for its range, for ranges of its family, made-up ones."""
        if (own := self.names.get(b.name)) is not None:
            yield stem(own)
            yield own
        yield from preferred
        yield from sorted(map(stem, self._for_range(b)), key=lambda x: x not in self.axes.of_matrices)
        if len(b.name) == 1 and b.name.isalpha() and b.name not in self.reserved:
            yield b.name
        pool = [letter for letter in (ORDERED_POOL if b.ordered else POOL) if letter not in self.reserved]
        if (b.lo, b.hi) == self.batch:
            elsewhere = {stem(letter) for letters in self.ranges.values() for letter in letters}
            pool.sort(key=lambda letter: letter in elsewhere)
        yield from pool
        yield from (f"{POOL[0]}_{n}" for n in count(1))

    def _for_range(self, b: Index) -> Iterator[str]:
        yield from self.ranges.get((b.lo, b.hi), ())
        family = _without_arguments((b.lo, b.hi))
        for limits, letters in self.ranges.items():
            if _without_arguments(limits) == family:
                yield from letters

    def is_whole(self, b: Index) -> bool:
        """Whether the author has an index of this range, up to the arguments of size families."""
        return next(self._for_range(b), None) is not None


def told_apart(
    names: Names, ranges: Mapping[Range, tuple[str, ...]], taken: frozenset[str], avoided: frozenset[str] = frozenset()
) -> dict[str, str]:
    """Another letter for each own letter of an index that is the letter of a tensor; pairs change together.

    `taken` are the letters of tensors; no index changes to one of those that are `avoided`.
    """
    own = dict.fromkeys(stem(x) for row in (names.values(), *ranges.values()) for x in row)
    changed: dict[str, str] = {}
    for letter in own:
        if letter in taken and letter not in changed:
            used = taken | avoided | set(own) | set(changed.values())
            pair = next((p for p in PAIRS if letter in p and own.keys() >= set(p)), None)
            free = next((p for p in PAIRS if pair is not None and used.isdisjoint(p)), None)
            if pair is not None and free is not None:
                changed |= dict(zip(pair, free, strict=True))
            elif (single := next((x for x in SINGLES if x not in used), None)) is not None:
                changed[letter] = single
    return changed


def moved(letter: str, by: int) -> str:
    """`l-1` of `l`: what an index is whose number is shown as l, where shown numbers are one more."""
    return f"{letter_of(letter)}{by:+d}" if by else letter_of(letter)


def letter_of(display: str) -> str:
    """`l` of `l-1`."""
    return _MOVED.sub("", display)


def moved_by(display: str) -> int:
    """-1 of `l-1`."""
    found = _MOVED.search(display)
    return int(found.group()) if found else 0


def stem(letter: str) -> str:
    """`j` of `j2`, which programs write for a second index with the letter j."""
    return letter[0] if letter[1:].isdigit() else letter


def _without_arguments(limits: Range) -> Range:
    """The range with `n` for every size `n_l` of a family."""
    lo, hi = (map_sizes(a, lambda s: Affine([(Size(s.name), 1)])) for a in limits)
    return lo, hi
