"""Where a mutation is applied: one adjoint equation with its contributions, and the means to rebuild it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType

from derive.calculus.adjoint import AdjointEquation, Contribution
from derive.ir.record import Case
from derive.ir.tensor import Tensor
from derive.network.network import Network
from derive.terms.affine import Affine, Index, Size
from derive.terms.algebra import delta, times, times_all, total
from derive.terms.blocks import sum_over
from derive.terms.settle import settle
from derive.terms.term import Poly, Scalar
from derive.verify.points import Sizes, row_shapes
from derive.verify.rows import Rule


@dataclass(frozen=True)
class Mutant:
    """Adjoint equations with one mistake in them, at the gradient of `node`.

    `is_reshaped`: its domain is not that of the tensor, so it stands for that claim alone. `part` says for which
    part of an ordered index it holds.
    """

    code: str
    node: str
    replaced: Mapping[str, tuple[Rule, ...]]
    details: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    is_reshaped: bool = False
    part: str = ""


@dataclass(frozen=True)
class Site:
    """The adjoint equation of one tensor; `cases` is what the simplifier made of it.

    `sizes` are those under which code was seen to run: there the shapes of what stands in a wrong place fit.
    """

    network: Network
    equations: Mapping[str, AdjointEquation]
    equation: AdjointEquation
    cases: tuple[Case, ...]
    sizes: Sizes

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

    def reader(self, c: Contribution) -> Tensor:
        return self.network.tensor(c.reader.lhs.tensor)

    # -- rebuilding -------------------------------------------------------------------------------

    def closed(self, c: Contribution, domain: tuple[Index, ...] | None = None) -> Poly:
        """Σ_bounds D̄ · c · Π δ(at_q, k_q)."""
        deltas = times_all(delta(e - q) for e, q in zip(c.at, self.equation.lhs.idx, strict=True))
        context = self.context if domain is None else {b.name: b for b in domain}
        return sum_over(c.bounds, times(times(c.cotangent, c.coefficient), deltas), context)

    def sum(self, contributions: Iterable[Contribution]) -> Poly:
        return settle(total(self.closed(c) for c in contributions), self.context)

    def rule(self, rhs: Poly, domain: tuple[Index, ...] | None = None) -> Rule:
        """The adjoint with another right side, over its own domain or another one."""
        domain = self.equation.domain if domain is None else domain
        return Rule(self.equation.lhs, domain, settle(rhs, {b.name: b for b in domain}))

    def mutant(self, code: str, rhs: Poly, **details: str) -> Mutant:
        return Mutant(code, self.name, {self.name: (self.rule(rhs),)}, details)

    def reshaped(self, code: str, rhs: Poly, domain: tuple[Index, ...], **details: str) -> Mutant:
        return Mutant(code, self.name, {self.name: (self.rule(rhs, domain),)}, details, is_reshaped=True)

    def changed(self, change: Callable[[Contribution], Poly | None]) -> Iterator[Poly]:
        """The right side with every contribution replaced that `change` knows, then with each of them alone."""
        yield from (rhs for _, rhs in self.changes(change))

    def changes(self, change: Callable[[Contribution], Poly | None]) -> Iterator[tuple[tuple[Contribution, ...], Poly]]:
        """The same, with the contributions that were replaced."""
        new = {id(c): change(c) for c in self.contributions}
        known = tuple(c for c in self.contributions if new[id(c)] is not None)
        for chosen in [known, *((c,) for c in known if len(known) > 1)] if known else []:
            parts = (new[id(c)] if c in chosen else self.closed(c) for c in self.contributions)
            yield chosen, total(p for p in parts if p is not None)

    def one_changed(self, code: str, old: Contribution, new: Contribution, **details: str) -> Mutant:
        """The right side with one contribution replaced."""
        rest = (c for c in self.contributions if c is not old)
        return self.mutant(code, total([*(self.closed(c) for c in rest), self.closed(new)]), **details)

    def with_coefficient(self, c: Contribution, coefficient: Poly) -> Poly:
        return self.closed(replace(c, coefficient=coefficient))

    def site(self, name: str) -> Site:
        """The site of another tensor."""
        return replace(self, equation=self.equations[name], cases=())

    def same_shape(self, a: Tensor, b: Tensor) -> bool:
        """Whether one can stand where the other stands."""
        if any(x.ordered for x in (*a.axes, *b.axes)):
            return [(x.lo, x.hi) for x in a.axes] == [(x.lo, x.hi) for x in b.axes]
        return row_shapes(a, self.sizes) == row_shapes(b, self.sizes)


def means(network: Network) -> tuple[Affine, ...]:
    """The number of samples; in a network without a batch, the sizes that its cost divides by."""
    if network.batch is not None:
        return (network.batch.extent,)
    found: dict[Affine, None] = {}
    for e in network.definitions(network.cost or ""):
        for m, _ in e.rhs.terms:
            for atom, exponent in m.powers:
                if isinstance(atom, Scalar) and isinstance(atom.variable, Size) and exponent < 0:
                    found[Affine([(atom.variable, 1)])] = None
    return tuple(found)


def output_sizes(network: Network) -> tuple[Affine, ...]:
    """The extents, apart from the batch, of the values that the cost reads: what a mean over outputs divides by."""
    sizes: dict[Affine, None] = {}
    samples = means(network)
    for e in network.definitions(network.cost or ""):
        read = {name for name in network.tensors if e in network.readers(name)}
        for t in network.role("value"):
            if t.name in read:
                sizes.update((a.extent, None) for a in t.axes if not a.ordered and not a.free)
    return tuple(s for s in sizes if s not in samples)
