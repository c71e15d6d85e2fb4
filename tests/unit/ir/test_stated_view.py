"""Stated equations as views: the value of the equation, the grouping of its author, in reading order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Abs, KroneckerDelta, Max, Min, Piecewise, Rational, Sum, exp, log, sqrt, tanh

import derive
from derive.derivation.second_order import hessian_vector
from derive.derivation.sweep import derive_adjoints
from derive.errors import UnsupportedError
from derive.ir.stated_view import stated_view
from derive.ir.tensor import Equation
from derive.latex.printer import Printer
from derive.network.builder import Builder
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.schema import read_network_file, read_network_text
from derive.terms.settle import settle
from derive.terms.view import to_poly

EXAMPLES = sorted((Path(derive.__file__).parents[1] / "examples").glob("*.yaml"))
ACTIVATIONS = (
    "identity sigmoid tanh relu leaky_relu prelu elu selu softplus silu gelu gelu_tanh softmax log_softmax sigma"
)
LOSSES = {
    "half_squared_error": "real",
    "mean_squared_error": "real",
    "mean_absolute_error": "real",
    "huber": "real",
    "binary_cross_entropy_with_logits": "binary",
    "cross_entropy_with_logits": "class_id",
    "C": "real",
}


def has_its_value(e: Equation, network: Network) -> bool:
    view = stated_view(e, network.tensors)
    return settle(to_poly(view), e.context) == e.rhs and settle(to_poly(stated_view(e)), e.context) == e.rhs


def check(network: Network) -> None:
    for each in (network, *([network.sample] if network.sample is not None else [])):
        for e in each.equations:
            assert has_its_value(e, each), e.stated


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_examples(path: Path) -> None:
    check(compile_network(read_network_file(path)))


@pytest.mark.parametrize("notation", ["nielsen", "rows"])
@pytest.mark.parametrize("activation", ACTIVATIONS.split())
def test_activations(activation: str, notation: str) -> None:
    check(
        compile_network(
            read_network_text(
                f"notation: {notation}\nbatch: {{size: m}}\ninputs: {{x: n}}\ntargets: {{y: k}}\n"
                f"layers: [{{dense: {{units: k, activation: {activation}}}}}]\nloss: half_squared_error\n"
            )
        )
    )


@pytest.mark.parametrize("loss", LOSSES)
def test_losses(loss: str) -> None:
    check(
        compile_network(
            read_network_text(
                f"batch: {{size: m, reduce: sum}}\ninputs: {{x: n}}\n"
                f"targets: {{y: {{kind: {LOSSES[loss]}{'' if LOSSES[loss] == 'class_id' else ', size: k'}}}}}\n"
                f"layers: [{{dense: {{units: k}}}}]\nloss: {loss}\npenalty: {{l2: lambda, l1: mu}}\n"
            )
        )
    )


# -- reading order ------------------------------------------------------------------------------------------


def stated(make: Callable[..., sympy.Expr]) -> tuple[Network, Equation]:
    """An equation for v[i] over W, A, x, y, b, c, lambda, n."""
    net = Builder("one")
    n = net.size("n")
    i, j, k = (net.index(letter, n) for letter in "ijk")
    names = {"n": n, "i": i, "j": j, "k": k, "lam": net.hyper("lambda")}
    names |= {"W": net.parameter("W", (i, j)), "b": net.parameter("b", (i,))}
    names |= {"x": net.input("x", (i,)), "y": net.target("y", (i,)), "f": net.function("f")}
    net.define("v", (i,), make(**{a: names[a] for a in make.__code__.co_varnames[: make.__code__.co_argcount]}))
    network = net.network()
    return network, network.equations[0]


SHOWN: list[tuple[Callable[..., sympy.Expr], str]] = [
    (lambda b, i, W, j, x: b[i] + Sum(W[i, j] * x[j], j), r"\sum_{j=1}^{n} W_{ij} x_{j} + b_{i}"),
    (lambda b, i, W, j, x: b[i] + Sum(x[j] * W[j, i], j), r"\sum_{j=1}^{n} W_{ji} x_{j} + b_{i}"),
    (lambda x, y, i: (x[i] - y[i]) ** 2 / 2, r"\frac{1}{2} (x_{i} - y_{i})^{2}"),
    (lambda y, x, i: -y[i] * log(x[i]), r"-y_{i} \log x_{i}"),
    (lambda y, x, i: (1 - y[i]) * log(1 - x[i]), r"(1 - y_{i}) \log(1 - x_{i})"),
    (lambda x, i: 1 / (1 + exp(-x[i])), r"\frac{1}{1 + e^{-x_{i}}}"),
    (lambda x, i, k: exp(x[i]) / Sum(exp(x[k]), k), r"\frac{e^{x_{i}}}{\sum_{k=1}^{n} e^{x_{k}}}"),
    (lambda x, i, j, n: x[i] - Sum(x[j], j) / n, r"x_{i} - \frac{1}{n} \sum_{j=1}^{n} x_{j}"),
    (lambda x, i, lam: x[i] / sqrt(x[i] ** 2 + lam), r"\frac{x_{i}}{\sqrt{x_{i}^{2} + \lambda}}"),
    (lambda lam, x, i: lam * Abs(x[i]), r"\lambda \left| x_{i} \right|"),
    (lambda x, i: Max(0, x[i]), r"x_{i} [x_{i} > 0]"),
    (lambda x, i, lam, b: 1 + lam + x[i] + b[i] ** 2 * x[i], r"b_{i}^{2} x_{i} + x_{i} + \lambda + 1"),
    (lambda f, x, i: f(2 * x[i] + 1), r"f(2 x_{i} + 1)"),
    (lambda W, y, x, j, k: Sum(W[j, k] * x[k], j, k), r"\sum_{j=1}^{n} \sum_{k=1}^{n} W_{jk} x_{k}"),
    (lambda W, y, x, j, k: Sum(W[j, k] * x[j], k, j), r"\sum_{j=1}^{n} \sum_{k=1}^{n} W_{jk} x_{j}"),
]


@pytest.mark.parametrize(("make", "tex"), SHOWN, ids=[tex for _, tex in SHOWN])
def test_reading_order(make: Callable[..., sympy.Expr], tex: str) -> None:
    network, e = stated(make)
    printer = Printer(network, {"base": "nielsen", "sums": "ranges"})
    assert printer.view(stated_view(e, network.tensors), printer.names_of(e.lhs)) == tex
    assert has_its_value(e, network)


def test_nesting_is_kept() -> None:
    """Nothing is expanded: x (x + y) stays a product, though the equation's normal form is a sum."""
    network, e = stated(lambda x, y, i: x[i] * (x[i] + y[i]))
    assert len(e.rhs.terms) == 2
    assert type(stated_view(e, network.tensors)).__name__ == "Times"


