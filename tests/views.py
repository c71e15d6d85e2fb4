"""Hypothesis strategies for views: expression trees that are evaluated as they stand and put into normal form.

Entries are read within their ranges, or behind a bracket that keeps them there. `rearranged` writes the same
view in another order and with other bound names.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from derive.ir.environment import Environment
from derive.terms.affine import Affine, IdEntry, Index, index, number, size
from derive.terms.term import Bound, Delta, Entry, Scalar
from derive.terms.view import Apply, Leaf, Num, Plus, Power, Step, Summed, Times, View, rename
from tests.stating import environment

SIZES = {"n": 3, "m": 2, "L": 3, "w": {(l,): 1 + l % 3 for l in range(0, 8)}}
FREE = {
    "i": Index("i", number(1), size("n")),
    "j": Index("j", number(1), size("m")),
    "l": Index("l", number(1), size("L"), True),
    "k": Index("k", number(1), size("w", index("l"))),
}
Scope = Mapping[str, Index]
Pick = Callable[[Sequence[Any]], Any]


def random_environment(seed: int = 0) -> Environment:
    """Entries for all places that views read, behind brackets too; no two alike."""
    rng = random.Random(seed)
    places = range(-6, 16)
    arrays: dict[str, dict[tuple[int, ...], float]] = {
        "x": {(a,): rng.uniform(-1, 1) for a in places},
        "u": {(a,): rng.uniform(0.2, 2) for a in places},
        "W": {(a, b): rng.uniform(-1, 1) for a in places for b in places},
        "V": {(a, b): rng.uniform(-1, 1) for a in places for b in places},
        "ids": {(a,): 1 + rng.randrange(3) for a in places},
        "s": {(): rng.uniform(-1, 1)},
    }
    return environment(SIZES, arrays)


class Drawing:
    """One view in the making."""

    def __init__(self, pick: Pick) -> None:
        self.pick, self.used = pick, 0

    def bound(self, scope: Scope) -> Index:
        self.used += 1
        name = f"b{self.used}"
        outer = index(self.pick(sorted(scope)))
        ranges = [
            (number(1), size("n")),
            (number(1), size("m")),
            (number(0), size("m")),
            (number(1), outer),
            (outer, size("n") + 2),
            (number(2), size("n")),
        ]
        if "l" in scope:
            ranges.append((number(1), size("w", index("l"))))
        return Index(name, *self.pick(ranges))

    def affine(self, scope: Scope) -> Affine:
        a = index(self.pick(sorted(scope)))
        b = index(self.pick(sorted(scope)))
        return self.pick(
            [a, a + 1, a - b, b * 2 - a, a - size("n"), size("n") - a, number(2), a * 2 - b * 2 + 1, b - 1]
        )

    def leaf(self, scope: Scope) -> View:
        a, b = index(self.pick(sorted(scope))), index(self.pick(sorted(scope)))
        ids = Affine([(IdEntry("ids", (a,)), 1)])
        entries = [Entry("x", (a,)), Entry("u", (b,)), Entry("W", (a, b)), Entry("s", ()), Entry("x", (ids,))]
        entries += [Entry("W", (a, a)), Entry("x", (a + 1,)), Entry("u", (a - b,))]
        return Leaf(self.pick(entries))

    def condition(self, scope: Scope) -> View:
        a = self.affine(scope)
        if a.is_number:
            return Num(Fraction(1))
        return Leaf(self.pick([Bound(a), Delta(min(a, -a))]))

    def view(self, scope: Scope, depth: int) -> View:
        if depth == 0:
            return self.leaf(scope)
        return self.pick(
            [
                self._sum,
                self._sum,
                self._product,
                self._product,
                self._summed,
                self._summed,
                self._power,
                self._function,
                self._step,
                self._conditional,
                self._number,
            ]
        )(scope, depth - 1)

    def _number(self, scope: Scope, depth: int) -> View:
        size_atom = Scalar(size("n").terms[0][0])
        return self.pick(
            [Num(Fraction(2)), Num(Fraction(-1, 3)), Leaf(size_atom), Power(Leaf(size_atom), Fraction(-1))]
        )

    def _sum(self, scope: Scope, depth: int) -> View:
        return Plus(tuple(self.view(scope, depth) for _ in range(self.pick([2, 3]))))

    def _product(self, scope: Scope, depth: int) -> View:
        return Times(tuple(self.view(scope, depth) for _ in range(self.pick([2, 2, 3]))))

    def _summed(self, scope: Scope, depth: int) -> View:
        bounds = []
        inner = dict(scope)
        for _ in range(self.pick([1, 1, 2])):
            b = self.bound(inner)
            bounds.append(b)
            inner[b.name] = b
        return Summed(tuple(bounds), self.view(inner, depth))

    def _conditional(self, scope: Scope, depth: int) -> View:
        return Times((self.condition(scope), self.view(scope, depth)))

    def _step(self, scope: Scope, depth: int) -> View:
        return Step(self.view(scope, depth), self.pick([True, False]))

    def _function(self, scope: Scope, depth: int) -> View:
        arg = self.view(scope, depth)
        name = self.pick(["sin", "exp", "exp", "tanh"])
        return Apply(name, (0,), (Apply("sin", (0,), (arg,)) if name == "exp" else arg,))

    def _power(self, scope: Scope, depth: int) -> View:
        base = self.view(scope, depth)
        if self.pick([False, True]):
            return Power(base, Fraction(self.pick([2, 3])))
        positive = Plus((Num(Fraction(1)), Power(base, Fraction(2))))
        return Power(positive, self.pick([Fraction(-1), Fraction(-2), Fraction(1, 2), Fraction(-1, 2), Fraction(3, 2)]))


def draw_view(pick: Pick, depth: int = 3) -> View:
    return Drawing(pick).view(FREE, depth)


@st.composite
def views(draw: st.DrawFn, depth: int = 3) -> View:
    """A view over the free indices `FREE`."""
    return draw_view(lambda options: draw(st.sampled_from(options)), depth)


def rearranged(view: View, rng: random.Random) -> View:
    """The same with terms, factors and bound indices in another order and under other names."""
    match view:
        case Plus():
            return Plus(tuple(rearranged(t, rng) for t in rng.sample(view.terms, len(view.terms))))
        case Times():
            return Times(tuple(rearranged(f, rng) for f in rng.sample(view.factors, len(view.factors))))
        case Power():
            return Power(rearranged(view.base, rng), view.exponent)
        case Apply():
            return Apply(view.name, view.orders, tuple(rearranged(a, rng) for a in view.args))
        case Step():
            return Step(rearranged(view.arg, rng), view.strict)
        case Summed():
            names = {b.name: index(f"q{rng.randrange(10**9)}") for b in view.bounds}
            bounds = [b.renamed(names[b.name].variable or "").subs(names) for b in view.bounds]
            rng.shuffle(bounds)
            return Summed(tuple(bounds), rename(rearranged(view.body, rng), names))
    return view
