"""Definitions and facts as patterns to fold back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from derive.ir.tensor import Equation, Fact
from derive.simplify.cost import monomial_cost
from derive.terms.affine import Index
from derive.terms.term import Monomial, Poly, of_atom
from derive.terms.walk import entries_in


@dataclass(frozen=True)
class Pattern:
    """`rhs` may be written as `lhs`, for all values of `domain` in their ranges."""

    lhs: Poly
    rhs: Poly
    domain: tuple[Index, ...]
    label: str
    rule: str

    @cached_property
    def lead(self) -> Monomial:
        """The monomial that is looked for first: the most telling one of those that say most indices."""
        names = {b.name for b in self.domain}
        return max(self.rhs.terms, key=lambda t: (len(names & t[0].free), monomial_cost(t[0]), t[0].key))[0]

    @cached_property
    def tensors(self) -> frozenset[str]:
        """What the leading monomial mentions."""
        return frozenset(e.tensor for e in entries_in(Poly({self.lead: self.rhs.terms[0][1]})))


def pattern_of_equation(e: Equation) -> Pattern | None:
    """A definition as a pattern; None where nothing could be gained (a copy, a constant)."""
    if not e.rhs.terms or (len(e.rhs.terms) == 1 and monomial_cost(e.rhs.terms[0][0]) <= 3):
        return None
    return Pattern(of_atom(e.lhs), e.rhs, e.domain, e.lhs.tensor, "fold")


def pattern_of_fact(f: Fact) -> Pattern:
    return Pattern(f.rhs, f.lhs, f.free, f.statement, "fact")
