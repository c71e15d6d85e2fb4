"""Products with parameters in loops: into how many blocks; sums over members that are not all there yet."""

from __future__ import annotations

from derive.kernels.loop_products import block_count
from derive.kernels.marks import with_sums_over_unfinished
from derive.terms.affine import Index, index, number, size
from derive.terms.term import Entry
from derive.terms.view import Leaf, Summed

n = size("n")


def test_an_axis_is_cut_where_it_is_surely_a_multiple() -> None:
    assert [block_count(n * k) for k in (1, 2, 3, 4, 5)] == [1, 2, 3, 4, 1]
    assert block_count(n * 4 + 1) == 1 and block_count(n * 4 + 4) == 4
    assert [block_count(number(k)) for k in (512, 510, 128, 4096)] == [4, 1, 1, 1]


def test_a_sum_over_unfinished_members_is_a_loop_unless_it_ends_at_the_round_at_hand() -> None:
    s, t = index("s"), index("t")
    body = Leaf(Entry("h", (s,)))
    up_to_now = Summed((Index("s", number(0), t - 1),), body)
    over_all = Summed((Index("s", number(0), size("T")),), body)
    assert with_sums_over_unfinished(up_to_now, {"h": 1}) == up_to_now
    marked = with_sums_over_unfinished(over_all, {"h": 1})
    assert isinstance(marked, Summed) and marked.bounds[0].ordered
    assert with_sums_over_unfinished(over_all, {"g": 1}) == over_all
