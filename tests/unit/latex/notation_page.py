"""The table of `docs/notation.md`: each key with an example, and what it changes in the formulas of a network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from derive.latex.printer import Printer
from tests.source_files import ROOT
from tests.unit.latex.goldens import formulas
from tests.unit.latex.networks import from_text

PAGE = ROOT / "docs" / "notation.md"
NETWORK = """
notation: {notation}
batch: {{size: m, reduce: mean}}
inputs: {{x: n_0}}
targets: {{y: n_2}}
layers:
  - {{dense: {{units: n_1, activation: relu}}}}
  - {{dense: {{units: n_2, activation: softmax}}}}
loss: cross_entropy
penalty: {{l2: lambda}}
"""
DEEP = """
notation: {notation}
inputs: {{x: n_0}}
targets: {{y: n_L}}
layers: [{{repeat: {{times: L, index: l, layers: [{{dense: {{units: n_l, activation: sigma}}}}]}}}}]
loss: C
"""
HINGE = """
notation: {notation}
inputs: {{x: n_0}}
targets: {{y: n_1}}
layers: [{{dense: {{units: n_1}}}}]
loss: hinge
"""
CELL = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True)
class Row:
    key: str
    values: str
    example: str
    printed: str

    @property
    def settings(self) -> dict[str, object]:
        made = yaml.safe_load("{" + self.example + "}")
        assert isinstance(made, dict)
        return made


def rows() -> Iterator[Row]:
    """The rows of the table whose first cell is a key."""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in CELL.split(line)[1:-1]]
        if len(cells) == 5 and re.fullmatch(r"`\w+`", cells[0]):
            yield Row(cells[0][1:-1], cells[1], cells[3].strip("`"), cells[4].strip("`"))


def said(notation: dict[str, object]) -> str:
    """Everything that is printed of three networks under a notation."""
    lines: list[str] = []
    for text in (NETWORK, DEEP, HINGE):
        made = from_text(text.format(notation=yaml.safe_dump(notation, default_flow_style=True, width=10**6).strip()))
        for network in (made, *([made.sample] if made.sample else [])):
            printer = Printer(network, network.notation)
            lines += formulas(network)
            lines += [printer.shape(t) for t in network.tensors.values()]
            weight = network.parameters[0].name
            lines += [printer.iteration(weight, "n+1"), printer.sample("x", "i"), printer.rate, printer.prediction]
    return "\n".join(lines)
