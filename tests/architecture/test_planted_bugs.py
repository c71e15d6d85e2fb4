"""The bugs that `make mutate` plants are still bugs in this code."""

from pathlib import Path

import pytest

from tests.mutations import BUGS, Bug

ROOT = Path(__file__).resolve().parents[2]


def test_at_least_thirty_are_planted() -> None:
    assert len({(bug.file, bug.old, bug.new) for bug in BUGS}) >= 30


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.breaks)
def test_the_text_that_is_replaced_stands_in_its_file_once(bug: Bug) -> None:
    assert (ROOT / bug.file).read_text().count(bug.old) == 1
    assert bug.old != bug.new
