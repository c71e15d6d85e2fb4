"""A value without axes taken apart: the same expression with array nodes for its operations."""

from __future__ import annotations

from derive.errors import UnsupportedError
from derive.raising.array import Add, Array, Heaviside, Map, Multiply, Raise, Scalar
from derive.terms.view import Apply, Plus, Power, Step, Times


def scalar_parts(a: Scalar) -> Array:
    """The outermost operation of a scalar over its parts, themselves scalars.

    Raises: UnsupportedError for a leaf, which has no parts.
    """
    match a.view:
        case Apply():
            return Map(a.view.name, a.view.orders, tuple(Scalar(v) for v in a.view.args))
        case Step():
            return Heaviside(Scalar(a.view.arg), a.view.strict)
        case Plus():
            return Add(tuple(Scalar(v) for v in a.view.terms))
        case Times():
            return Multiply(tuple(Scalar(v) for v in a.view.factors))
        case Power():
            return Raise(Scalar(a.view.base), a.view.exponent)
    raise UnsupportedError(f"{a.view} has no parts")
