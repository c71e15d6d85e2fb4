"""The statuses of the formulas of a text under a profile."""

from __future__ import annotations

import tempfile
from pathlib import Path

from derive.documents import verify_document


def statuses(text: str, profile: str) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        document, said = Path(folder, "text.md"), Path(folder, "text.yaml")
        document.write_text(text)
        said.write_text(profile)
        return [c.status.value for c in verify_document(document, profile=said).claims]


def is_right(status: str) -> bool:
    return status in ("proved", "agrees")
