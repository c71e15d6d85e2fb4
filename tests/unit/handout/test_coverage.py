"""`docs/coverage.md`: every claim of the four lecture notes once, and its formula where the page says it stands."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from derive.handout import compose_document, read_document_file
from derive.notes.document import Section
from derive.resources import documents_dir, find_network
from tests.unit.handout.shown import sections_by_anchor, shown

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "coverage.md"
READING = ROOT.parent / "shared" / "seed_claims.json"
"""The reading of the lecture notes; it is there only where the project is developed."""

CLAIMS = {"S1": 52, "S2": 25, "S3": 56, "S4": 58}
"""How many claims each of the lecture notes makes."""

WRONG, BY_CONVENTION = 19, 23

_ROW = re.compile(r"\| (S\d-\d\d) \| (.+?) \| (.+?) \| (.+?) \|(.*)\|")
_LINK = re.compile(r"\]\(\.\./generated/(document-\d)\.en\.html#([^)]+)\)")
_FORMULA = re.compile(r"\$`(.+?)`\$")


@dataclass(frozen=True)
class Claim:
    """A row of the page: the sections of a document that are named, and the formulas."""

    name: str
    document: str
    anchors: tuple[str, ...]
    formulas: tuple[str, ...]
    remark: str


@cache
def claims() -> tuple[Claim, ...]:
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| S")]
    return tuple(map(_claim, lines))


def _claim(line: str) -> Claim:
    row = _ROW.fullmatch(line)
    assert row is not None, line
    links = _LINK.findall(row[3])
    [document] = {found for found, _ in links}
    return Claim(row[1], document, tuple(a for _, a in links), tuple(_FORMULA.findall(row[4])), row[5].strip())


@cache
def sections(document: str) -> Mapping[str, Section]:
    spec = read_document_file(documents_dir() / f"{document}.yaml", find_network)
    assert spec is not None
    return sections_by_anchor(compose_document(spec, "en"))


def missing(claim: Claim, found: Mapping[str, Section]) -> list[str]:
    """What the sections that a claim names do not show."""
    assert claim.anchors and claim.formulas, claim.name
    there: frozenset[str] = frozenset().union(*(shown(found[a]) for a in claim.anchors))
    return [f for f in claim.formulas if f not in there]


def test_every_claim_is_there_once() -> None:
    expected = [f"{notes}-{k:02}" for notes, count in CLAIMS.items() for k in range(1, count + 1)]
    assert [c.name for c in claims()] == expected and len(expected) == 191
    assert all(c.document == f"document-{c.name[1]}" for c in claims())


@pytest.mark.parametrize("document", [f"document-{k}" for k in range(1, 5)])
def test_the_formula_stands_where_the_page_says(document: str) -> None:
    found = sections(document)
    lost = {c.name: left for c in claims() if c.document == document and (left := missing(c, found))}
    assert not lost


def test_a_formula_that_is_not_there_is_noticed() -> None:
    """A wrong sign, and a formula of another section."""
    [right] = [c for c in claims() if c.name == "S3-56"]
    assert not missing(right, sections("document-3"))
    [formula] = right.formulas
    for wrong in (formula.replace("+", "-"), r"\theta^{1} = \theta^{0} - \eta \, \nabla J(\theta^{0})"):
        changed = Claim(right.name, right.document, right.anchors, (wrong,), "")
        assert missing(changed, sections("document-3")) == [wrong]


def test_what_was_wrong_and_what_is_a_convention_is_said() -> None:
    kinds = Counter(c.remark.split(":")[0] for c in claims())
    assert kinds["wrong"] == WRONG and kinds["convention"] == BY_CONVENTION


@pytest.mark.skipif(not READING.exists(), reason="the reading of the lecture notes is not here")
def test_the_page_agrees_with_the_reading() -> None:
    names = {"correct": "", "wrong": "wrong", "ambiguous": "convention"}
    read = {c["id"]: names[c["verdict"]] for c in json.loads(READING.read_text(encoding="utf-8"))}
    said = {c.name: c.remark.split(":")[0] for c in claims()}
    assert read.keys() == said.keys()
    for name, kind in read.items():
        assert (said[name] if said[name] in names.values() else "") == kind, name
