"""Scalar functions and their partial derivatives on whole arrays, from the definitions in the registry."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import sympy

from derive.calculus.scalar import definition
from derive.errors import UnsupportedError
from derive.ir.elementary import CONSTANTS
from derive.ir.scalar import PLAIN, REGISTRY
from derive.verify.labelled import Array

_erf = np.vectorize(math.erf, otypes=[np.float64])


@cache
def array_function(name: str, orders: tuple[int, ...]) -> Callable[..., Array]:
    """The partial derivative of the given orders of a named function, entry by entry.

    Raises: UnsupportedError if the function is abstract.
    """
    if name in CONSTANTS:
        return lambda: np.asarray(CONSTANTS[name])
    known = REGISTRY.get(name)
    if known is not None and known.definition is not None:
        return _compiled(known.arguments, definition(name, orders))
    if name in PLAIN and not any(orders):
        u = sympy.Symbol("u")
        return _compiled((u,), PLAIN[name](u))
    raise UnsupportedError(
        f"{name} is an abstract function, so there are no numbers to check", repair="choose an activation"
    )


def _compiled(arguments: tuple[sympy.Symbol, ...], formula: sympy.Expr) -> Callable[..., Array]:
    """The formula in NumPy; its symbols are replaced by generated ones before they become Python names."""
    own = [sympy.Dummy(real=True) for _ in arguments]
    function = sympy.lambdify(own, formula.xreplace(dict(zip(arguments, own, strict=True))), [{"erf": _erf}, "numpy"])

    def apply(*args: Array) -> Array:
        full: tuple[Any, ...] = np.broadcast_arrays(*args)
        with np.errstate(all="ignore"):
            return np.broadcast_to(np.asarray(function(*full), dtype=float), full[0].shape)

    return apply
