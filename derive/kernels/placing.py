"""Tensors that are put together from parts: rectangles, merged axes, entries at steps, with a fill around them."""

from __future__ import annotations

from collections.abc import Sequence

from derive.errors import UnsupportedError
from derive.ir.tensor import ADJOINT
from derive.kernels.definitions import Definition, Storage
from derive.kernels.memory import Memory
from derive.kernels.named import Named
from derive.kernels.program import UNIT, Assembled, Graph, Node, Operand, Ref, Shape
from derive.kernels.strides import axes_in, is_linear, merged_groups, runs_of
from derive.kernels.window_nodes import Merged, Placed, Written
from derive.terms.affine import Affine

Part = tuple[Operand, Written]


def fill_of(storage: Storage, tensor: str) -> float | None:
    """What stands where no equation states an entry; an adjoint is stated everywhere."""
    return None if tensor.startswith(ADJOINT) else storage.tensor.fill


def is_compound(d: Definition) -> bool:
    """Whether an index of the left side is more than one axis plus an offset: `y[(c − 1)s + k] = …`."""
    scope = {b.name: b for b in d.domain}
    return any(
        len(names := axes_in(e, scope)) > 1 or any(e.coefficient(n) != 1 for n in names) for e in d.lhs.idx[len(d.at) :]
    )


def part_of(d: Definition, storage: Storage, value: Named) -> Part:
    """A value and where it lies in its tensor.

    Raises: UnsupportedError for a left side that no steps describe.
    """
    scope = {b.name: b for b in d.domain}
    layout = storage.layout_at(d.at)
    idx = [Affine() if k is None else d.lhs.idx[k] for k in layout]
    if not all(is_linear(e, scope) for e in idx):
        raise UnsupportedError(f"the left side {d.lhs!r} is no sum of multiples of indices: no kernel")
    origins = [Affine() if k is None else storage.axis(k, d.at).lo for k in layout]
    runs = runs_of(idx, origins, scope)
    places = tuple(None if n is None else runs.names.index(n) for n in value.axes)
    return Operand(value.ref, places), runs.written


def put_together(graph: Graph, whole: Shape, parts: Sequence[Part], fill: float | None) -> Ref:
    """The tensor that the parts make up."""
    node = _merged(whole, parts) or _assembled(graph, whole, parts, fill)
    if node is None:
        operands, places = zip(*parts, strict=True)
        node = Placed(whole, "real", operands, places, fill, False, _memory(graph, whole, parts))
    return graph.add(node)


def _merged(whole: Shape, parts: Sequence[Part]) -> Node | None:
    """A free reshape where one part is everything."""
    (operand, written), *others = parts
    groups = merged_groups(written, whole)
    if others or groups is None or None in operand.places or len(operand.places) < len(written.shape):
        return None
    return Merged(whole, "real", operand, groups)


def rectangle(graph: Graph, ref: Ref, starts: Shape) -> Part:
    """A value that lies in the whole as it is, from `starts` on."""
    shape = graph[ref].shape
    rank = len(shape)
    steps = tuple(tuple(int(k == q) for k in range(rank)) for q in range(rank))
    return Operand(ref, tuple(range(rank))), Written(shape, starts, steps)


def _assembled(graph: Graph, whole: Shape, parts: Sequence[Part], fill: float | None) -> Node | None:
    """Rectangles one after the other."""
    if fill is not None or any(p != rectangle(graph, p[0].ref, p[1].starts) for p in parts):
        return None
    ordered = _in_a_row(whole, parts)
    if ordered is None:
        return None
    return Assembled(whole, "real", tuple(o for o, _ in ordered), tuple(w.starts for _, w in ordered))


def _in_a_row(whole: Shape, parts: Sequence[Part]) -> list[Part] | None:
    """The parts in the order in which one begins where the other ends; None if they do not make up the whole so."""
    for axis, extent in enumerate(whole):
        others = [(*w.starts[:axis], *w.starts[axis + 1 :], *w.shape[:axis], *w.shape[axis + 1 :]) for _, w in parts]
        full = (*(Affine() for _ in whole[1:]), *whole[:axis], *whole[axis + 1 :])
        by_start = {w.starts[axis]: (o, w) for o, w in parts}
        if any(o != full for o in others) or len(by_start) < len(parts):
            continue
        end, out = Affine(), []
        while (part := by_start.pop(end, None)) is not None:
            out.append(part)
            end = end + part[1].shape[axis]
        if end == extent and not by_start:
            return out
    return None


def _memory(graph: Graph, whole: Shape, parts: Sequence[Part]) -> tuple[int, ...]:
    """The axes of the whole in the order in which its widest part has them in memory.

    Of a part that lies row by row, the axes of symbolic extent that go over as a whole (samples) come innermost.
    """
    operand, written = max(parts, key=lambda p: len(p[0].places))
    memory = Memory(graph)
    found: list[int] = []
    for k in memory.operand(operand):
        found += [q for q, row in enumerate(written.steps) if row[k] and q not in found]
    order = [*(q for q in range(len(written.steps)) if q not in found), *found]
    if not memory.is_rowwise(operand.ref):
        return tuple(order)
    samples = [q for q in order if _is_whole_axis(written, q) and not whole[q].is_number]
    return (*(q for q in order if q not in samples), *samples)


def _is_whole_axis(written: Written, q: int) -> bool:
    """Whether an axis of the whole is an axis of the part."""
    return (
        sorted(written.steps[q])[-1:] == [1] and sum(map(abs, written.steps[q])) == 1 and written.starts[q] == Affine()
    )


def whole_shape(d: Definition, storage: Storage) -> Shape:
    return tuple(UNIT if k is None else storage.axis(k, d.at).extent for k in storage.layout_at(d.at))
