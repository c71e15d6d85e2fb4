"""What a profile says of random values.

random:
  independent: [X, Y]                   # together; [[X, Y], [W, x]] for several groups
  zero_mean: [W, x]
  identical: [W, x]                     # all entries have one distribution
  independent_entries: [W]
  constant: [b]
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from derive.errors import quoted
from derive.network.spec.complaints import Complaints, suggestion
from derive.network.spec.tree import Entry, ListNode, MappingNode, ScalarNode
from derive.verify.document.randomness import LAWS

KINDS = ("independent", *LAWS, "constant")


@dataclass(frozen=True)
class Said:
    """One kind of declaration, and the names that it is about, as they are written."""

    kind: str
    names: tuple[str, ...]
    line: int


def read_random(entry: Entry | None, complaints: Complaints) -> tuple[Said, ...]:
    """The declarations under the key `random`."""
    if entry is None:
        return ()
    if not isinstance(entry.value, MappingNode):
        complaints.add(entry.value.place, "`random` is no mapping", "write independent: [X, Y]")
        return ()
    return tuple(said for e in entry.value.entries for said in _said(e, complaints))


def _said(entry: Entry, complaints: Complaints) -> Iterator[Said]:
    if entry.key not in KINDS:
        complaints.add(entry.key_place, f"`random` has no {quoted(entry.key)}", suggestion(entry.key, KINDS))
        return
    node = entry.value
    rows = node.items if isinstance(node, ListNode) else ()
    groups = rows if rows and all(isinstance(r, ListNode) for r in rows) and entry.key == "independent" else (node,)
    for group in groups:
        items = [i.value for i in group.items if isinstance(i, ScalarNode)] if isinstance(group, ListNode) else []
        if not isinstance(group, ListNode) or len(items) != len(group.items) or not items:
            complaints.add(node.place, f"{quoted(entry.key)} is no list of names", f"write {entry.key}: [X, Y]")
            return
        yield Said(entry.key, tuple(map(str, items)), entry.key_place.line)
