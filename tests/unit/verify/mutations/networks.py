"""The networks for which `written/` holds backpropagation by hand, and the mistakes planted into it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from derive.derivation import Adjoints, derive_adjoints
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.schema import read_network_text
from derive.verify.code import verify_functions
from derive.verify.report import Report
from tests.unit.verify.subjects import compiled

WRITTEN = Path(__file__).parent / "written"
HEAD = "notation: rows\nbatch: {size: m, reduce: mean}\n"
NETWORKS = {
    "convolution_loops": HEAD
    + """
inputs: {x: [2, 9, 8]}
targets: {y: K}
layers:
  - {conv2d: {channels: 3, kernel: 3, stride: 2, padding: 1, activation: tanh}}
  - {conv2d: {channels: 4, kernel: 3, padding: 1, activation: tanh}}
  - global_avg_pool
  - {dense: {units: K}}
loss: half_squared_error
""",
    "convolution_strided": HEAD
    + """
inputs: {x: [2, 9]}
targets: {y: K}
layers:
  - {conv1d: {channels: 3, kernel: 2, activation: tanh}}
  - {conv1d: {channels: 4, kernel: 3, stride: 2, dilation: 2, padding: 1, activation: tanh}}
  - flatten
  - {dense: {units: K}}
loss: half_squared_error
""",
    "convolution_windows": HEAD
    + """
inputs: {x: [2, 7, 6]}
targets: {y: K}
layers:
  - {conv2d: {channels: 3, kernel: 3, padding: 1, activation: tanh}}
  - {conv2d: {channels: 4, kernel: 3, activation: tanh}}
  - flatten
  - {dense: {units: K}}
loss: half_squared_error
""",
    "pooling": HEAD
    + """
inputs: {x: [2, 12, 14]}
targets: {y: K}
layers:
  - {conv2d: {channels: 3, kernel: 2, activation: tanh}}
  - {max_pool2d: {window: 3, stride: 2}}
  - {conv2d: {channels: 4, kernel: 2, activation: tanh}}
  - {avg_pool2d: {window: 3, stride: 1}}
  - flatten
  - {dense: {units: K}}
loss: half_squared_error
""",
    "batch_norm_images": HEAD
    + """
inputs: {x: [2, 5, 6]}
targets: {y: K}
layers:
  - {conv2d: {channels: 3, kernel: 2}}
  - batch_norm
  - tanh
  - global_avg_pool
  - {dense: {units: K}}
loss: half_squared_error
""",
    "attention_masked": HEAD
    + """
inputs: {x: [T, n], w: {shape: [T, T], kind: binary}}
targets: {y: [T, d]}
layers:
  - {dense: {units: d, bias: false}, name: Q, from: x}
  - {dense: {units: d, bias: false}, name: K, from: x}
  - {dense: {units: d, bias: false}, name: V, from: x}
  - {attention: {mask: w}, from: [Q, K, V]}
loss: half_squared_error
""",
    "recurrent": HEAD
    + """
inputs: {x: [T, n]}
targets: {y: [T, K]}
layers:
  - {rnn: {units: p}}
  - {dense: {units: K}}
loss: half_squared_error
""",
    "lstm": HEAD
    + """
inputs: {x: [T, n]}
targets: {y: K}
layers:
  - {lstm: {units: p, last: true}}
  - {dense: {units: K}}
loss: half_squared_error
""",
    "attention": HEAD
    + """
inputs: {x: [T, n]}
targets: {y: [T, d]}
layers:
  - {dense: {units: d, bias: false}, name: Q, from: x}
  - {dense: {units: d, bias: false}, name: K, from: x}
  - {dense: {units: d, bias: false}, name: V, from: x}
  - {attention: {causal: true}, from: [Q, K, V]}
loss: half_squared_error
""",
    "embedding": HEAD
    + """
inputs: {x: {shape: [T], kind: id, size: 5}}
targets: {y: K}
layers:
  - {embedding: {units: p, pool: mean}}
  - {dense: {units: q, activation: tanh}}
  - {dense: {units: K}}
loss: half_squared_error
""",
}
BATCH_NORM = (
    HEAD
    + """
inputs: {x: n}
targets: {y: K}
layers:
  - {dense: {units: p}}
  - batch_norm
  - tanh
  - {dense: {units: K}}
loss: half_squared_error
"""
)
NETWORKS |= {"batch_norm_long": BATCH_NORM, "batch_norm_compact": BATCH_NORM}
NETWORKS["layer_norm"] = BATCH_NORM.replace("batch_norm", "layer_norm")


@cache
def network(name: str) -> Network:
    return compile_network(read_network_text(NETWORKS[name], title=name))


@cache
def derived(name: str) -> Adjoints:
    return derive_adjoints(network(name))


def written(name: str) -> str:
    """The right code for a network, as text."""
    return (WRITTEN / f"{name}.py").read_text(encoding="utf-8")


def verdict(name: str, source: str) -> Report:
    """What is said of some code against a network."""
    return verify_functions(compiled(source), network(name), derived(name))
