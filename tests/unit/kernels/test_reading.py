"""How entries are read: rectangles, strided views, computed positions."""

from __future__ import annotations

from derive.ir.tensor import Tensor
from derive.kernels.arithmetic import Arithmetic
from derive.kernels.definitions import Storage
from derive.kernels.program import Graph, Node, Part, Taken
from derive.kernels.reading import Reading
from derive.kernels.window_nodes import Strided
from derive.terms.affine import Affine, Index, index, number, quotient
from tests.stating import scope, upto

p, r = index("p"), index("r")


def read(e: Affine, *axes: Index) -> Node:
    tensor = Tensor("w", (Index("q", number(1), number(9)),), "input")
    graph = Graph()
    reading = Reading(Arithmetic(graph), {"w": Storage(tensor, (0,))}, {}, scope(*axes))
    return graph[reading.entry("w", (e,)).ref]


def test_an_offset_is_a_slice_and_a_sum_of_axes_a_strided_view() -> None:
    assert isinstance(read(p + 2, upto("p", 4)), Part)
    assert isinstance(read(p * 2 + r - 2, upto("p", 4), upto("r", 3)), Strided)


def test_an_axis_that_stands_in_a_quotient_too_is_no_slice() -> None:
    """p − 2⌊(p + 1)/2⌋ + 2 goes 1, 2, 1, 2, …, though the coefficient of p is 1."""
    assert isinstance(read(p - quotient(p + 1, 2) * 2 + 2, upto("p", 4)), Taken)
    assert isinstance(read(quotient(p + 1, 2), upto("p", 4)), Taken)
