"""Products with parameters inside loops: what they need of a parameter is laid out once, before the loop.

A step of a recurrent network multiplies few rows by a wide matrix, `h U` with `U` of four gates side by side. BLAS
is quicker at blocks of columns, and does them without waking its threads; so `U` is cut into blocks that one
`np.matmul` goes through. A parameter that stands transposed is copied transposed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import gcd

from derive.kernels.fields import Names
from derive.kernels.program import Contraction, Given, Graph, Operand, Ref
from derive.kernels.syntax import Expr, attribute, call, constant, name, tuple_of
from derive.terms.affine import Affine

MOST_BLOCKS = 4
NARROWEST, WIDEST = 64, 256
"""How wide a block may be, where that is known."""


def block_count(extent: Affine) -> int:
    """Into how many equal blocks an axis is cut: as many as a symbolic extent is a multiple; 1 for none."""
    if extent.is_number:
        fits = extent.const % MOST_BLOCKS == 0 and NARROWEST <= extent.const // MOST_BLOCKS <= WIDEST
        return MOST_BLOCKS if fits else 1
    count = gcd(extent.const, *(c for _, c in extent.terms))
    return count if count <= MOST_BLOCKS else 1


@dataclass
class LoopProducts:
    """Writes products of two matrices, one of them an argument; `prepared` are the arguments laid out anew."""

    graph: Graph
    names: Names
    arguments: Callable[[str], str | None]
    prepared: dict[tuple[Ref, str], tuple[str, Expr]] = field(default_factory=dict)

    def product(
        self, node: Contraction, expression: Callable[[Ref], Expr], sized: Callable[[Affine], Expr]
    ) -> Expr | None:
        """The product `rows · argument`; None for products of another form."""
        rows, wide = (node.left, node.right) if 0 in node.left.places else (node.right, node.left)
        if not (self._is_argument(wide) and _is_matrix(rows) and _is_matrix(wide) and len(node.shape) == 2):
            return None
        summed = [p for p in wide.places if p in rows.places]
        if summed != [2] or 1 not in wide.places:
            return None
        m, columns = node.shape
        inner = self.graph[wide.ref].shape[wide.places.index(2)]
        left = expression(rows.ref) if rows.places == (0, 2) else attribute(expression(rows.ref), "T")
        count = block_count(columns)
        if count > 1:
            blocks = self._prepared(
                wide,
                "blocks",
                lambda u: _blocks(call(attribute(u, "reshape"), sized(inner), constant(count), constant(-1))),
            )
            stack = call(attribute(call("np.matmul", left, blocks), "transpose"), constant(1), constant(0), constant(2))
            return call(attribute(stack, "reshape"), sized(m), sized(columns))
        count = block_count(inner)
        if count > 1:
            blocks = self._prepared(
                wide, "blocks", lambda u: call(attribute(u, "reshape"), constant(count), constant(-1), sized(columns))
            )
            stack = _blocks(call(attribute(left, "reshape"), sized(m), constant(count), constant(-1)))
            return call("np.add.reduce", call("np.matmul", stack, blocks), axis=constant(0))
        if wide.places == (2, 1):
            return None
        return call("np.dot", left, self._prepared(wide, "", lambda u: u))

    def _is_argument(self, o: Operand) -> bool:
        node = self.graph[o.ref]
        return isinstance(node, Given) and not node.at and self.arguments(node.tensor) is not None

    def _prepared(self, o: Operand, kind: str, lay: Callable[[Expr], Expr]) -> Expr:
        """The variable of an argument over (summed, columns), laid out by `lay` in memory of its own."""
        node = self.graph[o.ref]
        assert isinstance(node, Given)
        local = self.arguments(node.tensor)
        assert local is not None
        is_transposed = o.places == (1, 2)
        key = (o.ref, f"{'T' if is_transposed else ''}_{kind}".strip("_"))
        if key not in self.prepared:
            value: Expr = attribute(name(local), "T") if is_transposed else name(local)
            copied = call("np.ascontiguousarray", lay(value))
            self.prepared[key] = (self.names.fresh(f"{local}_{key[1]}"), copied)
        return name(self.prepared[key][0])


def _is_matrix(o: Operand) -> bool:
    return len(o.places) == 2 and None not in o.places


def _blocks(value: Expr) -> Expr:
    """An array (a, block, b) as a stack of matrices (block, a, b)."""
    return call("np.transpose", value, tuple_of([constant(1), constant(0), constant(2)]))
