"""Recurrent layers with backpropagation through time, written by hand.

A sequence is (m, T, n): m samples of T steps with n features. Step t reads
``x[:, t]``, (m, n), and the state of the step before, (m, u). The output is every
state, (m, T, u), or with ``last`` only the final one, (m, u). A starting state may be
missing (zeros), one row for each sample (m, u), or one row (u,) that all samples share,
a learned parameter; its gradient has its own shape, and without it there is none.

A backward function gets ``upstream`` = ∂C/∂output and returns ∂C/∂(argument) by name.
In the comments d_v stands for ∂C/∂v. Where a name would be taken twice, the gate keeps
the letter and the number of units is written ``units``.
"""

from typing import NamedTuple

import numpy as np

from ..activations import ELEMENTWISE, sigmoid, tanh
from ..arrays import Array


def start(state: Array | None, x: Array, units: int) -> Array:
    """The state before the first step, (m, u)."""
    m = x.shape[0]
    if state is None:
        return np.zeros((m, units), x.dtype)
    return np.broadcast_to(state, (m, units))


def start_gradient(d_state: Array, state: Array) -> Array:
    """From ∂C/∂(state of each sample), (m, u): the same, or its sum for a shared (u,)."""
    shared: Array = d_state.sum(axis=0)
    return shared if state.ndim == 1 else d_state


def output(states: list[Array], last: bool) -> Array:
    """The states of steps 1..T as (m, T, u), or the last one as (m, u)."""
    return states[-1] if last else np.stack(states, axis=1)


def upstream_of_step(upstream: Array, t: int, T: int, last: bool) -> Array:
    """What reaches h_t from outside the layer, (m, u); t counts from 0."""
    if not last:
        step: Array = upstream[:, t]
        return step
    return upstream if t == T - 1 else np.zeros_like(upstream)


def over_steps(rows: Array, columns: Array) -> Array:
    """Σ_t rows_tᵀ columns_t over all samples: (m, T, a) and (m, T, b) give (a, b)."""
    a, b = rows.shape[2], columns.shape[2]
    product: Array = rows.reshape(-1, a).T @ columns.reshape(-1, b)
    return product


# --- Elman network ---------------------------------------------------------------------


def rnn_trace(
    x: Array, W_x: Array, W_h: Array, b: Array, h0: Array | None, activation: str
) -> tuple[list[Array], list[Array]]:
    """(z_1..z_T, h_0..h_T), each (m, u)."""
    f, _ = ELEMENTWISE[activation]
    h = [start(h0, x, W_h.shape[0])]
    z = []
    for t in range(x.shape[1]):
        z.append(x[:, t] @ W_x + h[t] @ W_h + b)
        h.append(f(z[t]))
    return z, h


def rnn(
    x: Array,
    W_x: Array,
    W_h: Array,
    b: Array,
    h0: Array | None = None,
    activation: str = "tanh",
    last: bool = False,
) -> Array:
    """h_t = f(x_t W_x + h_t-1 W_h + b); x (m, T, n), W_x (n, u), W_h (u, u), b (u,).

    ``activation`` names f: "tanh" or "relu". Output (m, T, u), or (m, u) with ``last``.
    """
    _, h = rnn_trace(x, W_x, W_h, b, h0, activation)
    return output(h[1:], last)


