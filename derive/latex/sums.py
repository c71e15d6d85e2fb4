"""The order of terms in a sum: a small or given number that is added stands last, as in `v + 10^{-5}`, `v + ε`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TypeVar

from derive.latex.products import split_sign
from derive.terms.matrix import Matrix, ScalarPart, Scaled, Whole
from derive.terms.term import Entry
from derive.terms.view import Leaf, Num, View

FEWEST_ZEROS = 3
"""From so many zeros on a power of ten is written as one."""

IsGiven = Callable[[Entry], bool]
"""Whether an entry is a number that is given, such as the ε of a normalization."""

Term = TypeVar("Term", View, Matrix)


def zeros_of(value: Fraction) -> int | None:
    """The k of 10^{-k}, where a number is such a power with k large enough to be written as one."""
    zeros = len(str(value.denominator)) - 1
    return zeros if zeros >= FEWEST_ZEROS and value == Fraction(1, 10**zeros) else None


def numbers_last(terms: Sequence[Term], is_given: IsGiven) -> list[Term]:
    """The terms, small and given numbers behind the others; as they are where one has a minus sign.

    A plain number that stands last stays there: `x + λ + 1`.
    """
    if any(_is_negative(t) for t in terms):
        return list(terms)
    end = len(terms) - isinstance(_plain(terms[-1]), Num)
    return sorted(terms[:end], key=lambda t: _is_number(t, is_given)) + list(terms[end:])


def _plain(term: View | Matrix) -> View | Matrix:
    return term.view if isinstance(term, ScalarPart) else term


def _is_negative(term: View | Matrix) -> bool:
    if isinstance(term, Scaled):
        return _is_negative(term.scalar) != _is_negative(term.arg)
    if isinstance(term, ScalarPart):
        return _is_negative(term.view)
    return isinstance(term, View) and split_sign(term)[0]


def _is_number(term: View | Matrix, is_given: IsGiven) -> bool:
    if isinstance(term, ScalarPart):
        return _is_number(term.view, is_given)
    if isinstance(term, Num):
        return zeros_of(term.value) is not None
    is_single = isinstance(term, Leaf) or (isinstance(term, Whole) and not term.axes)
    atom = term.atom if isinstance(term, Leaf | Whole) and is_single else None
    return isinstance(atom, Entry) and not atom.idx and is_given(atom)
