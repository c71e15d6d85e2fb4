"""The networks of one layer (LeNet: of several) whose kernels are compared with `benchmarks.handwritten_layers`."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class LayerCase:
    """A network file, what its kernel has gradients by, and how often it is run."""

    title: str
    text: str
    wrt: Literal["params", "all"]
    repeats: int


def _file(inputs: str, target: str, layers: str, loss: str, reduce: str = "sum") -> str:
    given = f"notation: rows\nbatch: {{size: m, reduce: {reduce}}}\ninputs: {{{inputs}}}\ntargets: {{{target}}}\n"
    return f"{given}layers:\n{layers}loss: {loss}\n"


def _layer(inputs: str, target: str, layer: str) -> str:
    return _file(inputs, target, f"  - {layer}\n", "inner_product")


LENET = """\
  - {conv2d: {channels: 6, kernel: 5, padding: 2, activation: tanh}}
  - {avg_pool2d: {window: 2}}
  - {conv2d: {channels: 16, kernel: 5, activation: tanh}}
  - {avg_pool2d: {window: 2}}
  - {flatten: {}}
  - {dense: {units: 120, activation: tanh}}
  - {dense: {units: 84, activation: tanh}}
  - {dense: {units: 10}}
"""

CASES: dict[str, LayerCase] = {
    "lenet": LayerCase(
        "LeNet, batch 64",
        _file("x: [1, 28, 28]", "y: {size: 10, kind: one_hot}", LENET, "cross_entropy_with_logits", "mean"),
        "params",
        150,
    ),
    "lstm": LayerCase(
        "LSTM, T = 50, hidden 128, batch 32",
        _file("x: [50, 64]", "y: 128", "  - lstm: {units: 128, last: true}\n", "half_squared_error", "mean"),
        "params",
        80,
    ),
    "batch_norm": LayerCase("batch norm (512, 1024)", _layer("x: 1024", "r: 1024", "batch_norm: {}"), "all", 400),
    "batch_norm_2d": LayerCase(
        "batch norm (64, 64, 28, 28)", _layer("x: [64, 28, 28]", "r: [64, 28, 28]", "batch_norm: {}"), "all", 40
    ),
    "layer_norm": LayerCase("layer norm (512, 1024)", _layer("x: 1024", "r: 1024", "layer_norm: {}"), "all", 300),
    "softmax_cross_entropy": LayerCase(
        "softmax, cross-entropy (512, 10000)",
        _file("z: 10000", "y: {size: 10000, kind: one_hot}", "  - softmax: {}\n", "cross_entropy", "mean"),
        "all",
        60,
    ),
    "attention": LayerCase(
        "attention, T = 256, d = 512, batch 4",
        _layer("Q: [256, 512], K: [256, 512], V: [256, 512]", "r: [256, 512]", "{attention: {}, from: [Q, K, V]}"),
        "all",
        60,
    ),
    "multi_head_attention": LayerCase(
        "attention of 8 heads, T = 256, d = 512, batch 4",
        _layer("x: [256, 512]", "r: [256, 512]", "multi_head_attention: {heads: 8}"),
        "all",
        30,
    ),
}
