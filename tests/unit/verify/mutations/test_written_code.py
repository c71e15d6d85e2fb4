"""Mistakes as people make them in hand-written layers: each is found wrong, and named."""

from __future__ import annotations

import pytest

from derive.verify.mistakes import FORWARD_MISTAKES, MISTAKES
from tests.unit.verify.mutations.networks import NETWORKS, verdict, written
from tests.unit.verify.mutations.planted import BACKWARD, FORWARD
from tests.unit.verify.subjects import changed, statuses, wrong

CASES = [(name, *planted) for group in (BACKWARD, FORWARD) for name, rows in group.items() for planted in rows]


@pytest.mark.parametrize("name", NETWORKS)
def test_right_code_is_right(name: str) -> None:
    report = verdict(name, written(name))
    assert set(statuses(report).values()) == {"agrees"}, report.render_text()


@pytest.mark.parametrize(("name", "old", "new", "codes", "claims"), CASES)
def test_a_mistake_is_named(name: str, old: str, new: str, codes: str, claims: str) -> None:
    report = verdict(name, changed(written(name), old, new))
    found = wrong(report)
    assert set(found) == set(claims.split()), report.render_text()
    expected = {None if c == "?" else c for c in codes.split()}
    assert set(found.values()) <= expected, report.render_text()
    assert expected - {None} <= {*MISTAKES, *FORWARD_MISTAKES}
