"""A mistake is told once: what is worked out from it correctly follows from its line, and is no mistake of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.documents import verify_document

TWO_LAYERS = r"""
notation: {notation}
network:
  name: two-layers
  {batch}
  inputs: {{x: n_0}}
  targets: {{y: n_2}}
  layers:
    - {{dense: {{units: n_1, activation: {activation}}}}}
    - {{dense: {{units: n_2, activation: sigmoid}}}}
  loss: {loss}
names:
  \eta: {{shape: []}}
"""
PLAIN = {"notation": "nielsen", "batch": "", "activation": "sigmoid", "loss": "half_squared_error"}

RIGHT, WRONG = "right", "wrong"
"""What a formula is; a number says from which formula, counted from 1, it follows."""

CASES: dict[str, tuple[dict[str, str], list[tuple[str, str | int]]]] = {
    "no slope at the output": (
        {},
        [
            (r"\delta^2 = a^2 - y", WRONG),
            (r"\frac{\partial C}{\partial W^2} = (a^2 - y) (a^1)^T", 1),
            (r"\frac{\partial C}{\partial b^2} = a^2 - y", 1),
            (r"\delta^1 = (W^2)^T \delta^2 \odot \sigma'(z^1)", RIGHT),
            (r"\delta^1 = (W^2)^T (a^2 - y) \odot \sigma'(z^1)", 1),
            (r"\frac{\partial C}{\partial W^1} = ((W^2)^T (a^2 - y) \odot \sigma'(z^1)) x^T", 1),
            (r"\frac{\partial C}{\partial b^1} = (W^2)^T (a^2 - y)", WRONG),
        ],
    ),
    "sign at the output": (
        {},
        [
            (r"\delta^2 = (y - a^2) \odot \sigma'(z^2)", WRONG),
            (r"\delta^1 = (W^2)^T ((y - a^2) \odot \sigma'(z^2)) \odot \sigma'(z^1)", 1),
            (r"\frac{\partial C}{\partial W^2} = \delta^2 (a^1)^T", RIGHT),
            (r"\frac{\partial C}{\partial b^1} = (W^2)^T ((a^2 - y) \odot \sigma'(z^2)) \odot \sigma'(z^1)", RIGHT),
        ],
    ),
    "factor, in index form": (
        {},
        [
            (r"\delta^2_j = 3 (a^2_j - y_j) \sigma'(z^2_j)", WRONG),
            (r"\frac{\partial C}{\partial b^2_j} = 3 (a^2_j - y_j) \sigma'(z^2_j)", 1),
            (r"\frac{\partial C}{\partial w^2_{jk}} = 3 (a^2_j - y_j) \sigma'(z^2_j) a^1_k", 1),
            (r"\delta^1_k = 3 \sigma'(z^1_k) \sum_j w^2_{jk} (a^2_j - y_j) \sigma'(z^2_j)", 1),
            (r"\frac{\partial C}{\partial w^1_{ki}} = 3 x_i \sigma'(z^1_k) \sum_j w^2_{jk} (a^2_j - y_j)", WRONG),
        ],
    ),
    "hidden layer without its slope": (
        {},
        [
            (r"\delta^2 = (a^2 - y) \odot \sigma'(z^2)", RIGHT),
            (r"\delta^1 = (W^2)^T \delta^2", WRONG),
            (r"\frac{\partial C}{\partial b^1} = (W^2)^T \delta^2", 2),
            (r"\frac{\partial C}{\partial W^1} = (W^2)^T \delta^2 x^T", 2),
            (r"\frac{\partial C}{\partial W^2} = \delta^2 (a^1)^T", RIGHT),
        ],
    ),
    "wrong derivative of the activation": (
        {},
        [
            (r"\sigma'(z^2) = a^2 \odot (1 + a^2)", WRONG),
            (r"\delta^2 = (a^2 - y) \odot \sigma'(z^2)", RIGHT),
            (r"\delta^2 = (a^2 - y) \odot a^2 \odot (1 + a^2)", 1),
            (r"\frac{\partial C}{\partial W^2} = ((a^2 - y) \odot a^2 \odot (1 + a^2)) (a^1)^T", 1),
        ],
    ),
    "wrong derivative of tanh, in index form": (
        {"activation": "tanh"},
        [
            (r"\tanh'(z^1_k) = 1 - a^1_k", WRONG),
            (r"\delta^1_k = (1 - a^1_k) \sum_j w^2_{jk} \delta^2_j", 1),
            (r"\frac{\partial C}{\partial w^1_{ki}} = x_i (1 - a^1_k) \sum_j w^2_{jk} \delta^2_j", 1),
        ],
    ),
    "wrong local derivative": (
        {},
        [
            (r"\frac{\partial a^2_j}{\partial z^2_j} = a^2_j (1 + a^2_j)", WRONG),
            (r"\delta^2_j = \frac{\partial C}{\partial a^2_j} \frac{\partial a^2_j}{\partial z^2_j}", RIGHT),
            (r"\frac{\partial C}{\partial z^2_j} = (a^2_j - y_j) a^2_j (1 + a^2_j)", 1),
            (r"\frac{\partial C}{\partial w^2_{jk}} = (a^2_j - y_j) a^2_j (1 + a^2_j) a^1_k", 1),
        ],
    ),
    "wrong derivative of a layer by the one before": (
        {},
        [
            (r"\frac{\partial z^2_j}{\partial a^1_k} = w^2_{jk} a^1_k", WRONG),
            (r"\frac{\partial C}{\partial a^1_k} = \sum_j \delta^2_j w^2_{jk} a^1_k", 1),
            (r"\delta^1_k = \sum_j \delta^2_j w^2_{jk} a^1_k \sigma'(z^1_k)", 1),
        ],
    ),
    "wrong derivative of the loss": (
        {},
        [
            (r"\frac{\partial C}{\partial a^2} = y - a^2", WRONG),
            (r"\delta^2 = (y - a^2) \odot \sigma'(z^2)", 1),
            (r"\frac{\partial C}{\partial b^2} = (y - a^2) \odot \sigma'(z^2)", 1),
            (r"\frac{\partial C}{\partial a^1} = (W^2)^T ((y - a^2) \odot \sigma'(z^2))", 1),
        ],
    ),
    "wrong loss": (
        {},
        [
            (r"C = \sum_j (a^2_j - y_j)^2", WRONG),
            (r"\frac{\partial C}{\partial a^2_j} = 2 (a^2_j - y_j)", 1),
            (r"\delta^2_j = 2 (a^2_j - y_j) \sigma'(z^2_j)", 1),
            (r"\delta^2_j = (a^2_j - y_j) \sigma'(z^2_j)", RIGHT),
        ],
    ),
    "wrong forward line": (
        {},
        [
            (r"z^2 = W^2 a^1 + b^2", RIGHT),
            (r"z^1 = W^1 x - b^1", WRONG),
            (r"\frac{\partial C}{\partial b^1} = \delta^1", RIGHT),
            (r"\frac{\partial C}{\partial b^1} = -\delta^1", 2),
        ],
    ),
    "wrong argument in the forward pass": (
        {},
        [
            (r"a^2 = z^2", WRONG),
            (r"\delta^2 = a^2 - y", 1),
            (r"\frac{\partial C}{\partial W^2} = (z^2 - y) (a^1)^T", 1),
        ],
    ),
    "two mistakes, and what follows from both": (
        {},
        [
            (r"\delta^2 = a^2 - y", WRONG),
            (r"\delta^1 = (W^2)^T \delta^2", WRONG),
            (r"\frac{\partial C}{\partial b^2} = a^2 - y", 1),
            (r"\frac{\partial C}{\partial b^1} = (W^2)^T (a^2 - y)", 2),
            (r"\frac{\partial C}{\partial W^1} = (W^2)^T \delta^2 x^T", 2),
        ],
    ),
    "a chain in which the mistake is made": (
        {},
        [
            (r"\frac{\partial C}{\partial b^2} = \delta^2 = (a^2 - y) \odot \sigma(z^2)", WRONG),
            (r"\frac{\partial C}{\partial W^2} = ((a^2 - y) \odot \sigma(z^2)) (a^1)^T", 1),
        ],
    ),
    "of a batch, without the mean": (
        {"notation": "ng", "batch": "batch: {size: m, reduce: mean}", "loss": "binary_cross_entropy"},
        [
            (r"dZ^{[2]} = Y - A^{[2]}", WRONG),
            (r"dW^{[2]} = \frac{1}{m} dZ^{[2]} A^{[1]T}", RIGHT),
            (r"dW^{[2]} = \frac{1}{m} (Y - A^{[2]}) A^{[1]T}", 1),
            (r"dZ^{[1]} = W^{[2]T} (Y - A^{[2]}) * \sigma'(Z^{[1]})", 1),
        ],
    ),
    "restated": (
        {},
        [
            (r"\delta^1 = (W^1)^T \delta^2 \odot \sigma'(z^1)", WRONG),
            (r"\delta^2 = (y - a^2) \odot \sigma'(z^2)", WRONG),
            (r"\delta^2 = (y - a^2) \odot \sigma'(z^2)", 2),
        ],
    ),
    "later formulas are right": (
        {},
        [
            (r"\delta^2 = y - a^2", WRONG),
            (r"\frac{\partial C}{\partial b^2} = (a^2 - y) \odot \sigma'(z^2)", RIGHT),
            (r"\delta^1 = (W^2)^T \delta^2 \odot \sigma'(z^1)", RIGHT),
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_follows_from_a_mistake(name: str, tmp_path: Path) -> None:
    settings, formulas = CASES[name]
    (tmp_path / "p.yaml").write_text(TWO_LAYERS.format(**(PLAIN | settings)))
    document = tmp_path / "document.md"
    document.write_text("\n".join(f"${formula}$\n" for formula, _ in formulas))
    report = verify_document(document, profile=tmp_path / "p.yaml")
    found: dict[int, str | int] = {}
    for claim in report.claims:
        number = (claim.place.line + 1) // 2
        if claim.follows_from is not None:
            assert claim.status.value == WRONG and claim.mistake is None
            found[number] = (claim.follows_from + 1) // 2
        else:
            found[number] = RIGHT if claim.status.value in ("proved", "agrees") else claim.status.value
    assert found == {k: expected for k, (_, expected) in enumerate(formulas, 1)}
