"""Which of several names that fit is meant."""

from __future__ import annotations

from collections.abc import Sequence

from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Node, Number, Symbol
from derive.reading.marks import Marks
from derive.reading.named import Named
from derive.reading.placed import Placed


def ends_with(marks: Marks, named: Named) -> bool:
    """Whether the number that belongs to a name stands behind its letters: `w_{k0}` of a bias `w_0`."""
    last = marks.below[-1] if len(marks.below) > 1 else None
    is_behind = isinstance(last, Number) and len(named.subs) == 1 and not named.is_own
    return is_behind and last is not None and shown(last) == named.subs[0] != shown(marks.below[0])


def is_part_of_name(item: Node, candidates: Sequence[Named]) -> bool:
    """Whether an upright letter below is that of a name, `z_{\\mathrm n}`, and so no index of another one."""
    is_upright = isinstance(item, Symbol) and item.font == "rm"
    return is_upright and any(c.subs[:1] == (shown(item),) for c in candidates)


def preferred(fitting: list[Placed]) -> list[Placed]:
    """Names of the document before those of the network, but powers of any behind what is none.

    Those come first of which most subscripts belong to the name: `x_1` is a name of its own before an entry of x, and
    the bias `w_{k0}` before an entry of the matrix w.
    """
    fitting = [p for p in fitting if ends_with(p.marks, p.named)] or fitting
    own = [p for p in fitting if p.named.is_own]
    most = max((len(p.named.subs) for p in own), default=0)
    own = [p for p in own if len(p.named.subs) == most]
    others = [p for p in fitting if not p.named.is_own]
    plain = ([p for p in row if p.exponent == 1] for row in (own, others))
    return next((row for row in (*plain, own) if row), others)
