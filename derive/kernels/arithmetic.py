"""Values under local axis names, and arithmetic on them: broadcasting by name, in few operations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from derive.kernels.named import Named, Term, places
from derive.kernels.products import Products
from derive.kernels.program import (
    UNIT,
    Contraction,
    Operand,
    Pointwise,
    Reduction,
)


@dataclass
class Arithmetic(Products):
    """Adds operations to a graph: pointwise ones, sums, contractions and reductions."""

    # -- sums --------------------------------------------------------------------------------------------

    def scaled(self, term: Term) -> Named:
        """coefficient · value as one value."""
        if term.coefficient == -1 and self.value_of(term.value) is None:
            return self._negative(term.value)
        return self.multiply(term.value, self.number(term.coefficient))

    def _negative(self, a: Named) -> Named:
        """−a; of a difference, the difference the other way round."""
        node = self.graph[a.ref]
        if isinstance(node, Pointwise) and node.function == "subtract" and node.kind == "real":
            return Named(self.graph.add(replace(node, arguments=node.arguments[::-1])), a.axes)
        return self.apply("negative", a)

    def sum(self, terms: Sequence[Term]) -> Term:
        """The sum: values just computed first, so that the others are added to them in place.

        A narrow array minus a wide one is minus the difference: the wide one less its mean is what others share.
        """
        size = abs(terms[0].coefficient)
        if any(abs(t.coefficient) != size for t in terms):
            size = self._common_size(terms)
            terms = [t if abs(t.coefficient) == size else self._sized(t, size) for t in terms]
        signed = [Term(t.coefficient / size, t.value) for t in terms]
        width = max(len(t.value.names) for t in signed)
        signed.sort(key=lambda t: (len(t.value.names) < width, self._rank(t.value), t.coefficient < 0))
        positive = [t for t in signed if t.coefficient > 0]
        if positive and signed[0].coefficient < 0 and not 0 < len(positive[0].value.names) < width:
            signed = [positive[0], *(t for t in signed if t is not positive[0])]
        out = signed[0]
        for t in signed[1:]:
            out = self._sum_of_two(out, t)
        return Term(out.coefficient * size, out.value)

    def _common_size(self, terms: Sequence[Term]) -> Fraction:
        """What to take out of a sum: the size of the wide terms that no narrow factor saves from a multiplication."""
        width = max(len(t.value.names) for t in terms)
        wide = [t for t in terms if len(t.value.names) == width]
        dear = {abs(t.coefficient) for t in wide if not self._takes_number(t.value, width)}
        if not width or len(dear) > 1 or any(self.kind(t.value) == "number" for t in terms):
            return Fraction(1)
        return dear.pop() if dear else max(abs(t.coefficient) for t in wide)

    def _takes_number(self, a: Named, width: int) -> bool:
        """Whether `rescaled` finds a narrow factor for a number."""
        node = self.graph[a.ref]
        if not isinstance(node, Pointwise) or node.kind != "real":
            return False
        args = [(len([p for p in o.places if p is not None]), o) for o in node.arguments]
        if node.function == "multiply":
            return any(n < width and self.graph[o.ref].kind == "real" for n, o in args)
        is_sum = node.function in ("add", "subtract")
        return is_sum and all(n < width or self._takes_number(Named(o.ref, o.places), width) for n, o in args)  # type: ignore[arg-type]

    def _sized(self, t: Term, size: Fraction) -> Term:
        """A term whose coefficient is ± `size`."""
        sign = Fraction(1 if t.coefficient > 0 else -1)
        return Term(sign * size, self.rescaled(t.value, self.number(abs(t.coefficient) / size)))

    def _sum_of_two(self, a: Term, b: Term) -> Term:
        """a ± b; a difference that is known the other way round is taken with a minus sign."""
        if a.coefficient == b.coefficient:
            return Term(a.coefficient, self.apply("add", a.value, b.value))
        axes = self.axes_of((a.value, b.value))
        flipped = Pointwise(
            tuple(self.extents((a.value, b.value))[n] for n in axes),
            self._result_kind("subtract", (a.value, b.value)),
            "subtract",
            (places(b.value, axes), places(a.value, axes)),
        )
        if flipped in self.graph.known:
            return Term(-a.coefficient, Named(self.graph.known[flipped], axes))
        return Term(a.coefficient, self.apply("subtract", a.value, b.value))

    # -- contractions ------------------------------------------------------------------------------------

    def contract(self, a: Named, b: Named, over: Sequence[str]) -> Named:
        """Σ_over a · b."""
        a, b = self.real(a), self.real(b)
        product = self._known_product(a, b)
        if product is not None:
            return self.reduce("add", product, over)
        summed = tuple(over)
        found = tuple(dict.fromkeys(n for n in (*a.names, *b.names) if n not in summed))
        if set(found) <= set(self.order):
            found = tuple(n for n in self.order if n in found)
        if found and found[0] in b.names and found[0] not in a.names:
            a, b = b, a
        extents = self.extents((a, b))
        order = (*found, *sorted(summed, key=(*a.names, *b.names).index))
        node = Contraction(tuple(extents[n] for n in found), "real", places(a, order), places(b, order))
        return Named(self.graph.add(node), found)

    def _known_product(self, a: Named, b: Named) -> Named | None:
        """a · b entry by entry, where that is there already: to sum it up takes one pass over one array."""
        if set(a.names) != set(b.names) or a == b:
            return None
        for one, other in ((a, b), (b, a)):
            shape = self.graph[one.ref].shape
            node = Pointwise(shape, "real", "multiply", (places(one, one.axes), places(other, one.axes)))  # type: ignore[arg-type]
            if None not in one.axes and node in self.graph.known and not self.graph.loops[self.graph.known[node]]:
                return Named(self.graph.known[node], one.axes)
        return None

    def reduce(self, function: str, a: Named, over: Sequence[str], keep: bool = False) -> Named:
        """The sum or the largest over some axes; with `keep` they stay as axes of extent 1."""
        a = self.real(a)
        extents = self.extents((a,))
        left = tuple(n for n in a.names if n not in over)
        out: tuple[str | None, ...] = tuple(None if n in over else n for n in a.names) if keep else left
        number = {n: out.index(n) for n in left} | {n: len(out) + k for k, n in enumerate(over)}
        arg = Operand(a.ref, tuple(None if n is None else number[n] for n in a.axes))
        shape = tuple(UNIT if n is None else extents[n] for n in out)
        node = Reduction(shape, "real", function, arg, tuple(extents[n] for n in over))
        return Named(self.graph.add(node), out)
