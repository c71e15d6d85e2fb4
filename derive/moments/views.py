"""Views that hold means and variances: making them, tidying zeros, and what a factor is."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from derive.ir.moment import MEAN, MOMENTS, VARIANCE
from derive.terms.term import Bound, Delta, Divides
from derive.terms.view import (
    ZERO_VIEW,
    Apply,
    Chosen,
    Leaf,
    Num,
    Plus,
    Power,
    Step,
    Summed,
    Times,
    View,
    children,
    plus,
    times,
    transform,
)

ONE_VIEW = Num(Fraction(1))


def mean(view: View) -> View:
    """E[view]."""
    return Apply(MEAN, (0,), (view,))


def variance(view: View) -> View:
    """Var[view]."""
    return Apply(VARIANCE, (0,), (view,))


def squared(view: View) -> View:
    """view²; a square root, a power or a number is squared at once, and a condition is its own square."""
    match view:
        case Num():
            return Num(view.value**2)
        case Power():
            return view.base if 2 * view.exponent == 1 else Power(view.base, 2 * view.exponent)
        case Times():
            return times([squared(f) for f in view.factors])
        case Step() | Chosen() | Leaf(atom=Delta() | Bound() | Divides()):
            return view
    return Power(view, Fraction(2))


def is_moment(view: View, name: str = "") -> bool:
    """Whether this is a mean or a variance (that one, if a name is given)."""
    return isinstance(view, Apply) and view.name in MOMENTS and name in ("", view.name)


def moments_in(view: View) -> Iterator[Apply]:
    """Every mean and variance in a view."""
    if isinstance(view, Apply) and is_moment(view):
        yield view
    else:
        for part in children(view):
            yield from moments_in(part)


def factors_of(view: View) -> list[View]:
    """The factors, those of products inside the product too; a power of a product factor by factor."""
    match view:
        case Times():
            return [f for factor in view.factors for f in factors_of(factor)]
        case Power(base=Times()) if view.exponent.denominator == 1:
            return [Power(f, view.exponent) for f in factors_of(view.base)]
    return [view]


def terms_of(view: View) -> list[View]:
    """The terms, those of sums inside the sum too."""
    return [t for term in view.terms for t in terms_of(term)] if isinstance(view, Plus) else [view]


def tidied(view: View) -> View:
    """The view without zeros and ones that say nothing, numbers multiplied, nested sums and products flat."""
    return transform(view, _tidy)


def _tidy(view: View) -> View | None:
    match view:
        case Times():
            return _product(factors_of(view))
        case Plus():
            return plus(terms_of(view))
        case Power() if view.base in (ZERO_VIEW, ONE_VIEW) and view.exponent > 0:
            return view.base
        case Summed() if view.body == ZERO_VIEW:
            return ZERO_VIEW
    return None


def _product(factors: list[View]) -> View:
    number = Fraction(1)
    rest: list[View] = []
    for f in factors:
        if isinstance(f, Num):
            number *= f.value
        else:
            rest.append(f)
    return ZERO_VIEW if number == 0 else times([Num(number), *rest])
