"""Equations written out unit by unit: every index gets a number, every sum becomes its terms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from derive.errors import DeriveError
from derive.latex.tex import upright
from derive.terms.affine import Affine, Index, number
from derive.terms.term import Entry, Scalar
from derive.terms.view import (
    ZERO_VIEW,
    Apply,
    Leaf,
    Plus,
    Summed,
    Times,
    View,
    children,
    plus,
    rebuild,
    rename,
    times,
    transform,
)

MOST_LINES = 40
"""More lines than these are no help to a reader."""

DOTS = "…"
"""Stands for the terms of a sum that are left out; no name of a network can hold it."""

_PRINTED_DOTS = upright(DOTS)

At = Mapping[str, int]
"""A value for each of some indices."""


@dataclass(frozen=True)
class Spelled:
    """`lhs = view` at one place, without an index."""

    lhs: Entry
    view: View


def places(bounds: Sequence[Index], what: str) -> tuple[At, ...]:
    """All values of the indices, the first one slowest.

    Raises: DeriveError where a range is no number, or where there are more values than a reader can look at.
    """
    ranges = []
    for b in bounds:
        if not (b.lo.is_number and b.hi.is_number):
            raise DeriveError(
                f"{what} cannot be written out: its index {b.name} runs to {b.hi!r}",
                repair="give the sizes of the network as numbers",
            )
        ranges.append(range(b.lo.const, b.hi.const + 1))
    count = 1
    for r in ranges:
        count *= len(r)
    if count > MOST_LINES:
        raise DeriveError(
            f"{what} would be written out as {count} terms", repair=f"take sizes that give at most {MOST_LINES}"
        )
    return tuple(dict(zip((b.name for b in bounds), values, strict=True)) for values in product(*ranges))


def spelled(view: View, at: At) -> View:
    """The view at the values `at` of its free indices, every sum Σ_k f_k as f_1 + … + f_n.

    Raises: DeriveError as `places` does.
    """
    return _written_out(rename(view, _numbers(at)))


def spelled_entry(entry: Entry, at: At) -> Entry:
    """The entry at the values of its indices."""
    return Entry(entry.tensor, tuple(a.subs(_numbers(at)) for a in entry.idx))


def spelled_lines(lhs: Entry, domain: Sequence[Index], view: View) -> tuple[Spelled, ...]:
    """`lhs = view` for every value of the indices in `domain`, one after the other."""
    return tuple(Spelled(spelled_entry(lhs, at), spelled(view, at)) for at in places(domain, lhs.tensor))


def put_in(view: View, known: Mapping[Entry, View]) -> View:
    """The view with entries replaced by what is known of them."""
    return transform(view, lambda v: known.get(v.atom) if isinstance(v, Leaf) and isinstance(v.atom, Entry) else None)


def entries_of(view: View) -> Iterator[Entry]:
    """The entries that stand in a view as leaves."""
    if isinstance(view, Leaf) and isinstance(view.atom, Entry):
        yield view.atom
    for part in children(view):
        yield from entries_of(part)


def is_function_of(view: View) -> bool:
    """Whether a view is one scalar function of one entry: f(z)."""
    return isinstance(view, Apply) and all(isinstance(a, Leaf) for a in view.args)


def _numbers(at: At) -> dict[str, Affine]:
    return {name: number(k) for name, k in at.items()}


def _written_out(view: View) -> View:
    if isinstance(view, Summed):
        first, *rest = view.bounds
        inner = Summed(tuple(rest), view.body) if rest else view.body
        if first.lo.is_number and not first.hi.is_number and not first.hi.free and not rest:
            return _with_dots(inner, first)
        terms = (_written_out(rename(inner, _numbers(at))) for at in places((first,), "a sum"))
        return _sum(terms)
    parts = tuple(_written_out(p) for p in children(view))
    match view:
        case Times():
            return ZERO_VIEW if ZERO_VIEW in parts else times(list(parts))
        case Plus():
            return _sum(parts)
    return rebuild(view, parts)


def _sum(terms: Iterable[View]) -> View:
    """The sum, without sums among its terms."""
    return plus([t for term in terms for t in (term.terms if isinstance(term, Plus) else (term,))])


def _with_dots(body: View, bound: Index) -> View:
    """f_1 + f_2 + ⋯ + f_n for a symbolic n."""
    ends = [rename(body, {bound.name: a}) for a in (bound.lo, bound.lo + 1, bound.hi)]
    first, second, last = map(_written_out, ends)
    return Plus((first, second, Leaf(Scalar(DOTS)), last))


def with_dots(latex: str) -> str:
    """The formula with `⋯` for the terms that are left out."""
    return latex.replace(_PRINTED_DOTS, r"\cdots")