def rnn_backward(
    upstream: Array,
    x: Array,
    W_x: Array,
    W_h: Array,
    b: Array,
    h0: Array | None = None,
    activation: str = "tanh",
    last: bool = False,
) -> dict[str, Array]:
    """From the last step to the first, with d_h = what step t+1 sends back plus upstream.

    d_z_t = d_h_t ⊙ f'(z_t), d_x_t = d_z_t W_xᵀ, d_h_t-1 = d_z_t W_hᵀ, and each step
    adds x_tᵀ d_z_t, h_t-1ᵀ d_z_t and the column sums of d_z_t to the parameters.
    """
    _, f_prime = ELEMENTWISE[activation]
    z, h = rnn_trace(x, W_x, W_h, b, h0, activation)
    T = x.shape[1]
    d_z = [np.zeros_like(step) for step in z]
    d_h = np.zeros_like(h[0])
    for t in reversed(range(T)):
        d_h = d_h + upstream_of_step(upstream, t, T, last)
        d_z[t] = d_h * f_prime(z[t])
        d_h = d_z[t] @ W_h.T
    delta = np.stack(d_z, axis=1)
    gradients = {
        "x": delta @ W_x.T,
        "W_x": over_steps(x, delta),
        "W_h": over_steps(np.stack(h[:-1], axis=1), delta),
        "b": delta.sum(axis=(0, 1)),
    }
    if h0 is not None:
        gradients["h0"] = start_gradient(d_h, h0)
    return gradients


# --- both directions -------------------------------------------------------------------


def bidirectional(
    x: Array,
    W_x: Array,
    W_h: Array,
    b: Array,
    W_x_back: Array,
    W_h_back: Array,
    b_back: Array,
    h0: Array | None = None,
    h0_back: Array | None = None,
    activation: str = "tanh",
) -> Array:
    """Two rnn layers side by side: (m, T, n) to (m, T, u + u_back).

    The second one, with the ``_back`` parameters, reads x_T first and x_1 last. Its
    state after reading x_t stands next to the first one's state after reading x_t.
    """
    ahead = rnn(x, W_x, W_h, b, h0, activation)
    back = rnn(x[:, ::-1], W_x_back, W_h_back, b_back, h0_back, activation)
    return np.concatenate([ahead, back[:, ::-1]], axis=2)


def bidirectional_backward(
    upstream: Array,
    x: Array,
    W_x: Array,
    W_h: Array,
    b: Array,
    W_x_back: Array,
    W_h_back: Array,
    b_back: Array,
    h0: Array | None = None,
    h0_back: Array | None = None,
    activation: str = "tanh",
) -> dict[str, Array]:
    """Each direction gets its features of upstream; x gets the sum of both."""
    u = W_h.shape[0]
    ahead = rnn_backward(upstream[:, :, :u], x, W_x, W_h, b, h0, activation)
    back = rnn_backward(upstream[:, ::-1, u:], x[:, ::-1], W_x_back, W_h_back, b_back, h0_back, activation)
    gradients = ahead | {f"{name}_back": gradient for name, gradient in back.items() if name != "x"}
    gradients["x"] = ahead["x"] + back["x"][:, ::-1]
    return gradients


# --- long short-term memory ------------------------------------------------------------


class LstmStep(NamedTuple):
    """What one step computes, all (m, u): the gates i, f, o, the candidate g, c and h."""

    i: Array
    f: Array
    o: Array
    g: Array
    c_before: Array
    h_before: Array
    c: Array
    h: Array


def lstm_trace(x: Array, W_x: Array, W_h: Array, b: Array, h0: Array | None, c0: Array | None) -> list[LstmStep]:
    """The steps 1..T."""
    u = W_h.shape[0]
    h, c = start(h0, x, u), start(c0, x, u)
    steps = []
    for t in range(x.shape[1]):
        z = x[:, t] @ W_x + h @ W_h + b
        i, f, o = sigmoid(z[:, :u]), sigmoid(z[:, u : 2 * u]), sigmoid(z[:, 2 * u : 3 * u])
        g = tanh(z[:, 3 * u :])
        c_next = f * c + i * g
        h_next = o * tanh(c_next)
        steps.append(LstmStep(i, f, o, g, c, h, c_next, h_next))
        h, c = h_next, c_next
    return steps


def lstm(
    x: Array,
    W_x: Array,
    W_h: Array,
    b: Array,
    h0: Array | None = None,
    c0: Array | None = None,
    last: bool = False,
) -> Array:
    """Gates stacked i, f, o, g: x (m, T, n), W_x (n, 4u), W_h (u, 4u), b (4u,).

    z_t = x_t W_x + h_t-1 W_h + b in four blocks of u columns;
    i, f, o = σ(z_i), σ(z_f), σ(z_o), g = tanh z_g;
    c_t = f ⊙ c_t-1 + i ⊙ g, h_t = o ⊙ tanh c_t. Output as for ``rnn``.
    """
    steps = lstm_trace(x, W_x, W_h, b, h0, c0)
    return output([step.h for step in steps], last)


