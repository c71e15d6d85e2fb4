"""Ordered indices as axes of arrays: a definition that is part of no recursion is computed for all rounds at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from derive.kernels.definitions import Definition
from derive.terms.affine import Affine, Index, Quotient, Size
from derive.terms.term import Divides, Entry
from derive.terms.view import Chosen, Largest, Leaf, Summed, View, children


@dataclass(frozen=True)
class Vectorizer:
    """`families` is the number of ordered axes of each tensor, `stacked` the tensors whose members are one array."""

    families: Mapping[str, int]
    stacked: frozenset[str]

    def vectorized(self, d: Definition) -> Definition | None:
        """The definition with its ordered indices as axes; None where members of sequences or ranges forbid it."""
        ordered = frozenset(b.name for b in d.domain if b.ordered)
        if not ordered or (d.at and d.tensor not in self.stacked):
            return None
        if any(not b.free.isdisjoint(ordered) for b in (*d.domain, *d.over)):
            return None
        if not self._reads_arrays(d.view, ordered):
            return None
        domain = tuple(Index(b.name, b.lo, b.hi) for b in d.domain)
        return replace(d, domain=domain, family=0)

    def _reads_arrays(self, view: View, ordered: frozenset[str]) -> bool:
        """Whether all that depends on the ordered indices lies in arrays, at places that slices reach."""
        if isinstance(view, Summed | Largest | Chosen) and any(not b.free.isdisjoint(ordered) for b in view.bounds):
            return False
        if isinstance(view, Leaf):
            if isinstance(view.atom, Entry):
                return self._is_sliced(view.atom, ordered)
            return not isinstance(view.atom, Divides) and not _has_member_sizes(view, ordered)
        return all(self._reads_arrays(p, ordered) for p in children(view))

    def _is_sliced(self, entry: Entry, ordered: frozenset[str]) -> bool:
        places = entry.idx[: self.families[entry.tensor]]
        if entry.tensor not in self.stacked and any(not a.free.isdisjoint(ordered) for a in places):
            return False
        return not any(_mentions_below(a, ordered) for a in entry.idx)


def _has_member_sizes(view: Leaf, ordered: frozenset[str]) -> bool:
    return any(_mentions_below(a, ordered) for a in _affines(view))


def _affines(view: Leaf) -> Iterator[Affine]:
    for attribute in ("affine", "difference"):
        found = getattr(view.atom, attribute, None)
        if isinstance(found, Affine):
            yield found
    variable = getattr(view.atom, "variable", None)
    if isinstance(variable, Size):
        yield Affine([(variable, 1)])


def _mentions_below(a: Affine, ordered: frozenset[str]) -> bool:
    """Whether an index expression depends on the indices through a size or a quotient (`n_l`, `⌊t/2⌋`)."""
    return any(not Affine([(v, 1)]).free.isdisjoint(ordered) for v, _ in a.terms if isinstance(v, Size | Quotient))


def has_ordered_axes(d: Definition) -> bool:
    """Whether an ordered index runs along an axis that is not among the first, ordered ones of its tensor."""
    names = frozenset().union(*(a.free for a in d.at)) if d.at else frozenset()
    return any(b.ordered and b.name not in names for b in d.domain)
