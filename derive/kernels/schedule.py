"""The order of computation: definitions one after the other, recursions over an ordered index as loops.

Definitions that need one another form a loop over their ordered index, in the direction that the recursion has.
A definition over the same index that only reads what such a loop computes joins it (weight gradients join the
recursion of the δ's); where its range is longer, the first or last round stands before or after the loop.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from derive.errors import UnsupportedError
from derive.kernels.components import components, in_order
from derive.kernels.definitions import Definition, reads_of
from derive.kernels.marks import pruned
from derive.kernels.rounds import MOST_PEELED, extreme, flat, over, peeled, round_by_round, slot, split_at, within
from derive.kernels.vectorizing import Vectorizer, has_ordered_axes
from derive.terms.affine import Affine, Index
from derive.terms.prover import nonnegative
from derive.terms.scope import Scope


@dataclass(frozen=True)
class Loop:
    """`body` for every value of `index`, the last one first if `descending`."""

    index: Index
    descending: bool
    body: tuple[Definition, ...]


Step = Definition | Loop


@dataclass(frozen=True)
class Scheduler:
    """`families` is the number of ordered axes of each tensor; `early` are results wanted as soon as possible.

    What is part of no recursion and lies in arrays (`stacked` tensors) is computed for all rounds at once. Single
    rounds that nobody reads are left out, unless their tensor is among those `wanted`.
    """

    definitions: Sequence[Definition]
    families: Mapping[str, int]
    early: frozenset[str] = frozenset()
    stacked: frozenset[str] = frozenset()
    wanted: frozenset[str] | None = None

    def steps(self) -> list[Step]:
        """All definitions in an order of computation.

        Raises: UnsupportedError for a recursion that no loop over one ordered index computes.
        """
        after = self.dependencies
        groups = components(after)
        group_of = {k: g for g, members in enumerate(groups) for k in members}
        outer = {g: sorted({group_of[j] for k in members for j in after[k]} - {g}) for g, members in enumerate(groups)}
        priority = {g: self._priority(members) for g, members in enumerate(groups)}
        steps: list[Step] = []
        for g in in_order(outer, priority):
            members = groups[g]
            is_recursive = len(members) > 1 or members[0] in after[members[0]]
            steps.extend(self._steps_of([self.definitions[k] for k in members], is_recursive))
        return self._read(_pruned(step) for step in self._fused(steps))

    def _read(self, steps: Iterable[Step]) -> list[Step]:
        """The steps without single rounds that no later step reads."""
        if self.wanted is None:
            return list(steps)
        out: list[Step] = []
        later: list[Definition] = []
        for step in reversed(list(steps)):
            body = step.body if isinstance(step, Loop) else (step,)
            is_round = isinstance(step, Definition) and bool(step.at) and step.tensor not in self.wanted
            if not is_round or any(self._gives(body[0], d) for d in later):
                out.append(step)
                later += body
        return out[::-1]

    def _gives(self, d: Definition, reader: Definition) -> bool:
        """Whether a definition may give something that another reads."""
        return d.tensor in reader.tensors and any(
            tensor == d.tensor and _may_give(d, at, scope) for (tensor, at), scope in reads_of(reader, self.families)
        )

    @cached_property
    def dependencies(self) -> dict[int, list[int]]:
        """For each definition those that may give what it reads."""
        by_tensor: dict[str, list[int]] = {}
        for k, d in enumerate(self.definitions):
            by_tensor.setdefault(d.tensor, []).append(k)
        return {k: self._depends_on(d, by_tensor) for k, d in enumerate(self.definitions)}

    def recursions(self) -> list[list[int]]:
        """The groups of definitions that need one another, by their numbers."""
        after = self.dependencies
        return [g for g in components(after) if len(g) > 1 or g[0] in after[g[0]]]

    def _depends_on(self, d: Definition, by_tensor: Mapping[str, Sequence[int]]) -> list[int]:
        """The definitions that may give what `d` reads."""
        found = {
            j
            for (tensor, at), scope in reads_of(d, self.families)
            for j in by_tensor.get(tensor, ())
            if _may_give(self.definitions[j], at, scope)
        }
        return sorted(found)

    def _priority(self, members: Sequence[int]) -> tuple[int, ...]:
        is_early = all(self.definitions[k].tensor in self.early for k in members)
        return (0 if is_early else 1, min(members))

    def _steps_of(self, members: list[Definition], is_recursive: bool) -> list[Step]:
        if is_recursive:
            return self._recursion(members)
        [d] = members
        whole = Vectorizer(self.families, self.stacked).vectorized(d)
        if whole is not None:
            return [whole]
        if has_ordered_axes(d):
            raise UnsupportedError(
                f"{d.tensor} takes an ordered index as an ordinary axis, and depends on it otherwise: no kernel",
                repair=f"declare {d.tensor} with its ordered index first",
            )
        return [d if d.loop is None else Loop(d.loop, False, (d,))]

    # -- recursions --------------------------------------------------------------------------------------

    def _recursion(self, members: list[Definition]) -> list[Step]:
        """A loop for definitions that need one another, with the rounds that not all of them share around it."""
        inner = next((d for d in members if has_ordered_axes(d)), None)
        if inner is not None:
            raise UnsupportedError(
                f"the recursion of {inner.tensor} runs along an ordinary axis: no kernel",
                repair=f"declare {inner.tensor} with its ordered index first",
            )
        loops = [d.loop for d in members]
        if any(b is None for b in loops):
            return self._with_rounds_apart(members)
        name = next(b.name for b in loops if b is not None)
        body = [over(d, name) for d in members]
        offsets = [o for d in body for _, o in self._offsets(d, name, {e.tensor for e in body})]
        signs = {o is not None and o > 0 for o in offsets if o != 0}
        if len(signs) > 1 or None in offsets:
            raise UnsupportedError(f"{members[0].tensor} depends on earlier and on later entries of itself: no kernel")
        descending = signs == {True}
        return self._with_common_range(self._body_in_order(body, name), name, descending)

    def _with_rounds_apart(self, members: list[Definition]) -> list[Step]:
        """A member that stands for one round only: that round is taken out of the ranges of the others, too."""
        ends = {d.at for d in members if d.loop is None}
        split = [part for d in members for part in split_at(d, ends)]
        if len(split) == len(members):
            raise UnsupportedError(f"{members[0].tensor} depends on itself, and on no ordered index: no kernel")
        return replace(self, definitions=split).steps()

    def _offsets(self, d: Definition, name: str, tensors: set[str]) -> list[tuple[str, int | None]]:
        """How far from the round at hand the entries lie that a definition reads of `tensors`.

        ±1 stands for any place that is surely later or earlier, None for one that may be either.
        """
        here = d.at[slot(d, name)]
        out: list[tuple[str, int | None]] = []
        for (tensor, at), scope in reads_of(d, self.families):
            if tensor in tensors:
                difference = at[slot(d, name)] - here
                if difference.is_number:
                    out.append((tensor, difference.const))
                elif nonnegative(difference - 1, scope):
                    out.append((tensor, 1))
                else:
                    out.append((tensor, -1 if nonnegative(-difference - 1, scope) else None))
        return out

    def _body_in_order(self, body: list[Definition], name: str) -> list[Definition]:
        """Within a round, what is read in the same round comes first."""
        after = {
            k: [j for j, e in enumerate(body) for _, offset in self._offsets(d, name, {e.tensor}) if offset == 0]
            for k, d in enumerate(body)
        }
        order = in_order(after, {k: (k,) for k in after})
        if len(order) < len(body):
            orders = {b.name: None for d in body for b in d.domain if b.ordered}
            if len(orders) > 1:
                raise UnsupportedError(
                    f"{body[0].tensor} depends on itself along {' and '.join(orders)}: a recursion in a recursion has"
                    " no kernel",
                    repair="give the outer one (the depth) as a number",
                )
            raise UnsupportedError(f"{body[0].tensor} depends on its own value: no kernel")
        return [body[k] for k in order]

    def _with_common_range(self, body: list[Definition], name: str, descending: bool) -> list[Step]:
        ranges = [b for d in body if (b := d.loop) is not None]
        lo = extreme([b.lo for b in ranges], 1)
        hi = extreme([b.hi for b in ranges], -1)
        below = round_by_round([peeled(d, name, d.loop, lo, hi)[0][::-1] for d in body])
        above = round_by_round([peeled(d, name, d.loop, lo, hi)[1] for d in body])
        before, after = (above[::-1], below) if descending else (below[::-1], above)
        common = Index(name, lo, hi, True)
        inner = tuple(within(d, common) for d in body)
        return [*flat(before), Loop(common, descending, inner), *flat(after)]

    # -- joining -----------------------------------------------------------------------------------------

    def _fused(self, steps: list[Step]) -> list[Step]:
        """Loops of single definitions join the loop whose results they read, where nothing else stands in between."""
        out: list[Step] = []
        for step in steps:
            is_free = isinstance(step, Loop) and len(step.body) == 1 and step.body[0].tensor not in step.body[0].tensors
            if not (isinstance(step, Loop) and is_free and self._join(out, step)):
                out.append(step)
        return out

    def _join(self, out: list[Step], step: Loop) -> bool:
        [d] = step.body
        for k in range(len(out) - 1, -1, -1):
            host = out[k]
            made = {e.tensor for e in (host.body if isinstance(host, Loop) else (host,))}
            if not made & d.tensors:
                continue
            joined = self._joined(host, over(d, host.index.name)) if isinstance(host, Loop) else None
            if joined is None:
                return False
            out[k : k + 1] = joined
            return True
        return False

    def _joined(self, host: Loop, d: Definition) -> list[Step] | None:
        """The loop with one more definition, whose own rounds stand before and after it; None if it cannot be."""
        name, mine = host.index.name, d.loop
        made = {e.tensor for e in host.body}
        offsets = [o for _, o in self._offsets(d, name, made)]
        if mine is None or any(o is None or (o < 0 if host.descending else o > 0) for o in offsets):
            return None
        below, above = mine.lo - host.index.lo, mine.hi - host.index.hi
        if not (below.is_number and above.is_number) or not (below.const <= 0 <= above.const):
            return None
        if below.const < -MOST_PEELED or above.const > MOST_PEELED:
            return None
        low, high = peeled(d, name, mine, host.index.lo, host.index.hi)
        first, last = (high[::-1], low[::-1]) if host.descending else (low, high)
        if any(self._reads_inside(p, made, host.index) for p in first):
            return None
        return [*first, replace(host, body=(*host.body, within(d, host.index))), *last]

    def _reads_inside(self, d: Definition, made: set[str], loop: Index) -> bool:
        """Whether a definition outside a loop may read what the loop computes."""
        for (tensor, at), _ in reads_of(d, self.families):
            if tensor in made:
                below, above = at[0] - loop.lo, at[0] - loop.hi
                is_outside = (below.is_number and below.const < 0) or (above.is_number and above.const > 0)
                if not is_outside:
                    return True
        return False


def _may_give(d: Definition, at: Sequence[Affine], scope: Scope) -> bool:
    """Whether a definition may be the one that gives the family member `at`; False is certain."""
    loop = d.loop
    for mine, wanted in zip(d.at, at, strict=True):
        lo = mine if loop is None else mine.subs({loop.name: loop.lo})
        hi = mine if loop is None else mine.subs({loop.name: loop.hi})
        if nonnegative(wanted - hi - 1, scope) or nonnegative(lo - wanted - 1, scope):
            return False
    return True


def _pruned(step: Step) -> Step:
    """The step without brackets that its range decides."""
    if isinstance(step, Loop):
        return replace(step, body=tuple(_pruned_definition(d) for d in step.body))
    return _pruned_definition(step)


def _pruned_definition(d: Definition) -> Definition:
    view = pruned(d.view, {b.name: b for b in d.domain})
    return d if view == d.view else replace(d, view=view)
