"""What a layer of one's own is written with; `docs/add-a-layer.md` shows how.

    from derive.layers import Layer, Size, layer, require_axes

Options: annotate the fields of the class with `Size`, `Sizes`, `Number`, `PositiveNumber`, `Name`, `Activation`
(by default `IDENTITY`), or with `bool`, `int` and `Literal`. Shapes: `require_axes`, `require_same_shape`,
`ShapeError`. Equations: SymPy, and `max_over` for a maximum.
"""

from __future__ import annotations

from derive.errors import ShapeError
from derive.ir.extremum import max_over
from derive.network.extents import Shape
from derive.network.layers.kind import SizeReader, require_axes, require_same_shape
from derive.network.layers.own import Layer, layer, remove_layer
from derive.network.site import Site
from derive.network.spec.activations import IDENTITY, Activation
from derive.network.spec.names import Number, PositiveNumber
from derive.network.spec.names import SafeName as Name
from derive.network.spec.names import ShapeField as Sizes
from derive.network.spec.names import SizeField as Size
from derive.network.value import Source, Value

__all__ = [
    "IDENTITY",
    "Activation",
    "Layer",
    "Name",
    "Number",
    "PositiveNumber",
    "Shape",
    "ShapeError",
    "Site",
    "Size",
    "SizeReader",
    "Sizes",
    "Source",
    "Value",
    "layer",
    "max_over",
    "remove_layer",
    "require_axes",
    "require_same_shape",
]
