"""From evidence to verdicts: agrees, wrong (with the mistake), convention, or not checked."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from derive.errors import DeriveError
from derive.verify.chain import State
from derive.verify.claims import Claim, Counterexample, Status
from derive.verify.compare import (
    Difference,
    arrays_of,
    factor_between,
    is_single,
    matches,
    reshaped,
    transposed,
)
from derive.verify.conventions import Convention, convention_of
from derive.verify.diagnosis import Detective, Finding, Probe
from derive.verify.effort import Effort
from derive.verify.evidence import LOSS, Evidence
from derive.verify.forward_pass import ForwardFinding, forward_finding
from derive.verify.layout import Field
from derive.verify.mistakes import Mistake, loss_sentence
from derive.verify.mutations.cost import loss_mutants
from derive.verify.sources import common_sources


@dataclass(frozen=True)
class Bench:
    """What claims are judged with: the detective at the points that were reached, and why there are no more.

    `probe` is a small point at which nothing is judged, and what is claimed there: mistakes are looked for there first.
    """

    detective: Detective
    points: int
    stopped: str = ""
    probe: tuple[State, Sequence[Evidence]] | None = None

    @property
    def states(self) -> tuple[State, ...]:
        return self.detective.states

    def tensor_name(self, field: str) -> str:
        layout = self.detective.layout
        return {**layout.params, **layout.inputs}[field].name


def judge(bench: Bench, found: Sequence[Evidence]) -> list[Claim]:
    """A verdict on each claim, in order."""
    claims = {e.name: _plain_verdict(bench, e) for e in found}
    wrong = [e for e in found if claims[e.name].status is Status.WRONG]
    if not wrong:
        return list(claims.values())
    convention = convention_of(bench.detective, found)
    if convention is not None and not bench.stopped:
        return [_under(convention, e, claims[e.name]) for e in found]
    explained = _named(bench, found, wrong, claims)
    effort = bench.detective.effort
    return [_cut(explained.get(name, claim), effort) for name, claim in claims.items()]


# -- one claim alone ----------------------------------------------------------------------------------


def _plain_verdict(bench: Bench, e: Evidence) -> Claim:
    if e.problem:
        return Claim(e.name, Status.NOT_CHECKED, _about(e.name) + e.problem)
    if any(not np.isfinite(a).all() for f in e.expected for a in arrays_of(f)):
        return Claim(e.name, Status.NOT_CHECKED, "the derived value itself is not finite at the random point")
    failure = e.failure
    if failure is not None:
        return _wrong(bench, e, *failure)
    if bench.stopped:
        return Claim(e.name, Status.NOT_CHECKED, bench.stopped)
    if e.name != LOSS and not e.is_trivial and not any(a.any() for f in e.expected for a in arrays_of(f)):
        return Claim(e.name, Status.NOT_CHECKED, "the gradient is 0 at every random point, which shows nothing")
    return Claim(e.name, Status.AGREES, _agreement(bench.points, e))


def _about(name: str) -> str:
    return "the loss " if name == LOSS else f"the gradient of {name} "


def _agreement(points: int, e: Evidence) -> str:
    worst = max((d.error for d in e.differences), default=0.0)
    precision = "single" if any(is_single(f) for f in e.fields) else "double"
    many = "1 random point" if points == 1 else f"{points} random points"
    return f"at {many}, in {precision} precision, with relative errors up to {worst:.0e}"


def _wrong(bench: Bench, e: Evidence, point: int, d: Difference) -> Claim:
    """Wrong, with the place; what kind of mistake it is comes later."""
    example = Counterexample(point, bench.states[point].point.shown_sizes, d.entry, d.expected, d.found)
    if not d.same_shape:
        return Claim(e.name, Status.WRONG, "it has the wrong shape", counterexample=example)
    if any(not np.isfinite(a).all() for f in e.fields for a in arrays_of(f)):
        sentence = Mistake("not-finite", e.name).sentence
        return Claim(e.name, Status.WRONG, sentence, None, "not-finite", example)
    factors = [factor_between(c, x) for c, x in zip(e.fields, e.expected, strict=True)]
    known = [f for f in factors if f is not None]
    text = "it differs from the derived gradient" if e.name != LOSS else "it differs from the cost"
    if len(known) == len(factors) and e.name != LOSS:
        shown = " or ".join(dict.fromkeys(f"{f:.6g}" for f in known))
        text = f"every entry is {shown} times what it should be"
    return Claim(e.name, Status.WRONG, text, counterexample=example)


def _under(convention: Convention, e: Evidence, claim: Claim) -> Claim:
    if claim.status is not Status.WRONG:
        return claim
    text = f"right under another convention, as all claims are: {convention.text}"
    return replace(claim, status=Status.CONVENTION, reason=text, mistake=None)


# -- mistakes -----------------------------------------------------------------------------------------


def _named(
    bench: Bench, found: Sequence[Evidence], wrong: Sequence[Evidence], claims: Mapping[str, Claim]
) -> dict[str, Claim]:
    """The wrong claims with their mistakes: looked for in the forward pass first if the loss shows one there."""
    loss = next((e for e in wrong if e.name == LOSS), None)
    if loss is not None and _loss_verdict(bench, loss, claims[LOSS]).mistake is None:
        forward = forward_finding(bench.detective, found)
        if forward is not None:
            return forward.explained(claims) | _beside(bench, forward, found, claims)
    explained = _diagnosed(bench, found, wrong)
    if LOSS in claims or all(c.mistake for c in explained.values()):
        return explained
    forward = forward_finding(bench.detective, found)
    return explained if forward is None else explained | forward.explained(claims)


def _beside(
    bench: Bench, forward: ForwardFinding, found: Sequence[Evidence], claims: Mapping[str, Claim]
) -> dict[str, Claim]:
    """Mistakes on the way back, beside one in the forward pass: looked for in what follows from that one."""
    detective = replace(bench.detective, chain=forward.chain, states=forward.states)
    moved = [forward.evidence(detective.layout, e) for e in found]
    rest = [e for e in moved if claims[e.name].status is Status.WRONG and e.name not in forward.explains]
    named = _diagnosed(replace(bench, detective=detective, probe=None), moved, rest) if rest else {}
    out = {}
    for n, c in named.items():
        text = f"besides the mistake in the forward pass, {c.reason}"
        unnamed = f"{claims[n].reason}; mend the mistake in the forward pass first"
        out[n] = replace(claims[n], reason=text if c.mistake else unnamed, mistake=c.mistake)
    return out


def _diagnosed(bench: Bench, found: Sequence[Evidence], wrong: Sequence[Evidence]) -> dict[str, Claim]:
    """The wrong claims, each with its mistake where one was found in time."""
    gradients = [e for e in found if e.name != LOSS and not e.problem]
    names = {bench.tensor_name(e.name): e.name for e in gradients}
    derived = [n for n in names if n in bench.detective.chain.equations]
    turned = {e.name: _canonical(e) for e in gradients}
    shapes = {n: turned[names[n]][1] for n in derived}
    probe = _probe(bench, names, shapes, {e.name for e in wrong})
    detective = replace(bench.detective, claimed={n: turned[names[n]][0] for n in derived}, probe=probe)
    searched = [n for n in derived if names[n] in {e.name for e in wrong} and _differs(turned, names[n], found)]
    findings = detective.findings(searched)
    claims: dict[str, Claim] = {}
    for e in wrong:
        plain = _plain_verdict(bench, e)
        if e.name == LOSS:
            claims[LOSS] = _loss_verdict(bench, e, plain)
            continue
        finding = next((f for f in findings if bench.tensor_name(e.name) in f.explains), None)
        claims[e.name] = _explained(bench, plain, finding, turned[e.name][1], names)
    sources = common_sources(bench.detective.chain, names, set(claims))
    unnamed = [n for n in searched if claims[names[n]].mistake is None and n in sources]
    for n in unnamed:
        claims[names[n]] = replace(claims[names[n]], reason=f"{claims[names[n]].reason}; {sources[n]}")
    return claims


def _cut(claim: Claim, effort: Effort) -> Claim:
    """A wrong claim without a name says so if there was no time to look for one to the end."""
    if not effort.is_cut or claim.status is not Status.WRONG or claim.mistake is not None:
        return claim
    return replace(claim, reason=f"{claim.reason}; no name for the mistake was found within {effort.seconds:g} s")


def _probe(bench: Bench, names: Mapping[str, str], shapes: Mapping[str, str], wrong: Container[str]) -> Probe | None:
    """What is claimed at the small point, turned as at the others; None if the code does something else there."""
    if bench.probe is None:
        return None
    state, found = bench.probe
    there = {e.name: e for e in found if not e.problem}
    if any(e.is_wrong and e.name not in wrong for e in there.values()):
        return None
    claimed: dict[str, Field] = {}
    for tensor, shape in shapes.items():
        e = there.get(names[tensor])
        field = None if e is None else _turned(e.fields[0], e.expected[0], shape)
        if field is None:
            return None
        claimed[tensor] = field
    return Probe(state, claimed)


def _turned(claimed: Field, expected: Field, shape: str) -> Field | None:
    """The claim as `_canonical` has it where `shape` is what it is wrong in."""
    return {"shape": reshaped(claimed, expected), "transposed": transposed(claimed)}.get(shape, claimed)


def _differs(turned: Mapping[str, tuple[tuple[Field, ...], str]], name: str, found: Sequence[Evidence]) -> bool:
    """Whether a claim is wrong beyond its shape."""
    e = next(e for e in found if e.name == name)
    compared = zip(turned[name][0], e.expected, e.scales, strict=True)
    return not all(matches(c, x, s) for c, x, s in compared)


def _canonical(e: Evidence) -> tuple[tuple[Field, ...], str]:
    """The claim in the right shape if it only is transposed, or has an axis of 1 too many or too few."""
    pairs = list(zip(e.fields, e.expected, strict=True))
    if all(_shapes(c) == _shapes(x) for c, x in pairs):
        return e.fields, ""
    same = [reshaped(c, x) if not _is_turned(c, x) else None for c, x in pairs]
    if all(f is not None for f in same):
        return tuple(f for f in same if f is not None), "shape"
    if all(_is_turned(c, x) for c, x in pairs):
        return tuple(transposed(c) for c, _ in pairs), "transposed"
    return e.fields, ""


def _shapes(f: Field) -> list[tuple[int, ...]]:
    return [a.shape for a in arrays_of(f)]


def _is_turned(claimed: Field, expected: Field) -> bool:
    return _shapes(claimed) != _shapes(expected) and _shapes(transposed(claimed)) == _shapes(expected)


def _explained(bench: Bench, claim: Claim, finding: Finding | None, shape: str, names: Mapping[str, str]) -> Claim:
    """The claim with the mistake behind it: its own, or one made nearer to the cost."""
    own = Mistake(shape, claim.name) if shape else None
    if finding is None:
        if own is None:
            return claim
        is_only_shape = claim.counterexample is not None and claim.reason == "it has the wrong shape"
        return replace(claim, reason=own.sentence, mistake=shape) if is_only_shape else claim
    text, mistake = finding.mistake.sentence, finding.mistake.code
    first = names[finding.explains[0]]
    if first != claim.name:
        text = f"it follows from the same mistake as {first}: {finding.mistake.what}"
    elif finding.others:
        text += f" (the same would come of this: {finding.others[0].what})"
    if own is not None:
        text += f"; besides, {own.what}"
    return replace(claim, reason=text, mistake=mistake)


def _loss_verdict(bench: Bench, e: Evidence, claim: Claim) -> Claim:
    """The mistake in the value of the loss, if it is one of those known."""
    for code, details, rule in loss_mutants(bench.detective.chain.network):
        try:
            values = [np.asarray(s.loss_under(rule)) for s in bench.states]
        except (DeriveError, ArithmeticError):
            continue
        if all(matches(c, v, abs(float(v))) for c, v in zip(e.fields, values, strict=True)):
            return replace(claim, reason=loss_sentence(code, details), mistake=code)
    return claim
