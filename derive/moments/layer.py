"""A layer `z = Σ W x + b` as a map of random values: how much variance it passes on, forwards and backwards."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from derive.calculus.adjoint import adjoint_name
from derive.calculus.occurrence import occurrences
from derive.derivation import Adjoints
from derive.errors import DeriveError
from derive.ir.moment import VARIANCE
from derive.ir.record import Case
from derive.ir.stated_view import stated_view
from derive.ir.tensor import Equation
from derive.moments.assumptions import Assumptions, Law, Source
from derive.moments.work import Line, variance_of
from derive.simplify.present import Presenter
from derive.terms.affine import Affine, index
from derive.terms.algebra import add, function, power, scale, times
from derive.terms.substitute import substitute
from derive.terms.term import Atom, Bound, Entry, Poly, constant, of_atom
from derive.terms.view import View, rename, to_poly
from derive.terms.walk import atoms_in, entries_in, rewrite

WEIGHTS = Law(has_zero_mean=True, has_independent_entries=True, is_identical=True)
SIGNAL = Law(has_zero_mean=True, is_identical=True)
UNCENTRED = Law(is_identical=True)
REPAIR = "name another weight with `of:`"


@dataclass(frozen=True)
class Passed:
    """Var[lhs] line by line: `before` is worked out under `assumptions`, `lines` end in c · Var[W] · Var[signal]."""

    lhs: Entry
    before: View
    lines: tuple[Line, ...]
    assumptions: Assumptions
    weight: Source
    signal: Source

    @property
    def result(self) -> Poly:
        return to_poly(self.lines[-1].view)

    @property
    def gain(self) -> Poly:
        """The result over the variance of the signal: the factor that one layer puts to the variance."""
        return times(self.result, power(variance_symbol(self.signal), -1))

    @property
    def terms(self) -> Poly:
        """The factor of Var[W] in the gain: how many terms a sum has, away from borders."""
        return rewrite(times(self.gain, power(variance_symbol(self.weight), -1)), _inside)

    @property
    def has_borders(self) -> bool:
        """Whether the number of terms is another one near a border."""
        return any(isinstance(a, Bound) for a in atoms_in(self.gain))


def _inside(atom: Atom) -> Poly | None:
    return constant(1) if isinstance(atom, Bound) else None


def variance_symbol(source: Source) -> Poly:
    """Var[X] of every entry of a source."""
    return function(VARIANCE, (of_atom(source),), (0,))


def preserving(terms: Poly, factor: Fraction = Fraction(1)) -> Poly:
    """The variance v of the weights at which `factor · terms · v = 1`."""
    return power(scale(terms, factor), -1)


def halfway(forward: Poly, backward: Poly) -> Poly:
    """The variance v at which the mean of `forward · v` and `backward · v` is 1: Glorot and Bengio's compromise."""
    return preserving(add(forward, backward), Fraction(1, 2))


