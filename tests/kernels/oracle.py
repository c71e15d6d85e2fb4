"""Kernels beside the interpreter: the same random data as arrays and as entries, results compared norm-wise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from derive.derivation import Adjoints, derive_adjoints
from derive.ir.environment import Environment
from derive.ir.interpret import run_forward, run_normal_form
from derive.ir.normal_form import assignments, evaluate_affine, place
from derive.ir.tensor import ADJOINT, Tensor
from derive.kernels import emit_kernel, load_kernel
from derive.kernels.kernel import has_columns
from derive.network.network import Network
from derive.terms.affine import index

TOLERANCE = 1e-10


@dataclass(frozen=True)
class Sample:
    """A network with data: its kernel's arguments, and what the interpreter makes of the same numbers."""

    network: Network
    env: Environment
    adjoints: Adjoints

    @property
    def values(self) -> Environment:
        """Everything computed: forward values and adjoints."""
        forward = run_forward(self.network.equations, self.network.tensors, self.env)
        return run_normal_form(self.adjoints.equations.values(), forward)

    def arguments(self, module: ModuleType, dtype: Any = np.float64) -> tuple[Any, Any]:
        """`Params` and `Inputs`."""
        columns = has_columns(self.network)
        groups = ("parameter",), ("input", "target", "hyper")
        out = []
        for kind, roles in zip((module.Params, module.Inputs), groups, strict=True):
            tensors = [t for role in roles for t in self.network.role(role)]
            out.append(kind(*(as_array(t, self.env, self.env.arrays[t.name], columns, dtype) for t in tensors)))
        return out[0], out[1]

    def expected(self, tensor: str, env: Environment) -> Any:
        """What the interpreter has for the adjoint of a tensor, as an array like the tensor's own."""
        return as_array(self.network.tensor(tensor), env, env.arrays[ADJOINT + tensor], has_columns(self.network))


def as_array(
    t: Tensor, env: Environment, entries: Mapping[tuple[int, ...], Any], columns: bool, dtype: Any = np.float64
) -> Any:
    """The entries of a tensor as a kernel takes them: parameters of a family as a tuple, other families stacked."""
    if t.family and t.role == "parameter":
        return tuple(_member(t, point, entries, columns, dtype) for point in assignments(t.axes[:1], env))
    if t.family:
        members = [_member(t, point, entries, columns, dtype) for point in assignments(t.axes[:1], env)]
        return np.stack(members)
    return _member(t, env, entries, columns, dtype)


def _member(t: Tensor, env: Environment, entries: Mapping[tuple[int, ...], Any], columns: bool, dtype: Any) -> Any:
    inner = t.axes[t.family :]
    if t.role == "hyper":
        return entries[()]
    shape = tuple(evaluate_affine(a.extent, env) for a in inner)
    out = np.zeros(shape, np.int64 if t.kind in ("class_id", "id") else dtype)
    at = tuple(index(a.name) for a in t.axes)
    for point in assignments(inner, env):
        here = tuple(evaluate_affine(index(a.name) - a.lo, point) for a in inner)
        out[here] = entries[place(at, point)]
    is_column = columns and t.role == "parameter" and len(inner) == 1
    return out[:, None] if is_column else out


def distance(actual: Any, expected: Any) -> float:
    """The relative distance of two arrays, or the largest one of two sequences of arrays."""
    if isinstance(expected, tuple):
        assert isinstance(actual, tuple) and len(actual) == len(expected)
        return max((distance(a, e) for a, e in zip(actual, expected, strict=True)), default=0.0)
    assert np.shape(actual) == np.shape(expected), f"{np.shape(actual)} is not {np.shape(expected)}"
    norm = float(np.linalg.norm(np.asarray(expected, dtype=float)))
    return float(np.linalg.norm(np.asarray(actual, dtype=float) - expected)) / max(norm, 1.0)


def compare(sample: Sample, wrt: str = "all", source: str | None = None) -> ModuleType:
    """Compare a kernel with the interpreter: loss and every gradient."""
    module = load_kernel(source or emit_kernel(sample.network, sample.adjoints, wrt))  # type: ignore[arg-type]
    params, inputs = sample.arguments(module)
    values = sample.values
    loss, *gradients = module.value_and_grad(params, inputs)
    expected = values.entry(sample.network.cost or "", ())
    assert distance(loss, expected) < TOLERANCE, f"loss {loss}, {expected}"
    assert distance(module.loss(params, inputs), expected) < TOLERANCE
    for group in gradients:
        for name, value in zip(group._fields, group, strict=True):
            tensor = name if name in sample.network.tensors else name.removesuffix("_")
            if value is not None:
                error = distance(value, sample.expected(tensor, values))
                assert error < TOLERANCE, f"the gradient of {tensor} is off by {error}"
    return module


def sample_of(network: Network, env: Environment) -> Sample:
    return Sample(network, env, derive_adjoints(network))
