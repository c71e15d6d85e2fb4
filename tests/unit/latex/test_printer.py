"""The printer on terms made by hand: brackets, fractions, signs, marks, gradients."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType

import pytest

from derive.ir.record import Case
from derive.ir.tensor import Label, Tensor
from derive.latex.printer import Printer
from derive.network.network import Network
from derive.terms.affine import Affine, IdEntry, Index, Size, index, number, size
from derive.terms.matrix import (
    Added,
    Entrywise,
    EntrywisePower,
    EntrywiseStep,
    Hadamard,
    Matrix,
    Ones,
    Product,
    ScalarPart,
    Scaled,
    Transposed,
    Whole,
)
from derive.terms.term import Bound, Delta, Entry, Functional, Partial, Poly, Scalar, of_atom
from derive.terms.view import Apply, Leaf, Num, Plus, Power, Step, Summed, Times, View
from tests.unit.latex.networks import classifier, deep, from_text, layer_norm, plain

PLAIN = Printer(plain(), "ng")
I, J, B = (index(n) for n in "ijb")
NAMES = {"i": "i"}


def leaf(tensor: str, *idx: Affine) -> Leaf:
    return Leaf(Entry(tensor, idx))


def num(value: int | str) -> Num:
    return Num(Fraction(value))


x, y, s, t = leaf("x", I), leaf("y", I), leaf("s"), leaf("t")
n = Leaf(Scalar(Size("n")))


def over(view: View, exponent: int | str = -1) -> Power:
    return Power(view, Fraction(exponent))


def sum_of(view: View) -> Summed:
    return Summed((Index("b", number(1), size("n")),), view)


VIEWS = [
    (Plus((x, Times((num(-1), y)))), r"x_{i} - y_{i}"),
    (Plus((x, num(-1))), r"x_{i} - 1"),
    (Plus((Times((num(-1), x)), y)), r"-x_{i} + y_{i}"),
    (Times((num(-1), Plus((x, y)))), r"-(x_{i} + y_{i})"),
    (Plus((x, Times((num(-1), Plus((x, y)))))), r"x_{i} - (x_{i} + y_{i})"),
    (Plus((x, Plus((s, t)))), r"x_{i} + s + t"),
    (Times((Plus((x, y)), s)), r"(x_{i} + y_{i}) s"),
    (Times((num(2), Plus((x, y)))), r"2 (x_{i} + y_{i})"),
    (Power(Plus((x, y)), Fraction(2)), r"(x_{i} + y_{i})^{2}"),
    (Power(sum_of(leaf("x", B)), Fraction(2)), r"\left( \sum_{j=1}^{n} x_{j} \right)^{2}"),
    (sum_of(Power(leaf("x", B), Fraction(2))), r"\sum_{j=1}^{n} x_{j}^{2}"),
    (Times((num("1/2"), x)), r"\frac{1}{2} x_{i}"),
    (num("-2/3"), r"-\frac{2}{3}"),
    (Times((over(n), sum_of(leaf("x", B)))), r"\frac{1}{n} \sum_{j=1}^{n} x_{j}"),
    (Times((num("1/2"), s, sum_of(leaf("x", B)))), r"\frac{s}{2} \sum_{j=1}^{n} x_{j}"),
    (Times((num(-2), over(n), Plus((x, y)))), r"-\frac{2}{n} (x_{i} + y_{i})"),
    (Times((over(x), y)), r"\frac{y_{i}}{x_{i}}"),
    (Times((num(-1), over(n), over(x), y)), r"-\frac{y_{i}}{n x_{i}}"),
    (over(x), r"\frac{1}{x_{i}}"),
    (over(x, -2), r"\frac{1}{x_{i}^{2}}"),
    (over(Plus((s, t)), "-1/2"), r"\frac{1}{\sqrt{s + t}}"),
    (Times((over(Plus((s, t)), "-1/2"), Plus((x, y)))), r"\frac{x_{i} + y_{i}}{\sqrt{s + t}}"),
    (Times((sum_of(leaf("x", B)), over(Plus((s, t))))), r"\frac{1}{s + t} \sum_{j=1}^{n} x_{j}"),
    (Power(s, Fraction(1, 2)), r"\sqrt{s}"),
    (Power(s, Fraction(3, 2)), r"s^{3/2}"),
    (Power(Power(s, Fraction(2)), Fraction(3)), r"(s^{2})^{3}"),
    (Power(over(s), Fraction(2)), r"\left( \frac{1}{s} \right)^{2}"),
    (Times((sum_of(leaf("x", B)), y)), r"\left( \sum_{j=1}^{n} x_{j} \right) y_{i}"),
    (Times((y, sum_of(leaf("x", B)))), r"y_{i} \sum_{j=1}^{n} x_{j}"),
    (Times((sum_of(leaf("x", B)), Apply("f", (1,), (y,)))), r"\sum_{j=1}^{n} x_{j} f'(y_{i})"),
    (Plus((sum_of(leaf("x", B)), y)), r"\sum_{j=1}^{n} x_{j} + y_{i}"),
    (sum_of(Plus((leaf("x", B), y))), r"\sum_{j=1}^{n} (x_{j} + y_{i})"),
    (sum_of(Times((num(-1), leaf("x", B)))), r"-\sum_{j=1}^{n} x_{j}"),
    (Apply("exp", (0,), (Times((num(-1), x)),)), r"e^{-x_{i}}"),
    (Apply("exp", (0,), (Times((num("1/2"), x)),)), r"\exp\left( \frac{1}{2} x_{i} \right)"),
    (Power(Apply("exp", (0,), (x,)), Fraction(2)), r"(e^{x_{i}})^{2}"),
    (Times((y, Apply("log", (0,), (x,)))), r"y_{i} \log x_{i}"),
    (Times((Apply("log", (0,), (x,)), y)), r"\log(x_{i}) y_{i}"),
    (Times((Apply("log", (0,), (x,)), over(y))), r"\frac{\log x_{i}}{y_{i}}"),
    (Times((Apply("log", (0,), (x,)), s, over(y))), r"\frac{\log(x_{i}) s}{y_{i}}"),
    (Apply("log", (0,), (Plus((num(1), x)),)), r"\log(1 + x_{i})"),
    (Power(Apply("log", (0,), (x,)), Fraction(2)), r"(\log x_{i})^{2}"),
    (Apply("tanh", (1,), (x,)), r"\tanh'(x_{i})"),
    (Power(Apply("f", (2,), (x,)), Fraction(2)), r"(f''(x_{i}))^{2}"),
    (Apply("f", (4,), (x,)), r"f^{(4)}(x_{i})"),
    (Apply("relu", (1,), (x,)), r"\operatorname{ReLU}'(x_{i})"),
    (Apply("prelu", (0, 1), (x, s)), r"\partial_{\alpha} \operatorname{PReLU}(x_{i}, s)"),
    (Apply("abs", (0,), (x,)), r"\left| x_{i} \right|"),
    (Apply("abs", (1,), (x,)), r"\operatorname{sgn}(x_{i})"),
    (Apply("pi", (), ()), r"\pi"),
    (Times((x, Power(num(2), Fraction(3)))), r"x_{i} \cdot 2^{3}"),
    (Step(Plus((x, Times((num(-1), y))))), r"[x_{i} - y_{i} > 0]"),
    (Step(x, strict=False), r"[x_{i} \ge 0]"),
    (Leaf(Delta(J - I)), r"[i = j]"),
    (Leaf(Delta(I - size("n"))), r"[i = n]"),
    (Leaf(Bound(size("n") - I - 1)), r"[i \le n-1]"),
    (Leaf(Bound(I - 2)), r"[i \ge 2]"),
    (leaf("A", I, J + 1), r"A_{i,j+1}"),
    (leaf("A", I, number(2)), r"A_{i2}"),
    (Leaf(Entry("A", (Affine([(IdEntry("y", (J,)), 1)]), I))), r"A_{y_{j},i}"),
    (Leaf(Partial(Entry("y", (I,)), Entry("x", (J,)))), r"\frac{\partial y_{i}}{\partial x_{j}}"),
]


@pytest.mark.parametrize(("view", "tex"), VIEWS, ids=[tex for _, tex in VIEWS])
def test_views(view: View, tex: str) -> None:
    assert PLAIN.view(view, NAMES) == tex


def test_letters_with_subscripts_do_not_run_together() -> None:
    view = leaf("A", index("a"), index("b"))
    assert PLAIN.view(view, {"a": "alpha", "b": "k"}) == r"A_{\alpha k}"
    assert PLAIN.view(view, {"a": "j_1", "b": "k'"}) == r"A_{j_{1},k'}"
    assert PLAIN.view(view, {"a": "j'", "b": "k"}) == r"A_{j'k}"


def test_indicator() -> None:
    printer = Printer(plain(), {"base": "ng", "iverson": "indicator"})
    assert printer.view(Step(x), NAMES) == r"\mathbf{1}[x_{i} > 0]"


def test_e_is_not_written_where_it_means_something_else() -> None:
    network = from_text(
        "inputs: {e: 3}\ntargets: {y: 3}\nlayers: [{dense: {units: 3, activation: softmax}}]\nloss: C\n"
    )
    view = Apply("exp", (0,), (leaf("z1", I),))
    assert Printer(network).view(view, NAMES) == r"\exp(z_{i}^{1})"


# -- matrices ---------------------------------------------------------------------------------------------

X = Whole(Entry("x", (I,)), ("i",))
Y = Whole(Entry("y", (I,)), ("i",))
A = Whole(Entry("A", (I, J)), ("i", "j"))
ONES = Ones(size("n"))
DOT = Product((Transposed(ONES), X))


def minus(m: Matrix) -> Matrix:
    return Scaled(num(-1), m)


def inverse(m: Matrix) -> Matrix:
    return EntrywisePower(m, Fraction(-1))


T = r"^{\mathsf{T}}"
MATRICES = [
    (Product((Transposed(A), Y)), rf"A{T} y"),
    (Hadamard((Product((Transposed(A), Y)), X)), rf"(A{T} y) \odot x"),
    (Product((A, Hadamard((X, Y)))), r"A (x \odot y)"),
    (Transposed(Product((A, X))), rf"(A x){T}"),
    (Whole(Entry("A", (I, J)), ("j", "i")), rf"A{T}"),
    (Transposed(Whole(Entry("A", (I, J)), ("j", "i"))), r"A"),
    (EntrywisePower(DOT, Fraction(2)), rf"(\mathbf{{1}}_{{n}}{T} x)^{{2}}"),
    (Product((Transposed(ONES), EntrywisePower(X, Fraction(2)))), rf"\mathbf{{1}}_{{n}}{T} x^{{\odot 2}}"),
    (EntrywisePower(DOT, Fraction(1, 2)), rf"\sqrt{{\mathbf{{1}}_{{n}}{T} x}}"),
    (Added((X, minus(Y))), r"x - y"),
    (Added((minus(X), minus(Added((X, Y))))), r"-x - (x + y)"),
    (Scaled(num(-1), Added((X, Y))), r"-(x + y)"),
    (Scaled(over(n), Product((A, X))), r"\frac{1}{n} A x"),
    (Scaled(over(n), Hadamard((X, Y))), r"\frac{1}{n} x \odot y"),
    (Scaled(Plus((s, t)), X), r"(s + t) x"),
    (Scaled(DOT, X), rf"(\mathbf{{1}}_{{n}}{T} x) x"),
    (Hadamard((X, Scaled(num(2), Y))), r"x \odot (2 y)"),
    (Hadamard((X, inverse(Y))), r"x \oslash y"),
    (Hadamard((inverse(Y), X, Y)), r"x \odot y \oslash y"),
    (Hadamard((X, inverse(X), inverse(Y))), r"x \oslash (x \odot y)"),
    (Hadamard((inverse(X), inverse(Y))), r"x^{\odot -1} \odot y^{\odot -1}"),
    (Entrywise("exp", (0,), (A,)), r"\exp(A)"),
    (Entrywise("f", (1,), (Added((X, Y)),)), r"f'(x + y)"),
    (Entrywise("prelu", (0, 0), (X, ScalarPart(s))), r"\operatorname{PReLU}(x, s)"),
    (EntrywiseStep(X), r"[x > 0]"),
    (ScalarPart(Times((num(-1), s))), r"-s"),
]


@pytest.mark.parametrize(("matrix", "tex"), MATRICES, ids=[tex for _, tex in MATRICES])
def test_matrices(matrix: Matrix, tex: str) -> None:
    assert PLAIN.matrix(matrix) == tex


def test_transposes_join_the_layer_mark() -> None:
    network = deep("ng", "{size: m, reduce: mean}")
    axes = tuple(a.name for a in network.tensor("W").axes)
    w = Whole(Entry("W", (size("L"), *(index(a) for a in axes[1:]))), axes[1:])
    assert Printer(network, "ng").matrix(Transposed(w)) == r"W^{[L]\mathsf{T}}"
    assert Printer(network, "nielsen").matrix(Transposed(w)) == r"(W^{L})^{\mathsf{T}}"
    top = {"base": "ng", "transpose": "top", "joined_transpose": False}
    assert Printer(network, top).matrix(Transposed(w)) == r"(W^{[L]})^{\top}"


# -- symbols, marks, gradients ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("notation", "entry", "whole", "gradient", "weights"),
    [
        ("nielsen", "z_{ji}^{l}", "z^{l}", r"\delta^{l}", r"\frac{\partial C}{\partial W^{l}}"),
        ("ng", "z_{ji}^{[l]}", "Z^{[l]}", "dZ^{[l]}", "dW^{[l]}"),
        ("rows", "z_{ji}^{[l]}", "Z^{[l]}", r"\Delta Z^{[l]}", r"\Delta \theta^{[l]}"),
        ({"base": "nielsen", "layer_mark": "_l"}, "(z_{l})_{ji}", "z_{l}", r"\delta_{l}", None),
        ({"base": "nielsen", "layer_mark": "^(l)", "capitals": True}, "z_{ji}^{(l)}", "Z^{(l)}", r"\Delta^{(l)}", None),
    ],
)
def test_marks(notation: object, entry: str, whole: str, gradient: str, weights: str | None) -> None:
    network = deep("nielsen", "{size: m, reduce: mean}")
    printer, z = Printer(network, notation), network.tensor("z")
    assert printer.entry(z.entry, printer.names_of(z.entry)) == entry
    assert (printer.symbol(z), printer.gradient(z)) == (whole, gradient)
    if weights is not None:
        assert printer.gradient(network.tensor("W")) == weights
    assert printer.shape(z) in (r"n_{l} \times m", r"n^{[l]} \times m")


def test_a_mark_is_not_taken_for_a_power() -> None:
    network = deep()
    z = network.tensor("z").entry
    for notation, square in (("nielsen", "(z_{j}^{l})^{2}"), ("ng", "(z_{j}^{[l]})^{2}")):
        printer = Printer(network, notation)
        assert printer.view(Power(Leaf(z), Fraction(2)), printer.names_of(z)) == square
    y = network.tensor("y").entry
    names = Printer(network).names_of(y)
    assert Printer(network).view(Power(Leaf(y), Fraction(2)), names) == "(y_{j})^{2}"
    assert Printer(network, "ng").view(Power(Leaf(y), Fraction(2)), names) == "y_{j}^{2}"


def test_a_cost_that_looks_like_the_depth() -> None:
    assert Printer(deep(), "rows").symbol(deep().tensor("C")) == r"\mathcal{L}"
    assert Printer(plain(), "rows").derivatives.cost_tex == "C"


def test_own_names_of_inputs() -> None:
    network = from_text(
        "inputs: {features: 3, x: 3}\ntargets: {t1: 3}\nlayers:\n"
        "  - {add: {}, from: [features, x], name: total}\nloss: half_squared_error\n"
    )
    shown = [Printer(network, "ng").symbol(t) for t in network.tensors.values()]
    assert shown == [r"\mathrm{features}", "x", "t_{1}", r"s^{[\mathrm{total}]}", "J"]


def test_two_tensors_never_look_the_same() -> None:
    one = Tensor("z1", (), "value", label=Label("preactivation", 1))
    two = Tensor("z_again", (), "value", label=Label("preactivation", 1))
    parts = [Tensor(f"W{k}", (), "parameter", label=Label("weight", 1, str(k))) for k in (1, 2)]
    tensors = {t.name: t for t in (one, two, *parts)}
    network = replace(plain(), tensors=MappingProxyType(tensors))
    assert [Printer(network).symbol(t) for t in tensors.values()] == [
        "z^{1}",
        r"z_{\mathrm{again}}",
        "W_{1}^{1}",
        "W_{2}^{1}",
    ]


def test_names_of_layers_and_tensors_cannot_become_commands() -> None:
    evil = Tensor(r"x}\write18{ls}", (), "input", label=Label("activation", r"a}\input{/etc/passwd}"))
    worse = Tensor(r"\end{document}", (), "value")
    network = replace(plain(), tensors=MappingProxyType({t.name: t for t in (evil, worse)}))
    printer = Printer(network)
    assert printer.symbol(evil) == r"a^{\mathrm{a\}\backslash input\{{/}etc{/}passwd\}}}"
    assert printer.symbol(worse) == r"\mathrm{\backslash end\{document\}}"


def functional(network: Network, *wrt: Affine) -> Functional:
    axes = network.tensor("a").axes
    at = (size("L"), index("_1_0"), *(index(a.name) for a in axes[2:]))
    bounds = (Index("_1_0", number(1), size("n", size("L"))),)
    return Functional("C", bounds, (of_atom(Entry("a", at)),), tuple((0, (w,)) for w in wrt))


def test_abstract_costs() -> None:
    network = deep("nielsen")
    printer = Printer(network)
    names = {"p": "j", "q": "k"}
    assert printer.entry(functional(network), names) == "C(a^{L})"
    assert printer.entry(functional(network, index("p")), names) == r"\frac{\partial C}{\partial a_{j}^{L}}"
    second = printer.entry(functional(network, index("p"), index("q")), names)
    assert second == r"\frac{\partial^{2} C}{\partial a_{j}^{L} \partial a_{k}^{L}}"
    assert printer.matrix(Whole(functional(network, index("p")), ("p",))) == r"\nabla_{a^{L}} C"


def test_the_cost_of_a_sample_carries_its_index() -> None:
    network = deep("ng", "{size: m, reduce: mean}")
    i = network.tensor("a").axes[2].name
    f = functional(network, index("p"))
    assert Printer(network, "ng").entry(f, {"p": "j", i: "i"}) == (
        r"\frac{\partial \mathcal{L}_{i}}{\partial a_{ji}^{[L]}}"
    )
    gradient = Whole(f, ("p", i))
    assert Printer(network, "nielsen").matrix(gradient) == r"\nabla_{a^{L}} \sum_{i} C_{i}"
    of_mean = Scaled(Power(Leaf(Scalar(Size("m"))), Fraction(-1)), Hadamard((gradient, gradient)))
    assert Printer(network, "nielsen").matrix(of_mean) == (
        r"\nabla_{a^{L}} C \odot \left( \nabla_{a^{L}} \sum_{i} C_{i} \right)"
    )


# -- cases ------------------------------------------------------------------------------------------------


def case(lhs: Entry, domain: tuple[Index, ...], condition: tuple[str, str] | None) -> Case:
    return Case(lhs, domain, Poly({}), num(0), (), condition)


def test_conditions() -> None:
    network = deep()
    printer = Printer(network)
    l, j = network.tensor("z").axes
    rest = Index("l", number(1), size("L") - 1, True)
    free = (index("l"), index(j.name))
    at_end = Entry("∂z", (size("L"), index(j.name)))
    assert printer.condition(case(at_end, (j,), ("l", "last"))) == "l = L"
    assert printer.condition(case(Entry("∂z", free), (rest, j), ("l", "rest"))) == r"l=1,\dots,L-1"
    assert printer.condition(case(Entry("∂z", free), (l, j), None)) == r"l=1,\dots,L"
    assert printer.condition(case(Entry("∂x", (index(j.name),)), (j,), None)) == ""
    assert printer.case(case(at_end, (j,), ("l", "last"))) == r"\delta_{j}^{L} = 0"


@pytest.mark.parametrize(("last", "tex"), [(1, "l=1"), (2, "l=1,2"), (3, r"l=1,\dots,3")])
def test_short_ranges(last: int, tex: str) -> None:
    assert PLAIN.domain([Index("l", number(1), number(last), True)]) == tex


def test_functions() -> None:
    assert Printer(plain(), "ng").function("sigma", (1,)) == "g'"
    printer = Printer(plain())
    assert [printer.function(*f) for f in (("sigma", (1,)), ("sigmoid",), ("tanh", (2,)), ("swish",))] == [
        r"\sigma'",
        r"\sigma",
        r"\tanh''",
        r"\operatorname{swish}",
    ]
    assert printer.function(r"f}\input{x}") == r"\mathrm{f\}\backslash input\{x\}}"


def test_shapes() -> None:
    network = layer_norm()
    printer = Printer(network)
    assert [printer.shape(network.tensor(t)) for t in ("x", "mu")] == ["n", "1"]
    assert PLAIN.shape(plain().tensor("W")) == r"n \times m"


def test_short_sums_show_unusual_ranges() -> None:
    printer = Printer(plain(), "nielsen")
    whole, part = (Index("j", number(1), size("n") - k) for k in (0, 1))
    assert printer.view(Summed((whole,), leaf("x", J))) == r"\sum_{j} x_{j}"
    assert printer.view(Summed((part,), leaf("x", J))) == r"\sum_{j=1}^{n-1} x_{j}"


# -- iterations, samples, outputs -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("notation", "weights", "entry", "angle", "x", "gradient"),
    [
        (
            "nielsen",
            "W^{l}(n+1)",
            "W_{jk}^{l}(n+1)",
            r"\theta(n+1)",
            "x_{i}",
            r"\frac{\partial C}{\partial W^{l}}(n+1)",
        ),
        ("source-target", "w^{l}(n+1)", "w_{ij}^{l}(n+1)", r"\theta(n+1)", "x(i)", None),
        ("ng", r"W^{[l]\langle n+1 \rangle}", r"W_{jk}^{[l]\langle n+1 \rangle}", None, "x^{(i)}", None),
        ("ufldl", "W^{(l),n+1}", "W_{ij}^{(l),n+1}", r"\theta^{n+1}", "x^{(i)}", r"(\nabla_{W^{(l)}} J)^{n+1}"),
        ({"base": "residual", "iteration_mark": "_n"}, r"\boldsymbol{\Theta}_{l,n+1}", None, None, None, None),
    ],
)
def test_marks_of_iterations_and_samples(
    notation: object, weights: str, entry: str | None, angle: str | None, x: str | None, gradient: str | None
) -> None:
    network = deep(notation if isinstance(notation, str) else "residual")
    printer = Printer(network, notation)
    w = network.tensor("W")
    found = (
        printer.iteration("W", "n+1"),
        printer.iteration(w.entry, "n+1", printer.names_of(w.entry)),
        printer.iteration("theta", "n+1"),
        printer.sample("x", "i"),
        printer.iteration("∂W", "n+1"),
    )
    wanted = (weights, entry, angle, x, gradient)
    assert all(b in (None, a) for a, b in zip(found, wanted, strict=True)), found


def test_the_learning_rate_is_not_a_letter_that_is_taken() -> None:
    assert [Printer(deep(n), n).rate for n in ("nielsen", "ng", "residual")] == [r"\eta", r"\alpha", r"\lambda"]
    assert Printer(classifier("residual"), "residual").rate == r"\eta"


def test_the_output_by_name() -> None:
    assert [Printer(deep(n), n).prediction for n in ("ng", "residual", "ufldl")] == [
        r"\hat{y}",
        r"\hat{\mathbf{y}}",
        "h_{W,b}(x)",
    ]


def test_letters_of_layers_where_there_are_enough() -> None:
    two, three = (
        from_text(
            "notation: source-target\ninputs: {x: n_0}\ntargets: {y: n_2}\nloss: half_squared_error\nlayers:\n"
            "  - {dense: {units: n_1, activation: sigma}}\n" + more + "  - {dense: {units: n_2}}\n"
        )
        for more in ("", "  - {dense: {units: n_3, activation: sigma}}\n")
    )
    shown = [[Printer(n, "source-target").symbol(n.tensor(t)) for t in ("x", "W1", "W2")] for n in (two, three)]
    assert shown == [["v^{M}", "w^{I}", "w^{J}"], ["v^{0}", "w^{1}", "w^{2}"]]


def test_two_gradients_never_look_the_same() -> None:
    """Preactivations of one layer under one mark: only the first gradient has the letter of its own."""
    one, two = (Tensor(n, (), "value", label=Label("preactivation", 1)) for n in ("z1", "z_again"))
    network = replace(plain(), tensors=MappingProxyType({t.name: t for t in (one, two)}), cost=None)
    gradients = [Printer(network).gradient(t) for t in (one, two)]
    assert len(set(gradients)) == 2 and gradients[0] == r"\delta^{1}"
