"""Backpropagation as courses and blogs write it, in all the ways to take arrays and to return gradients."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from derive.derivation import Adjoints, derive_adjoints
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.schema import read_network_text
from derive.verify.code import verify_code
from tests.unit.verify.subjects import statuses, wrong

FOLDER = Path(__file__).with_name("written")
VERDICTS: dict[str, Any] = yaml.safe_load((FOLDER / "verdicts.yaml").read_text())
NETWORKS: dict[str, str] = yaml.safe_load((FOLDER / "networks.yaml").read_text())


@cache
def derived(name: str) -> tuple[Network, Adjoints]:
    network = compile_network(read_network_text(NETWORKS[name], title=name))
    return network, derive_adjoints(network)


def test_every_file_has_a_verdict() -> None:
    assert sorted(VERDICTS) == sorted(p.stem for p in FOLDER.glob("*.py"))


@pytest.mark.parametrize("name", VERDICTS)
def test_verdicts_on_written_code(name: str) -> None:
    expected = VERDICTS[name]
    report = verify_code(FOLDER / f"{name}.py", *derived(expected["network"]))
    assert wrong(report) == expected.get("wrong", {}), report.render_text()
    rest = {s for n, s in statuses(report).items() if n not in expected.get("wrong", {})}
    assert rest <= ({"agrees"} if expected.get("runs", True) else {"not checked"}), report.render_text()