def lstm_backward(
    upstream: Array,
    x: Array,
    W_x: Array,
    W_h: Array,
    b: Array,
    h0: Array | None = None,
    c0: Array | None = None,
    last: bool = False,
) -> dict[str, Array]:
    """Gate by gate: each gate has its own four weights, and its share of them here.

    d_o = d_h ⊙ tanh c, d_c += d_h ⊙ o ⊙ (1 - tanh² c),
    d_i = d_c ⊙ g, d_f = d_c ⊙ c_t-1, d_g = d_c ⊙ i, and d_c_t-1 = d_c ⊙ f;
    through the gates with σ' = σ (1 - σ) and tanh' = 1 - tanh².
    """
    u, T = W_h.shape[0], x.shape[1]
    gates = ("i", "f", "o", "g")
    columns = {gate: slice(k * u, (k + 1) * u) for k, gate in enumerate(gates)}
    W_x_of = {gate: W_x[:, columns[gate]] for gate in gates}
    W_h_of = {gate: W_h[:, columns[gate]] for gate in gates}
    d_W_x = {gate: np.zeros_like(W_x_of[gate]) for gate in gates}
    d_W_h = {gate: np.zeros_like(W_h_of[gate]) for gate in gates}
    d_b = {gate: np.zeros_like(b[columns[gate]]) for gate in gates}
    d_x = [np.zeros_like(x[:, t]) for t in range(T)]

    steps = lstm_trace(x, W_x, W_h, b, h0, c0)
    d_h, d_c = np.zeros_like(steps[0].h), np.zeros_like(steps[0].c)
    for t in reversed(range(T)):
        i, f, o, g, c_before, h_before, c, _ = steps[t]
        tanh_c = np.tanh(c)
        d_h = d_h + upstream_of_step(upstream, t, T, last)
        d_c = d_c + d_h * o * (1.0 - tanh_c * tanh_c)
        d_z = {
            "i": d_c * g * i * (1.0 - i),
            "f": d_c * c_before * f * (1.0 - f),
            "o": d_h * tanh_c * o * (1.0 - o),
            "g": d_c * i * (1.0 - g * g),
        }
        d_c = d_c * f
        d_h = np.zeros_like(d_h)
        for gate in gates:
            d_W_x[gate] = d_W_x[gate] + x[:, t].T @ d_z[gate]
            d_W_h[gate] = d_W_h[gate] + h_before.T @ d_z[gate]
            d_b[gate] = d_b[gate] + d_z[gate].sum(axis=0)
            d_x[t] = d_x[t] + d_z[gate] @ W_x_of[gate].T
            d_h = d_h + d_z[gate] @ W_h_of[gate].T

    gradients = {
        "x": np.stack(d_x, axis=1),
        "W_x": np.concatenate([d_W_x[gate] for gate in gates], axis=1),
        "W_h": np.concatenate([d_W_h[gate] for gate in gates], axis=1),
        "b": np.concatenate([d_b[gate] for gate in gates]),
    }
    if h0 is not None:
        gradients["h0"] = start_gradient(d_h, h0)
    if c0 is not None:
        gradients["c0"] = start_gradient(d_c, c0)
    return gradients


