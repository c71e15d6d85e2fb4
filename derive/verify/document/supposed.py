"""Mistakes carried forward: worlds in which a wrong formula holds, and all that is computed from it follows.

A formula that is wrong, and right in such a world, was worked out correctly from the mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from derive.calculus.adjoint import AdjointEquation, Seed, adjoint_name
from derive.derivation.sweep import WHOLE_NUMBERS, Adjoints, adjoint_equations
from derive.ir.tensor import ADJOINT
from derive.network.network import Network
from derive.reading.quantity import fits, like
from derive.terms.affine import Index
from derive.terms.algebra import power, scale, subtract, times, total
from derive.terms.blocks import sum_over
from derive.terms.substitute import substitute
from derive.terms.term import Atom, Entry, Func, Poly, of_atom, of_monomial
from derive.terms.walk import entries_in, rewrite
from derive.verify.chain import Chain
from derive.verify.document.instance import concrete, instance
from derive.verify.document.link import Pair
from derive.verify.document.proof import Prover
from derive.verify.document.world import World
from derive.verify.evaluate import Frame
from derive.verify.rows import Rule, fill

MOST = 8
"""From so many mistakes before it a formula may follow."""


@dataclass(frozen=True)
class Supposition:
    """`atom = value` for all of `domain`, as a wrong formula has it."""

    atom: Entry | Func
    value: Poly
    domain: tuple[Index, ...]

    @property
    def name(self) -> str:
        """What it speaks of: a value, `∂z` for the derivative of the cost, `a∂z` for another one; "" for a function."""
        return self.atom.tensor if isinstance(self.atom, Entry) else ""

    @property
    def slope(self) -> Callable[[Atom], Poly | None]:
        """For a function's derivative, what stands in its place wherever it occurs."""
        own = self.atom
        assert isinstance(own, Func)

        def rule(atom: Atom) -> Poly | None:
            if not isinstance(atom, Func) or (atom.name, atom.orders) != (own.name, own.orders):
                return None
            [argument] = atom.args
            return rewrite(self.value, lambda a: argument if of_atom(a) == own.args[0] else None, argument.free)

        return rule


def suppositions(pair: Pair, prover: Prover) -> Iterator[Supposition]:
    """What an equation says of the one value, derivative or function on its left; nothing where that is not plain.

    Nothing is supposed of second derivatives.
    """
    if not fits(pair.left, pair.right) or len(pair.left.poly.terms) != 1:
        return
    monomial, coefficient = pair.left.poly.terms[0]
    found = [a for a, e in monomial.powers if e == 1 and (isinstance(a, Entry) or _is_slope(a))]
    if len(found) != 1:
        return
    [atom] = found
    rest = scale(of_monomial(monomial.without(atom)), coefficient)
    if any(True for _ in entries_in(rest)):
        return
    value = times(like(pair.right, pair.left).poly, power(rest, -1))
    indices = {i.name: i for i in (*pair.free, *pair.left.axes)}
    if isinstance(atom, Func):
        argument = next(iter(entries_in(atom.args[0])), None)
        if not isinstance(argument, Entry) or of_atom(argument) != atom.args[0]:
            return
        value = prover.opened(value, lambda e: e == argument, indices.values())
        if all(e == argument for e in entries_in(value)):
            yield Supposition(atom, value, ())
    elif isinstance(atom, Entry) and atom.tensor.count(ADJOINT) < 2:
        domain = tuple(indices[n] for n in sorted(atom.free) if n in indices)
        if len(domain) == len(atom.free) and value.free <= atom.free and atom not in set(entries_in(value)):
            yield Supposition(atom, value, domain)


def _is_slope(atom: Atom) -> bool:
    return isinstance(atom, Func) and atom.orders == (1,)


