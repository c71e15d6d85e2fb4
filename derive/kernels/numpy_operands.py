"""What the NumPy expressions of values are made of: variables, constants, shapes, memory from a workspace."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from derive.kernels.alignment import aligned, transposed
from derive.kernels.definitions import Storage
from derive.kernels.fields import Names, Sizes
from derive.kernels.loop_products import LoopProducts
from derive.kernels.memory import Memory
from derive.kernels.program import (
    Contraction,
    Graph,
    Node,
    Number,
    Operand,
    Pointwise,
    Ref,
    Shape,
)
from derive.kernels.syntax import (
    Expr,
    Line,
    assign,
    attribute,
    binary,
    call,
    constant,
    name,
    subscript,
    tuple_of,
)
from derive.kernels.tiles import HEIGHT, ROWS, Tiled, is_row
from derive.terms.affine import Affine, Index

NUMBER_NAMES = {float("inf"): "infinity", 0.0: "zero", 1.0: "one", 2.0: "two", 0.5: "half", -1.0: "minus_one"}


@dataclass
class Operands(ABC):
    """Writes values as expressions; a value that has a variable is that variable.

    `constants` are the numbers that stand beside arrays, with their variables; `ones` the vectors of ones that
    sums are products with, by extent and shape; both are made at the top of the function. `slab` is the slice whose
    part of a sum is written, `cut` the axis that it is of, `tiled` are the operations that are done tile by tile;
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
    tiled: Tiled = field(default_factory=Tiled)
    work_places: int = 0
    blocked: Mapping[Ref, int] = field(default_factory=dict)
    memory_ahead: list[Line] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.loop_products = LoopProducts(self.graph, self.names, self.locals, self.memory_of)

    def memory_of(self, shape: Shape) -> str:
        """The variable of memory that is taken before all loops, for what each round makes anew."""
        variable = self.names.fresh("blocks")
        self.memory_ahead.append(assign(tuple_of([name(variable)]), self.work(1, self.shape(shape))))
        return variable

    def expression(self, ref: Ref) -> Expr:
        if ref in self.variables:
            return name(self.variables[ref])
        return self.computed(ref)

    @abstractmethod
    def computed(self, ref: Ref) -> Expr:
        """The operation that gives a value."""

    def operand(self, o: Operand, rank: int, reader: Node | None = None) -> Expr:
        """An argument of an operation with `rank` axes; a constant beside an array is an array of its dtype."""
        node = self.graph[o.ref]
        if isinstance(node, Number) and reader is not None:
            if self._reads_integers(reader):
                return constant(int(node.value))
            return self._constant(float(node.value)) if rank else constant(float(node.value))
        if reader is not None and self.graph.known[reader] in self.blocked:
            return self._operand_in_blocks(o, self.blocked[self.graph.known[reader]])
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

    def in_tiles(self, node: Pointwise, ref: Ref) -> list[Expr]:
        """The arguments of an operation tile by tile: rows repeated, arrays in the shape of tiles."""
        out = []
        for o in node.arguments:
            value = self.operand(o, len(node.shape), node)
            if is_row(self.graph, node, o):
                value = name(self.tiled.rows[o.ref])
            elif o.places:
                value = call(attribute(value, "reshape"), name(self.tiled.shapes[ref]))
            out.append(value)
        return out

    def repeated(self, rows: Iterable[Ref], tile: str) -> Iterator[Line]:
        """`mu_rows = mu[None].repeat(tile[1], axis=0)`, for rows that are not repeated yet."""
        for ref in rows:
            if ref not in self.tiled.rows:
                whole = self.expression(ref)
                stem = whole.id if isinstance(whole, ast.Name) else "row"
                self.tiled.rows[ref] = self.names.fresh(f"{stem}_rows")
                one = attribute(subscript(whole, constant(None)), "repeat")
                times = subscript(name(tile), constant(1))
                yield assign(self.tiled.rows[ref], call(one, times, axis=constant(0)))

    def stack(self, shape: Shape) -> tuple[str, Line]:
        """`stack = (-1, 64 if m % 64 == 0 else m, n)`, and its variable."""
        first, *rest = (self.sizes.affine(e, self.scope) for e in shape)
        fits = ast.Compare(binary("remainder", first, constant(HEIGHT)), [ast.Eq()], [constant(0)])
        variable = self.names.fresh("stack")
        return variable, assign(variable, tuple_of([constant(-1), ast.IfExp(fits, constant(HEIGHT), first), *rest]))

    def tile(self, shape: Shape, divided: Sequence[Expr]) -> tuple[str, Line]:
        """`tile = (-1, 8 if m % 8 == 0 else 1, n)`, for extents that tiles have to divide, and its variable."""
        rests = [binary("remainder", e, constant(ROWS)) for e in divided]
        fits = ast.Compare(rests[0], [ast.Eq() for _ in rests], [*rests[1:], constant(0)])
        variable = self.names.fresh("tile")
        rows = ast.IfExp(fits, constant(ROWS), constant(1))
        extents = [self.sizes.affine(e, self.scope) for e in shape[1:]]
        return variable, assign(variable, tuple_of([constant(-1), rows, *extents]))

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

    def _ones(self, shape: Shape, is_merged: bool = False) -> Expr:
        """Ones of a shape; merged, as many as it has places."""
        key = (shape, is_merged)
        if key not in self.ones:
            self.ones[key] = self.names.fresh("ones")
            self.uses_dtype = True
        return name(self.ones[key])

    @cached_property
    def memory(self) -> Memory:
        return Memory(self.graph)

    def sized(self, e: Affine) -> Expr:
        return self.sizes.affine(e, self.scope)

    def extents(self, node: Contraction) -> Shape:
        """The extent of every place of a product."""
        found = {p: e for o in node.args for p, e in zip(o.places, self.graph[o.ref].shape, strict=True)}
        return tuple(found[p] for p in range(len(found)))
