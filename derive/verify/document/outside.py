"""What lies beyond the ends of an axis is 0: so formulas of convolutions are read, `δ_{j-r+1}` for j − r + 1 < 1."""

from __future__ import annotations

from derive.ir.tensor import ADJOINT
from derive.network.network import Network
from derive.terms.affine import Affine
from derive.terms.algebra import bound, times
from derive.terms.term import Atom, Entry, Poly, of_atom
from derive.terms.walk import rewrite


def zero_outside(p: Poly, network: Network) -> Poly:
    """T[i] as T[i] · [1 ≤ i ≤ n], where an index is made of several letters."""

    def inside(atom: Atom) -> Poly | None:
        if not isinstance(atom, Entry) or all(_is_plain(a) for a in atom.idx):
            return None
        tensor = network.tensors.get(atom.tensor.removeprefix(ADJOINT))
        if tensor is None:
            return None
        found = of_atom(atom)
        for at, axis in zip(atom.idx, tensor.axes, strict=True):
            if not _is_plain(at):
                found = times(times(found, bound(at - axis.lo)), bound(axis.hi - at))
        return found

    return rewrite(p, inside, p.free)


def _is_plain(at: Affine) -> bool:
    return at.is_number or isinstance(at.variable, str)
