"""Stating the layers one after the other, repeats of symbolic length included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import sympy

from derive.errors import DeriveError, ShapeError, quoted
from derive.ir.tensor import Label
from derive.network.activations import initializer_before
from derive.network.extents import Shape, moved, shown_shape
from derive.network.layers.kind import LayerKind, Output
from derive.network.layers.table import layer_kind
from derive.network.naming import value_suffix
from derive.network.sheet import Round, Sheet
from derive.network.site import Result, Site, label_of
from derive.network.spec.models import LayerSpec, RepeatSpec
from derive.network.spec.names import ROUND_INPUT
from derive.network.spec.numbering import every_layer
from derive.network.spec.options import ACTIVATION_OPTIONS
from derive.network.value import Source, Value


def placed(error: DeriveError, title: str, file: str, line: int) -> DeriveError:
    """The same error with a place, its message led by what it is about."""
    return type(error)(f"{title} {error.message}", repair=error.repair, file=file, line=line)


def title_of(layer: LayerSpec) -> str:
    """What messages call a layer."""
    return quoted(layer.name) if layer.name is not None else f"the {layer.kind} layer on line {layer.line}"
