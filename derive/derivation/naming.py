"""Which adjoints keep a name of their own; all others are put in place of their names."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from derive.calculus.adjoint import AdjointEquation
from derive.graph.reach import circle_breakers
from derive.ir.tensor import ADJOINT, GRADIENT, Equation
from derive.network.network import Network
from derive.terms.affine import Affine
from derive.terms.term import Block, Entry, Monomial, Scalar, of_atom, of_monomial
from derive.terms.walk import entries_in

Equations = Mapping[str, AdjointEquation]


def named_adjoints(network: Network, equations: Equations, wanted: frozenset[str]) -> list[str]:
    """Which adjoints keep a name: what is asked for, preactivations, and what several others are made of.

    Not named are those with a single use, copies of another adjoint, and those of statistics: values that a
    reader with more axes spreads out (a mean, a variance), whose adjoints are read only inside another.
    """
    own = {n for n, e in equations.items() if n in wanted or _has_own_meaning(network, n, e)}
    uses = _uses(network, equations, own)
    shared = {n for n, e in equations.items() if uses.repeat(n, e) and _may_be_named(network, n, e)}
    named = [n for n in equations if n in own or n in shared]
    return named + _recurrent(equations, frozenset(named))


def chosen_adjoints(equations: Equations, chosen: frozenset[str]) -> list[str]:
    """The adjoints that shall keep a name, and one in every circle that would be left without one."""
    named = [n for n in equations if n in chosen]
    return named + _recurrent(equations, frozenset(named))


def _has_own_meaning(network: Network, name: str, e: AdjointEquation) -> bool:
    """Whether the adjoint is one that people name, or would nest one sum over windows in another."""
    return (
        network.tensor(name).label.meaning == "preactivation"
        or _is_spread(e)
        or (_is_reshaped(network, name) and any(m.height for m, _ in e.rhs.terms))
    )


def _may_be_named(network: Network, name: str, e: AdjointEquation) -> bool:
    return not _is_trivial(e) and not _is_statistic(network, name) and not _is_scaled(network, e)


def _recurrent(equations: Equations, named: frozenset[str]) -> list[str]:
    """Adjoints that depend on themselves through unnamed ones: one in every such circle keeps its name."""
    edges = {
        n: tuple(dict.fromkeys(r for m, _ in e.rhs.terms for r in _reads(m)))
        for n, e in equations.items()
        if n not in named
    }
    return circle_breakers(edges)


# -- how often a name would be replaced --------------------------------------------------------------


@dataclass(frozen=True)
class Uses:
    """How often each equation reads an adjoint, and which adjoints are read under sums."""

    readers: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    summed: set[str] = field(default_factory=set)

    def repeat(self, name: str, e: AdjointEquation) -> bool:
        """Whether putting the expression in place of the name would repeat it, or spread a sum over a product."""
        readers = self.readers[name]
        compound = len(e.rhs.terms) > 1 or any(m.height for m, _ in e.rhs.terms)
        again = readers.total() > (1 if compound else max(readers.values(), default=0))
        return again or (compound and name in self.summed)


def _uses(network: Network, equations: Equations, own: set[str]) -> Uses:
    """The uses of every adjoint. What reads a copy, or a multiple by parameters, reads what these are made of.

    A copy with a name of its own uses nothing, unless it is of a part: its formula is the other's, under another name.
    """
    uses = Uses()
    for name in reversed(tuple(equations)):
        e = equations[name]
        if name in own and _is_copied(network, name) and not _is_shifted(e):
            continue
        reads = [read for m, _ in e.rhs.terms for read in _reads(m)]
        passes_on = name not in own and _is_scaled(network, e)
        readers = uses.readers[name] if passes_on else Counter({name: 1})
        for read in reads:
            for reader, times in readers.items():
                uses.readers[read][reader] += times
        if passes_on and name in uses.summed:
            uses.summed.update(reads)
        blocks = (a for m, _ in e.rhs.terms for a, _ in m.powers if isinstance(a, Block))
        uses.summed.update(read for a in blocks for read in _reads(a.body))
    return uses


def _reads(m: Monomial) -> list[str]:
    """The tensors whose adjoints are in a monomial, each as often as it occurs."""
    return [x.tensor.removeprefix(ADJOINT) for x in entries_in(of_monomial(m)) if x.tensor.startswith(ADJOINT)]


# -- kinds of adjoints ---------------------------------------------------------------------------------


def _is_copied(network: Network, name: str) -> bool:
    """Whether all that is done with a tensor is to copy it (`a[0] = x`)."""
    return all(_is_copy(e, name) for e in network.readers(name))


def _is_copy(e: Equation, name: str) -> bool:
    """Whether the right side is one entry of a tensor (a class id in an index is none)."""
    return len(e.rhs.terms) == 1 and any(
        e.rhs == of_atom(x) for x in entries_in(e.rhs) if isinstance(x, Entry) and x.tensor == name
    )


def _is_shifted(e: AdjointEquation) -> bool:
    """Whether it reads a tensor at something else than plain indices and fixed places."""
    at = (a for x in entries_in(e.rhs) for a in x.idx)
    return any(a.free and a.variable is None for a in at)


def _is_trivial(e: AdjointEquation) -> bool:
    """Whether it is at most one factor, sizes not counted: so a sample and a batch (`1/m`) agree on the names."""
    return len(e.rhs.terms) <= 1 and all(
        m.height == 0 and sum(not isinstance(a, Scalar) for a, _ in m.powers) <= 1 for m, _ in e.rhs.terms
    )


def _is_scaled(network: Network, e: AdjointEquation) -> bool:
    """Whether it is another adjoint times parameters (`γ ȳ`), which does not hide what stands below."""
    if len(e.rhs.terms) != 1 or e.rhs.height:
        return False
    read = [x for x in entries_in(e.rhs) if isinstance(x, Entry)]
    adjoints = [x for x in read if x.tensor.startswith(ADJOINT)]
    return len(adjoints) == 1 and all(
        x in adjoints or network.tensor(x.tensor).role in ("parameter", "hyper") for x in read
    )


def _is_reshaped(network: Network, name: str) -> bool:
    """Whether the tensor is defined at an index expression of several indices, as a flattened image is."""
    return any(_indices(a) > 1 for e in network.definitions(name) for a in e.lhs.idx)


def _indices(a: Affine) -> int:
    return sum(isinstance(v, str) for v, _ in a.terms)


def _is_spread(e: AdjointEquation) -> bool:
    """Whether a reader sees the tensor through windows: an index expression of it runs along two indices or more."""
    return any(_indices(a) > 1 for c in e.contributions for a in c.at)


def _is_statistic(network: Network, name: str) -> bool:
    """Whether some reader has an index on its left side that the entry of `name` in it does not have.

    A gradient that is differentiated again is none, though `∇W = ∇z xᵀ` spreads it out.
    """
    if name.startswith(GRADIENT):
        return False
    for reader in network.readers(name):
        left = {b.name for b in reader.domain}
        for e in entries_in(reader.rhs):
            if e.tensor == name:
                used = frozenset().union(*(a.free for a in e.idx))
                if used < left:
                    return True
    return False
