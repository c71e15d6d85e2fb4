"""Chain rules over functions that a document leaves open, against ones with a mistake in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.documents import verify_document
from derive.verify.claims import Status

RIGHT = (Status.PROVED, Status.AGREES)
MANY = r"J(\theta) = J(h_1(f(\theta)), h_2(f(\theta)), h_3(f(\theta)))"

CASES = [
    ("", r"\nabla_x f(g(x)) = \frac{\partial f}{\partial g}\frac{\partial g}{\partial x}", True),
    ("", r"\nabla_x f(g(x)) = \frac{\partial f}{\partial x}\frac{\partial g}{\partial x}", False),
    ("", r"\frac{d}{dt} u(v(t)) = \frac{du}{dv} \frac{dv}{dt}", True),
    ("", r"\frac{\partial f(g(x), h(x))}{\partial x} = f_g g_x", None),
    (
        "",
        r"\nabla_x f(g(x), h(x)) = \frac{\partial f}{\partial g} \frac{\partial g}{\partial x}"
        r" + \frac{\partial f}{\partial h} \frac{\partial h}{\partial x}",
        True,
    ),
    (
        "",
        r"\nabla_x f(g(x), h(x)) = \frac{\partial f}{\partial g} \frac{\partial h}{\partial x}"
        r" + \frac{\partial f}{\partial h} \frac{\partial g}{\partial x}",
        False,
    ),
    ("", r"\nabla_x f(g(x), h(x)) = \frac{\partial f}{\partial g} \frac{\partial g}{\partial x}", False),
    (MANY, r"\nabla_f J = \sum_{k=1}^3 \frac{\partial J}{\partial h_k} \frac{\partial h_k}{\partial f}", True),
    (MANY, r"\nabla_f J = \nabla_{\mathbf h} J \cdot \nabla_f \mathbf h", True),
    (MANY, r"\nabla_f J = \frac{\partial J}{\partial h_1} \frac{\partial h_1}{\partial f}", False),
    (MANY, r"\nabla_\theta J = (\nabla_{\mathbf h} J \cdot \nabla_f \mathbf h) \nabla_\theta f", True),
    (MANY, r"\nabla_\theta J = \nabla_{\mathbf h} J \cdot \nabla_f \mathbf h", False),
]


@pytest.mark.parametrize(("before", "formula", "is_right"), CASES)
def test_chain_rules_of_open_functions(tmp_path: Path, before: str, formula: str, is_right: bool | None) -> None:
    document = tmp_path / "notes.md"
    document.write_text(f"$${before}$$\n\n$${formula}$$\n" if before else f"$${formula}$$\n")
    last = verify_document(document).claims[-1]
    if is_right is None:
        assert last.status is Status.NOT_CHECKED
    else:
        assert last.status in (RIGHT if is_right else (Status.WRONG,)), last.reason


def test_a_composition_is_a_definition_and_may_be_shadowed(tmp_path: Path) -> None:
    document = tmp_path / "notes.md"
    document.write_text(
        f"$${MANY} = J(\\mathbf h(f(\\theta)))$$\n\n"
        r"$$\nabla_x f(g(x)) = \frac{\partial f}{\partial g} \frac{\partial g}{\partial x}$$" + "\n"
    )
    statuses = [c.status for c in verify_document(document).claims]
    assert statuses[:2] == [Status.DEFINITION, Status.DEFINITION]
    assert statuses[2] in RIGHT


def test_one_name_at_different_arguments_is_not_guessed(tmp_path: Path) -> None:
    document = tmp_path / "notes.md"
    document.write_text(r"$$\nabla_x f(g(x)) = f(h(x)) \frac{\partial g}{\partial x}$$")
    assert verify_document(document).claims[-1].status is Status.NOT_CHECKED


PROFILE = """
network: {name: one, inputs: {x: n_0}, targets: {y: n_1}, layers: [{dense: {units: n_1}}], loss: half_squared_error}
"""


def test_a_name_taken_for_a_number_may_be_something_else_later(tmp_path: Path) -> None:
    (tmp_path / "profile.yaml").write_text(PROFILE)
    document = tmp_path / "notes.md"
    rule = r"$$\nabla_\theta J(f(\theta)) = \frac{\partial J}{\partial f} \frac{\partial f}{\partial \theta}$$"
    document.write_text(f"{rule}\n\n$$z = \\theta^T x$$\n\n$$z = x^T$$\n")
    found = verify_document(document, profile=tmp_path / "profile.yaml").claims
    assert [c.status for c in found] == [Status.AGREES, Status.NOT_CHECKED, Status.WRONG]
