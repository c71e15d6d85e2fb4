"""Means and variances by enumerating every outcome of small discrete distributions, to judge what was derived."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from typing import Any

from derive.calculus.scalar import definition
from derive.ir.environment import Environment
from derive.ir.moment import MEAN, VARIANCE
from derive.ir.normal_form import evaluate_poly
from derive.terms.affine import number
from derive.terms.algebra import total
from derive.terms.substitute import open_block, substitute, substitute_monomial
from derive.terms.term import Atom, Block, Entry, Func, Poly, constant, of_atom
from derive.terms.walk import rewrite

Place = tuple[int, ...]
Distribution = tuple[tuple[Fraction, Fraction], ...]
"""Values with their probabilities."""


def centred(*values: int) -> Distribution:
    """Equally likely values with their negatives: symmetric, mean 0."""
    both = [Fraction(v * s) for v in values for s in (1, -1)]
    return tuple((v, Fraction(1, len(both))) for v in both)


def of_values(*values: int) -> Distribution:
    return tuple((Fraction(v), Fraction(1, len(values))) for v in values)


@dataclass(frozen=True)
class World:
    """Independent entries: a distribution for each tensor, the places of its entries, and what is fixed."""

    laws: Mapping[str, Distribution]
    places: Mapping[str, tuple[Place, ...]]
    fixed: Environment

    def outcomes(self) -> Iterator[tuple[Fraction, Environment]]:
        """Every assignment of values to entries, with its probability."""
        keys = [(t, p) for t, places in self.places.items() for p in places]
        for chosen in product(*(self.laws[t] for t, _ in keys)):
            arrays: dict[str, dict[Place, Any]] = {t: dict(a) for t, a in self.fixed.arrays.items()}
            probability = Fraction(1)
            for (t, p), (value, weight) in zip(keys, chosen, strict=True):
                arrays.setdefault(t, {})[p] = value
                probability *= weight
            yield probability, replace(self.fixed, arrays=arrays, derivative_of=definition)

    def mean(self, p: Poly) -> float:
        """E[p] of a term without means in it."""
        return float(sum(float(weight) * float(evaluate_poly(p, env)) for weight, env in self.outcomes()))

    def variance(self, p: Poly) -> float:
        total = square = 0.0
        for weight, env in self.outcomes():
            value = float(evaluate_poly(p, env))
            total += float(weight) * value
            square += float(weight) * value**2
        return square - total**2

    def value(self, p: Poly) -> float:
        """A term in which means and variances stand for numbers."""
        numbers = rewrite(self._expanded(p), self._number)
        return float(evaluate_poly(numbers, self.fixed))

    def _expanded(self, p: Poly) -> Poly:
        """The sums outside of means and variances written out, and free indices replaced by their values."""
        out = rewrite(p, self._written_out)
        return substitute(out, {n: number(v) for n, v in self.fixed.indices.items()})

    def _written_out(self, atom: Atom) -> Poly | None:
        if isinstance(atom, Func) and atom.name in (MEAN, VARIANCE):
            return of_atom(atom)
        if not isinstance(atom, Block):
            return None
        bounds, body = open_block(atom, frozenset())
        ranges = [range(b.lo.const, b.hi.const + 1) for b in bounds]
        assignments = ({b.name: number(v) for b, v in zip(bounds, vs, strict=True)} for vs in product(*ranges))
        return total(self._expanded(substitute_monomial(body, a)) for a in assignments)

    def _number(self, atom: Atom) -> Poly | None:
        if not isinstance(atom, Func) or atom.name not in (MEAN, VARIANCE):
            return None
        arg = rewrite(atom.args[0], self._first_entry)
        found = self.mean(arg) if atom.name == MEAN else self.variance(arg)
        return constant(Fraction(found).limit_denominator(10**9))

    def _first_entry(self, atom: Atom) -> Poly | None:
        """Some entry of a tensor that stands for all of them."""
        if (
            isinstance(atom, Entry)
            and atom.tensor in self.places
            and not atom.idx
            and self.places[atom.tensor] != ((),)
        ):
            return of_atom(Entry(atom.tensor, tuple(number(k) for k in self.places[atom.tensor][0])))
        return None
