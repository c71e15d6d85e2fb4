"""Files: encodings, limits, front matter, notebooks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from derive.errors import DeriveError
from derive.latex.reading.decoding import SIZE_LIMIT
from derive.latex.reading.extract import document_of, read_document

TEXT = "# 反向传播\n\n其中 $\\delta$ 为误差，“见下文”（第3节）——完。\n"

ENCODINGS = {
    "utf-8": (TEXT.encode(), "utf-8"),
    "utf-8 with mark": (TEXT.encode("utf-8-sig"), "utf-8"),
    "utf-16 little": (b"\xff\xfe" + TEXT.encode("utf-16-le"), "utf-16"),
    "utf-16 big": (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16"),
    "gb18030": (TEXT.encode("gb18030"), "gb18030"),
    "gbk": (TEXT.encode("gbk"), "gb18030"),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_encodings(name: str, tmp_path: Path) -> None:
    data, encoding = ENCODINGS[name]
    path = tmp_path / "doc.md"
    path.write_bytes(data)
    document = read_document(path)
    assert document.text == TEXT
    assert document.encoding == encoding
    assert document.name == str(path)
    (fragment,) = document.fragments
    place = document.place(fragment.start)
    assert (place.line, place.column) == (3, 5)
    assert fragment.heading == ("反向传播",)


REFUSED = {
    "binary": (b"\x00\x01\x02", "binary"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "binary"),
    "control characters": (b"\x01\x02\x03\x04 text", "binary"),
    "latin-1": ("caf\xe9 na\xefve \xe0 \xe9 \xf1o".encode("latin-1"), "is not UTF-8"),
    "broken": (b"ok\nok \xff\xff\xff", "is not UTF-8"),
    "broken utf-16": (b"\xff\xfe\x00\xd8\x00", "is not UTF-16"),
    "too long": (b"a" * (SIZE_LIMIT + 1), "longer than 8 MB"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_text_is_refused(name: str, tmp_path: Path) -> None:
    data, message = REFUSED[name]
    path = tmp_path / "doc.md"
    path.write_bytes(data)
    with pytest.raises(DeriveError, match=message) as raised:
        read_document(path)
    assert raised.value.file == str(path)
    assert raised.value.repair


def test_the_place_of_a_wrong_byte(tmp_path: Path) -> None:
    path = tmp_path / "doc.md"
    path.write_bytes(b"ok\nok \xff\xff\xff")
    with pytest.raises(DeriveError) as raised:
        read_document(path)
    assert (raised.value.line, raised.value.column) == (2, 4)


def test_missing_files_and_folders(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.md", tmp_path / "a\0b"):
        with pytest.raises(DeriveError):
            read_document(path)


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("a.md", "words", "markdown"),
        ("a.MARKDOWN", "words", "markdown"),
        ("a.tex", "words", "tex"),
        ("a.txt", "words", "text"),
        ("a.txt", "# words", "markdown"),
        ("a", "\\documentclass{a}", "tex"),
    ],
)
def test_the_kind_by_suffix(name: str, text: str, kind: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert read_document(path).kind == kind


def front(yaml: str, close: str = "---") -> str:
    return f"---\n{yaml}\n{close}\n\n$a$\n"


FRONT_MATTER = {
    "layout: post\ntitle: a: b: [c\n": {},
    "derive:\n  notation: ng\n  n: 3\n  rate: 1e-3\n  on: true\n  names: {W: 'x', v: null}\ntitle: {x": {
        "notation": "ng",
        "n": 3,
        "rate": 0.001,
        "on": True,
        "names": {"W": "x", "v": None},
    },
    "title: x\nderive: {notation: ng, layers: [1, 2]}": {"notation": "ng", "layers": [1, 2]},
    "derive:": {},
    "derive:\n\n  # comment\n  a: 1\n": {"a": 1},
    "underived: 1\n": {},
    "text: |\n  derive:\n    a: 1": {},
}


@pytest.mark.parametrize("yaml", FRONT_MATTER)
def test_front_matter(yaml: str) -> None:
    document = document_of(front(yaml), "doc.md", "markdown")
    assert document.front_matter == FRONT_MATTER[yaml]
    assert [(f.source, f.before) for f in document.fragments] == [("a", "")]
    assert document.headings == ()


def test_front_matter_with_other_fences() -> None:
    assert document_of(front("derive: {a: 1}", "..."), "x", "markdown").front_matter == {"a": 1}
    hugo = document_of("+++\nderive = 1\nprice = '$x$'\n+++\n$a$", "x", "markdown")
    assert (hugo.front_matter, [f.source for f in hugo.fragments]) == ({}, ["a"])
    assert document_of("text\n---\nderive: {a: 1}\n---\n", "x", "markdown").front_matter == {}


def test_the_source_of_front_matter_keeps_its_lines() -> None:
    document = document_of(front("title: x\nderive:\n  a: 1\nother: 2"), "x", "markdown")
    assert document.front_matter_source.split("\n")[:4] == ["", "", "derive:", "  a: 1"]
    assert "other" not in document.front_matter_source


WRONG_FRONT_MATTER = {
    "title: x\nderive:\n  a: [1": 5,
    "derive:\n  a: 1\n  a: 2": 4,
    "derive:\n  a: &x 1\n  b: *x": 3,
    "derive: *x": 2,
    "derive: text": 2,
    "a: 1\nderive:\n- 1": 3,
    "derive:\n  ? [a]\n  : 1": 3,
    "derive:\n  a: \x07": 3,
    "derive: !!python/object:os.system {a: 1}": 2,
    "derive: " + "[" * 100: 2,
    "derive: {" + ",".join(f"a{i}: 1" for i in range(6000)) + "}": 2,
    "derive:\n  &a a: [x, x]\n  b: &b [*a, *a]\n  c: [*b, *b]": 3,
}


@pytest.mark.parametrize("yaml", WRONG_FRONT_MATTER, ids=range(len(WRONG_FRONT_MATTER)))
def test_wrong_front_matter_has_its_place(yaml: str) -> None:
    with pytest.raises(DeriveError) as raised:
        document_of(front(yaml), "doc.md", "markdown")
    assert (raised.value.file, raised.value.line) == ("doc.md", WRONG_FRONT_MATTER[yaml])
    assert raised.value.repair


def notebook(*cells: tuple[str, object], **rest: object) -> str:
    return json.dumps({"cells": [{"cell_type": kind, "source": s} for kind, s in cells], "nbformat": 4, **rest})


def test_a_notebook() -> None:
    text = notebook(
        ("markdown", ["# Title\n", "\n", "the $x$"]),
        ("code", "print('$n$')"),
        ("markdown", "next $y$\n\n```\nnever closed"),
        ("raw", "$r$"),
        ("markdown", "and $$z$$"),
        metadata={"derive": {"notation": "ng"}},
    )
    document = document_of(text, "a.ipynb", "notebook")
    assert [f.source for f in document.fragments] == ["x", "y", "z"]
    assert [document.text[f.start : f.end] for f in document.fragments] == ["x", "y", "z"]
    places = [document.place(f.start) for f in document.fragments]
    assert [(p.cell, p.line, p.column) for p in places] == [(1, 3, 6), (3, 1, 7), (5, 1, 7)]
    assert document.fragments[2].heading == ("Title",)
    assert document.fragments[1].before == "next"
    assert [(p.place.cell, p.place.line) for p in document.problems] == [(3, 3)]
    assert document.front_matter == {"notation": "ng"}


def test_a_notebook_of_format_3() -> None:
    cells = [{"cell_type": "markdown", "source": ["$x$"]}]
    document = document_of(json.dumps({"worksheets": [{"cells": cells}], "nbformat": 3}), "a", "notebook")
    assert [f.source for f in document.fragments] == ["x"]


def test_front_matter_of_a_notebook_in_its_first_cell() -> None:
    document = document_of(notebook(("markdown", "---\nderive: {a: 1}\n---\n$x$")), "a", "notebook")
    assert document.front_matter == {"a": 1}


NO_NOTEBOOKS = {
    "no JSON": ("{", 1),
    "broken": ('{"cells": [\n}', 2),
    "list": ("[]", None),
    "no cells": ("{}", None),
    "deep": ("[" * 1_000_000, None),
    "deep objects": ('{"a":' * 500_000, None),
    "long number": ('{"cells": [' + "9" * 100_000 + "]}", None),
    "cells of cells": ('{"cells": {"a": 1}}', None),
    "many cells": ('{"cells": [' + "{}," * 100_000 + "{}]}", None),
}


@pytest.mark.parametrize("name", NO_NOTEBOOKS)
def test_what_is_no_notebook(name: str) -> None:
    text, line = NO_NOTEBOOKS[name]
    with pytest.raises(DeriveError) as raised:
        document_of(text, "a.ipynb", "notebook")
    assert raised.value.line == line


def test_strange_cells_are_passed_over() -> None:
    text = json.dumps({"cells": [1, None, [], {"cell_type": "markdown", "source": 5}, {"cell_type": "markdown"}]})
    assert document_of(text, "a", "notebook").fragments == ()
