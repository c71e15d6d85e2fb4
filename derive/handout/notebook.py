"""A handout as a Jupyter notebook: its text, and for every network the kernel, run and checked on numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from derive.derivation import Adjoints
from derive.errors import UnsupportedError
from derive.handout.notebook_data import checks_parameters, data_code
from derive.kernels import emit_kernel
from derive.notes.document import Document, Inline, Plain, words
from derive.notes.language import load_language
from derive.notes.render_markdown import markdown_parts, say_markdown
from derive.resources import templates_dir

Cell = tuple[str, str]
"""`markdown` or `code`, and the text."""

FORMAT, MINOR = 4, 5


def notebook(document: Document, networks: Sequence[Adjoints], places: Mapping[str, str]) -> bytes:
    """The notebook (nbformat 4.5): one cell for each section, and three for each network.

    `places` has the anchor of the section after which a network has its cells, by its name; else they stand at the end.
    Raises: DeriveError if the document's language has no wordings.
    """
    title, *texts = markdown_parts(document)
    cells: list[Cell] = [("markdown", title)]
    waiting = {adjoints.network.name: adjoints for adjoints in networks}
    for section, text in zip(document.sections, texts, strict=True):
        cells.append(("markdown", text))
        for name in [n for n in waiting if places.get(n) == section.anchor]:
            cells += _numbers(waiting.pop(name), document.language)
    for adjoints in waiting.values():
        cells += _numbers(adjoints, document.language)
    book = {
        "cells": [_cell(kind, text, k) for k, (kind, text) in enumerate(cells, start=1)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": FORMAT,
        "nbformat_minor": MINOR,
    }
    return (json.dumps(book, ensure_ascii=False, indent=1) + "\n").encode()


def _cell(kind: str, text: str, number: int) -> dict[str, object]:
    cell: dict[str, object] = {
        "cell_type": kind,
        "id": f"cell-{number}",
        "metadata": {},
        "source": text.strip("\n").splitlines(keepends=True),
    }
    return cell | {"execution_count": None, "outputs": []} if kind == "code" else cell


def _numbers(adjoints: Adjoints, language: str) -> Iterator[Cell]:
    """The kernel of a network, data for it, and the check; a sentence in their place where there is no kernel."""
    network = adjoints.network

    def said(key: str, **given: Inline) -> Cell:
        text = say_markdown(words(f"notebook.{key}", **given), load_language(language))
        return "markdown", f"## {text}" if key == "title" else text

    yield said("title", name=Plain(network.name))
    try:
        kernel = emit_kernel(network, adjoints, "params" if checks_parameters(network) else "inputs")
    except UnsupportedError as error:
        yield said("none", reason=Plain(error.message))
        return
    yield said("kernel")
    yield "code", kernel
    yield said("data")
    yield "code", data_code(network)
    yield said("check")
    yield "code", check_code()


def check_code() -> str:
    """The cell that compares gradients with central differences."""
    return (templates_dir() / "notes" / "notebook" / "check.py.j2").read_text(encoding="utf-8")
