"""What the tests of `derive.verify` put to the test: networks, each derived once, and code against them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from derive.derivation import Adjoints, derive_adjoints
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.schema import read_network_file, read_network_text
from derive.resources import examples_dir
from derive.verify.claims import Status
from derive.verify.code import verify_code, verify_functions
from derive.verify.report import Report

HAND = examples_dir() / "hand"

MEAN = "batch: {size: m, reduce: mean}\n"
TEXTS = {
    "multiply": MEAN
    + """
inputs: {x: n}
targets: {y: K}
layers:
  - {dense: {units: p, activation: tanh}, name: left, from: x}
  - {dense: {units: p, activation: sigmoid}, name: gate, from: x}
  - {multiply: {}, from: [left, gate]}
  - {dense: {units: K}}
loss: half_squared_error
""",
    "concat": "notation: rows\n"
    + MEAN
    + """
inputs: {x: n}
targets: {y: K}
layers:
  - {dense: {units: p, activation: tanh}, name: left, from: x}
  - {dense: {units: q, activation: sigmoid}, name: right, from: x}
  - {concat: {}, from: [left, right]}
  - {dense: {units: K}}
loss: mean_squared_error
""",
    "shared": MEAN
    + """
inputs: {x: n}
targets: {y: n}
layers:
  - {dense: {units: n, activation: tanh}, name: s}
  - {dense: {units: n, activation: tanh}, share: s}
loss: half_squared_error
""",
    "prelu": MEAN
    + """
inputs: {x: n}
targets: {y: K}
layers:
  - {dense: {units: p, activation: prelu}}
  - {dense: {units: K}}
loss: half_squared_error
""",
    "single-sample": """
inputs: {x: n}
targets: {y: {size: K, kind: binary}}
layers:
  - {dense: {units: p, activation: sigmoid}}
  - {dense: {units: K, activation: sigmoid}}
loss: binary_cross_entropy
""",
    "fan-out": MEAN
    + """
inputs: {x: n}
targets: {y: K}
layers:
  - {dense: {units: p, activation: tanh}, name: trunk}
  - {dense: {units: K, activation: sigmoid}, name: left, from: trunk}
  - {dense: {units: K, activation: tanh}, name: middle, from: trunk}
  - {dense: {units: K}, name: right, from: trunk}
  - {add: {}, from: [left, middle, right]}
loss: half_squared_error
""",
    "no-bias": """
notation: rows
batch: {size: m, reduce: sum}
inputs: {x: n}
targets: {y: K}
layers:
  - {dense: {units: p, activation: tanh, bias: false}}
  - {dense: {units: K, bias: false}}
loss: mean_squared_error
""",
    "class-ids": "notation: rows\n"
    + MEAN
    + """
inputs: {x: n}
targets: {y: {kind: class_id}}
layers: [{dense: {units: K}}]
loss: cross_entropy_with_logits
""",
    "linear": MEAN
    + """
inputs: {x: n}
targets: {y: K}
layers: [{dense: {units: K}}]
loss: half_squared_error
""",
}


@cache
def network(name: str) -> Network:
    """A bundled example, or one of `TEXTS`."""
    if name in TEXTS:
        return compile_network(read_network_text(TEXTS[name], title=name))
    return compile_network(read_network_file(examples_dir() / f"{name}.yaml"))


@cache
def derived(name: str) -> Adjoints:
    return derive_adjoints(network(name))


def report_on(functions: object, name: str, **more: Any) -> Report:
    """The report on functions in this process."""
    return verify_functions(functions, network(name), derived(name), **more)


def report_on_file(path: Path, name: str, **more: Any) -> Report:
    return verify_code(path, network(name), derived(name), **more)


def report_on_source(folder: Path, source: str, name: str = "linear", **more: Any) -> Report:
    """The report on a file with this text."""
    path = folder / "hand.py"
    path.write_text(source)
    return report_on_file(path, name, **more)


def hand(name: str) -> str:
    return (HAND / f"{name}.py").read_text()


def changed(source: str, old: str, new: str) -> str:
    assert source.count(old) == 1, f"{old!r} stands {source.count(old)} times in the source"
    return source.replace(old, new)


def compiled(source: str) -> dict[str, Any]:
    """The functions that a source defines."""
    names: dict[str, Any] = {}
    exec(compile(source, "<planted>", "exec"), names)
    return {n: f for n, f in names.items() if n in ("value_and_grad", "gradients")}


def statuses(report: Report) -> dict[str, str]:
    return {c.name: c.status.value for c in report.claims}


def wrong(report: Report) -> dict[str, str | None]:
    """The mistake of each wrong claim."""
    return {c.name: c.mistake for c in report.claims if c.status is Status.WRONG}
