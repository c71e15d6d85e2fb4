"""Scales go where arrays are small: (d s) t = d (s t) and Σ a d s = s Σ a d, where s is narrower than d.

The normalized values of a batch norm are the centred ones times a row, and whatever reads them multiplies them by
rows again or sums over samples. So they need not be formed: their readers take over the row. A product with a scale
goes away only if all of its readers can take the scale over at the cost of narrow arrays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from derive.kernels.plan import Binding, Item
from derive.kernels.program import (
    Contraction,
    Graph,
    Node,
    Number,
    Operand,
    Pointwise,
    Reduction,
    Ref,
    Shape,
)
from derive.kernels.rereading import with_refs
from derive.terms.affine import Affine

Scale = tuple[Operand, Operand]
"""A wide array and what it is multiplied by, both with the places of the product."""


def with_scales_moved(graph: Graph, items: Sequence[Item], wanted: frozenset[Ref]) -> list[Item]:
    """The items with scales taken over by readers; `wanted` are the results. Loops are left as they are."""
    plain = [i for i in items if isinstance(i, Binding)]
    if len(plain) < len(items):
        return list(items)
    fixed = wanted | {b.ref for b in plain if b.ref is not None and (b.definition.family or b.target or not b.is_whole)}
    moving = Moving(graph, frozenset(b.ref for b in plain if b.ref is not None), fixed)
    kept = [b for b in plain if b.ref is None or not moving.goes_away(b.ref)]
    return [b if b.ref is None else replace(b, ref=moving.rebuilt(b.ref)) for b in kept]


@dataclass
class Moving:
    """Decides which products go away, and makes the values anew that read them; `fixed` values have to stay."""

    graph: Graph
    roots: frozenset[Ref]
    fixed: frozenset[Ref]
    decided: dict[Ref, bool] = field(default_factory=dict)
    made: dict[Ref, Ref] = field(default_factory=dict)

    @cached_property
    def readers(self) -> Mapping[Ref, list[Ref]]:
        found: dict[Ref, list[Ref]] = {}
        for r in self.graph.below(sorted(self.roots)):
            for ref in dict.fromkeys(o.ref for o in self.graph[r].args):
                found.setdefault(ref, []).append(r)
        return found

    # -- which go away -------------------------------------------------------------------------------------

    def goes_away(self, ref: Ref) -> bool:
        """Whether a value is an array times a scale, and all of its readers can take the scale over.

        So is a product of two arrays as wide as itself, one of which goes away.
        """
        if ref not in self.decided:
            self.decided[ref] = False
            scale = _scale_of(self.graph, ref)
            if scale is not None:
                self.decided[ref] = self._is_taken_over(ref, _at(scale[1]))
            elif _is_wide_product(self.graph[ref]):
                self.decided[ref] = any(self.goes_away(o.ref) for o in self.graph[ref].args)
        return self.decided[ref]

    def _is_taken_over(self, ref: Ref, places: frozenset[int]) -> bool:
        readers = self.readers.get(ref, [])
        if ref in self.fixed or self.graph.loops[ref] or not readers:
            return False
        return all(self._takes_over(r, ref, places) for r in readers)

    def _takes_over(self, reader: Ref, ref: Ref, scale: frozenset[int]) -> bool:
        """Whether a reader of `ref` can do without the scale, which lies along the axes `scale` of `ref`."""
        node = self.graph[reader]
        if sum(o.ref == ref for o in node.args) != 1 or self.graph.loops[reader] or node.kind != "real":
            return False
        [o] = [o for o in node.args if o.ref == ref]
        if None in o.places:
            return False
        places = frozenset(p for q, p in enumerate(o.places) if q in scale and p is not None)
        match node:
            case Pointwise(function="multiply" | "divide") if node.function == "multiply" or node.arguments[0] is o:
                [other] = [a for a in node.arguments if a is not o]
                if len(_at(other) | places) < len(node.shape):
                    return len(o.places) == len(node.shape)
                return node.function == "multiply" and self._is_taken_over(reader, places)
            case Contraction():
                [other] = [a for a in node.args if a is not o]
                if all(p < len(node.shape) for p in places):
                    return set(range(len(node.shape))) < _at(o)
                is_narrow = len(other.places) < len(o.places) and None not in other.places
                return is_narrow and places <= _at(other) and min(places) >= len(node.shape)
            case Reduction(function="add"):
                summed = frozenset(p for p in o.places if p is not None and p >= len(node.shape))
                return not places & summed or places == summed
        return False

    # -- what is made instead ------------------------------------------------------------------------------

    def rebuilt(self, ref: Ref) -> Ref:
        """The value made of what stays."""
        for r in sorted(self.graph.below([ref])):
            if r not in self.made and not self.goes_away(r):
                self.made[r] = self._made(r)
        return self.made[ref] if ref in self.made else self._formed(ref)

    def _formed(self, ref: Ref) -> Ref:
        """A value that goes away elsewhere, formed after all."""
        return self.graph.add(replace(self.graph[ref], function="multiply", arguments=self._parts(ref)))  # type: ignore[call-arg]

    def _anew(self, o: Operand) -> Operand:
        return Operand(self.made[o.ref] if o.ref in self.made else self._formed(o.ref), o.places)

    def _made(self, ref: Ref) -> Ref:
        node = self.graph[ref]
        for o in node.args:
            if self.goes_away(o.ref):
                return self._taken_over(node, o)
        return self.graph.add(with_refs(node, self.made)) if node.args else ref

    def _parts(self, ref: Ref) -> Scale:
        """The wide array and the scale that a value which goes away stands for, made anew."""
        node = self.graph[ref]
        for o in node.args:
            if self.goes_away(o.ref):
                wide, scale = (_through(p, o) for p in self._parts(o.ref))
                [other] = [a for a in node.args if a is not o]
                other = self._anew(other)
                assert isinstance(node, Pointwise)
                if len(_at(other)) == len(node.shape):
                    return self._identity(replace(node, arguments=(wide, other))), scale
                return wide, self._narrow(node, scale, other)
        found = _scale_of(self.graph, ref)
        assert found is not None
        wide, scale = map(self._anew, found)
        if isinstance(node, Pointwise) and node.function == "divide":
            one = Operand(self.graph.add(Number((), "number", 1.0)))
            scale = self._narrow(node, one, scale)
        return wide, scale

    def _taken_over(self, node: Node, o: Operand) -> Ref:
        """A reader with the scale where it is small; the scale is that of its argument `o`."""
        wide, scale = (_through(p, o) for p in self._parts(o.ref))
        other = next((self._anew(a) for a in node.args if a is not o), None)
        if isinstance(node, Pointwise):
            assert other is not None
            narrow = self._narrow(node, scale, other)
            return self.graph.add(replace(node, function="multiply", arguments=(wide, narrow)))
        rank = len(node.shape)
        is_summed = any(p >= rank for p in _at(scale))
        if isinstance(node, Contraction):
            assert other is not None
            if is_summed:
                other = self._product(scale, other)
            made = replace(node, left=wide, right=other) if node.left is o else replace(node, left=other, right=wide)
            return self.graph.add(made) if is_summed else self._scaled(made, scale)
        assert isinstance(node, Reduction)
        if is_summed:
            first, second = (scale, wide) if min(_at(wide)) >= rank else (wide, scale)
            return self.graph.add(Contraction(node.shape, "real", first, second))
        return self._scaled(replace(node, arg=wide), scale)

    def _scaled(self, node: Node, scale: Operand) -> Ref:
        inner = self._identity(node)
        return self.graph.add(Pointwise(node.shape, "real", "multiply", (inner, scale)))

    def _identity(self, node: Node) -> Operand:
        return Operand(self.graph.add(node), tuple(range(len(node.shape))))

    def _narrow(self, node: Pointwise, scale: Operand, other: Operand) -> Operand:
        """The scale times (or by) a narrow argument."""
        return self._product(scale, other, node.function)

    def _product(self, scale: Operand, other: Operand, function: str = "multiply") -> Operand:
        """A product of two operands over the places that they have, as an operand."""
        places = sorted(_at(scale) | _at(other))
        extents: dict[int, Affine] = {}
        for o in (scale, other):
            extents.update((p, e) for p, e in zip(o.places, self.graph[o.ref].shape, strict=True) if p is not None)
        args = tuple(
            Operand(o.ref, tuple(None if p is None else places.index(p) for p in o.places)) for o in (scale, other)
        )
        shape = tuple(extents[p] for p in places)
        known = self._known_quotient(args[0], args[1], shape) if function == "multiply" else None
        if known is not None:
            return Operand(known, tuple(places))
        is_number = all(self.graph[o.ref].kind == "number" for o in args)
        made = Pointwise(shape, "number" if is_number else "real", function, args)
        return Operand(self.graph.add(made), tuple(places))

    def _known_quotient(self, scale: Operand, other: Operand, shape: Shape) -> Ref | None:
        """other / v, where the scale is 1 / v and the quotient is there already."""
        node = self.graph[scale.ref]
        if not isinstance(node, Pointwise) or node.function != "divide":
            return None
        one, below = (self.graph[node.arguments[0].ref], _through(node.arguments[1], scale))
        quotient = Pointwise(shape, "real", "divide", (other, below))
        return self.graph.known.get(quotient) if isinstance(one, Number) and one.value == 1 else None


def _scale_of(graph: Graph, ref: Ref) -> Scale | None:
    """The wide array and the narrow one of which a value is the product or the quotient; None if it is neither."""
    node = graph[ref]
    if not isinstance(node, Pointwise) or node.kind != "real" or node.function not in ("multiply", "divide"):
        return None
    whole = tuple(range(len(node.shape)))
    args = node.arguments if node.function == "multiply" else node.arguments[:1]
    for k, wide in enumerate(args):
        narrow = node.arguments[1 - k]
        is_real = graph[wide.ref].kind == "real" and graph[narrow.ref].kind in ("real", "number")
        if is_real and wide.places == whole and len(_at(narrow)) < len(whole):
            return wide, narrow
    return None


def _is_wide_product(node: Node) -> bool:
    if not isinstance(node, Pointwise) or node.function != "multiply" or node.kind != "real":
        return False
    return all(o.places == tuple(range(len(node.shape))) for o in node.arguments)


def _at(o: Operand) -> frozenset[int]:
    return frozenset(p for p in o.places if p is not None)


def _through(inner: Operand, outer: Operand) -> Operand:
    """What an operation reads of `outer`, of a value within it."""
    return Operand(inner.ref, tuple(None if p is None else outer.places[p] for p in inner.places))
