"""The verdicts on the formulas of a text under a profile."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from derive.documents import verify_document
from derive.verify.document.claims import DocumentClaim


def claims(text: str, profile: str) -> Sequence[DocumentClaim]:
    with tempfile.TemporaryDirectory() as folder:
        document, said = Path(folder, "text.md"), Path(folder, "text.yaml")
        document.write_text(text)
        said.write_text(profile)
        return verify_document(document, profile=said).claims


def statuses(text: str, profile: str) -> list[str]:
    return [c.status.value for c in claims(text, profile)]


def is_right(status: str) -> bool:
    return status in ("proved", "agrees")
