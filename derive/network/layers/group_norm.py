"""Group normalization: groups of channels of each sample, with all their positions."""

from __future__ import annotations

from collections.abc import Sequence

import sympy

from derive.errors import ShapeError
from derive.network.extents import Extent, Shape, shown
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
        _channels_of_group(shape[0], options.groups)
        return shape

    def state(self, options: GroupNormOptions, site: Site) -> None:
        """One group needs no index of groups, and groups of one channel no index inside."""
        x = site.source
        at = site.sheet.units(x.shape)
        channel, *positions = at
        size = _channels_of_group(x.shape[0], options.groups)
        if options.groups == 1:
            entries = Together(x[at], at, ())
        elif size == sympy.Integer(1):
            entries = Together(x[at], tuple(positions), (channel,))
        else:
            _state_groups(options, site, size)
            return
        scale_and_shift(site, normalized(site, at, standardized(site, entries, options.eps)), at, channel)


def _state_groups(options: GroupNormOptions, site: Site, size: Extent) -> None:
    """x̂_gop for channel o of group g, and y at the channel (g - 1) C/G + o."""
    channel, *positions = site.sheet.units(site.source.shape)
    g = site.sheet.axis(sympy.Integer(options.groups), "g")
    o = site.sheet.axis(size, "o")
    place = ((g - 1) * size + o, *positions)
    entries = Together(site.source[place], (o, *positions), (g,))
    at = (g, o, *positions)
    normal = normalized(site, at, standardized(site, entries, options.eps))
    gamma, beta = gain(site, channel), shift(site, channel)
    site.hand_on(place, gamma[place[0]] * normal[at] + beta[place[0]])


def _channels_of_group(channels: Extent, groups: int) -> Extent:
    """The number of channels of one group.

    Raises: ShapeError if the channels do not make equal groups, or it is unknown whether they do.
    """
    if groups == 1:
        return channels
    if not channels.is_Integer:
        raise ShapeError(
            f"makes {groups} groups of {shown(channels)} channels",
            repair="give the channels as a number",
        )
    size, rest = divmod(int(channels), groups)
    if rest or size == 0:
        raise ShapeError(
            f"cannot make {groups} equal groups of {channels} channels",
            repair=f"choose a number of groups that divides {channels}",
        )
    return sympy.Integer(size)
