"""Verdicts on whole documents: which network and which profile they are read with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from derive import handout, verify
from derive.forward.network import is_document
from derive.latex.reading.extract import read_document
from derive.network.schema import read_network_file
from derive.resources import find_network
from derive.verify.effort import silent

if TYPE_CHECKING:
    from derive.verify.document.claims import DocumentReport


def verify_document(
    path: str | Path,
    network: str | Path | None = None,
    profile: str | Path | None = None,
    strict: bool = False,
    tell: Callable[[str], None] = silent,
) -> DocumentReport:
    """Judge every equation of a document: Markdown, TeX, text or a notebook.

    `network` is a file, a document with a forward pass, or a bundled example, `profile` a YAML file; under `strict` a
    convention counts as wrong.

    Raises: DeriveError for a document, a network or a profile that cannot be read.
    """
    file = None if network is None else find_network(network)
    is_stated = file is not None and is_document(file)
    spec = None if file is None else read_document(file) if is_stated else read_network_file(file)
    chosen = None if profile is None else Path(profile)
    return verify.verify_document(Path(path), find_network, spec, chosen, strict, tell)


def verdict_page(reports: Sequence[DocumentReport]) -> bytes:
    """The documents as one HTML page that needs nothing else, with a mark at every equation."""
    return handout.verdict_page(reports)
