"""Loops over slabs: the same values whatever the size of the slabs, with and without a workspace, in every thread."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread
from typing import Any

import numpy as np
import pytest

from derive.derivation import derive_adjoints
from derive.errors import UnsupportedError
from derive.kernels import emit_kernel, load_kernel
from tests.generators import sampled
from tests.kernels.oracle import compare, distance, sample_of
from tests.kernels.streaming_networks import NETWORKS
from tests.kernels.test_random_networks import arrays_in
from tests.special_networks import NETWORKS as SPECIAL
from tests.special_networks import build
from tests.unit.kernels.test_slab_cuts import force_slabs

WIDTHS = (1, 7, 1 << 17)


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Loops for chains of any length over arrays of any size."""
    force_slabs(monkeypatch)
    yield


def in_pieces(source: str, entries: int) -> str:
    """The module, with slabs of so many entries."""
    assert "_SLAB = 1 << 17" in source
    return source.replace("_SLAB = 1 << 17", f"_SLAB = {entries}")


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("entries", WIDTHS)
def test_streaming_networks_agree_with_the_interpreter(name: str, entries: int, eager: None) -> None:
    network = NETWORKS[name]()
    sample = sample_of(network, sampled(network, 0))
    compare(sample, source=in_pieces(emit_kernel(network, sample.adjoints, "all"), entries))


@pytest.mark.parametrize("name", sorted(SPECIAL))
def test_any_network_in_pieces_agrees_with_the_interpreter(name: str, eager: None) -> None:
    network = build(name).network()
    sample = sample_of(network, sampled(network, 1))
    try:
        source = emit_kernel(network, sample.adjoints, "all")
    except UnsupportedError:
        pytest.skip("there is no kernel")
    if "_SLAB" not in source:
        pytest.skip("there is no chain along an axis")
    compare(sample, source=in_pieces(source, 3))


LONG = ("layer_norm", "softmax_cross_entropy", "batch_norm_of_images", "attention", "causal_attention")


@pytest.mark.parametrize("name", LONG)
def test_long_chains_are_done_in_slabs(name: str) -> None:
    network = NETWORKS[name]()
    source = emit_kernel(network, derive_adjoints(network), "all")
    assert "for slab in" in source and "einsum('abc" not in source


def kernel(name: str) -> Any:
    network = NETWORKS[name]()
    source = emit_kernel(network, derive_adjoints(network), "all")
    return load_kernel(in_pieces(source, 24) if "_SLAB" in source else source)


def data(module: Any, m: int, dtype: Any = np.float64, seed: int = 0) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    n = 6
    params = module.Params(*(rng.standard_normal(n).astype(dtype) for _ in module.Params._fields))
    inputs = module.Inputs(*(rng.standard_normal((m, n)).astype(dtype) for _ in module.Inputs._fields))
    return params, inputs


@pytest.mark.parametrize("name", ["layer_norm", "batch_norm", "softmax_cross_entropy"])
def test_a_workspace_changes_nothing(name: str) -> None:
    """Batch sizes and dtypes that change from call to call, and results that stay as they were."""
    module = kernel(name)
    workspace = module.Workspace()
    kept = []
    for seed, (m, dtype) in enumerate([(9, float), (9, float), (4, float), (11, float), (9, np.float32), (1, float)]):
        arguments = data(module, m, dtype, seed)
        expected = arrays_in(module.value_and_grad(*arguments))
        found = arrays_in(module.value_and_grad(*arguments, workspace))
        assert all(np.array_equal(a, b) and a.dtype == dtype for a, b in zip(found, expected, strict=True))
        kept.append((found, [a.copy() for a in found]))
    for found, before in kept:
        assert all(np.array_equal(a, b) for a, b in zip(found, before, strict=True))
    everything = [a for found, _ in kept for a in found]
    blocks = list(getattr(workspace, "_blocks", {}).values())
    assert blocks or name == "batch_norm", "the workspace was used"
    for k, a in enumerate(everything):
        assert not any(np.shares_memory(a, b) for b in (*everything[k + 1 :], *blocks))


def test_threads_may_share_a_workspace() -> None:
    module = kernel("layer_norm")
    workspace = module.Workspace()
    wrong: list[int] = []

    def work(seed: int) -> None:
        arguments = data(module, 40 + seed, seed=seed)
        expected = arrays_in(module.value_and_grad(*arguments))
        for _ in range(100):
            found = arrays_in(module.value_and_grad(*arguments, workspace))
            wrong.extend(seed for a, b in zip(found, expected, strict=True) if not np.array_equal(a, b))

    threads = [Thread(target=work, args=(seed,)) for seed in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not wrong


def test_slabs_cover_an_axis_once() -> None:
    module = kernel("layer_norm")
    for extent in range(30):
        for width in (0, 1, 2, 3, 24, 1000):
            covered = [k for piece in module._slabs(extent, width) for k in range(piece.start, piece.stop)]
            assert covered == list(range(extent))


FORMS = ("attention", "attention_without_scores", "causal_attention", "masked_attention")


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("dtype, size", [(np.float64, 1.0), (np.float64, 100.0), (np.float32, 100.0)])
def test_attention_is_finite_at_large_scores(name: str, dtype: Any, size: float) -> None:
    """Scores of ±1e4, the largest of them masked; float32 stays float32."""
    network = NETWORKS[name]()
    module = load_kernel(emit_kernel(network, derive_adjoints(network), "all"))
    rng = np.random.default_rng(0)
    m, T, d = 2, 6, 3
    given = {n: (size * rng.standard_normal((m, T, d))).astype(dtype) for n in "QK"}
    given |= {n: rng.standard_normal((m, T, d)).astype(dtype) for n in "Vr"}
    seen = np.ones((T, T), bool)
    if name == "causal_attention":
        seen = np.tril(seen)
    if name == "masked_attention":
        seen = (rng.random((T, T)) < 0.5) | np.eye(T, dtype=bool)
    given["mask"] = seen.astype(dtype)
    with np.errstate(divide="raise", invalid="raise", over="raise"):
        loss, _, gradients = module.value_and_grad(
            module.Params(), module.Inputs(*(given[n] for n in module.Inputs._fields))
        )
    Q, K, V, r = (given[n].astype(float) for n in "QKVr")
    S = Q @ K.transpose(0, 2, 1) / np.sqrt(d)
    assert size == 1.0 or np.abs(S).max() > 1e4
    S[:, ~seen] = -np.inf
    P = np.exp(S - S.max(axis=2, keepdims=True))
    P /= P.sum(axis=2, keepdims=True)
    dP = r @ V.transpose(0, 2, 1)
    dS = P * (dP - (P * dP).sum(axis=2, keepdims=True)) / np.sqrt(d)
    expected = {"Q": dS @ K, "K": dS.transpose(0, 2, 1) @ Q, "V": P.transpose(0, 2, 1) @ r}
    tolerance = 1e-9 if dtype is np.float64 else 1e-3
    for n, value in expected.items():
        found = getattr(gradients, n)
        assert found.dtype == dtype and distance(found, value) < tolerance
    assert abs(loss - np.sum(P @ V * r)) < tolerance * max(1.0, abs(loss))
