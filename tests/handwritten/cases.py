"""Every hand-written network with small random data; all sizes pairwise different."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from . import (
    deep_tanh,
    forward_equations,
    residual,
    small_nets,
    softmax_classifier,
    three_layer,
    two_branch,
)
from .arrays import Array

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Case:
    """A network: its name, its gradients by hand, its shapes, its kind of target.

    ``target``: real, binary, one_hot_rows. ``hyperparameters`` join the inputs.
    """

    name: str
    value_and_grad: Callable[..., tuple[Any, dict[str, Any]]]
    params: dict[str, Shape | list[Shape]]
    x: Shape
    y: Shape
    target: str = "real"
    hyperparameters: dict[str, float] = field(default_factory=dict)

    @property
    def forward(self) -> Callable[..., Any]:
        """The loss as autograd sees it."""
        function: Callable[..., Any] = getattr(forward_equations, self.name)
        return function

    def data(self, seed: int) -> tuple[dict[str, Any], dict[str, Any]]:
        """Random (params, inputs) in float64, biases not zero."""
        rng = np.random.default_rng(seed)
        params = {
            name: (
                [0.7 * rng.standard_normal(s) for s in shape]
                if isinstance(shape, list)
                else np.asarray(0.7 * rng.standard_normal(shape))
            )
            for name, shape in self.params.items()
        }
        inputs = {"x": rng.standard_normal(self.x), "y": self._target(rng)}
        hyperparameters = {k: np.asarray(v) for k, v in self.hyperparameters.items()}
        return params, inputs | hyperparameters

    def _target(self, rng: np.random.Generator) -> Array:
        if self.target == "binary":
            return rng.integers(0, 2, self.y).astype(np.float64)
        if self.target == "one_hot_rows":
            m, K = self.y
            return np.eye(K)[rng.integers(0, K, m)]
        return rng.standard_normal(self.y)


CASES = [
    Case(
        "three_layer",
        three_layer.value_and_grad,
        {
            "W1": (5, 7),
            "b1": (5, 1),
            "W2": (4, 5),
            "b2": (4, 1),
            "W3": (3, 4),
            "b3": (3, 1),
        },
        x=(7, 6),
        y=(3, 6),
    ),
    Case(
        "deep_tanh",
        deep_tanh.value_and_grad,
        {
            "W": [(6, 7), (5, 6), (4, 5), (3, 4)],
            "b": [(6, 1), (5, 1), (4, 1), (3, 1)],
        },
        x=(7, 8),
        y=(3, 8),
    ),
    Case(
        "softmax_classifier",
        softmax_classifier.value_and_grad,
        {"W1": (7, 5), "b1": (5,), "W2": (5, 3), "b2": (3,)},
        x=(6, 7),
        y=(6, 3),
        target="one_hot_rows",
        hyperparameters={"lambda_": 0.3},
    ),
    Case(
        "residual",
        residual.value_and_grad,
        {
            "W1": (5, 7),
            "b1": (5, 1),
            "W2": (4, 5),
            "b2": (4, 1),
            "W3": (5, 4),
            "b3": (5, 1),
            "W4": (3, 5),
            "b4": (3, 1),
        },
        x=(7, 6),
        y=(3, 6),
    ),
    Case(
        "two_branch",
        two_branch.value_and_grad,
        {
            "W_trunk": (7, 5),
            "b_trunk": (5,),
            "W_left": (5, 4),
            "b_left": (4,),
            "W_right": (5, 4),
            "b_right": (4,),
            "W4": (4, 3),
            "b4": (3,),
        },
        x=(6, 7),
        y=(6, 3),
        target="one_hot_rows",
    ),
    Case(
        "multiply",
        small_nets.multiply,
        {
            "W_left": (5, 7),
            "b_left": (5, 1),
            "W_gate": (5, 7),
            "b_gate": (5, 1),
            "W3": (3, 5),
            "b3": (3, 1),
        },
        x=(7, 6),
        y=(3, 6),
    ),
    Case(
        "concat",
        small_nets.concat,
        {
            "W_left": (8, 5),
            "b_left": (5,),
            "W_right": (8, 4),
            "b_right": (4,),
            "W3": (9, 3),
            "b3": (3,),
        },
        x=(6, 8),
        y=(6, 3),
    ),
    Case(
        "shared",
        small_nets.shared,
        {"W_s": (5, 5), "b_s": (5, 1)},
        x=(5, 6),
        y=(5, 6),
    ),
    Case(
        "prelu",
        small_nets.prelu,
        {"W1": (5, 7), "b1": (5, 1), "alpha": (), "W2": (3, 5), "b2": (3, 1)},
        x=(7, 6),
        y=(3, 6),
    ),
    Case(
        "single_sample",
        small_nets.single_sample,
        {"W1": (5, 7), "b1": (5,), "W2": (3, 5), "b2": (3,)},
        x=(7,),
        y=(3,),
        target="binary",
    ),
    Case(
        "fan_out",
        small_nets.fan_out,
        {
            "W_trunk": (5, 7),
            "b_trunk": (5, 1),
            "W_left": (3, 5),
            "b_left": (3, 1),
            "W_middle": (3, 5),
            "b_middle": (3, 1),
            "W_right": (3, 5),
            "b_right": (3, 1),
        },
        x=(7, 6),
        y=(3, 6),
    ),
    Case(
        "no_bias",
        small_nets.no_bias,
        {"W1": (7, 5), "W2": (5, 3)},
        x=(6, 7),
        y=(6, 3),
    ),
]