@dataclass(frozen=True)
class Linear:
    """A weight, the equation that reads it, what it is multiplied by, and the adjoint that goes back through it."""

    adjoints: Adjoints
    weight: Entry
    reads: Entry
    equation: Equation

    def forward(self, law: Law = SIGNAL) -> Passed:
        """Var[z_j], where the entries of x have that law."""
        view = stated_view(self.equation, self.adjoints.network.tensors, self.adjoints.network.batch)
        return self._passed(self.equation.lhs, view, self.equation.rhs, self.weight, self.reads, law)

    def backward(self, law: Law = SIGNAL) -> Passed:
        """Var of the adjoint of x, where the entries of the adjoint of z have that law.

        Raises: DeriveError if the adjoint of x is made of other things too.
        """
        case, moved = self._case(), self._moved()
        lhs, poly, view = _shifted(case.lhs, moved), substitute(case.poly, moved), rename(case.view, moved)
        adjoint = adjoint_name(self.equation.lhs.tensor)
        weight, signal = (_only(poly, name) for name in (self.weight.tensor, adjoint))
        if weight is None or signal is None or any(e not in (weight, signal) for e in entries_in(poly)):
            raise DeriveError(
                f"the adjoint of {self.reads.tensor} is made of more than {self.weight.tensor} and the adjoint of "
                f"{self.equation.lhs.tensor}",
                repair=REPAIR,
            )
        return self._passed(lhs, view, poly, weight, signal, law)

    def _case(self) -> Case:
        """The adjoint of x in general, not at the last layer."""
        cases = self.adjoints.results.get(self.reads.tensor, ())
        if not cases:
            raise DeriveError(f"the adjoint of {self.reads.tensor} was not derived", repair=REPAIR)
        return cases[-1]

    def _moved(self) -> dict[str, Affine]:
        """What stands for the layer in the adjoint, so that the weight there is the one of the forward equation."""
        case = self._case()
        there = _only(case.poly, self.weight.tensor)
        family = self.adjoints.network.tensor(self.weight.tensor).family
        moved: dict[str, Affine] = {}
        for a, b in zip(there.idx[:family] if there else (), self.weight.idx[:family], strict=False):
            names = [v for v, c in a.terms if isinstance(v, str) and c == 1]
            if len(names) == 1:
                moved[names[0]] = b - (a - index(names[0]))
        return moved

    def _passed(self, lhs: Entry, view: View, p: Poly, weight: Entry, signal: Entry, law: Law) -> Passed:
        families = {t.name: t.family for t in self.adjoints.network.tensors.values()}
        families |= {adjoint_name(n): k for n, k in families.items()}
        plain = Assumptions(families=families)
        w, x = plain.source(weight), plain.source(signal)
        entries = [e for e in entries_in(p) if isinstance(e, Entry)]
        others = frozenset(plain.source(e) for e in entries) - {w, x}
        known = Assumptions({w: WEIGHTS, x: law}, others, (frozenset({w, x}),), families)
        roles: dict[str, str] = {t.name: t.role for t in self.adjoints.network.tensors.values()}
        return Passed(lhs, view, variance_of(view, known, Presenter(roles)), known, w, x)


def _shifted(entry: Entry, moved: dict[str, Affine]) -> Entry:
    return Entry(entry.tensor, tuple(a.subs(moved) for a in entry.idx))


def _only(p: Poly, tensor: str) -> Entry | None:
    """The one entry of a tensor in a term."""
    found = list(dict.fromkeys(e for e in entries_in(p) if e.tensor == tensor))
    return found[0] if len(found) == 1 and isinstance(found[0], Entry) else None


def linear_in(adjoints: Adjoints, weight: str) -> Linear:
    """The equation that a weight stands in, with what it is multiplied by.

    Raises: DeriveError if it stands in several, or in one that is not linear in it.
    """
    network = adjoints.network
    network.tensor(weight)
    readers = [e for e in network.readers(weight) if e.lhs.tensor != network.cost]
    if len(readers) != 1:
        raise DeriveError(f"{len(readers)} equations read {weight}, so it has no single layer", repair=REPAIR)
    [equation] = readers
    found = list(occurrences(equation.rhs, weight, frozenset(equation.context)))
    own = _only(equation.rhs, weight)
    read = [e for o in found for e in entries_in(o.coefficient) if isinstance(e, Entry)]
    if len(found) != 1 or own is None or len(read) != 1 or found[0].coefficient != of_atom(read[0]):
        raise DeriveError(f"{equation.lhs.tensor} is no sum of {weight} times one value", repair=REPAIR)
    signal = _only(equation.rhs, read[0].tensor)
    assert signal is not None, f"{read[0]!r} stands in {equation.rhs!r}"
    return Linear(adjoints, own, signal, equation)


def first_linear(adjoints: Adjoints) -> Linear:
    """The first weight whose layer passes a value forwards and its adjoint back.

    Raises: DeriveError if there is none.
    """
    parameters = adjoints.network.parameters
    weights = [t for t in parameters if t.label.meaning == "weight"] or list(parameters)
    for t in weights:
        try:
            found = linear_in(adjoints, t.name)
            if adjoints.network.tensor(found.reads.tensor).role == "value":
                found.backward()
                return found
        except DeriveError:
            continue
    raise DeriveError(
        f"no layer of {adjoints.network.name} is a sum of a weight times a value of the layer before",
        repair="name a weight with `of:`, or take a network with two layers at least",
    )
