"""What the factors of a product are: conditions on loops, inverses, numbers, what cancels."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from derive.errors import UnsupportedError
from derive.kernels.arithmetic import Arithmetic
from derive.kernels.named import Named, Term
from derive.kernels.program import Condition
from derive.raising import array
from derive.terms import term
from derive.terms.affine import Affine
from derive.terms.prover import contains_id
from derive.terms.view import Leaf, Power


def abstract_cost(functional: term.Functional) -> UnsupportedError:
    return UnsupportedError(
        f"the cost {functional.name} is abstract, so there is no kernel", repair="name a loss with a formula"
    )


def cancelled(above: Sequence[Named], below: Sequence[Named]) -> tuple[list[Named], list[Named]]:
    """Numerators and denominators without what stands in both, as long as no axis gets lost."""
    left, under = list(above), []
    for v in below:
        rest = list(left)
        if v in left:
            rest.remove(v)
        if len(rest) < len(left) and set(v.names) <= {n for r in rest for n in r.names}:
            left = rest
        else:
            under.append(v)
    return left, under


def loop_condition(a: array.Array) -> Condition | None:
    """A bracket on loop variables and sizes alone."""
    if isinstance(a, array.Scalar) and isinstance(a.view, Leaf):
        atom = a.view.atom
        if isinstance(atom, term.Delta) and not contains_id(atom.difference):
            return ("zero", atom.difference)
        if isinstance(atom, term.Bound) and not contains_id(atom.affine):
            return ("nonnegative", atom.affine)
    return None


def is_inverse(a: array.Array) -> bool:
    if isinstance(a, array.Scalar):
        return isinstance(a.view, Power) and a.view.exponent < 0
    return isinstance(a, array.Raise) and a.exponent < 0


def inverted(a: array.Array) -> array.Array:
    """1 / a."""
    if isinstance(a, array.Raise):
        return a.base if a.exponent == -1 else array.Raise(a.base, -a.exponent)
    assert isinstance(a, array.Scalar) and isinstance(a.view, Power)
    base, e = a.view.base, a.view.exponent
    return array.Scalar(base if e == -1 else Power(base, -e))


def product_of(factors: Sequence[array.Array]) -> array.Array:
    return factors[0] if len(factors) == 1 else array.Multiply(tuple(factors))


def sides(difference: Affine, axes: frozenset[str]) -> tuple[Affine, Affine]:
    """`difference = 0` with one axis alone on the left."""
    for v, c in difference.terms:
        if isinstance(v, str) and v in axes and abs(c) == 1:
            alone = Affine([(v, 1)])
            return alone, alone - difference * c
    return difference, Affine()


def number_of(a: Arithmetic, coefficient: Fraction, above: Sequence[Named], below: Sequence[Named]) -> Term:
    """The product of all numbers: a rational coefficient where that is all, else a value."""
    numbers = [v for v in above if a.kind(v) == "number" and a.value_of(v) != 1]
    divisors = [v for v in below if a.kind(v) == "number"]
    if not numbers and not divisors:
        return Term(coefficient, a.number(Fraction(1)))
    out = a.number(coefficient)
    for v in numbers:
        out = a.multiply(v, out)
    if divisors:
        bottom = divisors[0]
        for v in divisors[1:]:
            bottom = a.multiply(bottom, v)
        out = a.divide(out, bottom)
    return Term(Fraction(1), out)
