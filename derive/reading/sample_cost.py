"""The cost of one sample as a value of the network: `C = 1/m Σ_i C_i` is stated as a whole, and read apart here."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from derive.ir.tensor import Equation, Tensor
from derive.network.network import Network
from derive.terms.affine import Index, index
from derive.terms.algebra import scale, times, total
from derive.terms.blocks import sum_over
from derive.terms.substitute import open_block, substitute
from derive.terms.term import Block, Entry, Monomial, Poly, of_affine, of_monomial

SAMPLE_COST = "·cost of a sample"


def with_sample_cost(network: Network) -> Network:
    """The network with one more value; itself where it has no batch, or a cost that is no sum over samples.

    What does not depend on a sample, a penalty, belongs to none.
    """
    batch, cost = network.batch, network.cost
    if batch is None or cost is None or len(network.definitions(cost)) != 1:
        return network
    [equation] = network.definitions(cost)
    parts = [_of_one(m, c, batch) for m, c in equation.rhs.terms]
    found = total(p for p in parts if p is not None)
    if not found.terms:
        return network
    if network.reduce == "mean":
        found = times(found, of_affine(batch.extent))
    tensor = Tensor(SAMPLE_COST, (batch,), "value")
    own = Equation(Entry(SAMPLE_COST, (index(batch.name),)), (batch,), None, found)
    return replace(
        network,
        tensors={**network.tensors, SAMPLE_COST: tensor},
        equations=(*network.equations, own),
    )


def _of_one(m: Monomial, c: Fraction, batch: Index) -> Poly | None:
    """The term of sample i in `c · m`, a sum over all of them; None if it is none."""
    for atom, e in m.powers:
        if not isinstance(atom, Block) or e != 1:
            continue
        bounds, body = open_block(atom, m.free | {batch.name})
        for b in bounds:
            if (b.lo, b.hi) == (batch.lo, batch.hi):
                rest = tuple(x for x in bounds if x is not b)
                inner = sum_over(rest, of_monomial(body), {b.name: b})
                term = substitute(inner, {b.name: index(batch.name)})
                return scale(times(of_monomial(m.without(atom)), term), c)
    return None
