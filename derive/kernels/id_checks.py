"""Which ids a kernel accepts: those at which the equations may read."""

from __future__ import annotations

from collections.abc import Iterator

from derive.network.network import Network
from derive.terms.affine import Affine, IdEntry
from derive.terms.scope import entries_with_scope


def id_ranges(network: Network) -> dict[str, tuple[Affine, Affine]]:
    """For every tensor of ids that places an entry, the least and the largest id; the first equation decides."""
    found: dict[str, tuple[Affine, Affine]] = {}
    for tensor, low, high in _ranges(network):
        found.setdefault(tensor, (low, high))
    return found


def _ranges(network: Network) -> Iterator[tuple[str, Affine, Affine]]:
    for equation in network.equations:
        for entry, _ in entries_with_scope(equation.rhs, {b.name: b for b in equation.domain}):
            for e, axis in zip(entry.idx, network.tensor(entry.tensor).axes, strict=True):
                ids = [(v, c) for v, c in e.terms if isinstance(v, IdEntry)]
                if len(ids) == 1 and ids[0][1] == 1 and len(e.terms) == 1 and not axis.free:
                    yield ids[0][0].tensor, axis.lo - e.const, axis.hi - e.const
