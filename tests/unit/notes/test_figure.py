"""The network drawn: what is connected, and that nothing overlaps."""

from __future__ import annotations

import re
from itertools import combinations, pairwise

import pytest

from derive.derivation import derive_adjoints
from derive.handout import form
from derive.latex.settings import read_notation
from derive.network.compile import compile_network
from derive.network.schema import read_network_text
from derive.notes.drawing import draw
from derive.notes.figure import network_graph
from derive.notes.formulas import Formulas
from derive.notes.graph import Edge, Graph, Node
from derive.notes.mathml import mathml
from derive.notes.placement import place
from derive.notes.svg import svg
from derive.notes.tikz import LINE_WIDTH, tikz
from tests.unit.notes.handouts import NAMES, given


def graph_of(name: str) -> Graph:
    return network_graph(Formulas(given(name).sample))


def pairs(graph: Graph) -> set[tuple[str, str]]:
    return {(e.source, e.target) for e in graph.edges}


def test_an_activation_shares_the_box_of_its_preactivation() -> None:
    graph = graph_of("three-layer")
    assert pairs(graph) == {("x", "a1"), ("a1", "a2"), ("a2", "z3"), ("z3", "C"), ("y", "C")}
    assert {e.label for e in graph.edges} == {"W^{1}, b^{1}", "W^{2}, b^{2}", "W^{3}, b^{3}", ""}


def test_fan_out_and_residual_edges_are_there() -> None:
    assert {("a_trunk", "a_left"), ("a_trunk", "z_right"), ("a_left", "merged"), ("z_right", "merged")} <= pairs(
        graph_of("two-branch")
    )
    residual = graph_of("residual")
    assert ("a_skip", "merged") in pairs(residual)
    [skip] = [e for e in residual.edges if (e.source, e.target) == ("a_skip", "merged")]
    assert place(residual).bends[skip]


def test_layers_with_values_on_the_way_are_boxes() -> None:
    graph = graph_of("gru")
    assert pairs(graph) == {("x", "h1"), ("h1", "h2"), ("h2", "a3"), ("a3", "C"), ("y", "C")}
    assert [n.loop for n in graph.nodes if n.key in ("h1", "h2", "a3")] == ["t", "t", ""]
    gru = graph.node("h2")
    assert gru.shape == "block" and gru.label == r"\text{gru 2}" and len(gru.notes) == 2


def test_layers_without_weights_share_the_box_of_what_they_alone_read() -> None:
    graph = graph_of("residual-cnn")
    titles = [[t for t in (n.label, *n.notes) if t.startswith(r"\text")] for n in graph.nodes]
    assert [len(t) for t in titles if t] == [3, 3, 2, 2, 4, 1]
    [skip] = [e for e in graph.edges if (e.source, e.target) == ("z1", "merged")]
    assert place(graph).bends[skip]
    assert not any(n.loop for n in graph.nodes)


@pytest.mark.parametrize("name", ["three-layer", "deep", "residual", "two-branch", "softmax-classifier", "stack"])
def test_plain_networks_show_their_values(name: str) -> None:
    assert not any(n.shape == "block" for n in graph_of(name).nodes)


@pytest.mark.parametrize("name", ["gru", "char-lstm", "transformer-block", "residual-cnn", "lenet", "attention"])
def test_layers_take_a_quarter_of_a_page(name: str) -> None:
    drawing = draw(graph_of(name))
    assert all(n.shape == "block" for n in graph_of(name).nodes)
    assert min(1.0, LINE_WIDTH / drawing.width) * drawing.height <= 29.7 / 4
    for label in drawing.labels:
        x, y = label.centre
        inside = [
            b for b in drawing.boxes if abs(b.centre[0] - x) <= b.width / 2 and abs(b.centre[1] - y) < b.height / 2
        ]
        assert all(label.width * 0.85 <= b.width for b in inside)


def test_a_title_has_blanks_for_underscores() -> None:
    text = """
        inputs: {x: [T, d]}
        targets: {y: n}
        layers: [{lstm: {units: n, last: true}, name: my_own_cell}]
        loss: inner_product
        """
    network = compile_network(read_network_text(text, title="named"))
    graph = network_graph(Formulas(form(derive_adjoints(network), read_notation("nielsen"))))
    [node] = [n for n in graph.nodes if n.loop]
    assert node.label == r"\text{lstm my own cell}"


def test_symbolic_depth_is_drawn_with_dots() -> None:
    graph = graph_of("deep")
    repeated = {(e.source, e.target) for e in graph.edges if e.repeated}
    assert repeated == {("x", "a@before"), ("a@here", "a@last")}
    assert graph.node("a@before").label == "a^{l-1}" and graph.node("a@last").label == "a^{L}"


