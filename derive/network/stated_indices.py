"""Which indices stand in an equation as its author stated it."""

from __future__ import annotations

from collections.abc import Sequence

import sympy

from derive.ir.expression import as_expression


def indices_of(at: Sequence[sympy.Basic]) -> list[sympy.Idx]:
    """The indices of a left side in order, those in `c[j + n]` too."""
    found: dict[sympy.Idx, None] = {}
    for a in at:
        inside = as_expression(a).atoms(sympy.Idx)
        found.update(dict.fromkeys(sorted(inside, key=str)))
    return list(found)


def names_summed_in(e: sympy.Basic) -> set[str]:
    """The names of the indices that sums in the expression bind."""
    return {str(limit[0].label) for s in e.atoms(sympy.Sum) for limit in s.limits}
