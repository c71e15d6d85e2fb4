"""Random networks with one random mistake in a derived term: the term is wrong before it is printed, in any notation.

Unlike the mistakes in texts, these know nothing of how formulas are written; the printer and the raiser turn the wrong
term into what stands in a document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from derive.errors import DeriveError
from derive.ir.record import Case
from derive.ir.tensor import ADJOINT
from derive.latex.printer import Printer
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.schema import read_network_text
from derive.pipeline import derive, restated
from derive.raising.raise_case import raise_view
from derive.simplify.rescale import SCALED_ROLES, rescaled
from derive.terms.algebra import subtract, times
from derive.terms.matrix import Whole
from derive.terms.term import Entry, Poly, of_affine, of_atom
from derive.terms.view import Apply, Leaf, Num, Plus, Power, Times, View, children, rebuild, to_poly
from derive.terms.walk import rewrite
from derive.verify.document.world import World
from tests.yaml_networks import network_text

Pick = Callable[[Sequence[Any]], Any]
NOTATIONS = ("nielsen", "source-target", "ng", "residual", "ufldl", "rows")
APART = 1e-6
"""A mistake of less is none: of kinks that no point meets, say."""


@dataclass(frozen=True)
class Subject:
    """One network in one notation."""

    network: Network
    notation: str

    @cached_property
    def printer(self) -> Printer:
        return Printer(self.network, self.notation)

    @cached_property
    def world(self) -> World:
        return World(self.network)

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        found = tuple(c for cases in derive(self.network).adjoints.results.values() for c in cases)
        if self.printer.notation.scaling == "cost":
            return found
        return tuple(rescaled(c, self.network) for c in found)

    def forms(self, case: Case) -> Iterator[str]:
        """The result in index form, and as matrices where it has such a form."""
        names = self.printer.names_of(case.lhs)
        yield f"{self.printer.entry(case.lhs, names)} = {self.printer.view(case.view, names)}"
        raised = raise_view(self.network, case.lhs, case.domain, case.view)
        if raised is not None:
            lhs = raised.lhs
            stating = (
                self.printer.names_stating(lhs.atom) if isinstance(lhs, Whole) and isinstance(lhs.atom, Entry) else None
            )
            yield self.printer.matrix_equation(lhs, raised.rhs, stating)

    def corrupted(self, case: Case, pick: Pick) -> Case | None:
        """The result with one mistake; None if what was tried changes nothing."""
        places = list(_places(case.view))
        view = _at(case.view, pick(places), lambda v: pick(list(self._mistakes(v)) or [v]))
        try:
            wrong = replace(case, view=view, poly=to_poly(view))
            return wrong if self._differ(case, wrong) else None
        except (DeriveError, AssertionError, OverflowError, ZeroDivisionError):
            return None

    def _mistakes(self, view: View) -> Iterator[View]:
        yield Times((Num(Fraction(2)), view))
        yield Times((Num(Fraction(-1)), view))
        match view:
            case Num(value):
                yield Num(value + 1)
                yield Num(1 / value) if value else Num(Fraction(1))
            case Leaf(Entry() as entry):
                yield from (Leaf(e) for e in self._others(entry))
            case Apply(name, orders, args) if len(orders) == 1:
                yield Apply(name, (1 - orders[0],) if orders[0] < 2 else (1,), args)
                yield args[0]
            case Times(factors) if len(factors) > 1:
                for k in range(len(factors)):
                    rest = (*factors[:k], *factors[k + 1 :])
                    yield rest[0] if len(rest) == 1 else Times(rest)
            case Plus(terms) if len(terms) > 1:
                for k, t in enumerate(terms):
                    rest = (*terms[:k], *terms[k + 1 :])
                    yield rest[0] if len(rest) == 1 else Plus(rest)
                    yield Plus((*terms[:k], Times((Num(Fraction(-1)), t)), *terms[k + 1 :]))
            case Power(base, exponent):
                yield base
                yield Power(base, exponent + 1 if exponent != -1 else Fraction(-2))

    def _others(self, entry: Entry) -> Iterator[Entry]:
        """Entries of other tensors with the same axes, and of the same with its indices swapped where they fit."""
        mark = ADJOINT if entry.tensor.startswith(ADJOINT) else ""
        own = self.network.tensors.get(entry.tensor.removeprefix(ADJOINT))
        if own is None:
            return
        extents = [a.extent for a in own.axes]
        for t in self.network.tensors.values():
            is_alike = t is not own and bool(t.axes) and [a.extent for a in t.axes] == extents
            if is_alike and (not mark or t.role in ("value", "parameter")):
                yield Entry(mark + t.name, entry.idx)
        if len(extents) == 2 and extents[0] == extents[1]:
            yield Entry(entry.tensor, entry.idx[::-1])

    def _differ(self, one: Case, other: Case) -> bool:
        difference = self._of_the_cost(subtract(one.poly, other.poly))
        right = self._of_the_cost(one.poly)
        for _, (d, x) in self.world.values((difference, right), one.domain):
            if not np.isfinite(d.array).all():
                return False
            if np.abs(d.array).max(initial=0) > APART * max(1.0, np.abs(x.array).max(initial=0)):
                return True
        return False

    def _of_the_cost(self, p: Poly) -> Poly:
        """With gradients of the cost for those of the summed loss."""
        network, batch = self.network, self.network.batch
        if self.printer.notation.scaling == "cost" or batch is None or network.reduce != "mean":
            return p
        names = {ADJOINT + t.name for t in network.tensors.values() if t.role in SCALED_ROLES}

        def rule(atom: object) -> Poly | None:
            is_scaled = isinstance(atom, Entry) and atom.tensor in names
            return times(of_affine(batch.extent), of_atom(atom)) if is_scaled and isinstance(atom, Entry) else None

        return rewrite(p, rule, p.free)


def random_subject(pick: Pick) -> Subject:
    network = compile_network(read_network_text(network_text(pick)))
    notation = pick(NOTATIONS)
    return Subject(restated(network, notation), notation)


def _places(view: View, at: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    yield at
    for k, part in enumerate(children(view)):
        yield from _places(part, (*at, k))


def _at(view: View, place: Sequence[int], change: Callable[[View], View]) -> View:
    if not place:
        return change(view)
    k, *rest = place
    parts = children(view)
    return rebuild(view, (*parts[:k], _at(parts[k], rest, change), *parts[k + 1 :]))
