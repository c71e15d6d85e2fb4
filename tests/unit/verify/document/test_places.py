"""Every claim stands where its line and column say, in all encodings and kinds of documents."""

from __future__ import annotations

import codecs
import json
from pathlib import Path

import pytest

from derive.documents import verify_document

NETWORK = """
name: small
inputs: {x: n_0}
targets: {y: n_1}
layers:
  - {dense: {units: n_1, activation: sigmoid}}
loss: half_squared_error
"""
LINES = [
    "# 反向传播 backpropagation",
    "",
    "误差\t是 $\\delta^1 = (a^1 - y) \\odot \\sigma'(z^1)$，梯度 $\\frac{\\partial C}{\\partial b^1} = \\delta^1$.",
    "",
    "\\begin{align}",
    "\t\\frac{\\partial C}{\\partial W^1} &= \\delta^1 x^T \\\\",
    "  &= ((a^1 - y) \\odot \\sigma'(z^1)) x^T",
    "\\end{align}",
    "",
    "𝕎 outside the plane, e\u0301 in two signs: $z^1 = W^1 x$",
]
CHINESE = [*LINES[:-1], "没有偏置：$z^1 = W^1 x$"]
FRONT = ["---", "title: δ", "derive:", "  notation: nielsen", "---"]

FILES: dict[str, tuple[str, list[str], bytes, str, str]] = {
    "utf-8": ("a.md", LINES, b"", "utf-8", "\n"),
    "byte order mark": ("a.md", LINES, codecs.BOM_UTF8, "utf-8", "\n"),
    "utf-16": ("a.md", LINES, codecs.BOM_UTF16_LE, "utf-16-le", "\n"),
    "gb18030": ("a.txt", CHINESE, b"", "gb18030", "\n"),
    "crlf": ("a.md", LINES, b"", "utf-8", "\r\n"),
    "crlf in gb18030": ("a.txt", CHINESE, b"", "gb18030", "\r\n"),
    "front matter": ("a.md", [*FRONT, *LINES], b"", "utf-8", "\n"),
    "front matter, mark, crlf": ("a.md", [*FRONT, *LINES], codecs.BOM_UTF8, "utf-8", "\r\n"),
    "plain text": ("a.txt", LINES, b"", "utf-8", "\n"),
    "tex": ("a.tex", ["% $x = y$", "\\input{other}", *LINES[1:]], b"", "utf-8", "\n"),
}
STATUSES = ["proved", "proved", "proved", "proved", "wrong"]


@pytest.fixture
def network(tmp_path: Path) -> Path:
    path = tmp_path / "network.yaml"
    path.write_text(NETWORK)
    return path


@pytest.mark.parametrize("kind", FILES)
def test_lines_and_columns(kind: str, network: Path, tmp_path: Path) -> None:
    name, lines, mark, encoding, ending = FILES[kind]
    document = tmp_path / name
    document.write_bytes(mark + ending.join(lines).encode(encoding))
    report = verify_document(document, network)
    assert [c.status.value for c in report.claims] == STATUSES
    for claim in report.claims:
        assert lines[claim.place.line - 1][claim.place.column - 1 :].startswith(claim.latex)
    if name == "a.tex":
        assert any("other" in note for note in report.notes)


def test_in_the_cells_of_a_notebook(network: Path, tmp_path: Path) -> None:
    cells = [LINES[:4], ["x = 1"], LINES[4:]]
    data = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {},
        "cells": [
            {"cell_type": kind, "metadata": {}, "source": [f"{line}\n" for line in lines]}
            for kind, lines in zip(("markdown", "code", "markdown"), cells, strict=True)
        ],
    }
    document = tmp_path / "a.ipynb"
    document.write_text(json.dumps(data))
    report = verify_document(document, network)
    assert [c.status.value for c in report.claims] == STATUSES
    assert [c.place.cell for c in report.claims] == [1, 1, 3, 3, 3]
    for claim in report.claims:
        assert claim.place.cell is not None
        line = cells[claim.place.cell - 1][claim.place.line - 1]
        assert line[claim.place.column - 1 :].startswith(claim.latex)
