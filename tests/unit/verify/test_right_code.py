"""Right code is never called wrong: whoever wrote it, whatever it returns its gradients in."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.handwritten import deep_tanh, residual, small_nets
from tests.unit.verify.subjects import compiled, hand, report_on, statuses

RENAMED = {
    "residual": {"W_skip": "W1", "b_skip": "b1", "W_branch": "W3", "b_branch": "b3"},
    "prelu": {"alpha1": "alpha"},
}
HANDWRITTEN = {
    "multiply": small_nets.multiply,
    "concat": small_nets.concat,
    "shared": small_nets.shared,
    "prelu": small_nets.prelu,
    "single-sample": small_nets.single_sample,
    "fan-out": small_nets.fan_out,
    "no-bias": small_nets.no_bias,
    "residual": residual.value_and_grad,
    "deep-tanh": deep_tanh.value_and_grad,
}


def with_fields(function: Callable[..., Any], names: dict[str, str]) -> Callable[..., Any]:
    """The function that takes and gives dicts, for the fields of the network."""

    def value_and_grad(params: Any, inputs: Any) -> Any:
        given = {names.get(n, n): list(a) if isinstance(a, tuple) else a for n, a in params._asdict().items()}
        loss, gradients = function(given, inputs._asdict())
        own = {own: field for field, own in names.items()}
        return loss, {own.get(n, n): g for n, g in gradients.items() if n not in inputs._fields}

    return value_and_grad


@pytest.mark.parametrize("name", HANDWRITTEN)
@pytest.mark.parametrize("seed", [0, 1])
def test_code_by_another_hand(name: str, seed: int) -> None:
    function = with_fields(HANDWRITTEN[name], RENAMED.get(name, {}))
    report = report_on({"value_and_grad": function}, name, seed=seed)
    assert set(statuses(report).values()) == {"agrees"}, report.render_text()
    assert report.exit_code == 0


def three_layer() -> Callable[..., Any]:
    function: Callable[..., Any] = compiled(hand("three_layer"))["value_and_grad"]
    return function


FORMS: dict[str, Callable[[Any, tuple[Any, ...]], Any]] = {
    "tuple": lambda params, grads: grads,
    "list": lambda params, grads: list(grads),
    "Params": lambda params, grads: type(params)(*grads),
    "dict": lambda params, grads: dict(zip(params._fields, grads)),
    "dict with d": lambda params, grads: {f"d{n}": g for n, g in zip(params._fields, grads)},
    "keywords in any order": lambda params, grads: type(params)(**dict(reversed(list(zip(params._fields, grads))))),
    "fortran order": lambda params, grads: tuple(np.asfortranarray(g) for g in grads),
    "views": lambda params, grads: tuple(np.repeat(g, 2, axis=0)[::2] for g in grads),
}


@pytest.mark.parametrize("form", FORMS)
def test_any_form_of_return(form: str) -> None:
    right = three_layer()

    def value_and_grad(params: Any, inputs: Any) -> Any:
        loss, grads = right(params, inputs)
        return float(loss), FORMS[form](params, grads)

    assert set(statuses(report_on(value_and_grad, "three-layer")).values()) == {"agrees"}


def test_gradients_by_inputs_too() -> None:
    right = three_layer()

    def value_and_grad(params: Any, inputs: Any) -> Any:
        loss, grads = right(params, inputs)
        b1 = grads[1]
        del b1
        s = lambda z: 1 / (1 + np.exp(-z))  # noqa: E731
        a1 = s(params.W1 @ inputs.x + params.b1)
        a2 = s(params.W2 @ a1 + params.b2)
        d3 = (params.W3 @ a2 + params.b3 - inputs.y) / inputs.x.shape[1]
        d1 = (params.W2.T @ ((params.W3.T @ d3) * a2 * (1 - a2))) * a1 * (1 - a1)
        return loss, grads, {"x": params.W1.T @ d1}

    report = report_on(value_and_grad, "three-layer")
    assert statuses(report)["x"] == "agrees"
    assert report.exit_code == 0


def test_single_precision_is_told() -> None:
    right = three_layer()

    def value_and_grad(params: Any, inputs: Any) -> Any:
        small = [np.float32(a) for a in params]
        loss, grads = right(type(params)(*small), type(inputs)(*(np.float32(a) for a in inputs)))
        return loss, grads

    report = report_on(value_and_grad, "three-layer")
    assert set(statuses(report).values()) == {"agrees"}
    assert "single precision" in report.claim("W1").reason


def test_gradients_one_by_one() -> None:
    def db1(x: Any, y: Any, W1: Any, b1: Any) -> Any:
        return (W1 @ x + b1 - y).mean(axis=1, keepdims=True)

    def dW1(**arrays: Any) -> Any:
        g = SimpleNamespace(**arrays)
        return (g.W1 @ g.x + g.b1 - g.y) @ g.x.T / g.x.shape[1]

    assert statuses(report_on({"dW1": dW1, "db1": db1}, "linear")) == {"W1": "agrees", "b1": "agrees"}
    assert statuses(report_on({"W1": dW1}, "linear")) == {"W1": "agrees", "b1": "not checked"}


def test_a_reference_from_outside_is_used() -> None:
    right = three_layer()

    def reference(sizes: Any, data: Any) -> Any:
        params = SimpleNamespace(**{n: data[n] for n in ("W1", "b1", "W2", "b2", "W3", "b3")})
        loss, grads = right([*vars(params).values()], (data["x"], data["y"]))
        return loss, dict(zip(vars(params), (*grads[:5], grads[5] + 1)))

    report = report_on(right, "three-layer", reference=reference)
    assert statuses(report) == {n: "wrong" if n == "b3" else "agrees" for n in statuses(report)}
