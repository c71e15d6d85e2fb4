"""Convolution: every window is multiplied by the same weights."""

from __future__ import annotations

from collections.abc import Sequence

import sympy
from sympy import Sum

from derive.network.extents import Shape
from derive.network.layers.channels import in_groups, share_of
from derive.network.layers.kind import LayerKind, Output, SizeReader
from derive.network.layers.padding import axes_of, padded
from derive.network.layers.windows import Windows, along, padded_like, require_fit, require_positions, with_border
from derive.network.sheet import Sheet
from derive.network.site import Site
from derive.network.spec.activations import ActivationSpec
from derive.network.spec.window_layers import ConvolutionOptions
from derive.network.value import Source

TAP_LETTERS = ("r", "s")


class Convolution(LayerKind[ConvolutionOptions]):
    """z_o,p = Σ_c,r W_o,c,r x̃_c,(p−1)S+(r−1)D+1 + b_o and a = f(z); the kernel is not turned round.

    Positions p and taps r are pairs for images. In groups, o and c are channels (g−1)·O + o and (g−1)·I + c.
    """

    numbered = True

    def output(self, options: ConvolutionOptions) -> Output:
        kind = options.activation.kind
        return Output("z", "preactivation", kind) if kind == "identity" else Output("a", "activation", kind)

    def shape(self, options: ConvolutionOptions, sources: Sequence[Source], extent: SizeReader) -> Shape:
        [source] = sources
        windows = _windows(options, require_positions(source, options.rank), extent)
        channels, groups = extent(options.channels), extent(options.groups)
        share_of(source.shape[0], groups, f"the channels of {source.title}")
        share_of(channels, groups, "its own channels")
        require_fit(windows, source.title, "kernel")
        return (channels, *(w.count for w in windows))

    def axes(self, sheet: Sheet, shape: Shape) -> tuple[sympy.Idx, ...]:
        return axes_of(sheet, shape, "o")

    def state(self, options: ConvolutionOptions, site: Site) -> None:
        x, axis = site.source, site.sheet.axis
        windows = _windows(options, x.shape[1:], site.extent)
        site.border.extend(w.border for w in windows)
        x_padded = padded(site, x, windows, 0.0)
        groups = site.extent(options.groups)
        o = in_groups(site.sheet, site.extent(options.channels), groups, "o")
        c = in_groups(site.sheet, x.shape[0], groups, "c")
        taps = tuple(axis(w.kernel, letter) for w, letter in zip(windows, TAP_LETTERS, strict=False))
        _, *positions = axes_of(site.sheet, site.result.value.shape, "o")
        W = site.learned("W", (o.whole, axis(x.shape[0] / groups, "c"), *taps), "weight", site.init)
        seen = (w.read(p, r) for w, p, r in zip(windows, positions, taps, strict=True))
        z = Sum(W[o.at, c.within, *taps] * x_padded[c.at, *seen], *c.bound, *taps)
        if options.bias:
            z = z + site.learned("b", (o.whole,), "bias", "zeros")[o.at]
        activate(site, options.activation, (o.at, *positions), (o.whole, *positions), z)


def activate(
    site: Site, given: ActivationSpec, at: tuple[sympy.Basic, ...], axes: tuple[sympy.Idx, ...], z: sympy.Expr
) -> None:
    """Hand on a = f(z) with `z` stated at the features `at` of a tensor with these axes."""
    if given.kind == "identity":
        site.hand_on(at, z)
        return
    made = site.named("z", "preactivation", tuple(i.upper for i in axes))
    net, line = site.sheet.net, site.layer.line
    net.define(made.name, made.at(at), z, axes=made.at(axes), label=made.label, line=line)
    site.hand_on(axes, site.activation(given, made, axes))


def _windows(options: ConvolutionOptions, shape: Shape, extent: SizeReader) -> tuple[Windows, ...]:
    windows = along(shape, [extent(k) for k in options.kernel], options.stride, options.dilation)
    if isinstance(options.padding, str):
        return tuple(padded_like(w, options.padding) for w in windows)
    return tuple(with_border(w, pair) for w, pair in zip(windows, options.padding, strict=True))
