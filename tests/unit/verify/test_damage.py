"""Every bundled kernel is right, and wrong as soon as one entry, or one step, of one gradient is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from derive.calculus.adjoint import adjoint_name
from derive.derivation import Adjoints, derive_adjoints
from derive.kernels import emit_kernel, load_kernel
from derive.verify.calling import outcome
from derive.verify.chain import Chain, State
from derive.verify.compare import arrays_of
from derive.verify.diagnosis import Detective
from derive.verify.effort import Effort
from derive.verify.evidence import evidence
from derive.verify.judging import Bench, judge
from derive.verify.layout import Field, Layout, layout_of_network
from derive.verify.points import random_points
from derive.verify.rows import evaluated
from tests.unit.verify.subjects import network

SMALL = ("three-layer", "softmax-classifier", "two-branch", "residual", "deep-tanh", "batch-norm-mlp")
LARGE = ("lenet", "gru", "char-lstm", "attention", "transformer-block", "residual-cnn")
RECURRENT = ("deep-tanh", "gru", "char-lstm")
POINTS = 2


@dataclass(frozen=True)
class Subject:
    """A kernel's loss and gradients at random points, beside the states of the chain there."""

    chain: Chain
    layout: Layout
    states: tuple[State, ...]
    outcomes: tuple[dict[str, Any], ...]

    @property
    def part(self) -> str:
        return "params" if self.layout.params else "inputs"

    @property
    def gradients(self) -> list[str]:
        """Those that are given; an input such as a target has none."""
        given = self.outcomes[0][self.part].items()
        return [n for n, v in given if not (isinstance(v, dict) and "problem" in v)]

    def field(self, name: str, point: int) -> Field:
        value = self.outcomes[point][self.part][name]
        return tuple(v["array"] for v in value) if isinstance(value, list) else value["array"]

    def statuses(self, damaged: Mapping[str, Field], point: int) -> dict[str, str]:
        """The verdicts when some gradients are others at one of the points."""
        outcomes = list(self.outcomes)
        told = {n: _told(f) for n, f in damaged.items()}
        outcomes[point] = {**outcomes[point], self.part: {**outcomes[point][self.part], **told}}
        found = evidence(self.chain, self.layout, self.states, outcomes, None)
        detective = Detective(self.chain, self.layout, self.states, {}, effort=Effort(0))
        return {c.name: c.status.value for c in judge(Bench(detective, POINTS), found)}


def _told(field: Field) -> Any:
    return [{"array": a} for a in field] if isinstance(field, tuple) else {"array": field}


@cache
def subject(name: str) -> Subject:
    net = network(name)
    wanted = net.parameters or net.role("input")
    adjoints: Adjoints = derive_adjoints(net, tuple(t.name for t in wanted))
    kernel = load_kernel(emit_kernel(net, adjoints, wrt="params" if net.parameters else "inputs"))
    chain, layout = Chain(net, adjoints), layout_of_network(net)
    points = random_points(net, POINTS, seed=3)
    given = [(layout.fields(layout.params, p.data), layout.fields(layout.inputs, p.data)) for p in points]
    outcomes = tuple(outcome({"value_and_grad": kernel.value_and_grad}, *g, "") for g in given)
    return Subject(chain, layout, tuple(chain.at(p) for p in points), outcomes)


def damages(field: Field, rng: np.random.Generator) -> Iterator[Field]:
    """One entry times 1.001, and one entry 0; each of some size, so that it counts in the precision of the data."""
    arrays = arrays_of(field)
    largest = max(float(np.abs(a).max()) for a in arrays)
    for factor, smallest in ((1.001, 1e-3), (0.0, 1e-6)):
        places = [(k, tuple(at)) for k, a in enumerate(arrays) for at in np.argwhere(np.abs(a) > smallest * largest)]
        k, at = places[int(rng.integers(len(places)))]
        changed = [a.copy() for a in arrays]
        changed[k][at] *= factor
        yield tuple(changed) if isinstance(field, tuple) else changed[0]


@pytest.mark.parametrize("name", [*SMALL, *LARGE])
def test_no_damage_passes(name: str) -> None:
    s, rng = subject(name), np.random.default_rng(7)
    right = s.statuses({}, 0)
    assert set(right.values()) == {"agrees"} and set(right) >= set(s.gradients) and s.gradients
    for gradient in s.gradients:
        for k, damaged in enumerate(damages(s.field(gradient, k_of(gradient)), rng)):
            found = s.statuses({gradient: damaged}, k_of(gradient))
            assert found == {**right, gradient: "wrong"}, (gradient, k)


def k_of(gradient: str) -> int:
    """The point that is damaged: not always the first one."""
    return len(gradient) % POINTS


@pytest.mark.parametrize("name", RECURRENT)
def test_no_missing_step_passes(name: str) -> None:
    """One step, or layer, of what a gradient is summed over is left out; the first one reads zeros in places."""
    s = subject(name)
    right, tried = s.statuses({}, 0), 0
    for gradient in s.gradients:
        tensor = s.layout.params[gradient].name
        for reader in sorted(s.chain.reads[tensor]):
            for key in [k for k in s.states[0].adjoint(reader) if len(k) == 1]:
                less, whole = without(s, tensor, reader, key), s.field(gradient, 0)
                pairs = zip(arrays_of(less), arrays_of(whole), strict=True)
                if not all(np.allclose(a, b, rtol=1e-9) for a, b in pairs):
                    tried += 1
                    assert s.statuses({gradient: less}, 0) == {**right, gradient: "wrong"}, (gradient, reader, key)
    assert tried >= 6


def without(s: Subject, tensor: str, reader: str, key: tuple[int, ...]) -> Field:
    """The gradient of `tensor` when that of one row of its reader is 0."""
    state = s.states[0]
    rows = state.adjoint(reader)
    values = {**state.frame.values, adjoint_name(reader): {**rows, key: np.zeros_like(rows[key])}}
    found = evaluated([s.chain.equations[tensor]], replace(state.frame, values=values))
    return s.layout.field(s.chain.network.tensor(tensor), found[adjoint_name(tensor)])
