"""Scalar functions in NumPy: operators, calls, and plain Python arithmetic where no array takes part."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from math import prod

from derive.kernels.alignment import aligned, relaid
from derive.kernels.numpy_operands import Operands
from derive.kernels.program import (
    UNIT,
    Number,
    Pointwise,
    Shape,
)
from derive.kernels.syntax import (
    COMPARISONS,
    OPERATORS,
    Expr,
    binary,
    call,
    constant,
)

HELPERS = frozenset(("erf",))
"""Functions that NumPy lacks; a kernel brings them along."""

LARGE = 128
"""From this size on, as far as it is known without the symbolic extents, an array counts as large."""


def _known_size(shape: Shape) -> int:
    """The product of the extents that are numbers."""
    return prod(e.const for e in shape if e.is_number)


def is_large(shape: Shape) -> bool:
    """Whether an array of several axes may well be large, as far as its extents are known."""
    numbers = [e.const for e in shape if e.is_number]
    return len(shape) > 1 and (not numbers or prod(numbers) >= LARGE)


class PointwiseEmitter(Operands):
    """Writes scalar functions of values."""

    def pointwise(self, node: Pointwise) -> Expr:
        """The expression of a scalar function."""
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
        value, rank = self.expression(o.ref), len(node.shape)
        if all(e == UNIT for k, e in enumerate(node.shape) if k not in o.places):
            return call("np.array", relaid(value, o.places, rank), self.dtype())
        repeated = call("np.broadcast_to", aligned(value, o.places, rank), self.shape(node.shape))
        return call("np.array", repeated, self.dtype())
