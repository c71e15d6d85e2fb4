"""Tensors put together from parts: rectangles in a row, in whatever order they come, and rectangles anywhere."""

from __future__ import annotations

from derive.kernels.placing import put_together, rectangle
from derive.kernels.program import Assembled, Given, Graph, Ref
from derive.kernels.window_nodes import Placed
from derive.terms.affine import Affine, number, size

M = size("m")


def given(graph: Graph, tensor: str, *extents: Affine) -> Ref:
    return graph.add(Given(extents, "real", tensor))


def test_rectangles_are_ordered_by_where_they_begin() -> None:
    graph = Graph()
    a, b = given(graph, "a", M, number(3)), given(graph, "b", M, number(2))
    parts = [rectangle(graph, b, (number(0), number(3))), rectangle(graph, a, (number(0), number(0)))]
    node = graph[put_together(graph, (M, number(5)), parts, None)]
    assert isinstance(node, Assembled)
    assert [o.ref for o in node.parts] == [a, b] and node.starts == ((number(0),) * 2, (number(0), number(3)))


def test_symbolic_extents_follow_one_another() -> None:
    graph = Graph()
    a, b = given(graph, "a", M), given(graph, "b", number(1))
    parts = [rectangle(graph, b, (M,)), rectangle(graph, a, (number(0),))]
    node = graph[put_together(graph, (M + 1,), parts, None)]
    assert isinstance(node, Assembled) and [o.ref for o in node.parts] == [a, b]


def test_rectangles_that_form_a_grid_are_written_each_to_its_place() -> None:
    graph = Graph()
    starts = [(p, q) for p in (0, 2) for q in (0, 3)]
    refs = [given(graph, f"a{p}{q}", number(2), number(3)) for p, q in starts]
    parts = [rectangle(graph, r, (number(p), number(q))) for r, (p, q) in zip(refs, starts, strict=True)]
    node = graph[put_together(graph, (number(4), number(6)), parts, None)]
    assert isinstance(node, Placed) and node.fill is None and not node.adds
    assert [w.starts for w in node.places] == [(number(p), number(q)) for p, q in starts]


def test_a_row_with_a_gap_is_no_row() -> None:
    graph = Graph()
    parts = [rectangle(graph, given(graph, t, number(2)), (number(k),)) for t, k in (("a", 0), ("b", 3))]
    assert isinstance(graph[put_together(graph, (number(5),), parts, None)], Placed)
