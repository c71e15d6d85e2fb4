"""Sums over everything from sums that are there: the value is kept, and what is wide goes away where it may."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from derive.derivation import derive_adjoints
from derive.kernels import emit_kernel, load_kernel
from derive.kernels.known_sums import KnownSums
from derive.kernels.program import Contraction, Graph, Number, Operand, Reduction, Ref
from derive.network.compile import compile_network
from derive.network.schema import read_network_text
from derive.terms.affine import Affine
from tests.unit.kernels.test_scaling import SHAPES, given, pointwise, value

SIZES = {"i": 3, "j": 4, "k": 5}


def matrix(graph: Graph, tensor: str, axes: str) -> Ref:
    """A given tensor with axes of the extents of `SIZES`."""
    SHAPES.setdefault(axes, tuple(Affine((), SIZES[a]) for a in axes))
    return given(graph, tensor, axes)


def contraction(graph: Graph, axes: str, *args: tuple[Ref, str]) -> Ref:
    """Σ of the product of two values, with the result's axes and those of the values as letters."""
    order = axes + "".join(sorted({n for _, a in args for n in a} - set(axes)))
    left, right = (Operand(r, tuple(order.index(n) for n in a)) for r, a in args)
    return graph.add(Contraction(tuple(Affine((), SIZES[a]) for a in axes), "real", left, right))


def total(graph: Graph, axes: str, ref: Ref, inner: str) -> Ref:
    """The sum of a value over the axes that `axes` lacks."""
    rest = [a for a in inner if a not in axes]
    places = tuple((axes + "".join(rest)).index(a) for a in inner)
    shape, over = (tuple(Affine((), SIZES[a]) for a in names) for names in (axes, rest))
    return graph.add(Reduction(shape, "real", "add", Operand(ref, places), over))


def exchanged(graph: Graph, cost: Ref, *others: Ref) -> Ref:
    """The cost made of known sums, after a look at its value."""
    sums = KnownSums(graph, frozenset([cost, *others]))
    made = sums.rebuilt(cost)
    assert all(sums.rebuilt(r) == r for r in others)
    assert np.allclose(value(graph, made), value(graph, cost), rtol=1e-12)
    return made


def affine(graph: Graph, function: str = "add") -> tuple[Ref, Ref, Ref, Ref]:
    """r, x̂, x̂ γ + β (or another function of both), and Σ r of it."""
    r, x = given(graph, "r", "ij"), pointwise(graph, "tanh", (given(graph, "x", "ij"), "ij"))
    scaled = pointwise(graph, "multiply", (x, "ij"), (given(graph, "gamma", "j"), "j"))
    y = pointwise(graph, function, (scaled, "ij"), (given(graph, "beta", "j"), "j"))
    return r, x, y, contraction(graph, "", (r, "ij"), (y, "ij"))


@pytest.mark.parametrize("function", ["add", "subtract"])
def test_an_affine_value_is_not_formed(function: str) -> None:
    """Σ r (x̂ γ + β) = γ · Σ_i r x̂ + β · Σ_i r."""
    graph = Graph()
    r, x, y, cost = affine(graph, function)
    known = contraction(graph, "j", (r, "ij"), (x, "ij")), total(graph, "j", r, "ij")
    made = exchanged(graph, cost, *known)
    assert y not in graph.below([made]) and set(known) <= set(graph.below([made]))


def test_products_may_be_formed_before_they_are_summed() -> None:
    graph = Graph()
    r, x, y, cost = affine(graph)
    product = pointwise(graph, "multiply", (r, "ij"), (x, "ij"))
    made = exchanged(graph, cost, total(graph, "j", product, "ij"), total(graph, "j", r, "ij"))
    assert y not in graph.below([made])


def test_attention_needs_no_output() -> None:
    """Σ r (P V) = Σ_i Σ_k P_ik (r Vᵀ)_ik, where that sum over k is there."""
    graph = Graph()
    r, P, V = (matrix(graph, n, a) for n, a in (("r", "ij"), ("P", "ik"), ("V", "kj")))
    output = contraction(graph, "ij", (P, "ik"), (V, "kj"))
    cost = contraction(graph, "", (r, "ij"), (output, "ij"))
    back = contraction(graph, "ik", (r, "ij"), (V, "kj"))
    assert output not in graph.below([exchanged(graph, cost, back)])
    rows = contraction(graph, "i", (back, "ik"), (P, "ik"))
    made = exchanged(graph, cost, rows)
    assert isinstance(graph[made], Reduction) and [o.ref for o in graph[made].args] == [rows]


Setting = Callable[[Graph], tuple[Ref, list[Ref]]]


def nothing_known(graph: Graph) -> tuple[Ref, list[Ref]]:
    return affine(graph)[3], []


def one_part_known(graph: Graph) -> tuple[Ref, list[Ref]]:
    r, x, _, cost = affine(graph)
    return cost, [contraction(graph, "j", (r, "ij"), (x, "ij"))]


def read_elsewhere(graph: Graph) -> tuple[Ref, list[Ref]]:
    r, x, y, cost = affine(graph)
    known = [contraction(graph, "j", (r, "ij"), (x, "ij")), total(graph, "j", r, "ij")]
    return cost, [*known, pointwise(graph, "exp", (y, "ij"))]


def handed_out(graph: Graph) -> tuple[Ref, list[Ref]]:
    r, x, y, cost = affine(graph)
    return cost, [contraction(graph, "j", (r, "ij"), (x, "ij")), total(graph, "j", r, "ij"), y]


def no_sum(graph: Graph) -> tuple[Ref, list[Ref]]:
    r, x, _, cost = affine(graph, "maximum")
    return cost, [contraction(graph, "j", (r, "ij"), (x, "ij")), total(graph, "j", r, "ij")]


