"""What is declared of random tensors. Nothing is assumed that is not declared.

A *source* is a tensor in one layer, all its other axes left open: `W[l]` of `W[l, j, k]`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from derive.errors import DeriveError
from derive.terms.term import Entry

Source = Entry


@dataclass(frozen=True)
class Law:
    """What is declared of the entries of one source.

    `has_zero_mean`: E[X] = 0. `has_independent_entries`: all entries are independent of each other.
    `is_identical`: all entries have one distribution. `is_symmetric`: −X has the distribution of X.
    `is_continuous`: no entry has one value with a probability above 0.
    """

    has_zero_mean: bool = False
    has_independent_entries: bool = False
    is_identical: bool = False
    is_symmetric: bool = False
    is_continuous: bool = False


@dataclass(frozen=True)
class Fact:
    """A declaration that a step has used.

    `kind`: `zero_mean`, `independent_entries`, `identical`, `symmetric`, `continuous`, `constant` of one source,
    or `independent` of several.
    """

    kind: str
    sources: tuple[Source, ...]


Facts = tuple[Fact, ...]


@dataclass(frozen=True)
class Assumptions:
    """The laws of random sources, which sources are constant, and groups of sources that are independent together.

    `families` gives for each tensor how many of its leading axes are layers.
    """

    laws: Mapping[Source, Law] = field(default_factory=lambda: MappingProxyType({}))
    constants: frozenset[Source] = frozenset()
    independent: tuple[frozenset[Source], ...] = ()
    families: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        both = sorted((repr(s) for s in self.constants & set(self.laws)), key=str)
        if both:
            raise DeriveError(f"{', '.join(both)} is declared both random and constant", repair="choose one of them")

    def source(self, entry: Entry) -> Source:
        """The tensor of an entry, in the layer where it stands."""
        return Entry(entry.tensor, entry.idx[: self.families.get(entry.tensor, 0)])

    def is_constant(self, entry: Entry) -> bool:
        """Whether an entry is declared constant. Raises: DeriveError if nothing is declared of it."""
        source = self.source(entry)
        if source not in self.constants and source not in self.laws:
            raise DeriveError(
                f"nothing is declared of {source!r}, so no moment of it can be derived",
                repair="declare a law for it, or that it is constant",
            )
        return source in self.constants

    def law(self, entry: Entry) -> Law:
        """The law of the entries of a random source."""
        return self.laws[self.source(entry)]

    def are_declared_independent(self, sources: Iterable[Source]) -> bool:
        """Whether one group of independent sources holds all of these."""
        wanted = frozenset(sources)
        return any(wanted <= group for group in self.independent)


def merged(*facts: Facts) -> Facts:
    """All facts once, in order."""
    return tuple(dict.fromkeys(f for row in facts for f in row))
