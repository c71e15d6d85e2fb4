"""The equations of a plain recurrent network: h_t = f(W_x x_t + W_h h_(t-1) + b)."""

from __future__ import annotations

import sympy

from derive.network.layers.recurrence import Recurrence
from derive.network.spec.recurrent_layers import RnnOptions
from derive.network.value import Value

ACTIVATIONS = {"tanh": sympy.tanh, "relu": sympy.Function("relu")}


def state_rnn(options: RnnOptions, steps: Recurrence, name: str) -> Value:
    """z_t = W_x x_t + W_h h_(t-1) + b and h_t = f(z_t); gives h."""
    W_x, W_h, b = steps.weights_of_input(1), steps.weights_of_state(1), steps.bias(1)
    h, j = steps.state("h", name), steps.j
    z = steps.preactivation(j, steps.of_input(W_x, j) + steps.of_state(W_h, j, h) + b[j])
    steps.follow(h, ACTIVATIONS[options.activation](z[steps.t, j]))
    return h
