"""Every entry of a value is stated once: what is left out would be read as it happens to lie in memory."""

from __future__ import annotations

import pytest
import sympy
from sympy import Sum

from derive.errors import EquationError
from derive.network.builder import Builder


class Recurrence:
    """`h` along s = 0 … T, read at its end; a test states its equations."""

    def __init__(self) -> None:
        self.net = Builder("stated")
        self.T, self.n = self.net.size("T"), self.net.size("n")
        self.t = self.net.index("t", self.T, ordered=True)
        self.s = self.net.index("s", self.T, lo=0, ordered=True)
        self.j = self.net.index("j", self.n)
        self.x = self.net.input("x", (self.t, self.j))
        self.h = self.net.value("h", (self.s, self.j))

    def step(self) -> sympy.Expr:
        return sympy.tanh(self.h[self.t - 1, self.j] + self.x[self.t, self.j])

    def finish(self) -> None:
        self.net.define("C", (), Sum(self.h[self.T, self.j] ** 2, self.j))
        self.net.minimize("C")
        self.net.network()


def test_a_start_and_a_step_state_everything() -> None:
    made = Recurrence()
    made.net.define("h", (0, made.j), 0)
    made.net.define("h", (made.t, made.j), made.step())
    made.finish()


def test_a_recurrence_without_a_start() -> None:
    made = Recurrence()
    made.net.define("h", (made.t, made.j), made.step())
    with pytest.raises(EquationError, match="h is stated at 1 … T along its axis s, which goes from 0 to T") as caught:
        made.finish()
    assert caught.value.repair


def test_a_start_that_is_stated_twice() -> None:
    made = Recurrence()
    for value in (0, 1):
        made.net.define("h", (0, made.j), value)
    made.net.define("h", (made.t, made.j), made.step())
    with pytest.raises(EquationError, match="h is stated at 0 and 0 and 1 … T"):
        made.finish()


def test_two_equations_for_one_value() -> None:
    net = Builder("twice")
    i = net.index("i", net.size("n"))
    x = net.input("x", (i,))
    net.define("C", (), Sum(x[i], i))
    net.define("C", (), Sum(x[i] ** 2, i))
    with pytest.raises(EquationError, match="C is stated by 2 equations; state each entry once"):
        net.network()


def test_pieces_that_follow_on_one_another_in_any_order() -> None:
    net = Builder("pieces")
    n, k = net.size("n"), net.size("k")
    i, j, whole = net.index("i", n), net.index("j", k), net.index("w", n + k)
    x, y = net.input("x", (i,)), net.input("y", (j,))
    net.value("c", (whole,))
    net.define("c", (j + n,), y[j])
    net.define("c", (i,), x[i])
    net.define("C", (), Sum(sympy.IndexedBase("c")[whole] ** 2, whole))
    net.minimize("C")
    net.network()


def test_a_piece_that_is_missing() -> None:
    net = Builder("pieces")
    n, k = net.size("n"), net.size("k")
    i, whole = net.index("i", n), net.index("w", n + k)
    x = net.input("x", (i,))
    net.define("c", (i,), x[i], axes=(whole,))
    net.define("C", (), Sum(sympy.IndexedBase("c")[whole] ** 2, whole))
    with pytest.raises(EquationError, match=r"c is stated at 1 … n along its axis w, which goes from 1 to k\+n"):
        net.network()


def test_a_diagonal_alone() -> None:
    net = Builder("diagonal")
    n = net.size("n")
    i, j = net.index("i", n), net.index("j", n)
    x = net.input("x", (i,))
    net.define("z", (i, i), x[i], axes=(i, j))
    net.define("C", (), Sum(sympy.IndexedBase("z")[i, j], i, j))
    with pytest.raises(EquationError, match="z is stated on a diagonal only"):
        net.network()
