"""Sums of products over all places: what they are made of, and the orders in which they can be taken."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeGuard

from derive.kernels.program import Contraction, Graph, Node, Operand, Pointwise, Reduction, Ref, estimated
from derive.terms.affine import Affine

MOST_TERMS, MOST_ORDERS = 8, 200
"""No sum is taken apart further, and no more orders of summation are tried."""

Places = tuple[int, ...]
Factor = tuple[Ref, Places]
"""A value, and the place at which each of its axes lies."""


@dataclass(frozen=True)
class Term:
    """The product of the factors, summed over all of their places; to be subtracted where it `is_negative`."""

    factors: tuple[Factor, ...]
    is_negative: bool = False

    @property
    def places(self) -> frozenset[int]:
        return frozenset(p for _, places in self.factors for p in places)

    def exchanged(self, old: Sequence[Factor], *new: Factor, flips: bool = False) -> Term:
        """The term with some factors in place of others."""
        rest = list(self.factors)
        for f in old:
            rest.remove(f)
        return Term(tuple(sorted([*rest, *new])), self.is_negative != flips)


@dataclass
class Summation:
    """One sum. `extents` are those of its places; `work` counts the products and sums of what was taken apart."""

    graph: Graph
    extents: dict[int, Affine] = field(default_factory=dict)
    work: int = 0

    def cost(self, places: Collection[int]) -> int:
        """How many products are added up."""
        return estimated(self.extents[p] for p in places)

    # -- taking apart --------------------------------------------------------------------------------------

    def taken_apart(self, ref: Ref, goes_away: Callable[[Ref], bool]) -> list[Term] | None:
        """A sum over everything as terms without values that go away, as far as these are sums and products.

        None where a sum would be taken apart at the cost of accuracy, or into too many terms.
        """
        waiting, done = [Term(((ref, ()),))], list[Term]()
        while waiting:
            term = waiting.pop()
            parts = next(
                (p for f in term.factors if f[0] == ref or goes_away(f[0]) if (p := self._opened(term, f))), []
            )
            if any(t.places < term.places for t in parts) or len(waiting) + len(done) + len(parts) > MOST_TERMS:
                return None
            if parts:
                waiting += parts
            else:
                done.append(term)
        return done

    def _opened(self, term: Term, factor: Factor) -> list[Term]:
        """The terms that a term falls into where a factor is written as what it is made of; none if that is no sum or
        product, or a sum of values that may be exact."""
        node = self.graph[factor[0]]
        parts: list[Term] = []
        if is_multilinear(node):
            inner = self._inner(node, factor[1])
            parts = [term.exchanged([factor], *inner)]
        elif is_rounded_sum(node, self.graph):
            inner = self._inner(node, factor[1])
            flips = (False, node.function == "subtract")
            parts = [term.exchanged([factor], f, flips=flip) for f, flip in zip(inner, flips, strict=True)]
        if parts:
            self.work += self.cost({*factor[1], *(p for _, places in inner for p in places)})
        return parts

    def _inner(self, node: Node, places: Places) -> list[Factor]:
        """The arguments of a node whose axes lie at `places`, with new places for what it sums over."""
        at = dict(enumerate(places))
        for o in node.args:
            for p, extent in zip(o.places, self.graph[o.ref].shape, strict=True):
                if p is not None and p not in at:
                    at[p] = len(self.extents)
                    self.extents[at[p]] = extent
        return [(o.ref, tuple(at[p] for p in o.places if p is not None)) for o in node.args]

    # -- putting together ----------------------------------------------------------------------------------

    def with_known(self, term: Term, known: Mapping[Ref, Sequence[Ref]]) -> Term:
        """The cheapest term of the same value whose factors may be values that are there already.

        `known` are these by the first value that they are made of.
        """
        seen, waiting = {term}, [term]
        for t in waiting:
            for found in self._steps(t, known):
                if found not in seen and len(seen) < MOST_ORDERS:
                    seen.add(found)
                    waiting.append(found)
        return min(waiting, key=lambda t: (self.cost(t.places), len(t.factors), t.factors))

    def _steps(self, term: Term, known: Mapping[Ref, Sequence[Ref]]) -> Iterator[Term]:
        """The terms in which some factors are one known value."""
        for ref in dict.fromkeys(r for r, _ in term.factors):
            for value in known.get(ref, ()):
                yield from self._matched(term, value, self.graph[value].args, (), {})

    def _matched(
        self, term: Term, value: Ref, args: Sequence[Operand], used: tuple[Factor, ...], at: Mapping[int, int]
    ) -> Iterator[Term]:
        """The terms with a known value for its arguments, the first of which are the factors `used`, at places `at`."""
        rest = list(term.factors)
        for f in used:
            rest.remove(f)
        if not args:
            rank = len(self.graph[value].shape)
            others = {p for _, places in rest for p in places}
            if all(at[p] not in others for p in at if p >= rank):
                yield term.exchanged(used, (value, tuple(at[p] for p in range(rank))))
            return
        first, *later = args
        for f in dict.fromkeys(rest):
            joined = _joined(at, first.places, f[1]) if f[0] == first.ref else None
            if joined is not None:
                yield from self._matched(term, value, later, (*used, f), joined)


def is_multilinear(node: Node) -> bool:
    """Whether a value is a sum of products, or a product, each axis of which is one of an argument."""
    is_product = isinstance(node, Pointwise) and node.function == "multiply"
    is_sum = isinstance(node, Contraction) or (isinstance(node, Reduction) and node.function == "add")
    return (is_product or is_sum) and node.kind == "real" and _has_all_axes(node)


def is_rounded_sum(node: Node, graph: Graph) -> TypeGuard[Pointwise]:
    """Whether a value is a sum or difference of two, one of which has a rounding error of its own size.

    Taking such a sum apart costs no accuracy; `x − μ` of exact x does.
    """
    is_sum = isinstance(node, Pointwise) and node.function in ("add", "subtract") and node.kind == "real"
    return is_sum and _has_all_axes(node) and any(_is_rounded(graph, graph[o.ref]) for o in node.args)


def _is_rounded(graph: Graph, node: Node) -> bool:
    """Whether a value has a rounding error of its own size; a product with a number, a power of two say, has none."""
    return is_multilinear(node) and all(graph[o.ref].kind == "real" for o in node.args)


def _has_all_axes(node: Node) -> bool:
    places = {p for o in node.args for p in o.places}
    return None not in places and places >= {*range(len(node.shape))}


def _joined(at: Mapping[int, int], inner: Sequence[int | None], outer: Places) -> dict[int, int] | None:
    """The places of a value with those of one more argument; None where they are at odds."""
    out = dict(at)
    for p, place in zip(inner, outer, strict=True):
        if p is None or out.setdefault(p, place) != place:
            return None
    return out if len(set(out.values())) == len(out) else None
