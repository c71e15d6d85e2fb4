"""A document that names a file names one that exists."""

from __future__ import annotations

import re
from pathlib import Path

from tests.source_files import ROOT

NAMED = re.compile(
    r"`((?:[\w.-]+/)*[\w.-]*\.(?:py|md|toml|yaml|txt|html|tex)|(?:derive|tests|docs|examples|templates|generated|benchmarks)/[\w./-]*)`"
)
LINKED = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
MADE_BY_THE_READER = {"hand.py", "my_backprop.py", "net.yaml", "notes.tex", "HAND.py"}


def documents() -> list[Path]:
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    return sorted(p for p in found if "seeds" not in p.parts)


def exists(name: str, document: Path) -> bool:
    plain = name.rstrip("/")
    if Path(plain).name in MADE_BY_THE_READER or "NNNN" in name or "*" in name:
        return True
    if (ROOT / plain).exists() or (document.parent / plain).exists():
        return True
    return "/" not in plain and any(ROOT.glob(f"*/**/{plain}"))


def test_files_that_are_named_exist() -> None:
    for path in documents():
        text = path.read_text(encoding="utf-8")
        names = {*NAMED.findall(text), *LINKED.findall(text)}
        missing = sorted(n for n in names if not exists(n, path))
        assert not missing, f"{path.relative_to(ROOT)} names {missing}"


def test_the_documents_of_the_house_are_there() -> None:
    for name in ("README.md", "docs/architecture.md", "docs/conventions.md", "docs/glossary.md"):
        assert (ROOT / name).exists(), name
    assert list((ROOT / "docs" / "decisions").glob("0*.md"))


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = sorted(int(p.name[:4]) for p in (ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_stage_table_names_every_room() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rooms = {p.name for p in (ROOT / "derive").iterdir() if p.is_dir() and (p / "__init__.py").exists()}
    missing = {room for room in rooms if f"derive/{room}/" not in text}
    assert not missing
