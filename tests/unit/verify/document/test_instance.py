"""Concrete functions in place of abstract ones: their derivatives are those of the function put in."""

from __future__ import annotations

import math

import pytest

from derive.terms.term import Entry, Func, Functional, Poly, of_atom
from derive.terms.walk import atoms_in
from derive.verify.document.instance import concrete, instance
from derive.verify.document.world import World
from derive.verify.evaluate import Frame
from tests.unit.reading.books import book

X = of_atom(Entry("u", ()))


def value(p: Poly, u: float) -> float:
    def of(q: Poly) -> float:
        total = 0.0
        for m, c in q.terms:
            term = float(c)
            for atom, e in m.powers:
                if isinstance(atom, Entry):
                    base = u
                elif isinstance(atom, Func):
                    base = {"sin": math.sin, "cos": math.cos}[atom.name](of(atom.args[0]))
                else:
                    raise AssertionError(repr(atom))
                term *= base ** float(e)
            total += term
        return total

    return of(p)


@pytest.mark.parametrize("u", [-1.3, 0.2, 0.9])
def test_the_derivative_of_an_abstract_function_is_that_of_its_instance(u: float) -> None:
    f = instance(of_atom(Func("sigma", (X,))))
    slope = instance(of_atom(Func("sigma", (X,), (1,))))
    h = 1e-5
    assert value(slope, u) == pytest.approx((value(f, u + h) - value(f, u - h)) / (2 * h), rel=1e-7)


def test_it_is_neither_even_nor_odd_and_its_name_matters() -> None:
    f, g = instance(of_atom(Func("f", (X,)))), instance(of_atom(Func("g", (X,))))
    assert abs(value(f, 0.7)) != pytest.approx(abs(value(f, -0.7)))
    assert value(f, 0.7) != pytest.approx(value(g, 0.7))


def test_nothing_abstract_is_left() -> None:
    network = concrete(book("deep").network)
    left = [a for e in network.equations for a in atoms_in(e.rhs) if isinstance(a, Functional)]
    assert left == []
    names = {a.name for e in network.equations for a in atoms_in(e.rhs) if isinstance(a, Func)}
    assert "sigma" not in names and names <= {"sin", "cos", "exp", "log", "tanh"}


def test_an_abstract_cost_has_gradients() -> None:
    world: World = book("deep").world
    frame: Frame = world.frames(())[0]
    assert any(name.startswith("∂") for name in frame.values)
