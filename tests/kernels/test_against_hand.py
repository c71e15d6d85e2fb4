"""The emitted modules against backpropagation written by hand, and against HIPS autograd through that."""

from __future__ import annotations

import warnings
from functools import cache
from types import ModuleType
from typing import Any

import autograd
import numpy as np
import pytest

from derive.derivation import derive_adjoints
from derive.kernels import emit_kernel, load_kernel
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.schema import read_network_file, read_network_text
from derive.resources import examples_dir
from tests.handwritten.cases import CASES, Case
from tests.handwritten.comparison import AD, assert_close

HEAD = """name: hand
notation: {notation}
batch: {{size: m, reduce: {reduce}}}
inputs: {{x: {x}}}
targets: {{y: {y}}}
"""

OWN: dict[str, str] = {
    "multiply": HEAD.format(notation="nielsen", reduce="mean", x="n", y="k")
    + """layers:
  - {dense: {units: h, activation: tanh}, name: left, from: x}
  - {dense: {units: h, activation: sigmoid}, name: gate, from: x}
  - {multiply: {}, from: [left, gate]}
  - {dense: {units: k}}
loss: half_squared_error
""",
    "shared": HEAD.format(notation="nielsen", reduce="mean", x="n", y="n")
    + """layers:
  - {dense: {units: n, activation: tanh}, name: s}
  - {dense: {units: n, activation: tanh}, name: again, share: s}
loss: half_squared_error
""",
    "single_sample": """name: hand
inputs: {x: n}
targets: {y: {size: k, kind: binary}}
layers:
  - {dense: {units: h, activation: sigmoid}}
  - {dense: {units: k, activation: sigmoid}}
loss: binary_cross_entropy
""",
}

EXAMPLES = {
    "three_layer": "three-layer",
    "deep_tanh": "deep-tanh",
    "softmax_classifier": "softmax-classifier",
    "residual": "residual",
    "two_branch": "two-branch",
}
# The bundled file names the residual example's layers; the hand-written one numbers them.
RENAMED = {"residual": {"W1": "W_skip", "b1": "b_skip", "W3": "W_branch", "b3": "b_branch"}}
SMALLER = {"two_branch": {"784": "n", "128": "h", "64": "r", "10": "k"}}
HAND = {case.name: case for case in CASES}


def network_of(name: str) -> Network:
    if name in OWN:
        return compile_network(read_network_text(OWN[name]))
    path = examples_dir() / f"{EXAMPLES[name]}.yaml"
    if name not in SMALLER:
        return compile_network(read_network_file(path))
    text = path.read_text()
    for number, symbol in SMALLER[name].items():
        text = text.replace(f": {number}", f": {symbol}")
    return compile_network(read_network_text(text))


@cache
def kernel(name: str, wrt: Any = "all") -> ModuleType:
    network = network_of(name)
    return load_kernel(emit_kernel(network, derive_adjoints(network), wrt))


def arguments(module: ModuleType, case: Case, params: dict[str, Any], inputs: dict[str, Any]) -> tuple[Any, Any]:
    renamed = {RENAMED.get(case.name, {}).get(n, n): v for n, v in params.items()}
    given = {n: tuple(v) if isinstance(v, list) else v for n, v in renamed.items()}
    return module.Params(**given), module.Inputs(**inputs)


NAMES = sorted([*EXAMPLES, *OWN])


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("name", NAMES)
def test_loss_and_gradients_are_those_written_by_hand(name: str, seed: int) -> None:
    case, module = HAND[name], kernel(name)
    params, inputs = case.data(seed)
    loss, grads = case.value_and_grad(params, inputs)
    found, by_params, by_inputs = module.value_and_grad(*arguments(module, case, params, inputs))
    assert_close(found, loss, AD)
    for field, expected in grads.items():
        if field == "x":
            assert_close(by_inputs.x, expected, AD)
            continue
        actual = getattr(by_params, RENAMED.get(name, {}).get(field, field))
        pairs = zip(actual, expected, strict=True) if isinstance(expected, list) else [(actual, expected)]
        for a, e in pairs:
            assert_close(a, e, AD)


@pytest.mark.parametrize("name", ["three_layer", "deep_tanh", "multiply", "shared"])
def test_complex_step(name: str) -> None:
    """Im C(W + ih) / h, which has no rounding error of a difference."""
    case, module = HAND[name], kernel(name, "params")
    params, inputs = case.data(3)
    p, i = arguments(module, case, params, inputs)
    _, grads = module.value_and_grad(p, i)
    field = p._fields[0]
    value, gradient = getattr(p, field), getattr(grads, field)
    array, expected = (value[0], gradient[0]) if isinstance(value, tuple) else (value, gradient)
    step = 1e-30
    for at in [(0, 0), (1, 2), (array.shape[0] - 1, array.shape[1] - 1)]:
        moved = array.astype(complex)
        moved[at] += 1j * step
        changed = p._replace(**{field: (moved, *value[1:]) if isinstance(value, tuple) else moved})
        assert np.imag(module.loss(changed, i)) / step == pytest.approx(expected[at], rel=1e-10)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_autograd_agrees(name: str) -> None:
    """HIPS autograd differentiates forward equations that were written apart from everything else here."""
    case, module = HAND[name], kernel(name, "params")
    params, inputs = case.data(6)
    expected = autograd.grad(case.forward)(params, inputs)
    _, found = module.value_and_grad(*arguments(module, case, params, inputs))
    for field, value in expected.items():
        actual = getattr(found, RENAMED.get(name, {}).get(field, field))
        for a, e in zip(actual, value, strict=True) if isinstance(value, list) else [(actual, value)]:
            assert_close(a, e, AD)


