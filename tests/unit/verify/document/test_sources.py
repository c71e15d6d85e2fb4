"""Derivations in the notations of well-known books, papers and courses, in words of their own (`tests/sources/`).

Beside a document NAME.md stand the profile that its prose implies, if it needs one, and NAME.mistakes.yaml, which makes
of it a copy with mistakes. `measured.yaml` says how many links are at least accepted, and how many mistakes are found.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from derive.resources import find_network
from derive.verify.claims import Status
from derive.verify.document.claims import DocumentClaim
from derive.verify.document.whole import verify_document

FOLDER = Path(__file__).resolve().parents[3] / "sources"
MEASURED: dict[str, Any] = yaml.safe_load((FOLDER / "measured.yaml").read_text())
NAMES = sorted(p.stem for p in FOLDER.glob("*.md"))
RIGHT = (Status.PROVED, Status.AGREES, Status.DEFINITION)


def judged(path: Path, profile: Path) -> tuple[DocumentClaim, ...]:
    """The claims of a document; nobody looks for what was meant, which takes the most time and decides nothing."""
    said = profile if profile.is_file() else None
    return verify_document(path, find_network, profile=said, patience=0.0).claims


def test_every_source_is_measured() -> None:
    assert sorted(MEASURED) == NAMES
    assert all((FOLDER / f"{name}.mistakes.yaml").is_file() for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_right_derivation_is_accepted(name: str) -> None:
    claims = judged(FOLDER / f"{name}.md", FOLDER / f"{name}.profile.yaml")
    assert [c.latex for c in claims if c.status is Status.WRONG] == []
    assert sum(c.status in RIGHT for c in claims) >= MEASURED[name]["accepted"]


@pytest.mark.parametrize("name", NAMES)
def test_mistakes_in_it_are_found(name: str, tmp_path: Path) -> None:
    text = (FOLDER / f"{name}.md").read_text()
    changes = yaml.safe_load((FOLDER / f"{name}.mistakes.yaml").read_text())
    lines = []
    for old, new in changes:
        assert text.count(old) == 1, old
        lines.append(text[: text.index(old)].count("\n") + 1)
        text = text.replace(old, new)
    copy = tmp_path / f"{name}.md"
    copy.write_text(text)
    claims = judged(copy, FOLDER / f"{name}.profile.yaml")
    wrong = {c.place.line for c in claims if c.status is Status.WRONG}
    open_lines = {c.place.line for c in claims if c.status is Status.NOT_CHECKED}
    assert all(line in wrong | open_lines for line in lines), "a mistake is accepted"
    assert sum(line in wrong for line in lines) >= MEASURED[name]["found"]
