"""Statistics of the forward pass taken along other axes: a mean over features where one over samples is meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from derive.ir.tensor import Equation, Tensor
from derive.network.network import Network
from derive.terms.affine import Affine, Index, index
from derive.terms.algebra import power, scale, times_all
from derive.terms.blocks import sum_over
from derive.terms.substitute import open_block, substitute
from derive.terms.term import Atom, Block, Entry, Poly, of_affine, of_atom, of_monomial
from derive.terms.walk import entries_in, rewrite

Axes = tuple[Index, ...]


@dataclass(frozen=True)
class Statistics:
    """The reader of statistics `names`, and those of its indices at which they are read."""

    reader: Equation
    names: tuple[str, ...]
    kept: Axes


def turned_statistics(network: Network) -> Iterator[tuple[Statistics, Axes, Network]]:
    """The network with statistics that keep other axes than they should: `v[j] = 1/m Σ_i …` as `v[i] = 1/n Σ_j …`."""
    for reader in network.equations:
        found = _statistics(network, reader)
        if found is None:
            continue
        for size in range(1, len(reader.domain)):
            for kept in combinations(reader.domain, size):
                new = None if kept == found.kept else _turned(network, found, kept)
                if new is not None:
                    yield found, kept, new


def _statistics(network: Network, reader: Equation) -> Statistics | None:
    """Values among what a reader reads that have some of its indices, each a single sum over the others."""
    if any(b.ordered for b in reader.domain) or reader.lhs.tensor == network.cost:
        return None
    own = {b.name: b for b in reader.domain}
    found: dict[str, Axes] = {}
    for e in entries_in(reader.rhs):
        names = [a.variable for a in e.idx]
        t = network.tensor(e.tensor)
        if t.role == "value" and 0 < len(names) < len(own) and all(n in own for n in names):
            found[e.tensor] = tuple(own[n] for n in names if n is not None)
    kept = set(found.values())
    if len(kept) != 1 or any(_single_sum(network, n) is None for n in found):
        return None
    return Statistics(reader, tuple(found), kept.pop())


def _single_sum(network: Network, name: str) -> tuple[Equation, Block] | None:
    definitions = network.definitions(name)
    if len(definitions) != 1 or len(definitions[0].rhs.terms) != 1:
        return None
    blocks = [a for a, e in definitions[0].rhs.terms[0][0].powers if isinstance(a, Block) and e == 1]
    return (definitions[0], blocks[0]) if len(blocks) == 1 else None


def _turned(network: Network, found: Statistics, kept: Axes) -> Network | None:
    """The network in which the statistics keep the axes `kept` of their reader."""
    tensors: dict[str, Tensor] = dict(network.tensors)
    new: dict[int, Equation] = {}
    for name in found.names:
        summed = _single_sum(network, name)
        definition = None if summed is None else _definition(network, found, kept, *summed)
        if definition is None or summed is None:
            return None
        new[id(summed[0])] = definition
        tensors[name] = replace(tensors[name], axes=kept)
    rhs = _at(found.reader.rhs, found.names, kept)
    new[id(found.reader)] = replace(found.reader, rhs=rhs, stated=None)
    equations = tuple(new.get(id(e), e) for e in network.equations)
    return replace(network, tensors=tensors, equations=equations)


def _definition(network: Network, found: Statistics, kept: Axes, e: Equation, block: Block) -> Equation | None:
    """1/N Σ over the axes that are not kept, of what was summed."""
    domain = found.reader.domain
    own = {b.name: index(k.name) for b, k in zip(e.domain, found.kept, strict=True)}
    bounds, body = open_block(block, frozenset(b.name for b in domain) | e.rhs.free)
    free = [b for b in domain if b not in found.kept]
    if [(b.lo, b.hi) for b in bounds] != [(b.lo, b.hi) for b in free]:
        bounds = tuple(b for f in free for b in bounds if (b.lo, b.hi) == (f.lo, f.hi))
        if len(bounds) != len(free):
            return None
    inner = _at(substitute(of_monomial(body), own | _onto(bounds, free)), found.names, kept)
    over = tuple(b for b in domain if b not in kept)
    moved = sum_over(
        tuple(b.renamed(f"{b.name}'") for b in over), substitute(inner, _primed(over)), {b.name: b for b in kept}
    )
    m, c = e.rhs.terms[0]
    factor = scale(of_monomial(m.without(block)), c)
    counts = [*(of_affine(b.extent) for b in free), *(power(of_affine(b.extent), -1) for b in over)]
    lhs = Entry(e.lhs.tensor, tuple(index(b.name) for b in kept))
    return replace(e, lhs=lhs, domain=kept, rhs=times_all([factor, moved, *counts]), stated=None)


def _onto(bounds: Sequence[Index], free: Sequence[Index]) -> dict[str, Affine]:
    return {b.name: index(f.name) for b, f in zip(bounds, free, strict=True)}


def _primed(over: Axes) -> dict[str, Affine]:
    return {b.name: index(f"{b.name}'") for b in over}


def _at(p: Poly, names: Sequence[str], kept: Axes) -> Poly:
    """The statistics read at the indices that they keep."""
    at = tuple(index(b.name) for b in kept)

    def moved(atom: Atom) -> Poly | None:
        return of_atom(Entry(atom.tensor, at)) if isinstance(atom, Entry) and atom.tensor in names else None

    return rewrite(p, moved, frozenset(b.name for b in kept))
