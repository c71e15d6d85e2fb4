"""Reports keep within a terminal, Chinese text too; in a file no line is broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.documents import verify_document
from derive.verify.document.told import columns, wrapped

TEXT = r"""
$\delta^2 = (y - a^2) \odot \sigma'(z^2)$，于是 $\frac{\partial C}{\partial b^2} = (y - a^2) \odot \sigma'(z^2)$

$\text{这是一个没有人知道的量，它的名字很长很长很长很长很长很长很长很长很长很长} = \delta^1 x \rho$
"""


@pytest.mark.parametrize("width", [50, 60, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int, tmp_path: Path) -> None:
    document = tmp_path / "d.md"
    document.write_text(TEXT)
    report = verify_document(document, "three-layer")
    lines = report.render_text(width).splitlines()[2:]
    assert max(map(columns, lines)) <= width
    assert all(word in report.render_text(width) for c in report.claims for word in c.reason.split() if len(word) < 20)


def test_a_pipe_gets_whole_lines(tmp_path: Path) -> None:
    document = tmp_path / "d.md"
    document.write_text(TEXT)
    report = verify_document(document, "three-layer")
    for claim in report.claims:
        if claim.status.value == "wrong":
            assert claim.reason in report.render_text()
    assert "\x1b" not in report.render_text()


@pytest.mark.parametrize(
    ("text", "room", "lines"),
    [
        ("one two three", 7, ["one two", "three"]),
        ("一二三四", 4, ["一二", "三四"]),
        ("x 一二三", 5, ["x", "一二", "三"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("", 5, [""]),
    ],
)
def test_wrapping(text: str, room: int, lines: list[str]) -> None:
    assert wrapped(text, room) == lines
    assert all(columns(line) <= room for line in lines)
