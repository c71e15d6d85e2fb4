"""The section on tasks: every line of the derivations evaluated, against differences of losses written by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from derive.calculus.adjoint import adjoint_name
from derive.calculus.scalar import definition
from derive.derivation import derive_adjoints
from derive.handout.numbers import with_numbers
from derive.handout.numbers_tasks import task_network
from derive.ir.environment import Environment
from derive.ir.normal_form import evaluate_poly
from derive.kernels import emit_kernel, load_kernel
from derive.latex.settings import notation
from derive.notes.catalogue import KINDS
from derive.notes.document import Boxed, Derivation, Section, Table, Words
from derive.notes.recipe import Request
from derive.notes.sections.tasks_options import TASKS, Task
from derive.notes.stage import Stage
from derive.terms.view import to_poly

Vector = NDArray[np.float64]
K = 5
STEP = 1e-6


def softmax(z: Vector) -> Vector:
    return np.exp(z) / np.exp(z).sum()


def crossed(a: Vector, y: Vector) -> float:
    return float(-np.sum(y * np.log(a) + (1 - y) * np.log(1 - a)))


def logistic(z: Vector) -> Vector:
    return 1 / (1 + np.exp(-z))


BY_HAND: dict[str, Callable[[Vector, Vector], float]] = {
    "regression": lambda z, y: float(np.sum((z - y) ** 2) / 2),
    "binary": lambda z, y: crossed(logistic(z), y),
    "labels": lambda z, y: crossed(logistic(z), y),
    "classes": lambda z, y: float(-np.sum(y * np.log(softmax(z)))),
}
ACTIVATIONS: dict[str, Callable[[Vector], Vector]] = {
    "regression": lambda z: z,
    "binary": logistic,
    "labels": logistic,
    "classes": softmax,
}


def data(task: Task) -> tuple[Vector, Vector]:
    """Random preactivations, and a target of the right kind."""
    rng = np.random.default_rng(7)
    shape = (K,) if task.several else ()
    targets = {"real": rng.normal(size=shape), "binary": rng.integers(0, 2, shape) * 1.0, "one_hot": np.eye(K)[2]}
    return np.asarray(rng.normal(size=shape)), np.asarray(targets[task.target])


def quotient(cost: Callable[[Vector, Vector], float], z: Vector, y: Vector) -> Vector:
    out = np.zeros_like(z)
    for at in np.ndindex(z.shape):
        step = np.zeros_like(z)
        step[at] = STEP
        out[at] = (cost(z + step, y) - cost(z - step, y)) / (2 * STEP)
    return out


def test_every_task_is_tried() -> None:
    assert set(BY_HAND) == set(TASKS)


@pytest.mark.parametrize("name", TASKS)
def test_the_gradient_is_that_of_the_loss(name: str) -> None:
    network = task_network(name, TASKS[name])
    kernel = load_kernel(emit_kernel(network, derive_adjoints(network), "inputs"))
    z, y = data(TASKS[name])
    cost, gradients = kernel.value_and_grad(kernel.Params(), kernel.Inputs(z, y))
    assert cost == pytest.approx(BY_HAND[name](z, y), rel=1e-12)
    np.testing.assert_allclose(gradients.z, quotient(BY_HAND[name], z, y), rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(gradients.z, ACTIVATIONS[name](z) - y, rtol=1e-12)


@pytest.mark.parametrize("name", TASKS)
@pytest.mark.parametrize("tensor", ["a", "z"])
def test_every_line_has_the_same_value(name: str, tensor: str) -> None:
    """All lines but that of the chain rule, whose partial derivatives are still unknown; ∂C/∂a is given a value."""
    network = task_network(name, TASKS[name])
    adjoints = derive_adjoints(network)
    z, y = data(TASKS[name])
    a = ACTIVATIONS[name](z)
    by_a = quotient(COSTS_OF_A[name], a, y)
    arrays = {key: entries(v) for key, v in {"z": z, "a": a, "y": y, adjoint_name("a"): by_a}.items()}
    wanted = {"a": by_a, "z": a - y}[tensor]
    [case] = adjoints.results[tensor]
    lines = [line for line in case.lines if line.rule != "chain"]
    assert lines
    for at in np.ndindex(wanted.shape):
        env = Environment({"K": K}, arrays, derivative_of=definition)
        for b, k in zip(case.domain, at, strict=True):
            env = env.bind(b.name, k + 1)
        for line in lines:
            assert float(evaluate_poly(to_poly(line.view), env)) == pytest.approx(wanted[at], rel=1e-5), line.rule


COSTS_OF_A: dict[str, Callable[[Vector, Vector], float]] = {
    "regression": lambda a, y: float(np.sum((a - y) ** 2) / 2),
    "binary": crossed,
    "labels": crossed,
    "classes": lambda a, y: float(-np.sum(y * np.log(a))),
}


def entries(array: Vector) -> dict[tuple[int, ...], float]:
    return {tuple(k + 1 for k in at): float(array[at]) for at in np.ndindex(array.shape)}


# -- the section -------------------------------------------------------------------------------------------


def section(of: str, **options: object) -> Section:
    [request] = with_numbers([Request("tasks", KINDS["tasks"].options.model_validate(options))], None)
    written = KINDS["tasks"].write(Stage(notation(of)), request)
    assert written is not None
    return written


def test_the_table_has_a_row_for_each_task() -> None:
    written = section("rows", which=["classes", "binary"])
    [table] = [b for b in written.blocks if isinstance(b, Table)]
    assert [row[0] for row in table.rows] == [Words("tasks.name.classes"), Words("tasks.name.binary")]
    assert [row[3].latex for row in table.rows] == [  # type: ignore[union-attr]
        r"\Delta z_{j} = a_{j} - y_{j}",
        r"\Delta z = a - y",
    ]


@pytest.mark.parametrize(("of", "delta"), [("rows", r"\Delta z_{j}"), ("nielsen", r"\delta_{j}"), ("ng", "dz_{j}")])
def test_the_notation_is_that_of_the_part(of: str, delta: str) -> None:
    parts = [b for b in section(of).blocks if isinstance(b, Section)]
    assert len(parts) == 3
    for part in parts[::2]:
        [box] = [b for b in part.blocks if isinstance(b, Boxed)]
        assert (box.forms[0].lhs, box.forms[0].rhs) == (delta, "a_{j} - y_{j}")
        assert len([b for b in part.blocks if isinstance(b, Derivation)]) == 2


@pytest.mark.parametrize("wrong", [["ranking"], [], "nothing", [3]])
def test_an_unknown_task_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match="task"):
        KINDS["tasks"].options.model_validate({"which": wrong})


@pytest.mark.parametrize(("task", "has_brackets"), [("binary", False), ("classes", True)])
def test_a_bracket_is_explained_where_there_is_one(task: str, has_brackets: bool) -> None:
    [part] = [b for b in section("rows", which=[task]).blocks if isinstance(b, Section)]
    first = next(b for b in part.blocks if isinstance(b, Derivation))
    local = next(s for s in first.steps if s.rule == "local")
    assert local.reason.key == ("reason.local_cost" if has_brackets else "reason.local_cost_plain")
    assert ("[" in local.math) is has_brackets
