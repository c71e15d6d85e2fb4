"""Mistakes at a reader of the same shape that is no scalar function: a softmax, a sum of values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from derive.calculus.adjoint import Contribution, adjoint_name
from derive.ir.tensor import Tensor
from derive.terms.algebra import delta, times, times_all, total
from derive.terms.term import Entry, Poly, constant, of_atom
from derive.terms.walk import entries_in
from derive.verify.mutations.derivatives import details_of
from derive.verify.mutations.site import Mutant, Site


def _only_reader(site: Site) -> Tensor | None:
    """The one reader of a value, if it has the same axes and reads no parameters with it."""
    readers = {c.reader.lhs.tensor for c in site.contributions}
    if len(readers) != 1 or details_of(site) or site.tensor.role != "value":
        return None
    reader = site.network.tensor(readers.pop())
    learned = {t.name for t in site.network.parameters}
    names = {e.tensor for c in site.contributions for e in entries_in(c.coefficient)}
    same = [(a.lo, a.hi) for a in reader.axes] == [(a.lo, a.hi) for a in site.tensor.axes]
    return reader if same and not names & learned else None


def skipped_reader(site: Site) -> Iterator[Mutant]:
    """T̄_k = R̄_k."""
    reader = _only_reader(site)
    if reader is not None:
        rhs = of_atom(Entry(adjoint_name(reader.name), site.equation.lhs.idx))
        yield site.mutant("missing-derivative", rhs, function=_described(reader), reader=reader.name)


def elementwise_softmax(site: Site) -> Iterator[Mutant]:
    """T̄_k = R̄_k ∂R_k/∂T_k, although R_j depends on all T_k."""
    reader = _only_reader(site)
    if reader is not None and len(site.contributions) > 1:
        rhs = _diagonal(site, lambda c: c.cotangent)
        yield site.mutant("elementwise-softmax", rhs, reader=reader.name)


def extra_jacobian(site: Site) -> Iterator[Mutant]:
    """T̄_k · ∂R_k/∂T_k: p − y multiplied by p(1 − p) once more."""
    reader = _only_reader(site)
    if reader is not None:
        slope = _diagonal(site, lambda c: constant(1))
        if slope.constant is None:
            rhs = times(site.equation.rhs, slope)
            yield site.mutant("extra-derivative", rhs, function=_described(reader))


def _diagonal(site: Site, cotangent: Callable[[Contribution], Poly]) -> Poly:
    """What of the sum over the reader's entries stands at equal indices of reader and node."""
    parts = []
    for c in site.contributions:
        at = next((e.idx for e in entries_in(c.cotangent)), ())
        equal = times_all(delta(f - k) for f, k in zip(at, c.at, strict=True))
        parts.append(site.closed(replace(c, cotangent=cotangent(c), coefficient=times(c.coefficient, equal))))
    return site.rule(total(parts)).rhs


def _described(reader: Tensor) -> str:
    return f"what makes {reader.name}"
