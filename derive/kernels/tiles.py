"""Tiles: a row that meets every row of an array is repeated a few times, and the array taken so many rows at a time.

NumPy runs an inner loop for each row of `x - mu` where `mu` is a row; with eight rows side by side, `x` seen as
`(-1, 8, n)`, there are eight times fewer loops. The number of rows has to divide the extent: the array is seen in
another shape, never copied.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from derive.kernels.arrange import Compute, Statement, is_inline
from derive.kernels.memory import Memory
from derive.kernels.program import Graph, Node, Operand, Pointwise, Ref, Shape

ROWS = 8
"""How often a row is repeated."""

HEIGHT = 64
"""The rows of the matrices in a stack of which columns are summed."""

FUNCTIONS = frozenset(("add", "subtract", "multiply", "divide", "maximum", "minimum"))

FEWEST = 4
"""Outside of loops over slabs, so many operations on arrays of one shape are worth it."""

SHORT, LONG = 64, 4096
"""Rows of so many entries are neither too small for large arrays nor long enough by themselves."""


@dataclass
class Tiled:
    """The operations that are done tile by tile: for each the variable of the shape in which it sees its arrays.

    `rows` are the variables of the rows that are repeated so far, `stacks` those of the shapes of large arrays as
    stacks of matrices.
    """

    shapes: dict[Ref, str] = field(default_factory=dict)
    stacks: dict[Shape, str] = field(default_factory=dict)
    rows: dict[Ref, str] = field(default_factory=dict)


def with_rows(graph: Graph, statements: Sequence[Statement], able: Collection[Ref]) -> dict[Shape, list[Ref]]:
    """The computations of a block that read a row with arrays of their own shape and numbers only, by shape."""
    found: dict[Shape, list[Ref]] = {}
    for s in statements:
        if isinstance(s, Compute) and s.ref in able and any(is_row(graph, graph[s.ref], o) for o in graph[s.ref].args):
            node = graph[s.ref]
            if all(not o.places or _is_whole(node, o) or is_row(graph, node, o) for o in node.args):
                found.setdefault(node.shape, []).append(s.ref)
    return found


def whole_arrays(graph: Graph, memory: Memory, statements: Sequence[Statement]) -> dict[Shape, list[Ref]]:
    """Those of a block outside of loops that are worth it, as far as the length of a row is known."""
    able = {s.ref for s in statements if isinstance(s, Compute) and _is_long(graph[s.ref].shape)}
    able = {r for r in able if memory.is_rowwise(r)}
    return {shape: refs for shape, refs in with_rows(graph, statements, able).items() if len(refs) >= FEWEST}


def rows_of(graph: Graph, refs: Sequence[Ref]) -> Iterator[Ref]:
    """The rows that operations read, each once."""
    yield from dict.fromkeys(o.ref for r in refs for o in graph[r].args if is_row(graph, graph[r], o))


def is_row(graph: Graph, node: Node, o: Operand) -> bool:
    """Whether an argument has all axes of an operation but the first."""
    is_able = isinstance(node, Pointwise) and node.kind == "real" and node.function in FUNCTIONS
    is_one = is_able and len(node.shape) > 1 and o.places == tuple(range(1, len(node.shape)))
    return is_one and graph[o.ref].kind == "real" and not (is_inline(graph, o.ref) and bool(graph[o.ref].args))


def _is_whole(node: Node, o: Operand) -> bool:
    return o.places == tuple(range(len(node.shape)))


def _is_long(shape: Shape) -> bool:
    return len(shape) == 2 and shape[1].is_number and SHORT <= shape[1].const <= LONG
