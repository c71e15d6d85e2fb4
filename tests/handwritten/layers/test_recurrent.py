"""The hand-written recurrent layers against autograd and the complex step."""

from typing import Any

import autograd.numpy as anp
import numpy as np
import pytest

from . import recurrent
from .oracles import Backward, assert_near, check, like, normal

SIZES = [(3, 5, 2, 4), (2, 2, 3, 1), (1, 5, 1, 3), (4, 1, 3, 2), (1, 1, 1, 1)]

every_size = pytest.mark.parametrize("size", SIZES, ids=lambda size: "m{}T{}n{}u{}".format(*size))
every_start = pytest.mark.parametrize("first", ["zero", "given", "learned"])
every_output = pytest.mark.parametrize("last", [False, True], ids=["all", "last"])


# The layers again, for autograd: one step after the other, as they are defined.


def other_sigmoid(z: Any) -> Any:
    return 1 / (1 + anp.exp(-z))


def other_start(state: Any, m: int, u: int) -> Any:
    return anp.zeros((m, u)) + (0 if state is None else state)


def other_output(states: list[Any], last: bool) -> Any:
    return states[-1] if last else anp.stack(states, axis=1)


def other_rnn(x: Any, W_x: Any, W_h: Any, b: Any, h0: Any = None, activation: str = "tanh", last: bool = False) -> Any:
    f = {"tanh": anp.tanh, "relu": lambda z: anp.maximum(z, 0)}[activation]
    h, states = other_start(h0, len(x), len(W_h)), []
    for t in range(x.shape[1]):
        h = f(anp.dot(x[:, t], W_x) + anp.dot(h, W_h) + b)
        states.append(h)
    return other_output(states, last)


def other_bidirectional(
    x: Any,
    W_x: Any,
    W_h: Any,
    b: Any,
    W_x_back: Any,
    W_h_back: Any,
    b_back: Any,
    h0: Any = None,
    h0_back: Any = None,
    activation: str = "tanh",
) -> Any:
    f = {"tanh": anp.tanh, "relu": lambda z: anp.maximum(z, 0)}[activation]
    T = x.shape[1]
    ahead, back = [None] * T, [None] * T
    h = other_start(h0, len(x), len(W_h))
    for t in range(T):
        h = ahead[t] = f(anp.dot(x[:, t], W_x) + anp.dot(h, W_h) + b)
    h = other_start(h0_back, len(x), len(W_h_back))
    for t in range(T - 1, -1, -1):
        h = back[t] = f(anp.dot(x[:, t], W_x_back) + anp.dot(h, W_h_back) + b_back)
    return anp.stack([anp.concatenate([ahead[t], back[t]], axis=1) for t in range(T)], axis=1)


def other_lstm(x: Any, W_x: Any, W_h: Any, b: Any, h0: Any = None, c0: Any = None, last: bool = False) -> Any:
    m, u = len(x), len(W_h)
    h, c, states = other_start(h0, m, u), other_start(c0, m, u), []
    for t in range(x.shape[1]):
        z = anp.reshape(anp.dot(x[:, t], W_x) + anp.dot(h, W_h) + b, (m, 4, u))
        i, f, o = other_sigmoid(z[:, 0]), other_sigmoid(z[:, 1]), other_sigmoid(z[:, 2])
        c = f * c + i * anp.tanh(z[:, 3])
        h = o * anp.tanh(c)
        states.append(h)
    return other_output(states, last)


def other_gru(
    x: Any,
    W_x: Any,
    W_h: Any,
    b: Any,
    h0: Any = None,
    b_hn: Any = 0.0,
    reset: str = "before",
    last: bool = False,
) -> Any:
    m, w = len(x), len(W_h)
    h, states = other_start(h0, m, w), []
    for t in range(x.shape[1]):
        r = other_sigmoid(anp.dot(x[:, t], W_x[:, :w]) + anp.dot(h, W_h[:, :w]) + b[:w])
        u = other_sigmoid(anp.dot(x[:, t], W_x[:, w : 2 * w]) + anp.dot(h, W_h[:, w : 2 * w]) + b[w : 2 * w])
        a = anp.dot(x[:, t], W_x[:, 2 * w :]) + b[2 * w :]
        if reset == "before":
            n = anp.tanh(a + anp.dot(r * h, W_h[:, 2 * w :]))
        else:
            n = anp.tanh(a + r * (anp.dot(h, W_h[:, 2 * w :]) + b_hn))
        h = (1 - u) * n + u * h
        states.append(h)
    return other_output(states, last)


# Their data.


def states(first: str, m: int, u: int, *names: str) -> dict[str, Any]:
    """No starting states, one for each sample, or shared ones."""
    shapes = {"zero": None, "given": (m, u), "learned": (u,)}[first]
    return {} if shapes is None else normal(2, **dict.fromkeys(names, shapes))


def parameters(size: tuple[int, int, int, int], gates: int) -> dict[str, Any]:
    m, T, n, u = size
    return normal(1, x=(m, T, n), W_x=(n, gates * u), W_h=(u, gates * u), b=(gates * u,))


