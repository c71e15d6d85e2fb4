"""Numbering the layers with parameters, from which their names follow: `W4`, `b4`, or `W_trunk`, `b_trunk`.

Layers count in the order of the file after unrolling; named layers and layers that share weights count as
well, the body of a symbolic repeat counts once. Where the symbolic repeats of a network hold a single unnamed
layer with parameters, that layer gets no number: its parameters are the families `W` and `b` over the index.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derive.network.spec.models import LayerSpec, RepeatSpec


def parameter_suffix(layer: LayerSpec) -> str:
    """What follows `W` in the names of the layer's parameters: `4`, `_trunk`, or nothing for the only family.

    A layer that shares weights has the suffix of the layer that owns them.
    """
    if layer.share is not None:
        return f"_{layer.share}"
    if layer.name is not None:
        return f"_{layer.name}"
    return "" if layer.number is None else str(layer.number)


def joined(name: str, suffix: str) -> str:
    """A name with the number or the name of its layer: `W4`, `W_trunk`, and `W_1_4` after another number."""
    return f"{name}_{suffix}" if name[-1:].isdigit() and suffix[:1].isdigit() else name + suffix


def parameter_name(name: str, layer: LayerSpec) -> str:
    """The name of a layer's parameter."""
    return joined(name, parameter_suffix(layer))


def number_layers(layers: Sequence[LayerSpec | RepeatSpec]) -> tuple[LayerSpec | RepeatSpec, ...]:
    """The same layers with their numbers."""
    numbers: dict[str, int] = {}
    for layer in every_layer(layers):
        if layer.options.parameter_names():
            numbers[layer.key] = len(numbers) + 1
    unnamed = [
        layer.key
        for repeat in layers
        if isinstance(repeat, RepeatSpec)
        for layer in repeat.layers
        if layer.key in numbers and layer.name is None and layer.share is None
    ]
    if len(unnamed) == 1:
        del numbers[unnamed[0]]
        return tuple(_with_levels(layers, numbers, uncounted=unnamed[0]))
    return tuple(_with_levels(layers, numbers))


def _with_levels(
    layers: Sequence[LayerSpec | RepeatSpec], numbers: dict[str, int], uncounted: str = ""
) -> Iterator[LayerSpec | RepeatSpec]:
    """The layers with their numbers and levels; after a repeat of the layer `uncounted` there is no level."""
    level = 0 if numbers else None
    for item in layers:
        yield _numbered(item, numbers, level)
        inside = [layer.key for layer in every_layer((item,))]
        level = None if uncounted in inside else max((numbers[k] for k in inside if k in numbers), default=level)


def _numbered(layer: LayerSpec | RepeatSpec, numbers: dict[str, int], level: int | None) -> LayerSpec | RepeatSpec:
    """The layer with its number; what learns nothing belongs to the last numbered layer before it, its `level`."""
    if isinstance(layer, RepeatSpec):
        inner = tuple(item.model_copy(update={"number": numbers.get(item.key)}) for item in layer.layers)
        return layer.model_copy(update={"layers": inner})
    number = numbers.get(layer.key)
    return layer.model_copy(update={"number": number, "level": level if number is None else number})


def every_layer(layers: Sequence[LayerSpec | RepeatSpec]) -> Iterator[LayerSpec]:
    """All layers in order, those inside symbolic repeats once."""
    for layer in layers:
        if isinstance(layer, RepeatSpec):
            yield from layer.layers
        else:
            yield layer
