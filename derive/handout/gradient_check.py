"""The check at the end of a handout: derived gradients against difference quotients, on real numbers."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from derive.derivation import derive_adjoints
from derive.errors import DeriveError
from derive.ir.environment import Place
from derive.ir.scalar import PLAIN, REGISTRY
from derive.ir.tensor import Equation
from derive.network.network import Network
from derive.notes.input import Comparison, GradientCheck
from derive.terms.affine import Index, index
from derive.terms.algebra import function, power, scale, subtract
from derive.terms.blocks import sum_over
from derive.terms.substitute import fresh_names, substitute
from derive.terms.term import Atom, Func, Functional, Poly
from derive.terms.walk import atoms_in, rewrite
from derive.verify.chain import Chain, State
from derive.verify.evaluate import Rows
from derive.verify.points import random_points
from derive.verify.rows import fill

STEP = 1e-5
TOLERANCE = 1e-6
SMALLEST = 1e-3
SHOWN_ENTRIES = 2
CHECKED_ENTRIES = 6
STAND_IN = "tanh"
"""What an abstract activation is replaced by for the numbers; an abstract cost by ½ Σ (a − y)²."""


def concrete(network: Network) -> tuple[Network, bool]:
    """The network with stand-ins for abstract functions, and whether there were any."""
    equations = tuple(replace(e, rhs=rewrite(e.rhs, _stand_in)) for e in network.equations)
    changed = any(new.rhs != old.rhs for new, old in zip(equations, network.equations, strict=True))
    return replace(network, equations=equations, sample=None), changed


def _stand_in(atom: Atom) -> Poly | None:
    if isinstance(atom, Functional):
        return _half_squared(atom)
    if isinstance(atom, Func) and _is_abstract(atom.name):
        return function(STAND_IN, tuple(rewrite(a, _stand_in) for a in atom.args), atom.orders)
    return None


def _is_abstract(name: str) -> bool:
    known = REGISTRY.get(name)
    return name not in PLAIN and name != "pi" and (known is None or known.definition is None)


def _half_squared(atom: Functional) -> Poly:
    """½ Σ (a − y)², or ½ Σ a² of a cost without a target."""
    names = fresh_names(len(atom.bounds), atom.free)
    mapping = {b.name: index(n) for b, n in zip(atom.bounds, names, strict=True)}
    bounds: tuple[Index, ...] = tuple(b.renamed(n).subs(mapping) for b, n in zip(atom.bounds, names, strict=True))
    first, *others = (substitute(a, mapping) for a in atom.args)
    difference = subtract(first, others[0]) if others else first
    return scale(sum_over(bounds, power(difference, 2), {}), Fraction(1, 2))


def gradient_check(network: Network, seed: int = 0) -> GradientCheck | None:
    """Derived gradients and central differences of the forward equations at one random point.

    Of each parameter `CHECKED_ENTRIES` entries are compared, spread over it. None if the network has no
    parameters. Raises: DeriveError if they disagree: that would be a mistake of ours, and no note is written.
    """
    network, _ = concrete(network)
    names = [t.name for t in network.parameters]
    adjoints = derive_adjoints(network, tuple(names))
    names = [n for n in names if n in adjoints.results]
    if not names:
        return None
    chain = Chain(network, adjoints)
    point = random_points(network, 1, seed)[0]
    state = chain.at(point)
    comparisons, worst = [], {}
    for name in names:
        compared = [_compare(chain, state, name, key, at) for key, at in _spread(state.adjoint(name))]
        comparisons += compared[:SHOWN_ENTRIES]
        size = max([SMALLEST, *(abs(c.derived) for c in compared)])
        worst[name] = max(abs(c.derived - c.quotient) for c in compared) / size
    check = GradientCheck(
        tuple((n, s) for n, s in sorted(point.shown_sizes.items()) if isinstance(s, int)),
        sum(a.size for n in names for a in state.adjoint(n).values()),
        state.loss,
        STEP,
        tuple(comparisons),
        worst,
        TOLERANCE,
    )
    if max(worst.values()) > TOLERANCE:
        raise DeriveError(f"the derived gradients of {network.name} disagree with difference quotients: {worst}")
    return check


def compare_all(state: State) -> float:
    """The largest deviation of an entry of any parameter's gradient, relative to the largest entry of that gradient."""
    chain, worst = state.chain, 0.0
    for t in chain.network.parameters:
        if t.name in chain.equations:
            every = [(key, at) for key, array in state.adjoint(t.name).items() for at in np.ndindex(array.shape)]
            compared = [_compare(chain, state, t.name, key, at) for key, at in every]
            size = max([SMALLEST, *(abs(c.derived) for c in compared)])
            worst = max([worst, *(abs(c.derived - c.quotient) / size for c in compared)])
    return worst


def _spread(rows: Rows) -> list[tuple[Place, Place]]:
    """Some entries of a gradient, spread over its rows and over each row."""
    every = [(key, at) for key, array in sorted(rows.items()) for at in np.ndindex(array.shape)]
    step = max(1, len(every) // CHECKED_ENTRIES)
    return every[::step][:CHECKED_ENTRIES]


def _compare(chain: Chain, state: State, name: str, key: Place, at: Place) -> Comparison:
    above, below = (_loss(chain, state, name, key, at, h) for h in (STEP, -STEP))
    derived = float(state.adjoint(name)[key][at])
    shown = tuple(k + 1 for k in at)
    return Comparison(name, (*key, *shown), derived, (above - below) / (2 * STEP))


def _loss(chain: Chain, state: State, name: str, key: Place, at: Place, h: float) -> float:
    """The cost with one entry of a parameter moved by h; only what depends on that parameter is evaluated again."""
    network = chain.network
    assert network.cost is not None
    rows = dict(state.frame.values[name])
    rows[key] = np.array(rows[key], dtype=float)
    rows[key][at] += h
    frame = replace(state.frame, values={**state.frame.values, name: rows})
    touched = _depending(network, name)
    values = fill([e for e in network.equations if e.lhs.tensor in touched], frame)
    return float(values[network.cost][()])


def _depending(network: Network, name: str) -> frozenset[str]:
    """The tensors whose values a parameter changes."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for e in network.readers(waiting.pop()):
            if e.lhs.tensor not in found:
                found.add(e.lhs.tensor)
                waiting.append(e.lhs.tensor)
    return frozenset(found)


def uses_stand_ins(equations: tuple[Equation, ...]) -> bool:
    """Whether an equation holds an abstract function."""
    return any(
        isinstance(a, Functional) or (isinstance(a, Func) and _is_abstract(a.name))
        for e in equations
        for a in atoms_in(e.rhs)
    )
