"""Mistakes planted into right code of all kinds of networks are named; two at a time too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from tests.unit.verify.subjects import changed, compiled, hand, report_on, statuses, wrong

MULTIPLY = """
import numpy as np

def value_and_grad(params, inputs):
    W_left, b_left, W_gate, b_gate, W3, b3 = params
    x, y = inputs
    m = x.shape[1]
    left = np.tanh(W_left @ x + b_left)
    gate = 1 / (1 + np.exp(-(W_gate @ x + b_gate)))
    out = W3 @ (left * gate) + b3
    d3 = (out - y) / m
    d = W3.T @ d3
    dleft = d * gate * (1 - left**2)
    dgate = d * left * gate * (1 - gate)
    return np.sum((out - y) ** 2) / (2 * m), {
        "W_left": dleft @ x.T, "b_left": dleft.sum(1, keepdims=True),
        "W_gate": dgate @ x.T, "b_gate": dgate.sum(1, keepdims=True),
        "W3": d3 @ (left * gate).T, "b3": d3.sum(1, keepdims=True),
    }
"""

SHARED = """
import numpy as np

def value_and_grad(params, inputs):
    W, b = params
    x, y = inputs
    m = x.shape[1]
    a1 = np.tanh(W @ x + b)
    a2 = np.tanh(W @ a1 + b)
    d2 = (a2 - y) / m * (1 - a2**2)
    d1 = (W.T @ d2) * (1 - a1**2)
    return np.sum((a2 - y) ** 2) / (2 * m), (
        d2 @ a1.T + d1 @ x.T,
        (d2 + d1).sum(1, keepdims=True),
    )
"""

DEEP = """
import numpy as np

def value_and_grad(params, inputs):
    W, b = params
    x, y = inputs
    m = x.shape[1]
    a = [x]
    for Wl, bl in zip(W, b):
        a.append(np.tanh(Wl @ a[-1] + bl))
    loss = np.sum((a[-1] - y) ** 2) / (2 * m)
    L = len(W)
    dW, db = [None] * L, [None] * L
    d = (a[L] - y) / m * (1 - a[L] ** 2)
    for l in reversed(range(L)):
        dW[l] = d @ a[l].T
        db[l] = d.sum(axis=1, keepdims=True)
        if l:
            d = (W[l].T @ d) * (1 - a[l] ** 2)
    return loss, (dW, db)
"""

SAMPLE = """
import numpy as np

def gradients(x, y, W1, b1, W2, b2):
    s = lambda z: 1 / (1 + np.exp(-z))
    a1 = s(W1 @ x + b1)
    a2 = s(W2 @ a1 + b2)
    d2 = a2 - y
    d1 = (W2.T @ d2) * a1 * (1 - a1)
    return {"dW1": np.outer(d1, x), "db1": d1, "dW2": np.outer(d2, a1), "db2": d2}
"""

IDS = """
import numpy as np

def value_and_grad(params, inputs):
    z = inputs.x @ params.W1 + params.b1
    p = np.exp(z) / np.exp(z).sum(1, keepdims=True)
    m = len(z)
    loss = -np.log(p[np.arange(m), inputs.y]).mean()
    d = p.copy()
    d[np.arange(m), inputs.y] -= 1
    d /= m
    return loss, {"W1": inputs.x.T @ d, "b1": d.sum(0)}
