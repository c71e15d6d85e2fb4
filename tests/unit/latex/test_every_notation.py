"""Every bundled network in every notation: matrix forms and kernels in each layout, symbols, notes."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from derive.derivation import Adjoints, derive_adjoints
from derive.ir.environment import Environment
from derive.ir.interpret import fill
from derive.ir.normal_form import evaluate_poly, place
from derive.ir.random_data import places_of
from derive.ir.record import Case
from derive.kernels import emit_kernel, load_kernel
from derive.latex.bundled import BUNDLED
from derive.latex.naming import stem
from derive.latex.printer import Printer
from derive.network.network import Network
from derive.pipeline import derive, load, restated
from derive.raising.raise_case import Raised, raise_view
from derive.terms.view import to_poly
from derive.verify.claims import Status
from derive.verify.code import verify_functions
from tests.evaluation import points
from tests.generators import cost, sampled
from tests.numeric_matrix import MatrixOracle, raised_arrays

EXAMPLES = sorted(p.stem for p in (Path(__file__).resolve().parents[3] / "examples").glob("*.yaml"))
LARGE = ("char-lstm", "gru", "lenet", "residual-cnn", "transformer-block", "two-branch")
SMALL = [name for name in EXAMPLES if name not in LARGE]
ABSTRACT = ("deep", "depth-study", "deep-tanh")
LAYOUTS = {
    "columns": "nielsen",
    "columns, in-out": "source-target",
    "rows": "rows",
    "rows, out-in": {"base": "rows", "weight_axes": "out-in"},
}
MODERATE = 0.4


@cache
def network(name: str, notation: str) -> Network:
    return restated(load(name), LAYOUTS.get(notation, notation))


def forms(made: Network) -> list[Network]:
    return [made] if made.sample is None else [made, made.sample]


# -- layouts ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", SMALL)
def test_matrix_forms_have_the_values_of_index_forms(name: str, layout: str) -> None:
    """Adjoints stand for themselves on right sides, so their values may be any."""
    raised = 0
    for made in forms(network(name, layout)):
        adjoints = derive_adjoints(made)
        env = data(adjoints)
        for cases in adjoints.results.values():
            for case in cases:
                found = raise_view(made, case.lhs, case.domain, case.view)
                if found is not None:
                    compare(made, env, case, found)
                    raised += 1
    assert raised


def data(adjoints: Adjoints) -> Environment:
    """Random data, the values after a forward run, and random adjoints."""
    made, rng = adjoints.network, np.random.default_rng(3)
    env = replace(sampled(made, 3), functionals={"C": cost})
    small = {t.name: {at: v * MODERATE for at, v in env.arrays[t.name].items()} for t in made.parameters}
    ran = fill(made.equations, replace(env, arrays={**env.arrays, **small}), lambda e, at: evaluate_poly(e.rhs, at))
    made_up = {f"∂{t.name}": {at: float(rng.normal()) for at in places_of(t, ran)} for t in made.tensors.values()}
    return replace(ran, arrays={**ran.arrays, **made_up})


def with_left_side(case: Case, env: Environment) -> Environment:
    """The environment in which the left side has the values of the index form."""
    poly = to_poly(case.view)
    array = dict(env.arrays[case.lhs.tensor])
    for here in points(case.domain, env, most=10**9):
        array[place(case.lhs.idx, here)] = evaluate_poly(poly, here)
    return replace(env, arrays={**env.arrays, case.lhs.tensor: array})


def compare(made: Network, env: Environment, case: Case, found: Raised) -> None:
    """The left side with the values of the index form, against the right side as matrices."""
    stated = raised_arrays(MatrixOracle(made, with_left_side(case, env)), case.domain, found)
    for (_, left, _), (_, _, right) in zip(
        stated, raised_arrays(MatrixOracle(made, env), case.domain, found), strict=True
    ):
        assert left.shape == right.shape, case.lhs
        assert np.allclose(left, right, rtol=1e-7, atol=1e-9), case.lhs


@pytest.mark.parametrize("layout", ["columns", "columns, in-out", "rows, out-in"])
@pytest.mark.parametrize("name", [n for n in [*SMALL, "gru", "two-branch"] if n not in ABSTRACT])
def test_kernels_are_right(name: str, layout: str) -> None:
    """The verifier evaluates adjoints by itself."""
    made = network(name, layout)
    wanted = made.parameters or made.role("input")
    adjoints = derive_adjoints(made, tuple(t.name for t in wanted))
    kernel = load_kernel(emit_kernel(made, adjoints, wrt="params" if made.parameters else "inputs"))
    claims = verify_functions(kernel, made, adjoints, points=1).claims
    assert {c.name for c in claims} == {"loss", *(t.name for t in wanted)}
    assert {c.status for c in claims} == {Status.AGREES}


# -- symbols ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("notation", BUNDLED)
@pytest.mark.parametrize("name", EXAMPLES)
def test_no_symbol_stands_for_two_things(name: str, notation: str) -> None:
    for made in forms(network(name, notation)):
        printer = Printer(made, made.notation)
        tensors = list(made.tensors.values())
        symbols = [printer.symbol(t) for t in tensors]
        gradients = [printer.gradient(t) for t in tensors if t.role in ("value", "parameter", "input")]
        assert len({*symbols, *gradients}) == len(symbols) + len(gradients)
        lettering = printer.symbols.lettering
        letters = {stem(x) for row in (lettering.names.values(), *lettering.ranges.values()) for x in row}
        bases = {printer.symbols.letter_of(t.name) for t in tensors}
        written = printer.notation.sizes
        sizes = {written.get(s, s) for s in (size.name.split("_")[0] for size in made.sizes)}
        assert not letters & bases and not letters & sizes and not bases & sizes


# -- notes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("notation", ["source-target", "residual", "ufldl"])
@pytest.mark.parametrize("name", SMALL)
def test_notes_are_written(name: str, notation: str) -> None:
    files = derive(load(name)).notes(("tex", "html"), notation)
    assert all(len(content) > 2000 for content in files.values())
