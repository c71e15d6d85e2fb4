"""NumPy code of people who had not seen the verdicts: each planted mistake is found and named, and nothing else is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from derive.derivation import derive_adjoints
from derive.network.compile import compile_network
from derive.network.schema import read_network_text
from derive.verify.code import verify_code
from tests.unit.verify.subjects import statuses, wrong

FOLDER = Path(__file__).resolve().parents[2] / "mistakes"
MEASURED: dict[str, Any] = yaml.safe_load((FOLDER / "code-verdicts.yaml").read_text())
NAMES = sorted(p.stem for p in FOLDER.glob("*.py"))


def planted(name: str) -> dict[str, Any]:
    said: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text())
    return said


def test_every_file_is_measured_and_no_planted_mistake_goes_through() -> None:
    assert sorted(MEASURED) == NAMES
    assert all(planted(n)["wrong"] == bool(MEASURED[n]["wrong"]) for n in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_verdicts_on_blind_code(name: str) -> None:
    network = compile_network(read_network_text(planted(name)["network"], title=name))
    report = verify_code(FOLDER / f"{name}.py", network, derive_adjoints(network))
    measured = MEASURED[name]
    assert wrong(report) == dict.fromkeys(measured["wrong"], measured.get("mistake")), report.render_text()
    rest = {n: s for n, s in statuses(report).items() if n not in measured["wrong"]}
    assert set(rest.values()) <= {"agrees"}, report.render_text()
