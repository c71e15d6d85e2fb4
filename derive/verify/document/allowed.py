"""How often links are read."""

from __future__ import annotations

from collections.abc import Sequence

from derive.latex.reading.syntax import Node

USUAL = 600
"""A link of so many characters is of a usual length; of a longer one less is tried."""


def allowed(most: int, nodes: Sequence[Node]) -> int:
    """How often a link is read: `most` times, in proportion less often if it is longer than usual."""
    length = sum(n.span.end - n.span.start for n in nodes)
    return max(2, most * USUAL // max(length, USUAL))
