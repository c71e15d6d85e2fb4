"""The four documents with other letters, and with a mistake in each formula that is right: none is accepted."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import yaml

from derive.documents import verify_document
from derive.verify.claims import Status
from derive.verify.document.claims import DocumentClaim
from derive.verify.document.diagnosis import Trial
from tests.documents.corruption import mistakes
from tests.documents.renaming import renamed_document, renamed_profile

FOLDER = Path(__file__).resolve().parents[3] / "documents"
LETTERS = {
    "001": {"w": "q", "W": "Q", "b": "r", r"\delta": r"\rho", r"\eta": r"\mu", "u": "f", "v": "o"},
    "002": {"x": "s", r"\theta": r"\kappa", r"\Theta": r"\Omega", "g": "r", "h": "q", "J": "C", r"\phi": r"\psi"},
    "003": {"W": "Q", "x": "u", "y": "v", "z": "p", r"\eta": r"\mu"},
    "004": {r"\theta": r"\kappa", "x": "u", "X": "U", "y": "q", "Y": "Q", "z": "p", "a": "r"},
}
TURNS = range(int(os.environ.get("DERIVE_CORRUPTIONS", "2")))
SIGNS = ("=", r"\in", r"\approx", r"\leftarrow")
RIGHT = (Status.PROVED, Status.AGREES)
ACCEPTED = (*RIGHT, Status.DEFINITION, Status.CONVENTION)
SHADOWS = "means from here on"
"""What contradicts an earlier line only is told as a new meaning of its name."""


@dataclass(frozen=True)
class Corrupted:
    """A right claim, with a mistake on its right side."""

    claim: DocumentClaim
    kind: str
    text: str


@cache
def renamed(name: str) -> tuple[str, str]:
    """A document and its profile under other letters."""
    profile = yaml.safe_load((FOLDER / f"{name}.profile.yaml").read_text())
    text = renamed_document((FOLDER / f"{name}.md").read_text(), LETTERS[name])
    return text, yaml.safe_dump(renamed_profile(profile, LETTERS[name]), allow_unicode=True, sort_keys=False)


def judged(text: str, profile: str, folder: Path) -> tuple[DocumentClaim, ...]:
    (folder / "d.md").write_text(text)
    (folder / "d.yaml").write_text(profile)
    return verify_document(folder / "d.md", profile=folder / "d.yaml").claims


@pytest.fixture(autouse=True)
def _no_diagnosis(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Trial, "found", lambda *_: None)


@pytest.mark.parametrize("name", LETTERS)
def test_other_letters_change_no_verdict(name: str, tmp_path: Path) -> None:
    claims = verify_document(FOLDER / f"{name}.md", profile=FOLDER / f"{name}.profile.yaml").claims
    own = judged(*renamed(name), tmp_path)
    assert [(c.place.line, c.status.value) for c in own] == [(c.place.line, c.status.value) for c in claims]


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("name", LETTERS)
def test_nothing_corrupted_is_accepted(name: str, turn: int, tmp_path: Path) -> None:
    text, profile = renamed(name)
    claims = judged(text, profile, tmp_path)
    chosen = list(corrupted(text, claims, turn))
    assert len(chosen) >= 3
    again = {c.start: c for c in judged(inserted(text, chosen), profile, tmp_path)}
    accepted = []
    shift = 0
    for made in chosen:
        found = again.get(made.claim.start + shift)
        assert found is not None
        if found.status in ACCEPTED and not found.reason.startswith(SHADOWS):
            accepted.append((made.kind, made.claim.place.line, made.claim.whole, made.text, found.status.value))
        shift += len(made.text) - len(made.claim.latex)
    assert not accepted


def corrupted(text: str, claims: tuple[DocumentClaim, ...], turn: int) -> Iterator[Corrupted]:
    """Every second right link of each formula, with a mistake of a kind drawn first; the others at the next turn.

    Two links beside one another may be compared with each other, so that only one of them gets a mistake.
    """
    chance = random.Random(turn)
    formulas: dict[int, list[DocumentClaim]] = {}
    for c in claims:
        formulas.setdefault(text.rfind("$$", 0, c.start), []).append(c)
    for group in formulas.values():
        for claim in group[turn % 2 :: 2]:
            if claim.status in RIGHT and text.startswith(claim.latex, claim.start):
                yield from _with_mistake(claim, chance)


def _with_mistake(claim: DocumentClaim, chance: random.Random) -> Iterator[Corrupted]:
    made: dict[str, list[str]] = {}
    mark = next((s for s in SIGNS if claim.latex.lstrip("& ").startswith(s)), "")
    at = claim.latex.index(mark) + len(mark)
    for kind, new in mistakes(claim.latex[at:]):
        made.setdefault(kind, []).append(claim.latex[:at] + (" " if mark else "") + new)
    if made:
        kind = chance.choice(sorted(made))
        yield Corrupted(claim, kind, chance.choice(made[kind]))


def inserted(text: str, chosen: list[Corrupted]) -> str:
    for c in reversed(chosen):
        text = text[: c.claim.start] + c.text + text[c.claim.start + len(c.claim.latex) :]
    return text
