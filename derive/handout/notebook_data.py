"""Code that makes data for a kernel: arrays of the right shapes and kinds, from a seeded generator."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

import numpy as np

from derive.errors import DeriveError
from derive.ir.environment import Place
from derive.ir.tensor import Tensor
from derive.kernels.fields import field_name
from derive.kernels.kernel import has_columns
from derive.kernels.mask_checks import mask_divisors
from derive.kernels.syntax import Expr, assign, binary, call, constant, name, rendered, tuple_of
from derive.network.network import Network
from derive.verify.labelled import Array
from derive.verify.points import class_counts, random_points

SEED = 0
GROUPS = {"Params": ("parameter",), "Inputs": ("input", "target", "hyper")}
Rows = Mapping[Place, Array]


def data_code(network: Network) -> str:
    """Statements that make `rng`, `params` and `inputs`, and name those of them that are `checked`.

    Sizes are small and differ from one another, as in the check at the end of a handout.
    """
    point = random_points(network, 1, SEED)[0]
    counts = class_counts(network, point.sizes)
    masks = frozenset(mask for mask, _ in mask_divisors(network))
    columns = has_columns(network)
    lines = rendered([assign("rng", call("np.random.default_rng", constant(SEED)))])
    for group, roles in GROUPS.items():
        made = {
            field_name(t.name): _whole(t, point.data[t.name], counts.get(t.name, 0), columns, t.name in masks)
            for role in roles
            for t in network.role(role)
        }
        lines += _call_in_lines(group.lower(), call(group, **made))
    lines += rendered([assign("checked", name("params" if checks_parameters(network) else "inputs"))])
    return "\n".join(lines)


def checks_parameters(network: Network) -> bool:
    """Whether gradients are checked by parameters; by inputs where there are none."""
    return bool(network.parameters)


def _call_in_lines(target: str, made: Expr) -> list[str]:
    """An assignment of a call, one line for each argument."""
    assert isinstance(made, ast.Call) and isinstance(made.func, ast.Name)
    if not made.keywords:
        return rendered([assign(target, made)])
    return [f"{target} = {made.func.id}(", *(f"    {ast.unparse(k)}," for k in made.keywords), ")"]


def _whole(t: Tensor, rows: Rows, count: int, columns: bool, is_mask: bool) -> Expr:
    """All rows of a tensor: parameters of a family as a tuple, other families stacked."""
    members = [_member(t, rows[key], count, columns, is_mask) for key in sorted(rows)]
    if not t.family:
        return members[0]
    return tuple_of(members) if t.role == "parameter" else call("np.stack", tuple_of(members))


def _member(t: Tensor, row: Array, count: int, columns: bool, is_mask: bool) -> Expr:
    shape = (*row.shape, 1) if columns and t.role == "parameter" and row.ndim == 1 else row.shape
    if t.role == "hyper":
        return constant(round(float(row), 3))
    return _mask(shape) if is_mask else _of_kind(t, row, shape, count)


def _mask(shape: Sequence[int]) -> Expr:
    """Ones, and a 0 at the end: something of every row counts, and not everything."""
    entries = int(np.prod(shape))
    counts = call("np.less", call("np.arange", constant(entries)), constant(max(1, entries - 1)))
    return call("np.reshape", call("np.asarray", counts, dtype=name("float")), _shape(shape))


def _of_kind(t: Tensor, row: Array, shape: Sequence[int], count: int) -> Expr:
    """Random entries of the kind of a tensor."""
    size = _shape(shape)
    match t.kind:
        case "real":
            normal = call("rng.standard_normal", size)
            spread = round(float(np.sqrt(2 / sum(shape))), 3) if t.role == "parameter" and row.ndim > 1 else 1.0
            return normal if spread == 1.0 else binary("multiply", constant(spread), normal)
        case "positive":
            return call("rng.uniform", constant(0.5), constant(2.0), size)
        case "binary" | "sign":
            return call("rng.choice", tuple_of([constant(0.0 if t.kind == "binary" else -1.0), constant(1.0)]), size)
        case "class_id" | "id":
            return call("rng.integers", constant(0), constant(count or 2), size)
        case "one_hot" | "distribution":
            return _summing(t, row)
    raise DeriveError(f"no data are made for {t.name}, of kind {t.kind}")


def _summing(t: Tensor, row: Array) -> Expr:
    """Entries that sum to 1 along one axis: the one along which the sample's do."""
    axis = next(k for k in reversed(range(row.ndim)) if np.allclose(row.sum(axis=k), 1))
    many = row.shape[axis]
    rest = _shape([n for k, n in enumerate(row.shape) if k != axis])
    if t.kind == "one_hot":
        ids = call("rng.integers", constant(many), size=rest)
        drawn = call("np.take", call("np.eye", constant(many)), ids, axis=constant(0))
    else:
        drawn = call("rng.dirichlet", call("np.ones", constant(many)), rest)
    return drawn if axis == row.ndim - 1 else call("np.moveaxis", drawn, constant(-1), constant(axis))


def _shape(shape: Sequence[int]) -> Expr:
    return tuple_of([constant(n) for n in shape])
