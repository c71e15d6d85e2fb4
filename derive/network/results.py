"""Names and labels of what layers hand on."""

from __future__ import annotations

from dataclasses import replace

from derive.ir.tensor import Label
from derive.network.layers.kind import Output
from derive.network.naming import value_name
from derive.network.sheet import Round, Sheet
from derive.network.site import label_of
from derive.network.spec.models import LayerSpec
from derive.network.value import Value
from derive.terms.affine import Affine

Named = tuple[str, Label]

STEMS = {"preactivation": "z", "normalization": "y"}
"""By meaning, how the name begins of a value whose first activation shares its number."""


def name_result(
    sheet: Sheet,
    layer: LayerSpec,
    output: Output,
    numbered: bool,
    source: Value,
    at: Round | None,
    place: int,
) -> Named:
    """The name of a layer's result, and its label.

    `a4` or `a_trunk` after the weights of a numbered layer; else the layer's own name; else for an activation
    the name of what it reads (`a1` of `z1`, `a_s3` of `s3`), for any other layer its place (`s3`).
    """
    learned = bool(layer.options.parameter_names())
    if numbered or (learned and layer.name is None):
        name = sheet.names.fresh(value_name(output.stem, layer))
        return name, replace(label_of(output.meaning, layer, at), symbol=output.letter)
    if layer.name is not None:
        return sheet.names.own(layer.name), replace(label_of(output.meaning, layer, at), symbol=output.letter)
    if output.stem == "a":
        return _activation_of(sheet, layer, source, at)
    name = sheet.names.fresh(output.stem if at is not None else f"{output.stem}{place}")
    if at is None:
        return name, replace(label_of(output.meaning, layer, at), symbol=output.letter)
    part = name.removeprefix(output.stem).removeprefix("_")
    return name, Label(output.meaning, at.mark(), part, output.letter)


def _activation_of(sheet: Sheet, layer: LayerSpec, source: Value, at: Round | None) -> Named:
    """`a1` for the first activation of the preactivation `z1` or the normalized `y1`, else `a_` and what is read."""
    read = source.label
    same_round = isinstance(read.layer, Affine) == (at is not None)
    name = "a" + source.name.removeprefix(STEMS.get(read.meaning, ""))
    if read.meaning in STEMS and same_round and sheet.names.is_free(name):
        return sheet.names.fresh(name), Label("activation", read.layer if at is None else at.mark(), read.part)
    name = sheet.names.fresh(f"a_{source.name}")
    part = name.removeprefix("a_")
    if at is not None:
        return name, Label("activation", at.mark(), part)
    if isinstance(read.layer, str):
        return name, Label("activation", part)
    return name, Label("activation", layer.level, part.rstrip("0123456789_"))
