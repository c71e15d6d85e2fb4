"""What the words before a formula make of it: `the shape of $W$ is $(3, 4)$`, `$W$ 的形状为 $(3, 4)$`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from derive.latex.reading.document import Fragment
from derive.latex.reading.syntax import Chain, Node
from derive.reading.shapes import extents_of_space, extents_of_tuple

_NAME = r"\$(?P<of>[^$]+)\$"
_SHAPED = (
    rf"{_NAME}\s*的?\s*(?:形状|维度|尺寸|大小)\s*(?:是|为|：|:)\s*$",
    rf"{_NAME}\s*,?\s*(?:has|have|with|of|is of)\s+(?:the\s+|a\s+)?(?:shape|size|dimensions?)\s*(?:of)?\s*$",
    rf"\b(?:shape|size|dimensions?)\s+of\s+{_NAME}\s*(?:is|are|being|:)\s*$",
)


@dataclass(frozen=True)
class SaidShape:
    """The name, as it stands, of which the words say that the formula is its shape."""

    of: str
    extents: tuple[Node, ...]


def shape_in_words(fragment: Fragment, chains: Sequence[Chain]) -> SaidShape | None:
    """The shape that a tuple of sizes is, by the words right before it; None for any other formula."""
    if len(chains) != 1 or len(chains[0].members) != 1:
        return None
    [member] = chains[0].members
    if member is None:
        return None
    extents = extents_of_tuple(member) or extents_of_space(member)
    found = next((m for p in _SHAPED if (m := re.search(p, fragment.before, re.IGNORECASE))), None)
    return SaidShape(found["of"], extents) if extents and found is not None else None
