"""Derivations as Chinese lecture notes and blogs write them: what is right in them is accepted, what is planted is not.

Beside each document in `tests/chinese` stand its profile, if it needs one, and pairs of a formula and a mistaken one.
`verdicts.yaml` holds what was measured: how many links are accepted, the lines in which something right is called
wrong, and the lines whose planted mistakes are not checked rather than wrong.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from derive.errors import DeriveError
from derive.resources import find_network
from derive.verify.claims import Status
from derive.verify.document.claims import DocumentClaim
from derive.verify.document.profile import read_profile_file
from derive.verify.document.whole import verify_document

FOLDER = Path(__file__).resolve().parents[3] / "chinese"
MEASURED: dict[str, Any] = yaml.safe_load((FOLDER / "verdicts.yaml").read_text())
ACCEPTED = (Status.PROVED, Status.AGREES, Status.DEFINITION)


def claims(name: str, path: Path) -> tuple[DocumentClaim, ...]:
    """Without the search for what was meant, which takes most of the time."""
    file = FOLDER / f"{name}.profile.yaml"
    said = file if file.is_file() else None
    return verify_document(path, find_network, profile=said, patience=0.0).claims


def test_every_document_is_measured() -> None:
    assert sorted(MEASURED) == sorted(p.stem for p in FOLDER.glob("*.md"))


@pytest.mark.parametrize("name", MEASURED)
def test_right_formulas_are_accepted(name: str) -> None:
    found = claims(name, FOLDER / f"{name}.md")
    assert sum(c.status in ACCEPTED for c in found) >= MEASURED[name]["accepted"]
    assert sorted({c.place.line for c in found if c.status is Status.WRONG}) == MEASURED[name].get("refused", [])


@pytest.mark.parametrize("name", MEASURED)
def test_planted_mistakes_are_found(name: str, tmp_path: Path) -> None:
    text = (FOLDER / f"{name}.md").read_text()
    lines = []
    for right, wrong in yaml.safe_load((FOLDER / f"{name}.yaml").read_text()):
        assert text.count(right) >= 1, right
        lines.append(text[: text.index(right)].count("\n") + 1)
        text = text.replace(right, wrong, 1)
    path = tmp_path / f"{name}.md"
    path.write_bytes(text.encode("gb18030"))
    found = {c.place.line for c in claims(name, path) if c.status is Status.WRONG}
    assert [x for x in lines if x not in found] == MEASURED[name].get("undecided", [])


def test_a_profile_that_cannot_be_had_is_told() -> None:
    with pytest.raises(DeriveError):
        read_profile_file(FOLDER / "verdicts.yaml", find_network)
