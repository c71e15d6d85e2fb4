"""Recurrent kernels against the interpreter: cells, losses, starts, directions, layouts, lengths, batch 1."""

from __future__ import annotations

import pytest

from derive.ir.environment import Environment
from derive.calculus.scalar import definition
from derive.network.network import Network
from derive.network.sample_data import sample_environment
from tests.kernels.oracle import Sample, compare, sample_of
from tests.kernels.recurrent_networks import CELLS, Frame

SIZES = {"d": 3, "n": 2, "p": 4, "O": 3}


def sample(network: Network, T: int, m: int) -> Sample:
    sizes = {s.name: {**SIZES, "T": T, "m": m}[s.name] for s in network.sizes}
    env = sample_environment(network, sizes, seed=7)
    return sample_of(network, Environment(env.sizes, env.arrays, derivative_of=definition))


@pytest.mark.parametrize("loss", ("all", "last"))
@pytest.mark.parametrize("cell", CELLS)
def test_cells_over_lengths(cell: str, loss: str) -> None:
    network = CELLS[cell](Frame(), loss)
    source = None
    for T, m in ((1, 2), (2, 1), (5, 3)):
        compare(sample(network, T, m), source=source)
