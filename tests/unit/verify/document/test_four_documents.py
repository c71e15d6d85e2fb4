"""The formulas of the four documents against the verdicts that were found by hand."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from derive.documents import verify_document
from derive.verify.document.claims import DocumentReport

FOLDER = Path(__file__).resolve().parents[3] / "documents"
JUDGED = ("001", "002", "003", "004")
RANK = ("wrong", "not checked", "convention", "agrees", "proved", "definition")
LONGEST = 14
"""A formula has at most so many lines: how far above a claim it may begin."""


@dataclass(frozen=True)
class Link:
    line: int
    latex: str
    status: str


@cache
def report(name: str) -> DocumentReport:
    return verify_document(FOLDER / f"{name}.md", profile=FOLDER / f"{name}.profile.yaml")


def links(name: str) -> list[Link]:
    """The links, each with the line of the document that its formula comes from."""
    rows = (FOLDER / f"{name}.md").read_text().splitlines()
    marks = [(k, int(found.group(1))) for k, row in enumerate(rows, 1) if (found := re.fullmatch(r"Line (\d+):", row))]
    out = []
    for c in report(name).claims:
        line = max((mark for mark in marks if mark[0] < c.place.line), key=lambda mark: mark[0])[1]
        out.append(Link(line, plain(c.latex), c.status.value))
    return out


def plain(latex: str) -> str:
    return "".join(latex.replace("&", "").split())


def is_part(link: str, claim: str) -> bool:
    """Whether a link, `= b`, is one of a claim `a = b`; a claim that is one side alone has no sign."""
    return link in claim or ("=" not in claim and link.lstrip("=") in claim)


def found(name: str) -> dict[str, tuple[str, str]]:
    """By claim its verdict, and the worst status of its links; empty where it has none."""
    made = links(name)
    out = {}
    for c in json.loads((FOLDER / "claims.json").read_text()):
        if c["seed"] == name:
            wanted = plain(c["latex"])
            near = [
                x for x in made if c["line"] - LONGEST <= x.line <= c["line"] and x.latex and is_part(x.latex, wanted)
            ]
            nearest = max((x.line for x in near), default=0)
            own = [x.status for x in near if x.line == nearest]
            out[c["id"]] = (c["verdict"], min(own, key=RANK.index, default=""))
    return out


@pytest.mark.parametrize("name", JUDGED)
def test_nothing_wrong_is_called_right(name: str) -> None:
    accepted = {k: s for k, (v, s) in found(name).items() if v == "wrong" and s in ("proved", "agrees", "convention")}
    assert not accepted


@pytest.mark.parametrize("name", JUDGED)
def test_nothing_right_is_called_wrong(name: str) -> None:
    refused = [k for k, (v, s) in found(name).items() if v == "correct" and s == "wrong"]
    assert not refused


FEWEST = {"001": (5, 36), "002": (1, 23), "003": (3, 46), "004": (6, 40)}
"""So many wrong claims are called wrong, and so many right ones right, at least."""


@pytest.mark.parametrize("name", JUDGED)
def test_as_many_are_decided(name: str) -> None:
    counts = Counter(found(name).values())
    wrong = counts["wrong", "wrong"]
    right = sum(counts["correct", s] for s in ("proved", "agrees", "definition"))
    assert (wrong, right) >= FEWEST[name] and right >= FEWEST[name][1]
