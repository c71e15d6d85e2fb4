"""Over what letters run: places, what is stated, and both together."""

from __future__ import annotations

import pytest

from derive.forward.statements import plain_indices
from derive.latex.reading.formula import read_formula
from derive.reading.marks import sequence
from derive.reading.quantity import Misfit, Unknown
from derive.reading.ranges import Interval, Ranges, numbers_within
from derive.reading.stated import Stated, stated
from derive.terms.affine import Affine, Index, index, number, size
from tests.unit.reading.books import book

N, M = size("n"), size("m")


def axis(hi: Affine, lo: int = 1, ordered: bool = False) -> Index:
    return Index("a", number(lo), hi, ordered)


def put(*places: tuple[Affine, Index], **said: Interval) -> Ranges:
    ranges = Ranges(stated=dict(said))
    for k, (at, a) in enumerate(places):
        ranges.put(at, a, f"T{k}")
    return ranges


def ends(found: Index | None) -> tuple[str, str]:
    assert found is not None
    return repr(found.lo), repr(found.hi)


J, K = index("j"), index("k")


def test_a_letter_runs_over_its_axis() -> None:
    assert ends(put((J, axis(N))).of("j")) == ("1", "n")


def test_a_letter_on_two_axes_must_find_one_range() -> None:
    ranges = put((J, axis(N)), (J, axis(M)))
    with pytest.raises(Misfit, match="j runs over 1 … n in T0, and over 1 … m in T1"):
        ranges.of("j")


def test_layers_share_what_they_have_in_common() -> None:
    last = size("L")
    assert ends(put((J, axis(last, 0, True)), (J + 1, axis(last, 1, True))).of("j")) == ("0", "L-1")


def test_where_something_is_added_the_axis_need_only_contain_the_range() -> None:
    assert ends(put((J, axis(N)), (J + N * 2, axis(N * 3))).of("j")) == ("1", "n")
    with pytest.raises(Misfit):
        put((J, axis(N)), (J + N * 3, axis(N * 3))).of("j")


def test_what_is_stated_must_lie_within() -> None:
    assert ends(put((J, axis(N * 4)), (J, axis(N)), j=Interval(number(1), N)).of("j")) == ("1", "n")
    with pytest.raises(Misfit):
        put((J, axis(N)), j=Interval(number(1), N * 2)).of("j")
    with pytest.raises(Unknown, match="bias"):
        put((J, axis(N)), j=Interval(number(0), N)).of("j")
    with pytest.raises(Misfit):
        put((J, axis(N)), j=Interval(number(1), M)).of("j")


def test_one_end_may_be_stated() -> None:
    assert ends(put((J, axis(N)), j=Interval(lo=number(2))).of("j")) == ("2", "n")


def test_a_sum_runs_over_the_shorter_of_two_axes_of_one_size() -> None:
    ranges = put((J, axis(N * 3)), (J, axis(N * 2)))
    assert ends(ranges.of("j", is_bound=True)) == ("1", "2n")
    with pytest.raises(Misfit):
        ranges.of("j")


def test_a_sum_over_axes_of_different_numbers_does_not_fit() -> None:
    with pytest.raises(Misfit):
        put((J, axis(number(3))), (J, axis(number(4)))).of("j", is_bound=True)


def test_a_number_beyond_its_axis() -> None:
    with pytest.raises(Misfit, match="T0 has no place 5: its axis ends at 4"):
        put((number(5), axis(number(4))))


def test_other_letters_leave_a_range() -> None:
    ranges = put((J + K * 2 - 2, axis(number(28))), (K, axis(number(14))))
    assert ends(ranges.of("j")) == ("1", "2")


def test_of_a_letter_that_stands_nowhere_nothing_is_known() -> None:
    assert Ranges().of("j") is None


def test_what_a_sign_binds_is_another_letter() -> None:
    ranges = put((J, axis(N)), j=Interval(number(1), N))
    outside = ranges.open("j", Interval())
    assert ranges.of("j") is None and "j" in ranges.letters
    ranges.put(J, axis(M), "inside")
    assert ends(ranges.of("j")) == ("1", "m")
    ranges.close("j", outside)
    assert ends(ranges.of("j")) == ("1", "n")


def test_an_instance_outside_of_what_is_stated_does_not_count() -> None:
    said = {"l": Interval(number(1), number(2))}
    assert [numbers_within(said, {"l": k}) for k in range(4)] == [False, True, True, False]


# -- remarks ---------------------------------------------------------------------------------------------------------


def said(remark: str) -> Stated:
    b = book("deep")
    chains = read_formula(rf"x = 1, \quad {remark}").chains
    remarks = [*chains[0].remarks, *chains[1:]]
    assert remarks, remark
    return stated(remarks, b.scope(remark).indices)


@pytest.mark.parametrize(
    ("remark", "expected"),
    [
        (r"j = 1, \dots, K", {"j": ("1", "K")}),
        (r"j=1,\ldots,n", {"j": ("1", "n")}),
        (r"l = 1, \dots, L-1", {"l": ("1", "L-1")}),
        (r"l = L-1, \dots, 1", {"l": ("1", "L-1")}),
        (r"l = L, L-1, \dots, 2", {"l": ("2", "L")}),
        (r"t = 1, 2, 3", {"t": ("1", "3")}),
        (r"\forall j \in \{1, \dots, n\}", {"j": ("1", "n")}),
        (r"1 \le j \le n", {"j": ("1", "n")}),
        (r"1 \le l < L", {"l": ("1", "L-1")}),
        (r"l < L", {"l": (None, "L-1")}),
        (r"l \ge 2", {"l": ("2", None)}),
        (r"(l = 1, \dots, L)", {"l": ("1", "L")}),
        (r"\text{for all } l = 1, \dots, L", {"l": ("1", "L")}),
        (r"i=1,\dots,m,\; l=1,\dots,L", {"i": ("1", "m"), "l": ("1", "L")}),
        (r"\forall j", {}),
    ],
)
def test_remarks_state_ranges(remark: str, expected: dict[str, tuple[str | None, str | None]]) -> None:
    def text(a: Affine | None) -> str | None:
        return None if a is None else repr(a)

    found = said(remark)
    assert {x: (text(i.lo), text(i.hi)) for x, i in found.ranges.items()} == expected
    assert not found.unread


def test_what_must_not_be() -> None:
    assert said(r"k \ne j").excluded == (("k", J),)


@pytest.mark.parametrize("remark", [r"x + y = 3", r"l = 1, 3", r"\hat{l} = 1, \dots, L", r"l \approx 3"])
def test_other_remarks_are_kept_as_not_read(remark: str) -> None:
    assert said(remark).unread


def test_letters_before_a_range_share_it() -> None:
    [chain] = read_formula(r"z_{ij} = b, \quad i, j = 1, \dots, 7").chains
    found = stated(chain.remarks, plain_indices()).ranges
    assert {x: (repr(r.lo), repr(r.hi)) for x, r in found.items()} == {"i": ("1", "7"), "j": ("1", "7")}


def test_a_multiple_between_commas_is_one_index() -> None:
    below = [read_formula(s).chains[0].members[0].below for s in ("a_{2u-1,2v}", "a_{u,2}", "a_{2v}")]  # type: ignore[union-attr]
    assert [len(sequence(x)) for x in below] == [2, 2, 2]
