"""An activation that stands as a layer of its own."""

from __future__ import annotations

from collections.abc import Sequence

from derive.network.extents import Shape
from derive.network.layers.kind import LayerKind, Output, SizeReader, require_axes
from derive.network.layers.softmax import OF_WHOLE_VECTORS
from derive.network.site import Site
from derive.network.spec.activations import ActivationSpec
from derive.network.spec.options import ActivationOptions
from derive.network.value import Source


class Activation(LayerKind[ActivationOptions]):
    """a_j = f(x_j)."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def output(self, options: ActivationOptions) -> Output:
        return Output("a", "activation", "" if self.kind == "identity" else self.kind)

    def shape(self, options: ActivationOptions, sources: Sequence[Source], extent: SizeReader) -> Shape:
        if self.kind in OF_WHOLE_VECTORS:
            require_axes(sources[0], 1)
        return sources[0].shape

    def state(self, options: ActivationOptions, site: Site) -> None:
        j = site.sheet.units(site.source.shape)
        given = ActivationSpec(kind=self.kind, options=options)
        site.hand_on(j, site.activation(given, site.source, j))
