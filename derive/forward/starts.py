"""Values that read the one before or behind them, and of which nothing says what the first or last one is: an input.

What is derived holds for any such value, so none is assumed.
"""

from __future__ import annotations

from collections.abc import Iterator

from derive.forward.parts import Parts
from derive.forward.signs import Sign, place_of


def open_starts(parts: Parts) -> Iterator[Sign]:
    """The families whose value of number 0 is read, and stated nowhere: h of `h_t = tanh(W h_{t-1} + U x_t)`."""
    read = [u for e in parts.needed for u in parts.uses(e) if u.order is not None]
    before = {u.sign for u in read if u.order is not None and place_of(u.order) == (parts.signs.runs(u.sign), -1)}
    yield from (sign for sign in before if _is_open(parts, sign))


def open_ends(parts: Parts) -> Iterator[Sign]:
    """The families whose value behind the last step is read, and stated nowhere: g of `g_t = tanh(V g_{t+1})`."""
    yield from (sign for sign in reads_ahead(parts) if _is_open(parts, sign))


def reads_ahead(parts: Parts) -> frozenset[Sign]:
    """The families that an equation for every step reads one step ahead."""
    return frozenset(
        use.sign
        for e in parts.needed
        for use in parts.uses(e)
        if use.order is not None
        and parts.signs.is_family(use.sign)
        and (own := parts.use(e).order) is not None
        and place_of(own) == (parts.signs.runs(use.sign), 0)
        and place_of(use.order) == (parts.signs.runs(use.sign), 1)
    )


def _is_open(parts: Parts, sign: Sign) -> bool:
    """Whether equations say what a family is at every step only, and none what it is before or behind them."""
    orders = [parts.use(e).order for e in parts.definitions.get(sign, ())]
    return bool(orders) and all(o is not None and place_of(o)[0] == parts.signs.runs(sign) for o in orders)
