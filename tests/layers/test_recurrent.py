"""Recurrent layers against backpropagation through time written by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from derive.ir.environment import Environment
from tests.handwritten.layers import recurrent
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
    own = {"h0": "h_start", "c0": "c_start", "h0_back": "h_start_back"}
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


@pytest.mark.parametrize("layer", GRID, ids=lambda layer: f"{layer.text.splitlines()[4]}-{layer.expected.shape}")
def test_equations(layer: RecurrentCase) -> None:
    layer.check_interpreted()


@pytest.mark.parametrize("layer", GRID, ids=lambda layer: f"{layer.text.splitlines()[4]}-{layer.expected.shape}")
def test_kernel(layer: RecurrentCase) -> None:
    layer.check_kernel()
