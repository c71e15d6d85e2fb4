"""A tensor whose mark of a layer is read: its indices, and which of its axes stay open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from derive.ir.tensor import ADJOINT
from derive.latex.reading.syntax import Node
from derive.reading.differentiated import total_derivative
from derive.reading.free_letters import without_unit_axes
from derive.reading.layouts import of_number
from derive.reading.marks import Marks, as_many, is_dot, is_written
from derive.reading.named import Expansion, Named
from derive.reading.quantity import Quantity, TooManyAxes, Unknown, array, raised, transposed
from derive.reading.sample_cost import SAMPLE_COST
from derive.reading.scope import Scope
from derive.simplify.rescale import SCALED_ROLES
from derive.terms.affine import Affine, IdEntry, Index, index
from derive.terms.algebra import times
from derive.terms.substitute import substitute
from derive.terms.term import Entry, Poly, of_affine, of_atom

ANY_SAMPLE = "sample of any letter"
"""A reading in which a letter that is not the samples' own counts them; it counts where no other fits."""


@dataclass(frozen=True)
class Placed:
    """A tensor with the mark of its layer read; the indices of entries are yet to be."""

    scope: Scope
    named: Named
    family: tuple[Affine, ...]
    below: tuple[Node, ...]
    sample: Affine | None
    exponent: Fraction
    marks: Marks

    @property
    def is_of_all_steps(self) -> bool:
        """Whether no step is said of a value that has one at each."""
        return self.named.is_marked and not self.named.is_own and self.named.tensor.family > len(self.family)

    @property
    def counts_fit(self) -> bool:
        """Whether there are as many indices as axes, or as can be left open."""
        axes, batch = self._axes(), self.scope.batch
        own = sum(batch is None or a.name != batch.name for a in axes)
        given = len(self._items(own, len(axes)))
        return given in (0, own, len(axes)) or len(axes) - given in (1, 2)

    def _items(self, own: int, count: int) -> tuple[Node, ...]:
        """The indices, of which `count` may stand there, and `own` where none is that of a sample."""
        return self.below if own <= len(self.below) <= count else as_many(self.below, own)

    def settle(self) -> Quantity:
        """The entry, the vector or the matrix.

        Raises: Unknown for indices that are too many or too few, Misfit for one out of range.
        """
        scope, t = self.scope, self.named.tensor
        if self.named.expansion is not None:
            return self._expanded(self.named.expansion)
        axes = self._axes()
        places = self._places(axes)
        where = scope.said(self.marks.base)
        idx: list[Affine] = list(self.family)
        for a, at in zip(t.axes, self.family, strict=False):
            scope.ranges.put(at, self._stretch(a, at), where)
        opened: list[Index] = []
        given = {a.name: place for a, place in zip(axes, places, strict=True) if place is not None}
        for a, place in zip((a.subs(given) for a in axes), places, strict=True):
            if place is None:
                new = scope.fresh.axis(a)
                opened.append(new)
                idx.append(index(new.name))
            else:
                scope.ranges.put(place, self._stretch(a, place), where)
                idx.append(place)
        q = self._oriented(self._value(tuple(idx)), opened)
        if self.named.gradient and self.named.is_row is None:
            q = of_number(scope.lexicon.derivatives, q)
        if self.exponent != 1:
            q = raised(q, self.exponent)
        return transposed(q) if self.marks.transposed else q

    def _stretch(self, axis: Index, at: Affine) -> Index:
        """The steps for which a letter stands by itself: those of the recurrence, without the values that start it.

        What is said of the letter counts before.
        """
        if not axis.ordered or not isinstance(at.variable, str) or at.variable in self.scope.ranges.stated:
            return axis
        k = [a.name for a in self.named.tensor.axes].index(axis.name)
        equations = self.scope.lexicon.network.definitions(self.named.tensor.name)
        steps = [e.lhs.idx[k].variable for e in equations]
        own = [i for e, x in zip(equations, steps, strict=True) for i in e.domain if i.name == x]
        return axis if len(own) != 1 else Index(axis.name, own[0].lo, own[0].hi, True)

    def _expanded(self, expansion: Expansion) -> Quantity:
        """What the name abbreviates, at these indices; those behind its own are those of the array, and its own that
        are not there are open: `r^l` of `r^l_j`."""
        scope, value = self.scope, expansion.value
        at = [scope.indices.affine(x) for x in self.below]
        where = scope.said(self.marks.base)
        more = len(at) - len(expansion.letters)
        if 0 < more == len(without_unit_axes(value).axes):
            value = without_unit_axes(value)
        own = (*expansion.letters, *(value.axes if more > 0 else ()))
        if at and more in (-1, -2) and not value.axes:
            value, own = Quantity(value.poly, *own[more:]), own[:more]
        if len(at) != len(own):
            raise Unknown(f"{where} has {len(expansion.letters)} indices, and here are {len(at)}")
        binding: dict[str, Affine] = {}
        for place, axis in zip(at, own, strict=True):
            if not expansion.is_anywhere:
                scope.ranges.put(place, axis.subs(binding), where)
            binding[axis.name] = place
        axes = (value.rows, value.columns)
        opened = [None if a is None or a.name in binding else scope.fresh.axis(a.subs(binding)) for a in axes]
        for old, new in zip(axes, opened, strict=True):
            if old is not None and new is not None:
                binding[old.name] = index(new.name)
        q = Quantity(substitute(value.poly, binding), *opened)
        return transposed(q) if self.marks.transposed else q

    def _axes(self) -> list[Index]:
        t = self.named.tensor
        at = {a.name: v for a, v in zip(t.axes, self.family, strict=False)}
        return [a.subs(at) for a in t.axes[len(self.family) :]]

    def _value(self, idx: tuple[Affine, ...]) -> Poly:
        scope, named = self.scope, self.named
        name = named.tensor.name
        if not named.gradient and name in scope.lexicon.id_counts:
            return of_affine(Affine([(IdEntry(name, idx, scope.lexicon.id_counts[name]), 1)]))
        if not named.gradient:
            return of_atom(Entry(name, idx))
        if scope.of_one_sample and named.tensor.role == "parameter":
            return total_derivative(SAMPLE_COST, (self._of_sample(),), name, idx)
        p = of_atom(Entry(ADJOINT + name, idx))
        batch = scope.batch
        is_summed = scope.lexicon.notation.scaling == "summed" and scope.lexicon.network.reduce == "mean"
        if is_summed and batch is not None and named.tensor.role in SCALED_ROLES:
            return times(p, of_affine(batch.extent))
        return p

    def _places(self, axes: Sequence[Index]) -> list[Affine | None]:
        """For each axis its index; None for one that is open."""
        scope = self.scope
        batch = scope.batch
        is_sample = [batch is not None and a.name == batch.name for a in axes]
        own = len(axes) - sum(is_sample)
        items = self._items(own, len(axes))
        if self.marks.transposed and own == len(items) == 2 and not any(map(is_dot, items)):
            items = items[::-1]
        given = [None if is_dot(x) else scope.indices.place(x) for x in items]
        if len(given) == len(axes) and self.sample is None:
            return given
        if not given:
            samples = self._samples_are_open() if any(is_sample) else False
            return [self._of_sample() if s and not samples else None for s in is_sample]
        is_one = all(s or a.lo == a.hi for a, s in zip(axes, is_sample, strict=True))
        if len(given) == own == 1 and any(is_sample) and self._is_of_sample(given[0], is_one):
            return [given[0] if s else None for s in is_sample]
        one_place = [a.lo if a.lo == a.hi and not s else None for a, s in zip(axes, is_sample, strict=True)]
        unsaid: list[Affine | None] = [None] * len(axes)
        has_sample = batch is not None and any(is_sample) and index(batch.name) in given
        for known in (unsaid,) if has_sample else (unsaid, one_place):
            if len(given) == known.count(None) - sum(is_sample):
                rest = iter(given)
                settled = [self._of_sample() if s else at for at, s in zip(known, is_sample, strict=True)]
                return [next(rest) if at is None else at for at in settled]
        if len(axes) - len(given) in (1, 2):
            return self._spread(given, axes)
        raise Unknown(f"{self.scope.said(self.marks.base)} has {own} indices, and here are {len(given)}")

    def _is_of_sample(self, at: Affine | None, is_one: bool) -> bool:
        """Whether the one index of a value is that of a sample, `x_n`, and not of a unit.

        That is said by a range, `i = 1, …, N`; the samples' own letter may be either, and where samples are rows,
        `X_i`, any letter that as one of units fits nowhere, throughout the formula.
        """
        scope, batch = self.scope, self.scope.batch
        letter = None if at is None else at.variable
        if batch is None or self.sample is not None or self.named.letters:
            return False
        if is_one or not isinstance(letter, str):
            return isinstance(letter, str)
        said = scope.ranges.stated.get(letter)
        if said is not None and said.hi is not None:
            return said.hi == batch.hi
        if letter == batch.name:
            return self._letter_is_of_samples(batch)
        return scope.is_rows and scope.choices.choose((False, True), (ANY_SAMPLE, letter))

    def _letter_is_of_samples(self, batch: Index) -> bool:
        """Whether the samples' own letter is theirs in this formula, where it is written; it may count units."""
        return self.scope.choices.choose((True, False), ("of sample", batch.name))

    def _spread(self, given: Sequence[Affine | None], axes: Sequence[Index]) -> list[Affine | None]:
        """Fewer indices than axes: those in front; of a matrix any but the last axis may be meant, `Z_t` of a step.

        What is stated of the letters, `v = 1, 2`, says which: axes over which they run so count before others.
        """
        options = list(combinations(range(len(axes) - 1), len(given))) if len(axes) - len(given) == 2 else []
        leading = tuple(range(len(given)))
        options = [leading, *(o for o in options if o != leading)]
        agreeing = [self._agreeing(given, [axes[k] for k in o]) for o in options]
        best = max(agreeing)
        chosen = self.scope.choices.choose([o for o, n in zip(options, agreeing, strict=True) if n == best])
        at = dict(zip(chosen, given, strict=True))
        return [at.get(k) for k in range(len(axes))]

    def _agreeing(self, given: Sequence[Affine | None], axes: Sequence[Index]) -> int:
        """How many indices stand at axes that are as long as is stated of the index."""
        said = self.scope.ranges.stated
        letters = ((None if at is None else at.variable, a) for at, a in zip(given, axes, strict=True))
        return sum(x is not None and x in said and (said[x].lo, said[x].hi) == (a.lo, a.hi) for x, a in letters)

    def _of_sample(self) -> Affine:
        """The sample that is not written: that of the samples' own letter, or another where this counts units."""
        batch = self.scope.batch
        assert batch is not None
        if self.sample is not None:
            return self.sample
        if not is_written(batch.name, self.scope.source) or self._letter_is_of_samples(batch):
            return index(batch.name)
        other = index(f"{batch.name}'")
        self.scope.ranges.put(other, batch, self.scope.said(self.marks.base))
        return other

    def _samples_are_open(self) -> bool:
        if self.sample is not None:
            return False
        if self.named.tensor.name == SAMPLE_COST:
            return self.scope.choices.choose((True, False), "samples")
        if self.named.large is not None and self.scope.lexicon.notation.capitals:
            return self.named.large
        return self.scope.choices.choose((True, False), "samples")

    def _oriented(self, p: Poly, opened: list[Index]) -> Quantity:
        scope = self.scope
        if not opened:
            return Quantity(p)
        if len(opened) == 2:
            return array(p, *opened)
        if len(opened) > 2 and scope.of_any_entry:
            return Quantity(p)
        if len(opened) > 2:
            raise TooManyAxes(self.scope.said(self.marks.base), len(opened))
        batch = scope.batch
        is_batch = batch is not None and opened[0].extent == batch.extent and len(self._axes()) == 1
        is_row = scope.is_rows != is_batch if self.named.is_row is None else self.named.is_row
        return array(p, None, opened[0]) if is_row else array(p, opened[0], None)
