"""Tensors with more than two axes: matrices of one sample, head or step, and sums of such matrices."""

from __future__ import annotations

import numpy as np
import pytest
import sympy
from sympy import Sum, exp, sqrt

from derive.derivation import derive_adjoints
from derive.ir.interpret import run_forward, run_normal_form
from derive.network.builder import Builder
from derive.network.network import Network
from derive.raising.raise_case import raise_view
from tests.generators import sampled
from tests.numeric_matrix import MatrixOracle, raised_arrays
from tests.writing import written


def attention(causal: bool) -> Network:
    """Several samples and heads."""
    net = Builder("attention")
    m, h, T, d, e = (net.size(n) for n in ("m", "h", "T", "d", "e"))
    b, g, a, k = net.index("b", m), net.index("g", h), net.index("a", d), net.index("k", e)
    t, s, u = (net.index(n, T) for n in ("t", "s", "u"))
    X, r = net.input("X", (b, t, a)), net.target("r", (b, t, a))
    made = {}
    for name, at in (("Q", t), ("K", s), ("V", s)):
        W = net.parameter(f"W_{name}", (g, a, k))
        made[name] = net.define(name, (b, g, at, k), Sum(X[b, at, a] * W[g, a, k], a))
    W = net.parameter("W_O", (g, k, a))
    S = net.define("S", (b, g, t, s), Sum(made["Q"][b, g, t, k] * made["K"][b, g, s, k], k) / sqrt(e))

    def kept(at: sympy.Idx) -> sympy.Expr:
        return exp(S[b, g, t, at]) * (sympy.Piecewise((1, at <= t), (0, True)) if causal else 1)

    P = net.define("P", (b, g, t, s), kept(s) / Sum(kept(u), u))
    O = net.define("O", (b, g, t, k), Sum(P[b, g, t, s] * made["V"][b, g, s, k], s))
    Y = net.define("Y", (b, t, a), Sum(O[b, g, t, k] * W[g, k, a], g, k))
    net.define("C", (), Sum(Y[b, t, a] * r[b, t, a], b, t, a))
    net.minimize("C")
    return net.network()


def recurrent() -> Network:
    net = Builder("recurrent")
    m, T, n, f = (net.size(name) for name in ("m", "T", "n", "f"))
    b, tx, t = net.index("b", m), net.index("tx", T), net.index("t", T, ordered=True)
    t0 = net.index("t0", T, lo=0, ordered=True)
    j, k, a = net.index("j", n), net.index("k", n), net.index("a", f)
    x, W, U = net.input("x", (b, tx, a)), net.parameter("W", (a, j)), net.parameter("U", (k, j))
    r = net.target("r", (b, tx, j))
    h = sympy.IndexedBase("h")
    net.define("h", (0, b, j), sympy.S(0), axes=(t0, b, j))
    z = net.define("z", (t, b, j), Sum(x[b, t, a] * W[a, j], a) + Sum(h[t - 1, b, k] * U[k, j], k))
    net.define("h", (t, b, j), sympy.tanh(z[t, b, j]))
    net.define("C", (), Sum(h[t, b, j] * r[b, t, j], t, b, j))
    net.minimize("C")
    return net.network()


def raised(network: Network) -> dict[str, list[str]]:
    """Every result that has a matrix form, checked against the index form, as written."""
    adjoints = derive_adjoints(network)
    env = run_forward(network.equations, network.tensors, sampled(network))
    ran = run_normal_form(adjoints.equations.values(), env)
    found: dict[str, list[str]] = {}
    for name, cases in adjoints.results.items():
        for case in cases:
            form = raise_view(network, case.lhs, case.domain, case.view)
            if form is None:
                continue
            for _, left, right in raised_arrays(MatrixOracle(network, ran), case.domain, form):
                assert left.shape == right.shape
                assert np.allclose(left, right, rtol=1e-9, atol=1e-10), name
            found.setdefault(name, []).append(written(form.rhs))
    return found


@pytest.mark.parametrize("causal", [False, True])
def test_attention(causal: bool) -> None:
    found = raised(attention(causal))
    assert found["V"] == ["P[b,g]' ∂O[b,g]"]
    assert found["Q"] == ["s*(∂S[b,g] K[b,g])"]
    assert found["K"] == ["s*(∂S[b,g]' Q[b,g])"]
    assert found["S"] == ["(P[b,g] o (∂P[b,g] + s*((∂P[b,g] o P[b,g]) 1 1')))"]
    [weight] = found["W_Q"]
    assert weight.startswith("sum_m X[") and "' ∂Q[" in weight
    assert found["X"][0].count("sum_h") == 3


def test_recurrence() -> None:
    found = raised(recurrent())
    assert found["U"][0].startswith("sum_T h[") and "' ∂z[" in found["U"][0]
    assert found["W"][0].startswith("sum_T x[")
    assert found["x"] == ["∂z[b] W'"]
    assert len(found["h"]) == 2
