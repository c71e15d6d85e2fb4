"""Signals and gradients in deep stacks at their start, computed with the derived recursion."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from derive.derivation import Adjoints, derive_adjoints
from derive.ir.environment import Environment
from derive.ir.normal_form import evaluate_poly
from derive.moments.activation import factor_of_square
from derive.moments.layer import halfway, linear_in, preserving
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.schema import read_network_text
from derive.notes.sections.initialization_options import InitializationOptions, Scheme, StudyOptions
from derive.notes.studies import Run, Study
from derive.terms.term import Poly
from derive.verify.chain import Chain, State
from derive.verify.evaluate import Rows
from derive.verify.points import Point

STACK = """
batch: {{size: m, reduce: sum}}
inputs: {{x: n}}
targets: {{y: n}}
layers:
  - {{repeat: {{times: L, index: l, layers: [{{dense: {{units: n, activation: {activation}}}}}]}}}}
loss: inner_product
"""
"""L equal layers. The cost is a random linear function of the output, so that it adds nothing of its own."""

VALUE, WEIGHT, BIAS, OUTPUT = "z", "W", "b", "a"


@dataclass(frozen=True)
class Sizes:
    """How large a stack is, how many samples there are, and where the random numbers begin."""

    depth: int
    width: int
    samples: int
    seed: int


def initialization_numbers(network: Network | None, options: InitializationOptions) -> Study | None:
    """The study that belongs to a section on initialization; None where no simulation is wanted."""
    return depth_study(network, options) if options.simulate else None


def depth_study(network: Network | None, options: StudyOptions) -> Study:
    """Every activation with every start, at the sizes of the options; the network of the part does not matter."""
    sizes = Sizes(options.depth, options.width, options.samples, options.seed)
    runs = tuple(_run(sizes, activation, start) for activation in options.activations for start in options.starts)
    return Study(options.depth, options.width, options.samples, runs)


@cache
def _stack(activation: str) -> tuple[Network, Adjoints]:
    network = compile_network(read_network_text(STACK.format(activation=activation)))
    return network, derive_adjoints(network, ("x",))


@cache
def _run(sizes: Sizes, activation: str, start: Scheme) -> Run:
    variance = start**2 if isinstance(start, float) else variance_of_start(start, sizes.width)
    state = state_of(sizes, activation, variance)
    layers = range(1, sizes.depth + 1)
    values, deltas = state.frame.values[OUTPUT], state.adjoint(VALUE)
    norms = [float(np.linalg.norm(deltas[(k,)], axis=0).mean()) for k in layers]
    return Run(
        activation,
        start if isinstance(start, str) else "",
        variance,
        tuple(float(np.square(values[(k,)]).mean()) for k in layers),
        tuple(float(np.square(deltas[(k,)]).mean()) for k in layers),
        tuple(norms),
    )


def variance_of_start(start: str, width: int) -> float:
    """The variance that a named start gives the weights of a layer of the stack."""
    linear = linear_in(_stack_of_sample(), WEIGHT)
    forward, backward = linear.forward().terms, linear.backward().terms
    variances: dict[str, Poly] = {
        "xavier": halfway(forward, backward),
        "he": preserving(forward, factor_of_square("relu")),
    }
    found = evaluate_poly(variances[start], Environment(sizes={"n": width, "L": 2}, indices={"l": 1}))
    return float(complex(found).real)


@cache
def _stack_of_sample() -> Adjoints:
    network = _stack("relu")[0].sample
    assert network is not None, "the stack has a batch"
    return derive_adjoints(network)


def point_of(sizes: Sizes, variance: float) -> Point:
    """Normal inputs and weights, biases 0; the same inputs and, up to their size, the same weights for every start."""
    rng = np.random.default_rng(sizes.seed)
    n, m, depth = sizes.width, sizes.samples, sizes.depth
    data: dict[str, Rows] = {name: {(): rng.standard_normal((n, m))} for name in ("x", "y")}
    layers = range(1, depth + 1)
    data[WEIGHT] = {(k,): np.sqrt(variance) * rng.standard_normal((n, n)) for k in layers}
    data[BIAS] = {(k,): np.zeros(n) for k in layers}
    return Point({"n": n, "m": m, "L": depth}, data)


def state_of(sizes: Sizes, activation: str, variance: float) -> State:
    """All values and adjoints of one stack."""
    return Chain(*_stack(activation)).at(point_of(sizes, variance))
