"""The values of a worked example, read from a file: nested lists, with their places, checked against the network.

x: [[0.5], [-1]]            # inputs, targets, parameters and given numbers, as the equations have them
W1: [[0.1, 0.2], [0.3, 0.4]]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from derive.errors import quoted
from derive.handout.worked_sizes import Fitting, fitted_sizes
from derive.ir.environment import Place as At
from derive.ir.tensor import Tensor
from derive.network.network import Network
from derive.network.spec.complaints import Complaints, suggestion
from derive.network.spec.tree import Entry, ListNode, MappingNode, Node, Place, ScalarNode, describe
from derive.network.yaml_source import parse_tree, read_text_file
from derive.verify.labelled import Array
from derive.verify.points import GIVEN, Point, class_counts

INTEGERS = ("class_id", "id")
MOST_ROWS, MOST_COLUMNS = 20, 10
"""What can be written out on a page."""


@dataclass(frozen=True)
class Read:
    """The value of one tensor: its arrays by layer (`()` where it has none), and where it stands in the file."""

    rows: Mapping[At, Array]
    place: Place


def read_worked(path: Path, networks: Sequence[Network]) -> tuple[Network, Point]:
    """The values of a file, and that one of the networks (for one sample, for a batch) whose axes they have.

    Raises: NetworkFileError for one mistake, DeriveErrors for several, with line, column and repair.
    """
    complaints = Complaints(str(path))
    tree = parse_tree(read_text_file(path), complaints)
    if not isinstance(tree, MappingNode):
        complaints.add(
            tree.place if tree is not None else Place(1, 0),
            "a worked example is a mapping from names to values",
            "write `W1: [[0.1, 0.2]]`",
        )
        complaints.raise_any()
    assert isinstance(tree, MappingNode)
    network = _meant(tree, networks)
    given = {t.name: t for t in network.role(*GIVEN)}
    for entry in tree.entries:
        if entry.key not in given:
            complaints.add(
                entry.key_place,
                f"the network has no input or parameter {quoted(entry.key)}",
                suggestion(entry.key, given),
            )
    for name in given:
        if tree.entry(name) is None:
            complaints.add(
                tree.place, f"there is no value for {quoted(name)}", f"add `{name}: …`, {_wanted(given[name])}"
            )
    read = {e.key: _read(given[e.key], e, complaints) for e in tree.entries if e.key in given}
    complaints.raise_any()
    known = {name: r for name, r in read.items() if r is not None}
    fittings = [Fitting(given[n], {at: row.shape for at, row in r.rows.items()}, r.place) for n, r in known.items()]
    sizes = fitted_sizes(fittings, complaints)
    complaints.raise_any()
    point = Point(sizes, {t.name: known[t.name].rows for t in given.values()})
    _check_kinds(network, point, known, complaints)
    complaints.raise_any()
    return network, point


def _meant(tree: MappingNode, networks: Sequence[Network]) -> Network:
    """The network with the most tensors of which the values have as many axes; the first one in a tie."""

    def matches(network: Network) -> int:
        entries = ((t, tree.entry(t.name)) for t in network.role(*GIVEN))
        return sum(e is not None and _depth(e.value) == len(t.axes) for t, e in entries)

    return max(networks, key=matches)


def _depth(node: Node) -> int:
    return 1 + _depth(node.items[0]) if isinstance(node, ListNode) and node.items else int(isinstance(node, ListNode))


def _wanted(t: Tensor) -> str:
    axes = len(t.axes)
    return ("a number", "a list of numbers", "a list of rows")[axes] if axes < 3 else f"lists of depth {axes}"


def _read(t: Tensor, entry: Entry, complaints: Complaints) -> Read | None:
    """The arrays of one tensor; the rows of a family stand in a list, in the order of its layers."""
    before = len(complaints)
    ordered = [k for k, a in enumerate(t.axes) if a.ordered]
    axes = len(t.axes) - len(ordered)
    if ordered not in ([], [0]):
        complaints.add(
            entry.key_place, f"{quoted(t.name)} has several ordered axes", "worked examples have one at most"
        )
        return None
    if not ordered:
        rows: dict[At, Array] = {(): _array(entry.value, axes, t, complaints)}
    elif isinstance(entry.value, ListNode) and entry.value.items and t.axes[0].lo.is_number:
        first = t.axes[0].lo.const
        rows = {(first + k,): _array(n, axes, t, complaints) for k, n in enumerate(entry.value.items)}
    else:
        complaints.add(entry.value.place, f"{quoted(t.name)} has a value for each layer", "write them as a list")
        return None
    return Read(rows, entry.value.place) if len(complaints) == before else None


def _array(node: Node, axes: int, t: Tensor, complaints: Complaints) -> Array:
    """Nested lists of equal length as an array; an empty one where something is wrong."""
    kind = np.int64 if t.kind in INTEGERS else np.float64
    if axes == 0:
        value = node.value if isinstance(node, ScalarNode) else None
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or (t.kind in INTEGERS and not isinstance(value, int)) or not np.isfinite(float(value or 0)):
            wanted = "a whole number" if t.kind in INTEGERS else "a number"
            complaints.add(
                node.place, f"{quoted(t.name)} has {describe(node)} where {wanted} belongs", f"write {wanted}"
            )
            return np.zeros((), kind)
        return np.array(value, kind)
    if not isinstance(node, ListNode) or not node.items:
        complaints.add(node.place, f"{quoted(t.name)} has {describe(node)} where a list belongs", f"it is {_wanted(t)}")
        return np.zeros((0,) * axes, kind)
    before = len(complaints)
    parts = [_array(item, axes - 1, t, complaints) for item in node.items]
    for item, part in zip(node.items, parts, strict=True):
        if len(complaints) == before and part.shape != parts[0].shape:
            counts = f"{_count(part)} where the first one has {_count(parts[0])}"
            complaints.add(item.place, f"a row of {quoted(t.name)} has {counts}", "make the rows equally long")
    return np.stack(parts) if len(complaints) == before else np.zeros((0,) * axes, kind)


def _count(part: Array) -> str:
    return f"{part.shape[0]} entries" if part.ndim else "a single entry"


def _check_kinds(network: Network, point: Point, read: Mapping[str, Read], complaints: Complaints) -> None:
    """Ids are in their range, flags are flags, what sums to 1 does, and everything can be written out."""
    counts = class_counts(network, point.sizes)
    for t in network.role(*GIVEN):
        for row in read[t.name].rows.values():
            if wrong := _wrong(t, row, counts.get(t.name)):
                complaints.add(read[t.name].place, f"{quoted(t.name)} {wrong[0]}", wrong[1])


def _wrong(t: Tensor, row: Array, count: int | None) -> tuple[str, str] | None:
    if t.kind in INTEGERS and count is not None and (row.min() < 0 or row.max() >= count):
        return f"has ids outside of 0 … {count - 1}", "ids count from 0"
    if t.kind in ("binary", "one_hot") and not np.isin(row, (0, 1)).all():
        return "has entries that are neither 0 nor 1", "write 0 and 1"
    if t.kind == "sign" and not np.isin(row, (-1, 1)).all():
        return "has entries that are neither −1 nor 1", "write −1 and 1"
    if t.kind in ("one_hot", "distribution") and not any(np.allclose(row.sum(axis=k), 1) for k in range(row.ndim)):
        return "does not sum to 1", "the entries of each sample sum to 1"
    if t.kind == "positive" and (row <= 0).any():
        return "has entries that are not positive", "write positive numbers"
    if row.ndim and (row.shape[-1] > MOST_COLUMNS or max(row.shape) > MOST_ROWS):
        return (
            f"has the shape {' × '.join(map(str, row.shape))}, too large to be written out",
            f"take at most {MOST_ROWS} rows and {MOST_COLUMNS} columns",
        )
    return None
