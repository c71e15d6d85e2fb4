"""Scales that readers take over: the value is kept, whatever reads it, and what goes away is what should."""

from __future__ import annotations

import random

import numpy as np
import pytest
from numpy.typing import NDArray

from derive.kernels.program import Contraction, Given, Graph, Number, Operand, Pointwise, Reduction, Ref, Shape
from derive.kernels.scaling import Moving
from derive.terms.affine import Affine

SHAPES: dict[str, Shape] = {"": (), "i": (Affine((), 3),), "j": (Affine((), 4),), "ij": (Affine((), 3), Affine((), 4))}


def given(graph: Graph, tensor: str, axes: str) -> Ref:
    return graph.add(Given(SHAPES[axes], "real", tensor))


def pointwise(graph: Graph, function: str, *args: tuple[Ref, str]) -> Ref:
    axes = max((a for _, a in args), key=len)
    operands = tuple(Operand(r, tuple(axes.index(n) for n in a)) for r, a in args)
    return graph.add(Pointwise(SHAPES[axes], "real", function, operands))


def value(graph: Graph, ref: Ref, seed: int = 0) -> NDArray[np.float64]:
    """The value of a node; given tensors are random numbers that depend on their name."""
    node = graph[ref]
    if isinstance(node, Given):
        rng = np.random.default_rng([seed, *node.tensor.encode()])
        return rng.uniform(0.5, 2.0, tuple(e.const for e in node.shape))
    if isinstance(node, Number):
        return np.array(float(node.value))
    rank = len(node.shape)
    args = [np.einsum(value(graph, o.ref, seed), o.places) for o in node.args]  # type: ignore[arg-type]
    out = list(range(rank))
    if isinstance(node, Contraction):
        return np.asarray(np.einsum(args[0], sorted(node.left.places), args[1], sorted(node.right.places), out))  # type: ignore[type-var]
    if isinstance(node, Reduction):
        return np.asarray(np.einsum(args[0], sorted(node.arg.places), out))  # type: ignore[type-var]
    assert isinstance(node, Pointwise)
    lifted = []
    for o, a in zip(node.arguments, args, strict=True):
        lifted.append(a.reshape([node.shape[p].const if p in o.places else 1 for p in range(rank)]))
    return np.asarray(getattr(np, node.function)(*lifted))


def total(graph: Graph, ref: Ref, places: tuple[int, ...]) -> Ref:
    """The sum over one axis, whose place is 1."""
    [kept], [summed] = ([q for q, p in enumerate(places) if p == k] for k in (0, 1))
    shape = graph[ref].shape
    return graph.add(Reduction((shape[kept],), "real", "add", Operand(ref, places), (shape[summed],)))


def test_normalized_values_are_not_formed() -> None:
    """Σ_i r x̂, x̂ a, x̂ γ: three readers of x̂ = d s, and none needs it."""
    graph = Graph()
    d, r = given(graph, "d", "ij"), given(graph, "r", "ij")
    s, a, gamma = (given(graph, n, "j") for n in "sag")
    x = pointwise(graph, "multiply", (d, "ij"), (s, "j"))
    dot = graph.add(Contraction(SHAPES["j"], "real", Operand(r, (1, 0)), Operand(x, (1, 0))))
    readers = [dot, *(pointwise(graph, "multiply", (x, "ij"), (v, "j")) for v in (a, gamma))]
    moving = Moving(graph, frozenset(readers), frozenset(readers))
    assert moving.goes_away(x)
    made = [moving.rebuilt(r) for r in readers]
    assert x not in set(graph.below(made))
    for new, old in zip(made, readers, strict=True):
        assert np.allclose(value(graph, new), value(graph, old), rtol=1e-13)


