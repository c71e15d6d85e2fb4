"""Members that a loop writes slice by slice, in NumPy: the blocks beside the sequence, filled before, copied after."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from derive.kernels.alignment import transposed
from derive.kernels.arrange import Repeat, Store
from derive.kernels.blocked import MOST_SLICES, in_blocks
from derive.kernels.slice_buffers import SliceBuffer, slice_buffers
from derive.kernels.syntax import Expr, Line, assign, attribute, call, constant, name, subscript
from derive.terms.affine import Affine

if TYPE_CHECKING:
    from derive.kernels.emit_numpy import Emitter


@dataclass
class SliceEmitter:
    """What one loop has around its body for the tensors that it writes in slices."""

    emitter: Emitter
    loop: Repeat
    found: list[tuple[SliceBuffer, str]] = field(default_factory=list)

    def before(self) -> list[Line]:
        """`blocks[...] = z[T]` in blocks, for each tensor; from here on its slices are written into the blocks."""
        emitter, nodes = self.emitter, self.emitter.nodes
        lines: list[Line] = []
        for b in slice_buffers(emitter.graph, self.loop, emitter.storages, nodes.locals):
            blocks = nodes.memory_of(in_blocks(b.shape, b.count))
            nodes.loop_products.buffered |= dict.fromkeys(b.reads, blocks)
            emitter.sliced[b.tensor] = blocks
            lines.append(assign(subscript(name(blocks), constant(...)), self._member(b, b.before)))
            self.found.append((b, blocks))
        return lines

    def after(self) -> list[Line]:
        """`z[t]` in blocks `[...] = blocks`, for each tensor, at the end of a round."""
        lines: list[Line] = []
        for b, blocks in self.found:
            del self.emitter.sliced[b.tensor]
            lines.append(assign(subscript(self._member(b, b.place), constant(...)), name(blocks)))
        return lines

    def _member(self, b: SliceBuffer, place: Affine) -> Expr:
        sized = self.emitter.nodes.sized
        member = subscript(name(self.emitter.lists[b.tensor]), sized(place))
        return transposed(
            call(attribute(member, "reshape"), sized(b.shape[0]), constant(b.count), constant(-1)), (1, 0, 2)
        )


def slice_number(s: Store) -> int:
    """Which of the slices of its member a value is."""
    return next(k for k in range(MOST_SLICES) if s.target.shape[-1] * k == s.target.starts[-1])
