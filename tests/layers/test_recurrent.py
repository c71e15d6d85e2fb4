"""Recurrent layers against backpropagation through time written by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from derive.ir.environment import Environment
from tests.handwritten.layers import recurrent
from tests.layers.directional import check_text
from tests.layers.harness import LayerCase, normal

SAMPLES, FEATURES, UNITS = 2, 3, 2
BLOCKS = {"rnn": 1, "lstm": 4, "gru": 3}


class RecurrentCase(LayerCase):
    """A case whose result may be the states of a recurrence, which have the step first and a start."""

    def read(self, env: Environment, tensor: str, prefix: str = "") -> Any:
        array = super().read(env, tensor, prefix)
        axes = self.network.tensor(tensor).axes
        if not (axes and axes[0].ordered):
            return array
        steps = array[:-1] if axes[0].lo.const == 1 else array[1:]
        if np.ndim(self.expected) == np.ndim(array):
            return np.moveaxis(steps, 0, 1)
        return steps[0] if axes[0].lo.const == 1 else steps[-1]


def parameters(kind: str, seed: int, mark: str = "", units: int = UNITS, features: int = FEATURES) -> dict[str, Any]:
    width = BLOCKS[kind] * units
    shapes = {"W_x": (features, width), "W_h": (units, width), "b": (width,)}
    return {name + mark: array for name, array in normal(seed, **shapes).items()}


def starts(kind: str, initial: str, seed: int = 5) -> dict[str, Any]:
    shape = {"zero": None, "input": (SAMPLES, UNITS), "parameter": (UNITS,)}[initial]
    names = ("h0", "c0") if kind == "lstm" else ("h0",)
    return {} if shape is None else normal(seed, **dict.fromkeys(names, shape))


def names(*variables: str) -> dict[str, str]:
    own = {"h0": "h_start", "c0": "c_start", "h0_back": "h_start_back", "c0_back": "c_start_back"}
    return {name: own.get(name, name) + "1" for name in variables if name != "x"}


def case(
    kind: str,
    steps: int = 5,
    initial: str = "zero",
    last: bool = False,
    seed: int = 0,
    options: str = "",
    extra: dict[str, tuple[int, ...]] | None = None,
    symbolic: bool = True,
    **settings: Any,
) -> RecurrentCase:
    T = "T" if symbolic else str(steps)
    variables = {
        **normal(seed, x=(SAMPLES, steps, FEATURES), **(extra or {})),
        **parameters(kind, seed + 1),
        **starts(kind, initial),
    }
    written = f"{{units: {UNITS}, last: {str(last).lower()}, initial: {initial}{options}}}"
    return RecurrentCase(
        inputs=f"{{x: [{T}, {FEATURES}]}}",
        layers=f"[{{{kind}: {written}}}]",
        target=f"{UNITS}" if last else f"[{T}, {UNITS}]",
        forward=getattr(recurrent, kind),
        backward=getattr(recurrent, f"{kind}_backward"),
        variables=variables,
        settings={"last": last, **settings},
        names=names(*variables),
    )


GRID = [
    *(case(kind, steps, last=last) for kind in BLOCKS for steps in (1, 2, 5) for last in (False, True)),
    *(case(kind, 2, initial) for kind in BLOCKS for initial in ("input", "parameter")),
    *(case(kind, steps, symbolic=False) for kind in BLOCKS for steps in (1, 3)),
    case("rnn", 3, options=", activation: relu", activation="relu"),
    *(
        case("gru", steps, extra={"b_hn": (UNITS,)}, options=", reset: after", reset="after", last=last)
        for steps in (1, 3)
        for last in (False, True)
    ),
]


def reversed_rnn(x: Any, **rest: Any) -> Any:
    states = recurrent.rnn(x[:, ::-1], **rest)
    return states if rest.get("last") else states[:, ::-1]


def reversed_rnn_backward(upstream: Any, x: Any, **rest: Any) -> dict[str, Any]:
    flipped = upstream if rest.get("last") else upstream[:, ::-1]
    found = recurrent.rnn_backward(flipped, x[:, ::-1], **rest)
    return {**found, "x": found["x"][:, ::-1]}


def in_reverse(steps: int, last: bool, initial: str = "zero") -> RecurrentCase:
    forward = case("rnn", steps, initial, last, options=", reverse: true")
    return replace(forward, forward=reversed_rnn, backward=reversed_rnn_backward)


def in_both_directions(kind: str, steps: int, initial: str = "zero", symbolic: bool = True) -> RecurrentCase:
    """Both directions of any kind, from the oracle of one."""
    one, backward = getattr(recurrent, kind), getattr(recurrent, f"{kind}_backward")
    T = "T" if symbolic else str(steps)
    behind = {f"{name}_back": a for name, a in {**parameters(kind, 8), **starts(kind, initial, 9)}.items()}
    variables = {**normal(3, x=(SAMPLES, steps, FEATURES)), **parameters(kind, 4), **starts(kind, initial), **behind}

    def split(arrays: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        back = {name.removesuffix("_back"): a for name, a in arrays.items() if name.endswith("_back")}
        return {name: a for name, a in arrays.items() if not name.endswith("_back")}, back

    def both(x: Any, **rest: Any) -> Any:
        ahead, back = split(rest)
        return np.concatenate([one(x, **ahead), one(x[:, ::-1], **back)[:, ::-1]], axis=2)

    def both_backward(upstream: Any, x: Any, **rest: Any) -> dict[str, Any]:
        ahead, back = split(rest)
        there = backward(upstream[:, :, :UNITS], x, **ahead)
        here = backward(upstream[:, ::-1, UNITS:], x[:, ::-1], **back)
        marked = {f"{name}_back": gradient for name, gradient in here.items()}
        return {**there, **marked, "x": there["x"] + here["x"][:, ::-1]}

    return RecurrentCase(
        inputs=f"{{x: [{T}, {FEATURES}]}}",
        layers=f"[{{bidirectional: {{layer: {{{kind}: {{units: {UNITS}, initial: {initial}}}}}}}}}]",
        target=f"[{T}, {2 * UNITS}]",
        forward=recurrent.bidirectional if kind == "rnn" else both,
        backward=recurrent.bidirectional_backward if kind == "rnn" else both_backward,
        variables=variables,
        names=names(*variables),
    )


def stacked(steps: int) -> RecurrentCase:
    """A gated recurrent unit that reads the states of an LSTM; the last state is handed on."""
    below = parameters("lstm", 11)
    above = parameters("gru", 12, units=3, features=UNITS)
    variables = {
        **normal(10, x=(SAMPLES, steps, FEATURES)),
        **{f"{name}1": a for name, a in below.items()},
        **{f"{name}2": a for name, a in above.items()},
    }

    def split(arrays: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        first, second = ({n[:-1]: a for n, a in arrays.items() if n.endswith(end)} for end in "12")
        return first, second

    def forward(x: Any, **rest: Any) -> Any:
        first, second = split(rest)
        return recurrent.gru(recurrent.lstm(x, **first), **second, last=True)

    def backward(upstream: Any, x: Any, **rest: Any) -> dict[str, Any]:
        first, second = split(rest)
        of_gru = recurrent.gru_backward(upstream, recurrent.lstm(x, **first), **second, last=True)
        of_lstm = recurrent.lstm_backward(of_gru.pop("x"), x, **first)
        own = {f"{n}2": g for n, g in of_gru.items()} | {f"{n}1": g for n, g in of_lstm.items()}
        return {**own, "x": of_lstm["x"]}

    return RecurrentCase(
        inputs=f"{{x: [T, {FEATURES}]}}",
        layers=f"[{{lstm: {{units: {UNITS}}}}}, {{gru: {{units: 3, last: true}}}}]",
        forward=forward,
        backward=backward,
        variables=variables,
    )


def title(layer: RecurrentCase) -> str:
    return f"{layer.layers} {np.shape(layer.variables['x'])[1]}"


COMPOSED = [
    *(in_reverse(steps, last) for steps in (1, 2, 5) for last in (False, True)),
    in_reverse(2, True, "parameter"),
    *(in_both_directions(kind, steps) for kind in BLOCKS for steps in (1, 2, 4)),
    *(in_both_directions(kind, 2, "parameter", symbolic=False) for kind in BLOCKS),
    in_both_directions("lstm", 2, "input"),
    *(stacked(steps) for steps in (1, 3)),
]


@pytest.mark.parametrize("layer", [*GRID, *COMPOSED], ids=title)
def test_equations(layer: RecurrentCase) -> None:
    layer.check_interpreted()


@pytest.mark.parametrize("layer", [*GRID, *COMPOSED], ids=title)
def test_kernel(layer: RecurrentCase) -> None:
    """A layer after the states puts the samples first, as the oracle has them."""
    replace(layer, layers=f"{layer.layers[:-1]}, identity]").check_kernel()


@pytest.mark.parametrize("last", [False, True])
def test_stacked_gates(last: bool) -> None:
    """Long short-term memory with one matrix for its four gates."""
    replace(case("lstm", 3, last=last), backward=recurrent.lstm_backward_stacked).check_interpreted()


@pytest.mark.parametrize("kind", ["rnn", "lstm"])
def test_saturated(kind: str) -> None:
    """Preactivations of ±1000 leave the kernel finite and right."""
    large = case(kind, 3)
    steep = {name: array * (1000 if name == "W_x" else 1) for name, array in large.variables.items()}
    replace(large, variables=steep, layers=f"{large.layers[:-1]}, identity]").check_kernel()


@pytest.mark.parametrize("kind", BLOCKS)
def test_single_precision(kind: str) -> None:
    small = case(kind, 3)
    replace(small, layers=f"{small.layers[:-1]}, identity]").check_kernel(np.float32, 1e-5)


OTHERWISE = {"columns": "notation: nielsen\nbatch: m\n", "one sample": ""}
NETWORKS = {
    "rnn": "[{rnn: {units: 2}}, {dense: {units: 4}}]",
    "relu from the end": "[{rnn: {units: 2, reverse: true, activation: relu, initial: input}}, {dense: {units: 4}}]",
    "lstm": "[{lstm: {units: 4, initial: parameter}}]",
    "gru": "[{gru: {units: n, reset: after}}, {dense: {units: 4}}]",
    "both directions": "[{bidirectional: {layer: {gru: {units: 2}}}}]",
    "two deep": "[{lstm: {units: 2}}, {rnn: {units: 4}}]",
    "shared": "[{rnn: {units: 4}, name: one}, {rnn: {units: 4}, name: two, share: one}]",
    "skip": "[{rnn: {units: 4}, name: states}, {add: {}, from: [states, x]}]",
    "unrolled": "[{repeat: {times: 2, layers: [{rnn: {units: 4}}]}}]",
    "repeated": "[{repeat: {times: L, layers: [{rnn: {units: 4}}]}}]",
}


@pytest.mark.parametrize("head", OTHERWISE.values(), ids=OTHERWISE)
@pytest.mark.parametrize("layers", NETWORKS.values(), ids=NETWORKS)
def test_other_networks(head: str, layers: str) -> None:
    """In any layout and beside other layers, with a loss that is not linear."""
    text = f"{head}inputs: {{x: [T, 4]}}\ntargets: {{y: [T, 4]}}\nlayers: {layers}\nloss: half_squared_error\n"
    check_text(text)
