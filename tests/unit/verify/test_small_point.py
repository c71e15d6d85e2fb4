"""The small point serves the search only: it never decides a verdict, and code that fails there is not blamed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from derive.verify.points import row_shapes, small_point
from tests.unit.verify.subjects import changed, compiled, hand, network, report_on, report_on_source, statuses, wrong

NAMES = ["three-layer", "deep-tanh", "gru", "char-lstm", "lenet", "residual-cnn", "transformer-block", "attention"]


@pytest.mark.parametrize("name", NAMES)
def test_no_axis_is_empty(name: str) -> None:
    point = small_point(network(name), 0)
    assert point is not None
    shapes = [s for t in network(name).tensors.values() for s in row_shapes(t, point.sizes).values()]
    assert shapes and all(n > 0 for shape in shapes for n in shape)


def guarded(source: str, guard: str) -> str:
    return changed(source, "    m = x.shape[1]\n", f"    m = x.shape[1]\n{guard}")


AT_SMALL = "x.shape == (3, 3)"
GUARDS = {
    "raises": f"    if {AT_SMALL}:\n        raise ValueError('too small')\n",
    "leaves": f"    if {AT_SMALL}:\n        raise SystemExit(3)\n",
    "gives nothing": f"    if {AT_SMALL}:\n        return 0.0, None\n",
    "gives something else": f"    if {AT_SMALL}:\n        return 0.0, [np.ones(2)] * 6\n",
}


@pytest.mark.parametrize("what", GUARDS)
def test_code_that_is_different_there(what: str, tmp_path: Path) -> None:
    source = guarded(hand("three_layer"), GUARDS[what])
    right = report_on_source(tmp_path, source, "three-layer")
    assert set(statuses(right).values()) == {"agrees"}
    assert all(n.startswith("It ran in a process of its own") for n in right.notes)
    mutated = changed(source, "* sigmoid_prime(z2)", "")
    report = report_on_source(tmp_path, mutated, "three-layer")
    assert wrong(report) == dict.fromkeys(("W1", "b1", "W2", "b2"), "missing-derivative")


def test_a_mistake_at_the_small_point_alone_is_none() -> None:
    source = guarded(hand("three_layer"), f"    if {AT_SMALL}:\n        params = params._replace(W1=params.W1 + 1)\n")
    assert set(statuses(report_on(compiled(source), "three-layer")).values()) == {"agrees"}


def test_a_claim_transposed_everywhere_is_named_there_too() -> None:
    source = changed(hand("three_layer"), "dW2 = delta2 @ a1.T", "dW2 = 2 * (delta2 @ a1.T).T")
    report = report_on(compiled(source), "three-layer")
    assert wrong(report) == {"W2": "factor-two"}
    assert report.claim("W2").reason.endswith("; besides, the gradient of W2 is right up to transposition")


def test_fields_that_are_not_there(tmp_path: Path) -> None:
    def told(source: str) -> Any:
        report = report_on_source(tmp_path, source)
        assert set(statuses(report).values()) == {"not checked"}
        return report.notes[0]

    source = (
        "def back(p):\n    return p.W5\n\n\ndef value_and_grad(params, inputs):\n    return 0.0, [back(params)] * 2\n"
    )
    assert told(source) == (
        "the code does not run: AttributeError: 'Params' object has no attribute 'W5' on line 2; Params has W1, b1"
    )
    assert told(source.replace("back(params)", "inputs.labels")).endswith("on line 6; Inputs has x, y")
    own = "class Params:\n    _fields = 3\n\n\n" + source.replace("p.W5", "Params.W5")
    assert told(own).endswith("has no attribute 'W5' on line 6")
