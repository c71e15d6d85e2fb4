"""The whole cost scaled: everything that it reaches at once, and the loss with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from derive.network.network import Network
from derive.terms.algebra import add, power, scale, subtract, times, total
from derive.terms.term import Func, Poly, of_affine, of_atom, of_monomial
from derive.terms.walk import atoms_in, entries_in
from derive.verify.mutations.scalings import factors
from derive.verify.mutations.site import Mutant, Site, means
from derive.verify.mutations.wording import formula
from derive.verify.rows import Rule

WHOLE = "the cost"


@dataclass(frozen=True)
class ScaledCost:
    """c · C, or c · (C without its penalties) + the penalties: the adjoint equations, and the loss."""

    mutant: Mutant
    loss: Rule


def scaled_costs(network: Network, sites: Sequence[Site]) -> Iterator[ScaledCost]:
    """The cost under every factor that goes wrong, first with the penalties as they are."""
    read = [s for s in sites if any(c.reader.lhs.tensor == network.cost for c in s.contributions)]
    for code, factor, details in factors(network):
        for with_penalties in (False, True) if any(s.penalties for s in read) else (True,):
            rules = {s.name: (s.rule(_scaled(s, factor, with_penalties)),) for s in read}
            loss = scaled_loss(network, factor, with_penalties)
            yield ScaledCost(Mutant(code, WHOLE, rules, details), loss)


def _scaled(site: Site, factor: Poly, with_penalties: bool) -> Poly:
    parts = []
    for c in site.contributions:
        is_scaled = c.reader.lhs.tensor == site.network.cost and (with_penalties or c not in site.penalties)
        parts.append(times(site.closed(c), factor) if is_scaled else site.closed(c))
    return total(parts)


def scaled_loss(network: Network, factor: Poly, with_penalties: bool) -> Rule:
    data, penalties = loss_parts(network)
    rhs = times(add(data, penalties), factor) if with_penalties else add(times(data, factor), penalties)
    return loss_rule(network, rhs)


def loss_rule(network: Network, rhs: Poly) -> Rule:
    """The equation of the cost with another right side."""
    return Rule(network.definitions(network.cost or "")[0].lhs, (), rhs)


def loss_parts(network: Network) -> tuple[Poly, Poly]:
    """The cost without its penalties, and the penalties: the terms made of parameters and hyperparameters only."""
    own = {t.name for t in network.role("parameter", "hyper")}
    terms = network.definitions(network.cost or "")[0].rhs.terms
    parts = [(of_monomial(m, c), {e.tensor for e in entries_in(of_monomial(m))} <= own) for m, c in terms]
    return total(p for p, is_own in parts if not is_own), total(p for p, is_own in parts if is_own)


def loss_mutants(network: Network) -> Iterator[tuple[str, dict[str, str], Rule]]:
    """The cost with one mistake: code, details, equation."""
    data, penalties = loss_parts(network)
    for code, factor, details in factors(network):
        yield code, details, scaled_loss(network, factor, with_penalties=False)
        if penalties:
            yield code, details, scaled_loss(network, factor, with_penalties=True)
    text = {"penalty": formula(penalties)}
    if penalties:
        yield "missing-penalty", text, loss_rule(network, data)
        for number, shown in ((Fraction(2), "2"), (Fraction(1, 2), "½"), (Fraction(-1), "−1")):
            yield "penalty-factor", text | {"factor": shown}, loss_rule(network, add(data, scale(penalties, number)))
        for size in means(network):
            part = times(penalties, power(of_affine(size), -1))
            yield "penalty-mean", text | {"size": str(size)}, loss_rule(network, add(data, part))
    whole = add(data, penalties)
    for part in _parts(whole):
        details = {"formula": formula(whole)}
        yield "sign-of-term", details, loss_rule(network, subtract(whole, scale(part, 2)))
        yield "missing-term", details, loss_rule(network, subtract(whole, part))


def _parts(whole: Poly) -> list[Poly]:
    """The terms of a cost, and all those together that hold the same functions: (1 − y) log(1 − a) is two terms."""
    terms = [of_monomial(m, c) for m, c in whole.terms]
    alike: dict[str, list[Poly]] = {}
    for term in terms:
        functions = (formula(of_atom(a)) for a in atoms_in(term) if isinstance(a, Func))
        alike.setdefault(" ".join(sorted(functions)), []).append(term)
    several = [total(group) for key, group in alike.items() if key and 1 < len(group) < len(terms)]
    return [*(terms if len(terms) > 1 else []), *several]
