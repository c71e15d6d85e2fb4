"""What is known of a name: its axes and how they lie."""

from __future__ import annotations

from dataclasses import dataclass

from derive.forward.forms import Axis
from derive.forward.sizes import Extent, Sizes


@dataclass
class Named:
    """What is known of a name: its axes, whether a vector lies as a row, and further axes of steps and samples."""

    name: str
    axes: tuple[Extent, ...]
    is_row: bool = False
    has_order: bool = False
    has_sample: bool = False
    learned: bool = False
    is_open: bool = False
    """Whether it has yet to get its axes from what it is combined with."""

    def settle(self, sizes: Sizes, count: int, is_row: bool | None) -> None:
        """Give it axes; a vector lies as all others do if nothing says how."""
        made = sizes.family if self.has_order else sizes.fresh
        self.axes, self.is_open = tuple(made() for _ in range(count)), False
        self.is_row = self.is_row if is_row is None else is_row


def open_axes(axes: tuple[Extent, ...], is_row: bool) -> tuple[Axis, Axis]:
    """The axes of a whole vector or matrix."""
    if len(axes) == 2:
        return axes[0], axes[1]
    if len(axes) == 1:
        return (None, axes[0]) if is_row else (axes[0], None)
    return None, None
