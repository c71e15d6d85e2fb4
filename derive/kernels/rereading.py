"""A node of the array program that reads other values in place of its own arguments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace

from derive.kernels.program import Node, Operand, Ref


def with_refs(node: Node, made: Mapping[Ref, Ref]) -> Node:
    """The node with its arguments made anew."""
    changes: dict[str, object] = {}
    for f in fields(node):
        value = getattr(node, f.name)
        if isinstance(value, Operand):
            changes[f.name] = Operand(made[value.ref], value.places)
        elif isinstance(value, tuple) and value and all(isinstance(v, Operand) for v in value):
            changes[f.name] = tuple(Operand(made[v.ref], v.places) for v in value)
    return replace(node, **changes)  # type: ignore[arg-type]
