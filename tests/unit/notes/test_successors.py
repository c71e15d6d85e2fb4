"""A value with several successors, and the recursion through layers of connections and functions."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import yaml

from derive.calculus.scalar import definition
from derive.derivation import derive_adjoints
from derive.errors import DeriveError
from derive.handout import compose_document, read_document_file
from derive.handout.numbers_residual import before_activation, before_connection, last_layer
from derive.handout.numbers_successors import any_successors, some_successors
from derive.ir.environment import Array, Environment, Wrt
from derive.ir.interpret import run_forward, run_normal_form
from derive.ir.normal_form import assignments, evaluate_affine, evaluate_poly
from derive.ir.tensor import ADJOINT
from derive.network.network import Network
from derive.network.sample_data import choose_sizes, finite_difference, sample_environment
from derive.notes.document import Boxed, Derivation, Document, Reference, Table, Words
from derive.resources import examples_dir, templates_dir


def power(orders: tuple[int, ...], arguments: tuple[complex, ...]) -> complex:
    """A function of one number or two, and its derivatives: sin(u) + u v + v² with v = 1 for one number."""
    u, v = (*arguments, 1.0)[:2]
    first, second = (*orders, 0)[:2]
    parts = {
        (0, 0): math.sin(u.real) + u * v + v * v,
        (1, 0): math.cos(u.real) + v,
        (0, 1): u + 2 * v,
    }
    return parts[first, second]


def cost(arguments: tuple[Array, ...], wrt: Wrt) -> complex:
    """Σ x³/3 over all entries of all arguments, and its first derivatives x²."""
    if not wrt:
        return sum((x**3 / 3 for a in arguments for x in a.values()), 0.0)
    [(k, at)] = wrt
    return arguments[k][at] ** 2


@cache
def environment(make: Callable[[], Network]) -> tuple[Network, Environment]:
    network = make()
    given = sample_environment(network, choose_sizes(network), 2)
    names = ("phi", "psi", *(f"psi_{s}" for s in range(1, 7)))
    functions = dict.fromkeys(names, power)
    env = Environment(given.sizes, given.arrays, {}, functions, {"J": cost}, definition)
    return network, env


def four() -> Network:
    return some_successors(4)


MAKERS = (four, any_successors, before_connection, before_activation, last_layer)


@pytest.mark.parametrize("make", MAKERS)
def test_what_is_derived_is_the_derivative(make: Callable[[], Network]) -> None:
    """Every adjoint of a parameter or an input against difference quotients, with functions that are chosen here."""
    network, env = environment(make)
    adjoints = derive_adjoints(network)
    forward = run_forward(network.equations, network.tensors, env)
    values = run_normal_form(adjoints.equations.values(), forward)
    checked = 0
    for t in network.role("parameter", "input"):
        for at in list(env.arrays[t.name])[:5]:
            expected = finite_difference(network, env, t.name, at)
            assert complex(values.entry(ADJOINT + t.name, at)).real == pytest.approx(expected, rel=1e-6, abs=1e-8)
            checked += abs(expected) > 1e-6
    assert checked


@pytest.mark.parametrize("make", MAKERS)
def test_results_have_the_values_of_the_adjoints(make: Callable[[], Network]) -> None:
    network, env = environment(make)
    values = frozenset(t.name for t in network.tensors.values() if t.role == "value")
    adjoints = derive_adjoints(network, keep=values)
    forward = run_forward(network.equations, network.tensors, env)
    known = run_normal_form(adjoints.equations.values(), forward)
    for name, cases in adjoints.results.items():
        for case in cases:
            for point in list(assignments(case.domain, known))[:4]:
                at = tuple(evaluate_affine(a, point) for a in case.lhs.idx)
                expected = complex(known.entry(ADJOINT + name, at)).real
                assert complex(evaluate_poly(case.poly, point)).real == pytest.approx(expected, abs=1e-12)


# -- what the second document says -------------------------------------------------------------------------------


@cache
def document(language: str, notation: str | None = None) -> Document:
    path = examples_dir() / "documents" / "document-2.yaml"
    spec = read_document_file(path, lambda name: examples_dir() / f"{name}.yaml")
    assert spec is not None
    return compose_document(spec, language, notation)


def boxes(document: Document) -> list[list[str]]:
    return [[f"{f.lhs} = {f.rhs}" for f in b.forms] for b in document.blocks if isinstance(b, Boxed)]


def test_the_two_lines_of_the_general_form() -> None:
    assert boxes(document("en"))[0] == [
        r"\nabla_{f} J = \nabla_{h} J \cdot \nabla_{f} h",
        r"\nabla_{\theta} J = \nabla_{f} J \, \nabla_{\theta} f",
    ]
    lines = {b.lhs: b.steps[0].math for b in reversed(list(document("en").blocks)) if isinstance(b, Derivation)}
    assert lines[r"\frac{\partial J}{\partial f}"] == " + ".join(
        rf"\frac{{\partial J}}{{\partial h_{{{s}}}}} \frac{{\partial h_{{{s}}}}}{{\partial f}}" for s in (1, 2, 3)
    )


def test_the_recursion_through_both_kinds_of_layers() -> None:
    """Claims 18 to 25 of the second document, with the remark on shapes and the base case put right."""
    found = [b[-1] for b in boxes(document("en"))[1:5]]
    assert found == [
        r"\nabla_{i} = \boldsymbol{\Theta}_{i+1}^{\mathsf{T}} \nabla_{i+1}",
        r"\nabla_{i} = \nabla_{i+1} \circ \operatorname{ReLU}'(\mathbf{x}_{i+1})",
        r"\nabla_{N} = \nabla_{\hat{\mathbf{y}}} J",
        r"\nabla_{\boldsymbol{\Theta}_{i}} J = \nabla_{i} \otimes \mathbf{x}_{i}",
    ]
    [table] = [b for b in document("en").blocks if isinstance(b, Table) and b.caption.key == "residual.table"]
    cells = [[getattr(cell, "latex", "") for cell in row[1:]] for row in table.rows]
    assert cells[0] == [r"\boldsymbol{\Theta}_{i+1}", r"n \times m", found[0]]
    assert cells[1] == [r"\operatorname{ReLU}'(\mathbf{x}_{i+1})", "m", found[1]]


@pytest.mark.parametrize("notation", ["nielsen", "rows", "ng", "ufldl"])
def test_every_notation_writes_it(notation: str) -> None:
    assert len(boxes(document("en", notation))) == len(boxes(document("en")))


@pytest.mark.parametrize("count", [1, 7, "many"])
def test_a_number_of_successors_that_is_not_possible(count: object, tmp_path: Path) -> None:
    path = tmp_path / "document.yaml"
    path.write_text(f"parts: [{{notes: [{{successors: {{count: {count}}}}}]}}]\n", encoding="utf-8")
    spec = read_document_file(path, lambda name: examples_dir() / f"{name}.yaml")
    assert spec is not None
    with pytest.raises(DeriveError, match="no possible number of successors"):
        compose_document(spec, "en")


# -- both documents ------------------------------------------------------------------------------------------------


def whole(name: str, language: str) -> Document:
    path = examples_dir() / "documents" / f"{name}.yaml"
    spec = read_document_file(path, lambda name: examples_dir() / f"{name}.yaml")
    assert spec is not None
    return compose_document(spec, language)


@pytest.mark.parametrize("name", ["document-1", "document-2"])
def test_both_languages_hold_the_same_formulas_and_no_reference_dangles(name: str) -> None:
    english, chinese = whole(name, "en"), whole(name, "zh")
    assert boxes(english) == boxes(chinese) and len(boxes(english)) > 10
    anchors = [b.anchor for b in english.blocks if isinstance(b, Boxed)]
    assert len(anchors) == len(set(anchors))
    assert references(english.sections) <= set(anchors)


def references(value: object) -> set[str]:
    if isinstance(value, Reference):
        return {value.anchor}
    if isinstance(value, tuple):
        return {a for part in value for a in references(part)}
    fields = getattr(value, "__dataclass_fields__", {})
    return {a for name in fields for a in references(getattr(value, name))}


@pytest.mark.parametrize("file", ["first", "second"])
def test_both_languages_say_the_same_things(file: str) -> None:
    english, chinese = (_wordings(language, file) for language in ("en", "zh"))
    assert english.keys() == chinese.keys()
    for key, text in english.items():
        assert set(re.findall(r"{(\w+)}", text)) == set(re.findall(r"{(\w+)}", chinese[key])), key
        assert text.count("*") % 2 == 0 == chinese[key].count("*") % 2, key


@pytest.mark.parametrize("file", ["first", "second"])
def test_no_wording_is_left_over(file: str) -> None:
    used = _keys(whole("document-1", "en").sections) | _keys(whole("document-2", "en").sections)
    rare = {
        "factors.simplified",
        "factors.title_all",
        "factors.branches_at_once",
        "recursions.mean_cost",
        "update.put_in_for",
    }
    assert _wordings("en", file).keys() <= used | rare


def _wordings(language: str, file: str) -> dict[str, str]:
    path = templates_dir() / "words" / language / f"{file}.yaml"
    tree = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {f"{group}.{key}": text for group, texts in tree.items() for key, text in texts.items()}


def _keys(value: object) -> set[str]:
    own = {value.key} if isinstance(value, Words) else set()
    if isinstance(value, tuple):
        return {k for part in value for k in _keys(part)}
    fields = getattr(value, "__dataclass_fields__", {})
    return own | {k for name in fields for k in _keys(getattr(value, name))}