def lstm_backward_stacked(
    upstream: Array,
    x: Array,
    W_x: Array,
    W_h: Array,
    b: Array,
    h0: Array | None = None,
    c0: Array | None = None,
    last: bool = False,
) -> dict[str, Array]:
    """The same with one matrix d_z_t, (m, 4u), for the four gates together.

    d_z_t = [d_c ⊙ g | d_c ⊙ c_t-1 | d_h ⊙ tanh c | d_c ⊙ i] ⊙ [i(1-i) | f(1-f) | o(1-o) | 1-g²],
    and from there as in an rnn of width 4u: d_x_t = d_z_t W_xᵀ, d_h_t-1 = d_z_t W_hᵀ.
    """
    T = x.shape[1]
    steps = lstm_trace(x, W_x, W_h, b, h0, c0)
    d_h, d_c = np.zeros_like(steps[0].h), np.zeros_like(steps[0].c)
    d_z = []
    for t in reversed(range(T)):
        i, f, o, g, c_before, _, c, _ = steps[t]
        d_h = d_h + upstream_of_step(upstream, t, T, last)
        d_c = d_c + d_h * o * (1.0 - np.tanh(c) ** 2)
        d_gates = np.concatenate([d_c * g, d_c * c_before, d_h * np.tanh(c), d_c * i], axis=1)
        three = np.concatenate([i, f, o], axis=1)
        slopes = np.concatenate([three * (1.0 - three), 1.0 - g * g], axis=1)
        d_z.append(d_gates * slopes)
        d_h = d_z[-1] @ W_h.T
        d_c = d_c * f
    delta = np.stack(d_z[::-1], axis=1)
    h_before = np.stack([step.h_before for step in steps], axis=1)
    gradients = {
        "x": delta @ W_x.T,
        "W_x": over_steps(x, delta),
        "W_h": over_steps(h_before, delta),
        "b": delta.sum(axis=(0, 1)),
    }
    if h0 is not None:
        gradients["h0"] = start_gradient(d_h, h0)
    if c0 is not None:
        gradients["c0"] = start_gradient(d_c, c0)
    return gradients


# --- gated recurrent unit --------------------------------------------------------------


class GruStep(NamedTuple):
    """What one step computes, all (m, u): r, u, n, the candidate's product with h, and h.

    ``product`` is r ⊙ h_t-1 with reset "before", and h_t-1 W_hn + b_hn with "after".
    """

    r: Array
    u: Array
    n: Array
    product: Array
    h_before: Array
    h: Array


def gru_trace(
    x: Array, W_x: Array, W_h: Array, b: Array, h0: Array | None, reset: str, b_hn: Array | None
) -> list[GruStep]:
    """The steps 1..T."""
    if reset not in ("before", "after"):
        raise ValueError(f'reset is {reset!r}; write "before" or "after"')
    if reset == "before" and b_hn is not None:
        raise ValueError('b_hn goes with reset "after"')
    W_xr, W_xu, W_xn = np.split(W_x, 3, axis=1)
    W_hr, W_hu, W_hn = np.split(W_h, 3, axis=1)
    b_r, b_u, b_n = np.split(b, 3)
    h = start(h0, x, W_h.shape[0])
    steps = []
    for t in range(x.shape[1]):
        r = sigmoid(x[:, t] @ W_xr + h @ W_hr + b_r)
        u = sigmoid(x[:, t] @ W_xu + h @ W_hu + b_u)
        if reset == "before":
            product = r * h
            n = tanh(x[:, t] @ W_xn + product @ W_hn + b_n)
        else:
            product = h @ W_hn if b_hn is None else h @ W_hn + b_hn
            n = tanh(x[:, t] @ W_xn + b_n + r * product)
        h_next = (1.0 - u) * n + u * h
        steps.append(GruStep(r, u, n, product, h, h_next))
        h = h_next
    return steps


def gru(
    x: Array,
    W_x: Array,
    W_h: Array,
    b: Array,
    h0: Array | None = None,
    reset: str = "before",
    last: bool = False,
    b_hn: Array | None = None,
) -> Array:
    """Gates stacked r, u, n: x (m, T, n), W_x (n, 3u), W_h (u, 3u), b (3u,), b_hn (u,).

    r = σ(x_t W_xr + h_t-1 W_hr + b_r), u = σ(x_t W_xu + h_t-1 W_hu + b_u),
    n = tanh(x_t W_xn + (r ⊙ h_t-1) W_hn + b_n)            with reset "before",
    n = tanh(x_t W_xn + b_n + r ⊙ (h_t-1 W_hn + b_hn))     with reset "after",
    h_t = (1 - u) ⊙ n + u ⊙ h_t-1. Only "after" has b_hn; None leaves it out.
    Output as for ``rnn``.
    """
    steps = gru_trace(x, W_x, W_h, b, h0, reset, b_hn)
    return output([step.h for step in steps], last)


