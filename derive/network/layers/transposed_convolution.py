"""Transposed convolution: every entry puts the weights, times itself, where a convolution would have read it."""

from __future__ import annotations

from collections.abc import Sequence

import sympy
from sympy import KroneckerDelta, Mul, Sum

from derive.errors import ShapeError
from derive.network.extents import Shape, shown_shape
from derive.network.layers.channels import in_groups, share_of
from derive.network.layers.convolution import TAP_LETTERS
from derive.network.layers.kind import LayerKind, Output, SizeReader
from derive.network.layers.padding import axes_of
from derive.network.layers.windows import Windows, along, require_positions
from derive.network.sheet import Sheet
from derive.network.site import Site
from derive.network.spec.window_layers import TransposedOptions
from derive.network.value import Source

ENTRY_LETTERS = ("h", "w")


class TransposedConvolution(LayerKind[TransposedOptions]):
    """f_o,k = Σ_c,h,r x_c,h W_c,o,r δ(k, (h−1)S+(r−1)D+1), z_o,k = f_o,k+before + b_o and a = activation(z).

    W is (in, out/groups, taps…), that of the convolution whose transpose this is.
    """

    numbered = True

    def output(self, options: TransposedOptions) -> Output:
        kind = options.activation.kind
        return Output("z", "preactivation", kind) if kind == "identity" else Output("a", "activation", kind)

    def shape(self, options: TransposedOptions, sources: Sequence[Source], extent: SizeReader) -> Shape:
        [source] = sources
        sizes = require_positions(source, options.rank)
        channels, groups = extent(options.channels), extent(options.groups)
        share_of(source.shape[0], groups, f"the channels of {source.title}")
        share_of(channels, groups, "its own channels")
        whole = _reached(options, _entries(options, sizes, extent))
        kept = tuple(n - before - after for n, (before, after) in zip(whole, options.padding, strict=True))
        if any(n.is_Integer and n < 1 for n in kept):
            raise ShapeError(
                f"makes {shown_shape(whole)} of {source.title} and cuts off {_shown_padding(options)},"
                " which leaves nothing",
                repair="make the padding smaller",
            )
        return (channels, *kept)

    def axes(self, sheet: Sheet, shape: Shape) -> tuple[sympy.Idx, ...]:
        return axes_of(sheet, shape, "o")

    def state(self, options: TransposedOptions, site: Site) -> None:
        x, axis = site.source, site.sheet.axis
        entries = _entries(options, x.shape[1:], site.extent)
        whole = _reached(options, entries)
        groups = site.extent(options.groups)
        channels = site.extent(options.channels)
        o = in_groups(site.sheet, channels, groups, "o")
        c = in_groups(site.sheet, x.shape[0], groups, "c")
        taps = tuple(axis(w.kernel, letter) for w, letter in zip(entries, TAP_LETTERS, strict=False))
        given = tuple(axis(w.size, letter) for w, letter in zip(entries, ENTRY_LETTERS, strict=False))
        _, *reached = axes_of(site.sheet, (channels, *whole), "o")
        W = site.learned("W", (c.whole, axis(channels / groups, "o"), *taps), "weight", site.init)
        hits = (KroneckerDelta(k, w.read(h, r)) for k, w, h, r in zip(reached, entries, given, taps, strict=True))
        put = Sum(x[c.at, *given] * W[c.at, o.within, *taps] * Mul(*hits), *c.bound, *given, *taps)
        made = site.named("full", "full", (channels, *whole), "f")
        net, line = site.sheet.net, site.layer.line
        net.define(
            made.name,
            made.at((o.at, *reached)),
            put,
            axes=made.at((o.whole, *reached)),
            label=made.label,
            line=line,
        )
        _, *positions = axes_of(site.sheet, site.result.value.shape, "o")
        moved = tuple(p + before for p, (before, _) in zip(positions, options.padding, strict=True))
        z = made[o.whole, *moved]
        if options.bias:
            z = z + site.parameter("b", (o.whole,), "bias", "zeros")
        site.activate(options.activation, (o.whole, *positions), z)


def _entries(options: TransposedOptions, sizes: Shape, extent: SizeReader) -> tuple[Windows, ...]:
    return along(sizes, [extent(k) for k in options.kernel], options.stride, options.dilation)


def _reached(options: TransposedOptions, entries: Sequence[Windows]) -> Shape:
    """(size − 1)·stride + reach + output padding, along each axis."""
    return tuple(
        (w.size - 1) * w.stride + w.reach + more for w, more in zip(entries, options.output_padding, strict=True)
    )


def _shown_padding(options: TransposedOptions) -> str:
    return " and ".join(f"{before} + {after}" for before, after in options.padding)
