"""Any text at all: no exception but DeriveError, formulas where they are said to be, no two of them overlapping."""

from __future__ import annotations

import json
import os
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from derive.errors import DeriveError
from derive.latex.reading.decoding import decode
from derive.latex.reading.document import Document, Kind
from derive.latex.reading.extract import document_of, kind_of

EXAMPLES = int(os.environ.get("DERIVE_FUZZ", "400"))

PIECES = [
    "$",
    "$$",
    "\\(",
    "\\)",
    "\\[",
    "\\]",
    "\\\\(",
    "\\\\)",
    "\\\\[",
    "\\\\]",
    "\\begin{align}",
    "\\end{align}",
    "\\begin{align*}",
    "\\end{align*}",
    "\\begin{equation}",
    "\\end{equation}",
    "\\begin{cases}",
    "\\end{cases}",
    "\\begin{verbatim}",
    "\\end{verbatim}",
    "\\begin{document}",
    "\\end{document}",
    "\\section{",
    "\\text{",
    "\\label{a}",
    "\\tag{1}",
    "\\newcommand{\\a}{b}",
    "\\def\\b#1{#1}",
    "\\let",
    "\\verb|",
    "|",
    "\\iffalse",
    "\\fi",
    "%",
    "{",
    "}",
    "\\",
    "\\$",
    "`",
    "``",
    "```",
    "```math",
    "~~~",
    "#",
    "##",
    "===",
    "---",
    ">",
    "-",
    "1.",
    "*",
    "**",
    "_",
    "<!--",
    "-->",
    "<a",
    "</a>",
    "<pre>",
    "</pre>",
    "<h2>",
    "</h2>",
    "[",
    "](",
    ")",
    "![",
    "http://a",
    "{%raw%}",
    "{%endraw%}",
    "derive:",
    "a:",
    "&",
    "!",
    "x",
    "y_1",
    "1",
    "5",
    "a=b",
    "其中",
    "。",
    "，",
    "一、",
    "2.1",
    "\x00",
    "\ufeff",
    "\u2028",
    "\x0c",
]
SPACES = (" ", "  ", "    ", "\t", "\n", "\n\n", "\r\n", "\r\n\r\n", "\r", "\n    ", "\n> ")
SOUP = st.lists(st.sampled_from([*PIECES, *SPACES, *SPACES]), max_size=60).map("".join)
TEXTS = st.one_of(SOUP, SOUP.map(lambda soup: f"---\n{soup}\n---\n{soup}"), st.text(max_size=200))
KINDS = st.sampled_from(["markdown", "tex", "text"])


def check(document: Document) -> None:
    text = document.text
    for fragment in document.fragments:
        original = text[fragment.start : fragment.end]
        assert len(original) == len(fragment.source)
        assert all(seen in (char, " ") for seen, char in zip(fragment.source, original, strict=True))
        assert fragment.source.strip()
        assert len(fragment.before) <= 200 and len(fragment.after) <= 200
        assert set(fragment.heading) <= {heading.text for heading in document.headings}
    for one, other in pairwise(document.fragments):
        assert one.end <= other.start
    for found in (*document.headings, *document.definitions, *document.problems, *document.undelimited):
        place = document.place(found.start)
        assert 0 <= found.start <= len(text)
        assert place.line >= 1 and place.column >= 1
    for bare in document.undelimited:
        assert text[bare.start :].startswith(bare.text)
    assert [p.place for p in document.problems] == [document.place(p.start) for p in document.problems]


@settings(max_examples=EXAMPLES)
@given(TEXTS, KINDS)
def test_any_text(text: str, kind: Kind) -> None:
    kind_of(text)
    try:
        document = document_of(text, "any", kind)
    except DeriveError as error:
        assert error.file == "any" and error.repair and error.line
        return
    assert document.text == text
    check(document)


@settings(max_examples=EXAMPLES // 4)
@given(st.lists(TEXTS, max_size=5))
def test_any_notebook(sources: list[str]) -> None:
    cells = [{"cell_type": "markdown", "source": source} for source in sources]
    try:
        document = document_of(json.dumps({"cells": cells}), "any", "notebook")
    except DeriveError as error:
        assert error.file == "any" and error.repair
        return
    check(document)
    for fragment in document.fragments:
        place = document.place(fragment.start)
        assert place.cell is not None
        lines = sources[place.cell - 1].replace("\r\n", "\n").replace("\r", "\n").split("\n")
        first = fragment.source[0]
        assert first.isspace() or lines[place.line - 1][place.column - 1] == first


@settings(max_examples=EXAMPLES // 4)
@given(st.text(alphabet='[]{}",:1aé\\n \n', max_size=80))
def test_any_json(text: str) -> None:
    try:
        check(document_of(text, "any", "notebook"))
    except DeriveError as error:
        assert error.repair


@settings(max_examples=EXAMPLES)
@given(st.binary(max_size=200) | st.text(max_size=80).map(lambda text: text.encode("gb18030", "ignore")))
def test_any_bytes(data: bytes) -> None:
    try:
        text, encoding = decode(data, "any")
    except DeriveError as error:
        assert error.file == "any" and error.repair
        return
    assert text == data.decode("utf-8-sig" if encoding == "utf-8" else encoding)


@settings(max_examples=EXAMPLES)
@given(SOUP, st.sampled_from(["x", "a_{ij}", "\\frac{a}{b}", "W^{[l]T}\\delta", "y = \\text{若 } z"]))
def test_a_formula_behind_anything_is_found_once_a_new_section_begins(soup: str, formula: str) -> None:
    """Whatever goes wrong before, a display in a paragraph of its own is read, unless an open block holds it."""
    if any(part in soup for part in ("`", "~", "<", "{%", "\\begin", "$$", "\\[", "\\(", "---")):
        return
    text = f"{soup}\n\n# Heading\n\n$$\n{formula}\n$$\n"
    document = document_of(text, "any", "markdown")
    assert document.fragments[-1].source == f"\n{formula}\n"
    assert document.fragments[-1].heading[-1] == "Heading"
