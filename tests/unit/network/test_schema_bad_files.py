"""Every network file in `tests/cases/bad_networks` is refused with exactly the lines that stand beside it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from derive.errors import DeriveError, NetworkFileError
from derive.network.schema import read_network_file, read_network_text

CASES = Path(__file__).parents[2] / "cases" / "bad_networks"
FILES = sorted(CASES.glob("*.yaml"))
LINE = re.compile(r"\d+(:\d+)?: [^;]+.*; .+")


def refusal(path: Path) -> DeriveError:
    with pytest.raises(DeriveError) as caught:
        read_network_text(path.read_text(encoding="utf-8"), file="F")
    return caught.value


def test_there_are_cases() -> None:
    assert len(FILES) > 100
    assert {path.stem for path in FILES} == {path.stem for path in CASES.glob("*.expected")}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_refusal(path: Path) -> None:
    error = refusal(path)
    found = [line.removeprefix("F:") for line in error.render().splitlines()]
    assert found == path.with_suffix(".expected").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_mistake_has_place_and_repair(path: Path) -> None:
    error = refusal(path)
    mistakes = getattr(error, "errors", (error,))
    assert mistakes
    for mistake in mistakes:
        assert isinstance(mistake, NetworkFileError)
        assert mistake.file == "F"
        assert mistake.line is not None and mistake.line >= 1
        assert mistake.message and mistake.repair
        rendered = mistake.render()
        assert rendered.isprintable()
        assert LINE.fullmatch(rendered.removeprefix("F:"))


def test_the_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text("inputs: {x: 0}\nlayers: [{dense: {units: 2}}]\n", encoding="utf-8")
    with pytest.raises(NetworkFileError) as caught:
        read_network_file(path)
    assert caught.value.render() == (f"{path}:1:13: a size of 0 is not possible; sizes are whole numbers from 1 on")
