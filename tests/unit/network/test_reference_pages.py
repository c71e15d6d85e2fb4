"""The reference pages in `docs/`: every network in them is derived, and nothing that a file may say is left out."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from derive.derivation import derive_adjoints
from derive.kernels import emit_kernel
from derive.network.compile import compile_network
from derive.network.penalties import PENALTIES
from derive.network.schema import ACTIVATION_OPTIONS, KEYS, LAYER_OPTIONS, LOSS_OPTIONS, read_network_text
from derive.network.spec.models import InputKind, TargetKind
from tests.source_files import ROOT

PAGES = sorted([*(ROOT / "docs").glob("*.md"), ROOT / "README.md"])
ELSEWHERE = {"add-a-layer"}
"""Its network has a layer of its own; `tests/layers/test_added_layer.py` runs it."""
BLOCK = re.compile(r"^```yaml\n(.*?)^```", re.DOTALL | re.MULTILINE)
NETWORKS = {
    f"{page.stem}-{number}": text
    for page in PAGES
    if page.stem not in ELSEWHERE
    for number, text in enumerate(BLOCK.findall(page.read_text(encoding="utf-8")), 1)
    if re.search(r"^layers:", text, re.MULTILINE)
}
CELL = re.compile(r"(?<!\\)\|")
PACKAGED = {kind for kind, options in LAYER_OPTIONS.items() if options.__module__.startswith("derive.")}


def page(name: str) -> str:
    return (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")


def rows(name: str) -> dict[str, list[str]]:
    """The rows of all tables of a page, under each of the words that their first cell has in backquotes."""
    found: dict[str, list[str]] = {}
    for line in page(name).splitlines():
        if line.startswith("| `"):
            first, *others = (cell.strip() for cell in CELL.split(line)[1:-1])
            for word in re.findall(r"`(\w+)`", first):
                found.setdefault(word, []).append(" | ".join(others))
    return found


def test_there_are_networks() -> None:
    assert {name.rpartition("-")[0] for name in NETWORKS} >= {"README", "losses", "network-file"}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_of_a_page_is_derived(name: str) -> None:
    text = NETWORKS[name]
    network = compile_network(read_network_text(text, file=name))
    adjoints = derive_adjoints(network)
    assert set(adjoints.results) >= {t.name for t in network.parameters}
    assert "def value_and_grad" in emit_kernel(network, adjoints)
    said = re.search(r"^# parameters: (.*)$", text, re.MULTILINE)
    if said:
        assert said.group(1).split(", ") == [t.name for t in network.parameters]


@pytest.mark.parametrize("kind", sorted(LOSS_OPTIONS))
def test_a_loss_is_listed_with_its_options_and_targets(kind: str) -> None:
    options = LOSS_OPTIONS[kind]
    [row] = rows("losses")[kind]
    written, _, targets = row.split(" | ")
    expected = set(options.model_fields) | ({"from"} if options.outputs > 1 else set())
    assert set(re.findall(r"(\w+)(?=[:`])", re.sub(r": [^`]*", ":", written))) == expected
    for name, default in re.findall(r"`(\w+): ([\w.]+)`", written):
        assert str(options.model_fields[name].default).lower() == default
    if targets != "the same" and kind != "C":
        assert tuple(re.findall(r"`(\w+)`", targets)) == options.target_kinds
    if targets == "the same":
        assert options.target_kinds == LOSS_OPTIONS["half_squared_error"].target_kinds


@pytest.mark.parametrize("kind", sorted(PACKAGED - set(ACTIVATION_OPTIONS)))
def test_a_layer_is_listed_with_its_options(kind: str) -> None:
    found = rows("layers")[kind]
    around = page("layers")
    for option in LAYER_OPTIONS[kind].model_fields:
        assert any(option in row for row in found) or f"`{option}" in around, f"{kind} has the option {option}"


def test_every_key_kind_and_penalty_is_listed() -> None:
    listed = rows("network-file")
    assert set(KEYS) <= set(listed)
    assert {*get_args(InputKind), *get_args(TargetKind)} <= set(listed)
    penalties = page("network-file").partition("## Penalties")[2].partition("\n## ")[0]
    assert set(PENALTIES) <= set(re.findall(r"\bl\d\b", penalties))


def test_a_page_is_linked_where_it_says() -> None:
    for path in PAGES:
        for target, anchor in re.findall(r"\]\(([\w-]+\.md)?#([\w-]+)\)", path.read_text(encoding="utf-8")):
            text = (path.parent / target if target else path).read_text(encoding="utf-8")
            headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
            assert anchor in {re.sub(r"[^\w-]", "", h.lower().replace(" ", "-")) for h in headings}, (path.name, anchor)
