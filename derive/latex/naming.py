"""Display letters for indices: unique in their scope, the author's own first, always the same ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count

from derive.terms.affine import Affine, Index, Size, map_sizes

Names = Mapping[str, str]
"""The display letter of each index in scope."""

Range = tuple[Affine, Affine]

POOL = ("j", "k", "p", "q", "r", "t", "u", "v", "w", "h", "i", "s", "g")
ORDERED_POOL = ("r", "s", "q", "u")


@dataclass(frozen=True)
class Letters:
    """Chooses letters.

    `names` are the letters that the author gave to indices, `ranges` those given to indices of a range;
    `reserved` are letters that mean something else (tensors, sizes) and are not made up for an index; for
    another index over the samples (their range is `batch`) the letters of other ranges are the last choice.
    """

    names: Names
    ranges: Mapping[Range, tuple[str, ...]]
    reserved: frozenset[str]
    batch: Range | None = None

    def extended(self, indices: Iterable[Index], scope: Names) -> dict[str, str]:
        """`scope` with a letter for each of `indices`, different from all in it, that of a hidden index too."""
        out = dict(scope)
        for b in indices:
            taken = set(out.values())
            out[b.name] = next(letter for letter in self._candidates(b) if letter not in taken)
        return out

    def _candidates(self, b: Index) -> Iterator[str]:
        """The index's own letter, letters for its range, for ranges of its family, made-up ones."""
        if (own := self.names.get(b.name)) is not None:
            yield _stem(own)
            yield own
        yield from map(_stem, self._for_range(b))
        if len(b.name) == 1 and b.name.isalpha() and b.name not in self.reserved:
            yield b.name
        pool = [letter for letter in (ORDERED_POOL if b.ordered else POOL) if letter not in self.reserved]
        if (b.lo, b.hi) == self.batch:
            elsewhere = {_stem(letter) for letters in self.ranges.values() for letter in letters}
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


def _stem(letter: str) -> str:
    """`j` of `j2`, which programs write for a second index with the letter j."""
    return letter[0] if letter[1:].isdigit() else letter


def _without_arguments(limits: Range) -> Range:
    """The range with `n` for every size `n_l` of a family."""
    lo, hi = (map_sizes(a, lambda s: Affine([(Size(s.name), 1)])) for a in limits)
    return lo, hi