"""

SOURCES = {
    "multiply": MULTIPLY,
    "shared": SHARED,
    "deep-tanh": DEEP,
    "single-sample": SAMPLE,
    "class-ids": IDS,
    "three-layer": hand("three_layer"),
    "softmax-classifier": hand("softmax_classifier"),
}

PLANTED = [
    ("multiply", "dleft = d * gate *", "dleft = d * left *", "wrong-input", "W_left b_left"),
    ("multiply", "dgate = d * left", "dgate = d", "missing-factor", "W_gate b_gate"),
    (
        "multiply",
        "dgate = d * left * gate * (1 - gate)",
        "dgate = -d * left * gate * (1 - gate)",
        "sign",
        "W_gate b_gate",
    ),
    ("shared", "d2 @ a1.T + d1 @ x.T", "d2 @ a1.T", "missing-branch", "W_s"),
    ("shared", "(d2 + d1).sum", "d1.sum", "missing-branch", "b_s"),
    ("shared", "(W.T @ d2) * (1 - a1**2)", "(W @ d2) * (1 - a1**2)", "lost-transpose", "W_s b_s"),
    ("deep-tanh", "(W[l].T @ d) * (1 - a[l] ** 2)", "(W[l].T @ d)", "missing-derivative", "W b"),
    ("deep-tanh", "(a[L] - y) / m * (1 - a[L] ** 2)", "(a[L] - y) / m", "missing-derivative", "W b"),
    ("deep-tanh", "(a[L] - y) / m *", "(a[L] - y) *", "missing-mean", "W b"),
    ("deep-tanh", "db[l] = d.sum(axis=1, keepdims=True)", "db[l] = d", "missing-sum", "b"),
    ("deep-tanh", "dW[l] = d @ a[l].T", "dW[l] = d @ a[l + 1].T", "wrong-input", "W"),
    ("deep-tanh", "(W[l].T @ d) * (1 - a[l] ** 2)", "(W[l].T @ d) * a[l] * (1 - a[l])", "other-derivative", "W b"),
    ("single-sample", "d2 = a2 - y", "d2 = y - a2", "sign", "W1 b1 W2 b2"),
    ("single-sample", "d2 = a2 - y", "d2 = (a2 - y) * a2 * (1 - a2)", "extra-derivative", "W1 b1 W2 b2"),
    ("single-sample", "np.outer(d1, x)", "np.outer(x, d1)", "transposed", "W1"),
    ("single-sample", '"db1": d1', '"db1": d1.sum()', None, "b1"),
    ("class-ids", "d[np.arange(m), inputs.y] -= 1", "d[np.arange(m), inputs.y] += 1", "sign-of-term", "W1 b1"),
    ("class-ids", "d[np.arange(m), inputs.y] -= 1", "pass", "missing-term", "W1 b1"),
    ("class-ids", "d.sum(0)", "d[0]", "single-sample", "b1"),
    ("class-ids", "inputs.x.T @ d,", "np.outer(inputs.x[-1], d[-1]),", "single-sample", "W1"),
    ("class-ids", "loss = -np.log", "loss = np.log", "sign", "loss"),
    ("softmax-classifier", "lam / 2 *", "lam *", "penalty-factor", "loss"),
    ("softmax-classifier", "/ m + penalty", "/ m", "missing-penalty", "loss"),
    ("softmax-classifier", "/ m + penalty", "+ penalty", "missing-mean", "loss"),
    ("three-layer", "/ (2 * m)", "/ m", "factor-two", "loss"),
    ("three-layer", "delta2 @ a1.T", "delta2 @ a1.T / 3.7", None, "W2"),
    ("three-layer", "delta2 @ a1.T", "np.tanh(delta2 @ a1.T)", None, "W2"),
    ("three-layer", "delta2 @ a1.T", "delta2 @ a1.T / 0", "not-finite", "W2"),
]


@pytest.mark.parametrize("name", SOURCES)
def test_the_code_before_planting_is_right(name: str) -> None:
    report = report_on(compiled(SOURCES[name]), name)
    assert set(statuses(report).values()) == {"agrees"}, report.render_text()


@pytest.mark.parametrize(("name", "old", "new", "code", "claims"), PLANTED)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_one_mistake(name: str, old: str, new: str, code: str | None, claims: str) -> None:
    report = report_on(compiled(changed(SOURCES[name], old, new)), name)
    assert wrong(report) == dict.fromkeys(claims.split(), code), report.render_text()
    assert all(c.counterexample is not None for c in report.claims if c.name in claims.split())


TURNED = ("(a3 - y) / m\n", "(y - a3) / m\n")
NOT_DIVIDED = ("(a3 - y) / m\n", "a3 - y\n")
FLAT_2 = ("(W3.T @ delta3) * sigmoid_prime(z2)", "W3.T @ delta3")
FLAT_1 = ("(W2.T @ delta2) * sigmoid_prime(z1)", "W2.T @ delta2")
NOT_SUMMED = ("db2 = delta2.sum(axis=1, keepdims=True)", "db2 = delta2")
TWICE = [
    (TURNED, FLAT_2, "sign missing-derivative"),
    (("* sigmoid_prime(z2)", "* sigmoid(z2)"), ("delta2 @ a1.T", "delta2 @ z1.T"), "value-for-derivative wrong-input"),
    (FLAT_1, ("delta3 @ a2.T", "a2 @ delta3.T"), "missing-derivative transposed"),
    (NOT_DIVIDED, ("delta3 @ a2.T", "2 * delta3 @ a2.T"), "missing-mean factor-two"),
    (NOT_SUMMED, FLAT_1, "missing-sum missing-derivative"),
]


@pytest.mark.parametrize(("first", "second", "codes"), TWICE)
def test_two_mistakes(first: tuple[str, str], second: tuple[str, str], codes: str) -> None:
    source = changed(changed(SOURCES["three-layer"], *first), *second)
    report = report_on(compiled(source), "three-layer")
    assert set(wrong(report).values()) == set(codes.split()), report.render_text()


def test_a_mistake_is_placed_where_it_changes_nothing_that_is_right() -> None:
    report = report_on(compiled(changed(SOURCES["three-layer"], "delta2 @ a1.T", "-delta2 @ a1.T")), "three-layer")
    assert report.claim("W2").reason.startswith("the gradient of W2 has the wrong sign")
    source = changed(SOURCES["three-layer"], "delta2 = (W3.T", "delta2 = -(W3.T")
    assert report_on(compiled(source), "three-layer").claim("W2").reason.startswith("the gradient of z2 has the wrong")


def test_a_factor_that_no_mistake_explains_is_told() -> None:
    report = report_on(compiled(changed(SOURCES["three-layer"], "delta2 @ a1.T", "delta2 @ a1.T / 4")), "three-layer")
    assert "0.25 times" in report.claim("W2").reason


def test_an_unknown_mistake_points_to_its_source() -> None:
    source = changed(SOURCES["three-layer"], "* sigmoid_prime(z2)", "* np.cos(z2)")
    report = report_on(compiled(source), "three-layer")
    assert wrong(report) == dict.fromkeys(("W1", "b1", "W2", "b2"))
    found = "all that is made of the gradient of z2 is wrong (W2, b2, W1 and b1): look there first"
    assert all(found in report.claim(n).reason for n in ("W1", "b1", "W2", "b2"))


def test_a_source_is_named_only_where_nothing_right_comes_from_it() -> None:
    source = changed(SOURCES["three-layer"], "dW2 = ", "dW2 = 1.37 * ").replace("dW1 = ", "dW1 = 0.61 * ")
    report = report_on(compiled(source), "three-layer")
    assert wrong(report) == dict.fromkeys(("W1", "W2"))
    assert not any("made of" in c.reason or "follow" in c.reason for c in report.claims)


def test_equal_sizes_alone_show_nothing() -> None:
    """Code that runs for equal sizes only is not right, even where its values are."""
    source = changed(SOURCES["three-layer"], "dW1 = delta1 @ x.T", "dW1 = delta1 @ x.T + 0 * W2")
    report = report_on(compiled(source), "three-layer")
    assert set(statuses(report).values()) == {"not checked"}
    assert report.exit_code == 3
    assert "ValueError" in report.claim("W1").reason


Functions = Callable[[Any, Any], tuple[Any, Mapping[str, Any]]]


def test_an_entry_that_is_wrong_at_one_point_only_is_found() -> None:
    right = compiled(SOURCES["class-ids"])["value_and_grad"]

    def value_and_grad(params: Any, inputs: Any) -> Any:
        loss, grads = right(params, inputs)
        if len(inputs.x) % 2:
            grads["W1"] = grads["W1"] + np.eye(*grads["W1"].shape)[::-1] * 1e-4
        return loss, grads

    report = report_on({"value_and_grad": value_and_grad}, "class-ids", points=4)
    assert set(wrong(report)) == {"W1"}
