"""Values that read the one before them, and of which nothing says what the first one is: it is given, an input.

What is derived holds for any first value, so none is assumed.
"""

from __future__ import annotations

from collections.abc import Iterator

from derive.forward.parts import Parts
from derive.forward.signs import Sign, place_of


def open_starts(parts: Parts) -> Iterator[Sign]:
    """The families whose value of number 0 is read, and stated nowhere: h of `h_t = tanh(W h_{t-1} + U x_t)`."""
    read = [u for e in parts.needed for u in parts.uses(e) if u.order is not None]
    before = {u.sign for u in read if u.order is not None and place_of(u.order) == (parts.signs.runs(u.sign), -1)}
    for sign in before:
        orders = [parts.use(e).order for e in parts.definitions.get(sign, ())]
        if orders and all(o is not None and place_of(o)[0] == parts.signs.runs(sign) for o in orders):
            yield sign
