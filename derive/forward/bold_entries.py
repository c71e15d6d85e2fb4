"""Entries without the font or the arrow of their vector: `y_i` of `\\mathbf{y}`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from derive.reading.keys import Key


def entries_of(uses: Iterable[tuple[Key, int]]) -> Mapping[Key, Key]:
    """For a plain name that always has an index, the bold one of the same letter and accents, if there is one.

    `uses` are names, each with the number of its indices. Where the bold name has indices itself, `\\mathbf{x}_n` of
    samples, the plain one must always have more.
    """
    most: dict[Key, int] = {}
    least: dict[Key, int] = {}
    for key, count in uses:
        most[key] = max(count, most.get(key, 0))
        least[key] = min(count, least.get(key, count))
    bold = {k.plain: k for k in most if k.font == "bold" or "vec" in k.accents}
    return {k: bold[k] for k, fewest in least.items() if k in bold and fewest > most[bold[k]]}
