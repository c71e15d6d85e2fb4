"""What is printed, read back by an independent reader, has the value of the term it was printed from."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from derive.latex.printer import Printer
from derive.raising.matrix_algebra import transposed
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
    Part,
    Product,
    ScalarPart,
    Scaled,
    Stacked,
    Transposed,
    Whole,
)
from derive.terms.term import Entry, Scalar
from derive.terms.view import Apply, Leaf, Num, Plus, Power, Step, Summed, Times, View
from tests.unit.latex.networks import plain
from tests.unit.latex.read_back import Meaning, close, evaluate, finite

NETWORK = plain()
NOTATIONS = (
    "ng",
    "rows",
    {"base": "nielsen", "sums": "ranges"},
    {"base": "nielsen", "sums": "ranges", "hadamard": "circ", "outer": "otimes"},
)
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
SEEDS = st.integers(0, 2**32 - 1)
"""Terms are made by a plain generator from a seed: drawn by Hypothesis itself they repeat the same few leaves."""
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
            assume(finite(inner))
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


NUMBERS = [Fraction(p) for p in (-1, -1, 1, 0, 2, -3)] + [Fraction(1, 2), Fraction(-2, 3)]
EXPONENTS = [Fraction(e) for e in (-2, -1, 2, 3)] + [Fraction(1, 2), Fraction(-1, 2), Fraction(3, 2)]


def random_view(rng: Random, scope: tuple[str, ...], depth: int) -> View:
    """A random view; nothing about it is simplified or in any order."""
    kinds = (
        ["leaf", "leaf", "number"]
        if depth == 0
        else [*["times", "plus"] * 2, "power", "sum", "apply", "leaf", "number"]
    )

    def inner(names: tuple[str, ...] = scope) -> View:
        return random_view(rng, names, depth - 1)

    match rng.choice(kinds):
        case "number":
            return Num(rng.choice(NUMBERS))
        case "plus":
            return Plus(tuple(inner() for _ in range(rng.randint(2, 3))))
        case "times":
            return Times(tuple(inner() for _ in range(rng.randint(2, 3))))
        case "power":
            return Power(inner(), rng.choice(EXPONENTS))
        case "apply":
            name, order = rng.choice([("f", 0), ("f", 1), ("tanh", 0), ("exp", 0), ("log", 0), ("log", 0), ("", 0)])
            return Apply(name, (order,), (inner(),)) if name else Step(inner(), rng.random() < 0.5)
        case "sum":
            extent = rng.choice(["n", "m"])
            name = next(n for n in (*BOUNDS[extent], f"%{depth}") if n not in scope)
            body = inner((*scope, name) if extent == "n" else scope)
            return Summed((Index(name, number(1), size(extent)),), body)
    return random_leaf(rng, scope)


def random_leaf(rng: Random, scope: tuple[str, ...]) -> View:
    tensor, axes = rng.choice([("x", 1), ("y", 1), ("A", 2), ("s", 0), ("t", 0), ("", 0)])
    if not tensor:
        return Leaf(Scalar(Size(rng.choice(["n", "m"]))))
    return Leaf(Entry(tensor, tuple(index(rng.choice(scope)) for _ in range(axes))))


@settings(max_examples=1500, deadline=None)
@given(SEEDS, st.sampled_from(PRINTERS))
def test_index_form_keeps_its_value(seed: int, printer: Printer) -> None:
    rng, at = Random(seed), {"a": 2}
    view = random_view(rng, ("a",), rng.randint(1, 3))
    try:
        with np.errstate(over="ignore", under="ignore", divide="raise", invalid="raise"):
            expected = value_of(view, at)
    except (ZeroDivisionError, FloatingPointError):
        assume(False)
    with np.errstate(all="ignore"):
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
        case Part():
            cuts = (slice(None) if r is None else slice(r[0].const - 1, r[1].const) for r in (m.rows, m.columns))
            return matrix_value(m.arg)[tuple(cuts)]
        case Stacked():
            return (np.vstack if m.below else np.hstack)([matrix_value(p) for p in m.parts])
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


def random_scalar(rng: Random, depth: int) -> View:
    match rng.choice(["leaf", "number"] if depth == 0 else ["times", "plus", "power"]):
        case "number":
            return Num(rng.choice(NUMBERS))
        case "times":
            return Times((random_scalar(rng, depth - 1), random_scalar(rng, depth - 1)))
        case "plus":
            return Plus((random_scalar(rng, depth - 1), random_scalar(rng, depth - 1)))
        case "power":
            return Power(random_scalar(rng, depth - 1), Fraction(-1))
    return Leaf(rng.choice([Entry("s", ()), Entry("t", ()), Scalar(Size("m"))]))


def random_matrix(rng: Random, shape: tuple[str, str], depth: int) -> Matrix:
    """A random matrix expression of the given shape."""
    if depth == 0:
        return random_whole(rng, shape)
    rows, columns = shape

    def inner(of: tuple[str, str] = shape) -> Matrix:
        return random_matrix(rng, of, depth - 1)

    match rng.choice(["product", "hadamard", "added", "scaled", "apply", "power", "transpose", "diag"]):
        case "product":
            middle = rng.choice(["n", "m"])
            return Product((inner((rows, middle)), inner((middle, columns))))
        case "hadamard":
            return Hadamard(tuple(inner() for _ in range(rng.randint(2, 3))))
        case "added":
            return Added(tuple(inner() for _ in range(rng.randint(2, 3))))
        case "scaled":
            return Scaled(inner(("1", "1")) if rng.random() < 0.3 else random_scalar(rng, rng.randint(0, 2)), inner())
        case "apply":
            return Entrywise(*rng.choice([("f", (0,)), ("f", (1,)), ("tanh", (0,)), ("exp", (0,))]), (inner(),))
        case "power" if shape != ("1", "1"):
            return EntrywisePower(inner(), rng.choice([Fraction(2), Fraction(-1), Fraction(-1), Fraction(3)]))
        case "diag" if rows == columns == "n":
            return Diagonal(inner(("n", "1")))
    return Transposed(inner((columns, rows)))


def random_whole(rng: Random, shape: tuple[str, str]) -> Matrix:
    rows, columns = shape
    if shape == ("1", "1"):
        return Product((Transposed(Ones(size("n"))), WHOLES["n", "1"]))
    if shape == ("m", "m"):
        return Identity(size("m"))
    if shape not in WHOLES:
        return Transposed(WHOLES[columns, rows])
    others: list[Matrix] = [Identity(size("n"))] if rows == columns else [Ones(size(rows))] if columns == "1" else []
    return rng.choice([WHOLES[shape], *others])


@settings(max_examples=200, deadline=None)
@given(SEEDS, st.sampled_from(PRINTERS), st.booleans())
def test_stacked_matrices_keep_their_value(seed: int, printer: Printer, below: bool) -> None:
    """Alone, transposed, and as a factor: the parts are of different shapes."""
    rng = Random(seed)
    shapes = [("n", "m"), ("m", "m"), ("1", "m")] if below else [("n", "m"), ("n", "n"), ("n", "1")]
    parts = tuple(random_matrix(rng, s, rng.randint(0, 2)) for s in shapes[: rng.randint(2, 3)])
    stacked: Matrix = Stacked(parts, below)
    whole: Matrix = rng.choice([stacked, Transposed(stacked), Product((stacked, Transposed(stacked)))])
    with np.errstate(all="ignore"):
        try:
            expected = matrix_value(whole)
        except ZeroDivisionError:
            assume(False)
        assume(finite(expected) and np.max(np.abs(expected)) < 1e12)
        tex = printer.matrix(whole)
        found = evaluate(tex, meaning({}, COLUMNS))
    assert close(found, expected), tex


@settings(max_examples=200, deadline=None)
@given(SEEDS, st.sampled_from(PRINTERS))
def test_parts_keep_their_value(seed: int, printer: Printer) -> None:
    """Rows and columns cut out of a matrix, entries out of a vector; transposed, and as a factor."""
    rng = Random(seed)
    shape = rng.choice(list(WHOLES))
    ends = [sorted(rng.choices(range(1, SIZES[n] + 1), k=2)) if n != "1" else [1, 1] for n in shape]
    rows, columns = ((number(lo), number(hi)) for lo, hi in ends)
    part: Matrix = Part(WHOLES[shape], rows if rng.random() < 0.7 else None, columns if "1" not in shape else None)
    whole = rng.choice([part, transposed(part), Product((part, transposed(part)))])
    tex = printer.matrix(whole)
    assert close(evaluate(tex, meaning({}, COLUMNS)), matrix_value(whole)), tex


@settings(max_examples=1500, deadline=None)
@given(SEEDS, st.sampled_from(PRINTERS))
def test_matrix_form_keeps_its_value(seed: int, printer: Printer) -> None:
    rng = Random(seed)
    matrix = random_matrix(rng, rng.choice(SHAPES), rng.randint(1, 3))
    with np.errstate(all="ignore"):
        try:
            with np.errstate(divide="raise", invalid="raise"):
                expected = matrix_value(matrix)
        except (ZeroDivisionError, FloatingPointError):
            assume(False)
        assume(finite(expected) and np.max(np.abs(expected)) < 1e12)
        tex = printer.matrix(matrix)
        found = evaluate(tex, meaning({}, COLUMNS))
    assert close(found, expected), tex
