"""The order of computation: directions of recursions, rounds taken out, definitions that join a loop."""

from __future__ import annotations

from itertools import pairwise

import pytest
import sympy
from sympy import Sum, sin

from derive.derivation import derive_adjoints
from derive.errors import UnsupportedError
from derive.ir.tensor import ADJOINT
from derive.kernels.collecting import collected, needed
from derive.kernels.components import components, in_order
from derive.kernels.definitions import storages
from derive.kernels.schedule import Loop, Scheduler, Step
from derive.kernels.stability import stabilizer_of
from derive.network.builder import Builder
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.schema import read_network_file
from derive.resources import examples_dir


def steps_of(network: Network) -> list[Step]:
    wanted = [network.cost or "", *(ADJOINT + t.name for t in network.role("parameter", "input"))]
    definitions = needed(collected(network, derive_adjoints(network), stabilizer_of(network)), wanted)
    families = {n: s.family for n, s in storages(network.tensors, False).items()}
    return Scheduler(definitions, families).steps()


def loops(steps: list[Step]) -> list[tuple[bool, list[str]]]:
    return [(s.descending, [d.tensor for d in s.body]) for s in steps if isinstance(s, Loop)]


def test_weight_gradients_join_the_recursion_of_the_deltas() -> None:
    network = compile_network(read_network_file(examples_dir() / "deep-tanh.yaml"))
    steps = steps_of(network)
    assert loops(steps)[0] == (False, ["z", "a"])
    assert (True, ["∂z", "∂W", "∂b"]) in loops(steps)
    alone = [repr(s.lhs) for s in steps if not isinstance(s, Loop)]
    assert "∂z[L, j3, i]" in alone and "∂W[L, j3, k6]" in alone, "the last round stands before the loop"


def recurrence(state: str) -> Network:
    net = Builder("recurrence")
    T = net.size("T")
    t = net.index("t", T, ordered=True)
    x = net.input("x", (t,))
    if state == "last first":
        t0 = net.index("t0", T + 1, ordered=True)
        h = net.define("h", (T + 1,), sympy.S(0), axes=(t0,))
        net.define("h", (t,), sin(x[t] + h[t + 1]))
    else:
        t0 = net.index("t0", T, lo=0, ordered=True)
        h = net.define("h", (0,), sympy.S(0), axes=(t0,))
        net.define("h", (t,), sin(x[t] + h[t - 1]))
    if state == "with a reader of the end":
        g = net.define("g", (t,), h[t] * h[T])
        net.define("C", (), Sum(g[t], t))
    else:
        net.define("C", (), h[T] + h[1])
    net.minimize("C")
    return net.network()


def test_a_recurrence_from_the_end_descends() -> None:
    assert loops(steps_of(recurrence("last first")))[0] == (True, ["h"])
    assert loops(steps_of(recurrence("first first")))[0] == (False, ["h"])


def test_what_reads_the_end_waits_for_the_loop() -> None:
    assert (False, ["h"]) in loops(steps_of(recurrence("with a reader of the end")))


def test_a_recurrence_in_two_directions_is_refused() -> None:
    net = Builder("both")
    T = net.size("T")
    t, t0 = net.index("t", T, ordered=True), net.index("t0", T, lo=0, ordered=True)
    S = net.size("S")
    s, s0 = net.index("s", S, ordered=True), net.index("s0", S, lo=0, ordered=True)
    x = net.input("x", (t, s))
    g = net.define("g", (0, s0), sympy.S(1), axes=(t0, s0))
    net.define("g", (t, 0), sympy.S(2))
    net.define("g", (t, s), sin(x[t, s] * g[t - 1, s] + g[t, s - 1]))
    net.define("C", (), g[T, S])
    net.minimize("C")
    with pytest.raises(UnsupportedError, match="no kernel"):
        steps_of(net.network())


def test_components_are_cycles_in_order_of_dependency() -> None:
    after = {0: [1], 1: [2, 3], 2: [0], 3: [], 4: [0]}
    assert components(after) == [[3], [0, 1, 2], [4]]


def test_a_long_chain_needs_no_recursion() -> None:
    after = {k: [k + 1] if k < 20_000 else [] for k in range(20_001)}
    assert [c[0] for c in components(after)] == list(range(20_000, -1, -1))
    order = in_order(after, {k: (k,) for k in after})
    assert all(a == b + 1 for a, b in pairwise(order))


def test_of_what_is_ready_the_least_comes_first() -> None:
    after = {0: [2], 1: [], 2: [], 3: [1]}
    assert in_order(after, {0: (0,), 1: (5,), 2: (3,), 3: (1,)}) == [2, 0, 1, 3]