def gru_backward(
    upstream: Array,
    x: Array,
    W_x: Array,
    W_h: Array,
    b: Array,
    h0: Array | None = None,
    reset: str = "before",
    last: bool = False,
    b_hn: Array | None = None,
) -> dict[str, Array]:
    """Step by step from the last one, with a_r, a_u, a_n the arguments of σ, σ, tanh.

    d_n = d_h ⊙ (1 - u), d_u = d_h ⊙ (h_t-1 - n), and h_t-1 gets d_h ⊙ u directly;
    before: s = r ⊙ h_t-1 gets d_s = d_a_n W_hnᵀ, so d_r = d_s ⊙ h_t-1, h_t-1 gets d_s ⊙ r;
    after: q = h_t-1 W_hn + b_hn gets d_q = d_a_n ⊙ r, so d_r = d_a_n ⊙ q, h_t-1 gets d_q W_hnᵀ;
    then h_t-1 gets d_a_r W_hrᵀ + d_a_u W_huᵀ.
    """
    units, T = W_h.shape[0], x.shape[1]
    W_hr, W_hu, W_hn = np.split(W_h, 3, axis=1)
    steps = gru_trace(x, W_x, W_h, b, h0, reset, b_hn)
    d_h = np.zeros_like(steps[0].h)
    d_x = [np.zeros_like(x[:, t]) for t in range(T)]
    d_W_x, d_b = np.zeros_like(W_x), np.zeros_like(b)
    d_W_hr, d_W_hu, d_W_hn = np.zeros_like(W_hr), np.zeros_like(W_hu), np.zeros_like(W_hn)
    d_b_hn = np.zeros(units, W_h.dtype)
    for t in reversed(range(T)):
        r, u, n, product, h_before, _ = steps[t]
        d_h = d_h + upstream_of_step(upstream, t, T, last)
        d_a_u = d_h * (h_before - n) * u * (1.0 - u)
        d_a_n = d_h * (1.0 - u) * (1.0 - n * n)
        d_h_before = d_h * u
        if reset == "before":
            d_s = d_a_n @ W_hn.T
            d_r = d_s * h_before
            d_h_before = d_h_before + d_s * r
            d_W_hn = d_W_hn + product.T @ d_a_n
        else:
            d_q = d_a_n * r
            d_r = d_a_n * product
            d_h_before = d_h_before + d_q @ W_hn.T
            d_W_hn = d_W_hn + h_before.T @ d_q
            d_b_hn = d_b_hn + d_q.sum(axis=0)
        d_a_r = d_r * r * (1.0 - r)
        d_h_before = d_h_before + d_a_r @ W_hr.T + d_a_u @ W_hu.T
        d_W_hr = d_W_hr + h_before.T @ d_a_r
        d_W_hu = d_W_hu + h_before.T @ d_a_u
        # x and b enter the three arguments in the same way.
        d_a = np.concatenate([d_a_r, d_a_u, d_a_n], axis=1)
        d_x[t] = d_a @ W_x.T
        d_W_x = d_W_x + x[:, t].T @ d_a
        d_b = d_b + d_a.sum(axis=0)
        d_h = d_h_before
    gradients = {
        "x": np.stack(d_x, axis=1),
        "W_x": d_W_x,
        "W_h": np.concatenate([d_W_hr, d_W_hu, d_W_hn], axis=1),
        "b": d_b,
    }
    if h0 is not None:
        gradients["h0"] = start_gradient(d_h, h0)
    if b_hn is not None:
        gradients["b_hn"] = d_b_hn
    return gradients
