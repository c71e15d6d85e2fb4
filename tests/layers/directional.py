"""Every derived gradient of a network along a random direction, against the complex step."""

from __future__ import annotations

import numpy as np
import pytest

from derive.derivation import derive_adjoints
from derive.ir.interpret import assignments, fill, place, run_forward
from derive.ir.normal_form import evaluate_poly
from derive.ir.tensor import ADJOINT
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.schema import read_network_text
from derive.terms.affine import index
from tests.generators import sampled

STEP = 1e-30


def check_text(text: str) -> None:
    """The same for a network file."""
    check_directions(compile_network(read_network_text(text)))


def check_directions(network: Network, seed: int = 0) -> None:
    """For each parameter and input, Σ ∂C/∂u · v for one random v is Im C(u + ihv) / h."""
    rng = np.random.default_rng(seed)
    given = sampled(network)
    env = run_forward(network.equations, network.tensors, given)
    adjoints = derive_adjoints(network)
    cases = [c for name in adjoints.results for c in adjoints.results[name]]
    found = fill(cases, env, lambda c, at: evaluate_poly(c.poly, at))
    for t in network.role("parameter", "input"):
        if ADJOINT + t.name not in found.arrays:
            continue
        at = tuple(index(a.name) for a in t.axes)
        stepped, slope = given, 0.0
        for point in assignments(t.axes, env):
            here, along = place(at, point), float(rng.standard_normal())
            slope += along * found.entry(ADJOINT + t.name, here).real
            stepped = stepped.with_entry(t.name, here, given.entry(t.name, here) + along * STEP * 1j)
        cost = run_forward(network.equations, network.tensors, stepped).entry(network.cost or "", ())
        assert slope == pytest.approx(cost.imag / STEP, rel=1e-9, abs=1e-11), t.name
