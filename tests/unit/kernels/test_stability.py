"""Stable rewrites keep the value, and reach the forms that floating point can bear."""

from __future__ import annotations

import sympy
from sympy import Sum, exp, log

from derive.ir.environment import Environment
from derive.ir.interpret import run_forward
from derive.ir.normal_form import assignments, evaluate_poly, place
from derive.kernels.stability import Stabilizer, needs_relative_accuracy, stabilizer_of
from derive.network.builder import Builder
from derive.network.network import Network
from derive.terms.term import Func
from derive.terms.walk import atoms_in
from tests.generators import sampled

Pair = tuple[Network, Stabilizer]


def softmax_network(loss: str) -> Network:
    net = Builder("softmax")
    K, m = net.size("K"), net.size("m")
    j, k, i = net.index("j", K), net.index("k", K), net.index("i", m)
    z, y = net.input("z", (j, i)), net.target("y", (j, i), "one_hot")
    net.fact(Sum(y[j, i], j), 1, "targets sum to 1")
    if loss == "of a softmax":
        a = net.define("a", (j, i), exp(z[j, i]) / Sum(exp(z[k, i]), k))
        net.define("C", (), -Sum(y[j, i] * log(a[j, i]), j, i) / m)
    elif loss == "of logits":
        net.define("C", (), -Sum(y[j, i] * (z[j, i] - log(Sum(exp(z[k, i]), k))), j, i) / m)
    elif loss == "of a sigmoid":
        a = net.define("a", (j, i), sympy.Function("sigmoid")(z[j, i]))
        net.define("C", (), -Sum(y[j, i] * log(a[j, i]) + (1 - y[j, i]) * log(1 - a[j, i]), j, i))
    elif loss == "of falling exponentials":
        net.define("C", (), Sum(log(Sum(exp(-z[k, i]), k)), i))
    else:
        net.define("C", (), Sum(exp(z[j, i]), j, i) + Sum(log(1 + exp(z[j, i])), j, i))
    net.minimize("C")
    return net.network()


def with_helpers(stabilizer: Stabilizer, env: Environment) -> Environment:
    """The environment with M and s, which the stable forms mention."""
    arrays = dict(env.arrays)
    for pair in stabilizer.definitions.values():
        for d in pair:
            values = {}
            for point in assignments(d.domain, Environment(env.sizes, arrays)):
                found = [evaluate_poly(d.poly, p) for p in assignments(d.over, point)]
                extreme = {"maximum": max, "minimum": min}.get(d.function, sum)
                values[place(d.lhs.idx, point)] = extreme(found)
            arrays[d.tensor] = values
    return Environment(env.sizes, arrays)


def check(loss: str) -> tuple[object, Stabilizer]:
    """The stable cost, which must have the value of the cost as stated."""
    network = softmax_network(loss)
    stabilizer = stabilizer_of(network)
    env = run_forward(network.equations, network.tensors, sampled(network, 0))
    stable = None
    for e in network.equations:
        stable = stabilizer.stable(e.rhs, e.context)
        for point in assignments(e.domain, with_helpers(stabilizer, env)):
            value, stated = evaluate_poly(stable, point), evaluate_poly(e.rhs, point)
            assert abs(value - stated) < 1e-12 * max(1, abs(stated)), e
    return stable, stabilizer


def functions(p: object) -> set[str]:
    return {a.name for a in atoms_in(p) if isinstance(a, Func)}  # type: ignore[arg-type]


def test_cross_entropy_of_a_softmax_is_a_log_sum_exp_of_shifted_values() -> None:
    stable, stabilizer = check("of a softmax")
    assert "a[" not in repr(stable)
    assert repr(stable).count("y[") == 1, "the fact Σ y = 1 takes the targets off the log-sum-exp"
    assert set(stabilizer.helpers) == {"z_max", "z_shifted"}


def test_cross_entropy_of_logits_is_the_same() -> None:
    assert check("of logits")[0] == check("of a softmax")[0]


def test_logarithms_of_a_sigmoid_are_softplus() -> None:
    stable, stabilizer = check("of a sigmoid")
    assert functions(stable) == {"softplus"}
    assert not stabilizer.helpers


def test_falling_exponentials_are_shifted_by_the_least() -> None:
    """log Σ exp(−z) keeps M outside the logarithm, which is no gain unless it cancels; the value stays."""
    check("of falling exponentials")


def test_a_sum_of_exponentials_alone_is_left_as_it_is() -> None:
    stable, stabilizer = check("plain")
    assert functions(stable) == {"exp", "softplus"}
    assert "shifted" not in repr(stable)
    assert not any("shifted" in repr(d.poly) for pair in stabilizer.definitions.values() for d in pair)


def test_what_stands_under_a_logarithm_or_in_a_denominator_must_be_accurate() -> None:
    net = Builder("accuracy")
    i = net.index("i", net.size("n"))
    u, v, w = (net.input(name, (i,)) for name in "uvw")
    net.define("C", (), Sum(log(u[i]) + 1 / (1 + v[i]) + w[i], i))
    assert needs_relative_accuracy([e.rhs for e in net.network().equations]) == {"u", "v"}
