"""What docs/verification.md shows is what the tool says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from derive.documents import verify_document
from derive.verify.claims import Status
from derive.verify.document.claims import DocumentReport
from derive.verify.document.profile import KEYS, MEANINGS

PAGE = (Path(__file__).resolve().parents[4] / "docs" / "verification.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    [found] = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


def rows(heading: str) -> list[str]:
    """The first cells of the table with this heading."""
    lines = PAGE[PAGE.index(f"| {heading} |") :].split("\n\n")[0].splitlines()
    return re.findall(r"`([\w -]+)`", " ".join(line.split("|")[1] for line in lines[2:]))


@pytest.fixture
def report(tmp_path: Path) -> DocumentReport:
    (tmp_path / "lecture.md").write_text(block("markdown"), encoding="utf-8")
    (tmp_path / "profile.yaml").write_text(block("yaml"), encoding="utf-8")
    return verify_document(tmp_path / "lecture.md", profile=tmp_path / "profile.yaml")


def test_the_example_comes_out_as_shown(report: DocumentReport) -> None:
    shown = report.render_text().split("\n\n")[1]
    assert shown.rstrip() == block("text").rstrip()


def test_every_key_and_every_status_is_explained() -> None:
    assert rows("key") == list(KEYS)
    assert rows("form of a name") == list(MEANINGS)
    assert set(rows("status")) == {s.value for s in Status}


def test_every_field_of_a_claim_is_explained(report: DocumentReport) -> None:
    data = report.as_data()
    assert set(rows("field")) == set(data["claims"][0])
    assert set(data) == {"document", "claims", "counts"}
