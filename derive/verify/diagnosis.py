"""Names the mistakes behind wrong gradients: which changed equations give what the code gives, at every point."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count, zip_longest

import numpy as np

from derive.errors import DeriveError
from derive.verify.chain import Chain, Replaced, State
from derive.verify.compare import arrays_of, matches, reshaped, transposed
from derive.verify.effort import Effort
from derive.verify.evaluate import Rows
from derive.verify.layout import Field, Layout
from derive.verify.mistakes import COARSE, Mistake
from derive.verify.mutations.catalogue import mutants
from derive.verify.mutations.cost import WHOLE, scaled_costs
from derive.verify.mutations.site import Mutant, Site
from derive.verify.response import Response, response_of

Claimed = Mapping[str, tuple[Field, ...]]
"""For each tensor the claimed gradient at each point."""

States = tuple[State, ...]
BRANCHES = 2
MOST_STEPS = 40


@dataclass(frozen=True)
class Probe:
    """A small point at which mutants are tried first, and what is claimed there."""

    state: State
    claimed: Mapping[str, Field]


@dataclass(frozen=True)
class Scene:
    """All points under the mistakes found so far; `probe` is the small one, if there is any."""

    states: States
    probe: State | None = None

    @property
    def replaced(self) -> frozenset[str]:
        return frozenset(self.states[0].replaced)

    @cached_property
    def response(self) -> Response | None:
        return None if self.probe is None else response_of(self.probe)

    @cached_property
    def suspects(self) -> dict[int, frozenset[str]]:
        """For each mutant that was tried, by identity, the claims that it gives at the first look."""
        return {}

    def with_replaced(self, rules: Replaced) -> Scene:
        probe = None if self.probe is None else self.probe.with_replaced(rules)
        return Scene(tuple(s.with_replaced(rules) for s in self.states), probe)


@dataclass(frozen=True)
class Finding:
    """A mistake and the claims that it explains, the first one nearest to the cost."""

    mistake: Mistake
    explains: tuple[str, ...]
    others: tuple[Mistake, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """A changed chain that gives the first unexplained claim, and what else it gives or contradicts."""

    mistake: Mistake
    explains: tuple[str, ...]
    contradicts: int
    is_named: bool
    scene: Scene

    @property
    def key(self) -> tuple[object, ...]:
        """What explains most comes first, then the smallest edit."""
        part = bool(self.mistake.part)
        return (
            -len(self.explains),
            self.contradicts,
            self.mistake.rank,
            part,
            self.mistake.node == WHOLE,
            not self.is_named,
        )


@dataclass
class Detective:
    """Looks for mistakes, from the cost backwards; `effort` bounds the time, `steps` and `trials` count the work."""

    chain: Chain
    layout: Layout
    states: States
    claimed: Claimed
    probe: Probe | None = None
    effort: Effort = field(default_factory=Effort)
    steps: int = 0
    trials: int = 0

    def findings(self, wrong: Sequence[str]) -> tuple[Finding, ...]:
        """One mistake after the other, each under those found before it."""
        scene = Scene(self.states, None if self.probe is None else self.probe.state)
        return tuple(self._explain(scene, self.chain.from_cost(wrong)))

    # -- the search -------------------------------------------------------------------------------

    def _explain(self, scene: Scene, todo: Sequence[str]) -> list[Finding]:
        """The best explanation of the claims in `todo`: as many as possible by as few mistakes as possible."""
        if not todo or self.steps >= MOST_STEPS:
            return []
        self.steps += 1
        options = []
        for group in self._first_groups(scene, todo):
            first = group[0]
            rest = [n for n in todo if n not in first.explains]
            finding = Finding(first.mistake, first.explains, _alternatives(group))
            options.append([finding, *self._explain(first.scene, rest)])
        return min(options, default=[], key=lambda fs: (-sum(len(f.explains) for f in fs), len(fs)))

    def _first_groups(self, scene: Scene, todo: Sequence[str]) -> list[list[Candidate]]:
        """Candidates for the claim nearest to the cost that has any; what has none yet may have some later."""
        for w in todo:
            found = sorted(self._candidates(scene, w, todo), key=lambda c: c.key)
            if found:
                return _grouped(found)[:BRANCHES]
        return []

    def _candidates(self, scene: Scene, w: str, todo: Sequence[str]) -> list[Candidate]:
        """What gives the claim `w`. Once something explains all there is, only smaller edits are tried elsewhere."""
        found: list[Candidate] = []
        if all(self._fits_transposed(s, w, k) for k, s in enumerate(scene.states)):
            found.append(Candidate(Mistake("transposed", w), (w,), 0, True, scene))
        best: Mistake | None = None
        settled = frozenset(self.claimed) - frozenset(todo) - self._vanishing
        for mutant in self._mutants(w, settled, scene.replaced):
            if not self.effort.allows(w):
                break
            mistake = Mistake(mutant.code, mutant.node, mutant.details, mutant.part)
            if best is not None and mistake.rank > best.rank and mutant.node not in (best.node, w):
                continue
            for candidate in self._tried(mutant, mistake, scene, w, todo):
                found.append(candidate)
                is_whole = len(candidate.explains) == len(todo) and not candidate.contradicts
                best = mistake if is_whole and (best is None or mistake.rank < best.rank) else best
        return found

    def _mutants(self, w: str, settled: frozenset[str], replaced: frozenset[str]) -> Iterator[Mutant]:
        """Mutations on the way from the cost to `w` that leave alone what is settled, of all sites in turn."""
        sites = [
            n
            for n in self.chain.equations
            if n in self.chain.made_of[w] and n not in replaced and not self.chain.makes[n] & settled
        ]
        yield from (m for m in _in_turn([self.mutants_at(n) for n in sites]) if m.node == w or not m.is_reshaped)
        for mutant in self._scaled_costs:
            touched = frozenset().union(*(self.chain.makes[n] for n in mutant.replaced))
            if w in touched and not touched & settled and not replaced:
                yield mutant

    def _tried(
        self, mutant: Mutant, mistake: Mistake, scene: Scene, w: str, todo: Sequence[str]
    ) -> Iterator[Candidate]:
        """The mutant, if it gives the claim `w` at every point."""
        self.trials += 1
        try:
            if mutant.is_reshaped:
                if all(self._fits_reshaped(s, mutant, k) for k, s in enumerate(scene.states)):
                    yield Candidate(mistake, (w,), 0, True, scene)
                return
            if w not in self._suspects(scene, mutant):
                return
            new = scene.with_replaced(mutant.replaced)
        except (DeriveError, ArithmeticError):
            return
        touched = frozenset().union(*(self.chain.makes[n] for n in mutant.replaced))
        reached = [n for n in todo if n in touched]
        explains = tuple(n for n in reached if all(self._fits(s, n, k) for k, s in enumerate(new.states)))
        spoilt = (touched & self._vanishing) - frozenset(todo)
        if w in explains and all(self._fits(s, n, k) for n in spoilt for k, s in enumerate(new.states)):
            named = mutant.node in self.chain.adjoints.named or mutant.node == WHOLE
            yield Candidate(mistake, explains, len(reached) - len(explains), named, new)

    def _suspects(self, scene: Scene, mutant: Mutant) -> frozenset[str]:
        """The claims that a mutant gives at one point: the small one, else the first."""
        if id(mutant) not in scene.suspects:
            scene.suspects[id(mutant)] = frozenset(self._at_first_look(scene, mutant))
        return scene.suspects[id(mutant)]

    def _at_first_look(self, scene: Scene, mutant: Mutant) -> list[str]:
        touched = frozenset().union(*(self.chain.makes[n] for n in mutant.replaced))
        names = [n for n in self.claimed if n in touched]
        if self.probe is not None and scene.response is not None and list(mutant.replaced) == [mutant.node]:
            response, claimed = scene.response, self.probe.claimed
            adjoints = response.under(mutant.node, mutant.replaced[mutant.node])
            if adjoints is not None:
                scale = response.scale(adjoints)
                shown = {n: self._field(n, response.rows(adjoints, n)) for n in names}
                return [n for n in names if matches(claimed[n], shown[n], scale)]
        there = {n: self.claimed[n][0] for n in names} if self.probe is None else self.probe.claimed
        state = (scene.probe or scene.states[0]).with_replaced(mutant.replaced, names)
        return [n for n in names if matches(there[n], self.predicted(state, n), state.scale)]

    # -- comparing --------------------------------------------------------------------------------

    def predicted(self, state: State, name: str) -> Field:
        return self._field(name, state.adjoint(name))

    def _field(self, name: str, rows: Rows) -> Field:
        return self.layout.field(self.chain.network.tensor(name), rows)

    def _fits(self, state: State, name: str, point: int) -> bool:
        return matches(self.claimed[name][point], self.predicted(state, name), state.scale)

    @cached_property
    def _vanishing(self) -> frozenset[str]:
        """The claims on gradients that are 0 throughout: being right, they say nothing of what comes back to them."""
        return frozenset(n for n in self.claimed if all(self._is_zero(n, s) for s in self.states))

    def _is_zero(self, name: str, state: State) -> bool:
        predicted = self.predicted(state, name)
        arrays = tuple(np.zeros_like(a) for a in arrays_of(predicted))
        return matches(arrays if isinstance(predicted, tuple) else arrays[0], predicted, state.scale)

    def _fits_transposed(self, state: State, name: str, point: int) -> bool:
        return matches(transposed(self.claimed[name][point]), self.predicted(state, name), state.scale)

    def _fits_reshaped(self, state: State, mutant: Mutant, point: int) -> bool:
        """Up to axes of extent 1, which a mistaken sum keeps or drops."""
        [rule] = mutant.replaced[mutant.node]
        rows = state.over(rule)
        arrays = tuple(rows[key] for key in sorted(rows))
        like = arrays if isinstance(self.claimed[mutant.node][point], tuple) else arrays[0]
        claimed = reshaped(self.claimed[mutant.node][point], like)
        return claimed is not None and matches(claimed, like, state.scale)

    # -- mutants ----------------------------------------------------------------------------------

    @cached_property
    def sites(self) -> Mapping[str, Site]:
        chain = self.chain
        sizes = self.states[0].point.sizes
        results = chain.adjoints.results
        return {
            n: Site(chain.network, chain.equations, e, results.get(n, ()), sizes) for n, e in chain.equations.items()
        }

    @cached_property
    def _made(self) -> dict[str, tuple[list[Mutant], Iterator[Mutant]]]:
        """For each site the mutants made so far, and those to come."""
        return {}

    def mutants_at(self, name: str) -> Iterator[Mutant]:
        """The mutants of one site, made once and only when they are asked for."""
        if name not in self._made:
            self._made[name] = ([], mutants(self.sites[name]))
        made, coming = self._made[name]
        for k in count():
            if k == len(made):
                new = next(coming, None)
                if new is None:
                    return
                made.append(new)
            yield made[k]

    @cached_property
    def _scaled_costs(self) -> tuple[Mutant, ...]:
        return tuple(s.mutant for s in scaled_costs(self.chain.network, tuple(self.sites.values())))


def _in_turn(groups: Sequence[Iterator[Mutant]]) -> Iterator[Mutant]:
    """One of each group, then the next of each, until all are at their end."""
    for row in zip_longest(*groups):
        yield from (m for m in row if m is not None)


def _grouped(candidates: Sequence[Candidate]) -> list[list[Candidate]]:
    """Candidates that explain the same and contradict as little, best first."""
    groups: dict[tuple[object, ...], list[Candidate]] = {}
    for c in candidates:
        groups.setdefault((c.explains, c.contradicts), []).append(c)
    return list(groups.values())


def _alternatives(group: Sequence[Candidate]) -> tuple[Mistake, ...]:
    """Mistakes of another kind with the same effect, at most one; those of single terms say less than any other."""
    first = group[0].mistake
    other = (c.mistake for c in group if c.mistake.code not in (first.code, *COARSE))
    return tuple(other)[:1]
