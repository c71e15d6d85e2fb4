"""Stating a maximum over indices."""

from __future__ import annotations

import sympy

from derive.errors import DeriveError
from derive.ir.expression import as_expression

MAX_OVER = "max_over"


def max_over(term: sympy.Basic, *indices: sympy.Idx) -> sympy.Expr:
    """max over the ranges of `indices` of `term`; of several largest values the first one counts, row by row.

    Its derivative is 1 at that place and 0 elsewhere (docs/conventions.md).

    Raises: DeriveError without an index, or for one without a range.
    """
    for i in indices:
        if not isinstance(i, sympy.Idx) or i.lower is None:
            raise DeriveError(f"the index {i} of a maximum has no range", repair="make it with net.index(name, size)")
    if not indices:
        raise DeriveError("a maximum needs an index to run over", repair="write max_over(x[j], j)")
    return sympy.Function(MAX_OVER)(as_expression(term), *indices)
