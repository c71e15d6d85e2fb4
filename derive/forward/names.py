"""What is known of a name: its axes and how they lie; and sizes as they are written."""

from __future__ import annotations

from dataclasses import dataclass

from derive.forward.calls import inner
from derive.forward.forms import Axis
from derive.forward.sizes import Extent, Sizes
from derive.latex.reading.syntax import Bracketed, Node, Number, Scripts, Symbol
from derive.reading.keys import key_of


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


def size_text(node: Node) -> int | str | None:
    """A size as it is written: a whole number, a letter, a letter with one subscript; None for anything else."""
    node = inner(node)
    if isinstance(node, Number):
        return int(node.text) if node.text.isdigit() and int(node.text) > 0 else None
    if isinstance(node, Scripts) and (node.below is None) != (node.above is None) and not node.primes:
        key, mark = key_of(node.base), inner(node.below if node.below is not None else node.above)  # type: ignore[arg-type]
        if isinstance(mark, Bracketed):
            mark = mark.body
        text = mark.text if isinstance(mark, Number) else mark.name if isinstance(mark, Symbol) else ""
        return f"{key.name}_{text}" if key is not None and key.name.isalnum() and text.isalnum() else None
    key = key_of(node)
    return key.name if key is not None and key.name.isascii() and key.name.isalpha() and not key.accents else None
