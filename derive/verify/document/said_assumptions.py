"""What a profile says to hold throughout: conditions, whether repeated letters are summed over, how derivatives lie."""

from __future__ import annotations

from derive.network.spec.complaints import Complaints
from derive.network.spec.tree import Entry, ListNode, ScalarNode
from derive.reading.layouts import LAYOUTS, DerivativeLayout


def read_assumptions(entry: Entry | None, complaints: Complaints) -> tuple[str, ...]:
    """`assumptions: ["s > 0"]`."""
    if entry is None:
        return ()
    items = entry.value.items if isinstance(entry.value, ListNode) else ()
    found = [x.value for x in items if isinstance(x, ScalarNode)]
    if not found or not all(isinstance(x, str) for x in found):
        complaints.add(entry.value.place, "`assumptions` is no list of conditions", 'write assumptions: ["s > 0"]')
        return ()
    return tuple(map(str, found))


def read_summed(entry: Entry | None, complaints: Complaints) -> bool | None:
    """`repeated_indices: summed`, or `free`; None where nothing is said."""
    found = entry.value.value if entry is not None and isinstance(entry.value, ScalarNode) else None
    if entry is None or found in ("summed", "free"):
        return None if entry is None else found == "summed"
    complaints.add(entry.value.place, "`repeated_indices` is neither summed nor free", "write repeated_indices: summed")
    return None


def read_layout(entry: Entry | None, complaints: Complaints) -> DerivativeLayout | None:
    """`derivatives: numerator`, `denominator` or `mixed`; None where nothing is said."""
    found = entry.value.value if entry is not None and isinstance(entry.value, ScalarNode) else None
    layout = next((x for x in LAYOUTS if x == found), None)
    if entry is not None and layout is None:
        complaints.add(entry.value.place, "`derivatives` is no layout", f"write one of {', '.join(LAYOUTS)}")
    return layout
