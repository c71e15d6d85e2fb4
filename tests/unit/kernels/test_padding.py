"""Brackets that keep a read in range become zeros around what is read, where that says the same."""

from __future__ import annotations

from derive.ir.tensor import Tensor
from derive.kernels.padding import Padded, Paddings
from derive.kernels.scattering import Scatterings, scattered_sum
from derive.terms.affine import Affine, Index, index, number, size
from derive.terms.algebra import bound
from derive.terms.term import Entry
from derive.terms.view import Leaf, Summed, View, as_view, times
from tests.stating import scope, upto

i, r, k, t = (index(n) for n in "irkt")
Z = Tensor("z", (Index("p", number(1), number(9)),), "value")


def read(tensor: str, *at: Affine) -> View:
    return Leaf(Entry(tensor, at))


def inside(e: Affine, hi: Affine | int = 9) -> list[View]:
    return [as_view(bound(e - 1)), as_view(bound(-e + hi))]


def paddings() -> Paddings:
    return Paddings({"z": Z}.get)


def test_the_zeros_go_as_far_as_is_read() -> None:
    e = i * 2 + r - 3
    made = paddings()
    view = made.put_into(times([*inside(e), read("x", i), read("z", e)]), scope(upto("i", 5), upto("r", 4)))
    [(name, padded)] = made.found.items()
    assert view == times([read("x", i), read(name, e)])
    assert padded == Padded("z", (Index("p", number(0), number(11)),))


def test_a_side_that_is_surely_in_range_needs_no_zeros() -> None:
    e = i + r
    made = paddings()
    view = made.put_into(times([as_view(bound(-e + 9)), read("z", e)]), scope(upto("i", 8), upto("r", 3)))
    [(name, padded)] = made.found.items()
    assert view == read(name, e) and padded.axes == (Index("p", number(1), number(11)),)


def test_what_is_not_kept_in_range_by_brackets_of_just_this_range_stays() -> None:
    ranges = scope(upto("i", 8), upto("r", 3))
    e = i + r
    for factors in (
        [read("z", e)],
        [*inside(e, 8), read("z", e)],
        [*inside(e), read("other", e)],
        [*inside(e), read("z", e), read("other", e)],
    ):
        product = times(factors)
        assert paddings().put_into(product, ranges) == product


def test_ends_that_move_with_a_round_or_cannot_be_compared_stay() -> None:
    moving = {**scope(upto("i", 8)), "t": upto("t", "T", ordered=True)}
    for e, ranges in ((i + t, moving), (i + size("n") - size("q"), scope(upto("i", 8)))):
        product = times([*inside(e), read("z", e)])
        assert paddings().put_into(product, ranges) == product


def test_a_window_wider_than_its_axis_is_read_with_zeros_and_a_narrow_one_scattered() -> None:
    e = i * 2 + r - 3
    summed = Summed((upto("i", 5),), times([*inside(e), read("x", i), read("z", e)]))
    assert scattered_sum(summed, scope(upto("r", 3)), lambda entry, q: None, paddings()) is None
    assert scattered_sum(summed, scope(upto("r", 20)), lambda entry, q: None, paddings()) is not None


def test_brackets_beside_a_sum_are_those_of_the_entries_in_it() -> None:
    e = k * 3 - 4
    summed = Summed((upto("c", 2),), times([read("w", index("c")), read("z", e)]))
    made = Scatterings(lambda entry, q: None, paddings())
    view = made.named(times([*inside(e), summed]), scope(upto("k", 5)))
    [name] = made.paddings.found
    assert view == Summed((upto("c", 2),), times([read("w", index("c")), read(name, e)]))
