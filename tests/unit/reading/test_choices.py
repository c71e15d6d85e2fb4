"""Readings: all ways once, the likely one first, within a bound."""

from __future__ import annotations

from derive.errors import DeriveError
from derive.reading.choices import MOST, Choices, readings
from derive.reading.quantity import Misfit, Unknown


def test_all_combinations_are_tried_in_order() -> None:
    found = readings(lambda c: c.choose("ab") + c.choose("xy"), lambda r: r)
    assert found.found == ("ax", "ay", "bx", "by") and found.are_all


def test_the_same_question_has_one_answer_in_a_run() -> None:
    found = readings(lambda c: c.choose("ab", "q") + c.choose("ab", "q"), lambda r: r)
    assert found.found == ("aa", "bb")


def test_a_choice_may_depend_on_another() -> None:
    found = readings(lambda c: c.choose("xyz") if c.choose((True, False)) else "none", lambda r: r)
    assert found.found == ("x", "y", "z", "none")


def test_equal_readings_count_once() -> None:
    assert readings(lambda c: c.choose((1, 2, 3)) % 2, lambda r: r).found == (1, 0)


def test_what_does_not_fit_is_told_apart_from_what_is_unknown() -> None:
    def read(c: Choices) -> str:
        match c.choose("mudr"):
            case "m":
                raise Misfit("extents")
            case "u":
                raise Unknown("name")
            case "d":
                raise DeriveError("other")
        return "right"

    found = readings(read, lambda r: r)
    assert found.found == ("right",)
    assert [e.message for e in found.misfits] == ["extents"]
    assert [e.message for e in found.unknown] == ["name", "other"]


def test_so_many_readings_and_no_more() -> None:
    runs = []

    def read(c: Choices) -> int:
        runs.append(1)
        return sum(c.choose((0, 1 << k)) for k in range(30))

    found = readings(read, lambda r: r)
    assert len(runs) == MOST and not found.are_all
