"""`derive verify DOC`: exit codes, several documents, profiles, and files that are written whole."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from derive.cli import main

PROFILE = """
network:
  name: small
  inputs: {x: n_0}
  targets: {y: n_1}
  layers:
    - {dense: {units: n_1, activation: sigmoid}}
  loss: half_squared_error
"""
RIGHT = "$\\delta^1 = (a^1 - y) \\odot \\sigma'(z^1)$\n"
WRONG = "$\\delta^1 = (y - a^1) \\odot \\sigma'(z^1)$\n"
UNKNOWN = "$\\delta^1 \\le \\rho$\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    texts = {"right.md": RIGHT, "wrong.md": WRONG, "unknown.md": UNKNOWN, "profile.yaml": PROFILE}
    network = dedent(PROFILE.partition("network:\n")[2])
    for name, text in {**texts, "profile.network.yaml": network}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def derive(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["derive", *words])
    with pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0)


@pytest.mark.parametrize(
    ("documents", "code"),
    [
        (["right.md"], 0),
        (["wrong.md"], 1),
        (["unknown.md"], 3),
        (["right.md", "unknown.md"], 3),
        (["unknown.md", "wrong.md", "right.md"], 1),
        (["missing.md"], 2),
        (["right.md", "missing.md"], 2),
        (["missing.md", "absent.md"], 2),
    ],
)
def test_exit_codes(folder: Path, monkeypatch: pytest.MonkeyPatch, documents: list[str], code: int) -> None:
    found = derive(monkeypatch, "verify", *documents, "--profile", "profile.yaml", "--html", "page.html")
    assert found == code
    assert (folder / "page.html").exists() == (code != 2 or "right.md" in documents)


@pytest.mark.parametrize("bad", ["missing.md", "binary.md", "notebook.ipynb", "matter.md"])
def test_what_cannot_be_read_keeps_no_other_from_its_verdict(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], bad: str
) -> None:
    (folder / "binary.md").write_bytes(b"\x00\x01\x02\xff" * 100)
    (folder / "notebook.ipynb").write_text("[]")
    (folder / "matter.md").write_text("---\nderive: {names: 3}\n---\n")
    documents = ("wrong.md", bad, "right.md")
    made = ("--json", "out.json", "--html", "page.html")
    assert derive(monkeypatch, "verify", *documents, "--network", "profile.network.yaml", *made) == 2
    said = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    assert [(d["document"], d["claims"][0]["status"]) for d in said] == [("wrong.md", "wrong"), ("right.md", "proved")]
    captured = capsys.readouterr()
    assert bad in captured.err and "wrong.md" in captured.out and "right.md" in captured.out
    assert "Verdicts on 2 documents" in (folder / "page.html").read_text(encoding="utf-8")


def test_one_readable_document_of_two_is_a_list(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("right.md", "missing.md", "--profile", "profile.yaml", "--json", "out.json")
    assert derive(monkeypatch, "verify", *words) == 2
    [only] = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    assert only["document"] == "right.md"


def test_the_page_and_the_json_say_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = (
        "verify",
        "wrong.md",
        "right.md",
        "--profile",
        "profile.yaml",
        "--html",
        "out/page.html",
        "--json",
        "out.json",
    )
    assert derive(monkeypatch, *words) == 1
    said = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    assert [[c["status"] for c in d["claims"]] for d in said] == [["wrong"], ["proved"]]
    assert said[0]["claims"][0]["mistake"] == "sign"
    page = (folder / "out" / "page.html").read_text(encoding="utf-8")
    assert "✗ 1 wrong" in page and "✓ 1 proved" in page
    assert "the sign is wrong" in page and "the sign is wrong" in capsys.readouterr().out


def test_one_document_is_an_object(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert derive(monkeypatch, "verify", "right.md", "--profile", "profile.yaml", "--json", "out.json") == 0
    assert json.loads((folder / "out.json").read_text(encoding="utf-8"))["document"] == "right.md"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["right.md", "--profile", "nothing.yaml"], "nothing.yaml: there is no such file"),
        (["right.md", "--network", "nothing"], "there is no file and no bundled example nothing"),
        (["right.md", "--html", "same", "--json", "same"], "--json and --html both name same"),
        (["hand.py", "--network", "deep", "--html", "page.html"], "hand.py is code; --html takes a file of its own"),
        (["right.md", "hand.py"], "code is judged one file at a time"),
        (["right.md", "--profile", "profile.yaml", "--json", "out.json", "--html", "."], "cannot write `.`"),
    ],
)
def test_bad_input_writes_nothing(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    said: str,
) -> None:
    before = sorted(folder.iterdir())
    assert derive(monkeypatch, "verify", *words) == 2
    assert said in capsys.readouterr().err
    assert sorted(folder.iterdir()) == before


def test_an_old_page_stays_where_a_document_cannot_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "page.html").write_text("old")
    (folder / "binary.md").write_bytes(b"\x00\x01\x02\xff" * 100)
    assert derive(monkeypatch, "verify", "binary.md", "--html", "page.html") == 2
    assert (folder / "page.html").read_text() == "old"


def test_mistakes_in_a_profile_are_told_with_their_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "profile.yaml").write_text("names:\n  x: {shap: []}\nsection: {}\n")
    assert derive(monkeypatch, "verify", "right.md", "--profile", "profile.yaml") == 2
    said = capsys.readouterr().err
    assert "profile.yaml:2:7: a name has no `shap`" in said and "profile.yaml:3:1: a profile has no `section`" in said


def test_front_matter_is_a_profile(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = "".join(f"  {line}\n" for line in PROFILE.strip().splitlines())
    (folder / "own.md").write_text(f"---\nderive:\n{inner}---\n\n{RIGHT}")
    assert derive(monkeypatch, "verify", "own.md", "--html", "page.html") == 0
    assert "✓ 1 proved" in (folder / "page.html").read_text(encoding="utf-8")
