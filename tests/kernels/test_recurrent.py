"""Recurrent kernels against the interpreter: cells, losses, starts, directions, layouts, lengths, batch 1."""

from __future__ import annotations

import inspect
import re
from typing import Any

import numpy as np
import pytest
import sympy
from sympy import Sum

from derive.calculus.scalar import definition
from derive.derivation import derive_adjoints
from derive.ir.environment import Environment
from derive.kernels import emit_kernel, load_kernel
from derive.network.builder import Builder
from derive.network.network import Network
from derive.network.sample_data import sample_environment
from derive.terms.affine import Affine, map_sizes
from tests.kernels.oracle import Sample, compare
from tests.kernels.recurrent_networks import CELLS, Frame, lstm, rnn

SIZES = {"d": 3, "n": 2, "p": 4, "O": 3}
LENGTHS = ((1, 2), (2, 1), (5, 3))
"""Steps and samples."""


def check(network: Network, lengths: tuple[tuple[int, int], ...] = LENGTHS) -> Any:
    """Compare one kernel with the interpreter for several lengths."""
    adjoints = derive_adjoints(network)
    source = emit_kernel(network, adjoints, "all")
    for T, m in lengths:
        sizes = {s.name: {**SIZES, "T": T, "m": m}[s.name] for s in network.sizes}
        env = sample_environment(network, sizes, seed=7)
        sample = Sample(network, Environment(env.sizes, env.arrays, derivative_of=definition), adjoints)
        module = compare(sample, source=source)
    return module


@pytest.mark.parametrize("loss", ("all", "last"))
@pytest.mark.parametrize("cell", CELLS)
def test_cells_over_lengths(cell: str, loss: str) -> None:
    check(CELLS[cell](Frame(), loss))


@pytest.mark.parametrize("start", ("input", "parameter"))
@pytest.mark.parametrize("cell", ("rnn", "lstm", "gru"))
def test_starts_that_are_differentiated(cell: str, start: str) -> None:
    check(CELLS[cell](Frame(), "all", start))
    check(CELLS[cell](Frame(), "last", start), ((1, 1), (3, 2)))


@pytest.mark.parametrize("cell", ("rnn", "lstm", "gru", "stacked"))
def test_samples_in_columns(cell: str) -> None:
    check(CELLS[cell](Frame(columns=True)), ((1, 1), (3, 2)))


@pytest.mark.parametrize("cell", ("rnn", "lstm", "gru_after"))
def test_a_recursion_from_the_end(cell: str) -> None:
    check(CELLS[cell](Frame(descending=True)), ((1, 1), (3, 2)))
    check(CELLS[cell](Frame(descending=True), "last", "input"), ((1, 1), (3, 2)))


@pytest.mark.parametrize("T", (1, 2, 4))
def test_a_number_of_steps_that_is_given(T: int) -> None:
    check(rnn(Frame(T=T)), ((T, 1), (T, 3)))
    check(lstm(Frame(T=T), "last"), ((T, 1), (T, 3)))


def function(source: str, name: str) -> str:
    """The text of one function of a kernel."""
    start = source.index(f"def {name}(")
    return source[start : source.index("\n\n\n", start)]


@pytest.mark.parametrize("cell", ("rnn", "lstm", "gru", "gru_after"))
def test_one_loop_forward_and_one_backward(cell: str) -> None:
    """All products but those with the state stand outside the loops: once for all steps."""
    network = CELLS[cell](Frame(), "all")
    text = function(emit_kernel(network, derive_adjoints(network), "all"), "value_and_grad")
    loops = re.findall(r"^    for \w+ in range\(.*\):\n((?:        .*\n)+)", text, re.MULTILINE)
    assert len(loops) == text.count("for ") - text.count("_slabs(") == 2
    for body in loops:
        assert not re.search(r"\bx\b|packed|W\w*\b(?<!W_T)", "".join(re.findall(r"^\s+[^#].*", body))), body
    assert "tensordot" not in text and not any("einsum" in body for body in loops)
    products = {"rnn": (1, 1), "lstm": (1, 1), "gru": (3, 4), "gru_after": (3, 3)}[cell]
    assert tuple(len(re.findall(r"np\.(dot|matmul)\(", body)) for body in loops) == products


def test_the_prediction_has_all_steps_that_the_cost_reads() -> None:
    for loss, steps in (("all", (5, 3, 2)), ("last", (3, 2))):
        network = rnn(Frame(), loss)
        module = load_kernel(emit_kernel(network, derive_adjoints(network)))
        params = module.init(np.random.default_rng(0), d=3, n=2)
        inputs = module.Inputs(np.ones((3, 5, 3)), np.ones(steps))
        assert module.forward(params, inputs).shape == steps


