"""Output forms in terms: the value of an activation in place of its derivative at the input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from derive.ir.expression import as_expression
from derive.ir.from_sympy import Reader
from derive.ir.tensor import Equation
from derive.simplify.match import instance
from derive.simplify.output_form import output_form
from derive.simplify.present import Presenter
from derive.terms.algebra import from_powers, power, scale, total
from derive.terms.prover import Context
from derive.terms.settle import settle
from derive.terms.substitute import substitute_atom
from derive.terms.term import Atom, Entry, Func, Monomial, Poly, of_atom
from derive.terms.view import Power, View
from derive.terms.view import times as times_view
from derive.terms.walk import entries_in


@dataclass(frozen=True)
class OutputForms:
    """The equations `a = f(z)` of a network, by the name of f."""

    activations: tuple[Equation, ...]

    @cached_property
    def _by_function(self) -> dict[tuple[str, ...], list[Equation]]:
        table: dict[tuple[str, ...], list[Equation]] = {}
        for e in self.activations:
            table.setdefault(_signature(_applied(e)), []).append(e)
        return table

    def value(self, atom: Func, context: Context) -> Entry | None:
        """The entry that holds f at the argument of `atom`, a first derivative of f."""
        for e in self._by_function.get(_signature(atom), ()):
            binding = instance(_applied(e), e.domain, Func(atom.name, atom.args), context)
            if binding is not None:
                found = substitute_atom(e.lhs, binding)
                return found if isinstance(found, Entry) else None
        return None

    def factors(self, atom: Atom, context: Context) -> list[tuple[Poly, int]] | None:
        """The output form of a first derivative, factor by factor; None where there is none."""
        if not isinstance(atom, Func) or atom.orders != (1,):
            return None
        form = output_form(atom.name)
        entry = self.value(atom, context) if form is not None else None
        if form is None or entry is None:
            return None
        reader = Reader({}, values={"a": of_atom(entry)})
        return [(reader.read(as_expression(f)), e) for f, e in form]

    def substituted(self, p: Poly, context: Context) -> Poly | None:
        """All occurrences at the top replaced at once, factors kept together so that they may cancel."""
        parts = []
        changed = False
        for m, c in p.terms:
            new = self._monomial(m, context)
            changed |= new is not None
            parts.append(scale(new if new is not None else Poly({m: Fraction(1)}), c))
        return settle(total(parts), context) if changed else None

    def _monomial(self, m: Monomial, context: Context) -> Poly | None:
        powers = dict(m.powers)
        coefficient = Fraction(1)
        changed = False
        for atom, e in m.powers:
            factors = self.factors(atom, context) if e.denominator == 1 else None
            if factors is None:
                continue
            changed = True
            del powers[atom]
            for p, k in factors:
                base, content = _as_base(p)
                powers[base] = powers.get(base, Fraction(0)) + k * e
                coefficient *= content ** int(k * e)
        return scale(from_powers(powers), coefficient) if changed else None

    def presenter(self, plain: Presenter, context: Context) -> Presenter:
        """A presenter that shows derivatives by their output forms, where those are proved to be in range."""

        def shown(atom: Atom, scope: Context) -> View | None:
            factors = self.factors(atom, scope)
            if factors is None:
                return None
            parts = [plain.view(p) if k == 1 else Power(plain.view(p), Fraction(k)) for p, k in factors]
            return times_view(list(parts))

        return replace(plain, shown=shown, scope=context)


def _applied(e: Equation) -> Func:
    atom = e.rhs.terms[0][0].powers[0][0]
    assert isinstance(atom, Func)
    return atom


def _signature(f: Func) -> tuple[str, ...]:
    """The function and the tensors in its argument."""
    return (f.name, *sorted({e.tensor for a in f.args for e in entries_in(a)}))


def _as_base(p: Poly) -> tuple[Atom, Fraction]:
    """`p` as content · base, with the base as it stands under a power."""
    if len(p.terms) == 1:
        return p.terms[0][0].powers[0][0], p.terms[0][1]
    inverse, c = power(p, -1).terms[0]
    return inverse.powers[0][0], 1 / c


def output_forms(equations: Sequence[Equation]) -> OutputForms:
    """The activation equations among `equations`: `a = f(z)` with coefficient 1."""
    found = []
    for e in equations:
        if len(e.rhs.terms) == 1 and e.rhs.terms[0][1] == 1 and len(e.rhs.terms[0][0].powers) == 1:
            atom, exponent = e.rhs.terms[0][0].powers[0]
            if isinstance(atom, Func) and exponent == 1 and atom.orders == (0,) and len(atom.args) == 1:
                found.append(e)
    return OutputForms(tuple(found))
