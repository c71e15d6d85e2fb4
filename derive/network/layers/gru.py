"""The equations of the gated recurrent unit (Cho et al., 2014)."""

from __future__ import annotations

import sympy
from sympy import Sum, tanh

from derive.network.layers.recurrence import Recurrence
from derive.network.spec.recurrent_layers import GruOptions
from derive.network.value import Value

sigmoid = sympy.Function("sigmoid")


def state_gru(options: GruOptions, steps: Recurrence, name: str) -> Value:
    """r = σ(W_xr x_t + W_hr h_(t-1) + b_r), u = σ(W_xu x_t + W_hu h_(t-1) + b_u), n = tanh(z_n),

    z_n = W_xn x_t + W_hn (r ⊙ h_(t-1)) + b_n, or with reset after W_xn x_t + b_n + r ⊙ (W_hn h_(t-1) + b_hn);
    h_t = (1 - u) ⊙ n + u ⊙ h_(t-1). The parameters stack r, u, n; gives h.
    """
    t, j, q, n = steps.t, steps.j, steps.q, steps.units
    gate, candidate = steps.stacked(2), 2 * n + j
    W_x, W_h, b = steps.weights_of_input(3), steps.weights_of_state(3), steps.bias(3)
    h = steps.state("h", name)
    z = steps.preactivation(gate, steps.of_input(W_x, gate) + steps.of_state(W_h, gate, h) + b[gate])
    r = steps.at_every_step("r", "reset gate", j, sigmoid(z[t, j]))
    u = steps.at_every_step("u", "update gate", j, sigmoid(z[t, n + j]))[t, j]
    given = steps.of_input(W_x, candidate) + b[candidate]
    if options.reset == "before":
        s = steps.at_every_step("s", "reset state", j, r[t, j] * steps.previous(h, j))
        z_n = steps.preactivation(j, given + Sum(W_h[candidate, q] * s[t, q], q), "n")
    else:
        b_hn = steps.site.parameter("b_hn", (j,), "bias", "zeros", part="hn")
        v = steps.at_every_step("v", "state product", j, steps.of_state(W_h, candidate, h) + b_hn)
        z_n = steps.preactivation(j, given + r[t, j] * v[t, j], "n")
    new = steps.at_every_step("n", "candidate", j, tanh(z_n[t, j]), "tilde h")[t, j]
    steps.follow(h, (1 - u) * new + u * steps.previous(h, j))
    return h
