"""Mistakes made on the way forward: the loss shows them, and gradients made of wrong values follow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from derive.calculus.adjoint import AdjointEquation, adjoint_equation, adjoint_name
from derive.errors import DeriveError
from derive.network.network import Network
from derive.verify.chain import Chain, Replaced, State
from derive.verify.claims import Claim
from derive.verify.compare import matches
from derive.verify.diagnosis import Detective
from derive.verify.evaluate import Frame
from derive.verify.evidence import LOSS, Evidence
from derive.verify.layout import Field, Layout
from derive.verify.mistakes import forward_sentence, forward_what
from derive.verify.mutations.forward import Slip, slips
from derive.verify.points import Point
from derive.verify.rows import Rule, fill


@dataclass(frozen=True)
class ForwardFinding:
    """A mistake in the forward pass, the claims that are what then comes out, and the chain that gives them."""

    slip: Slip
    explains: tuple[str, ...]
    chain: Chain
    states: tuple[State, ...]

    def explained(self, claims: Mapping[str, Claim]) -> dict[str, Claim]:
        """The claims that follow from it, with its name."""
        code, node, details = self.slip.code, self.slip.node, self.slip.details
        text = f"it follows from the same mistake as {self.explains[0]}: {forward_what(code, node, details)}"
        sentences = dict.fromkeys(self.explains[1:], text)
        sentences[self.explains[0]] = forward_sentence(code, node, details)
        return {n: replace(claims[n], reason=sentences[n], mistake=code) for n in self.explains}

    def evidence(self, layout: Layout, e: Evidence) -> Evidence:
        """The same claim beside what the wrong forward pass leads to."""
        predicted = _predicted(self.chain, layout, self.states, e)
        return e if predicted is None else replace(e, expected=tuple(predicted))


def forward_finding(detective: Detective, found: Sequence[Evidence]) -> ForwardFinding | None:
    """The mistake in the forward pass that gives the claimed loss, or without one the most of the claims."""
    compared = [e for e in found if not e.problem]
    best: ForwardFinding | None = None
    for slip in slips(detective.chain.network):
        if not detective.effort.allows(LOSS):
            break
        finding = _tried(detective, slip, compared)
        if finding is not None and (best is None or len(finding.explains) > len(best.explains)):
            best = finding
    return best


def _tried(detective: Detective, slip: Slip, compared: Sequence[Evidence]) -> ForwardFinding | None:
    """What a slip explains at every point; nothing where the loss is claimed and another one."""
    points = [s.point for s in detective.states]
    loss = next((e for e in compared if e.name == LOSS), None)
    try:
        if loss is not None and not _gives_loss(slip.network, points, loss):
            return None
        options = [(_given(detective, states, compared), states) for states in _states(detective.chain, slip, points)]
    except (DeriveError, ArithmeticError):
        return None
    explains = max((names for names, _ in options), key=len)
    return ForwardFinding(slip, explains, options[0][1][0].chain, options[0][1]) if explains else None


def _gives_loss(network: Network, points: Sequence[Point], loss: Evidence) -> bool:
    """Whether the forward equations alone give the claimed losses."""
    for k, point in enumerate(points):
        value = np.asarray(_forward(network, point).values[network.cost or ""][()])
        if not matches(loss.fields[k], value, abs(float(value))):
            return False
    return True


def _forward(network: Network, point: Point) -> Frame:
    axes = {t.name: t.axes for t in network.tensors.values()}
    axes |= {adjoint_name(n): a for n, a in axes.items()}
    with np.errstate(all="ignore"):
        frame = Frame(point.sizes, axes, point.data)
        return replace(frame, values=fill(network.equations, frame))


def _states(chain: Chain, slip: Slip, points: Sequence[Point]) -> Iterator[tuple[State, ...]]:
    """The adjoints derived anew from the wrong equations; the right ones with the wrong values; and changed alike."""
    equations = _derived_anew(chain, slip)
    adjoints = replace(chain.adjoints, network=slip.network, equations=equations, results={})
    anew = Chain(slip.network, adjoints)
    yield tuple(anew.at(p) for p in points)
    if slip.network.tensors != chain.network.tensors:
        return
    values = Chain(slip.network, replace(chain.adjoints, network=slip.network))
    for rules in (_textbook(chain, slip), _changed(chain, slip)):
        if rules:
            yield tuple(values.at(p).with_replaced(rules) for p in points)


def _derived_anew(chain: Chain, slip: Slip) -> Mapping[str, AdjointEquation]:
    """The adjoint equations, those of what the changed equations read stated again."""
    network, adjoints = slip.network, chain.adjoints
    live = frozenset(adjoints.equations) | {adjoints.seed.tensor}

    def new(name: str, old: AdjointEquation) -> AdjointEquation:
        readers = {c.reader.lhs.tensor for c in old.contributions}
        if name not in slip.tensors and not readers & slip.tensors:
            return old
        return adjoint_equation(network, network.tensor(name), adjoints.seed, live)

    return {n: new(n, e) for n, e in adjoints.equations.items()}


def _textbook(chain: Chain, slip: Slip) -> Replaced:
    """The gradients as textbooks have them, in terms of forward values."""
    return {n: tuple(Rule(c.lhs, c.domain, c.poly) for c in chain.adjoints.results[n]) for n in chain.adjoints.named}


def _changed(chain: Chain, slip: Slip) -> Replaced:
    """The same with the change that the forward equation had."""
    along = slip.along
    if along is None:
        return {}
    rules = _textbook(chain, slip)
    return {n: tuple(Rule(r.lhs, r.domain, along(r.rhs)) for r in rs) for n, rs in rules.items()}


def _given(detective: Detective, states: Sequence[State], compared: Sequence[Evidence]) -> tuple[str, ...]:
    """The wrong claims that have become right; none if as many that were right have become wrong."""
    explained, spoilt = [], 0
    for e in compared:
        predicted = _predicted(detective.chain, detective.layout, states, e)
        if predicted is None:
            continue
        scales = [abs(s.loss) if e.name == LOSS else s.scale for s in states]
        holds = all(matches(c, p, s) for c, p, s in zip(e.fields, predicted, scales, strict=True))
        if holds and e.is_wrong:
            explained.append(e.name)
        spoilt += not holds and not e.is_wrong
    return tuple(explained) if spoilt < len(explained) else ()


def _predicted(chain: Chain, layout: Layout, states: Sequence[State], e: Evidence) -> list[Field] | None:
    """What the states give for a claim: the loss or a gradient; None for what has no gradient."""
    if e.name == LOSS:
        return [np.asarray(s.loss) for s in states]
    t = {**layout.params, **layout.inputs}[e.name]
    return [layout.field(t, s.adjoint(t.name)) for s in states] if t.name in chain.equations else None
