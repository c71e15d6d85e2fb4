"""What may not be cut into slabs: values are the same in pieces of every size where an axis has to stay whole."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import sympy
from sympy import Sum, exp

from derive.derivation import derive_adjoints
from derive.kernels import emit_kernel, load_kernel, slabs
from derive.kernels.arrange import Compute, Slabs
from derive.kernels.program import Contraction, Given, Graph, Operand, Pointwise, Reduction, Ref
from derive.network.builder import Builder
from derive.network.network import Network
from derive.terms.affine import Affine
from tests.generators import sampled
from tests.kernels.oracle import compare, sample_of

Value = Callable[[Builder, sympy.Expr, sympy.Idx, sympy.Idx], sympy.Expr]

ROWS = 5
"""So few rows that slabs of columns would be narrow: rows are what is cut."""


def force_slabs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loops for chains of any length over arrays of any size."""
    monkeypatch.setattr(slabs, "FEWEST", 1)
    monkeypatch.setattr(slabs, "SMALL", 1)


def _of_matrix(value: Value, rows: int | None, is_square: bool) -> Network:
    """C = Σ_ij r_ij y_ij², where y is a value of a matrix x at the place (i, j)."""
    net = Builder("matrix")
    n = net.size("n") if rows is None else rows
    i, j = net.index("i", n), net.index("j", n if is_square else net.size("k"))
    x, r = net.input("x", (i, j)), net.target("r", (i, j))
    y = net.define("y", (i, j), value(net, x, i, j))
    net.define("C", (), Sum(r[i, j] * y[i, j] ** 2, i, j))
    net.minimize("C")
    return net.network()


def symmetric(net: Builder, x: sympy.Expr, i: sympy.Idx, j: sympy.Idx) -> sympy.Expr:
    """Rows and columns of the same array meet, so that a piece of one is no piece of the other."""
    return exp(x[i, j] / 3) + exp(x[j, i] / 2) * x[i, j]


def centred(net: Builder, x: sympy.Expr, i: sympy.Idx, j: sympy.Idx) -> sympy.Expr:
    """Sums over either axis are needed at every place, so that they have to be finished first."""
    mu = net.define("mu", (j,), Sum(x[i, j], i) / 5)
    nu = net.define("nu", (i,), Sum(x[i, j], j) / 7)
    return exp((x[i, j] - mu[j] - nu[i]) / 4)


def softmax(net: Builder, x: sympy.Expr, i: sympy.Idx, j: sympy.Idx) -> sympy.Expr:
    """The largest entry along either axis: no sum that is added up over pieces."""
    a = net.define("a", (i, j), exp(x[i, j]) / Sum(exp(x[i, j]), i))
    return a[i, j] * exp(x[i, j]) / Sum(exp(x[i, j]), j)


VALUES = {"symmetric": symmetric, "centred": centred, "softmax": softmax}


@pytest.mark.parametrize("entries", [1, 2, 7, 1 << 17])
@pytest.mark.parametrize("rows", [None, ROWS])
@pytest.mark.parametrize("name", VALUES)
def test_what_needs_a_whole_axis_gets_it(
    name: str, rows: int | None, entries: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    force_slabs(monkeypatch)
    network = _of_matrix(VALUES[name], rows, is_square=name == "symmetric")
    sample = sample_of(network, sampled(network, 0))
    source = emit_kernel(network, sample.adjoints, "all")
    assert name == "symmetric" or "in _slabs(" in source
    compare(sample, source=source.replace("_SLAB = 1 << 17", f"_SLAB = {entries}"))


@pytest.mark.parametrize("entries", [1, 2, 7])
def test_the_largest_of_a_column_is_no_sum_over_pieces(entries: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A softmax is the same whatever it is shifted by, as long as it is shifted by the largest score of ±1e4."""
    force_slabs(monkeypatch)
    network = _of_matrix(softmax, ROWS, is_square=False)
    source = emit_kernel(network, derive_adjoints(network), "all").replace("_SLAB = 1 << 17", f"_SLAB = {entries}")
    kernel = load_kernel(source)
    rng = np.random.default_rng(0)
    x = 1e4 * rng.permutation(3 * ROWS).reshape(ROWS, 3)
    r = rng.standard_normal(x.shape)
    loss, _, gradients = kernel.value_and_grad(kernel.Params(), kernel.Inputs(x, r))
    chosen = (x == x.max(axis=0)) & (x == x.max(axis=1)[:, None])
    assert chosen.any() and loss == pytest.approx(r[chosen].sum())
    assert np.abs(gradients.x).max() < 1e-12


N, K, L = Affine([("n", 1)]), Affine([("k", 1)]), Affine([("l", 1)])


def exponential(graph: Graph, tensor: str, *shape: Affine) -> Ref:
    """exp of a matrix that is given."""
    given = graph.add(Given(shape, "real", tensor))
    return graph.add(Pointwise(shape, "real", "exp", (Operand(given, (0, 1)),)))


def test_a_product_over_the_axis_is_taken_of_whole_matrices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Σ_i u_ik w_il: BLAS is quicker with one product than with a sum of products of pieces."""
    force_slabs(monkeypatch)
    graph = Graph()
    u, w = exponential(graph, "x", N, K), exponential(graph, "v", N, L)
    product = graph.add(Contraction((K, L), "real", Operand(u, (2, 0)), Operand(w, (2, 1))))
    [loop, last] = slabs.in_slabs(graph, [Compute(r) for r in (u, w, product)], frozenset([product]))
    assert isinstance(loop, Slabs) and loop.extent == N and loop.stored == (u, w)
    assert last == Compute(product)


def test_what_reads_a_sum_over_the_axis_comes_after_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """u_ik − Σ_i u_ik: the sum is not complete before the last piece."""
    force_slabs(monkeypatch)
    graph = Graph()
    u = exponential(graph, "x", N, K)
    total = graph.add(Reduction((K,), "real", "add", Operand(u, (1, 0)), (N,)))
    rest = graph.add(Pointwise((N, K), "real", "subtract", (Operand(u, (0, 1)), Operand(total, (1,)))))
    first, second = slabs.in_slabs(graph, [Compute(r) for r in (u, total, rest)], frozenset([rest]))
    assert isinstance(first, Slabs) and first.sums == (total,) and first.body == (Compute(u), Compute(total))
    assert isinstance(second, Slabs) and second.body == (Compute(rest),)
