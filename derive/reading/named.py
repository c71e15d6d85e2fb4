"""One way in which a value of a network, or its gradient, is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from derive.ir.tensor import Tensor
from derive.reading.keys import Key
from derive.reading.quantity import Quantity
from derive.terms.affine import Affine, Index


@dataclass(frozen=True)
class Expansion:
    """What a name of the document abbreviates: a value, and the ranges of the letters that are its indices."""

    value: Quantity
    letters: tuple[Index, ...]
    is_anywhere: bool = False
    """Whether the letters run over anything: `δ_{ij} = [i = j]`."""


@dataclass(frozen=True)
class Named:
    """One way in which a tensor, or its gradient, is written.

    `subs` are subscripts that belong to the name (signatures of what stands there); `layer` and `shift` are those of
    the printer; `large` says that samples or rows and columns are open. A name of the document's own has fixed marks
    `above`, where `(·)` is the place of an index, and its index letters below come after `subs`; `letters` are all of
    them, as they were written, and `axes` says on which axes they stand.
    """

    tensor: Tensor
    subs: tuple[str, ...]
    layer: int | str | Affine | None
    shift: int
    large: bool | None
    gradient: bool = False
    above: tuple[str, ...] = ()
    is_own: bool = False
    needs_index: bool = False
    is_entry: bool = False
    """Whether it names entries only, and must carry all indices."""
    is_row: bool | None = None
    letters: tuple[str, ...] = ()
    axes: tuple[int, ...] = ()
    expansion: Expansion | None = None
    fixed: tuple[Affine, ...] = ()
    """The places on ordered axes that the name itself gives: the prediction is the value of the last layer."""
    is_prediction: bool = False
    is_numbered: bool = False
    """Whether its subscript is one of several numbers, for which a letter may stand."""
    is_told: bool = False
    """Whether a profile says so."""
    is_copy: bool = False
    """Whether the document introduced it for a value that has another name."""

    @property
    def extents(self) -> tuple[Affine, ...]:
        """Of the axes on which the letters stand, if they are known."""
        if self.expansion is not None and self.expansion.is_anywhere:
            return ()
        return tuple(self.tensor.axes[k].extent for k in self.axes)

    @property
    def arity(self) -> int:
        """With so many indices a name of the document's own was introduced."""
        return len(self.letters)

    @property
    def units(self) -> int:
        """How many axes of one entry what the name abbreviates has; they need no index."""
        return 0 if self.expansion is None else sum(a.lo == a.hi for a in self.expansion.value.axes)

    @property
    def is_marked(self) -> bool:
        """Whether ordered axes are steps, which stand below, because one layer is marked above."""
        return isinstance(self.layer, int | str)


@dataclass(frozen=True)
class Own:
    """A name that a document or a profile has introduced: its head, and what it stands for."""

    key: Key
    named: Named

    def has_form(self, key: Key, subs: Sequence[str], above: Sequence[str], letters: Sequence[str]) -> bool:
        """Whether only the letters of the indices differ."""
        mine = self.named
        return (self.key, mine.subs, mine.above, mine.arity) == (key, tuple(subs), tuple(above), len(letters))

    def is_replaced_by(self, other: Own) -> bool:
        """Whether the other name is written so: with other letters it is another one if these run over other ranges.

        `a_j` of hidden and `a_k` of output units are two names, `h_{sa}` and `h_{sb}` are not.
        """
        mine, theirs = self.named, other.named
        if not self.has_form(other.key, theirs.subs, theirs.above, theirs.letters):
            return False
        is_same = mine.extents == theirs.extents and not (mine.is_told and theirs.is_told)
        return mine.letters == theirs.letters or is_same


def counts_others(named: Named, letters: Sequence[str], own: Iterable[Own]) -> bool:
    """Whether one of the letters, in names that a profile tells apart by them, counts other units than this name's."""
    known: dict[str, set[Affine]] = {}
    for o in own:
        if o.named.is_told:
            for letter, extent in zip(o.named.letters, o.named.extents, strict=False):
                known.setdefault(letter, set()).add(extent)
    return any(x in known and extent not in known[x] for x, extent in zip(letters, named.extents, strict=False))


def accented(table: Mapping[Key, Sequence[Named]], accent: str) -> dict[Key, list[Named]]:
    """`\\bar u` for the gradient by each u, where that is no name of its own."""
    out: dict[Key, list[Named]] = {}
    for key, names in table.items():
        values = [replace(n, gradient=True) for n in names if not n.gradient and not n.tensor.name.startswith("·")]
        own = replace(key, accents=(accent, *key.accents))
        if values and own not in table:
            out[own] = values
    return out
