"""The verdicts on the formulas of a text under a profile."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from derive.resources import find_network
from derive.verify.document.claims import DocumentClaim
from derive.verify.document.verifier import PATIENCE
from derive.verify.document.whole import verify_document


def claims(text: str, profile: str, patience: float = PATIENCE) -> Sequence[DocumentClaim]:
    with tempfile.TemporaryDirectory() as folder:
        document, said = Path(folder, "text.md"), Path(folder, "text.yaml")
        document.write_text(text)
        said.write_text(profile)
        return verify_document(document, find_network, profile=said, patience=patience).claims


def statuses(text: str, profile: str) -> list[str]:
    """The statuses alone: nobody looks for what was meant by what is wrong."""
    return [c.status.value for c in claims(text, profile, patience=0.0)]


def is_right(status: str) -> bool:
    return status in ("proved", "agrees")
