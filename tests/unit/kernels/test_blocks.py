"""Values in blocks, joined slices, shared functions: the same numbers as without them, and what is emitted."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest

from benchmarks.handwritten_layers import lstm as by_hand
from derive.derivation import derive_adjoints
from derive.kernels import emit_kernel, load_kernel
from derive.kernels.blocked import blocks_in, first_block, in_blocks, slices_of
from derive.kernels.joining import with_slices_joined
from derive.kernels.program import Operand, Part
from derive.network.compile import compile_network
from derive.network.schema import read_network_text
from derive.terms.affine import Affine, number, size

m, n = size("m"), size("n")

LAYERS = {
    "lstm": "  - lstm: {units: 64, last: true}\n",
    "two": "  - lstm: {units: 64, last: false}\n  - lstm: {units: 64, last: true}\n",
    "gru": "  - gru: {units: 128, last: true}\n",
    "rnn": "  - rnn: {units: 256, last: true}\n",
}


def _source(layers: str, steps: int, units: int = 64) -> str:
    text = (
        f"notation: rows\nbatch: {{size: m, reduce: mean}}\ninputs: {{x: [{steps}, 3]}}\n"
        f"targets: {{y: {units}}}\nlayers:\n{layers}loss: half_squared_error\n"
    )
    network = compile_network(read_network_text(text))
    return emit_kernel(network, derive_adjoints(network), "all")


def _arguments(kernel: ModuleType, samples: int, steps: int, dtype: Any, scale: float, units: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(steps)
    params = kernel.init(rng, dtype=dtype)
    params = type(params)(*((scale * p + 0.1 * rng.standard_normal(p.shape)).astype(dtype) for p in params))
    x = rng.standard_normal((samples, steps, 3)).astype(dtype)
    return params, kernel.Inputs(x, rng.uniform(-1, 1, (samples, units)).astype(dtype))


@pytest.mark.parametrize("samples", [1, 3])
@pytest.mark.parametrize("steps", [1, 2, 5])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("scale", [1.0, 1000.0])
def test_an_lstm_in_blocks_is_the_one_by_hand(samples: int, steps: int, dtype: Any, scale: float) -> None:
    kernel = load_kernel(_source(LAYERS["lstm"], steps))
    params, inputs = _arguments(kernel, samples, steps, dtype, scale, 64)
    W_x, W_h, b = params
    loss, expected = by_hand({"W_x": W_x, "W_h": W_h, "b": b}, {"x": inputs.x, "y": inputs.y})
    workspace = kernel.Workspace()
    for _ in range(2):
        value, found, _ = kernel.value_and_grad(params, inputs, workspace)
        np.testing.assert_allclose(value, loss, rtol=1e-5)
        for key, gradient in zip(("W_x", "W_h", "b"), found, strict=True):
            error = np.linalg.norm(gradient - expected[key])
            allowed = (2e-4 if dtype is np.float32 else 1e-12) * max(1.0, scale)
            assert error <= allowed * max(float(np.linalg.norm(expected[key])), 1e-3)
    np.testing.assert_allclose(kernel.loss(params, inputs), loss, rtol=1e-5)


@pytest.mark.parametrize("layers", LAYERS)
@pytest.mark.parametrize("steps", [1, 4])
def test_blocks_change_no_number(layers: str, steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    units = {"rnn": 256, "gru": 128}.get(layers, 64)
    in_blocks_ = _source(LAYERS[layers], steps, units)
    for room in ("loop_products", "blocked", "slice_buffers"):
        monkeypatch.setattr(f"derive.kernels.{room}.block_count", lambda extent: 1)
    monkeypatch.setattr("derive.kernels.kernel.with_functions_shared", _nothing_shared)
    plain = _source(LAYERS[layers], steps, units)
    assert "_blocks = " not in plain
    assert steps == 1 or layers == "gru" or "_blocks = " in in_blocks_, "gates of a GRU are products with parts"
    one, other = load_kernel(in_blocks_), load_kernel(plain)
    params, inputs = _arguments(one, 5, steps, np.float64, 1.0, units)
    found, expected = (k.value_and_grad(k.Params(*params), k.Inputs(*inputs)) for k in (one, other))
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-12)
    for groups in zip(found[1:], expected[1:], strict=True):
        for a, b in zip(*groups, strict=True):
            if a is not None:
                np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-13)
    np.testing.assert_allclose(one.forward(params, inputs), other.forward(params, inputs), rtol=1e-12)


def _nothing_shared(definitions: Any, tensors: Any, exact: Any) -> Any:
    from derive.kernels.sharing import Shared

    return Shared(list(definitions), {})


def test_gates_are_one_call_in_blocks() -> None:
    source = _source(LAYERS["lstm"], 5)
    body = source[source.index("def value_and_grad") :]
    assert "z1_t[:3]" in body and "np.tanh(z1_t[3]" in body
    assert "i1_f1_o1, = work(" in body and "(5, 3, m, 64)" in body
    assert body.count("np.tanh(") == 3, "σ of three gates at once, tanh of one, tanh of the cell; none backwards"
    assert "np.concatenate" not in body


def test_results_are_not_joined() -> None:
    network = compile_network(
        read_network_text(
            "notation: rows\nbatch: {size: m, reduce: mean}\ninputs: {x: [4, 3]}\ntargets: {y: 64}\n"
            f"layers:\n{LAYERS['lstm']}loss: half_squared_error\n"
        )
    )
    from derive.kernels.collecting import collected
    from derive.kernels.stability import stabilizer_of

    definitions = collected(network, derive_adjoints(network), stabilizer_of(network))
    joined = with_slices_joined(definitions, network.tensors, ())
    assert joined.slices == {
        "i1": ("i1_f1_o1", Affine()),
        "f1": ("i1_f1_o1", number(64)),
        "o1": ("i1_f1_o1", number(128)),
    }
    kept = with_slices_joined(definitions, network.tensors, {"f1"})
    assert not kept.slices, "i and o are no neighbours"


def test_widths() -> None:
    assert blocks_in(n * 4, n) == 4 and blocks_in(n * 4 + 1, n) is None and blocks_in(n * 9, n) is None
    assert in_blocks((m, n * 4), 4) == (number(4), m, n)
    part = Part((m, n * 3), "real", Operand(0, (0, 1)), (number(0), n), (False, False))
    assert slices_of(part, n) == 3 and first_block(part, n) == 1
    assert slices_of(Part((m, n), "real", Operand(0, (0, 1)), (number(0), n + 1), (False, False)), n) is None
    assert slices_of(Part((m,), "real", Operand(0, (0, 1)), (number(0), n), (False, True)), n) is None
