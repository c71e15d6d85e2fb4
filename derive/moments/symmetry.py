"""Why units that begin alike stay alike: the equations of the engine, with the entries of all units made one.

Where parameters do not depend on the index of a unit, their entries are replaced by those of the first unit; where that
index is gone from a right side, the left side does not depend on it either, and is replaced in what follows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from derive.calculus.adjoint import adjoint_name
from derive.derivation import Adjoints
from derive.errors import DeriveError
from derive.ir.tensor import Equation
from derive.moments.layer import REPAIR, linear_in
from derive.terms.affine import Affine, Index, index, number
from derive.terms.substitute import substitute
from derive.terms.term import Atom, Block, Entry, Poly, of_atom, of_monomial
from derive.terms.walk import atoms_in, entries_in, rewrite

FIRST = number(1)


@dataclass(frozen=True)
class Same:
    """In one layer the entries of a tensor do not depend on the index at `place`."""

    tensor: str
    layer: tuple[Affine, ...]
    place: int

    def first(self, entry: Entry) -> Entry | None:
        """The entry of the first unit that equals this one; None for an entry of another kind."""
        if entry.tensor != self.tensor or entry.idx[: len(self.layer)] != self.layer:
            return None
        return Entry(entry.tensor, (*entry.idx[: self.place], FIRST, *entry.idx[self.place + 1 :]))


@dataclass(frozen=True)
class Reduced:
    """`lhs = before = rhs`, where rhs holds the entries of the first unit only; `first` is the lhs of that unit."""

    lhs: Entry
    before: Poly
    rhs: Poly
    first: Entry


@dataclass(frozen=True)
class Alike:
    """The units of a layer, and what follows where they begin alike.

    `given` are the parameters that begin alike, at `unit` and at the first one; `values` are forward, `adjoints`
    backward, `gradients` those of the parameters that began alike.
    """

    unit: Index
    given: tuple[tuple[Entry, Entry], ...]
    values: tuple[Reduced, ...]
    adjoints: tuple[Reduced, ...]
    gradients: tuple[Reduced, ...]


def alike(adjoints: Adjoints, weight: str) -> Alike:
    """What follows where the weights and biases that lead to the units of a layer, and from them, are alike.

    Raises: DeriveError if the index of the units stays on a right side: then the units differ all the same.
    """
    linear = linear_in(adjoints, weight)
    equation = linear.equation
    units = [b for b in equation.domain if not b.ordered and b.name in linear.weight.free]
    if len(units) != 1:
        raise DeriveError(f"{weight} does not lead from every unit to every unit of a layer", repair=REPAIR)
    worker = _Worker(adjoints, units[0])
    worker.learn_parameters(equation.rhs, units[0].name)
    values = tuple(worker.forward(equation, units[0].name))
    back = tuple(worker.backward(n) for n in adjoints.results if n in worker.reached)
    gradients = tuple(worker.gradient(e, same) for e, same in worker.parameters if e.tensor in adjoints.results)
    return Alike(units[0], tuple((e, _first(e, same)) for e, same in worker.parameters), values, back, gradients)


def _first(entry: Entry, same: Same) -> Entry:
    found = same.first(entry)
    assert found is not None, f"{entry!r} is no entry of {same.tensor}"
    return found


@dataclass
class _Worker:
    adjoints: Adjoints
    unit: Index
    facts: list[Same] = field(default_factory=list)
    parameters: list[tuple[Entry, Same]] = field(default_factory=list)
    reached: dict[str, tuple[tuple[Affine, ...], int]] = field(default_factory=dict)

    def learn_parameters(self, p: Poly, unit: str) -> None:
        """The parameters in a term that have the index of the units: they are given to be alike."""
        for e in entries_in(p):
            if isinstance(e, Entry) and self.adjoints.network.tensor(e.tensor).role == "parameter" and unit in e.free:
                places = [k for k, a in enumerate(e.idx) if a.variable == unit]
                if len(places) != 1:
                    raise DeriveError(f"{e!r} does not stand for one unit each", repair=REPAIR)
                family = self._family(e.tensor)
                same = Same(e.tensor, e.idx[:family], places[0])
                own = self.adjoints.network.tensor(e.tensor).entry.idx[family:]
                if same not in self.facts:
                    self.facts.append(same)
                    self.parameters.append((Entry(e.tensor, (*same.layer, *own)), same))

    def forward(self, equation: Equation, unit: str) -> Iterator[Reduced]:
        """The equation, then those that go on entry by entry; where a sum takes all units, its weights are alike."""
        reduced, same = self._reduced(equation.lhs, equation.rhs, unit)
        yield reduced
        self.reached[same.tensor] = (same.layer, same.place)
        for reader in self.adjoints.network.readers(same.tensor):
            moved = self._moved(reader.rhs, same)
            rhs = substitute(reader.rhs, moved)
            lhs = Entry(reader.lhs.tensor, tuple(a.subs(moved) for a in reader.lhs.idx))
            for block in (a for a in atoms_in(rhs) if isinstance(a, Block)):
                self._learn_weights(of_monomial(block.body), same)
            own = self._letter(rhs, same)
            if own is not None and any(a.variable == own for a in lhs.idx):
                shifted = Equation(lhs, tuple(b.subs(moved) for b in reader.domain), None, rhs)
                yield from self.forward(shifted, own)

    def _learn_weights(self, body: Poly, same: Same) -> None:
        bound = self._letter(body, same)
        if bound is not None:
            self.learn_parameters(body, bound)

    def _letter(self, p: Poly, same: Same) -> str | None:
        """The index of the units with which a term reads the tensor of a fact."""
        for e in entries_in(p):
            if isinstance(e, Entry) and same.first(e) is not None:
                return e.idx[same.place].variable
        return None

    def backward(self, name: str) -> Reduced:
        """The adjoint of a value of the units, in the layer where the value is alike."""
        layer, place = self.reached[name]
        return self._of_case(name, layer, place)

    def gradient(self, entry: Entry, same: Same) -> Reduced:
        """The gradient by a parameter that began alike."""
        return self._of_case(entry.tensor, same.layer, same.place)

    def _of_case(self, name: str, layer: tuple[Affine, ...], place: int) -> Reduced:
        case = self.adjoints.results[name][-1]
        moved = {a.variable: to for a, to in zip(case.lhs.idx, layer, strict=False) if a.variable is not None}
        lhs = Entry(case.lhs.tensor, tuple(a.subs(moved) for a in case.lhs.idx))
        unit = lhs.idx[place].variable
        if unit is None:
            raise DeriveError(f"the adjoint of {name} is stated in parts", repair=REPAIR)
        return self._reduced(lhs, substitute(case.poly, moved), unit)[0]

    def _reduced(self, lhs: Entry, rhs: Poly, unit: str) -> tuple[Reduced, Same]:
        new = rewrite(rhs, self._rule)
        places = [k for k, a in enumerate(lhs.idx) if a.variable == unit]
        if unit in new.free or len(places) != 1:
            raise DeriveError(f"{lhs!r} = {new!r} depends on the unit, so the units are not alike", repair=REPAIR)
        same = Same(lhs.tensor, lhs.idx[: self._family(lhs.tensor)], places[0])
        self.facts.append(same)
        return Reduced(lhs, rhs, new, _first(lhs, same)), same

    def _rule(self, atom: Atom) -> Poly | None:
        if not isinstance(atom, Entry):
            return None
        changed = atom
        for fact in self.facts:
            changed = fact.first(changed) or changed
        return None if changed == atom else of_atom(changed)

    def _family(self, tensor: str) -> int:
        families: Mapping[str, int] = {
            name: t.family for t in self.adjoints.network.tensors.values() for name in (t.name, adjoint_name(t.name))
        }
        return families[tensor]

    def _moved(self, p: Poly, same: Same) -> dict[str, Affine]:
        """What stands for the layer of a reader, so that it reads the layer of the fact."""
        for e in entries_in(p):
            if isinstance(e, Entry) and e.tensor == same.tensor:
                pairs = list(zip(e.idx, same.layer, strict=False))
                names = [[v for v, c in a.terms if isinstance(v, str) and c == 1] for a, _ in pairs]
                return {n[0]: to - (a - index(n[0])) for n, (a, to) in zip(names, pairs, strict=True) if len(n) == 1}
        return {}


def first_alike(adjoints: Adjoints) -> str:
    """The first weight that leads to units that can be alike. Raises: DeriveError if there is none."""
    for t in adjoints.network.parameters:
        try:
            alike(adjoints, t.name)
        except DeriveError:
            continue
        return t.name
    raise DeriveError(
        f"no layer of {adjoints.network.name} has units that can be alike",
        repair="take a network with a hidden layer, or name a weight with `of:`",
    )
