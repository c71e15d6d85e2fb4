"""Loops over slabs in NumPy: what is read is cut, sums are added up, everything else goes into a few small buffers."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from derive.kernels.arrange import Compute, Section, Slabs, is_inline
from derive.kernels.buffers import Buffers
from derive.kernels.contractions import contraction
from derive.kernels.program import Arranged, Contraction, Node, Part, Pointwise, Ref, Shape
from derive.kernels.syntax import (
    Expr,
    Line,
    Nest,
    assign,
    attribute,
    binary,
    call,
    constant,
    name,
    slice_of,
    subscript,
    tuple_of,
)

if TYPE_CHECKING:
    from derive.kernels.emit_numpy import Emitter

TAKES_OUT = ("np.matmul", "np.matvec", "np.vecdot", "np.einsum")
"""Products that NumPy can write into memory of any layout."""

OFTEN = 3
"""From so many reads on, a piece that is not contiguous is worth a copy."""


@dataclass
class SlabEmitter:
    """Emits one loop. `emitter` emits the statements inside."""

    emitter: Emitter
    loop: Slabs
    slots: dict[tuple[Shape, int], list[str]] = field(default_factory=dict)

    def lines(self) -> list[Line]:
        nodes, loop = self.emitter.nodes, self.loop
        before = dict(nodes.variables)
        slab, count = self.emitter.names.fresh("slab"), self.emitter.names.fresh("count")
        head = [*self._sums(), *self._wholes()]
        wholes = {r: nodes.variables[r] for r in (*loop.sums, *loop.stored)}
        pieces = self.emitter.names.fresh("slabs")
        repeated = list(self._repeated(pieces))
        cuts = [line for r in (*self._leaves(), *loop.stored) for line in self._cut(r, slab, count)]
        self.emitter.pieces = {r: nodes.variables[r] for r in loop.stored}
        outside = self.emitter.buffers
        self._place_buffers()
        rows = list(self._first_rows(count))
        self.emitter.slab, self.emitter.sums = slab, frozenset(loop.sums)
        self.emitter.cuts = {r: self._argument_axis(r) for r in loop.sums}
        body = self.emitter.emit(loop.body)
        self.emitter.slab, self.emitter.sums, self.emitter.pieces, self.emitter.buffers = "", frozenset(), {}, outside
        nodes.variables, nodes.rows = {**before, **wholes}, {}
        top = [*cuts, *self._buffers(count), *rows]
        if any(isinstance(n, ast.Name) and n.id == count for line in top for n in ast.walk(line)):  # type: ignore[arg-type]
            top.insert(0, assign(count, _difference(slab)))
        over: Expr = self._pieces()
        if repeated:
            repeated.insert(0, assign(pieces, over))
            over = name(pieces)
        return [*head, *repeated, Nest(ast.For(ast.Name(slab), over, [], []), (*top, *body))]

    def _pieces(self) -> Expr:
        """`_slabs(m, n)`: the extent, and how many entries there are at each place of the axis in the widest value."""
        sizes, scope = self.emitter.nodes.sizes, self.emitter.nodes.scope
        widest = max((self._rest(r) for r in self._cut_values()), key=len)
        width: Expr = constant(1)
        for k, e in enumerate(widest):
            width = sizes.affine(e, scope) if not k else binary("multiply", width, sizes.affine(e, scope))
        return call("_slabs", sizes.affine(self.loop.extent, scope), width)

    def _cut_values(self) -> Iterator[Ref]:
        """All values that run along the axis, given ones first."""
        yield from self._leaves()
        yield from (s.ref for s in self.loop.body if isinstance(s, Compute) and s.ref not in self.loop.sums)

    def _rest(self, ref: Ref) -> Shape:
        """The extents of a value without the axis."""
        at = self.loop.axes[ref]
        shape = self.emitter.graph[ref].shape
        return (*shape[:at], *shape[at + 1 :])

    # -- what stands before the loop -----------------------------------------------------------------------

    def _sums(self) -> Iterator[Line]:
        nodes = self.emitter.nodes
        for r in self.loop.sums:
            nodes.variables[r] = self._name(r)
            yield assign(nodes.variables[r], nodes.zeros(r))

    def _wholes(self) -> Iterator[Line]:
        """Memory for the values that are read as wholes later; new memory for those that are handed out."""
        emitter, nodes = self.emitter, self.emitter.nodes
        for r in self.loop.stored:
            nodes.variables[r] = self._name(r)
            shape = nodes.shape(emitter.graph[r].shape)
            fresh = call("np.empty", shape, nodes.dtype())
            is_real = emitter.graph[r].kind == "real"
            if not is_real:
                fresh = call("np.empty", shape, name("bool"))
            kept = is_real and not emitter.liveness.escapes(r)
            targets: list[Expr] = [name(nodes.variables[r])]
            yield assign(tuple_of(targets), self._taken(1, shape)) if kept else assign(nodes.variables[r], fresh)

    def _taken(self, number: int, shape: Expr) -> Expr:
        """`work(place, number, shape, dtype)`."""
        nodes = self.emitter.nodes
        place = constant(nodes.work_places)
        nodes.work_places += 1
        return call("work", place, constant(number), shape, nodes.dtype())

    def _name(self, ref: Ref) -> str:
        """The variable of a sum or of a whole: that of the definition that it is, or one after its operation."""
        emitter = self.emitter
        for s in self.loop.body:
            if isinstance(s, Section) and emitter.liveness.root(s.ref) == ref:
                return emitter.variable(s.definition)
        return emitter.plain_name(ref)

    def _argument_axis(self, ref: Ref) -> int:
        """The axis along which the first argument of a sum is cut."""
        [first, *_] = self.emitter.graph[ref].args
        return first.places.index(self.loop.axes[ref]) if self.loop.axes[ref] in first.places else 0

    # -- what stands at the top of the loop ----------------------------------------------------------------

    def _leaves(self) -> list[Ref]:
        """The values from outside that run along the axis, in the order in which they are read."""
        made = {s.ref for s in self.loop.body if isinstance(s, Compute)}
        found: dict[Ref, None] = {}
        for s in self.loop.body:
            if isinstance(s, Compute):
                found |= dict.fromkeys(r for r in self._arguments(s.ref) if r in self.loop.axes and r not in made)
        return list(found)

    def _arguments(self, ref: Ref) -> Iterator[Ref]:
        graph = self.emitter.graph
        for o in graph[ref].args:
            if is_inline(graph, o.ref) and graph[o.ref].args:
                yield from self._arguments(o.ref)
            else:
                yield o.ref

    def _repeated(self, pieces: str) -> Iterator[Line]:
        """Rows that are used in every row of a slab, repeated as often: NumPy is quicker with two arrays alike."""
        nodes, found = self.emitter.nodes, self._rows()
        length = attribute(subscript(name(pieces), constant(0)), "stop")
        for ref in found:
            whole = nodes.expression(ref)
            stem = whole.id if isinstance(whole, ast.Name) else "row"
            rows = self.emitter.names.fresh(f"{stem}_rows")
            nodes.rows[ref] = rows
            extents = [nodes.sizes.affine(e, nodes.scope) for e in self.emitter.graph[ref].shape]
            yield assign(tuple_of([name(rows)]), self._taken(1, tuple_of([length, *extents])))
            yield assign(subscript(name(rows), constant(...)), whole)

    def _first_rows(self, count: str) -> Iterator[Line]:
        """As many repeated rows as the slab has."""
        nodes = self.emitter.nodes
        for ref, whole in list(nodes.rows.items()):
            nodes.rows[ref] = self.emitter.names.fresh(f"{whole}_here")
            yield assign(nodes.rows[ref], subscript(name(whole), slice_of(None, name(count))))

    def _rows(self) -> list[Ref]:
        """The arrays without the axis that pointwise operations read with all axes but the first, which is cut."""
        graph, loop = self.emitter.graph, self.loop
        found: dict[Ref, None] = {}
        for s in loop.body:
            if not isinstance(s, Compute):
                continue
            node = graph[s.ref]
            if not isinstance(node, Pointwise) or len(node.shape) < 2 or loop.axes.get(s.ref) != 0:
                continue
            for o in node.arguments:
                is_row = o.places == tuple(range(1, len(node.shape))) and o.ref not in loop.axes
                if is_row and graph[o.ref].kind == "real" and not is_inline_view(graph[o.ref]):
                    found[o.ref] = None
        return list(found)

    def _cut(self, ref: Ref, slab: str, count: str) -> Iterator[Line]:
        """`x_slab = x[slab]`; from here on the value is its piece. What is read often is copied if it lies apart."""
        nodes = self.emitter.nodes
        whole = nodes.expression(ref)
        stem = whole.id if isinstance(whole, ast.Name) else self.emitter.plain_name(ref)
        piece = self.emitter.names.fresh(f"{stem}_slab")
        nodes.variables[ref] = piece
        at = self.loop.axes[ref]
        before = at + 1 if ref in nodes.blocked else at
        value = subscript(whole, *(slice_of() for _ in range(before)), name(slab))
        node = self.emitter.graph[ref]
        reads = sum(r == ref for s in self.loop.body if isinstance(s, Compute) for r in self._arguments(s.ref))
        if at == 0 or reads < OFTEN or node.kind != "real" or ref in self.loop.stored:
            yield assign(piece, value)
            return
        items = [nodes.sizes.affine(e, nodes.scope) for e in node.shape]
        items[at] = name(count)
        yield assign(tuple_of([name(piece)]), self._taken(1, tuple_of(items)))
        yield assign(subscript(name(piece), constant(...)), value)

    # -- memory inside -------------------------------------------------------------------------------------

    def _place_buffers(self) -> None:
        """Decide where every wide value is written: into its whole if it has one, else into a free buffer.

        What is written over and over on the way to a whole is so in a buffer: the whole is not in the cache yet.
        """
        emitter, loop = self.emitter, self.loop
        shared = Buffers(emitter.liveness, self._slot, lambda: emitter.names.fresh("buffer"), self.slots)
        emitter.buffers = shared.placed(loop.body) | emitter.pieces

    def _slot(self, ref: Ref) -> tuple[Shape, int] | None:
        """The shape and the axis that is cut, for a value that goes into a buffer."""
        is_one = ref not in self.emitter.pieces and self._is_buffered(ref)
        return (self.emitter.graph[ref].shape, self.loop.axes[ref]) if is_one else None

    def _is_buffered(self, ref: Ref) -> bool:
        node = self.emitter.graph[ref]
        is_wide = len(node.shape) > 1 and ref not in self.loop.sums
        return is_wide and node.kind == "real" and takes_out(node, form(node))

    def _buffers(self, count: str) -> Iterator[Line]:
        """`buffer, buffer_2 = work(0, 2, (count, n), dtype)`."""
        nodes = self.emitter.nodes
        for (shape, at), variables in self.slots.items():
            items = [nodes.sizes.affine(e, nodes.scope) for e in shape]
            items[at] = name(count)
            yield assign(tuple_of([name(v) for v in variables]), self._taken(len(variables), tuple_of(items)))


def is_inline_view(node: Node) -> bool:
    """Whether a value is another one seen differently, or a number."""
    return isinstance(node, Arranged | Part) or not node.shape


def takes_out(node: Node, value: Expr, with_dot: bool = False) -> bool:
    """Whether an operation can write its value into given memory; `np.dot` needs it contiguous."""
    if isinstance(node, Pointwise):
        return node.function not in ("real", "spread", "erf")
    is_product = isinstance(node, Contraction) and isinstance(value, ast.Call)
    functions = (*TAKES_OUT, "np.dot") if with_dot else TAKES_OUT
    return is_product and ast.unparse(value.func) in functions  # type: ignore[attr-defined]


def form(node: Node) -> Expr:
    """The call that a product is, of operands without names."""
    if not isinstance(node, Contraction):
        return constant(None)
    return contraction(name("a"), node.left.places, name("b"), node.right.places, len(node.shape))


def _difference(slab: str) -> Expr:
    return binary("subtract", attribute(name(slab), "stop"), attribute(name(slab), "start"))
