"""Proofs: a difference that vanishes in normal form, once what the network defines is put in place of its names.

Gradients are replaced by what was derived for them, values by their equations, derivatives of scalar functions by their
output forms or definitions. What is not proved so is left to numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Protocol

from derive.calculus.adjoint import adjoint_name
from derive.calculus.scalar import definition
from derive.errors import DeriveError
from derive.ir.expression import as_expression
from derive.ir.from_sympy import Reader
from derive.ir.record import Case
from derive.ir.scalar import REGISTRY, x
from derive.network.network import Network
from derive.simplify.match import Binding, instance
from derive.simplify.output_form import output_form
from derive.terms.affine import Affine, Index
from derive.terms.algebra import function, power, times_all
from derive.terms.growth import grown
from derive.terms.prover import nonnegative
from derive.terms.substitute import substitute
from derive.terms.term import Atom, Entry, Func, Poly
from derive.terms.walk import atoms_in, rewrite

LARGEST = 400
"""Differences are not unfolded to more terms."""

MOST_ROUNDS = 12

MOST_STEPS = 1500
"""So many names are looked at in one unfolding."""

MOST_ATOMS = 3000
"""The differences that one proof unfolds have so many names, functions and sums in them, all taken together."""


class Definition(Protocol):
    @property
    def lhs(self) -> Entry: ...
    @property
    def domain(self) -> tuple[Index, ...]: ...


@dataclass(frozen=True)
class Rule:
    """`lhs = rhs` for all of `domain`."""

    lhs: Entry
    domain: tuple[Index, ...]
    rhs: Poly


@dataclass(frozen=True)
class Prover:
    """What one network says of its names."""

    network: Network
    results: Mapping[str, tuple[Case, ...]]

    @cached_property
    def _gradients(self) -> Mapping[str, tuple[Rule, ...]]:
        return {
            adjoint_name(n): tuple(Rule(c.lhs, c.domain, c.poly) for c in cases) for n, cases in self.results.items()
        }

    @cached_property
    def _values(self) -> Mapping[str, tuple[Rule, ...]]:
        table: dict[str, tuple[Rule, ...]] = {}
        for e in self.network.equations:
            table[e.lhs.tensor] = (*table.get(e.lhs.tensor, ()), Rule(e.lhs, e.domain, e.rhs))
        return table

    @cached_property
    def _told(self) -> dict[tuple[Poly, tuple[Index, ...]], bool]:
        """What was found out before: a link is often read more than once."""
        return {}

    def vanishes(self, p: Poly, free: Iterable[Index]) -> bool:
        """Whether the polynomial is 0 for all values of its names, as far as unfolding shows it."""
        context = {b.name: b for b in free}
        key = p, tuple(context.values())
        if key not in self._told:
            self._told[key] = self._unfolds_to_zero(p, context)
        return self._told[key]

    def _unfolds_to_zero(self, p: Poly, context: Mapping[str, Index]) -> bool:
        atoms = 0
        for tables in ((self._gradients,), (self._gradients, self._values)):
            current = p
            for _ in range(MOST_ROUNDS):
                if not current.terms:
                    return True
                atoms += sum(1 for _ in atoms_in(current))
                if atoms > MOST_ATOMS:
                    return False
                try:
                    rule = cache(self._unfolding(tables, context))
                    if grown(current, rule) > LARGEST:
                        break
                    new = rewrite(current, rule, frozenset(context))
                except (DeriveError, AssertionError):
                    return False
                if new == current:
                    break
                current = new
        return False

    def opened(self, p: Poly, is_kept: Callable[[Entry], bool], free: Iterable[Index]) -> Poly:
        """What the network makes of a term: values and gradients by what defines them, but for those that are kept."""
        context = {b.name: b for b in free}
        inner = self._unfolding((self._gradients, self._values), context)
        for _ in range(MOST_ROUNDS):
            new = rewrite(p, lambda a: None if isinstance(a, Entry) and is_kept(a) else inner(a), frozenset(context))
            if new == p:
                break
            p = new
        return p

    def _unfolding(
        self, tables: Iterable[Mapping[str, tuple[Rule, ...]]], context: Mapping[str, Index]
    ) -> Callable[[Atom], Poly | None]:
        steps = 0

        def rule(atom: Atom) -> Poly | None:
            nonlocal steps
            steps += 1
            if steps > MOST_STEPS:
                raise DeriveError("the proof would be too long")
            if isinstance(atom, Func) and any(atom.orders):
                return slope(atom)
            if not isinstance(atom, Entry):
                return None
            for table in tables:
                for r in table.get(atom.tensor, ()):
                    binding = _binding(r, atom, context)
                    if binding is not None:
                        return substitute(r.rhs, binding)
            return None

        return rule


def slope(atom: Func) -> Poly | None:
    """A first derivative by its value, `σ(u)(1 − σ(u))`, else by its definition; None for an abstract function."""
    known = REGISTRY.get(atom.name)
    if known is None or known.definition is None or known.options or not known.smooth:
        return None
    form = output_form(atom.name) if atom.orders == (1,) else None
    if form is None:
        return Reader({}, values={x.name: atom.args[0]}).read(definition(atom.name, atom.orders))
    reader = Reader({}, values={"a": function(atom.name, atom.args)})
    return times_all(power(reader.read(as_expression(f)), e) for f, e in form)


def _binding(r: Rule, atom: Entry, context: Mapping[str, Index]) -> Binding | None:
    """What the indices of a rule stand for; None where it does not cover the entry, or may not."""
    binding = instance(r.lhs, r.domain, atom, None)
    if binding is None:
        return None
    is_covered = all(_covers(b.subs(binding), binding[b.name], context) for b in r.domain if b.ordered)
    return binding if is_covered else None


def _covers(b: Index, at: Affine, context: Mapping[str, Index]) -> bool:
    return nonnegative(at - b.lo, dict(context)) and nonnegative(b.hi - at, dict(context))
