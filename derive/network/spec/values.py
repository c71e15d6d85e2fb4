"""Reading what stands around the layers: notation, batch, inputs, targets and penalties."""

from __future__ import annotations

from types import MappingProxyType
from typing import get_args

from derive.errors import quoted
from derive.network.spec.complaints import Complaints, listed, suggestion
from derive.network.spec.models import (
    BatchSpec,
    InputKind,
    InputSpec,
    NotationSpec,
    PenaltyKind,
    PenaltySpec,
    Reduction,
    TargetKind,
    TargetSpec,
)
from derive.network.spec.names import Shape, ShapeField, Size, SizeField, parse_coefficient, parse_name, parse_notation
from derive.network.spec.options import LOSS_OPTIONS, TARGET_KINDS, Frozen
from derive.network.spec.tree import Entry, MappingNode, Place, PlainValue, ScalarNode, plain
from derive.network.spec.validation import entries_of, read_value, validate

DEFAULT_NOTATION = "nielsen"


class _WrittenBatch(Frozen):
    size: SizeField
    reduce: Reduction = "mean"


class _WrittenInput(Frozen):
    shape: ShapeField | None = None
    size: SizeField | None = None
    kind: InputKind = "real"


class _WrittenTarget(Frozen):
    shape: ShapeField | None = None
    size: SizeField | None = None
    kind: TargetKind | None = None


def read_notation(entry: Entry | None, complaints: Complaints) -> NotationSpec:
    """`rows`, or a mapping whose `base` is the notation that the other keys change."""
    if entry is None:
        return _notation(DEFAULT_NOTATION, {}, {}, 1)
    node, line = entry.value, entry.key_place.line
    if not isinstance(node, MappingNode):
        base = read_value(parse_notation, node, complaints)
        return _notation(base or DEFAULT_NOTATION, {}, {}, line)
    return notation_of(node, line, complaints)


def notation_of(node: MappingNode, line: int, complaints: Complaints) -> NotationSpec:
    """The settings of a mapping, on the notation that is its `base`."""
    named = node.entry("base")
    base = read_value(parse_notation, named.value, complaints) if named else None
    settings = node.without({"base"})
    return _notation(
        base or DEFAULT_NOTATION,
        {setting.key: _frozen(plain(setting.value)) for setting in settings.entries},
        {setting.key: setting.key_place.line for setting in settings.entries},
        line,
    )


def _notation(base: str, settings: dict[str, object], lines: dict[str, int], line: int) -> NotationSpec:
    return NotationSpec(base=base, settings=MappingProxyType(settings), lines=MappingProxyType(lines), line=line)


def _frozen(value: PlainValue) -> object:
    """Lists as tuples and mappings as read-only views, all the way down."""
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    if isinstance(value, dict):
        return MappingProxyType({key: _frozen(item) for key, item in value.items()})
    return value


def read_batch(entry: Entry | None, complaints: Complaints) -> BatchSpec | None:
    """`{size: m, reduce: mean}`, or the size alone; without the key there is one sample."""
    if entry is None:
        return None
    written = validate(_WrittenBatch, _as_mapping(entry, "size"), complaints, "`batch`")
    if written is None:
        return None
    return BatchSpec(size=written.size, reduce=written.reduce, line=entry.key_place.line)


def _as_mapping(entry: Entry, key: str) -> MappingNode:
    """A value that is no mapping stands for a mapping with this one key."""
    node = entry.value
    if isinstance(node, MappingNode):
        return node
    return MappingNode((Entry(key, entry.key_place, node),), entry.key_place)


def _is_named(entry: Entry, complaints: Complaints) -> bool:
    key = ScalarNode(entry.key, entry.key_place)
    return read_value(parse_name, key, complaints) is not None


def read_inputs(entry: Entry | None, complaints: Complaints) -> tuple[InputSpec, ...]:
    """`{x: 784}`, `{x: n_0}`, `{x: [3, 4]}` or `{x: {shape: [T], kind: id, size: 50}}`."""
    if entry is None:
        return ()
    found = []
    for item in entries_of(entry.value, complaints, "`inputs`", "{x: 784}"):
        what = f"the input {quoted(item.key)}"
        named = _is_named(item, complaints)
        written = validate(_WrittenInput, _as_mapping(item, "shape"), complaints, what)
        if written is None:
            continue
        place = item.key_place
        shape, size = _input_shape(written, place, complaints, what)
        if named and shape is not None:
            found.append(InputSpec(name=item.key, shape=shape, kind=written.kind, size=size, line=place.line))
    return tuple(found)


