"""The NumPy expression of each kind of value: one rule for each node."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, singledispatchmethod
from math import prod

from derive.errors import UnsupportedError
from derive.kernels.alignment import aligned, relaid, transposed
from derive.kernels.blocked import block_number, in_blocks
from derive.kernels.contractions import contraction
from derive.kernels.definitions import Storage
from derive.kernels.fields import Names, Sizes
from derive.kernels.loop_products import LoopProducts
from derive.kernels.memory import Memory, blocks_of
from derive.kernels.numpy_products import block_product
from derive.kernels.numpy_sums import Sums
from derive.kernels.numpy_windows import MOST_TAPS, WindowEmitter
from derive.kernels.plan import Target
from derive.kernels.program import (
    Arranged,
    Assembled,
    Contraction,
    Count,
    Given,
    Graph,
    Marked,
    Node,
    Number,
    Operand,
    Part,
    Pointwise,
    Positions,
    Reduction,
    Ref,
    Shape,
    Taken,
)
from derive.kernels.syntax import (
    COMPARISONS,
    OPERATORS,
    Expr,
    Line,
    assign,
    attribute,
    augmented,
    binary,
    call,
    constant,
    name,
    slice_of,
    subscript,
    tuple_of,
)
from derive.kernels.window_nodes import Merged, Packed, Placed, Selected, Strided, SummedById
from derive.terms.affine import Affine, Index

HELPERS = frozenset(("erf",))
"""Functions that NumPy lacks; a kernel brings them along."""

LARGE = 128
"""From this size on, as far as it is known without the symbolic extents, an array counts as large."""

NUMBER_NAMES = {float("inf"): "infinity", 0.0: "zero", 1.0: "one", 2.0: "two", 0.5: "half", -1.0: "minus_one"}


def _known_size(shape: Shape) -> int:
    """The product of the extents that are numbers."""
    return prod(e.const for e in shape if e.is_number)


def is_large(shape: Shape) -> bool:
    """Whether an array of several axes may well be large, as far as its extents are known."""
    numbers = [e.const for e in shape if e.is_number]
    return len(shape) > 1 and (not numbers or prod(numbers) >= LARGE)


@dataclass
class NodeEmitter:
    """Writes values as expressions; a value that has a variable is that variable.

    `constants` are the numbers that stand beside arrays, with their variables; `ones` the vectors of ones that
    sums are products with, by extent and shape; both are made at the top of the function. `slab` is the slice whose
    part of a sum is written, `cut` the axis that it is of, `rows` are rows repeated for every place of a slab;
    `work_places` counts the groups of arrays that are taken from a workspace. `blocked` are the values that lie in
    blocks, with their number, `memory_ahead` the lines that take the memory of those in loops.
    """

    graph: Graph
    sizes: Sizes
    names: Names
    storages: Mapping[str, Storage]
    locals: Mapping[str, str]
    lists: Mapping[str, str]
    carried: Mapping[str, str]
    variables: dict[Ref, str] = field(default_factory=dict)
    scope: dict[str, Index] = field(default_factory=dict)
    constants: dict[float, str] = field(default_factory=dict)
    ones: dict[tuple[Shape, bool], str] = field(default_factory=dict)
    functions: set[str] = field(default_factory=set)
    uses_dtype: bool = False
    transposes: dict[Ref, str] = field(default_factory=dict)
    loop_products: LoopProducts = field(init=False)
    slab: str = ""
    cut: int | None = None
    rows: dict[Ref, str] = field(default_factory=dict)
    work_places: int = 0
    blocked: Mapping[Ref, int] = field(default_factory=dict)
    memory_ahead: list[Line] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.loop_products = LoopProducts(self.graph, self.names, self.locals)

    def expression(self, ref: Ref) -> Expr:
        if ref in self.variables:
            return name(self.variables[ref])
        return self.computed(ref)

    def computed(self, ref: Ref) -> Expr:
        """The operation that gives a value."""
        return self._rule(self.graph[ref])

    def operand(self, o: Operand, rank: int, reader: Node | None = None) -> Expr:
        """An argument of an operation with `rank` axes; a constant beside an array is an array of its dtype."""
        node = self.graph[o.ref]
        if isinstance(node, Number) and reader is not None:
            if self._reads_integers(reader):
                return constant(int(node.value))
            return self._constant(float(node.value)) if rank else constant(float(node.value))
        if reader is not None and self.graph.known[reader] in self.blocked:
            return self._operand_in_blocks(o, self.blocked[self.graph.known[reader]])
        if reader is not None and o.ref in self.rows and o.places == tuple(range(1, rank)):
            return name(self.rows[o.ref])
        return aligned(self.expression(o.ref), o.places, rank)

    def _operand_in_blocks(self, o: Operand, count: int) -> Expr:
        """An operand of a value in blocks, in blocks itself: `(…, rows, columns)` as `(…, block, rows, …)`."""
        value = self.expression(o.ref)
        if o.ref in self.blocked or not o.places:
            return value
        if len(o.places) == 1:
            return call(attribute(value, "reshape"), constant(count), constant(1), constant(-1))
        *leading, _ = self.graph[o.ref].shape
        cut = call(attribute(value, "reshape"), *map(self.sized, leading), constant(count), constant(-1))
        k = len(leading)
        return transposed(cut, [*range(k - 1), k, k - 1, k + 1])

    def product_in_blocks(self, node: Contraction, count: int, variable: str) -> list[Line]:
        """A product made in blocks; in a loop its memory is taken before the loop."""
        memory = self.work(1, self.shape(in_blocks(node.shape, count)))
        factors = self.loop_products.factors_in_blocks(node, count, self.expression, self.sized)
        if not self.scope:
            return [
                assign(tuple_of([name(variable)]), memory),
                ast.Expr(call("np.matmul", *factors, out=name(variable))),
            ]
        blocks = self.names.fresh("blocks")
        self.memory_ahead.append(assign(tuple_of([name(blocks)]), memory))
        return [assign(variable, call("np.matmul", *factors, out=name(blocks)))]

    def _reads_integers(self, reader: Node) -> bool:
        return any(self.graph[o.ref].kind == "integer" for o in reader.args)

    def _constant(self, value: float) -> Expr:
        if value not in self.constants:
            self.constants[value] = self.names.fresh(NUMBER_NAMES.get(value, "number"))
            self.uses_dtype = True
        return name(self.constants[value])

    def dtype(self) -> Expr:
        self.uses_dtype = True
        return name("dtype")

    def shape(self, shape: Shape) -> Expr:
        return tuple_of([self.sizes.affine(e, self.scope) for e in shape])

    def work(self, number: int, shape: Expr) -> Expr:
        """`work(place, number, shape, dtype)`: arrays from the workspace."""
        place = constant(self.work_places)
        self.work_places += 1
        return call("work", place, constant(number), shape, self.dtype())

    def zeros(self, ref: Ref) -> Expr:
        node = self.graph[ref]
        return call("np.zeros", self.shape(node.shape), self.dtype()) if node.shape else constant(0.0)

    # -- rules -------------------------------------------------------------------------------------------

    @singledispatchmethod
    def _rule(self, node: Node) -> Expr:
        """The expression of a value, by its class; an unknown class raises."""
        raise UnsupportedError(f"{type(node).__name__} has no NumPy expression")

    @_rule.register
    def _(self, node: Number) -> Expr:
        return constant(float(node.value))

    @_rule.register
    def _(self, node: Count) -> Expr:
        return self.sizes.affine(node.affine, self.scope)

    @_rule.register
    def _(self, node: Given) -> Expr:
        if not node.at:
            return name(self.lists.get(node.tensor) or self.locals[node.tensor])
        if node.tensor in self.carried:
            return name(self.carried[node.tensor])
        array = self.lists.get(node.tensor) or self.locals[node.tensor]
        axes = self.storages[node.tensor].tensor.axes
        at = (self.sizes.affine(a - b.lo, self.scope) for a, b in zip(node.at, axes, strict=False))
        return subscript(name(array), *at)

    @_rule.register
    def _(self, node: Positions) -> Expr:
        lo, hi = (self.sizes.affine(e, self.scope) for e in (node.lo, node.lo + node.shape[0]))
        return call("np.arange", lo, hi) if node.lo != Affine() else call("np.arange", hi)

    @_rule.register
    def _(self, node: Pointwise) -> Expr:
        if node.kind == "number":
            return self._number(node)
        if node.function == "real":
            return self._as_real(node)
        if node.function == "spread":
            return self._spread(node)
        args = [self.operand(o, len(node.shape), node) for o in node.arguments]
        if (node.function in OPERATORS and node.function != "power") or node.function in COMPARISONS:
            return binary(node.function, *args)
        if node.function == "negative":
            return ast.UnaryOp(ast.USub(), args[0])
        return self._call(*self.quickest(node, args))

    def quickest(self, node: Pointwise, args: list[Expr]) -> tuple[str, list[Expr]]:
        """The function and arguments to call: on large arrays `np.clip` is three times as fast as `np.maximum`."""
        if node.function == "maximum" and _known_size(node.shape) >= LARGE:
            bound = self.graph[node.arguments[1].ref]
            if isinstance(bound, Number):
                return "clip", [*args, self._constant(float("inf"))]
        return node.function, args

    def _call(self, function: str, args: Sequence[Expr]) -> Expr:
        if function in HELPERS:
            self.functions.add(function)
            return call(f"_{function}", *args)
        return call(f"np.{function}", *args)

    def _number(self, node: Pointwise) -> Expr:
        """Plain Python arithmetic, which takes on the dtype of the arrays that it meets."""
        args = [self.expression(o.ref) for o in node.arguments]
        match node.function:
            case "negative":
                return ast.UnaryOp(ast.USub(), args[0])
            case "square":
                return binary("multiply", args[0], args[0])
            case "sqrt":
                return binary("power", args[0], constant(0.5))
            case "maximum" | "minimum":
                return call(node.function[:3], *args)
            case function if function in OPERATORS:
                return binary(function, *args)
        return call("float", self._call(node.function, args))

    def _as_real(self, node: Pointwise) -> Expr:
        value = self.expression(node.arguments[0].ref)
        if node.shape:
            return call(ast.Attribute(value, "astype"), self.dtype())
        return call(ast.Attribute(self.dtype(), "type"), value)

    def _spread(self, node: Pointwise) -> Expr:
        """The value repeated along the axes that it lacks, in memory of its own."""
        [o] = node.arguments
        if not o.places:
            return call("np.full", self.shape(node.shape), self.expression(o.ref), self.dtype())
        value = aligned(self.expression(o.ref), o.places, len(node.shape))
        return call("np.array", call("np.broadcast_to", value, self.shape(node.shape)), self.dtype())

    @_rule.register
    def _(self, node: Contraction) -> Expr:
        blocks = blocks_of(self.memory, node)
        if blocks is not None:
            first, second = (self.expression(o.ref) for o in (blocks.first, blocks.second))
            return block_product(blocks, first, second, self.extents(node), self.sized)
        product = self.loop_products.product(node, self.expression, self.sized) if self.scope else None
        if product is not None:
            return product
        (left, l), (right, r) = (self._factor(o, len(node.shape)) for o in node.args)
        return contraction(left, l, right, r, len(node.shape))

    def _factor(self, o: Operand, rank: int) -> tuple[Expr, tuple[int | None, ...]]:
        """An operand of a product; an argument that stands transposed in a loop is transposed once, before it."""
        node, places = self.graph[o.ref], o.places
        summed = [q for q, p in enumerate(places) if p is not None and p >= rank]
        is_matrix = len(places) == 2 == rank and None not in places and len(summed) == 1
        is_argument = isinstance(node, Given) and not node.at and node.tensor in self.locals
        if self.scope and is_matrix and is_argument and summed[0] == (0 if 0 in places else 1):
            return name(self._transposed(o.ref)), places[::-1]
        return self.expression(o.ref), places

    def _transposed(self, ref: Ref) -> str:
        if ref not in self.transposes:
            node = self.graph[ref]
            assert isinstance(node, Given)
            self.transposes[ref] = self.names.fresh(f"{self.locals[node.tensor]}_T")
        return self.transposes[ref]

    @_rule.register
    def _(self, node: Reduction) -> Expr:
        few = self._over_places(node)
        if few is not None:
            return few
        sums = Sums(self._ones, self.slab)
        return sums.expression(node, self.expression(node.arg.ref), self.memory.is_rowwise(node.arg.ref))

    def _ones(self, shape: Shape, is_merged: bool = False) -> Expr:
        """Ones of a shape; merged, as many as it has places."""
        key = (shape, is_merged)
        if key not in self.ones:
            self.ones[key] = self.names.fresh("ones")
            self.uses_dtype = True
        return name(self.ones[key])

    @_rule.register
    def _(self, node: Part) -> Expr:
        index: list[Expr] = []
        whole = self.graph[node.arg.ref].shape
        extents = iter(node.shape)
        count = self.blocked.get(node.arg.ref)
        for start, is_fixed, full in zip(node.starts, node.fixed, whole, strict=True):
            at = self.sizes.affine(start, self.scope) if is_fixed else self._slice(start, next(extents), full)
            index.append(at)
        if count is not None:
            block = None if node.shape[-1] == whole[-1] else block_number(node, count)
            is_whole = node.starts[-2] == Affine() and whole[-2] == node.shape[-2]
            index[-2:] = [slice_of() if block is None else constant(block), *([] if is_whole else [index[-2]])]
        return subscript(self.expression(node.arg.ref), *index)

    def place(self, target: Target, whole: Shape) -> list[Expr]:
        """The subscripts of a rectangle, without full slices at the end."""
        out = [self.sizes.affine(start, self.scope) for start in target.starts[: target.fixed]]
        rest = list(zip(target.starts, target.shape, whole, strict=True))[target.fixed :]
        while rest and rest[-1][0] == Affine() and rest[-1][1] == rest[-1][2]:
            rest.pop()
        return [*out, *(self._slice(*axis) for axis in rest)]

    def _slice(self, start: Affine, extent: Affine, full: Affine) -> Expr:
        if start == Affine() and extent == full:
            return slice_of()
        first = None if start == Affine() else self.sizes.affine(start, self.scope)
        stop = None if start + extent == full else self.sizes.affine(start + extent, self.scope)
        return slice_of(first, stop)

    @_rule.register
    def _(self, node: Arranged) -> Expr:
        return relaid(self.expression(node.arg.ref), node.arg.places, len(node.shape))

    # -- windows -----------------------------------------------------------------------------------------

    @cached_property
    def memory(self) -> Memory:
        return Memory(self.graph)

    @property
    def windows(self) -> WindowEmitter:
        return WindowEmitter(self.sized, self.names.fresh, self.functions)

    def sized(self, e: Affine) -> Expr:
        return self.sizes.affine(e, self.scope)

    def extents(self, node: Contraction) -> Shape:
        """The extent of every place of a product."""
        found = {p: e for o in node.args for p, e in zip(o.places, self.graph[o.ref].shape, strict=True)}
        return tuple(found[p] for p in range(len(found)))

    @_rule.register
    def _(self, node: Strided) -> Expr:
        return self.windows.view(node, self.expression(node.arg.ref), self.graph[node.arg.ref].shape)

    @_rule.register
    def _(self, node: Packed) -> Expr:
        return call("np.ascontiguousarray", aligned(self.expression(node.arg.ref), node.arg.places, len(node.shape)))

    def _over_places(self, node: Reduction) -> Expr | None:
        """What is taken over the few places of windows, one place after the other; None for other reductions."""
        source, rank = self.graph[node.arg.ref], len(node.shape)
        is_few = all(e.is_number for e in node.over) and prod(e.const for e in node.over) <= MOST_TAPS
        if not (isinstance(source, Strided) and is_few and rank and None not in node.arg.places):
            return None
        self.functions.add("over_places")
        searched = [p for p in node.arg.places if p is not None and p >= rank]
        if len(searched) != len(node.over) or len(node.arg.places) != rank + len(searched):
            return None
        order = [*sorted(searched), *range(rank)]
        moved = transposed(self.expression(node.arg.ref), [order.index(p or 0) for p in node.arg.places])
        return call("_over_places", name(f"np.{node.function}"), moved, constant(len(searched)))

    @_rule.register
    def _(self, node: Merged) -> Expr:
        value = aligned(self.expression(node.arg.ref), node.arg.places, sum(node.groups))
        return self.windows.merged(value, node.groups, node.shape)

    @_rule.register
    def _(self, node: Selected) -> Expr:
        self.functions.add("first_places")
        rank = len(node.shape)
        values = aligned(self.expression(node.arg.ref), node.arg.places, rank)
        largest = aligned(self.expression(node.largest.ref), node.largest.places, rank - node.searched)
        return call("_first_places", values, largest, constant(node.searched))

    @_rule.register
    def _(self, node: SummedById) -> Expr:
        self.functions.add("by_ids")
        values = aligned(self.expression(node.arg.ref), node.arg.places, len(node.arg.places))
        return call("_by_ids", values, self.expression(node.ids.ref), self.sized(node.shape[0]))

    def placing(self, node: Placed, variable: str, memory: Expr | None) -> list[Line]:
        """The statements that put a value together, in new memory or in memory from the workspace."""
        values = [self.expression(o.ref) for o in node.parts]
        return self.windows.placed(node, variable, values, self.dtype(), memory)

    @_rule.register
    def _(self, node: Taken) -> Expr:
        if self._takes_rows(node):
            return subscript(self.expression(node.source.ref), self.expression(node.positions[0].ref))
        positions = [aligned(self.expression(o.ref), o.places, len(node.shape)) for o in node.positions]
        return subscript(self.expression(node.source.ref), *positions)

    def _takes_rows(self, node: Taken) -> bool:
        """Whether only the places along the first axis are computed, and all others are taken in order."""
        first, *others = node.positions
        rank, whole = len(first.places), self.graph[node.source.ref].shape
        if first.places != tuple(range(rank)) or not rank:
            return False
        return all(
            isinstance(counted := self.graph[o.ref], Positions)
            and counted.lo == Affine()
            and counted.shape == (whole[k],)
            and o.places == (rank + k - 1,)
            for k, o in enumerate(others, 1)
        )

    def marking(self, node: Marked, variable: str) -> ast.stmt:
        """`p[ids, np.arange(m)] += amount`."""
        others = [k for k in range(len(node.shape)) if k != node.axis]
        at: list[Expr] = []
        for k in range(len(node.shape)):
            if k == node.axis:
                at.append(aligned(self.expression(node.ids.ref), node.ids.places, len(others)))
            else:
                counted = call("np.arange", self.sizes.affine(node.shape[k], self.scope))
                at.append(aligned(counted, [others.index(k)], len(others)))
        amount = aligned(self.expression(node.amount.ref), node.amount.places, len(others))
        return augmented(subscript(name(variable), *at), "add", amount)

    @_rule.register
    def _(self, node: Assembled) -> Expr:
        """The parts one after the other; they differ along one axis only and are given in order."""
        parts = [self.expression(o.ref) for o in node.parts]
        axes = [k for k in range(len(node.shape)) if any(s[k] != node.starts[0][k] for s in node.starts)]
        shapes = [self.graph[o.ref].shape for o in node.parts]
        is_row = len(axes) == 1 and all(
            node.starts[q + 1][axes[0]] == node.starts[q][axes[0]] + shapes[q][axes[0]] for q in range(len(parts) - 1)
        )
        if not is_row:
            raise UnsupportedError("the parts of a tensor do not lie one after the other, so there is no kernel")
        return call("np.concatenate", tuple_of(parts), axis=constant(axes[0]))
