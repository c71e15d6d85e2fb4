"""What an activation does to the mean square of a symmetric value: E[f(z)²] and E[f'(z)²]."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from derive.errors import DeriveError
from derive.ir.scalar import REGISTRY
from derive.moments.assumptions import Assumptions, Law, Source
from derive.moments.layer import variance_symbol
from derive.moments.work import Line, mean_of
from derive.terms.algebra import power, times
from derive.terms.term import Entry
from derive.terms.view import Apply, Leaf, Num, Power, View, to_poly

SYMMETRIC = Law(has_zero_mean=True, is_identical=True, is_symmetric=True, is_continuous=True)


def of_square(
    name: str,
    z: Entry,
    order: int = 0,
    options: Mapping[str, Fraction] | None = None,
    families: Mapping[str, int] | None = None,
) -> tuple[View, tuple[Line, ...]]:
    """E[f(z)²], or with order 1 E[f'(z)²], for a symmetric z without a mean, line by line.

    Raises: DeriveError if f is open, or if more than the variance of z would have to be known.
    """
    function = REGISTRY.get(name)
    if function is None or function.definition is None:
        raise DeriveError(f"{name} has no definition from which E[f(z)²] could follow")
    given = options or {}
    arguments: tuple[View, ...] = (Leaf(z), *(Num(given[o.name]) for o in function.options))
    squared = Power(Apply(name, (order, *(0 for _ in function.options)), arguments), Fraction(2))
    source = Assumptions(families=families or {}).source(z)
    return squared, mean_of(squared, Assumptions({source: SYMMETRIC}, families=families or {}))


def factor_of_square(name: str, order: int = 0, options: Mapping[str, Fraction] | None = None) -> Fraction:
    """c in E[f(z)²] = c Var[z], or in E[f'(z)²] = c. Raises: DeriveError where it is no number."""
    z: Source = Entry("z", ())
    _, lines = of_square(name, z, order, options)
    found = to_poly(lines[-1].view)
    value = (times(found, power(variance_symbol(z), -1)) if order == 0 else found).constant
    if value is None:
        raise DeriveError(f"E[{name}(z)²] is no multiple of Var[z]")
    return value
