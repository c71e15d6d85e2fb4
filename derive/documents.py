"""Verdicts on whole documents: which network and which profile they are read with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from derive import handout, verify
from derive.errors import DeriveError, DeriveErrors
from derive.forward.network import is_document
from derive.latex.reading.extract import read_document
from derive.network.schema import read_network_file
from derive.resources import find_network
from derive.verify.effort import silent

if TYPE_CHECKING:
    from derive.latex.reading.document import Document
    from derive.network.spec.models import NetworkSpec
    from derive.verify.document.claims import DocumentReport


def verify_documents(
    paths: Sequence[str | Path],
    network: str | Path | None = None,
    profile: str | Path | None = None,
    strict: bool = False,
    tell: Callable[[str], None] = silent,
) -> tuple[list[DocumentReport], list[DeriveError]]:
    """Judge several documents; and what is said of those that cannot be read, which keep nobody else from a verdict.

    Raises: DeriveError for a network or a profile that cannot be read, and where no document can.
    """
    spec = _network(network)
    reports: list[DocumentReport] = []
    errors: list[DeriveError] = []
    for k, path in enumerate(paths, 1):
        of_all = f"{Path(path).name}, {k} of {len(paths)}: " if len(paths) > 1 else ""
        try:
            reports.append(_judged(path, spec, profile, strict, lambda text, head=of_all: tell(f"{head}{text}")))  # type: ignore[misc]
        except DeriveError as error:
            if profile is not None and error.file == str(profile):
                raise
            errors.append(error)
    if errors and not reports:
        raise errors[0] if len(errors) == 1 else DeriveErrors(errors)
    return reports, errors


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
    return _judged(path, _network(network), profile, strict, tell)


def _network(network: str | Path | None) -> NetworkSpec | Document | None:
    """A network file, or a document that states a network."""
    file = None if network is None else find_network(network)
    if file is None:
        return None
    return read_document(file) if is_document(file) else read_network_file(file)


def _judged(
    path: str | Path,
    network: NetworkSpec | Document | None,
    profile: str | Path | None,
    strict: bool,
    tell: Callable[[str], None],
) -> DocumentReport:
    chosen = None if profile is None else Path(profile)
    return verify.verify_document(Path(path), find_network, network, chosen, strict, tell)


def verdict_page(reports: Sequence[DocumentReport]) -> bytes:
    """The documents as one HTML page that needs nothing else, with a mark at every equation."""
    return handout.verdict_page(reports)
