"""The order of sums: small and given numbers that are added stand last, all else as it is."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derive.derivation.sweep import derive_adjoints
from derive.latex.printer import Printer
from derive.latex.sums import zeros_of
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.schema import read_network_text
from derive.raising.raise_case import raise_view
from derive.terms.affine import index
from derive.terms.matrix import Added, Matrix, ScalarPart, Scaled, Whole
from derive.terms.term import Entry
from derive.terms.view import Leaf, Num, Plus, Times, View
from tests.unit.latex.networks import layer_norm, plain

SMALL = Num(Fraction(1, 10**5))
X = Leaf(Entry("x", (index("j"),)))
S, T = (Leaf(Entry(n, ())) for n in "st")
MINUS = Num(Fraction(-1))
VIEWS: list[tuple[tuple[View, ...], str]] = [
    ((SMALL, X), "x_{j} + 10^{-5}"),
    ((X, SMALL), "x_{j} + 10^{-5}"),
    ((S, X), "x_{j} + s"),
    ((Num(Fraction(1)), X), "1 + x_{j}"),
    ((Num(Fraction(1, 2)), X), r"\frac{1}{2} + x_{j}"),
    ((SMALL, Times((MINUS, X))), "10^{-5} - x_{j}"),
    ((S, X, Times((MINUS, T))), "s + x_{j} - t"),
    ((Plus((SMALL, X)), X), "x_{j} + x_{j} + 10^{-5}"),
]


@pytest.mark.parametrize(("terms", "wanted"), VIEWS, ids=[w for _, w in VIEWS])
def test_index_form(terms: tuple[View, ...], wanted: str) -> None:
    assert Printer(plain(), "nielsen").view(Plus(terms), {"j": "j"}) == wanted


def test_matrix_form() -> None:
    printer = Printer(plain(), "nielsen")
    x: Matrix = Whole(Entry("x", (index("j"),)), ("j",))
    assert printer.matrix(Added((ScalarPart(SMALL), x))) == "x + 10^{-5}"
    assert printer.matrix(Added((ScalarPart(S), x))) == "x + s"
    assert printer.matrix(Added((ScalarPart(Num(Fraction(1))), x))) == "1 + x"
    assert printer.matrix(Added((ScalarPart(SMALL), Scaled(MINUS, x)))) == "10^{-5} - x"


def batch_norm() -> Network:
    text = "batch: {size: m}\ninputs: {x: n}\ntargets: {g: n}\nlayers: [batch_norm]\nloss: inner_product\n"
    return compile_network(read_network_text(text))


@pytest.mark.parametrize(("network", "last"), [(layer_norm(), r"v + \epsilon"), (batch_norm(), "+ 10^{-5}")])
def test_results_have_the_order_of_the_equations(network: Network, last: str) -> None:
    printer = Printer(network, "nielsen")
    shown = []
    for cases in derive_adjoints(network).results.values():
        for case in cases:
            shown.append(printer.case(case))
            raised = raise_view(network, case.lhs, case.domain, case.view)
            shown += [] if raised is None else [printer.matrix_equation(raised.lhs, raised.rhs)]
    text = "\n".join(shown)
    assert last in text and r"\epsilon + " not in text and "10^{-5} + " not in text


def test_powers_of_ten() -> None:
    assert zeros_of(Fraction(1, 1000)) == 3
    assert zeros_of(Fraction(1, 100)) is None
    assert zeros_of(Fraction(3, 1000)) is None
    assert zeros_of(Fraction(1000)) is None
