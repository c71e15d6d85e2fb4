"""Values under local axis names, and arithmetic on them: broadcasting by name, in few operations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from derive.kernels.named import Named, Term, places
from derive.kernels.program import (
    UNIT,
    Contraction,
    Graph,
    Kind,
    Number,
    Operand,
    Pointwise,
    Reduction,
)
from derive.terms.affine import Affine

COMPARISONS = frozenset(("greater", "greater_equal", "equal"))
OF_INTEGERS = frozenset(("add", "subtract", "multiply", "maximum", "minimum", "floor_divide", "remainder"))


@dataclass
class Arithmetic:
    """Adds operations to a graph. `order` is the order of axes that results should have where nothing else decides."""

    graph: Graph
    order: tuple[str, ...] = ()

    # -- leaves ------------------------------------------------------------------------------------------

    def number(self, value: Fraction | float) -> Named:
        return Named(self.graph.add(Number((), "number", value)))

    def value_of(self, a: Named) -> Fraction | float | None:
        node = self.graph[a.ref]
        return node.value if isinstance(node, Number) else None

    def kind(self, a: Named) -> Kind:
        return self.graph[a.ref].kind

    def extents(self, args: Iterable[Named]) -> dict[str, Affine]:
        out: dict[str, Affine] = {}
        for a in args:
            out.update((n, e) for n, e in zip(a.axes, self.graph[a.ref].shape, strict=True) if n is not None)
        return out

    # -- pointwise ---------------------------------------------------------------------------------------

    def apply(self, function: str, *args: Named) -> Named:
        """A scalar function of values that are broadcast by name."""
        kind = self._result_kind(function, args)
        if kind == "real":
            args = tuple(self._real(a, function) for a in args)
        axes = self.axes_of(args)
        extents = self.extents(args)
        shape = tuple(extents[n] for n in axes)
        node = Pointwise(shape, kind, function, tuple(places(a, axes) for a in args))
        return Named(self.graph.add(node), axes)

    def _result_kind(self, function: str, args: Sequence[Named]) -> Kind:
        kinds = {self.kind(a) for a in args}
        if function in COMPARISONS:
            return "boolean"
        if kinds == {"number"}:
            return "number"
        if kinds == {"boolean"} and function == "multiply":
            return "boolean"
        if function in OF_INTEGERS and "integer" in kinds and kinds <= {"integer", "number"}:
            return "integer"
        return "real"

    def _real(self, a: Named, function: str) -> Named:
        """Brackets and integers as real numbers; a product takes a bracket as it is."""
        kind = self.kind(a)
        if kind == "integer" or (kind == "boolean" and function not in ("multiply", "real")):
            shape = self.graph[a.ref].shape
            node = Pointwise(shape, "real", "real", (Operand(a.ref, tuple(range(len(shape)))),))
            return Named(self.graph.add(node), a.axes)
        return a

    def real(self, a: Named) -> Named:
        return self._real(a, "")

    def axes_of(self, args: Sequence[Named]) -> tuple[str, ...]:
        """The axes of the widest argument, then those it lacks; in the wanted order where none has them all."""
        found = tuple(dict.fromkeys(n for a in args for n in a.names))
        for a in args:
            if len(a.names) == len(found):
                return a.names
        if set(found) <= set(self.order):
            return tuple(n for n in self.order if n in found)
        return found

    # -- products ----------------------------------------------------------------------------------------

    def multiply(self, a: Named, b: Named) -> Named:
        u, v = self.value_of(a), self.value_of(b)
        if u is not None and v is not None:
            return self.number(u * v)
        if u == 1:
            return b
        if v == 1:
            return a
        if a == b:
            return self.apply("square", a)
        return self.apply("multiply", a, b)

    def product(self, factors: Sequence[Named]) -> Named:
        """The factors with equal axes first, the widest of these before the others."""
        groups: dict[frozenset[str], list[Named]] = {}
        for f in factors:
            groups.setdefault(frozenset(f.names), []).append(f)
        parts = []
        for group in sorted(groups.values(), key=lambda g: -len(g[0].names)):
            out, *rest = self._in_order(group)
            for f in rest:
                out = self.multiply(out, f)
            parts.append(out)
        out = parts[0]
        for part in parts[1:]:
            out = self.multiply(out, part)
        return out

    def _in_order(self, factors: Sequence[Named]) -> list[Named]:
        """First a value that can be overwritten, then those that other factors are made of, then those."""
        ranked = sorted(factors, key=self._rank)
        inner = {o.ref for f in factors for o in self.graph[f.ref].args}
        outer = [f for f in ranked if f.ref not in inner]
        if not outer or len(outer) == len(factors):
            return ranked
        first = min(outer, key=lambda f: (self._rank(f), f.ref))
        return [first, *(f for f in ranked if f.ref in inner), *(f for f in outer if f is not first)]

    def _rank(self, a: Named) -> int:
        """Values just computed can be overwritten, so they come first; brackets need a value to multiply."""
        if self.kind(a) == "boolean":
            return 2
        return 0 if isinstance(self.graph[a.ref], Contraction | Reduction) else 1

    def divide(self, a: Named, b: Named) -> Named:
        if self.value_of(b) == 1:
            return a
        return self.apply("divide", a, b)

    def quotients(self, above: Sequence[Named], below: Sequence[Named]) -> list[Named]:
        """Π above / Π below as factors, without divisions of wide arrays by narrow ones: one factor for each narrow
        divisor, its inverse times the numerators along the same axes; if a divisor is as wide as all, one factor."""
        axes = {n for v in above for n in v.names}
        narrow = [v for v in below if set(v.names) < axes and any(set(v.names) < set(u.names) for u in above)]
        wide = [v for v in below if v not in narrow]
        rest, factors = list(above), []
        for names in dict.fromkeys(frozenset(v.names) for v in narrow):
            top = [u for u in rest if frozenset(u.names) == names]
            rest = [u for u in rest if u not in top]
            bottom = self.product([v for v in narrow if frozenset(v.names) == names])
            factors.append(self.divide(self.product(top) if top else self.number(Fraction(1)), bottom))
        if not wide:
            return [*rest, *factors]
        return [self.divide(self.product([*rest, *factors]), self.product(wide))]

    def absolute(self, a: Named) -> Named:
        """|a| = |−a|, so that either is computed once."""
        node = self.graph[a.ref]
        if isinstance(node, Pointwise) and node.function == "negative" and a.names == a.axes:
            [o] = node.arguments
            if o.places == tuple(range(len(a.axes))):
                return self.absolute(Named(o.ref, a.axes))
        return self.apply("absolute", a)

    def power(self, a: Named, e: Fraction) -> Named:
        if e < 0:
            return self.divide(self.number(Fraction(1)), self.power(a, -e))
        if self.kind(a) == "number" or e not in _POWERS:
            return a if e == 1 else self.apply("power", a, self.number(e))
        match _POWERS[e]:
            case "itself":
                return a
            case "cube":
                return self.multiply(self.apply("square", a), a)
            case "fourth":
                return self.apply("square", self.apply("square", a))
        return self.apply(_POWERS[e], a)

    def rescaled(self, a: Named, number: Named) -> Named:
        """number · a: in a sum whose wide terms have narrow factors all, the number goes into these."""
        inner = self._scaled_inside(a, number, len(a.names))
        return self.multiply(a, number) if inner is None else inner

    def _scaled_inside(self, a: Named, number: Named, width: int) -> Named | None:
        node = self.graph[a.ref]
        if len(a.names) < width and node.kind == "real":
            return self.multiply(a, number)
        if not isinstance(node, Pointwise) or node.kind != "real":
            return None
        args = [Named(o.ref, tuple(None if p is None else a.axes[p] for p in o.places)) for o in node.arguments]
        if node.function == "multiply":
            narrow = next((v for v in args if len(v.names) < width and self.kind(v) == "real"), None)
            if narrow is None:
                return None
            return self.apply("multiply", *(self.multiply(v, number) if v is narrow else v for v in args))
        if node.function not in ("add", "subtract"):
            return None
        parts = [self._scaled_inside(v, number, width) for v in args]
        return None if None in parts else self.apply(node.function, *(v for v in parts if v is not None))

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


_POWERS: Mapping[Fraction, str] = {
    Fraction(1): "itself",
    Fraction(2): "square",
    Fraction(1, 2): "sqrt",
    Fraction(3): "cube",
    Fraction(4): "fourth",
}
