"""Where a mutation is applied: one adjoint equation with its contributions, and the means to rebuild it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType

from derive.calculus.adjoint import AdjointEquation, Contribution, adjoint_name
from derive.ir.record import Case
from derive.ir.tensor import Tensor
from derive.network.network import Network
from derive.terms.affine import Index, Size
from derive.terms.algebra import delta, power, scale, times, times_all, total
from derive.terms.blocks import sum_over
from derive.terms.settle import settle
from derive.terms.term import Entry, Monomial, Poly, Scalar, of_affine
from derive.verify.rows import Rule


@dataclass(frozen=True)
class Mutant:
    """An adjoint equation with one mistake in it.

    `is_reshaped`: its domain is not that of the tensor, so it stands for the claim only. `part` says for which
    part of an ordered index it holds ("last layer only").
    """

    code: str
    node: str
    rules: tuple[Rule, ...]
    details: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    is_reshaped: bool = False
    part: str = ""


@dataclass(frozen=True)
class Site:
    """The adjoint equation of `tensor` in its network."""

    network: Network
    equation: AdjointEquation
    cases: tuple[Case, ...] = ()
    parameters_penalized: tuple[str, ...] = ()

    @property
    def tensor(self) -> Tensor:
        return self.equation.tensor

    @property
    def name(self) -> str:
        return self.tensor.name

    @property
    def contributions(self) -> tuple[Contribution, ...]:
        return self.equation.contributions

    @cached_property
    def context(self) -> dict[str, Index]:
        return {b.name: b for b in self.equation.domain}

    @cached_property
    def penalties(self) -> tuple[Contribution, ...]:
        """What the cost itself adds to a parameter that it also reaches through values."""
        if self.tensor.role != "parameter":
            return ()
        direct = tuple(c for c in self.contributions if c.reader.lhs.tensor == self.network.cost)
        return direct if len(direct) < len(self.contributions) else ()

    @property
    def from_values(self) -> tuple[Contribution, ...]:
        return tuple(c for c in self.contributions if c not in self.penalties)

    # -- rebuilding -------------------------------------------------------------------------------

    def closed(self, c: Contribution, context: Mapping[str, Index] | None = None) -> Poly:
        """Σ_bounds D̄ · c · Π δ(at_q, k_q)."""
        deltas = times_all(delta(e - q) for e, q in zip(c.at, self.equation.lhs.idx, strict=True))
        body = times(times(c.cotangent, c.coefficient), deltas)
        return sum_over(c.bounds, body, self.context if context is None else context)

    def rule(self, parts: Iterable[Poly], domain: tuple[Index, ...] | None = None) -> Rule:
        """The adjoint as a sum of parts, over its own domain or another one."""
        domain = self.equation.domain if domain is None else domain
        return Rule(self.equation.lhs, domain, settle(total(parts), {b.name: b for b in domain}))

    def mutant(self, code: str, parts: Iterable[Poly], **details: str) -> Mutant:
        return Mutant(code, self.name, (self.rule(parts),), details)

    def reshaped(self, code: str, part: Poly, domain: tuple[Index, ...], **details: str) -> Mutant:
        return Mutant(code, self.name, (self.rule([part], domain),), details, is_reshaped=True)

    def each(
        self, change: Callable[[Contribution], Poly | None], only: Iterable[Contribution] | None = None
    ) -> list[Poly] | None:
        """All contributions closed, those that `change` knows replaced; None if it changes none."""
        chosen = self.contributions if only is None else tuple(only)
        changed = {id(c): change(c) for c in chosen}
        if all(p is None for p in changed.values()):
            return None
        return [
            self.closed(c) if (p := changed.get(id(c))) is None else p for c in self.contributions
        ]

    def with_coefficient(self, c: Contribution, coefficient: Poly) -> Poly:
        return self.closed(replace(c, coefficient=coefficient))


Mutation = Callable[[Site], Iterator[Mutant]]


def same_axes(a: Tensor, b: Tensor) -> bool:
    """Whether two tensors have axes of the same ranges in the same order."""
    return [(x.lo, x.hi) for x in a.axes] == [(x.lo, x.hi) for x in b.axes]


def sizes_averaged(network: Network) -> tuple[Poly, ...]:
    """The sizes that the cost divides by."""
    found: dict[Size, None] = {}
    for e in network.definitions(network.cost or ""):
        for m, _ in e.rhs.terms:
            found.update((s, None) for s in _divisors(m))
    return tuple(of_affine(_as_affine(s)) for s in found)


def _divisors(m: Monomial) -> Iterator[Size]:
    for atom, e in m.powers:
        if isinstance(atom, Scalar) and isinstance(atom.variable, Size) and e < 0:
            yield atom.variable


def _as_affine(s: Size):  # type: ignore[no-untyped-def]
    raise NotImplementedError


def inverse(p: Poly) -> Poly:
    return power(p, -1)


def negated(p: Poly) -> Poly:
    return scale(p, -1)


def entry_of(t: Tensor, at: Entry) -> Entry:
    """The entry of another tensor at the same indices."""
    return Entry(t.name, at.idx)


def cotangent_name(c: Contribution) -> str:
    return adjoint_name(c.reader.lhs.tensor)
