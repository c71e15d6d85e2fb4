"""The notebook: valid, complete, and its cells run."""

from __future__ import annotations

import json
from typing import Any

import nbformat
import numpy as np
import pytest

from derive.derivation import derive_adjoints
from derive.handout.forms import render_forms
from derive.handout.notebook import check_code
from derive.handout.notebook_data import data_code
from derive.kernels import emit_kernel
from derive.network.compile import compile_network
from derive.network.schema import read_network_text
from derive.notes.rendering import USUAL, Manner
from derive.pipeline import document_notes, find_document
from tests.unit.notes.handouts import EXAMPLES, TEXTS, given, handout

KINDS = """
    batch: {size: m, reduce: mean}
    inputs: {ids: {shape: [T], kind: id, size: 6}}
    targets: {y: [T, K], keep: {shape: [T], kind: binary}}
    layers: [{embedding: {units: d}}, {dense: {units: K}}]
    loss: {half_squared_error: {mask: keep}}
    """


def cells(name: str, how: Manner = USUAL) -> list[dict[str, Any]]:
    made = render_forms(handout(name), lambda: (given(name).sample.adjoints,), ("ipynb",), how)["ipynb"]
    book = nbformat.reads(made.decode(), as_version=4)
    nbformat.validate(book)
    found: list[dict[str, Any]] = json.loads(made)["cells"]
    return found


def code(name: str) -> list[str]:
    return ["".join(c["source"]) for c in cells(name) if c["cell_type"] == "code"]


def run(parts: list[str]) -> dict[str, Any]:
    space: dict[str, Any] = {}
    for part in parts:
        exec(compile(part, "cell", "exec"), space)
    return space


@pytest.mark.parametrize("name", [n for n in (*EXAMPLES, *TEXTS) if n != "residual-cnn"])
def test_the_cells_run_and_the_gradients_agree(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    parts = code(name)
    if not parts:
        assert "There is no kernel" in "".join(cells(name)[-1]["source"])
        return
    space = run(parts)
    assert space["worst"] < 1e-5
    assert f"worst: {space['worst']:.1e}" in capsys.readouterr().out


def test_a_wrong_gradient_is_found() -> None:
    kernel, data, check = code("three-layer")
    wrong = f"""{data}
right = value_and_grad

def value_and_grad(params, inputs):
    value, gradients = right(params, inputs)
    return value, gradients._replace(W2=gradients.W2 * 1.01)
"""
    with pytest.raises(AssertionError):
        run([kernel, wrong, check])


def test_every_section_is_a_cell_and_references_hold() -> None:
    found = cells("three-layer")
    document = handout("three-layer")
    assert [c["cell_type"] for c in found].count("markdown") == 1 + len(document.sections) + 4
    assert len({c["id"] for c in found}) == len(found)
    text = "".join("".join(c["source"]) for c in found)
    assert all(f'<a id="{anchor}"></a>' in text for anchor in document.numbers)


def test_an_abstract_network_has_no_kernel_and_says_so() -> None:
    assert code("deep") == []
    assert "sigma is abstract" in "".join(cells("deep")[-1]["source"])


def test_a_sheet_of_exercises_has_no_kernel() -> None:
    hidden = cells("three-layer", Manner(solutions="hide"))
    assert all(c["cell_type"] == "markdown" for c in hidden)


@pytest.mark.parametrize("kind", ["one_hot", "distribution", "binary", "real"])
def test_targets_are_of_their_kind(kind: str) -> None:
    loss = {"binary": "binary_cross_entropy", "real": "half_squared_error"}.get(kind, "cross_entropy")
    activation = {"binary": "sigmoid", "real": "tanh"}.get(kind, "softmax")
    for layout in ("columns", "rows"):
        text = f"""
            notation: {{base: {"nielsen" if layout == "columns" else "rows"}}}
            batch: {{size: m, reduce: mean}}
            inputs: {{x: n}}
            targets: {{y: {{size: K, kind: {kind}}}}}
            layers: [{{dense: {{units: K, activation: {activation}}}}}]
            loss: {loss}
            """
        network = compile_network(read_network_text(text, title="kinds"))
        space = run(["import numpy as np\ndef Params(**k): return k\ndef Inputs(**k): return k", data_code(network)])
        y = space["inputs"]["y"]
        assert y.shape[0 if layout == "columns" else 1] == space["params"]["W1"].shape[0 if layout == "columns" else 1]
        if kind in ("one_hot", "distribution"):
            assert np.allclose(y.sum(axis=0 if layout == "columns" else 1), 1)
        if kind in ("one_hot", "binary"):
            assert set(np.unique(y)) <= {0.0, 1.0}


def test_masks_and_ids() -> None:
    network = compile_network(read_network_text(KINDS, title="kinds"))
    parts = [emit_kernel(network, derive_adjoints(network)), data_code(network), check_code()]
    space = run(parts)
    assert sorted(np.unique(space["inputs"].keep)) == [0.0, 1.0]
    assert space["inputs"].ids.max() < 6 and space["inputs"].ids.dtype.kind == "i"


def test_the_check_is_a_plain_cell() -> None:
    compile(check_code(), "cell", "exec")
    assert check_code().count("step=1e-5") == 1


def test_cells_of_a_document_stand_after_the_part_about_their_network() -> None:
    spec = find_document("document-2")
    assert spec is not None
    found = json.loads(document_notes(spec, ("ipynb",))["ipynb"])["cells"]
    texts = ["".join(c["source"]) for c in found]
    headings = [t.splitlines()[0] for t in texts if t.startswith("## ")]
    for part in spec.parts:
        if part.network is not None:
            about = next(k for k, h in enumerate(headings) if h == f"## {part.title['en']}")
            assert part.network.name in headings[about + 1], headings
    kernels = [k for k, c in enumerate(found) if c["cell_type"] == "code"]
    assert kernels and kernels[0] < len(found) / 2
