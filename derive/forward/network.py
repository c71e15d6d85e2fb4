"""The front door: the network of a document that holds a forward pass and a loss."""

from __future__ import annotations

import re
from pathlib import Path

from derive.forward.assembly import Assembly
from derive.forward.declared import declared_in
from derive.forward.functions import WORDS
from derive.forward.solving import solved
from derive.forward.sorting import parts_of
from derive.forward.statements import stated_in
from derive.latex.reading.document import Document
from derive.latex.reading.extract import read_document
from derive.network.builder import Builder
from derive.network.network import Network

SUFFIXES = frozenset(
    (".md", ".markdown", ".mdown", ".mkd", ".qmd", ".rmd", ".mdx", ".tex", ".ltx", ".latex", ".txt", ".ipynb")
)


def is_document(path: Path) -> bool:
    """Whether a file is a document, and no network file, by its name."""
    return path.suffix.lower() in SUFFIXES


def network_of(document: Document, name: str) -> Network:
    """The network whose forward equations and loss a document states.

    Raises: DeriveError with the place of what is not understood, does not fit, or has several meanings.
    """
    stated = stated_in(document, WORDS)
    parts = parts_of(stated, declared_in(document))
    return Assembly(solved(parts), Builder(name)).network()


def read_forward_file(path: Path) -> Network:
    """The network of a document in a file, called as the file.

    Raises: as `network_of`, and DeriveError for a file that is no document.
    """
    return network_of(read_document(path), name_of_file(path.stem))


def name_of_file(stem: str) -> str:
    """Letters and digits, joined by single hyphens."""
    return re.sub(r"[^A-Za-z0-9]+", "-", stem).strip("-") or "network"
