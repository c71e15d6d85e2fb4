"""How the arrays of a hand-written module lie: its fields, and their shapes.

Samples as columns: a parameter with one axis is a column (n, 1), as in `W @ x + b`. Samples as rows, or one
sample alone: it is (n,). A tensor with an ordered axis is a tuple of arrays, one for each layer or step.
"""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from dataclasses import dataclass

from derive.ir.tensor import Tensor
from derive.network.network import Network
from derive.verify.evaluate import Rows
from derive.verify.labelled import Array

Field = Array | tuple[Array, ...]
"""One array, or one for each value of an ordered index."""

Fields = Mapping[str, Field]


@dataclass(frozen=True)
class Layout:
    """The fields of `Params` and `Inputs`, by name, and the tensor behind each."""

    params: Mapping[str, Tensor]
    inputs: Mapping[str, Tensor]
    columns: bool

    def field(self, t: Tensor, rows: Rows) -> Field:
        """A tensor's arrays as the module holds them."""
        arrays = tuple(self._shaped(t, rows[key]) for key in sorted(rows))
        return arrays if _is_family(t) else arrays[0]

    def fields(self, tensors: Mapping[str, Tensor], data: Mapping[str, Rows]) -> Fields:
        return {name: self.field(t, data[t.name]) for name, t in tensors.items()}

    def _shaped(self, t: Tensor, array: Array) -> Array:
        is_vector = t.role == "parameter" and sum(not a.ordered for a in t.axes) == 1
        return array.reshape(-1, 1) if self.columns and is_vector and array.ndim == 1 else array


def layout_of_network(network: Network) -> Layout:
    """Fields in the order of the network: parameters; inputs, targets and hyperparameters."""
    given = (*network.role("input"), *network.role("target"), *network.role("hyper"))
    return Layout(
        {field_name(t.name): t for t in network.parameters},
        {field_name(t.name): t for t in given},
        _lies_in_columns(network),
    )


def field_name(name: str) -> str:
    """The name as a field: a Python keyword gets a trailing `_`."""
    return name + "_" if keyword.iskeyword(name) else name


def _lies_in_columns(network: Network) -> bool:
    """Whether the batch is the last of several axes."""
    if network.batch is None:
        return False
    several = [t for t in network.role("input", "value", "target") if len(t.axes) - t.family > 1]
    return any(t.axes[-1] == network.batch for t in several)


def _is_family(t: Tensor) -> bool:
    return any(a.ordered for a in t.axes)