def test_a_sum_over_an_index_that_is_free_outside() -> None:
    """v_i = x_i Σ_i y_i: the bound index is another one."""
    _, e = stated(lambda x, y, i: x[i] * Sum(y[i], i))
    bound = next(v for v in stated_view(e).factors if hasattr(v, "bounds"))  # type: ignore[union-attr]
    assert bound.bounds[0].name != "i"


def test_derived_equations_were_not_stated() -> None:
    net = Builder("cost")
    n = net.size("n")
    i = net.index("i", n)
    w, x = net.parameter("w", (i,)), net.input("x", (i,))
    net.define("C", (), exp(Sum(w[i] * x[i], i)))
    net.minimize("C")
    second = hessian_vector(derive_adjoints(net.network())).network
    derived = [e for e in second.equations if e.stated is None]
    assert derived
    with pytest.raises(UnsupportedError, match="was derived"):
        stated_view(derived[0])


# -- random equations -----------------------------------------------------------------------------------------


def random_expression(rng: Random, names: dict[str, sympy.Basic], scope: list[sympy.Idx], depth: int) -> sympy.Expr:
    """Any expression over x, y, W, λ and n."""

    def inner(more: list[sympy.Idx] | None = None) -> sympy.Expr:
        return random_expression(rng, names, scope + (more or []), depth - 1)

    i, j = rng.choice(scope), rng.choice(scope)
    if depth == 0:
        leaves = [
            names["x"][i],
            names["y"][i],
            names["W"][i, j],
            names["lam"],
            names["n"],
            Rational(rng.choice([1, -2, 3]), 2),
        ]
        return rng.choice([*leaves[:3], *leaves])
    free = [k for k in names["indices"] if k not in scope]  # type: ignore[attr-defined]
    match rng.choice(["add", "add", "mul", "mul", "pow", "sum", "function", "max", "piecewise", "delta"]):
        case "add":
            return sympy.Add(*(inner() for _ in range(rng.randint(2, 3))))
        case "mul":
            return sympy.Mul(*(inner() for _ in range(rng.randint(2, 3))))
        case "pow":
            return inner() ** rng.choice([2, 3, Rational(1, 2)])
        case "sum" if free:
            return Sum(inner(free[:1]), free[0])
        case "max":
            return rng.choice([Max, Min])(inner(), rng.choice([0, inner()]))
        case "piecewise":
            return Piecewise((inner(), inner() > inner()), (inner(), True))
        case "delta":
            return KroneckerDelta(i, j) * inner()
    return rng.choice([exp, tanh, names["f"], Abs])(inner())  # type: ignore[operator]


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_random_equations_keep_their_value(seed: int) -> None:
    net = Builder("random")
    n = net.size("n")
    indices = [net.index(letter, n) for letter in "ijkp"]
    i, j, *_ = indices
    names = {"n": n, "lam": net.hyper("lambda"), "W": net.parameter("W", (i, j)), "f": net.function("f")}
    names |= {"x": net.input("x", (i,)), "y": net.target("y", (i,)), "indices": indices}
    rng = Random(seed)
    expression = random_expression(rng, names, [i], rng.randint(1, 3))
    try:
        net.define("v", (i,), expression)
    except Exception:  # what the network refuses is tested elsewhere
        return
    network = net.network()
    assert has_its_value(network.equations[0], network), expression
