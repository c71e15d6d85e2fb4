"""Kernels of losses beside the hand-written ones: values and gradients by the outputs, on arrays and at extremes.

Every output is an input behind a PReLU of slope 1, which changes nothing; log-probabilities are an input plus zeros.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from derive.derivation import derive_adjoints
from derive.kernels import emit_kernel, load_kernel
from derive.network.compile import compile_network
from derive.network.schema import read_network_text
from tests.handwritten.layers import losses as hand

M, T, K = 5, 4, 3
TOLERANCE = 1e-12
RNG = np.random.default_rng(11)
Arrays = dict[str, Any]


def kernel(loss: str, targets: str = "", shapes: str = "a: [T, K]", batch: str = "mean") -> ModuleType:
    """The kernel of a loss of outputs `a`, `b`, …, whose inputs are called `a_in`, `b_in`, …"""
    given = dict(part.split(":") for part in shapes.replace(" ", "").split(";"))
    is_logarithm = "log: true" in loss
    inputs = {f"{name}_in": shape for name, shape in given.items()} | ({"zeros": given["a"]} if is_logarithm else {})
    text = f"name: loss\nnotation: rows\nbatch: {{size: m, reduce: {batch}}}\n"
    text += f"inputs: {{{', '.join(f'{name}: {shape}' for name, shape in inputs.items())}}}\n"
    text += f"targets: {{{targets}}}\nlayers:\n" if targets else "layers:\n"
    for name in given:
        kind, sources = ("add", f"[{name}_in, zeros]") if is_logarithm else ("prelu", f"{name}_in")
        text += f"  - {{{kind}: {{}}, name: {name}, from: {sources}}}\n"
    network = compile_network(read_network_text(f"{text}loss: {loss}\n"))
    return load_kernel(emit_kernel(network, derive_adjoints(network), "all"))


def evaluate(module: ModuleType, dtype: Any = np.float64, **given: Any) -> tuple[Any, Arrays]:
    """The cost, and the gradients by the outputs."""
    arrays = {n: v if v.dtype.kind == "i" else v.astype(dtype) for n, v in given.items()}
    arrays["zeros"] = np.zeros_like(arrays["a"])
    params = module.Params(*(np.ones((), dtype) for _ in module.Params._fields))
    inputs = module.Inputs(*(arrays[n.removesuffix("_in")] for n in module.Inputs._fields))
    cost, _, gradients = module.value_and_grad(params, inputs)
    named = zip(module.Inputs._fields, gradients, strict=True)
    return cost, {n.removesuffix("_in"): g for n, g in named if n.endswith("_in")}


def assert_equal(found: Any, expected: Any) -> None:
    assert np.shape(found) == np.shape(expected)
    np.testing.assert_allclose(found, expected, rtol=TOLERANCE, atol=TOLERANCE)


def one_hot(*shape: int) -> Any:
    return np.eye(K)[RNG.integers(K, size=shape)]


def signs(*shape: int) -> Any:
    return RNG.choice([-1.0, 1.0], size=shape)


def positive(*shape: int) -> Any:
    return RNG.dirichlet(np.ones(K), shape)


def real(*shape: int) -> Any:
    return 1.5 * RNG.standard_normal(shape)


OF_SAMPLES: dict[str, tuple[str, str, str, Arrays, Callable[..., Any], Callable[..., Arrays]]] = {
    "hinge": ("hinge", "y: K", "a: K", {"a": real(M, K), "y": signs(M, K)}, hand.hinge, hand.hinge_backward),
    "multiclass_hinge": (
        "{multiclass_hinge: {margin: 0.5}}",
        "y: K",
        "a: K",
        {"a": real(M, K), "y": one_hot(M)},
        lambda a, y: hand.multiclass_hinge(a, y, 0.5),
        lambda up, a, y: hand.multiclass_hinge_backward(up, a, y, 0.5),
    ),
    "kl_divergence of logarithms": (
        "{kl_divergence: {log: true}}",
        "y: K",
        "a: K",
        {"a": np.log(positive(M)), "y": positive(M)},
        hand.kl_divergence_log,
        hand.kl_divergence_log_backward,
    ),
    "label smoothing": (
        "{cross_entropy_with_logits: {label_smoothing: 0.1}}",
        "y: K",
        "a: K",
        {"a": real(M, K), "y": one_hot(M)},
        lambda a, y: hand.cross_entropy_with_logits(a, y, 0.1),
        lambda up, a, y: hand.cross_entropy_with_logits_backward(up, a, y, 0.1),
    ),
    "cosine_embedding": (
        "{cosine_embedding: {from: [a, b], margin: 0.25}}",
        "y: {kind: sign}",
        "a: K; b: K",
        {"a": real(M, K), "b": real(M, K), "y": np.array([1.0, -1.0, -1.0, 1.0, -1.0])},
        lambda a, b, y: hand.cosine_embedding(a, b, y, 0.25),
        lambda up, a, b, y: hand.cosine_embedding_backward(up, a, b, y, 0.25),
    ),
    "triplet": (
        "{triplet: {from: [a, p, n], margin: 0.75}}",
        "",
        "a: K; p: K; n: K",
        {"a": real(M, K), "p": real(M, K), "n": real(M, K)},
        lambda a, p, n: hand.triplet(a, p, n, 0.75),
        lambda up, a, p, n: hand.triplet_backward(up, a, p, n, 0.75),
    ),
}


@pytest.mark.parametrize("how", ["mean", "sum"])
@pytest.mark.parametrize("name", OF_SAMPLES)
def test_loss_of_samples(name: str, how: str) -> None:
    loss, targets, shapes, data, value, back = OF_SAMPLES[name]
    cost, gradients = evaluate(kernel(loss, targets, shapes, how), **data)
    values = value(*data.values())
    assert (values > 0).any()
    assert_equal(cost, hand.reduce(values, how))
    expected = back(hand.reduce_upstream(values, how), *data.values())
    for found, gradient in zip(gradients.values(), expected.values(), strict=True):
        assert_equal(found, gradient)


def test_the_cosine_of_both_signs_is_looked_at() -> None:
    """The margin is kept by one of the pairs that shall point apart, and missed by another."""
    data = OF_SAMPLES["cosine_embedding"][3]
    cosines, *_ = hand.cosine(data["a"], data["b"])
    apart = cosines[data["y"] < 0] > 0.25
    assert apart.any() and not apart.all()


MASK = np.array([[1, 1, 0, 0], [1, 0, 0, 0], [1, 1, 1, 1], [0, 0, 0, 0], [1, 1, 1, 0]], dtype=float)

MASKED = {
    "half_squared_error": (hand.masked_half_squared_error, hand.masked_half_squared_error_backward),
    "mean_squared_error": (hand.masked_mean_squared_error, hand.masked_mean_squared_error_backward),
    "cross_entropy_with_logits": (
        hand.masked_cross_entropy_with_logits,
        hand.masked_cross_entropy_with_logits_backward,
    ),
}


@pytest.mark.parametrize("loss", MASKED)
def test_masked_mean(loss: str) -> None:
    value, back = MASKED[loss]
    a, y = real(M, T, K), positive(M, T)
    module = kernel(f"{{{loss}: {{mask: w}}}}", "y: {shape: [T, K], kind: distribution}, w: [T]")
    cost, gradients = evaluate(module, a=a, y=y, w=MASK)
    assert_equal(cost, value(a, y, MASK))
    assert_equal(gradients["a"], next(iter(back(1.0, a, y, MASK).values())))
    assert (gradients["a"][MASK == 0] == 0).all()


@pytest.mark.parametrize("loss", ["cross_entropy_with_logits", "multiclass_hinge"])
def test_class_ids_of_steps_are_one_hot_rows(loss: str) -> None:
    a, ids = real(M, T, K), RNG.integers(K, size=(M, T))
    by_id = kernel(f"{{{loss}: {{mask: w}}}}", "y: {shape: [T], kind: class_id, size: K}, w: [T]")
    by_row = kernel(f"{{{loss}: {{mask: w}}}}", "y: {shape: [T, K], kind: one_hot}, w: [T]")
    cost, gradients = evaluate(by_id, a=a, y=ids, w=MASK)
    expected, others = evaluate(by_row, a=a, y=np.eye(K)[ids], w=MASK)
    assert_equal(cost, expected)
    assert_equal(gradients["a"], others["a"])


def test_steps_are_summed_or_averaged() -> None:
    a, y = real(M, T, K), one_hot(M, T)
    per_step = hand.cross_entropy_with_logits(a.reshape(-1, K), y.reshape(-1, K)).reshape(M, T)
    for steps, expected in (("sum", per_step.sum() / M), ("mean", per_step.mean())):
        cost, _ = evaluate(kernel(f"{{cross_entropy_with_logits: {{steps: {steps}}}}}", "y: [T, K]"), a=a, y=y)
        assert_equal(cost, expected)


def test_inner_product_hands_on_its_target() -> None:
    """The gradient by a value is what a random upstream gradient makes of it."""
    a, r = real(M, T, K), real(M, T, K)
    cost, gradients = evaluate(kernel("inner_product", "r: [T, K]", batch="sum"), a=a, r=r)
    assert_equal(cost, (a * r).sum())
    assert_equal(gradients["a"], r)


# -- at the edge of what numbers can hold -----------------------------------------------------------------


def assert_finite(module: ModuleType, **given: Any) -> tuple[Any, Arrays]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cost, gradients = evaluate(module, np.float32, **given)
    for found in (cost, *gradients.values()):
        assert found.dtype == np.float32
        assert np.isfinite(found).all()
    return cost, gradients


LARGE = np.array([[1000.0, -1000.0, 0.0], [-1000.0, -1000.0, 1000.0], [0.0, 1000.0, 1000.0]])


@pytest.mark.parametrize(
    "loss, y",
    [
        ("hinge", signs(3, K)),
        ("multiclass_hinge", one_hot(3)),
        ("{cross_entropy_with_logits: {label_smoothing: 0.1}}", one_hot(3)),
    ],
)
def test_large_scores(loss: str, y: Any) -> None:
    assert_finite(kernel(loss, "y: K", "a: K"), a=LARGE, y=y)


def test_large_scores_of_masked_steps() -> None:
    module = kernel("{cross_entropy_with_logits: {mask: w}}", "y: [T, K], w: [T]")
    assert_finite(module, a=LARGE[None], y=one_hot(1, 3), w=np.array([[1.0, 0.0, 1.0]]))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_target_of_probability_0_costs_nothing(dtype: Any) -> None:
    """0 log 0 = 0, and Σ_j y_j (log y_j - log a_j) of a one-hot target is -log a_c."""
    module = kernel("{kl_divergence: {log: true}}", "y: K", "a: K")
    y = np.array([[0.0, 1.0, 0.0], [0.5, 0.5, 0.0], [1e-38, 0.0, 1.0]])
    a = np.log(np.array([[0.2, 0.3, 0.5], [0.25, 0.25, 0.5], [0.25, 0.5, 0.25]]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cost, _ = evaluate(module, dtype, a=a, y=y)
    assert abs(cost - (-np.log(0.3) + np.log(2) - np.log(0.25)) / 3) < 10 * np.finfo(dtype).eps


def test_at_the_kink_nothing_is_handed_back() -> None:
    """What is missing to the margin is exactly 0."""
    _, gradients = evaluate(kernel("hinge", "y: K", "a: K"), a=np.array([[1.0, -1.0, 0.5]]), y=np.array([[1.0, -1, 1]]))
    assert gradients["a"].tolist() == [[0.0, 0.0, -1.0]]
    _, gradients = evaluate(
        kernel("multiclass_hinge", "y: K", "a: K"), a=np.array([[2.0, 1.0, 1.5]]), y=np.array([[1.0, 0, 0]])
    )
    assert gradients["a"].tolist() == [[-1.0, 0.0, 1.0]]
    triplet = kernel("{triplet: {from: [a, p, n], margin: 3}}", "", "a: K; p: K; n: K")
    zero = np.zeros((1, 1))
    _, gradients = evaluate(triplet, a=zero, p=zero + 1, n=zero + 2)
    assert all((g == 0).all() for g in gradients.values())