@pytest.mark.parametrize("dtype", (np.float32, np.float64))
def test_saturated_gates_stay_finite(dtype: Any) -> None:
    network = lstm(Frame(), "all")
    module = load_kernel(emit_kernel(network, derive_adjoints(network), "all"))
    rng = np.random.default_rng(1)
    params = module.init(rng, d=3, n=2, dtype=dtype)
    inputs = module.Inputs(rng.standard_normal((2, 4, 3)).astype(dtype), np.ones((4, 2, 2), dtype))
    for scale in (1000, -1000):
        large = params._replace(b=np.full(8, scale, dtype))
        with np.errstate(all="raise", under="ignore"):
            loss, *groups = module.value_and_grad(large, inputs)
        for found in (loss, *(g for group in groups for g in group if g is not None)):
            assert found.dtype == dtype and np.isfinite(found).all()


def test_results_stay_when_the_workspace_is_used_again() -> None:
    for cell in ("lstm", "stacked", "bidirectional"):
        network = CELLS[cell](Frame(), "all", "zero")
        module = load_kernel(emit_kernel(network, derive_adjoints(network), "all"))
        rng = np.random.default_rng(2)
        sizes = {s.name: SIZES.get(s.name, 0) for s in network.sizes if s.name in SIZES}
        workspace = module.Workspace()
        for T, m in ((4, 2), (4, 2), (1, 3), (6, 1)):
            params = module.init(rng, **sizes)
            width = {"lstm": 2, "stacked": 3, "bidirectional": 4}[cell]
            inputs = module.Inputs(rng.standard_normal((m, T, 3)), rng.standard_normal((T, m, width)))
            first = module.value_and_grad(params, inputs, workspace)
            before = [np.copy(a) for a in arrays_in(first)]
            module.value_and_grad(module.init(rng, **sizes), inputs, workspace)
            alone = arrays_in(module.value_and_grad(params, inputs))
            for a, b, c in zip(arrays_in(first), before, alone, strict=True):
                assert np.array_equal(a, b) and np.allclose(b, c)
            found = arrays_in(first)
            for k, a in enumerate(found):
                assert not any(np.shares_memory(a, b) for b in (*found[:k], *params, *inputs))


def arrays_in(result: Any) -> list[Any]:
    return [a for part in result for a in (arrays_in(part) if isinstance(part, tuple) else [part]) if a is not None]


def over_the_past() -> Network:
    """A state that is a sum over all earlier ones."""
    net = Builder("past")
    T = net.size("T")
    t, t0 = net.index("t", T, ordered=True), net.index("t0", T, lo=0, ordered=True)
    s = net.index("s", t - 1, lo=0, ordered=True)
    x = net.input("x", (t,))
    h = net.define("h", (0,), x[1], axes=(t0,))
    net.define("h", (t,), sympy.sin(x[t] + x[t] * Sum(h[s] ** 2, s)))
    net.define("C", (), Sum(h[t] * x[t], t))
    net.minimize("C")
    return net.network()


def test_sums_over_what_is_not_finished_read_finished_members_only() -> None:
    check(over_the_past(), ((1, 1), (2, 1), (5, 1)))


@pytest.mark.parametrize("cell", (*CELLS, "past"))
def test_nothing_is_read_before_it_is_written(cell: str) -> None:
    """Memory from the workspace is full of NaN at first; none reaches a result."""
    network = over_the_past() if cell == "past" else CELLS[cell](Frame(), "all")
    module = load_kernel(emit_kernel(network, derive_adjoints(network), "all"))

    class Poisoned(module.Workspace):  # type: ignore[misc, name-defined]
        def take(self, *asked: Any) -> Any:
            arrays = super().take(*asked)
            for a in arrays:
                a.fill(np.nan)
            return arrays

    rng = np.random.default_rng(3)
    sizes = {s.name: SIZES.get(s.name, 4) for s in network.sizes}
    params = module.init(rng, **{k: v for k, v in sizes.items() if k in inspect.signature(module.init).parameters})
    shapes = [tuple(evaluate(a.extent, sizes) for a in t.axes) for t in network.role("input", "target")]
    inputs = module.Inputs(*(rng.standard_normal(shape) for shape in shapes))
    for found in arrays_in(module.value_and_grad(params, inputs, Poisoned())):
        assert np.isfinite(found).all()


def evaluate(extent: Affine, sizes: dict[str, int]) -> int:
    return map_sizes(extent, lambda s: Affine((), sizes[s.name])).const