def _input_shape(
    written: _WrittenInput, place: Place, complaints: Complaints, what: str
) -> tuple[Shape | None, Size | None]:
    """The shape of a sample, and for ids their number."""
    if written.kind != "id":
        return _real_shape(written.shape, written.size, place, complaints, what), None
    if written.size is None:
        complaints.add(place, f"{what} lacks the number of ids", "add `size: …`")
    return written.shape or (), written.size


def _real_shape(
    shape: Shape | None, size: Size | None, place: Place, complaints: Complaints, what: str
) -> Shape | None:
    """The shape of a sample, given as `shape` or, along one axis, as `size`."""
    if shape is not None and size is not None:
        complaints.add(place, f"{what} has both `shape` and `size`", "keep `shape`")
    elif shape is None and size is None:
        complaints.add(place, f"{what} has no size", "add `size: …`, a number or a symbol")
    return shape if shape is not None else None if size is None else (size,)


def read_targets(
    entry: Entry | None, loss: str | None, complaints: Complaints, mask: str | None = None
) -> tuple[TargetSpec, ...]:
    """`{y: 10}` or `{y: {size: 10, kind: one_hot}}`; by default the first kind that the loss accepts.

    The target called `mask` is binary.
    """
    if entry is None:
        return ()
    possible = TARGET_KINDS if loss is None else LOSS_OPTIONS[loss].target_kinds
    of_sample = loss is not None and LOSS_OPTIONS[loss].target_of_sample
    default: TargetKind = next((kind for kind in get_args(TargetKind) if kind in possible[:1]), "real")
    found = []
    for item in entries_of(entry.value, complaints, "`targets`", "{y: 10}"):
        is_mask = item.key == mask
        target = _read_target(item, "binary" if is_mask else default, of_sample, complaints)
        if target is None:
            continue
        if is_mask and target.kind != "binary":
            message = f"the mask {quoted(item.key)} is of kind {quoted(target.kind)}"
            complaints.add(item.key_place, message, "a mask is binary: leave its kind out")
        elif not is_mask and loss is not None and possible and target.kind not in possible:
            message = f"the loss {quoted(loss)} does not compare with a target of kind {quoted(target.kind)}"
            complaints.add(item.key_place, message, f"possible kinds are {listed(possible)}")
        found.append(target)
    return tuple(found)


def _read_target(item: Entry, default: TargetKind, of_sample: bool, complaints: Complaints) -> TargetSpec | None:
    what, place = f"the target {quoted(item.key)}", item.key_place
    named = _is_named(item, complaints)
    written = validate(_WrittenTarget, _as_mapping(item, "shape"), complaints, what)
    if written is None:
        return None
    kind = written.kind or default
    if kind == "class_id":
        shape: Shape | None = written.shape or ()
        size = written.size
    elif of_sample and written.shape is None and written.size is None:
        shape, size = (), None
    else:
        shape, size = _real_shape(written.shape, written.size, place, complaints, what), None
    if not named or shape is None:
        return None
    return TargetSpec(name=item.key, shape=shape, kind=kind, size=size, line=place.line)


def read_penalties(entry: Entry | None, complaints: Complaints) -> tuple[PenaltySpec, ...]:
    """`{l2: lambda}`: for each penalty its coefficient, a name or a number."""
    if entry is None:
        return ()
    found = []
    kinds: tuple[PenaltyKind, ...] = get_args(PenaltyKind)
    for item in entries_of(entry.value, complaints, "`penalty`", "{l2: lambda}"):
        kind = next((kind for kind in kinds if kind == item.key), None)
        if kind is None:
            complaints.add(item.key_place, f"there is no penalty {quoted(item.key)}", suggestion(item.key, kinds))
            continue
        coefficient = read_value(parse_coefficient, item.value, complaints)
        if coefficient is not None:
            found.append(PenaltySpec(kind=kind, coefficient=coefficient, line=item.key_place.line))
    return tuple(found)
