"""Emitted kernels against hand-written NumPy: `python -m benchmarks.kernels` prints the comparisons as JSON.

Run it through `benchmarks.run`: it starts this module in a process of its own, see `benchmarks.processes`.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import handwritten_layers
from benchmarks.handwritten import BASELINES
from benchmarks.layers import CASES as LAYER_CASES
from benchmarks.processes import output_of
from derive.derivation import derive_adjoints
from derive.kernels import emit_kernel, load_kernel
from derive.network.compile import compile_network
from derive.network.schema import read_network_text

Array = NDArray[Any]

SEED = 0
WARM_UP = 2
DTYPES = (np.float32, np.float64)


@dataclass(frozen=True)
class Case:
    """A network with a hand-written counterpart, and how often each of the two is run."""

    title: str
    text: str
    repeats: int


@dataclass(frozen=True)
class Comparison:
    """Kernel time by hand-written time, and the largest relative error of a gradient, in norm."""

    title: str
    dtype: str
    of_medians: float
    of_minima: float
    error: float


def network_text(layers: list[tuple[int, str]], loss: str, features: int, targets: str) -> str:
    """The network file of dense layers one after the other, each of (units, activation)."""
    dense = "".join(f"  - {{dense: {{units: {units}, activation: {name}}}}}\n" for units, name in layers)
    return (
        "notation: ng\nbatch: {size: m, reduce: mean}\n"
        f"inputs: {{x: {features}}}\ntargets: {{y: {targets}}}\nlayers:\n{dense}loss: {loss}\n"
    )


CASES: dict[str, Case] = {
    "mlp_small": Case(
        "784-30-10 sigmoid, batch 10",
        network_text([(30, "sigmoid"), (10, "sigmoid")], "half_squared_error", 784, "10"),
        4000,
    ),
    "mlp_relu": Case(
        "784-256-128-10 ReLU, batch 128",
        network_text(
            [(256, "relu"), (128, "relu"), (10, "softmax")], "cross_entropy", 784, "{size: 10, kind: one_hot}"
        ),
        400,
    ),
    "mlp_tanh": Case(
        "1024-1024-1024-1024-1024 tanh, batch 256",
        network_text([(1024, "tanh")] * 4, "half_squared_error", 1024, "1024"),
        14,
    ),
    "deep_tanh": Case(
        "fifty tanh layers of 64, batch 64",
        network_text([(64, "tanh")] * 50, "half_squared_error", 64, "64"),
        300,
    ),
}


def measure() -> list[Comparison]:
    """The comparisons, measured in a process of their own."""
    return [Comparison(**found) for found in json.loads(output_of("-m", "benchmarks.kernels"))]


def compare(name: str) -> list[Comparison]:
    """The kernel of a network against its hand-written counterpart, in every dtype."""
    case = CASES[name]
    make, by_hand = BASELINES[name]
    network = compile_network(read_network_text(case.text))
    parameters = tuple(parameter.name for parameter in network.parameters)
    kernel = load_kernel(emit_kernel(network, derive_adjoints(network, parameters)))
    found = []
    for dtype in DTYPES:
        params, inputs = make(np.random.default_rng(SEED), dtype)
        its_params, its_inputs = kernel.Params(*_in_order(params)), kernel.Inputs(*inputs)
        _, expected = by_hand(params, inputs)
        _, gradients = kernel.value_and_grad(its_params, its_inputs)
        error = max(_relative_error(*pair) for pair in zip(_in_order(expected), gradients, strict=True))
        hand, emitted = interleaved(
            partial(by_hand, params, inputs),
            partial(kernel.value_and_grad, its_params, its_inputs),
            case.repeats,
        )
        of_medians = float(np.median(emitted) / np.median(hand))
        found.append(Comparison(case.title, dtype.__name__, of_medians, min(emitted) / min(hand), error))
    return found


def compare_layer(name: str) -> list[Comparison]:
    """The kernel of a layer, with a workspace, against its hand-written counterparts, which keep buffers too.

    Where the loss is an inner product, one of them takes a short cut to it and the other forms the output.
    """
    case = LAYER_CASES[name]
    network = compile_network(read_network_text(case.text))
    kernel = load_kernel(emit_kernel(network, derive_adjoints(network), case.wrt))
    found = []
    for suffix, table in (("", handwritten_layers.BASELINES), (", output formed", handwritten_layers.WITH_OUTPUT)):
        if name not in table:
            continue
        make, by_hand = table[name]
        for dtype in DTYPES:
            params, inputs = make(np.random.default_rng(SEED), dtype)
            given = {**params, **inputs}
            arguments = tuple(
                group(*(_named(given, field) for field in group._fields)) for group in (kernel.Params, kernel.Inputs)
            )
            workspace = kernel.Workspace()
            _, expected = by_hand(params, inputs)
            _, *groups = kernel.value_and_grad(*arguments, workspace)
            pairs = [(_named(expected, f), g) for group in groups for f, g in group._asdict().items() if g is not None]
            error = max(_relative_error(*pair) for pair in pairs)
            hand, emitted = interleaved(
                partial(by_hand, params, inputs),
                partial(kernel.value_and_grad, *arguments, workspace),
                case.repeats,
            )
            of_medians = float(np.median(emitted) / np.median(hand))
            title = case.title + suffix
            found.append(Comparison(title, dtype.__name__, of_medians, min(emitted) / min(hand), error))
    return found


def _named(arrays: dict[str, Array], field: str) -> Array:
    """The array of a field; the parameters of an only layer have a number that they lack by hand."""
    return arrays[field] if field in arrays else arrays[field.rstrip("1234567890")]


def interleaved(
    one: Callable[[], object], other: Callable[[], object], repeats: int
) -> tuple[list[float], list[float]]:
    """The seconds of each call, one beside the other; they take turns at being first."""
    times: tuple[list[float], list[float]] = ([], [])
    calls = ((one, times[0]), (other, times[1]))
    for _ in range(WARM_UP):
        one()
        other()
    for repeat in range(repeats):
        for call, kept in calls if repeat % 2 == 0 else calls[::-1]:
            start = perf_counter()
            call()
            kept.append(perf_counter() - start)
    return times


def _in_order(params: tuple[Any, ...]) -> list[Array]:
    """W1, b1, W2, b2, …, also where the weights and the biases are a list each."""
    if isinstance(params[0], list):
        return [array for pair in zip(*params, strict=True) for array in pair]
    return list(params)


def _relative_error(expected: Array, found: Array) -> float:
    return float(np.linalg.norm(found - expected) / np.linalg.norm(expected))


if __name__ == "__main__":
    dense = [found for name in CASES for found in compare(name)]
    layers = [found for name in LAYER_CASES for found in compare_layer(name)]
    print(json.dumps([asdict(found) for found in (*dense, *layers)]))
