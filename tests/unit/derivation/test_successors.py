"""A node with any number of successors: ∇_f J = Σ_h ∇_h J · ∇_f h, and ∇_θ J = ∇_f J · ∇_θ f."""

import sympy
from sympy import Sum

from derive.network.builder import Builder
from derive.pipeline import derive


def branching():
    """f = φ(θ x), read by h_s = tanh(W_s f) for s = 1 … S, each of a size of its own, under a cost of all h."""
    net = Builder("branching")
    S, n, k = net.size("S"), net.size("n"), net.size("k")
    net.size("r")
    s = net.index("s", S)
    i, j = net.index("i", n), net.index("j", k)
    a = net.index("a", net.size("r", s))
    theta, x = net.parameter("theta", (j, i)), net.input("x", (i,))
    W = net.parameter("W", (s, a, j))
    phi, cost = net.function("phi"), net.functional("J")
    u = net.define("u", (j,), Sum(theta[j, i] * x[i], i))
    f = net.define("f", (j,), phi(u[j]))
    h = net.define("h", (s, a), sympy.tanh(Sum(W[s, a, j] * f[j], j)))
    net.define("C", (), cost(h[s, a]))
    net.minimize("C")
    return net.network()


def test_the_residual_is_the_sum_over_all_successors():
    network = branching()
    residual = derive(network).gradient("f").cases[0].poly
    assert repr(residual) == (
        "Σ{_2_0:1..S, _2_1:1..r_{_2_0}}(W[_2_0, _2_1, j]·∂h[_2_0, _2_1]"
        "·tanh'(Σ{_1_0:1..k}(W[_2_0, _2_1, _1_0]·f[_1_0])))"
    )


def test_the_parameter_gradient_is_the_residual_times_the_local_derivative():
    network = branching()
    derivation = derive(network, ("theta", "f"))
    assert repr(derivation.gradient("theta").cases[0].poly) == "x[i]·∂f[j]·phi'(u[j])"


def test_the_first_line_names_every_successor():
    network = branching()
    first = derive(network).gradient("f").steps[0]
    assert first.rule == "chain"
    assert first.uses == ("h",)
