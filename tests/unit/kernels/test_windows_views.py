"""Index expressions as starts and steps, and sums over windows as scattered sums."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derive.kernels.arithmetic import Arithmetic
from derive.kernels.memory import Memory, blocks_of
from derive.kernels.named import Named
from derive.kernels.packing import with_columns
from derive.kernels.program import Contraction, Given, Graph, Operand
from derive.kernels.scattering import scattered_sum, sum_by_id
from derive.kernels.strides import is_linear, is_once, meets_once, merged_groups, runs_of
from derive.kernels.window_nodes import Packed, Strided, Written
from derive.terms.affine import Affine, IdEntry, Index, index, number, quotient, size
from derive.terms.algebra import bound, delta, divides
from derive.terms.term import Entry, Poly
from derive.terms.view import Leaf, Num, Summed, View, as_view, times
from tests.stating import scope, upto

k, p, r, c = (index(n) for n in "kprc")


def shape(*extents: int | str) -> tuple[Affine, ...]:
    return tuple(size(e) if isinstance(e, str) else number(e) for e in extents)


def read(tensor: str, *at: Affine) -> View:
    return Leaf(Entry(tensor, at))


def bracket(poly: Poly) -> View:
    return as_view(poly)


# -- strides -------------------------------------------------------------------------------------------------


def test_windows_are_starts_and_steps_whatever_the_names_are() -> None:
    ranges = scope(upto("p", 4), upto("r", 3))
    runs = runs_of([p * 2 + r - 2], [number(1)], ranges)
    assert (runs.names, runs.starts, runs.steps) == (("p", "r"), (number(0),), ((2, 1),))
    renamed = runs_of([index("z") * 2 + index("a") - 2], [number(1)], scope(upto("z", 4), upto("a", 3)))
    assert (renamed.shape, renamed.starts, renamed.steps) == (runs.shape, runs.starts, runs.steps)


def test_ids_and_quotients_of_axes_are_not_linear() -> None:
    ranges = scope(upto("p", 4))
    assert is_linear(p * 3 + size("n"), ranges)
    assert not is_linear(quotient(p, 2), ranges)
    assert not is_linear(Affine([(IdEntry("y", (p,)), 1)]), ranges)


@pytest.mark.parametrize(
    "extents, steps, once",
    [
        ((4, 3), (3, 1), True),
        ((4, 3), (2, 1), False),
        ((4, 3), (1, 1), False),
        ((4, 2), (3, 2), True),
        (("n", 3), (3, 1), True),
        ((4, "n"), (3, 1), False),
        ((4, 1), (1, 1), True),
        ((2, 2), (-2, 1), True),
    ],
)
def test_places_that_never_meet(extents: tuple[int | str, ...], steps: tuple[int, ...], once: bool) -> None:
    assert meets_once(shape(*extents), steps) is once


def test_meeting_is_told_by_brute_force() -> None:
    for extents, steps in (((3, 2), (2, 3)), ((2, 3), (5, 2)), ((3, 3), (4, 2)), ((2, 2), (1, 3))):
        sums = [a * steps[0] + b * steps[1] for a in range(extents[0]) for b in range(extents[1])]
        assert not meets_once(shape(*extents), steps) or len(set(sums)) == len(sums)


def test_merged_axes_are_a_reshape_only_if_they_are_everything() -> None:
    whole = Written(shape("m", 2, 3), shape(0, 0), ((1, 0, 0), (0, 3, 1)))
    assert merged_groups(whole, shape("m", 6)) == (1, 2)
    assert merged_groups(whole, shape("m", 7)) is None
    assert merged_groups(Written(shape(2, 3), shape(0), ((1, 2),)), shape(6)) is None
    assert merged_groups(Written(shape(2, 3), shape(1), ((3, 1),)), shape(6)) is None


# -- scattered sums ------------------------------------------------------------------------------------------


def test_a_window_becomes_an_axis() -> None:
    e = k - p * 2
    body = times([read("z", p), read("w", e + 2), bracket(bound(e + 1)), bracket(bound(-e + 1))])
    found = scattered_sum(Summed((upto("p", 4),), body), scope(upto("k", 9)), lambda entry, q: None)
    assert found is not None
    [target] = found.targets
    u = index("k~")
    assert target.place == p * 2 + u
    assert {b.name: (b.lo, b.hi) for b in found.over} == {"k~": (number(-1), number(1)), "p": (number(1), number(4))}
    assert found.body == times([read("z", p), read("w", u + 2)])


def test_divisibility_beside_a_quotient_is_solved() -> None:
    e = quotient(k + r - 1, 2) - r
    body = times([read("z", e), read("w", r), bracket(divides(k + r - 1, 2)), bracket(bound(e - 1))])
    found = scattered_sum(Summed((upto("r", 3),), body), scope(upto("k", 12)), lambda entry, q: upto("p", 4))
    assert found is not None
    assert found.targets[0].place == index("k~") * 2 + r - 1
    assert found.body == times([read("z", index("k~") - 1), read("w", r)])


def test_a_mask_is_no_window() -> None:
    """[j ≤ i] beside entries at i: the axis is read by itself."""
    i, j = index("i"), index("j")
    body = times([read("S", i, j), read("V", j), bracket(bound(i - j))])
    assert scattered_sum(Summed((upto("j", "n"),), body), scope(upto("i", "n")), lambda entry, q: None) is None


def test_no_loop_over_symbolic_extents() -> None:
    body = times([read("a", k - p), read("b", p), bracket(bound(k - p - 1)), bracket(bound(size("n") - k + p))])
    ranges = scope(upto("k", size("n") + size("m")))
    assert scattered_sum(Summed((upto("p", "m"),), body), ranges, lambda entry, q: None) is None


def test_ids_under_a_sum_are_added_up() -> None:
    ids = Affine([(IdEntry("y", (p,)), 1)])
    body = times([read("g", p, c), bracket(delta(k - ids - 1))])
    found = sum_by_id(Summed((upto("p", "m"),), body), scope(upto("k", 9), upto("c", 2)))
    assert found is not None
    assert (found.axes, found.ids, found.body) == (("k", "c"), ids + 1, read("g", p, c))
    free = times([Num(Fraction(2)), bracket(delta(k - ids - 1))])
    assert sum_by_id(Summed((), free), scope(upto("k", 9), upto("p", "m"))) is None


# -- columns -------------------------------------------------------------------------------------------------


def windows_of(graph: Graph) -> Named:
    """Windows (m, c, p, r) of an array (m, 2, 6)."""
    x = graph.add(Given(shape("m", 2, 6), "real", "x"))
    steps = ((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 1))
    node = Strided(shape("m", 2, 4, 3), "real", Operand(x, (0, 1, 2)), shape(0, 0, 0), steps)
    return Named(graph.add(node), ("m", "c", "p", "r"))


def test_a_product_and_its_gradient_share_the_columns() -> None:
    graph = Graph()
    seen = windows_of(graph)
    W = Named(graph.add(Given(shape(5, 2, 3), "real", "W")), ("o", "c", "r"))
    z = Named(graph.add(Given(shape("m", 5, 4), "real", "z")), ("m", "o", "p"))
    _, forward = with_columns(graph, W, seen, ("c", "r"))
    _, gradient = with_columns(graph, z, seen, ("m", "p"))
    assert isinstance(graph[forward.ref], Packed)
    assert forward == gradient
    assert forward.names == ("c", "r", "p", "m"), "the samples are innermost"


def test_samples_stay_innermost_through_a_product() -> None:
    graph = Graph()
    arithmetic = Arithmetic(graph, ("m", "o", "p"))
    W = Named(graph.add(Given(shape(5, 2, 3), "real", "W")), ("o", "c", "r"))
    value = arithmetic.contract(*with_columns(graph, W, windows_of(graph), ("c", "r")), ("c", "r"))
    node = graph[value.ref]
    assert isinstance(node, Contraction)
    assert blocks_of(Memory(graph), node) is not None
    assert value.axes[Memory(graph).order(value.ref)[-1]] == "m"


def test_extents_are_told_apart() -> None:
    assert not is_once(shape(4, 3), ((1, 1),))
    assert is_once(shape(4, 3), ((1, 0), (0, 1)))
    assert isinstance(upto("k", 2), Index)
