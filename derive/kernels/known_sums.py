"""Sums over everything are taken from sums that are there already: Σ r (x̂ γ + β) = γ · Σ r x̂ + β · Σ r.

A cost that is linear in a wide value, as Σ r y is, can be had from what its gradients need in any case: sums over the
samples, products with the same factors. Then the wide value need not be formed. Such sums are multilinear in their
factors, so the order in which they are taken is free, and all orders have the same bound on the rounding error. A sum
`t + b` is taken apart only where `t` was rounded itself: its error, ε|t|, is as large as that of taking `t` and `b`
apart, since |b| ≤ |t| + |t + b|.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from derive.kernels.plan import Binding, Item
from derive.kernels.program import Contraction, Graph, Operand, Pointwise, Reduction, Ref
from derive.kernels.rereading import with_refs
from derive.kernels.summation import Factor, Summation, Term, is_multilinear


def with_known_sums(graph: Graph, items: Sequence[Item], wanted: frozenset[Ref]) -> list[Item]:
    """The items with sums over everything made of known ones, and without what nobody reads then.

    `wanted` are the results. Where there are loops, all stays as it is.
    """
    plain = [i for i in items if isinstance(i, Binding)]
    if len(plain) < len(items):
        return list(items)
    fixed = wanted | {b.ref for b in plain if b.ref is not None and (b.definition.family or b.target or not b.is_whole)}
    sums = KnownSums(graph, fixed)
    if not sums.found:
        return list(items)
    new = [b if b.ref is None else replace(b, ref=sums.rebuilt(b.ref)) for b in plain]
    needed = set(graph.below(sorted(map(sums.rebuilt, fixed))))
    kept = [(b, b == old) for b, old in zip(new, plain, strict=True) if b.ref is None or b.ref in needed]
    return [*(b for b, is_same in kept if is_same), *(b for b, is_same in kept if not is_same)]


@dataclass
class KnownSums:
    """Finds the sums that follow from others; `fixed` are the values that have to be there in the end."""

    graph: Graph
    fixed: frozenset[Ref]
    made: dict[Ref, Ref] = field(default_factory=dict)

    @cached_property
    def found(self) -> Mapping[Ref, Ref]:
        """The sums that follow from others, and what they are then."""
        made = {r: self._of_known(r) for r in self._values if _is_sum_of_all(self.graph, r)}
        return {r: m for r, m in made.items() if m is not None}

    def rebuilt(self, ref: Ref) -> Ref:
        """A value with the sums within it exchanged."""
        for r in sorted(self.graph.below([ref])):
            if r not in self.made:
                args = self.graph[r].args
                is_same = all(self.made[o.ref] == o.ref for o in args)
                anew = r if is_same else self.graph.add(with_refs(self.graph[r], self.made))
                self.made[r] = self.found.get(r, anew)
        return self.made[ref]

    # -- what is there -------------------------------------------------------------------------------------

    @cached_property
    def _values(self) -> list[Ref]:
        return sorted(self.graph.below(sorted(self.fixed)))

    @cached_property
    def _readers(self) -> Mapping[Ref, int]:
        """How many values read a value."""
        out: dict[Ref, int] = {}
        for r in self._values:
            for ref in {o.ref for o in self.graph[r].args}:
                out[ref] = out.get(ref, 0) + 1
        return out

    @cached_property
    def _known(self) -> Mapping[Ref, Sequence[Ref]]:
        """The sums and products that are formed whatever becomes of sums over everything, by their first argument."""
        stack, seen = [r for r in self.fixed if not _is_sum_of_all(self.graph, r)], set[Ref]()
        while stack:
            ref = stack.pop()
            if ref not in seen:
                seen.add(ref)
                stack += [o.ref for o in self.graph[ref].args if not _is_sum_of_all(self.graph, o.ref)]
        out: dict[Ref, list[Ref]] = {}
        for r in sorted(seen):
            if is_multilinear(self.graph[r]) and not self.graph.loops[r]:
                out.setdefault(self.graph[r].args[0].ref, []).append(r)
        return out

    def _goes_away(self, ref: Ref) -> bool:
        """Whether a value is formed for a single reader."""
        return ref not in self.fixed and self._readers[ref] == 1 and not self.graph.loops[ref]

    # -- one sum -------------------------------------------------------------------------------------------

    def _of_known(self, ref: Ref) -> Ref | None:
        """A sum made of known ones, if that is less work; else None."""
        summation = Summation(self.graph)
        terms = summation.taken_apart(ref, self._goes_away)
        if terms is None:
            return None
        found = [summation.with_known(t, self._known) for t in terms]
        work = sum(summation.cost(t.places) for t in found)
        if work >= summation.work or not all(self._is_one_product(t) for t in found):
            return None
        return self._added(found)

    def _is_one_product(self, term: Term) -> bool:
        """Whether a term is a sum of one array, or of two with the same axes, but for factors without axes."""
        arrays = [f for f in term.factors if f[1]]
        is_real = all(self.graph[r].kind == "real" for r, _ in arrays)
        return is_real and 0 < len(arrays) <= 2 and all(set(places) == term.places for _, places in arrays)

    def _added(self, terms: Sequence[Term]) -> Ref:
        """The sum of the terms, those to be subtracted last."""
        first, *rest = sorted(terms, key=lambda t: t.is_negative)
        total = self._product(first)
        if first.is_negative:
            total = self._scalar("negative", total)
        for t in rest:
            total = self._scalar("subtract" if t.is_negative else "add", total, self._product(t))
        return total

    def _product(self, term: Term) -> Ref:
        """The sum of the products of one or two arrays, times the factors without axes."""
        total = self._sum([f for f in term.factors if f[1]])
        for r in (r for r, places in term.factors if not places):
            total = self._scalar("multiply", total, r)
        return total

    def _sum(self, arrays: Sequence[Factor]) -> Ref:
        order = arrays[0][1]
        operands = [Operand(r, tuple(order.index(p) for p in places)) for r, places in arrays]
        if len(operands) == 2:
            return self.graph.add(Contraction((), "real", *operands))
        [operand] = operands
        return self.graph.add(Reduction((), "real", "add", operand, self.graph[operand.ref].shape))

    def _scalar(self, function: str, *refs: Ref) -> Ref:
        return self.graph.add(Pointwise((), "real", function, tuple(Operand(r) for r in refs)))


def _is_sum_of_all(graph: Graph, ref: Ref) -> bool:
    """Whether a value is a single number that sums up arrays."""
    node = graph[ref]
    is_sum = isinstance(node, Contraction | Reduction) and is_multilinear(node)
    return is_sum and not node.shape and not graph.loops[ref]
