"""The example of docs/hand-written.md is judged as it says there."""

from __future__ import annotations

import re
from pathlib import Path

from tests.unit.verify.subjects import report_on_source

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "hand-written.md").read_text()


def test_the_example_is_judged_as_the_page_says(tmp_path: Path) -> None:
    code, said = (re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)[0] for kind in ("python", "text"))
    report = report_on_source(tmp_path, code, "three-layer")
    lines = [line.split(maxsplit=2) for line in said.splitlines()]
    assert [(c.name, c.status.value) for c in report.claims] == [(name, status) for name, status, *_ in lines]
    for claim, (_, _, *reason) in zip(report.claims, lines, strict=True):
        assert not reason or claim.reason.startswith(reason[0]), claim.reason
    assert {c.mistake for c in report.claims if c.mistake} == {"value-for-derivative"}
