"""The first lines of a derivation: the chain rule over all readers, and the local derivatives put in."""

from __future__ import annotations

from derive.calculus.adjoint import AdjointEquation, Contribution
from derive.ir.record import Line
from derive.simplify.present import Presenter
from derive.terms.affine import index, outermost_first
from derive.terms.algebra import delta
from derive.terms.term import Entry, Partial, constant
from derive.terms.view import Leaf, Summed, View, plus, times


def opening_lines(equation: AdjointEquation, presenter: Presenter) -> tuple[Line, ...]:
    """`Σ_readers Σ_f D̄_f ∂D_f/∂T_k`, then the same with each local derivative worked out."""
    if not equation.contributions:
        return ()
    several = len({c.reader.lhs.tensor for c in equation.contributions}) > 1
    chain: dict[View, None] = {}
    for c in equation.contributions:
        chain[_chain_term(equation, c, presenter, several)] = None
    readers = tuple(dict.fromkeys(c.reader.lhs.tensor for c in equation.contributions))
    local = [_local_term(equation, c, presenter) for c in equation.contributions]
    own = [presenter.view(equation.own)]
    return (Line("chain", plus([*chain, *own]), readers), Line("local", plus(local + own), readers))


def _chain_term(equation: AdjointEquation, c: Contribution, presenter: Presenter, several: bool) -> View:
    """Σ_f D̄_f ∂D_f/∂T_k; where the reader is the cost itself ∂C/∂T_k, or ∂⁺C/∂T_k beside other readers."""
    domain = c.bounds[: len(c.reader.domain)]
    mapping = {b.name: index(o.name) for b, o in zip(c.reader.domain, domain, strict=True)}
    reader = Entry(c.reader.lhs.tensor, tuple(a.subs(mapping) for a in c.reader.lhs.idx))
    immediate = several and c.cotangent == constant(1)
    partial = Leaf(Partial(reader, equation.tensor.entry, immediate))
    names = frozenset(b.name for b in c.bounds) | frozenset(b.name for b in equation.domain)
    body = times([presenter.view(c.cotangent, names), partial])
    return Summed(outermost_first(domain), body) if domain else body


def _local_term(equation: AdjointEquation, c: Contribution, presenter: Presenter) -> View:
    """Σ_f Σ_B D̄_f · c · Π δ(e_q, k_q)."""
    names = frozenset(b.name for b in c.bounds) | frozenset(b.name for b in equation.domain)
    factors = [presenter.view(c.cotangent, names), presenter.view(c.coefficient, names)]
    for e, axis in zip(c.at, equation.tensor.axes, strict=True):
        factors.append(presenter.view(delta(e - index(axis.name))))
    body = times(factors)
    return Summed(outermost_first(c.bounds), body) if c.bounds else body
