"""The derivation of a network: every adjoint as an equation, simplified, with its lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from derive.calculus.adjoint import AdjointEquation, Seed, adjoint_equation, adjoint_name, seed_of
from derive.derivation.naming import chosen_adjoints, named_adjoints
from derive.graph.order import check_order
from derive.graph.reach import order_backwards, reachable, readers, reads
from derive.ir.record import Case
from derive.network.network import Network
from derive.simplify.definition import Pattern, pattern_of_equation, pattern_of_fact
from derive.simplify.engine import Simplifier
from derive.simplify.opening import opening_lines
from derive.simplify.output import output_forms
from derive.simplify.present import Presenter
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


def derive_adjoints(
    network: Network,
    wrt: tuple[str, ...] | None = None,
    of: str | None = None,
    keep: frozenset[str] | None = None,
) -> Adjoints:
    """Adjoints of all tensors between `of` (default: the cost) and `wrt` (default: parameters and inputs).

    `keep` says whose adjoints keep a name beside those that are wanted; all others are put in place of theirs.

    Inputs that are whole numbers, ids or the zeros and ones of a mask, are differentiated only where `wrt` says so.
    """
    wanted = (
        wrt
        if wrt is not None
        else tuple(t.name for t in network.role("parameter", "input") if t.kind not in WHOLE_NUMBERS)
    )
    seed, equations = adjoint_equations(network, wanted, of)
    asked = frozenset(wanted)
    found = named_adjoints(network, equations, asked) if keep is None else chosen_adjoints(equations, asked | keep)
    named = frozenset(found)
    presenter = Presenter(_roles(network))
    outputs = output_forms(network.equations)
    unfolded = {adjoint_name(n): e for n, e in equations.items() if n not in named}
    results = {}
    simplified: dict[str, Case] = {}
    for name, equation in equations.items():
        patterns = _patterns(network, name, equations, unfolded)
        simplifier = Simplifier(patterns, outputs, unfolded, presenter, simplified)
        cases = simplifier.cases(equation, opening_lines(equation, presenter))
        if name not in named and len(cases) == 1 and (cases[0].lhs, cases[0].domain) == (equation.lhs, equation.domain):
            simplified[adjoint_name(name)] = cases[0]
        results[name] = cases if name in wanted else _without_constant_starts(network, name, cases)
    return Adjoints(network, seed, equations, results, tuple(n for n in equations if n in named))


def adjoint_equations(
    network: Network, wanted: tuple[str, ...], of: str | None = None
) -> tuple[Seed, dict[str, AdjointEquation]]:
    """The adjoint equations between `of` (default: the cost) and the wanted tensors as the sweep gives them."""
    check_order(network)
    seed = seed_of(network, of)
    order = order_backwards(network, seed.tensor)
    live = frozenset(order)
    needed = _depends_on(network, order, frozenset(wanted))
    first = () if not seed.axes else (seed.tensor,)
    return seed, {
        name: adjoint_equation(network, network.tensor(name), seed, live)
        for name in (*first, *order[1:])
        if name in needed or name in first
    }


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
