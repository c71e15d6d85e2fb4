"""Sizes as SymPy terms, and the shapes that are made of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import sympy

from derive.network.spec.names import Size

Extent: TypeAlias = Any
"""A SymPy expression over sizes: `784`, `m`, `n[1]`, `n[l-1]`, or a sum of such."""

Shape: TypeAlias = tuple[Extent, ...]
"""The extents of one sample, without the axes of batch and depth."""


def extent_of(size: Size, ordered: Mapping[str, Extent]) -> Extent:
    """The term of a size as the file writes it.

    `n_0` is the entry `n[0]` of a family, and so is `n_l` where `ordered` knows `l` (the index of a repeat, or
    its number of rounds); any other text after the underscore belongs to the name.
    """
    if isinstance(size, int):
        return sympy.Integer(size)
    at = ordered.get(size.subscript) if isinstance(size.subscript, str) else size.subscript
    if at is None:
        return sympy.Symbol(str(size), integer=True)
    return sympy.IndexedBase(size.name, integer=True)[at]


def base_name(size: Size, ordered: Mapping[str, Extent]) -> str | None:
    """The name under which a size is declared; None for a number."""
    extent = extent_of(size, ordered)
    if isinstance(extent, sympy.Indexed):
        return str(extent.base.label)
    return None if isinstance(size, int) else str(size)


def moved(shape: Shape, index: sympy.Basic, to: sympy.Basic) -> Shape:
    """The shape in another round: `n[l]` becomes `n[l-1]` or `n[0]`."""
    return tuple(extent.xreplace({index: to}) for extent in shape)


def shown(extent: Extent) -> str:
    """An extent as the file writes it: `n_0`, `n_{l-1}`, `n_1 + 3`."""
    if isinstance(extent, sympy.Indexed):
        at = str(extent.indices[0]).replace(" ", "")
        return f"{extent.base.label}_{at if at.isalnum() else '{' + at + '}'}"
    if isinstance(extent, sympy.Add):
        return " + ".join(shown(a) for a in extent.as_ordered_terms())
    if isinstance(extent, sympy.Mul):
        return "·".join(shown(a) for a in extent.args)
    return str(extent)


def shown_shape(shape: Shape) -> str:
    """`784`, or `3 × 4` for several axes."""
    return " × ".join(shown(extent) for extent in shape) or "one number"
