"""Group normalization: groups of channels of each sample, with all their positions."""

from __future__ import annotations

from collections.abc import Sequence

import sympy

from derive.network.extents import Extent, Shape
from derive.network.layers.channels import share_of
from derive.network.layers.kind import LayerKind, Output, SizeReader, require_axes
from derive.network.layers.normalizing import (
    Together,
    gain,
    normalized,
    scale_and_shift,
    shift,
    standardized,
)
from derive.network.site import Site
from derive.network.spec.normalization_layers import GroupNormOptions
from derive.network.value import Source


class GroupNorm(LayerKind[GroupNormOptions]):
    """x̂ = (x - mu_g)/√(v_g + eps) and y_cp = gamma_c x̂_cp + beta_c for channel c = (g - 1) C/G + o of group g.

    Wu and He (2018). The channels stand first; mu and v are over the channels of the group and the positions.
    """

    numbered = True

    def output(self, options: GroupNormOptions) -> Output:
        return Output("y", "normalization")

    def shape(self, options: GroupNormOptions, sources: Sequence[Source], extent: SizeReader) -> Shape:
        shape = require_axes(sources[0], 1)
        share_of(shape[0], sympy.Integer(options.groups), "the channels")
        return shape

    def state(self, options: GroupNormOptions, site: Site) -> None:
        """One group needs no index of groups, and groups of one channel no index inside."""
        x = site.source
        at = site.sheet.units(x.shape)
        channel, *positions = at
        size = share_of(x.shape[0], sympy.Integer(options.groups), "the channels")
        if options.groups == 1:
            entries = Together(x[at], at, ())
        elif size == sympy.Integer(1):
            entries = Together(x[at], tuple(positions), (channel,))
        else:
            _state_groups(options, site, size)
            return
        scale_and_shift(site, normalized(site, at, standardized(site, entries, options.eps)), at, channel)


def _state_groups(options: GroupNormOptions, site: Site, size: Extent) -> None:
    """x̃_gop is x at channel o of group g, the channel c = (g - 1) C/G + o; x̂ is x̃ normalized."""
    channel, *positions = site.sheet.units(site.source.shape)
    g = site.sheet.axis(sympy.Integer(options.groups), "g")
    o = site.sheet.axis(size, "o")
    place, at = ((g - 1) * size + o, *positions), (g, o, *positions)
    x = site.define("groups", "groups", at, site.source[place], "tilde x")
    entries = Together(x[at], (o, *positions), (g,))
    normal = normalized(site, at, standardized(site, entries, options.eps))
    gamma, beta = gain(site, channel), shift(site, channel)
    site.hand_on(place, gamma[place[0]] * normal[at] + beta[place[0]])
