"""One path from a parameter to the cost: the chain rule as a product, as far as every entry is read by one entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from derive.calculus.adjoint import AdjointEquation, adjoint_name
from derive.derivation import Adjoints
from derive.ir.record import Case
from derive.ir.tensor import ADJOINT
from derive.terms.affine import Affine
from derive.terms.algebra import total
from derive.terms.substitute import substitute
from derive.terms.term import ONE, Atom, Entry, Poly, constant, of_monomial
from derive.terms.walk import entries_in


@dataclass(frozen=True)
class Factor:
    """`∂of/∂wrt = value`, where `of` is the one entry (or the cost) that reads the entry `wrt`."""

    of: Entry
    wrt: Entry
    value: Poly


@dataclass(frozen=True)
class Path:
    """`∂C/∂w = ∂C/∂rest · Π ∂of/∂wrt`: the factors from the parameter on, and the entry where the path branches.

    `rest` is None where the factors lead to the cost itself. `named` counts the factors from the parameter up to the
    entry whose adjoint has a name, `δ = ∂C/∂named`; it is 0 if there is none on the way.
    """

    factors: tuple[Factor, ...]
    rest: Entry | None
    named: int


def path_from(adjoints: Adjoints, parameter: str) -> Path:
    """The path from a parameter, at the entry of its own axes."""
    at = adjoints.network.tensor(parameter).entry
    factors: list[Factor] = []
    while (found := _factor(adjoints, at)) is not None:
        factors.append(found)
        at = found.of
        if at.tensor == adjoints.network.cost:
            return Path(tuple(factors), None, _named(adjoints, factors))
    return Path(tuple(factors), at, _named(adjoints, factors))


def _named(adjoints: Adjoints, factors: Sequence[Factor]) -> int:
    """After how many factors the first adjoint with a name of its own comes."""
    for count, factor in enumerate(factors, start=1):
        if factor.of.tensor in adjoints.named:
            return count
    return 0


def _factor(adjoints: Adjoints, at: Entry) -> Factor | None:
    """The single factor `∂D_f/∂T_k` of `T̄_k = D̄_f · ∂D_f/∂T_k`; None where entries of several are summed."""
    equation = adjoints.equations[at.tensor]
    rhs = substitute(equation.rhs, places(equation, at))
    cost = adjoints.network.cost
    if {c.reader.lhs.tensor for c in equation.contributions} == {cost}:
        return Factor(Entry(cost or "", ()), at, rhs)
    read = {x for x in entries_in(rhs) if x.tensor.startswith(ADJOINT)}
    if len(read) != 1:
        return None
    [adjoint] = read
    parts = [(m, c) for m, c in rhs.terms if (adjoint, ONE) in m.powers]
    if not isinstance(adjoint, Entry) or len(parts) != len(rhs.terms):
        return None
    value = total(of_monomial(m.without(adjoint), c) for m, c in parts)
    return Factor(Entry(adjoint.tensor.removeprefix(ADJOINT), adjoint.idx), at, value)


def places(equation: AdjointEquation, at: Entry) -> dict[str, Affine]:
    """What stands for the axes of a tensor in the entry `at`."""
    return {a.name: e for a, e in zip(equation.tensor.axes, at.idx, strict=True)}


def result_at(adjoints: Adjoints, at: Entry) -> Poly | None:
    """The result for the adjoint of an entry; None where it differs from layer to layer."""
    if at.tensor == adjoints.network.cost:
        return constant(1)
    cases: tuple[Case, ...] = adjoints.results[at.tensor]
    if len(cases) != 1:
        return None
    [case] = cases
    moved = {a.variable: e for a, e in zip(case.lhs.idx, at.idx, strict=True) if a.variable is not None}
    return substitute(case.poly, moved)


def adjoint_of(at: Entry) -> Atom:
    """The adjoint of an entry."""
    return Entry(adjoint_name(at.tensor), at.idx)
