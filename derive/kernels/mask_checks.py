"""Which masks a kernel refuses: those that count nothing where the equations divide by what they count."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from derive.kernels.fields import Field
from derive.kernels.size_checks import monomials
from derive.kernels.syntax import Line, call, constant, name, tuple_of
from derive.network.network import Network
from derive.terms.affine import index
from derive.terms.term import Atom, Block, Entry, Func, Monomial, Scalar

Divisor = tuple[str, tuple[int, ...]]
"""A mask, and those of its axes along which the divisor sums it."""

GIVEN = ("input", "target")


def mask_divisors(network: Network) -> list[Divisor]:
    """The masks that are all that can make a divisor 0, each with the axes of the sum, from 0.

    A divisor is a sum of products of a mask with positive factors (`Σ_ti w_ti`, `Σ_s w_ts exp S_ts`), or a value that
    is defined as such a sum. One that a bracket narrows is left out.
    """
    found: dict[Divisor, None] = {}
    for equation in network.equations:
        for m in monomials(equation.rhs):
            for atom, exponent in m.powers:
                if exponent < 0:
                    found |= dict.fromkeys(_masks_in(network, atom))
    return list(found)


def _masks_in(network: Network, divisor: Atom) -> Iterator[Divisor]:
    match divisor:
        case Entry() if network.tensor(divisor.tensor).role == "value":
            for equation in network.definitions(divisor.tensor):
                if len(equation.rhs.terms) == 1 and len(equation.rhs.terms[0][0].powers) == 1:
                    [(atom, _)] = equation.rhs.terms[0][0].powers
                    yield from _masks_in(network, atom) if isinstance(atom, Block) else ()
        case Block():
            mask = _mask_of(network, divisor.body)
            axes = () if mask is None else _summed(network, mask, divisor)
            if mask is not None and axes:
                yield mask.tensor, axes


def _mask_of(network: Network, body: Monomial) -> Entry | None:
    """The one mask in a product whose other factors are positive."""
    masks = [atom for atom, _ in body.powers if _is_mask(network, atom)]
    others = [atom for atom, _ in body.powers if not _is_mask(network, atom)]
    is_positive = all(isinstance(a, Scalar) or (isinstance(a, Func) and a.name == "exp") for a in others)
    return masks[0] if len(masks) == 1 and is_positive and isinstance(masks[0], Entry) else None


def _is_mask(network: Network, atom: Atom) -> bool:
    if not isinstance(atom, Entry):
        return False
    tensor = network.tensor(atom.tensor)
    return tensor.kind == "binary" and tensor.role in GIVEN


def _summed(network: Network, mask: Entry, block: Block) -> tuple[int, ...]:
    """The axes of the mask that a sum runs over from end to end; none if it is read in any other way."""
    ranges = {b.name: (b.lo, b.hi) for b in block.bounds}
    summed = []
    for k, (at, axis) in enumerate(zip(mask.idx, network.tensor(mask.tensor).axes, strict=True)):
        bound = next((n for n in ranges if at == index(n)), None)
        if bound is None and at.free & ranges.keys():
            return ()
        if bound is not None and ranges[bound] != (axis.lo, axis.hi):
            return ()
        if bound is not None:
            summed.append(k)
    return tuple(summed)


def mask_checks(network: Network, fields: Sequence[Field]) -> list[Line]:
    """`_check_mask('w', w, (0, 1))` for every mask that a divisor sums, along the axes of its array."""
    lines: list[Line] = []
    for mask, summed in mask_divisors(network):
        f = next(f for f in fields if f.tensor == mask)
        if not f.is_sequence:
            axes = tuple_of([constant(p) for p, k in enumerate(f.storage.layout) if k in summed])
            lines.append(ast.Expr(call("_check_mask", constant(f.name), name(f.local), axes)))
    return lines
