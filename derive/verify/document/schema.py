"""A name that is said to be a derivative: `δ_j = -∂E/∂v_j`, `δ^{[2]} = ∂L/∂z^{[2]}`; and what it is elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace

from derive.latex.reading.syntax import Bracketed, Node, Number, Scripts, Symbol
from derive.latex.reading.trees import changed
from derive.reading.keys import Key
from derive.reading.marks import marks_of

Place = Symbol | Number
Form = tuple[Key, tuple[str, ...]]
"""A name without the letters and numbers above and below it: where they stand, and which are numbers."""


@dataclass(frozen=True)
class Schema:
    """A name, and the derivative that it is, by a value with the same letters and numbers; `g_1 = ∂L/∂W` is none."""

    left: Scripts
    right: Node

    def of(self, node: Node) -> tuple[Scripts, Node]:
        """The same of the letters and numbers of another name."""
        names = {text_of(old): new for old, new in zip(places(self.left), places(node), strict=True)}

        def put_in(part: Node) -> Node | None:
            new = names.get(text_of(part)) if isinstance(part, Place) else None
            return None if new is None else replace(new, span=part.span)

        above, below = (None if x is None else changed(x, put_in) for x in (self.left.above, self.left.below))
        return replace(self.left, above=above, below=below), changed(self.right, put_in)


def form_of(node: Node) -> Form | None:
    """None for a name with anything else above or below it than letters and numbers, and for one with nothing."""
    marks = marks_of(node)
    key, items, found = marks.key, (*marks.above, *marks.below), places(node)
    if key is None or not items or len(found) != len(items):
        return None
    brackets = (x.opening if isinstance(x, Bracketed) else "" for x in items)
    kinds = (f"{b}{type(p).__name__}" for b, p in zip(brackets, found, strict=True))
    return key, (str(len(marks.above)), *kinds)


def places(node: Node) -> tuple[Place, ...]:
    """The single letters and numbers above and below a name."""
    marks = marks_of(node)
    items = (x.body if isinstance(x, Bracketed) else x for x in (*marks.above, *marks.below))
    return tuple(x for x in items if isinstance(x, Number) or (isinstance(x, Symbol) and not x.accents))


def text_of(place: Place) -> str:
    return place.name if isinstance(place, Symbol) else place.text