def other_direction(size: tuple[int, int, int, int], u_back: int) -> dict[str, Any]:
    _, _, n, _ = size
    return normal(3, W_x_back=(n, u_back), W_h_back=(u_back, u_back), b_back=(u_back,))


LSTMS = [recurrent.lstm_backward, recurrent.lstm_backward_stacked]
every_lstm = pytest.mark.parametrize("backward", LSTMS, ids=["gates", "stacked"])


@every_size
@every_start
@every_output
@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_rnn(size: tuple[int, int, int, int], first: str, last: bool, activation: str) -> None:
    m, _, _, u = size
    variables = parameters(size, 1) | states(first, m, u, "h0")
    check(recurrent.rnn, recurrent.rnn_backward, other_rnn, variables, activation=activation, last=last)


@every_size
@every_start
@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("u_back", [1, 3])
def test_bidirectional(size: tuple[int, int, int, int], first: str, activation: str, u_back: int) -> None:
    m, _, _, u = size
    variables = parameters(size, 1) | other_direction(size, u_back)
    if first != "zero":
        variables |= states(first, m, u, "h0") | states(first, m, u_back, "h0_back")
    check(
        recurrent.bidirectional,
        recurrent.bidirectional_backward,
        other_bidirectional,
        variables,
        activation=activation,
    )


@every_size
@every_start
@every_output
@every_lstm
def test_lstm(size: tuple[int, int, int, int], first: str, last: bool, backward: Backward) -> None:
    m, _, _, u = size
    variables = parameters(size, 4) | states(first, m, u, "h0", "c0")
    check(recurrent.lstm, backward, other_lstm, variables, last=last)


@every_lstm
@pytest.mark.parametrize("given", ["h0", "c0"])
def test_lstm_with_one_starting_state(backward: Backward, given: str) -> None:
    variables = parameters((3, 2, 2, 4), 4) | states("learned", 3, 4, given)
    check(recurrent.lstm, backward, other_lstm, variables)


def test_lstm_with_two_kinds_of_starting_state() -> None:
    variables = parameters((3, 2, 2, 4), 4) | states("learned", 3, 4, "h0") | states("given", 3, 4, "c0")
    check(recurrent.lstm, recurrent.lstm_backward, other_lstm, variables)


@every_size
@every_start
@every_output
def test_both_lstm_backwards_agree(size: tuple[int, int, int, int], first: str, last: bool) -> None:
    m, _, _, u = size
    variables = parameters(size, 4) | states(first, m, u, "h0", "c0")
    upstream = like({"y": recurrent.lstm(**variables, last=last)}, seed=5)["y"]
    gates = recurrent.lstm_backward(upstream, **variables, last=last)
    stacked = recurrent.lstm_backward_stacked(upstream, **variables, last=last)
    assert gates.keys() == stacked.keys()
    for name, gradient in gates.items():
        assert_near(stacked[name], gradient, 1e-13)


@every_size
@every_start
@every_output
@pytest.mark.parametrize("kind", ["before", "after", "after with b_hn"])
def test_gru(size: tuple[int, int, int, int], first: str, last: bool, kind: str) -> None:
    m, _, _, u = size
    variables = parameters(size, 3) | states(first, m, u, "h0")
    if kind == "after with b_hn":
        variables |= normal(6, b_hn=(u,))
    check(recurrent.gru, recurrent.gru_backward, other_gru, variables, reset=kind.split()[0], last=last)


def test_gru_resets_differ() -> None:
    variables = parameters((2, 5, 2, 3), 3)
    before, after = recurrent.gru(**variables, reset="before"), recurrent.gru(**variables, reset="after")
    assert np.abs(before - after).max() > 1e-3


def test_relu_rnn_passes_nothing_back_at_zero() -> None:
    variables: dict[str, Any] = {name: np.zeros_like(array) for name, array in parameters((2, 5, 2, 3), 1).items()}
    gradients = recurrent.rnn_backward(np.ones((2, 5, 3)), **variables, activation="relu")
    assert not any(gradient.any() for gradient in gradients.values())


def test_bidirectional_reads_from_both_ends() -> None:
    """After the first step one half has read x_1 only, the other half everything."""
    variables = parameters((1, 4, 2, 3), 1) | other_direction((1, 4, 2, 3), 2)
    upstream = np.zeros((1, 4, 5))
    upstream[:, 0, :3] = 1.0
    assert not recurrent.bidirectional_backward(upstream, **variables)["x"][:, 1:].any()
    upstream[:, 0, 3:] = 1.0
    assert recurrent.bidirectional_backward(upstream, **variables)["x"].all()


def test_gru_refuses_what_it_does_not_know() -> None:
    variables = parameters((1, 1, 1, 1), 3)
    with pytest.raises(ValueError, match="reset is 'never'"):
        recurrent.gru(**variables, reset="never")
    with pytest.raises(ValueError, match="b_hn goes with"):
        recurrent.gru(**variables, b_hn=np.zeros(1))
