"""Gradients of the summed loss: under a mean over m samples, values' gradients written m times as large."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from derive.ir.record import Case, Line
from derive.ir.tensor import ADJOINT
from derive.network.network import Network
from derive.terms.affine import Affine
from derive.terms.algebra import power, times
from derive.terms.term import Atom, Entry, Poly, Scalar, of_affine, of_atom
from derive.terms.view import (
    Leaf,
    Num,
    Plus,
    Power,
    Summed,
    Times,
    View,
    plus,
    transform,
)
from derive.terms.view import times as product
from derive.terms.walk import rewrite

ONE = Fraction(1)
SCALED_ROLES = ("input", "target", "value")
"""Whose gradients are those of the summed loss; those of parameters stay those of the cost."""


def rescaled(case: Case, network: Network) -> Case:
    """The case with `dz = m ∂C/∂z` in place of `∂C/∂z` for every value z, under the same name.

    `∂C/∂z = f(∂C/∂a)` becomes `dz = m f(da/m)`, and `∂C/∂W = f(∂C/∂z)` becomes `∂C/∂W = f(dz/m)`. Nothing
    changes without a batch or where the cost is not a mean over it.
    """
    if network.batch is None or network.reduce != "mean":
        return case
    scale = Scale(network, network.batch.extent)
    exponent = 1 if scale.is_scaled(case.lhs) else 0
    lines = tuple(Line(x.rule, scale.view(x.view, exponent), x.uses) for x in case.lines)
    return replace(case, poly=scale.poly(case.poly, exponent), view=scale.view(case.view, exponent), lines=lines)


@dataclass(frozen=True)
class Factor:
    """`number · m^exponent`."""

    number: Fraction = ONE
    exponent: Fraction = Fraction(0)

    def __mul__(self, other: Factor) -> Factor:
        return Factor(self.number * other.number, self.exponent + other.exponent)


@dataclass(frozen=True)
class Scale:
    """Rewrites terms of one network; `size` is the number of samples, a symbol or a number."""

    network: Network
    size: Affine

    def is_scaled(self, atom: Atom) -> bool:
        """Whether this is the adjoint of a value by a scalar cost."""
        if not isinstance(atom, Entry) or not atom.tensor.startswith(ADJOINT):
            return False
        tensor = self.network.tensors.get(atom.tensor.removeprefix(ADJOINT))
        return (
            tensor is not None
            and tensor.role in SCALED_ROLES
            and tensor.name != self.network.cost
            and len(atom.idx) == len(tensor.axes)
        )

    def poly(self, p: Poly, exponent: int) -> Poly:
        """`m^exponent · p` with `1/m` before every scaled adjoint."""
        m = of_affine(self.size)

        def rule(atom: Atom) -> Poly | None:
            return times(power(m, -1), of_atom(atom)) if self.is_scaled(atom) else None

        return times(power(m, exponent), rewrite(p, rule, p.free))

    def view(self, view: View, exponent: int) -> View:
        """The same for a view, whose layout is kept as far as factors do not cancel."""
        unit = self._power(Fraction(-1))

        def rule(v: View) -> View | None:
            return product([unit, v]) if isinstance(v, Leaf) and self.is_scaled(v.atom) else None

        return self._multiplied(transform(view, rule), self._factor(Fraction(exponent)))

    # -- factors of m -----------------------------------------------------------------------------------

    def _factor(self, exponent: Fraction) -> Factor:
        if self.size.is_number:
            return Factor(Fraction(self.size.const) ** int(exponent))
        return Factor(exponent=exponent)

    def _power(self, exponent: Fraction) -> View:
        """m^exponent."""
        if self.size.is_number or not exponent:
            return Num(self._factor(exponent).number)
        m = Leaf(Scalar(self.size.terms[0][0]))
        return m if exponent == 1 else Power(m, exponent)

    def _multiplied(self, view: View, by: Factor) -> View:
        """factor · view; a sum whose terms have different powers of m is multiplied term by term."""
        factor, rest = self._pulled(view)
        factor = factor * by
        if isinstance(rest, Plus) and factor != Factor() and not self._is_bare(rest):
            return plus([self._multiplied(t, factor) for t in rest.terms])
        return self._assembled(factor, rest)

    def _assembled(self, factor: Factor, rest: View) -> View:
        factors = rest.factors if isinstance(rest, Times) else (rest,)
        return product([Num(factor.number), self._power(factor.exponent), *factors])

    def _pulled(self, view: View) -> tuple[Factor, View]:
        """`view = factor · rest`, with all powers of m (numbers, if m is one) in the factor."""
        exponent = self._exponent(view)
        if exponent is not None:
            return exponent, Num(ONE)
        match view:
            case Times():
                parts = [self._pulled(f) for f in view.factors]
                total = Factor()
                for factor, _ in parts:
                    total = total * factor
                return total, product([rest for _, rest in parts])
            case Summed():
                factor, body = self._pulled(view.body)
                return factor, Summed(view.bounds, body)
            case Plus():
                return self._pulled_from_sum(view.terms)
        return Factor(), view

    def _exponent(self, view: View) -> Factor | None:
        """The factor that a number or a power of m is."""
        if isinstance(view, Num):
            return Factor(view.value) if self.size.is_number else None
        base, e = (view.base, view.exponent) if isinstance(view, Power) else (view, ONE)
        if isinstance(base, Leaf) and isinstance(base.atom, Scalar) and base == self._power(ONE):
            return Factor(exponent=e)
        return None

    def _pulled_from_sum(self, terms: Sequence[View]) -> tuple[Factor, View]:
        """A factor that all terms have, up to sign."""
        parts = [self._pulled(t) for t in terms]
        common = Factor(abs(parts[0][0].number), parts[0][0].exponent)
        if any((abs(f.number), f.exponent) != (common.number, common.exponent) for f, _ in parts):
            return Factor(), Plus(tuple(self._assembled(f, rest) for f, rest in parts))
        signs = [Factor(Fraction(1 if f.number > 0 else -1)) for f, _ in parts]
        return common, Plus(tuple(self._assembled(s, rest) for s, (_, rest) in zip(signs, parts, strict=True)))

    def _is_bare(self, view: Plus) -> bool:
        """Whether no term has a factor that could cancel."""
        return all(self._pulled(t)[0] == Factor() for t in view.terms)
