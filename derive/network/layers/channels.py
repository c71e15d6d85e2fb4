"""Channels in groups: block g of what a layer hands on reads block g of what it is given."""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from derive.errors import ShapeError
from derive.network.extents import Extent, shown
from derive.network.sheet import Sheet


@dataclass(frozen=True)
class Channels:
    """Channel `within` of group `group`; `whole` is an index of its own over all channels of the axis."""

    whole: sympy.Idx
    at: sympy.Expr
    within: sympy.Basic
    bound: tuple[sympy.Idx, ...]
    """What a sum over the channels of one group runs over."""


def share_of(channels: Extent, groups: Extent, what: str) -> Extent:
    """How many channels are in a group.

    Raises: ShapeError, worded to follow the layer's title, if the groups do not divide the channels.
    """
    share = channels / groups
    if groups == 1 or share == 1:
        return share
    if not (channels.is_Integer and groups.is_Integer):
        raise ShapeError(
            f"has {shown(groups)} groups, and whether they divide {what}, {shown(channels)}, is open",
            repair="give both as numbers, or as many groups as channels",
        )
    if not share.is_Integer:
        raise ShapeError(
            f"has {shown(groups)} groups, which do not divide {what}, {shown(channels)}",
            repair="choose a number of groups that divides the channels on both sides",
        )
    return share


def in_groups(sheet: Sheet, channels: Extent, groups: Extent, letter: str) -> Channels:
    """The channels at (g−1)·share + k, for `k` in the group with the letter `letter`."""
    share = channels / groups
    whole = sheet.axis(channels, letter)
    if groups == 1:
        return Channels(whole, whole, whole, (whole,))
    g = sheet.axis(groups, "g")
    if share == 1:
        return Channels(whole, g, sympy.Integer(1), ())
    k = sheet.axis(share, letter)
    return Channels(whole, (g - 1) * share + k, k, (k,))
