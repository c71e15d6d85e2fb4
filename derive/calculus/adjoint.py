"""The adjoint sweep: for every tensor, the sum over its readers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from derive.calculus.occurrence import Occurrence, occurrences
from derive.ir.tensor import ADJOINT, Equation, Tensor
from derive.network.network import Network
from derive.terms.affine import Affine, Index, index
from derive.terms.algebra import delta, times, times_all, total
from derive.terms.blocks import sum_over
from derive.terms.settle import settle
from derive.terms.substitute import fresh_names, substitute
from derive.terms.term import ZERO, Entry, Poly, constant, of_atom


def adjoint_name(tensor: str) -> str:
    """The internal name of the adjoint of a tensor."""
    return ADJOINT + tensor


@dataclass(frozen=True)
class Contribution:
    """What one occurrence in one reader adds: `Σ_bounds D̄ · coefficient · Π δ(at_q, k_q)`."""

    reader: Equation
    bounds: tuple[Index, ...]
    cotangent: Poly
    coefficient: Poly
    at: tuple[Affine, ...]


@dataclass(frozen=True)
class AdjointEquation:
    """`T̄_k = rhs` over the axes of T (and the seed's free indices), with the contributions that it sums.

    `own` is ∂T/∂T, where T is what is differentiated.
    """

    tensor: Tensor
    lhs: Entry
    domain: tuple[Index, ...]
    contributions: tuple[Contribution, ...]
    rhs: Poly
    own: Poly = ZERO


@dataclass(frozen=True)
class Seed:
    """What is differentiated: the entries of `tensor`, at free indices `axes` (none for a scalar cost)."""

    tensor: str
    axes: tuple[Index, ...] = ()

    @property
    def at(self) -> tuple[Affine, ...]:
        return tuple(index(a.name) for a in self.axes)


def seed_of(network: Network, of: str | None = None) -> Seed:
    """The seed for a value of the network; its free indices carry the names of its axes with a prime."""
    tensor = network.tensor(of or network.cost or "")
    renaming = {a.name: index(a.name + "'") for a in tensor.axes}
    return Seed(tensor.name, tuple(a.renamed(a.name + "'").subs(renaming) for a in tensor.axes))


def adjoint_equation(network: Network, tensor: Tensor, seed: Seed, live: frozenset[str]) -> AdjointEquation:
    """T̄_k = Σ_readers Σ_f Σ_B D̄_f · c · Π δ(e_q, k_q), for the readers in `live` (those that reach the cost)."""
    contributions = tuple(_contributions(network, tensor, seed, live))
    domain = (*tensor.axes, *seed.axes)
    k = tuple(index(a.name) for a in tensor.axes)
    context = {b.name: b for b in domain}
    is_seed = tensor.name == seed.tensor
    own = times_all(delta(a - q) for a, q in zip(k, seed.at, strict=True)) if is_seed else ZERO
    rhs = settle(total([*(_closed(c, k, context) for c in contributions), own]), context)
    lhs = Entry(adjoint_name(tensor.name), (*k, *seed.at))
    return AdjointEquation(tensor, lhs, domain, contributions, rhs, own)


def _closed(c: Contribution, k: tuple[Affine, ...], context: dict[str, Index]) -> Poly:
    deltas = times_all(delta(e - q) for e, q in zip(c.at, k, strict=True))
    return sum_over(c.bounds, times(times(c.cotangent, c.coefficient), deltas), context)


def _contributions(network: Network, tensor: Tensor, seed: Seed, live: frozenset[str]) -> Iterable[Contribution]:
    taken = frozenset(a.name for a in (*tensor.axes, *seed.axes))
    for reader in network.readers(tensor.name):
        if reader.lhs.tensor not in live:
            continue
        domain, lhs, rhs = _renamed(reader, taken)
        cotangent = (
            constant(1)
            if reader.lhs.tensor == seed.tensor and not seed.axes
            else of_atom(Entry(adjoint_name(lhs.tensor), (*lhs.idx, *seed.at)))
        )
        names = taken | {b.name for b in domain}
        for o in _merged(occurrences(rhs, tensor.name, names)):
            yield Contribution(reader, (*domain, *o.bounds), cotangent, o.coefficient, o.idx)


def _merged(found: Iterable[Occurrence]) -> list[Occurrence]:
    """Occurrences at the same place under the same sums count as one, with the sum of their coefficients."""
    groups: dict[tuple[object, ...], list[Occurrence]] = {}
    for o in found:
        groups.setdefault((o.bounds, o.idx), []).append(o)
    return [Occurrence(g[0].bounds, total(o.coefficient for o in g), g[0].idx) for g in groups.values()]


def _renamed(reader: Equation, taken: frozenset[str]) -> tuple[tuple[Index, ...], Entry, Poly]:
    """A reader under index names of its own, so that no index is captured."""
    names = fresh_names(len(reader.domain), taken | reader.rhs.free)
    mapping = {b.name: index(n) for b, n in zip(reader.domain, names, strict=True)}
    domain = tuple(b.renamed(n).subs(mapping) for b, n in zip(reader.domain, names, strict=True))
    lhs = Entry(reader.lhs.tensor, tuple(a.subs(mapping) for a in reader.lhs.idx))
    return domain, lhs, substitute(reader.rhs if reader.unsolved is None else reader.unsolved, mapping)
