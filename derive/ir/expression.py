"""What a caller hands in as a SymPy expression; text is refused, because SymPy would run it."""

from __future__ import annotations

import sympy

from derive.errors import EquationError, quoted


def as_expression(value: object) -> sympy.Basic:
    """The SymPy object that a number or a SymPy object is.

    Raises: EquationError for text and for anything else that is neither.
    """
    try:
        return sympy.sympify(value, strict=True)
    except sympy.SympifyError:
        raise EquationError(
            f"{quoted(value)} is no SymPy expression", repair="build it from the objects that the builder gives"
        ) from None
