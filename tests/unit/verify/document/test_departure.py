"""The smallest parts in which two right sides differ, and what their difference is called."""

from __future__ import annotations

import pytest

from derive.latex.reading.syntax import Node
from derive.reading.lexicon import node_of
from derive.verify.document.departure import departure
from derive.verify.document.edits import EXPLAINED
from derive.verify.document.kinds import code_of

RIGHT = r"\frac{1}{m} ((W^{2})^T \delta^{2}) \odot \sigma'(z^{1})"
OUTPUT = r"(a_j - y_j) a_j (1 - a_j)"
CASES = [
    (r"-\delta x^T", r"\delta x^T", "sign"),
    (r"(y - a) x^T", r"(a - y) x^T", "sign"),
    (r"(a + y) x^T", r"(a - y) x^T", "sign-of-term"),
    (r"((W^{2})^T \delta^{2}) \odot \sigma'(z^{1})", RIGHT, "missing-mean"),
    (r"\frac{1}{m} (W^{2} \delta^{2}) \odot \sigma'(z^{1})", RIGHT, "lost-transpose"),
    (r"\frac{1}{m} (\delta^{2} (W^{2})^T) \odot \sigma'(z^{1})", RIGHT, "swapped-factors"),
    (r"\frac{1}{m} ((W^{2})^T \delta^{2}) \odot \sigma(z^{1})", RIGHT, "value-for-derivative"),
    (r"\frac{1}{m} ((W^{2})^T \delta^{2}) \odot \sigma'(a^{1})", RIGHT, "wrong-argument"),
    (r"\frac{1}{m} ((W^{2})^T \delta^{2})", RIGHT, "missing-derivative"),
    (r"\frac{1}{m} ((W^{1})^T \delta^{2}) \odot \sigma'(z^{1})", RIGHT, "wrong-layer"),
    (r"\frac{1}{m} ((W^{2})^T a^{2}) \odot \sigma'(z^{1})", RIGHT, "wrong-operand"),
    (r"\frac{1}{m} ((W^{2})^T \odot \delta^{2}) \odot \sigma'(z^{1})", RIGHT, "hadamard-for-product"),
    (r"\frac{1}{m} ((W^{2})^T \delta^{2}) \sigma'(z^{1})", RIGHT, "product-for-hadamard"),
    (r"2 \frac{1}{m} ((W^{2})^T \delta^{2}) \odot \sigma'(z^{1})", RIGHT, "factor-two"),
    (r"(a_j - y_j) a_j", OUTPUT, "value-for-derivative"),
    (r"(a_j - y_j) (1 - a_j)", OUTPUT, "missing-factor"),
    (r"a_j a_j (1 - a_j)", OUTPUT, "missing-term"),
    (r"\delta_j (1 - a_j)", r"\delta_j (1 - a_j^{2})", "wrong-power"),
    (r"\delta_j a_j", r"\delta_j (1 - (a_j)^{2})", "value-for-derivative"),
    (r"\sum_k W_{jk} \delta_k", r"\sum_k W_{kj} \delta_k", "swapped-indices"),
    (r"\sum_k W_{ki} \delta_k", r"\sum_k W_{kj} \delta_k", "wrong-index"),
    (r"\delta_{ji} x_{ki}", r"\sum_i \delta_{ji} x_{ki}", "missing-sum"),
    (r"\sum_i \delta_{ji}", r"\delta_{ji}", "extra-sum"),
    (r"x \delta^T", r"\delta x^T", "transposed"),
    (r"W^T \delta", r"W^T \delta + V^T \epsilon", "missing-term"),
    (r"\frac{g}{v + c} \delta", r"\frac{g}{\sqrt{v + c}} \delta", "wrong-power"),
    (r"\begin{pmatrix} a b \\ c \end{pmatrix}", r"\begin{pmatrix} a b \\ -c \end{pmatrix}", "sign"),
]


def code(own: Node, right: Node) -> str | None:
    found = departure(own, right)
    assert found is not None
    return code_of(found, "m")


@pytest.mark.parametrize(("own", "right", "expected"), CASES)
def test_a_departure_has_a_name(own: str, right: str, expected: str) -> None:
    assert code(node_of(own), node_of(right)) == expected
    assert expected in EXPLAINED


def test_order_and_brackets_are_no_departure() -> None:
    assert departure(node_of(r"a + \left( b \right)"), node_of("b + a")) is None


def test_what_has_no_name_gets_none() -> None:
    assert code(node_of(r"\tanh(W x) y"), node_of(r"\frac{1}{m} \sum_i \delta_i")) is None


def test_layers_below() -> None:
    found = departure(node_of("x_{1} y"), node_of("x_{2} y"))
    assert found is not None
    assert code_of(found, "m", has_layers_below=True) == "wrong-layer"
    assert code_of(found, "m") == "wrong-index"
