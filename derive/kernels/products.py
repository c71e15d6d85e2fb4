"""Pointwise operations on values under local axis names, broadcast by name: functions, products, powers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from derive.kernels.named import Named, places
from derive.kernels.program import (
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
class Products:
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


_POWERS: Mapping[Fraction, str] = {
    Fraction(1): "itself",
    Fraction(2): "square",
    Fraction(1, 2): "sqrt",
    Fraction(3): "cube",
    Fraction(4): "fourth",
}
