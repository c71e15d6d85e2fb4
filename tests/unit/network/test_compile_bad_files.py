"""Every file in `tests/cases/bad_shapes` reads well, and is refused with exactly the lines beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.errors import DeriveError
from derive.network.compile import compile_network
from derive.network.schema import read_network_text

CASES = Path(__file__).parents[2] / "cases" / "bad_shapes"
FILES = sorted(CASES.glob("*.yaml"))


def test_there_are_cases() -> None:
    assert len(FILES) > 25
    assert {path.stem for path in FILES} == {path.stem for path in CASES.glob("*.expected")}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_refusal(path: Path) -> None:
    spec = read_network_text(path.read_text(encoding="utf-8"), file="F")
    with pytest.raises(DeriveError) as caught:
        compile_network(spec)
    expected = path.with_suffix(".expected").read_text(encoding="utf-8").splitlines()
    assert [line.removeprefix("F:") for line in caught.value.render().splitlines()] == expected
    for mistake in getattr(caught.value, "errors", (caught.value,)):
        assert mistake.line is not None
        assert mistake.repair
