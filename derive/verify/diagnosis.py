"""Names the mistakes behind wrong gradients: which changed equations give what the code gives, at every point."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from derive.errors import DeriveError
from derive.verify.chain import Chain, State
from derive.verify.compare import matches, reshaped, transposed
from derive.verify.layout import Field, Layout
from derive.verify.mistakes import COARSE, Mistake
from derive.verify.mutations.catalogue import mutants
from derive.verify.mutations.cost import WHOLE, scaled_costs
from derive.verify.mutations.site import Mutant, Site

Claimed = Mapping[str, tuple[Field, ...]]
"""For each tensor the claimed gradient at each point."""

States = tuple[State, ...]
BRANCHES = 2
MOST_STEPS = 40
MOST_TRIALS = 4000


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
    states: States

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
    """Looks for mistakes, from the cost backwards; `steps` and `trials` bound the work."""

    chain: Chain
    layout: Layout
    states: States
    claimed: Claimed
    steps: int = 0
    trials: int = 0

    def findings(self, wrong: Sequence[str]) -> tuple[Finding, ...]:
        """One mistake after the other, each under those found before it."""
        return tuple(self._explain(self.states, self.chain.from_cost(wrong)))

    # -- the search -------------------------------------------------------------------------------

    def _explain(self, states: States, todo: Sequence[str]) -> list[Finding]:
        """The best explanation of the claims in `todo`: as many as possible by as few mistakes as possible."""
        if not todo or self.steps >= MOST_STEPS:
            return []
        self.steps += 1
        options = []
        for group in self._first_groups(states, todo):
            first = group[0]
            rest = [n for n in todo if n not in first.explains]
            finding = Finding(first.mistake, first.explains, _alternatives(group))
            options.append([finding, *self._explain(first.states, rest)])
        return min(options, default=[], key=lambda fs: (-sum(len(f.explains) for f in fs), len(fs)))

    def _first_groups(self, states: States, todo: Sequence[str]) -> list[list[Candidate]]:
        """Candidates for the claim nearest to the cost that has any; what has none yet may have some later."""
        for w in todo:
            found = sorted(self._candidates(states, w, todo), key=lambda c: c.key)
            if found:
                return _grouped(found)[:BRANCHES]
        return []

    def _candidates(self, states: States, w: str, todo: Sequence[str]) -> Iterator[Candidate]:
        if all(self._fits_transposed(s, w, k) for k, s in enumerate(states)):
            yield Candidate(Mistake("transposed", w), (w,), 0, True, states)
        settled = frozenset(self.claimed) - frozenset(todo)
        for mutant in self._mutants(w, settled, frozenset(states[0].replaced)):
            yield from self._tried(mutant, states, w, todo)

    def _mutants(self, w: str, settled: frozenset[str], replaced: frozenset[str]) -> Iterator[Mutant]:
        """Mutations on the way from the cost to `w` that leave alone what is settled."""
        for n in self.chain.equations:
            if n in self.chain.made_of[w] and n not in replaced and not self.chain.makes[n] & settled:
                yield from (m for m in self.mutants_at(n) if n == w or not m.is_reshaped)
        for mutant in self._scaled_costs:
            touched = frozenset().union(*(self.chain.makes[n] for n in mutant.replaced))
            if w in touched and not touched & settled and not replaced:
                yield mutant

    def _tried(self, mutant: Mutant, states: States, w: str, todo: Sequence[str]) -> Iterator[Candidate]:
        """The mutant, if it gives the claim `w` at every point."""
        mistake = Mistake(mutant.code, mutant.node, mutant.details, mutant.part)
        self.trials += 1
        if self.trials > MOST_TRIALS:
            return
        try:
            if mutant.is_reshaped:
                if all(self._fits_reshaped(s, mutant, k) for k, s in enumerate(states)):
                    yield Candidate(mistake, (w,), 0, True, states)
                return
            if not self._fits(states[0].with_replaced(mutant.replaced, [w]), w, 0):
                return
            new = tuple(s.with_replaced(mutant.replaced) for s in states)
        except (DeriveError, ArithmeticError):
            return
        touched = frozenset().union(*(self.chain.makes[n] for n in mutant.replaced))
        reached = [n for n in todo if n in touched]
        explains = tuple(n for n in reached if all(self._fits(s, n, k) for k, s in enumerate(new)))
        if w in explains:
            named = mutant.node in self.chain.adjoints.named or mutant.node == WHOLE
            yield Candidate(mistake, explains, len(reached) - len(explains), named, new)

    # -- comparing --------------------------------------------------------------------------------

    def predicted(self, state: State, name: str) -> Field:
        return self.layout.field(self.chain.network.tensor(name), state.adjoint(name))

    def _fits(self, state: State, name: str, point: int) -> bool:
        return matches(self.claimed[name][point], self.predicted(state, name), state.scale)

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
    def _made(self) -> dict[str, tuple[Mutant, ...]]:
        return {}

    def mutants_at(self, name: str) -> tuple[Mutant, ...]:
        if name not in self._made:
            self._made[name] = tuple(mutants(self.sites[name]))
        return self._made[name]

    @cached_property
    def _scaled_costs(self) -> tuple[Mutant, ...]:
        return tuple(s.mutant for s in scaled_costs(self.chain.network, tuple(self.sites.values())))


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
