"""What a change at one adjoint does to all others, at one point: the chain is linear, so its inverse is kept.

With x̄ = M x̄ + s for all adjoints in one long vector, a rule A' in place of the rows A of one tensor gives

    x̄' = x̄ + (I − M)⁻¹ E (A'(x̄') − A(x̄'))

where E puts the rows in their place. M is nilpotent, so that repeating this comes to rest after as many rounds as
the changed tensor has rows. A mutation costs a few evaluations of its own rule in place of the whole chain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from derive.calculus.adjoint import adjoint_name
from derive.errors import DeriveError
from derive.ir.environment import Place
from derive.terms.term import Poly
from derive.terms.walk import entries_in
from derive.verify.chain import Chain, State
from derive.verify.evaluate import DIRECTION, Frame, Values
from derive.verify.points import Point, row_shapes
from derive.verify.rows import Definition, Rule, evaluated

Vector = NDArray[np.float64]
MOST_ENTRIES = 1500
CLOSE = 1e-8
AT_REST = 1e-12


def count_entries(chain: Chain, point: Point) -> int:
    """How many numbers all adjoints of a chain have together."""
    shapes = (row_shapes(e.tensor, point.sizes).values() for e in chain.equations.values())
    return sum(int(np.prod(shape)) for rows in shapes for shape in rows)


@dataclass(frozen=True)
class Response:
    """The adjoints of a state in one vector, `total` = (I − M)⁻¹, and where each tensor's rows lie."""

    state: State
    places: Mapping[str, tuple[tuple[Place, slice, tuple[int, ...]], ...]]
    base: Vector
    total: Vector

    def under(self, name: str, rules: Iterable[Definition]) -> Vector | None:
        """All adjoints with other rules for that of `name`; None if they do not come to rest.

        Raises: DeriveError if the rules cannot be evaluated here.
        """
        rules, here = tuple(rules), self._slice(name)
        recurs = bool(self._read((*rules, *_rules(self.state, name))) & self.state.chain.makes[name])
        adjoints, change = self.base, np.zeros(here.stop - here.start)
        for _ in range(len(self.places[name]) + 2):
            due = adjoints[here] - change
            given = self._vector(evaluated(rules, self._frame(adjoints)), name, due)
            last, change = change, given - due
            if not np.isfinite(change).all():
                return None
            if np.abs(change - last).max(initial=0.0) <= AT_REST * self.size:
                return adjoints
            adjoints = self.base + self.total[:, here] @ change
            if not recurs:
                return adjoints
        return None

    def rows(self, adjoints: Vector, name: str) -> dict[Place, Vector]:
        """The rows of one adjoint out of the vector."""
        return {key: adjoints[place].reshape(shape) for key, place, shape in self.places[name]}

    @cached_property
    def size(self) -> float:
        return float(np.abs(self.base).max(initial=0.0))

    def scale(self, adjoints: Vector) -> float:
        """The largest entry of any parameter's gradient, as in `State.scale`."""
        learned = [t.name for t in self.state.chain.network.parameters if t.name in self.places]
        return max((float(np.abs(adjoints[self._slice(n)]).max(initial=0.0)) for n in learned), default=1.0)

    def _slice(self, name: str) -> slice:
        parts = self.places[name]
        return slice(parts[0][1].start, parts[-1][1].stop)

    def _read(self, rules: Iterable[Definition]) -> frozenset[str]:
        names = {adjoint_name(n): n for n in self.places}
        return frozenset(names[e.tensor] for r in rules for e in entries_in(r.rhs) if e.tensor in names)

    def _frame(self, adjoints: Vector) -> Frame:
        frame = self.state.frame
        there: Values = {adjoint_name(n): self.rows(adjoints, n) for n in self.places}
        return replace(frame, values={**frame.values, **there})

    def _vector(self, values: Values, name: str, due: Vector) -> Vector:
        """The rows of one adjoint as a vector; those that are not given as they are due."""
        rows, start, out = values.get(adjoint_name(name), {}), self._slice(name).start, due.copy()
        for key, place, _ in self.places[name]:
            if key in rows:
                out[place.start - start : place.stop - start] = rows[key].reshape(-1)
        return out


def response_of(state: State) -> Response | None:
    """The response of a state; None where there are too many adjoints for it, or they are not linear."""
    chain = state.chain
    if count_entries(chain, state.point) > MOST_ENTRIES:
        return None
    places: dict[str, tuple[tuple[Place, slice, tuple[int, ...]], ...]] = {}
    start = 0
    for name in chain.equations:
        parts = []
        for key, row in state.adjoint(name).items():
            parts.append((key, slice(start, start + row.size), row.shape))
            start += row.size
        if parts:
            places[name] = tuple(parts)
    base = np.concatenate([state.adjoint(n)[key].reshape(-1) for n, parts in places.items() for key, _, _ in parts])
    plain = Response(state, places, base, np.eye(start))
    try:
        matrix = _matrix(plain)
        if not np.isfinite(base).all() or not _is_linear(plain, matrix):
            return None
    except DeriveError:
        return None
    return replace(plain, total=np.asarray(np.linalg.inv(np.eye(start) - matrix), dtype=np.float64))


def _matrix(plain: Response) -> Vector:
    """M: every rule, in the direction of every single entry at once."""
    state, number = plain.state, len(plain.base)
    rows = np.eye(number)
    directions: Values = {
        adjoint_name(n): {key: rows[place].reshape(*shape, number) for key, place, shape in parts}
        for n, parts in plain.places.items()
    }
    frame = replace(state.frame, values={**state.frame.values, **directions}, ranges={DIRECTION: (1, number)})
    matrix = np.zeros((number, number))
    for name, parts in plain.places.items():
        rules = [_linear_part(r, plain) for r in _rules(state, name)]
        found = evaluated(rules, frame).get(adjoint_name(name), {})
        for key, place, _ in parts:
            matrix[place] = found[key].reshape(-1, number)
    return matrix


def _linear_part(rule: Definition, plain: Response) -> Rule:
    """The terms that an adjoint occurs in."""
    names = {adjoint_name(n) for n in plain.places}
    terms = {m: c for m, c in rule.rhs.terms if any(e.tensor in names for e in entries_in(Poly({m: c})))}
    return Rule(rule.lhs, rule.domain, Poly(terms))


def _rules(state: State, name: str) -> tuple[Definition, ...]:
    return state.replaced.get(name) or (state.chain.equations[name],)


def _is_linear(plain: Response, matrix: Vector) -> bool:
    """Whether M says what the rules give at some other place."""
    step = np.random.default_rng(0).normal(size=len(plain.base)) * plain.size
    frame, due = plain._frame(plain.base + step), plain.base + matrix @ step
    with np.errstate(all="ignore"):
        parts = [plain._vector(evaluated(_rules(plain.state, n), frame), n, due[plain._slice(n)]) for n in plain.places]
    return bool(np.abs(np.concatenate(parts) - due).max(initial=0.0) <= CLOSE * plain.size)