def loss_beside(module: ModuleType, p: Any, i: Any, field: str, at: tuple[int, ...], h: float) -> float:
    """The loss with one entry of a parameter (of the last layer, where there are several) moved by h."""
    value = getattr(p, field)
    array = np.array(value[-1] if isinstance(value, tuple) else value)
    array[at] += h
    changed = (*value[:-1], array) if isinstance(value, tuple) else array
    return float(module.loss(p._replace(**{field: changed}), i))


@pytest.mark.parametrize("name", NAMES)
def test_central_differences(name: str) -> None:
    case, module = HAND[name], kernel(name, "params")
    p, i = arguments(module, case, *case.data(7))
    _, grads = module.value_and_grad(p, i)
    for field, gradient in zip(p._fields, grads, strict=True):
        slope = gradient[-1] if isinstance(gradient, tuple) else gradient
        at = tuple(n // 2 for n in slope.shape)
        above, below = (loss_beside(module, p, i, field, at, h) for h in (1e-5, -1e-5))
        assert (above - below) / 2e-5 == pytest.approx(slope[at], abs=1e-6 * np.abs(slope).max())


def every_array(result: Any) -> list[np.ndarray]:
    if isinstance(result, np.ndarray):
        return [result]
    return [a for part in result for a in every_array(part)] if isinstance(result, tuple) else []


@pytest.mark.parametrize("name", NAMES)
def test_results_share_no_memory(name: str) -> None:
    """Not with each other, not with the arguments, not with what an earlier call returned."""
    case, module = HAND[name], kernel(name)
    p, i = arguments(module, case, *case.data(4))
    before = [a.copy() for a in every_array((*p, *i))]
    first = every_array(module.value_and_grad(p, i))
    kept = [a.copy() for a in first]
    second = every_array(module.value_and_grad(p, i))
    arrays = [*every_array((*p, *i)), *first, *second]
    for k, a in enumerate(arrays):
        assert not any(np.shares_memory(a, b) for b in arrays[k + 1 :])
    assert all(np.array_equal(a, b) for a, b in zip(first, kept, strict=True))
    assert all(np.array_equal(a, b) for a, b in zip(every_array((*p, *i)), before, strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_the_dtype_is_kept(name: str) -> None:
    case, module = HAND[name], kernel(name)
    p, i = arguments(module, case, *case.data(5))

    def single(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(single(v) for v in value)
        return value.astype(np.float32) if isinstance(value, np.ndarray) and value.ndim else value

    result = module.value_and_grad(p._make(map(single, p)), i._make(map(single, i)))
    assert {a.dtype for a in every_array(result)} == {np.dtype(np.float32)}


LOGITS = """name: logits
notation: rows
batch: {{size: m, reduce: mean}}
inputs: {{x: n}}
targets: {{y: {{size: n, kind: {kind}}}}}
layers:
  - {{{activation}: {{}}}}
loss: {loss}
"""


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "activation, loss, kind",
    [
        ("softmax", "cross_entropy", "one_hot"),
        ("identity", "cross_entropy_with_logits", "class_id"),
        ("sigmoid", "binary_cross_entropy", "binary"),
        ("identity", "binary_cross_entropy_with_logits", "binary"),
        ("softplus", "half_squared_error", "real"),
        ("elu", "huber", "real"),
        ("silu", "mean_absolute_error", "real"),
        ("gelu", "huber", "real"),
    ],
)
def test_finite_at_extreme_logits(dtype: Any, activation: str, loss: str, kind: str) -> None:
    network = compile_network(read_network_text(LOGITS.format(activation=activation, loss=loss, kind=kind)))
    module = load_kernel(emit_kernel(network, derive_adjoints(network), "inputs"))
    x = np.array([[1000, -1000, 0], [-1000, 30, 1000], [0, 0, 0]], dtype)
    y: np.ndarray = np.eye(3, dtype=dtype)[[1, 0, 2]]
    if kind == "class_id":
        y = np.array([1, 0, 2])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value, grads = module.value_and_grad(module.Params(), module.Inputs(x, y))
    assert np.isfinite(value) and np.isfinite(grads.x).all()
    assert np.asarray(grads.x).dtype == dtype
    if loss == "cross_entropy":
        assert value == pytest.approx((2000 + 2000 + np.log(3)) / 3, rel=1e-6)


def test_a_wrong_shape_is_named() -> None:
    case, module = HAND["three_layer"], kernel("three_layer")
    p, i = arguments(module, case, *case.data(0))
    with pytest.raises(ValueError, match="b2"):
        module.value_and_grad(p._replace(b2=p.b2[:, 0]), i)


def test_initial_values_have_the_stated_variance() -> None:
    p = kernel("three_layer").init(np.random.default_rng(0), n_0=400, n_1=300, n_2=200, n_3=5)
    assert np.var(p.W1) == pytest.approx(2 / 700, rel=0.05)
    assert not p.b1.any()
    he = kernel("softmax_classifier").init(np.random.default_rng(0), n_0=400, n_1=300, K=7)
    assert np.var(he.W1) == pytest.approx(2 / 400, rel=0.05)
