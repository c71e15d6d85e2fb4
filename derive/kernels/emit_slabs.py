"""Loops over slabs in NumPy: what is read is cut, sums are added up, everything else goes into a few small buffers."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING

from derive.kernels.alignment import transposed
from derive.kernels.arrange import Compute, Section, Slabs, is_inline
from derive.kernels.buffers import Buffers
from derive.kernels.contractions import contraction
from derive.kernels.memory import reading_order
from derive.kernels.program import Contraction, Node, Pointwise, Ref, Shape, estimated
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
from derive.kernels.tiles import LONG, Tiled, rows_of, with_rows

if TYPE_CHECKING:
    from derive.kernels.emit_numpy import Emitter

TAKES_OUT = ("np.matmul", "np.matvec", "np.vecdot", "np.einsum")
"""Products that NumPy can write into memory of any layout."""

APART = 4
"""Pieces that do not lie together have so many times as many entries, so that the runs in which they lie are longer."""


@dataclass
class SlabEmitter:
    """Emits one loop. `emitter` emits the statements inside.

    `slots` are the buffers by shape and cut axis, `ahead` the pieces of wholes that values are written into.
    """

    emitter: Emitter
    loop: Slabs
    slots: dict[tuple[Shape, int], list[str]] = field(default_factory=dict)
    ahead: dict[Ref, str] = field(default_factory=dict)

    def lines(self) -> list[Line]:
        nodes, loop = self.emitter.nodes, self.loop
        before = dict(nodes.variables)
        slab, count = self.emitter.names.fresh("slab"), self.emitter.names.fresh("count")
        head = [*self._sums(), *self._wholes()]
        wholes = {r: nodes.variables[r] for r in (*loop.sums, *loop.stored)}
        pieces = self.emitter.names.fresh("slabs")
        outer = nodes.tiled
        nodes.tiled = Tiled()
        repeated = list(self._tiles(pieces))
        cuts = [self._cut(r, slab) for r in (*self._leaves(), *loop.stored)]
        self.emitter.pieces = {r: nodes.variables[r] for r in loop.stored}
        outside = self.emitter.buffers
        self._place_buffers()
        self.emitter.slab, self.emitter.sums = slab, frozenset(loop.sums)
        self.emitter.cuts = {r: self._argument_axis(r) for r in loop.sums}
        body = self.emitter.emit(loop.body)
        self.emitter.slab, self.emitter.sums, self.emitter.pieces, self.emitter.buffers = "", frozenset(), {}, outside
        nodes.variables, nodes.tiled = {**before, **wholes}, outer
        top = [*cuts, *self._buffers(count)]
        if any(isinstance(n, ast.Name) and n.id == count for line in top for n in ast.walk(line)):  # type: ignore[arg-type]
            top.insert(0, assign(count, _difference(slab)))
        over: Expr = self._pieces()
        if repeated:
            repeated.insert(0, assign(pieces, over))
            over = name(pieces)
        return [*head, *repeated, Nest(ast.For(ast.Name(slab), over, [], []), (*top, *body))]

    def _pieces(self) -> Expr:
        """`_slabs(m, n, dtype.itemsize)`: the extent, and how many entries the widest value has at each place of the
        axis."""
        nodes = self.emitter.nodes
        widest = max(self._cut_values(), key=lambda r: estimated(self._rest(r)))
        width: Expr = constant(1)
        for k, e in enumerate(self._rest(widest)):
            width = binary("multiply", width, nodes.sized(e)) if k else nodes.sized(e)
        arguments = [nodes.sized(self.loop.extent), width, attribute(nodes.dtype(), "itemsize")]
        if self.loop.axes[widest]:
            arguments.append(binary("multiply", constant(APART), name("_SLAB")))
        return call("_slabs", *arguments)

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
            if is_real and not emitter.liveness.escapes(r):
                yield from self._kept_whole(r)
            else:
                yield assign(nodes.variables[r], fresh)

    def _kept_whole(self, ref: Ref) -> Iterator[Line]:
        """Memory from the workspace, its axes in the order in which products read the value later."""
        emitter, nodes = self.emitter, self.emitter.nodes
        graph, inside = emitter.graph, {s.ref for s in self.loop.body if isinstance(s, Compute)}
        shape, variable = graph[ref].shape, nodes.variables[ref]
        readers = [
            graph[r] for r in sorted(emitter.liveness.computed - inside) if any(o.ref == ref for o in graph[r].args)
        ]
        order = reading_order(nodes.memory, ref, readers) or tuple(range(len(shape)))
        taken = self._taken(1, nodes.shape(tuple(shape[q] for q in order)))
        if order == tuple(range(len(shape))):
            yield assign(tuple_of([name(variable)]), taken)
            return
        block = emitter.names.fresh("block")
        yield assign(tuple_of([name(block)]), taken)
        yield assign(variable, transposed(name(block), order))

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

    def _tiles(self, pieces: str) -> Iterator[Line]:
        """The shapes of tiles, and rows that are used in every row of a slab, repeated as often as in a tile."""
        nodes, loop, graph = self.emitter.nodes, self.loop, self.emitter.graph
        able = {r for r in loop.axes if loop.axes[r] == 0 and r not in nodes.blocked and _is_short(graph[r].shape)}
        length = attribute(subscript(name(pieces), constant(0)), "stop")
        for shape, refs in with_rows(graph, loop.body, able).items():
            tile, line = nodes.tile(shape, [nodes.sizes.affine(loop.extent, nodes.scope), length])
            nodes.tiled.shapes.update((r, tile) for r in refs)
            yield line
            yield from nodes.repeated(rows_of(graph, refs), tile)

    def _cut(self, ref: Ref, slab: str) -> Line:
        """`x_slab = x[slab]`; from here on the value is its piece."""
        nodes = self.emitter.nodes
        whole = nodes.expression(ref)
        stem = whole.id if isinstance(whole, ast.Name) else self.emitter.plain_name(ref)
        nodes.variables[ref] = self.emitter.names.fresh(f"{stem}_slab")
        before = self.loop.axes[ref] + (ref in nodes.blocked)
        return assign(nodes.variables[ref], subscript(whole, *(slice_of() for _ in range(before)), name(slab)))

    # -- memory inside -------------------------------------------------------------------------------------

    def _place_buffers(self) -> None:
        """Decide where every wide value is written: into a piece of a whole if it ends there, else a free buffer."""
        emitter, loop = self.emitter, self.loop
        shared = Buffers(emitter.liveness, self._slot, lambda: emitter.names.fresh("buffer"), self.slots)
        for first, chain in shared.members(loop.body).items():
            ends = [r for r in chain if r in emitter.pieces and loop.axes[r] == 0]
            if ends and self._is_buffered(first):
                self.ahead[first] = emitter.pieces[ends[-1]]
        emitter.buffers = shared.placed(loop.body) | self.ahead | emitter.pieces

    def _slot(self, ref: Ref) -> tuple[Shape, int] | None:
        """The shape and the axis that is cut, for a value that goes into a buffer."""
        is_one = ref not in self.emitter.pieces and ref not in self.ahead and self._is_buffered(ref)
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


def _is_short(shape: Shape) -> bool:
    """Whether the rows of an array are not so long that they need no tiles, as far as is known."""
    return not all(e.is_number for e in shape[1:]) or prod(e.const for e in shape[1:]) <= LONG


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