@pytest.mark.parametrize("reader", ["result", "sum", "other axis", "matrix", "square", "two of it"])
def test_it_stays_where_a_reader_needs_it(reader: str) -> None:
    graph = Graph()
    d, s = given(graph, "d", "ij"), given(graph, "s", "j")
    x = pointwise(graph, "multiply", (d, "ij"), (s, "j"))
    made = {
        "result": lambda: x,
        "sum": lambda: pointwise(graph, "add", (x, "ij"), (s, "j")),
        "other axis": lambda: pointwise(graph, "multiply", (x, "ij"), (given(graph, "c", "i"), "i")),
        "matrix": lambda: graph.add(
            Contraction((*SHAPES["j"], *SHAPES["j"]), "real", Operand(x, (2, 0)), Operand(d, (2, 1)))
        ),
        "square": lambda: pointwise(graph, "square", (x, "ij")),
        "two of it": lambda: graph.add(Contraction(SHAPES["j"], "real", Operand(x, (1, 0)), Operand(x, (1, 0)))),
    }[reader]()
    moving = Moving(graph, frozenset([made]), frozenset([made]))
    assert not moving.goes_away(x)
    assert moving.rebuilt(made) == made


def test_a_scale_is_summed_with_what_it_scales() -> None:
    """Σ_i d_ij s_i is s d: no product of arrays."""
    graph = Graph()
    d, s = given(graph, "d", "ij"), given(graph, "s", "i")
    x = pointwise(graph, "multiply", (d, "ij"), (s, "i"))
    root = total(graph, x, (1, 0))
    moving = Moving(graph, frozenset([root]), frozenset([root]))
    made = moving.rebuilt(root)
    assert isinstance(graph[made], Contraction)
    assert np.allclose(value(graph, made), value(graph, root), rtol=1e-13)


def test_two_scales_meet() -> None:
    """Σ_i (d s)(e t), and the same times another array: one scale is taken over, then the other."""
    graph = Graph()
    x = pointwise(graph, "multiply", (given(graph, "d", "ij"), "ij"), (given(graph, "s", "j"), "j"))
    z = pointwise(graph, "multiply", (given(graph, "e", "ij"), "ij"), (given(graph, "t", "j"), "j"))
    both = pointwise(graph, "multiply", (x, "ij"), (z, "ij"))
    dot = graph.add(Contraction(SHAPES["j"], "real", Operand(x, (1, 0)), Operand(z, (1, 0))))
    for roots in ([dot], [dot, total(graph, both, (1, 0))], [both]):
        moving = Moving(graph, frozenset(roots), frozenset(roots))
        for root in roots:
            assert np.allclose(value(graph, moving.rebuilt(root)), value(graph, root), rtol=1e-13)


@pytest.mark.parametrize("seed", range(200))
def test_random_readers_keep_their_values(seed: int) -> None:
    rng = random.Random(seed)
    graph = Graph()
    wide = [given(graph, n, "ij") for n in "de"]
    narrow = {a: [given(graph, f"{a}{k}", a) for k in range(2)] for a in "ij"}
    roots = []
    for _ in range(rng.randint(4, 14)):
        kind = rng.choice(["scale", "scale", "by", "wide", "dot", "sum", "add", "narrow"])
        x, a = rng.choice(wide), rng.choice("ij")
        if kind in ("scale", "by"):
            n = rng.choice(narrow[a])
            wide.append(pointwise(graph, "multiply" if kind == "scale" else "divide", (x, "ij"), (n, a)))
        elif kind in ("wide", "add"):
            function = "multiply" if kind == "wide" else "add"
            wide.append(pointwise(graph, function, (x, "ij"), (rng.choice(wide), "ij")))
        elif kind == "narrow":
            one = graph.add(Number((), "number", 1.0))
            n = rng.choice(narrow[a])
            narrow[a].append(pointwise(graph, "divide", (one, ""), (n, a)))
        else:
            places = (0, 1) if a == "i" else (1, 0)
            if kind == "sum":
                narrow[a].append(total(graph, x, places))
            else:
                operands = Operand(x, places), Operand(rng.choice(wide), places)
                narrow[a].append(graph.add(Contraction(SHAPES[a], "real", *operands)))
    roots = [r for r in (*wide, *narrow["i"], *narrow["j"]) if rng.random() < 0.3] or [wide[-1]]
    moving = Moving(graph, frozenset(roots), frozenset(roots))
    for root in roots:
        expected, found = value(graph, root, seed), value(graph, moving.rebuilt(root), seed)
        assert np.allclose(found, expected, rtol=1e-10)
