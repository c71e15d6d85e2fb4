"""The equations of long short-term memory (Hochreiter and Schmidhuber, 1997, with the forget gate of Gers, 2000)."""

from __future__ import annotations

import sympy
from sympy import tanh

from derive.network.layers.recurrence import Recurrence
from derive.network.spec.recurrent_layers import LstmOptions
from derive.network.value import Value

sigmoid = sympy.Function("sigmoid")

GATES = (
    ("i", "input gate", sigmoid),
    ("f", "forget gate", sigmoid),
    ("o", "output gate", sigmoid),
    ("g", "cell input", tanh),
)
"""In the order in which the preactivation stacks them."""


def state_lstm(options: LstmOptions, steps: Recurrence, name: str) -> Value:
    """z_t = W_x x_t + W_h h_(t-1) + b in four blocks; i, f, o = σ of the first three and g = tanh of the last;

    c_t = f ⊙ c_(t-1) + i ⊙ g and h_t = o ⊙ tanh c_t; gives h.
    """
    t, j, J = steps.t, steps.j, steps.stacked(4)
    W_x, W_h, b = steps.weights_of_input(4), steps.weights_of_state(4), steps.bias(4)
    h, c = steps.state("h", name), steps.state("c")
    z = steps.preactivation(J, steps.of_input(W_x, J) + steps.of_state(W_h, J, h) + b[J])
    i, f, o, g = (
        steps.at_every_step(stem, meaning, j, function(z[t, block * steps.units + j]))[t, j]
        for block, (stem, meaning, function) in enumerate(GATES)
    )
    steps.follow(c, f * steps.previous(c, j) + i * g)
    steps.follow(h, o * tanh(c[t, j]))
    return h
