"""The page about notes: every section and option, and a document that can be made."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

from derive import pipeline
from derive.notes.catalogue import KINDS, USUAL
from derive.notes.rendering import FORMATS
from tests.source_files import ROOT

PAGE = (ROOT / "docs" / "notes.md").read_text(encoding="utf-8")
ROWS = [[c.strip() for c in line.split("|")[1:-1]] for line in PAGE.splitlines() if line.startswith("| `")]
SECTIONS = {row[0].strip("`"): row for row in ROWS if row[0].strip("`") in KINDS}


def test_every_section_is_listed_with_its_options() -> None:
    assert set(SECTIONS) == set(KINDS)
    for name, row in SECTIONS.items():
        options = set(re.findall(r"`(\w+)`", row[1])) if len(row) == 3 else set()
        assert options == set(KINDS[name].options.model_fields), name


def test_the_usual_recipe_stands_first_and_in_its_order() -> None:
    assert list(SECTIONS)[: len(USUAL)] == list(USUAL)


def test_sections_without_a_network_stand_below() -> None:
    below = PAGE.partition("These need no network:")[2]
    for name in ("activations", "norms", "tasks", "neuron", "branches", "augmented", "successors", "residual"):
        assert f"| `{name}` |" in below and not KINDS[name].needs_network


def test_every_form_is_listed() -> None:
    listed = {row[0].strip("`") for row in ROWS}
    assert set(FORMATS) <= listed


def test_the_document_of_the_page_is_made(tmp_path: Path) -> None:
    text = PAGE[PAGE.index("    document: two-views") :]
    path = tmp_path / "two-views.yaml"
    path.write_text(dedent(text), encoding="utf-8")
    spec = pipeline.find_document(path)
    assert spec is not None
    page = pipeline.document_notes(spec, ("md",), language="zh")["md"].decode()
    assert page.startswith("# 两种写法") and "激活函数" in page
