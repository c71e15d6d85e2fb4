"""`derive/network` states forward equations only."""

from __future__ import annotations

from pathlib import Path

import derive

NETWORK = Path(derive.__file__).parent / "network"


def test_network_names_nothing_that_runs_back() -> None:
    files = sorted(NETWORK.rglob("*.py"))
    assert len(files) > 20
    for path in files:
        text = path.read_text(encoding="utf-8").lower()
        assert "backward" not in text and "grad" not in text, path


def test_every_file_is_short() -> None:
    for path in sorted(NETWORK.rglob("*.py")):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 300, path
