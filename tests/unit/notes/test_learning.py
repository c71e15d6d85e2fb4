"""What is to be learned: an estimator as one function and layer by layer, and a cost with everything put in."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from derive.calculus.scalar import definition
from derive.derivation import derive_adjoints
from derive.handout.numbers import with_numbers
from derive.handout.numbers_learning import estimator, layer
from derive.handout.numbers_successors import some_successors
from derive.handout.printed import form
from derive.ir.environment import Array, Environment, Wrt
from derive.ir.interpret import run_forward
from derive.ir.normal_form import evaluate_poly
from derive.latex.settings import notation
from derive.network.network import Network
from derive.network.sample_data import choose_sizes, finite_difference, sample_environment
from derive.notes.compose import Part, compose_parts
from derive.notes.document import Display, Document, Row
from derive.notes.formulas import Formulas
from derive.notes.recipe import Request
from derive.notes.rendering import render
from derive.notes.sections.composition import composed_arguments, composed_cost
from derive.notes.sections.learning import LearningOptions
from derive.notes.stage import Stage
from derive.terms.affine import index, number
from derive.terms.view import to_poly

SYMBOLS = notation("residual").symbols
MAKERS: tuple[Callable[[], Network], ...] = (
    partial(estimator, SYMBOLS),
    partial(layer, number(0), SYMBOLS),
    partial(layer, index("i"), SYMBOLS),
    partial(some_successors, 3),
)


def value(orders: tuple[int, ...], arguments: tuple[complex, ...]) -> complex:
    """A function of one number or two that is its own kind: u² + 3 u v + v, and its first derivatives."""
    u, v = (*arguments, 0.5)[:2]
    if not any(orders):
        return u * u + 3 * u * v + v
    return 2 * u + 3 * v if orders[0] else 3 * u + 1


def cost(arguments: tuple[Array, ...], wrt: Wrt) -> complex:
    """Σ_k k x_k³, or its derivative by one argument."""
    if not wrt:
        return sum((k * x**3 for k, a in enumerate(arguments, start=1) for x in a.values()), 0.0)
    [(k, at)] = wrt
    return 3 * (k + 1) * arguments[k][at] ** 2


def environment(network: Network) -> Environment:
    given = sample_environment(network, choose_sizes(network), 3)
    names = ("f", "phi", "psi_1", "psi_2", "psi_3")
    return Environment(given.sizes, given.arrays, {}, dict.fromkeys(names, value), {"J": cost}, definition)


def formulas_of(network: Network) -> Formulas:
    return Formulas(form(derive_adjoints(network), notation("residual")))


@pytest.mark.parametrize("make", MAKERS)
def test_everything_put_in_is_the_cost(make: Callable[[], Network]) -> None:
    """What the cost reads, as functions of what is given alone, has the values that the forward pass gives it."""
    network = make()
    env = environment(network)
    arguments = [evaluate_poly(to_poly(v), env) for v in composed_arguments(formulas_of(network))]
    expected = complex(run_forward(network.equations, network.tensors, env).entry("C", ())).real
    shown = cost(tuple({(): complex(a).real} for a in arguments), ())
    assert complex(shown).real == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("make", MAKERS[:3])
def test_the_step_goes_against_the_gradient(make: Callable[[], Network]) -> None:
    """A small step along the printed direction makes the cost smaller by λ (∂J/∂Θ)²."""
    network = make()
    env = environment(network)
    slope = finite_difference(network, env, "Theta", ())
    assert abs(slope) > 1e-3
    rate = 1e-6
    moved = {**env.arrays, "Theta": {(): env.arrays["Theta"][()] - rate * slope}}
    before, after = (
        complex(run_forward(network.equations, network.tensors, e).entry("C", ())).real
        for e in (env, Environment(env.sizes, moved, {}, env.functions, env.functionals, definition))
    )
    assert before - after == pytest.approx(rate * slope**2, rel=1e-2)


def section(layers: bool, written: str, language: str = "en") -> Document:
    nothing = Network("", {}, (), None, notation=notation(written))
    requests = with_numbers((Request("learning", LearningOptions(layers=layers)),), nothing)
    return compose_parts("t", [Part(Stage(notation(written)), requests)], language)


def rows(document: Document) -> list[Row]:
    return [r for b in document.blocks if isinstance(b, Display) for r in b.rows]


def test_layers_read_what_the_layer_before_has_made() -> None:
    assert [f"{r.lhs} = {r.rhs}" for r in rows(section(True, "rows"))] == [
        r"a^{[1]} = f_{0}(a^{[0]}, \theta^{[0]})",
        r"a^{[2]} = f_{1}(a^{[1]}, \theta^{[1]})",
        r"a^{[i+1]} = f_{i}(a^{[i]}, \theta^{[i]})",
        r"\hat{y} = f_{N}(a^{[N]}, \theta^{[N]})",
    ]


def test_the_letters_are_those_of_the_notation() -> None:
    prediction, put_in, step = rows(section(False, "source-target"))
    assert (prediction.lhs, prediction.rhs) == (r"\hat{t}", "f(x, w)")
    assert (put_in.lhs, put_in.rhs) == ("e(w)", "e(f(x, w), t)")
    assert (step.relation, step.rhs) == (r"\leftarrow", r"w - \eta \, \frac{\partial e}{\partial w}")
    assert composed_cost(formulas_of(some_successors(2))) == r"J(\psi_{1}(\phi(\theta)), \psi_{2}(\phi(\theta)))"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("written", ["nielsen", "source-target", "ng", "residual", "ufldl", "rows"])
def test_every_notation_and_language_writes_it(written: str, language: str) -> None:
    for layers in (False, True):
        assert all(render(section(layers, written, language), ("tex", "html", "md", "typ")).values())
