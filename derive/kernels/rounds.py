"""Definitions over ordered indices, round by round: renamed, narrowed, with single rounds taken out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from derive.errors import UnsupportedError
from derive.kernels.definitions import Definition
from derive.terms.affine import Affine, Index, index
from derive.terms.substitute import substitute, substitute_atom
from derive.terms.term import Entry
from derive.terms.view import rename

MOST_PEELED = 4


def slot(d: Definition, name: str) -> int:
    """Which ordered axis the loop variable runs along."""
    return next(k for k, a in enumerate(d.at) if name in a.free)


def over(d: Definition, name: str) -> Definition:
    """The definition with its ordered index called `name`."""
    loop = d.loop
    return d if loop is None or loop.name == name else substituted(d, loop.name, index(name), loop.renamed(name))


def within(d: Definition, common: Index) -> Definition:
    return replace(d, domain=tuple(common if b.name == common.name else b for b in d.domain))


def substituted(d: Definition, name: str, value: Affine, new: Index | None) -> Definition:
    mapping = {name: value}
    lhs = substitute_atom(d.lhs, mapping)
    assert isinstance(lhs, Entry)
    domain = tuple(b.subs(mapping) for b in d.domain if b.name != name)
    return replace(
        d,
        lhs=lhs,
        domain=domain if new is None else (new, *domain),
        poly=substitute(d.poly, mapping),
        view=rename(d.view, mapping),
        over=tuple(b.subs(mapping) for b in d.over),
    )


def round_by_round(peeled: Sequence[Sequence[Definition]]) -> list[list[Definition]]:
    """The peeled definitions by their distance from the loop; in each round as in the loop's body."""
    most = max(map(len, peeled), default=0)
    return [[rounds[k] for rounds in peeled if k < len(rounds)] for k in range(most)]


def flat(rounds: Sequence[Sequence[Definition]]) -> list[Definition]:
    return [d for r in rounds for d in r]


def split_at(d: Definition, ends: set[tuple[Affine, ...]]) -> list[Definition]:
    """The definition without its first or last round, where that is one of `ends`, and that round."""
    loop = d.loop
    if loop is None:
        return [d]
    for end, rest in ((loop.hi, (loop.lo, loop.hi - 1)), (loop.lo, (loop.lo + 1, loop.hi))):
        single = substituted(d, loop.name, end, None)
        if single.at in ends:
            return [within(d, Index(loop.name, *rest, True)), *split_at(single, ends)]
    return [d]


def extreme(bounds: Sequence[Affine], sign: int) -> Affine:
    """The largest (sign 1) or least (−1) of bounds that differ by numbers."""
    out = bounds[0]
    for b in bounds[1:]:
        difference = b - out
        if not difference.is_number:
            raise UnsupportedError(f"the ranges up to {out} and {b} of one recursion differ: no kernel")
        if difference.const * sign > 0:
            out = b
    return out


def peeled(
    d: Definition, name: str, loop: Index | None, lo: Affine, hi: Affine
) -> tuple[list[Definition], list[Definition]]:
    """The definition at the places of its range below `lo` and above `hi`, in ascending order."""
    assert loop is not None
    under, over = lo - loop.lo, loop.hi - hi
    return (
        [substituted(d, name, loop.lo + k, None) for k in rounds(under)],
        [substituted(d, name, hi + 1 + k, None) for k in rounds(over)],
    )


def rounds(count: Affine) -> Iterator[int]:
    if not count.is_number or count.const > MOST_PEELED:
        raise UnsupportedError("the ranges of one recursion differ too much: no kernel")
    yield from range(count.const)
