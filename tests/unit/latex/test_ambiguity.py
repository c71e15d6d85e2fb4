"""What could be read in two ways: subscripts that run together, and e, which may be a tensor."""

from __future__ import annotations

import re

import pytest
import sympy

from derive.latex.functions import without_powers_of_e
from derive.latex.printer import Printer
from derive.network.builder import Builder
from derive.network.network import Network
from derive.pipeline import derive, load, restated
from derive.terms.affine import Affine, index, number, size
from derive.terms.term import Entry
from derive.terms.view import Apply, Leaf
from tests.unit.latex.networks import from_text, plain

J = index("j")
SUBSCRIPTS = [
    ((number(1), number(1)), "W_{11}"),
    ((number(1), J), "W_{1j}"),
    ((J, number(9)), "W_{j9}"),
    ((number(1), number(12)), "W_{1,12}"),
    ((number(11), number(2)), "W_{11,2}"),
    ((J + 1, number(2)), "W_{j+1,2}"),
    ((number(0), number(-1)), "W_{0,-1}"),
    ((size("n"), J), "W_{nj}"),
    ((size("n_1"), J), "W_{n_{1},j}"),
    ((J * 2, J), "W_{2j,j}"),
]


@pytest.mark.parametrize(("idx", "wanted"), SUBSCRIPTS, ids=[w for _, w in SUBSCRIPTS])
def test_only_single_signs_run_together(idx: tuple[Affine, ...], wanted: str) -> None:
    assert Printer(plain(), "nielsen").entry(Entry("W", idx), {"j": "j"}) == wanted


@pytest.mark.parametrize("idx", [(a, b) for a in (1, 2, 12, 21, 112) for b in (1, 2, 12, 21, 112)])
def test_two_numbers_are_read_back_by_their_count(idx: tuple[int, int]) -> None:
    """With commas where there are some, else one sign each."""
    tex = Printer(plain(), "nielsen").entry(Entry("W", tuple(map(number, idx))))
    below = tex.removeprefix("W_{").removesuffix("}")
    assert tuple(map(int, below.split(",") if "," in below else below)) == idx


# -- e ---------------------------------------------------------------------------------------------------------------


def with_error(name: str = "e") -> Network:
    """A named error `e_j = t_j − exp(u_j)`, squared."""
    net = Builder("error")
    n = net.size("n")
    j = net.index("j", n)
    u, t = net.input("u", (j,)), net.target("t", (j,))
    e = net.define(name, (j,), t[j] - sympy.exp(u[j]))
    net.define("C", (), sympy.Sum(e[j] ** 2, j))
    net.minimize("C")
    return net.network()


EXPONENTIAL = Apply("exp", (0,), (Leaf(Entry("u", (J,))),))


def exponential(network: Network, notation: object) -> str:
    return Printer(network, notation).view(EXPONENTIAL, {"j": "j"})


def test_e_is_the_base_only_where_nothing_else_is_called_e() -> None:
    assert exponential(with_error("r"), "nielsen") == "e^{u_{j}}"
    assert exponential(with_error("e"), "nielsen") == r"\exp(u_{j})"
    assert exponential(with_error("e_out"), "nielsen") == r"\exp(u_{j})"
    assert exponential(with_error("r"), {"base": "nielsen", "functions": {"sigma": "e"}}) == r"\exp(u_{j})"
    assert exponential(with_error("r"), {"base": "nielsen", "gradient_symbols": {"activation": "e"}}) == r"\exp(u_{j})"


def test_an_index_called_e_counts() -> None:
    net = Builder("indexed")
    e = net.index("e", net.size("n"))
    x = net.input("x", (e,))
    net.define("C", (), sympy.Sum(sympy.exp(x[e]), e))
    net.minimize("C")
    network = net.network()
    shown = derive(network).notes(("md",))
    assert Printer(network, "nielsen").symbols.has_e
    text = b"".join(shown.values()).decode()
    assert r"\exp(x_{e})" in text and "e^{" not in text


NAMED_ERROR = """
name: three
notation: {base: source-target, symbols: {cost: C, loss: C}}
inputs: {x: n_0}
targets: {t: n_2}
layers: [{dense: {units: n_1, activation: sigmoid}}, {dense: {units: n_2, activation: sigmoid}}]
loss: {half_squared_error: {error: e}}
"""


@pytest.mark.parametrize("source", [NAMED_ERROR, "softmax-classifier", "neuron"])
def test_a_handout_with_an_e_has_no_power_of_e_but_those_of_entries(source: str) -> None:
    """The definitions of functions are SymPy's, and follow the same rule."""
    network = from_text(source) if "\n" in source else restated(load(source), "source-target")
    files = derive(network).notes(("md",))
    text = b"".join(files.values()).decode()
    assert r"\exp(" in text
    assert set(re.findall(r"(?<![A-Za-z\\])e\^\{(.*?)\}", text)) <= {r"\odot 2", "2"}


def test_powers_of_e_in_the_formulas_of_sympy() -> None:
    z = sympy.Symbol("z", real=True)
    logistic = str(sympy.latex(sympy.exp(-z) / (1 + sympy.exp(-z)) ** 2))
    assert without_powers_of_e(logistic) == r"\frac{\exp(- z)}{\left(1 + \exp(- z)\right)^{2}}"
    bell = str(sympy.latex(sympy.exp(-(z**2) / 2)))
    assert without_powers_of_e(bell) == r"\exp\left( - \frac{z^{2}}{2} \right)"
    assert without_powers_of_e("e^{e^{z}}") == r"\exp(\exp(z))"
    assert without_powers_of_e(r"\operatorname{erf}{\left(z \right)} + e") == (
        r"\operatorname{erf}{\left(z \right)} + \mathrm{e}"
    )
