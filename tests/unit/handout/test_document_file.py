"""Document files: what they say, and what is said about mistakes in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive import pipeline
from derive.errors import DeriveError

NETWORK = """\
inputs: {x: 3}
targets: {y: 2}
layers: [{dense: {units: 2, activation: tanh}}]
loss: half_squared_error
"""


def write(folder: Path, text: str, name: str = "doc.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def html(path: Path, language: str = "en") -> str:
    spec = pipeline.find_document(path)
    assert spec is not None
    return pipeline.document_notes(spec, ("html",), language=language)["html"].decode()


def test_a_network_file_is_no_document(tmp_path: Path) -> None:
    assert pipeline.find_document(write(tmp_path, NETWORK)) is None


def test_parts_stand_in_their_order_under_their_headings(tmp_path: Path) -> None:
    write(tmp_path, NETWORK, "net.yaml")
    page = html(
        write(
            tmp_path,
            "document: d\ntitle: Both\nparts:\n"
            "  - {title: One, network: net.yaml, notes: [forward]}\n"
            "  - {title: Two, text: 'own < words', network: net.yaml, notation: rows, notes: [backward]}\n",
        )
    )
    assert "<title>Both</title>" in page
    page = page.partition("<main>")[2]
    assert page.index("One") < page.index("The forward pass") < page.index("Two") < page.index("step by step")
    assert "own &lt; words" in page
    assert "What is given" not in page


def test_anchors_differ_where_two_parts_have_the_same_network(tmp_path: Path) -> None:
    write(tmp_path, NETWORK, "net.yaml")
    part = "  - {title: T, network: net.yaml, notes: [backward]}\n"
    page = html(write(tmp_path, f"document: d\ntitle: t\nparts:\n{part}{part}"))
    anchors = [piece.split('"')[0] for piece in page.split('id="')[1:]]
    anchors = [a for a in anchors if a != "arrow"]
    assert anchors and len(anchors) == len(set(anchors))


def test_the_title_is_that_of_the_language(tmp_path: Path) -> None:
    write(tmp_path, NETWORK, "net.yaml")
    text = "document: d\ntitle: {en: Red, zh: 红}\nparts: [{network: net.yaml, notes: [shapes]}]\n"
    assert "<title>Red</title>" in html(write(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("document: d\nparts: []\n", "2:8: a document has `parts`"),
        ("document: d\nparts: [7]\n", "2:9: a part is a mapping, not a number"),
        (
            "document: d\nparts: [{network: three-layer, notes: [forwrd]}]\n",
            "no section `forwrd`; did you mean",
        ),
        ("document: d\nparts: [{network: three-layer, notes: [{forward: {x: 1}}]}]\n", "has no `x`"),
        ("document: d\nparts: [{network: three-layer, notes: 3}]\n", "`notes` is a number, not a list"),
        ("document: d\nparts: [{notes: [forward]}]\n", "the section forward is about a network, and part 1 has none"),
        ("document: d\nparts: [{network: nothing-like-this}]\n", "nothing-like-this"),
        ("document: d\nparts: [{network: {inputs: {x: 3}}}]\n", "the network lacks `layers`"),
        ("document: d\nparts: [{netwerk: three-layer}]\n", "a part has no `netwerk`; did you mean `network`?"),
        ("document: d\nparts: [{network: three-layer, notation: nilsen}]\n", "nilsen"),
        ("document: ../up\nparts: [{network: three-layer}]\n", "cannot be the name"),
        ("document: d\ntitle: [1]\nparts: [{network: three-layer}]\n", "`title` is a list"),
    ],
)
def test_mistakes_are_told_with_their_place(tmp_path: Path, text: str, said: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(DeriveError) as caught:
        html(path)
    assert said in caught.value.render()
    assert caught.value.file == str(path)


def test_a_recipe_in_a_network_file_decides_the_sections(tmp_path: Path) -> None:
    path = write(tmp_path, NETWORK + "notes: [shapes, forward]\n")
    page = pipeline.load(path).derive().notes(("md",))["md"].decode()
    headings = [line for line in page.splitlines() if line.startswith("## ")]
    assert headings == ["## Table of shapes", "## The forward pass"]


def test_an_unknown_section_of_a_network_file_is_told_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path, NETWORK + "notes: [shape]\n")
    with pytest.raises(DeriveError) as caught:
        pipeline.load(path).derive().notes(("md",))
    assert caught.value.render().startswith(f"{path}:5:9: there is no section `shape`; did you mean `shapes`?")
