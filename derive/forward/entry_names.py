"""Names written otherwise than what they name: entries, `y_i` of `\\mathbf{y}`, `w_{ij}` of `W`, and directions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from derive.forward.constants import COSTS
from derive.forward.statements import Statement
from derive.latex.reading.syntax import Big, Scripts, Symbol
from derive.latex.reading.trees import walk
from derive.reading.keys import Key, key_of
from derive.reading.marks import marks_of

AXES = 2
"""How many letters the entries of a matrix have."""


def entry_names(uses: Iterable[tuple[Key, int]], numbers: frozenset[Key]) -> Mapping[Key, Key]:
    """For each name that always has indices the array of which it names the entries, if there is one.

    Where names have arrows to the left, those to the right tell the other direction, and no vectors.
    `uses` are names, each with the number of its indices; `numbers` are capitals that are no matrices. A bold letter,
    or one with an arrow, has the plain one for its entries; where it has indices itself, `\\mathbf{x}_n` of samples,
    the plain one must always have more. A capital without any has the small letter that always has two.
    """
    most: dict[Key, int] = {}
    least: dict[Key, int] = {}
    for key, count in uses:
        most[key] = max(count, most.get(key, 0))
        least[key] = min(count, least.get(key, count))
    directed = any("larrow" in k.accents for k in most)
    bold = {k.plain: k for k in most if k.font == "bold" or ("vec" in k.accents and not directed)}
    wholes = {k.plain: k for k, count in most.items() if not count and k.plain == k.capital and k not in numbers}
    found = {k: wholes[k.capital] for k in most if k.capital in wholes and least[k] == most[k] == AXES}
    found |= {k: bold[k] for k, fewest in least.items() if k in bold and fewest > most[bold[k]]}
    return found | {k: _to_the_right(k) for k in most if directed and "vec" in k.accents}


def _to_the_right(key: Key) -> Key:
    return replace(key, accents=tuple("rarrow" if a == "vec" else a for a in key.accents))


def numbers_in(equations: Iterable[Statement]) -> Iterator[Key]:
    """The letters of costs and of sizes, and those whose equation is made of names with their small letter."""
    yield from map(Key, COSTS)
    for e in equations:
        own = marks_of(e.left).key
        for x in walk(e.right):
            if isinstance(x, Big) and x.above is not None and (size := key_of(x.above)) is not None:
                yield size
            key = marks_of(x).key if isinstance(x, Symbol | Scripts) else None
            if own is not None and key is not None and own == key.capital != key:
                yield own
