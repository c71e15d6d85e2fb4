"""Derivations of people who had not seen the verdicts: what is wrong in them is found, and nothing else is.

`verdicts.yaml` holds what was measured, by document: the lines that are called wrong, the word for the planted mistake,
how many links are not checked at most. All documents are judged if BLIND is `all`, else those that take little time.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from derive.documents import verify_document
from derive.verify.claims import Status

FOLDER = Path(__file__).resolve().parents[3] / "mistakes"
MEASURED: dict[str, Any] = yaml.safe_load((FOLDER / "verdicts.yaml").read_text())
NAMES = sorted(p.stem for p in FOLDER.glob("*.md"))
FOUND, NAMED = 26, 17
"""Of the planted mistakes so many at least are called wrong, and so many by the right word."""


def planted(name: str) -> dict[str, Any]:
    said: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text())
    return said


def is_chosen(name: str) -> bool:
    return os.environ.get("BLIND") == "all" or not MEASURED[name].get("slow")


def test_every_document_is_measured() -> None:
    assert sorted(MEASURED) == NAMES
    assert all((FOLDER / f"{name}.profile.yaml").is_file() for name in NAMES)


def test_the_planted_mistakes_are_found() -> None:
    wrong = [n for n in NAMES if planted(n)["wrong"]]
    assert sum(planted(n)["line"] in MEASURED[n]["wrong"] for n in wrong) >= FOUND
    assert sum(MEASURED[n].get("mistake") is not None for n in wrong) >= NAMED


@pytest.mark.parametrize("name", [n for n in NAMES if is_chosen(n)])
def test_verdicts_on_a_blind_document(name: str) -> None:
    report = verify_document(FOLDER / f"{name}.md", profile=FOLDER / f"{name}.profile.yaml")
    wrong = {c.place.line: c.mistake for c in report.claims if c.status is Status.WRONG}
    assert sorted(wrong) == MEASURED[name]["wrong"]
    line = planted(name)["line"]
    if planted(name)["wrong"] and line in wrong:
        assert wrong[line] == MEASURED[name].get("mistake", wrong[line])
    if planted(name)["wrong"]:
        accepted = [
            c for c in report.claims if c.place.line == line and plain(c.latex) in plain(planted(name)["formula"])
        ]
        assert all(c.status in (Status.WRONG, Status.NOT_CHECKED) for c in accepted)
    undecided = sum(c.status is Status.NOT_CHECKED for c in report.claims)
    assert undecided <= MEASURED[name]["not checked"]


def plain(latex: str) -> str:
    return "".join(latex.replace("&", "").split()).lstrip("=")
