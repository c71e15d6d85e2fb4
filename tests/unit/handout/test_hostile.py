"""Words of a document file in every form and language: shown as they are, never read as markup, code or a path."""

from __future__ import annotations

import json
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import typst
import yaml
from typer.testing import CliRunner

from derive import pipeline
from derive.cli import app
from derive.errors import DeriveError, printable
from derive.notes.escape import escape_markdown, escape_tex
from derive.notes.typst_escape import escape_typst
from tests.unit.notes.handouts import require_tex
from tests.unit.notes.test_escape import NASTY

LETTERS = (
    "网络（甲）：“引号”、《书名》；测试",
    "שלום עולם abc",
    "مرحبا \u202eevil\u202c",
    "../../etc/passwd",
    "- a",
    "# b",
    "= c",
)
WORDS = (*NASTY, *LETTERS)
FORMS = ("tex", "html", "md", "ipynb", "typ")


def written(folder: Path, word: str, language: str) -> dict[str, str]:
    """The forms of a document that says `word` wherever a document file may say something."""
    network = {
        "inputs": {"x": 2},
        "targets": {"y": 1},
        "layers": [{"dense": {"units": 1}}],
        "loss": "half_squared_error",
    }
    said = {"en": word, "zh": word}
    parts = [
        {"title": word, "text": word, "network": network, "notes": ["given"]},
        {"title": said, "text": said, "notes": ["neuron"]},
    ]
    path = folder / "doc.yaml"
    path.write_text(yaml.safe_dump({"document": "doc", "title": word, "parts": parts}), encoding="utf-8")
    spec = pipeline.find_document(path)
    assert spec is not None
    return {form: made.decode() for form, made in pipeline.document_notes(spec, FORMS, language=language).items()}


class Page(HTMLParser):
    """The elements of a page with the names of their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.said = ""
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        self.said += data


def cells(notebook: str) -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(notebook)["cells"]]


@pytest.mark.parametrize("k", range(len(WORDS)))
def test_words_are_shown_as_they_are_in_every_form(tmp_path: Path, k: int) -> None:
    word, language = WORDS[k], ("en", "zh")[k % 2]
    made, plain = written(tmp_path, word, language), ordinary(language)
    assert made["tex"].count(escape_tex(word)) >= 5
    assert commands(made["tex"].replace(escape_tex(word), "")) == commands(plain["tex"])
    page = Page(made["html"])
    assert page.elements == Page(plain["html"]).elements
    assert page.said.count(word) >= 5
    assert made["md"].count(escape_markdown(word)) >= 5
    told = cells(made["ipynb"])
    assert sum(cell.count(escape_markdown(word)) for cell in told) >= 5
    assert len(told) == len(cells(plain["ipynb"]))
    assert made["typ"].count(escape_typst(word)) >= 5
    assert typst.compile(made["typ"].encode()).startswith(b"%PDF")


@cache
def ordinary(language: str) -> dict[str, str]:
    with TemporaryDirectory() as folder:
        return written(Path(folder), "plain", language)


def commands(tex: str) -> set[str]:
    """The names of the commands in a TeX source."""
    return set(re.findall(r"\\[A-Za-z]+", tex))


@pytest.mark.parametrize("place", ["document", "network", "input", "layer"])
def test_names_that_are_no_names_leave_nothing_behind(tmp_path: Path, place: str) -> None:
    """A name becomes the name of a file, a variable of a kernel and a symbol: the file says which ones are names."""
    path, out = tmp_path / "file.yaml", tmp_path / "out"
    for word in WORDS:
        network = {
            "name": word if place == "network" else "net",
            "inputs": {word if place == "input" else "x": 2},
            "targets": {"y": 1},
            "layers": [{"dense": {"units": 1}, "name": word if place == "layer" else "only"}],
            "loss": "half_squared_error",
        }
        content = {"document": word, "parts": [{"notes": ["neuron"]}]} if place == "document" else network
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
        said = CliRunner().invoke(app, ["notes", str(path), "--to", ",".join(FORMS), "-o", str(out)])
        assert isinstance(said.exception, DeriveError), word
        shown = said.exception.render()
        assert "name" in shown and "use " in shown and printable(word)[:5] in shown
        assert printable(shown) == shown
        assert not out.exists() and sorted(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("pdf_by", ["tex", "typst"])
def test_a_letter_that_no_font_has_is_an_error(tmp_path: Path, pdf_by: str) -> None:
    """It would be missing from the page otherwise, and nobody told."""
    if pdf_by == "tex":
        require_tex()
    path = tmp_path / "doc.yaml"
    path.write_text("document: doc\ntitle: 'a \U00013000 b'\nparts: [{notes: [neuron]}]\n", encoding="utf-8")
    spec = pipeline.find_document(path)
    assert spec is not None
    with pytest.raises(DeriveError, match="\U00013000") as raised:
        pipeline.document_notes(spec, ("html", "pdf"), pdf_by=pdf_by)
    assert raised.value.repair is not None