def exact(graph: Graph) -> tuple[Ref, list[Ref]]:
    """Σ r (x − μ): taken apart, it would lose what x and μ have in common."""
    r, x = given(graph, "r", "ij"), given(graph, "x", "ij")
    y = pointwise(graph, "subtract", (x, "ij"), (given(graph, "mu", "j"), "j"))
    known = [contraction(graph, "j", (r, "ij"), (x, "ij")), total(graph, "j", r, "ij")]
    return contraction(graph, "", (r, "ij"), (y, "ij")), known


def exactly_halved(graph: Graph) -> tuple[Ref, list[Ref]]:
    r, x = given(graph, "r", "ij"), given(graph, "x", "ij")
    half = pointwise(graph, "multiply", (x, "ij"), (graph.add(Number((), "number", 0.5)), ""))
    y = pointwise(graph, "subtract", (half, "ij"), (given(graph, "mu", "j"), "j"))
    known = [contraction(graph, "j", (r, "ij"), (x, "ij")), total(graph, "j", r, "ij")]
    return contraction(graph, "", (r, "ij"), (y, "ij")), known


def other_axis(graph: Graph) -> tuple[Ref, list[Ref]]:
    """Σ_j r x̂ is no part of Σ_ij r x̂ γ_j."""
    r, x, _, cost = affine(graph)
    return cost, [contraction(graph, "i", (r, "ij"), (x, "ij")), total(graph, "j", r, "ij")]


@pytest.mark.parametrize(
    "setting",
    [nothing_known, one_part_known, read_elsewhere, handed_out, no_sum, exact, exactly_halved, other_axis],
)
def test_it_stays_where_nothing_is_gained(setting: Setting) -> None:
    graph = Graph()
    cost, others = setting(graph)
    assert exchanged(graph, cost, *others) == cost


def test_what_is_made_of_the_sum_is_made_anew() -> None:
    graph = Graph()
    r, x, y, cost = affine(graph)
    known = contraction(graph, "j", (r, "ij"), (x, "ij")), total(graph, "j", r, "ij")
    mean = pointwise(graph, "multiply", (cost, ""), (graph.add(Number((), "number", 0.25)), ""))
    assert y not in graph.below([exchanged(graph, mean, *known)])


@pytest.mark.parametrize("seed", range(150))
def test_random_sums_keep_their_values(seed: int) -> None:
    """Random sums and products of few arrays, so that known ones fit often; how often is looked at below."""
    _random_sum(seed)


def test_random_sums_are_exchanged_often() -> None:
    assert sum(map(_random_sum, range(150))) > 15


def _random_sum(seed: int) -> bool:
    rng = random.Random(seed)
    graph = Graph()
    wide = [given(graph, n, "ij") for n in "rd"]
    narrow = {a: [given(graph, f"{a}{n}", a) for n in range(2)] for a in "ij"}
    for _ in range(rng.randint(1, 3)):
        a = rng.choice("ij")
        scaled = pointwise(graph, "multiply", (rng.choice(wide), "ij"), (rng.choice(narrow[a]), a))
        wide.append(pointwise(graph, rng.choice(["add", "subtract"]), (scaled, "ij"), (rng.choice(narrow[a]), a)))
    cost = contraction(graph, "", (rng.choice(wide), "ij"), (wide[-1], "ij"))
    known = [total(graph, a, w, "ij") for w in wide[:2] for a in "ij"]
    known += [contraction(graph, a, (w, "ij"), (v, "ij")) for w in wide[:2] for v in wide[:2] for a in "ij"]
    return exchanged(graph, cost, *known) != cost


# -- in kernels ------------------------------------------------------------------------------------------

TEXT = """\
notation: rows
batch: {size: m, reduce: mean}
inputs: {x: 6}
targets: {r: 6}
layers:
  - %s
loss: inner_product
"""


def gradient_code(layer: str) -> str:
    network = compile_network(read_network_text(TEXT % layer))
    source = emit_kernel(network, derive_adjoints(network), "all")
    start = source.index("def value_and_grad")
    return source[start : source.index("\ndef ", start + 1)]


@pytest.mark.parametrize("layer", ["layer_norm: {}", "batch_norm: {}"])
def test_the_output_of_a_layer_is_not_formed_for_its_loss(layer: str) -> None:
    code = gradient_code(layer)
    assert "y1 =" not in code and "    C = (np.dot(" in code


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shift", [0.0, 1e3, -1e6])
def test_the_loss_is_as_exact_as_of_the_formed_output(shift: float, dtype: type) -> None:
    """Also where β is far larger than γ x̂: against Σ r y in higher precision, with the error of rounding y itself."""
    network = compile_network(read_network_text(TEXT % "layer_norm: {}"))
    kernel = load_kernel(emit_kernel(network, derive_adjoints(network), "all"))
    rng = np.random.default_rng(0)
    x, r = (rng.standard_normal((40, 6)).astype(dtype) for _ in range(2))
    gamma, beta = rng.standard_normal(6).astype(dtype), (shift + rng.standard_normal(6)).astype(dtype)
    loss, *_ = kernel.value_and_grad(kernel.Params(gamma, beta), kernel.Inputs(x, r))
    y = _normalized(x) * gamma.astype(np.longdouble) + beta
    expected = np.mean(np.sum(r * y, axis=1))
    rounding = np.finfo(dtype).eps * np.mean(np.sum(np.abs(r * y), axis=1))
    assert loss.dtype == dtype and abs(loss - expected) < 4 * rounding


def _normalized(x: NDArray[np.floating]) -> NDArray[np.longdouble]:
    long = x.astype(np.longdouble)
    centred = long - long.mean(axis=1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-5)