@dataclass
class SupposedWorld(World):
    """A world in which suppositions hold, and all that is computed from them follows."""

    supposed: tuple[Supposition, ...] = ()
    _slopes: tuple[Callable[[Atom], Poly | None], ...] = field(init=False)

    def __post_init__(self) -> None:
        self._slopes = tuple(s.slope for s in self.supposed if isinstance(s.atom, Func))

    @cached_property
    def concrete(self) -> Network:
        """Values are computed by what is supposed of them."""
        network = concrete(self.network)
        of_values = {s.name: s for s in self.supposed if s.name and ADJOINT not in s.name}
        equations = []
        for e in network.equations:
            s = of_values.get(e.lhs.tensor)
            value = None if s is None else _stated_for(s, e.lhs)
            equations.append(e if value is None else replace(e, rhs=instance(value), stated=None, unsolved=None))
        return replace(network, equations=tuple(equations))

    @cached_property
    def chain(self) -> Chain:
        """Adjoints as the sweep gives them, with slopes as they are supposed: numbers need no more."""
        network = self.concrete
        wanted = tuple(t.name for t in network.role("parameter", "input") if t.kind not in WHOLE_NUMBERS)
        seed, equations = self._swept(wanted)
        return Chain(network, Adjoints(network, seed, equations, {}, ()))

    @cached_property
    def prover(self) -> Prover:
        """Of nothing: what follows from a mistake is right on numbers."""
        return Prover(self.network, {})

    def _swept(self, wanted: tuple[str, ...], of: str | None = None) -> tuple[Seed, dict[str, AdjointEquation]]:
        seed, equations = adjoint_equations(self.concrete, wanted, of)
        return seed, {n: replace(e, rhs=self._sloped(e.rhs)) for n, e in equations.items()}

    def _sloped(self, p: Poly) -> Poly:
        for slope in self._slopes:
            p = rewrite(p, slope)
        return p

    def _instance(self, p: Poly) -> Poly:
        return super()._instance(self._sloped(p))

    def _start(self) -> list[Frame]:
        """All values, and all gradients by what is supposed of them."""
        if self.network.cost is None:
            return super()._start()
        equations = self.chain.equations
        adjoints = [s for s in self.supposed if s.name.startswith(ADJOINT)]
        local = [s for s in self.supposed if ADJOINT in s.name and s not in adjoints]
        rules: dict[str, list[Rule]] = {}
        for s in (*local, *adjoints):
            wrt = s.name.rpartition(ADJOINT)[2]
            if wrt in equations and isinstance(s.atom, Entry):
                e = equations[wrt]
                own = rules.setdefault(wrt, [Rule(e.lhs, e.domain, e.rhs)])
                own.append(self._rule(s, s.atom, e) if s in local else Rule(s.atom, s.domain, instance(s.value)))
        frames = super()._start()
        if not rules:
            return frames
        plain = World(self.network, self.points, _frames=frames)
        frames = plain.frames([r.rhs for own in rules.values() for r in own])
        made = frozenset().union(*(self.chain.makes[n] for n in rules))
        todo = [d for n, e in equations.items() if n in made for d in rules.get(n, (e,))]
        with np.errstate(all="ignore"):
            return [replace(f, values=fill(todo, f)) for f in frames]

    def _rule(self, s: Supposition, atom: Entry, equation: AdjointEquation) -> Rule:
        """T̄ with D̄ · (supposed − true) added for the supposed derivative of D by T."""
        of, _, wrt = s.name.partition(ADJOINT)
        axes = len(self.network.tensors[wrt].axes)
        at, inner = atom.idx[:axes], atom.idx[axes:]
        bound = tuple(i for i in s.domain if not any(i.name in a.free for a in at))
        names = {i.name: i for i in s.domain}
        change = times(of_atom(Entry(adjoint_name(of), inner)), subtract(instance(s.value), of_atom(atom)))
        true = substitute(equation.rhs, dict(zip((a.name for a in equation.tensor.axes), at, strict=True)))
        lhs = Entry(adjoint_name(wrt), at)
        domain = tuple(i for i in s.domain if i not in bound)
        return Rule(lhs, domain, total((true, sum_over(bound, change, names))))


def _stated_for(s: Supposition, lhs: Entry) -> Poly | None:
    """The supposed value of what an equation states, in its letters; None where they do not range alike."""
    assert isinstance(s.atom, Entry)
    renaming = {}
    for mine, theirs in zip(s.atom.idx, lhs.idx, strict=True):
        if isinstance(mine.variable, str) and theirs.variable is not None and mine.variable not in renaming:
            renaming[mine.variable] = theirs
        elif mine != theirs or mine.variable is not None:
            return None
    return substitute(s.value, renaming)


@dataclass
class Mistakes:
    """The wrong formulas of a part of the document so far, each with the line in which it stands."""

    known: list[tuple[int, tuple[Supposition, ...]]] = field(default_factory=list)
    _worlds: dict[tuple[int, ...], SupposedWorld] = field(default_factory=dict)

    def add(self, line: int, pairs: Sequence[Pair], prover: Prover) -> None:
        """Take a mistake up."""
        found = tuple(s for p in pairs for s in suppositions(p, prover))
        if found:
            self.known.append((line, found))

    def worlds(self, network: Network) -> Iterator[tuple[int, SupposedWorld]]:
        """Those of single mistakes, the last first, and that of all; with the line of the last one."""
        numbers = range(max(0, len(self.known) - MOST), len(self.known))
        for chosen in (*((k,) for k in reversed(numbers)), tuple(numbers) if len(numbers) > 1 else ()):
            if chosen:
                world = self._worlds.get(chosen)
                if world is None or world.network is not network:
                    supposed = tuple(s for k in chosen for s in self.known[k][1])
                    world = self._worlds[chosen] = SupposedWorld(network, supposed=supposed)
                yield self.known[chosen[-1]][0], world
