"""What is printed, read back by an independent reader, has the value of the term it was printed from."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from derive.latex.printer import Printer
from derive.terms.affine import Index, Size, index, number, size
from derive.terms.matrix import (
    Added,
    Diagonal,
    Entrywise,
    EntrywisePower,
    EntrywiseStep,
    Hadamard,
    Identity,
    Matrix,
    Ones,
    Product,
    Scaled,
    ScalarPart,
    Transposed,
    Whole,
)
from derive.terms.term import Entry, Scalar
from derive.terms.view import Apply, Leaf, Num, Plus, Power, Step, Summed, Times, View
from tests.unit.latex.networks import plain
from tests.unit.latex.read_back import Meaning, close, evaluate, finite

NETWORK = plain()
NOTATIONS = ("ng", "rows", {"base": "nielsen", "sums": "ranges"})
PRINTERS = [Printer(NETWORK, notation) for notation in NOTATIONS]
SIZES = {"n": 3, "m": 2}
RNG = np.random.default_rng(5)
ARRAYS: dict[str, Any] = {
    "x": RNG.uniform(0.5, 2, 3),
    "y": RNG.uniform(-2, 2, 3),
    "u": RNG.uniform(-2, 2, 2),
    "W": RNG.uniform(-1, 1, (3, 2)),
    "A": RNG.uniform(-1, 1, (3, 3)),
    "s": 1.25,
    "t": -0.75,
}
FUNCTIONS: dict[str, Any] = {
    "f": lambda v: v**2 + 3 * v,
    "f'": lambda v: 2 * v + 3,
    "g": lambda v: v**2 + 3 * v,
    "tanh": np.tanh,
    "exp": np.exp,
    "log": np.log,
    "diag": lambda v: np.diag(np.ravel(v)),
}
BOUNDS = {"n": ("a", "b"), "m": ("c", "d")}
"""Internal names of indices that run to n and to m."""


def meaning(indices: dict[str, int], symbols: dict[str, Any]) -> Meaning:
    return Meaning(symbols, SIZES, FUNCTIONS, indices)


# -- index form -------------------------------------------------------------------------------------------


def value_of(view: View, at: dict[str, int]) -> float:
    """The value of a view, straight from its definition."""
    match view:
        case Num():
            return float(view.value)
        case Leaf(atom=Scalar(variable=Size(name=name))):
            return SIZES[name]
        case Leaf(atom=Entry() as entry):
            places = tuple(at[a.variable or ""] - 1 for a in entry.idx)
            return ARRAYS[entry.tensor][places] if places else ARRAYS[entry.tensor]
        case Apply():
            name = view.name + "'" * sum(view.orders)
            return FUNCTIONS[name](*(value_of(a, at) for a in view.args))
        case Step():
            inner = value_of(view.arg, at)
            return float(inner > 0 if view.strict else inner >= 0)
        case Plus():
            return sum(value_of(t, at) for t in view.terms)
        case Times():
            return float(np.prod([value_of(f, at) for f in view.factors]))
        case Power():
            return np.float64(value_of(view.base, at)) ** float(view.exponent)
        case Summed(bounds=(b,)):
            last = SIZES[str(b.hi)]
            return sum(value_of(view.body, {**at, b.name: v}) for v in range(1, last + 1))
    raise AssertionError(view)


EXPONENTS = [Fraction(e) for e in (-2, -1, 2, 3)] + [Fraction(1, 2), Fraction(-1, 2), Fraction(3, 2)]


@st.composite
def views(draw: st.DrawFn, scope: tuple[str, ...], depth: int) -> View:
    """A random view; nothing about it is simplified or in any order."""
    kinds = ["leaf", "leaf", "number"] if depth == 0 else ["leaf", "number", "plus", "times", "power", "sum", "apply"]
    kind = draw(st.sampled_from(kinds))
    inner = views(scope, depth - 1)
    if kind == "number":
        return Num(Fraction(draw(st.integers(-5, 5)), draw(st.integers(1, 3))))
    if kind == "plus":
        return Plus(tuple(draw(st.lists(inner, min_size=2, max_size=3))))
    if kind == "times":
        return Times(tuple(draw(st.lists(inner, min_size=2, max_size=4))))
    if kind == "power":
        return Power(draw(inner), draw(st.sampled_from(EXPONENTS)))
    if kind == "apply":
        name, orders = draw(st.sampled_from([("f", 0), ("f", 1), ("tanh", 0), ("exp", 0), ("log", 0), ("step", 0)]))
        arg = draw(inner)
        return Step(arg, draw(st.booleans())) if name == "step" else Apply(name, (orders,), (arg,))
    if kind == "sum":
        extent = draw(st.sampled_from(["n", "m"]))
        name = next(n for n in (*BOUNDS[extent], f"%{depth}") if n not in scope)
        body = draw(views((*scope, name) if extent == "n" else scope, depth - 1))
        return Summed((Index(name, number(1), size(extent)),), body)
    return draw(leaves(scope))


@st.composite
def leaves(draw: st.DrawFn, scope: tuple[str, ...]) -> View:
    names = draw(st.lists(st.sampled_from(scope), min_size=2, max_size=2))
    tensor, axes = draw(st.sampled_from([("x", 1), ("y", 1), ("A", 2), ("s", 0), ("t", 0), ("", 0)]))
    if not tensor:
        return Leaf(Scalar(Size(draw(st.sampled_from(["n", "m"])))))
    return Leaf(Entry(tensor, tuple(index(n) for n in names[:axes])))


@settings(max_examples=400, deadline=None)
@given(views(("a",), 3), st.sampled_from(PRINTERS))
def test_index_form_keeps_its_value(view: View, printer: Printer) -> None:
    at = {"a": 2}
    with np.errstate(all="ignore"):
        try:
            expected = value_of(view, at)
        except ZeroDivisionError:
            assume(False)
        assume(finite(expected) and abs(expected) < 1e12)
        names = printer.names([Index("a", number(1), size("n"))])
        tex = printer.view(view, names)
        found = evaluate(tex, meaning({names["a"]: 2}, ARRAYS))
    assert close(found, expected), tex


# -- matrix form ------------------------------------------------------------------------------------------

COLUMNS = {k: v.reshape(-1, 1) if np.ndim(v) == 1 else v for k, v in ARRAYS.items()}
SHAPES = [("n", "m"), ("n", "n"), ("n", "1"), ("m", "1"), ("1", "m"), ("1", "n"), ("m", "n"), ("1", "1")]
WHOLES = {
    ("n", "m"): Whole(Entry("W", (index("a"), index("c"))), ("a", "c")),
    ("n", "n"): Whole(Entry("A", (index("a"), index("b"))), ("a", "b")),
    ("n", "1"): Whole(Entry("x", (index("a"),)), ("a",)),
    ("m", "1"): Whole(Entry("u", (index("c"),)), ("c",)),
}


def matrix_value(m: Matrix) -> Any:
    """The value of a matrix expression, straight from its definition."""
    match m:
        case Whole(atom=Entry(tensor=name)):
            return COLUMNS[name]
        case ScalarPart():
            return value_of(m.view, {})
        case Ones():
            return np.ones((SIZES[str(m.extent)], 1))
        case Identity():
            return np.eye(SIZES[str(m.extent)])
        case Transposed():
            return np.transpose(matrix_value(m.arg))
        case Diagonal():
            return np.diag(np.ravel(matrix_value(m.arg)))
        case Product():
            return np.linalg.multi_dot([matrix_value(f) for f in m.factors])
        case Hadamard():
            out = matrix_value(m.factors[0])
            for f in m.factors[1:]:
                out = out * matrix_value(f)
            return out
        case Scaled(scalar=scalar):
            by = value_of(scalar, {}) if isinstance(scalar, View) else float(matrix_value(scalar)[0, 0])
            return by * matrix_value(m.arg)
        case Added():
            return sum(matrix_value(t) for t in m.terms)
        case Entrywise():
            return FUNCTIONS[m.name + "'" * sum(m.orders)](matrix_value(m.args[0]))
        case EntrywisePower():
            return np.power(matrix_value(m.base), float(m.exponent))
        case EntrywiseStep():
            value = matrix_value(m.arg)
            return (value > 0 if m.strict else value >= 0) * 1.0
    raise AssertionError(m)


SCALAR_VIEWS = st.recursive(
    st.sampled_from([Leaf(Entry("s", ())), Leaf(Entry("t", ())), Leaf(Scalar(Size("m")))])
    | st.builds(lambda p, q: Num(Fraction(p, q)), st.integers(-3, 3), st.integers(1, 3)),
    lambda inner: st.builds(lambda a, b: Times((a, b)), inner, inner)
    | st.builds(lambda a, b: Plus((a, b)), inner, inner)
    | st.builds(lambda a: Power(a, Fraction(-1)), inner),
    max_leaves=4,
)


@st.composite
def matrices(draw: st.DrawFn, shape: tuple[str, str], depth: int) -> Matrix:
    kinds = ["whole"] if depth == 0 else ["whole", "product", "hadamard", "added", "scaled", "apply", "power", "transpose", "diag"]
    kind = draw(st.sampled_from(kinds))
    rows, columns = shape
    same = matrices(shape, depth - 1)
    if kind == "product":
        middle = draw(st.sampled_from(["n", "m"]))
        return Product((draw(matrices((rows, middle), depth - 1)), draw(matrices((middle, columns), depth - 1))))
    if kind == "hadamard":
        return Hadamard(tuple(draw(st.lists(same, min_size=2, max_size=3))))
    if kind == "added":
        return Added(tuple(draw(st.lists(same, min_size=2, max_size=3))))
    if kind == "scaled":
        dot_product = matrices(("1", "1"), depth - 1)
        return Scaled(draw(SCALAR_VIEWS | dot_product), draw(same))
    if kind == "apply":
        name, orders = draw(st.sampled_from([("f", 0), ("f", 1), ("tanh", 0), ("exp", 0)]))
        return Entrywise(name, (orders,), (draw(same),))
    if kind == "power" and shape != ("1", "1"):
        return EntrywisePower(draw(same), draw(st.sampled_from([Fraction(2), Fraction(-1), Fraction(3)])))
    if kind == "transpose":
        return Transposed(draw(matrices((columns, rows), depth - 1)))
    if kind == "diag" and rows == columns == "n":
        return Diagonal(draw(matrices(("n", "1"), depth - 1)))
    return draw(whole_matrices(shape))


@st.composite
def whole_matrices(draw: st.DrawFn, shape: tuple[str, str]) -> Matrix:
    if shape == ("1", "1"):
        ones = Ones(size("n"))
        return Product((Transposed(ones), WHOLES["n", "1"]))
    if shape == ("m", "m"):
        return Identity(size("m"))
    if shape in WHOLES:
        others = [Identity(size("n"))] if shape == ("n", "n") else [Ones(size(shape[0]))] if shape[1] == "1" else []
        return draw(st.sampled_from([WHOLES[shape], *others]))
    return Transposed(WHOLES[shape[1], shape[0]])


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(SHAPES).flatmap(lambda shape: matrices(shape, 3)), st.sampled_from(PRINTERS))
def test_matrix_form_keeps_its_value(matrix: Matrix, printer: Printer) -> None:
    with np.errstate(all="ignore"):
        try:
            expected = matrix_value(matrix)
        except ZeroDivisionError:
            assume(False)
        assume(finite(expected) and np.max(np.abs(expected)) < 1e12)
        tex = printer.matrix(matrix)
        found = evaluate(tex, meaning({}, COLUMNS))
    assert close(found, expected), tex
