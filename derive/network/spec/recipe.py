"""The recipe of a handout, `notes: [given, {factors: {of: W1}}]`: names of sections with options, still unchecked.

Which sections there are, and what each can be told, is known to the stage that writes notes.
"""

from __future__ import annotations

from dataclasses import dataclass

from derive.network.spec.complaints import Complaints
from derive.network.spec.tree import Entry, ListNode, MappingNode, Node, Place, ScalarNode, describe

EXAMPLE = "write it as [given, forward, {factors: {of: W1}}]"


@dataclass(frozen=True)
class SectionSpec:
    """One section: its name, the options as they stand in the file, and the place of its name."""

    name: str
    options: MappingNode
    place: Place


def read_recipe(entry: Entry | None, complaints: Complaints) -> tuple[SectionSpec, ...]:
    """The sections of a recipe; none without the key."""
    if entry is None:
        return ()
    if not isinstance(entry.value, ListNode) or not entry.value.items:
        found = "empty" if isinstance(entry.value, ListNode) else f"{describe(entry.value)}, not a list"
        complaints.add(entry.value.place, f"`{entry.key}` is {found}", EXAMPLE)
        return ()
    found_sections = (_section(item, complaints) for item in entry.value.items)
    return tuple(s for s in found_sections if s is not None)


def _section(node: Node, complaints: Complaints) -> SectionSpec | None:
    if isinstance(node, ScalarNode) and isinstance(node.value, str):
        return SectionSpec(node.value, MappingNode((), node.place), node.place)
    if isinstance(node, MappingNode) and len(node.entries) == 1:
        [entry] = node.entries
        if isinstance(entry.value, MappingNode):
            return SectionSpec(entry.key, entry.value, entry.key_place)
        if isinstance(entry.value, ScalarNode) and entry.value.value is None:
            return SectionSpec(entry.key, MappingNode((), entry.key_place), entry.key_place)
        complaints.add(entry.value.place, "the options of a section are no mapping", EXAMPLE)
        return None
    complaints.add(node.place, f"a section is a name, or a name with options, not {describe(node)}", EXAMPLE)
    return None
