"""Where equations are put down: the builder, with an index for every axis at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import sympy

from derive.errors import DeriveError
from derive.forward.calls import inner
from derive.forward.sizes import Extent, Sizes
from derive.latex.reading.syntax import Added, Bracketed, Multiplied, Node, Number, Symbol
from derive.network.builder import Builder
from derive.terms.affine import Affine

POOL = "jkpqruvwshcdg"
STEMS = ("n", "d", "s", "K")


@dataclass
class Scene:
    """`letters` are those of the author for each class of sizes; `reserved` letters mean something else."""

    net: Builder
    sizes: Sizes
    letters: Mapping[int, Sequence[str]]
    reserved: frozenset[str]
    batch: Extent | None = None
    now: dict[str, sympy.Basic] = field(default_factory=dict)
    """What the letters of the equation at hand stand for."""
    active: list[sympy.Basic] = field(default_factory=list)
    names: frozenset[str] = frozenset()
    counts: set[str] = field(default_factory=set)
    is_row: bool = False
    said_rows: bool | None = None
    """Whether softmaxes are taken of rows, as the text says."""
    in_rows: bool | None = None
    """Whether the samples are rows of the data."""
    bases: dict[int, int] = field(default_factory=dict)
    """How far the sizes of a family are moved, so that the values of layer l have n_l places."""
    members: dict[Extent, Extent] = field(default_factory=dict)
    """Sizes that are those of one layer of a family."""
    running: frozenset[str] = frozenset()
    samples: str = ""
    """The letter by which the cost is divided, if no sum names it."""
    _made: dict[tuple[Extent, sympy.Basic | None], list[sympy.Idx]] = field(default_factory=dict)
    _steps: dict[tuple[str, int, int], sympy.Idx] = field(default_factory=dict)
    _names: dict[Extent, str] = field(default_factory=dict)
    _families: dict[int, str] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)

    # -- sizes ----------------------------------------------------------------------------------------

    def size(self, e: Extent) -> sympy.Basic | int:
        """The number or the symbol of a size; one without a name gets one. Of a family: at its layer."""
        at = self.sizes.resolved(e)
        if at.letter is None and at in self.members:
            at = self.members[at]
        if at.letter is not None:
            stem = self._families.get(at.root) or self._stem_of_family(at.root)
            layer = self.layer(at.letter) + at.more - self.bases.get(at.root, 0)
            return self.net.size(stem, of=layer)
        if at.root in self.sizes.sums:
            return sympy.Add(*map(self.size, self.sizes.sums[at.root]))
        said = self.sizes.said.get(at.root) or self._names.get(at) or self._named(at)
        if isinstance(said, Affine):
            return sympy.Add(said.const, *(c * self._lettered(str(v)) for v, c in said.terms))
        return said if isinstance(said, int) else self._lettered(said)

    def _lettered(self, letter: str) -> sympy.Basic:
        """The size with a letter; one that is the name of a value as well, `h ∈ ℝ^h`, is called `n_h`."""
        return self.net.size(f"n_{letter}" if letter in self.names and letter != self.samples else letter)

    def layer(self, letter: str) -> sympy.Basic:
        """What the letter of a layer stands for: an index, the last layer, or nothing beside a number."""
        if not letter:
            return sympy.Integer(0)
        return self.now[letter] if letter in self.now else self.net.size(letter)

    def _stem_of_family(self, root: int) -> str:
        used = {str(x) for x in (*self.sizes.said.values(), *self._names.values(), *self._families.values())}
        made = next(x for x in (*STEMS, *(f"n{k}" for k in range(2, 99))) if x not in used and x not in self.reserved)
        self._families[root] = made
        return made

    def _named(self, e: Extent) -> str:
        used = {str(x) for x in (*self.sizes.said.values(), *self._names.values(), *self._families.values())}
        if e == self.batch:
            own = (self.samples,) if self.samples and self.samples not in used else ()
            made = (x for x in ("m", "N", "B", "batch") if x not in used and x not in self.reserved)
            name = next(iter((*own, *made)))
        else:
            stem = next((s for s in STEMS if s not in self.reserved and s not in used), "size")
            name = next(n for n in (f"{stem}_{k}" for k in range(len(used) + 1)) if n not in used)
        self._names[e] = str(name)
        return self._names[e]

    # -- indices --------------------------------------------------------------------------------------

    def index(self, e: Extent, letter: str = "", avoid: Sequence[sympy.Basic] = ()) -> sympy.Idx:
        """An index over a size that is not in use; with this letter if it is given and has no prime."""
        letter = "" if letter.endswith("'") else letter
        at = self.sizes.resolved(e)
        key = (at, self.now.get(at.letter or ""))
        busy = [*self.active, *avoid, *(self.now.values() if not letter else ())]
        row = self._made.setdefault(key, [])
        for known in row:
            if known not in busy and (not letter or self._letter[known] == letter):
                return known
        chosen = letter or self._free(at, row)
        first = self.sizes.first(e)
        made = self.net.index(self._unused(chosen), self.size(e) + first - 1, lo=first, letter=chosen)
        self._letter[made] = chosen
        row.append(made)
        return made

    def steps(self, letter: str, lo: int, hi: Extent, more: int = 0) -> sympy.Idx:
        """The index of layers or steps, from `lo` up to `hi`, or to so many more."""
        key = (letter, lo, more)
        if key not in self._steps:
            name = self._unused(letter, is_step=True)
            self._steps[key] = self.net.index(name, self.size(hi) + more, lo=lo, ordered=True, letter=letter)
        return self._steps[key]

    def _free(self, at: Extent, row: Sequence[sympy.Idx]) -> str:
        used = {self._letter[i] for i in row}
        mine = [x for x in self.letters.get(at.root, ()) if x not in used and not x.endswith("'")]
        pool = ["i", *POOL] if at == self.batch else POOL
        elsewhere = {x for k, xs in self.letters.items() if k != at.root for x in xs}
        free = (x for x in pool if x not in used and x not in self.reserved and x not in elsewhere)
        return next(iter(mine), None) or next(free, None) or "j"

    def _unused(self, letter: str, is_step: bool = False) -> str:
        names = (letter, *(f"{letter}{k}" for k in range(2, 1000)))
        barred = self.names if is_step else self.reserved
        name = next(n for n in names if n not in self._taken and n not in barred)
        self._taken.add(name)
        return name

    def __post_init__(self) -> None:
        self._letter: dict[sympy.Basic, str] = {}

    def is_batch(self, e: Extent) -> bool:
        return self.batch is not None and self.sizes.resolved(e) == self.batch

    def is_column(self, rows: Extent, columns: Extent) -> bool:
        """Whether the vectors in a matrix are its columns: as the text says, as its samples or those of the data stand.

        Raises: DeriveError if nothing says so.
        """
        if self.said_rows is not None:
            return not self.said_rows
        if self.is_batch(rows) != self.is_batch(columns):
            return self.is_batch(columns)
        if self.in_rows is None:
            raise DeriveError(
                "whether a softmax is taken of the rows or the columns of a matrix is not said",
                repair="write its entries, `P_{ij} = \\frac{\\exp(Z_{ij})}{\\sum_k \\exp(Z_{ik})}`",
            )
        return not self.in_rows

    def batch_index(self) -> sympy.Idx:
        """The index of the samples."""
        assert self.batch is not None
        row = self._made.get((self.batch, None), [])
        return row[0] if row else self.index(self.batch)

    def places(self, rows: Extent | None, columns: Extent | None) -> tuple[sympy.Basic | None, sympy.Basic | None]:
        """Indices over all places of an array, which nothing binds."""
        i = None if rows is None else self.index(rows)
        return i, None if columns is None else self.index(columns, avoid=[] if i is None else [i])

    def bound(self, letter: str, e: Extent, avoid: Sequence[sympy.Basic]) -> sympy.Idx:
        """The index that a sum binds."""
        return self.index(e, letter, avoid)

    def at(self, node: Node) -> sympy.Basic:
        """An index as it is written: a letter, a number, `t-1`, the end of a range."""
        node = inner(node)
        if isinstance(node, Bracketed):
            return self.at(node.body)
        if isinstance(node, Number):
            return sympy.Integer(node.text)
        if isinstance(node, Symbol):
            if node.name in self.now:
                return self.now[node.name]
            if node.name in self.running:
                raise DeriveError(
                    f"{node.name} stands free on the right", repair="sum over it, or write it on the left"
                )
            return self.net.size(node.name)
        if isinstance(node, Multiplied):
            return sympy.Mul(*map(self.at, node.factors))
        assert isinstance(node, Added)
        signed = zip(node.signs, node.terms, strict=True)
        return sympy.Add(*(self.at(t) * (-1 if s == "-" else 1) for s, t in signed))

    def entry(
        self, name: str, step: Sequence[sympy.Basic], features: Sequence[sympy.Basic], sample: sympy.Basic | None
    ) -> sympy.Expr:
        """The entry of a tensor."""
        if name in self.counts:
            return self.size(self.batch) if self.batch is not None else sympy.nan
        at = self.ordered(step, features, sample)
        return sympy.IndexedBase(name)[tuple(at)] if at else sympy.Symbol(name)

    def ordered(
        self, step: Sequence[sympy.Basic], features: Sequence[sympy.Basic], sample: sympy.Basic | None
    ) -> list[sympy.Basic]:
        """Steps stand first; samples behind the features where vectors are columns, before them where they are rows."""
        samples = [] if sample is None else [sample]
        return [*step, *samples, *features] if self.is_row else [*step, *features, *samples]

    @contextmanager
    def binding(self, letters: Mapping[str, sympy.Basic]) -> Iterator[None]:
        """While letters stand for these indices."""
        before, self.now = self.now, {**self.now, **letters}
        self.active += letters.values()
        yield
        del self.active[len(self.active) - len(letters) :]
        self.now = before

    def summed(self, e: Extent, body: Callable[[sympy.Basic], sympy.Expr]) -> sympy.Expr:
        return self.summed_over((e,), lambda at: body(at[0]))

    def summed_over(self, axes: Sequence[Extent], body: Callable[[Sequence[sympy.Basic]], sympy.Expr]) -> sympy.Expr:
        """Σ over fresh indices of these axes."""
        chosen: list[sympy.Basic] = []
        for e in axes:
            chosen.append(self.index(e, avoid=chosen))
        self.active += chosen
        inside = body(chosen)
        del self.active[len(self.active) - len(chosen) :]
        return sympy.Sum(inside, *chosen) if chosen else inside
