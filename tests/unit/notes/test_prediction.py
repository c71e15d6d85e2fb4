"""The output as a function of the input, in notations that write it so, and what a function of a vector is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from derive.derivation import derive_adjoints
from derive.handout.given import note_input
from derive.latex.settings import read_notation
from derive.network.compile import compile_network
from derive.network.schema import read_network_text
from derive.notes.compose import compose
from derive.notes.document import Display
from derive.notes.recipe import Request
from derive.notes.sections.prediction import prediction
from derive.notes.subject import subject_of

FIXED = """
    name: two
    inputs: {x: 3}
    targets: {y: 2}
    layers:
      - {dense: {units: 4, activation: sigma}}
      - {dense: {units: 2, bias: false}}
    loss: half_squared_error
    """
DEEP = """
    name: deep
    inputs: {x: n_0}
    targets: {y: n_L}
    layers: [{repeat: {times: L, index: l, layers: [{dense: {units: n_l, activation: sigma}}]}}]
    loss: half_squared_error
    """
NOTHING_LEARNED = """
    name: fixed
    inputs: {x: 3}
    targets: {y: 3}
    layers: [tanh]
    loss: half_squared_error
    """


def rows(text: str, written: str, section: str = "forward") -> list[str]:
    network = replace(compile_network(read_network_text(text)), notation=written)
    given = note_input(derive_adjoints(network), None, read_notation(written), (), "en")
    document = compose(given, (Request(section),))
    return [f"{r.lhs} = {r.rhs}" for b in document.blocks if isinstance(b, Display) for r in b.rows]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (FIXED, ["(W, b) = (W^{(1)}, b^{(1)}, W^{(2)})", "h_{W,b}(x) = z^{(3)}"]),
        (DEEP, ["h_{W,b}(x) = a^{(n_{l})}"]),
        (NOTHING_LEARNED, []),
    ],
)
def test_the_output_is_a_function_with_all_parameters(text: str, shown: list[str]) -> None:
    found = rows(text, "ufldl")
    assert [r for r in found if r.startswith(("(", "h_"))] == shown


def test_other_notations_do_not_say_so() -> None:
    assert not [r for r in rows(FIXED, "nielsen") if r.startswith(("(", r"\hat{y}"))]


def test_the_value_that_the_cost_reads_is_the_prediction() -> None:
    network = compile_network(read_network_text(FIXED))
    found = prediction(subject_of(note_input(derive_adjoints(network), None, read_notation("ng"), (), "en")).sample)
    assert found is not None and (found.value.tensor, found.targets) == ("z2", ("y",))


def test_a_function_of_a_vector_acts_on_each_entry() -> None:
    """For the first layer that has a function; rows where the notation has rows."""
    column, row = (rows(FIXED, written, "scalars") for written in ("ufldl", "rows"))
    inside = r" \\ ".join(rf"f(z_{{{k}}}^{{(2)}})" for k in (1, 2, 3, 4))
    [said] = [r for r in column if r.startswith(r"f\left")]
    assert said.split(" = ")[1] == rf"\begin{{bmatrix}} {inside} \end{{bmatrix}}"
    [beside] = [r for r in row if r.startswith(r"\sigma\left")]
    assert beside.split(" = ")[1].count("&") == 3