@pytest.mark.parametrize("name", NAMES)
def test_boxes_stand_apart_and_inside(name: str) -> None:
    drawing = draw(graph_of(name))
    for a, b in combinations(drawing.boxes, 2):
        apart_x = abs(a.centre[0] - b.centre[0]) >= (a.width + b.width) / 2 + 0.3
        apart_y = abs(a.centre[1] - b.centre[1]) >= (a.height + b.height) / 2 + 0.3
        assert apart_x or apart_y
    for box in drawing.boxes:
        assert box.centre[0] - box.width / 2 >= 0 and box.centre[0] + box.width / 2 <= drawing.width
        assert box.centre[1] - box.height / 2 >= 0 and box.centre[1] + box.height / 2 <= drawing.height


@pytest.mark.parametrize("name", NAMES)
def test_labels_do_not_lie_on_boxes_of_others(name: str) -> None:
    drawing = draw(graph_of(name))
    for label in drawing.labels:
        x, y = label.centre
        covering = [
            b
            for b in drawing.boxes
            if abs(b.centre[0] - x) < (b.width + label.width) / 2 and abs(b.centre[1] - y) < b.height / 2 + 0.1
        ]
        assert len(covering) <= 1


@pytest.mark.parametrize("name", NAMES)
def test_both_pictures_have_the_same_parts(name: str) -> None:
    drawing = draw(graph_of(name))
    vector, tex = svg(drawing, mathml, "title"), tikz(drawing)
    assert vector.count("<rect") == tex.count("rectangle") == len(drawing.boxes)
    assert vector.count("<foreignObject") == tex.count(r"\node") == len(drawing.labels)
    assert vector.count("marker-end") == tex.count("[->") == len(drawing.curves)


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_no_wider_than_a_line(name: str) -> None:
    drawing = draw(graph_of(name))
    scale = float(re.search(r"scale=([\d.]+)", tikz(drawing)).group(1))  # type: ignore[union-attr]
    assert scale * drawing.width <= LINE_WIDTH + 0.01


def test_branches_of_branches_are_pushed_apart() -> None:
    edges = ("sa", "sb", "ac", "ad", "be")
    graph = Graph(tuple(Node(key, key, "value") for key in "sabcde"), tuple(Edge(*e) for e in edges))
    rows = sorted(place(graph).spots[key][1] for key in "cde")
    assert all(below - above >= 1 for above, below in pairwise(rows))


def test_a_long_network_is_shortened_in_the_middle() -> None:
    nodes = tuple(Node(f"n{k}", "a", "value") for k in range(30))
    edges = tuple(Edge(f"n{k}", f"n{k + 1}", "W") for k in range(29))
    placed = place(Graph(nodes, edges)).graph
    keys = [n.key for n in placed.nodes]
    assert keys == ["n0", "n1", "n2", "n3", "n26", "n27", "n28", "n29", "…"]
    assert ("n3", "…") in pairs(placed) and ("…", "n26") in pairs(placed)


def test_a_deep_unrolled_network_is_drawn_in_no_time() -> None:
    layers = "\n".join("  - {dense: {units: 3, activation: tanh}}" for _ in range(60))
    text = f"inputs: {{x: 3}}\ntargets: {{y: 3}}\nlayers:\n{layers}\nloss: half_squared_error\n"
    network = compile_network(read_network_text(text, title="deep"))
    made = form(derive_adjoints(network), read_notation("nielsen"))
    assert len(place(network_graph(Formulas(made))).graph.nodes) < 12


@pytest.mark.parametrize(("size", "circles", "dots"), [(1, 1, 0), (2, 2, 0), (4, 4, 0), (5, 3, 1), ("n", 3, 1)])
def test_a_layer_of_few_units_shows_each(size: object, circles: int, dots: int) -> None:
    text = f"inputs: {{x: {size}}}\ntargets: {{y: 7}}\nlayers: [{{dense: {{units: 7}}}}]\nloss: half_squared_error\n"
    made = form(derive_adjoints(compile_network(read_network_text(text, title="small"))), read_notation("nielsen"))
    drawing = draw(network_graph(Formulas(made)))
    others = 2
    assert len(drawing.neurons) == circles + 3 * others
    assert sum(label.latex == r"\vdots" for label in drawing.labels) == dots + others
    for x, y in drawing.neurons:
        [box] = [b for b in drawing.boxes if abs(b.centre[0] - x) < 0.01 and abs(b.centre[1] - y) < b.height / 2]
        assert abs(box.centre[1] - y) + 0.14 < box.height / 2
