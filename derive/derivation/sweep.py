"""The derivation of a network: every adjoint as an equation, simplified, with its lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from derive.calculus.adjoint import AdjointEquation, Seed, adjoint_equation, adjoint_name, seed_of
from derive.graph.order import check_order
from derive.graph.reach import circle_breakers, order_backwards, reachable, readers, reads
from derive.ir.record import Case
from derive.ir.tensor import ADJOINT, GRADIENT, Equation
from derive.network.network import Network
from derive.simplify.definition import Pattern, pattern_of_equation, pattern_of_fact
from derive.simplify.engine import Simplifier
from derive.simplify.opening import opening_lines
from derive.simplify.output import output_forms
from derive.simplify.present import Presenter
from derive.terms.affine import Affine
from derive.terms.term import Block, Entry, Monomial, Scalar, of_atom, of_monomial
from derive.terms.walk import entries_in

WHOLE_NUMBERS = ("class_id", "id", "binary")
"""Kinds of inputs of which no entry can be moved a little."""


@dataclass(frozen=True)
class Adjoints:
    """Everything the calculus and the simplifier found for one seed.

    `equations` are the adjoint equations as the sweep gives them, readers first; `results` the simplified
    cases; `named` the tensors whose adjoints keep a name, in the order of `equations`.
    """

    network: Network
    seed: Seed
    equations: Mapping[str, AdjointEquation]
    results: Mapping[str, tuple[Case, ...]]
    named: tuple[str, ...]


def derive_adjoints(network: Network, wrt: tuple[str, ...] | None = None, of: str | None = None) -> Adjoints:
    """Adjoints of all tensors between `of` (default: the cost) and `wrt` (default: parameters and inputs).

    Inputs that are whole numbers, ids or the zeros and ones of a mask, are differentiated only where `wrt` says so.
    """
    check_order(network)
    seed = seed_of(network, of)
    order = order_backwards(network, seed.tensor)
    wanted = (
        wrt
        if wrt is not None
        else tuple(t.name for t in network.role("parameter", "input") if t.kind not in WHOLE_NUMBERS)
    )
    live = frozenset(order)
    needed = _depends_on(network, order, frozenset(wanted))
    first = () if not seed.axes else (seed.tensor,)
    equations = {
        name: adjoint_equation(network, network.tensor(name), seed, live)
        for name in (*first, *order[1:])
        if name in needed or name in first
    }
    named = frozenset(_named(network, equations, frozenset(wanted)))
    presenter = Presenter(_roles(network))
    outputs = output_forms(network.equations)
    unfolded = {adjoint_name(n): e for n, e in equations.items() if n not in named}
    results = {}
    for name, equation in equations.items():
        simplifier = Simplifier(_patterns(network, name, equations, unfolded), outputs, unfolded, presenter)
        cases = simplifier.cases(equation, opening_lines(equation, presenter))
        results[name] = cases if name in wanted else _without_constant_starts(network, name, cases)
    return Adjoints(network, seed, equations, results, tuple(n for n in equations if n in named))


def _without_constant_starts(network: Network, name: str, cases: tuple[Case, ...]) -> tuple[Case, ...]:
    """The cases without single steps at which the tensor is a constant (`h[0] = 0`): no gradient needs them."""
    constant = [e.lhs for e in network.definitions(name) if e.rhs.constant is not None]
    family = network.tensor(name).family

    def is_constant(case: Case) -> bool:
        at = case.lhs.idx[:family]
        return bool(at) and any(at == start.idx[:family] and not any(a.free for a in at) for start in constant)

    return tuple(c for c in cases if not is_constant(c))


def _depends_on(network: Network, order: tuple[str, ...], wanted: frozenset[str]) -> frozenset[str]:
    """The tensors of `order` that depend on something wanted."""
    return reachable(wanted, readers(reads(network))) & frozenset(order) | wanted & frozenset(order)


def _roles(network: Network) -> dict[str, str]:
    roles: dict[str, str] = {t.name: t.role for t in network.tensors.values()}
    return roles | {adjoint_name(n): "adjoint" for n in network.tensors}


def _named(network: Network, equations: Mapping[str, AdjointEquation], wanted: frozenset[str]) -> list[str]:
    """Which adjoints keep a name: what is asked for, preactivations, and what several others are made of.

    Not named are those with a single use, copies of another adjoint, and those of statistics: values that a
    reader with more axes spreads out (a mean, a variance), whose adjoints are read only inside another.
    """
    uses: dict[str, int] = {}
    most: dict[str, int] = {}
    summed: set[str] = set()
    for name, e in equations.items():
        if not _is_copied(network, name):
            count = Counter(read for m, _ in e.rhs.terms for read in _reads(m))
            for read, n in count.items():
                uses[read] = uses.get(read, 0) + n
                most[read] = max(most.get(read, 0), n)
            blocks = (a for m, _ in e.rhs.terms for a, _ in m.powers if isinstance(a, Block))
            summed |= {read for a in blocks for read in _reads(a.body)}

    def shared(n: str, e: AdjointEquation) -> bool:
        """Whether putting the expression in place of the name would repeat it, or spread a sum over a product."""
        name = adjoint_name(n)
        compound = len(e.rhs.terms) > 1 or any(m.height for m, _ in e.rhs.terms)
        again = uses.get(name, 0) > (1 if compound else most.get(name, 0))
        return (again or (compound and name in summed)) and not _is_trivial(e)

    named = [
        n
        for n, e in equations.items()
        if n in wanted
        or network.tensor(n).label.meaning == "preactivation"
        or _is_spread(e)
        or (_is_reshaped(network, n) and any(m.height for m, _ in e.rhs.terms))
        or (shared(n, e) and not _is_statistic(network, n) and not _is_scaled(network, e))
    ]
    return named + _recurrent(equations, frozenset(named))


def _recurrent(equations: Mapping[str, AdjointEquation], named: frozenset[str]) -> list[str]:
    """Adjoints that depend on themselves through unnamed ones: one in every such circle keeps its name."""
    edges = {
        n: tuple(dict.fromkeys(r.removeprefix(ADJOINT) for m, _ in e.rhs.terms for r in _reads(m)))
        for n, e in equations.items()
        if n not in named
    }
    return circle_breakers(edges)


def _reads(m: Monomial) -> list[str]:
    """The adjoints in a monomial, each as often as it occurs."""
    return [x.tensor for x in entries_in(of_monomial(m)) if x.tensor.startswith(ADJOINT)]


def _is_copied(network: Network, name: str) -> bool:
    """Whether all that is done with a tensor is to copy it (`a[0] = x`)."""
    return all(_is_copy(e, name) for e in network.readers(name))


def _is_copy(e: Equation, name: str) -> bool:
    """Whether the right side is one entry of a tensor (a class id in an index is none)."""
    return len(e.rhs.terms) == 1 and any(
        e.rhs == of_atom(x) for x in entries_in(e.rhs) if isinstance(x, Entry) and x.tensor == name
    )


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


def _patterns(
    network: Network,
    name: str,
    equations: Mapping[str, AdjointEquation],
    unfolded: Mapping[str, AdjointEquation],
) -> list[Pattern]:
    """The forward definitions near a tensor, and all declared facts."""
    near: dict[str, None] = {name: None}
    stack = [name]
    while stack:
        current = stack.pop()
        for reader in dict.fromkeys(c.reader.lhs.tensor for c in equations[current].contributions):
            if reader not in near:
                near[reader] = None
                if adjoint_name(reader) in unfolded:
                    stack.append(reader)
    for n in tuple(near):
        for e in network.definitions(n):
            near.update((x.tensor, None) for x in entries_in(e.rhs))
    found = [pattern_of_equation(e) for n in near for e in network.definitions(n) if n != network.cost]
    return [p for p in found if p is not None] + [pattern_of_fact(f) for f in network.facts]
