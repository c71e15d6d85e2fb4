"""The chain rule factor by factor, and the steps of descent: every factor is a derivative, and the words fit."""

from __future__ import annotations

from functools import cache
from math import prod

import numpy as np
import pytest

from derive.calculus.scalar import definition
from derive.derivation import Adjoints, derive_adjoints
from derive.errors import DeriveError
from derive.handout import compose_network
from derive.ir.environment import Environment
from derive.ir.interpret import run_forward, run_normal_form
from derive.ir.normal_form import assignments, evaluate_affine, evaluate_poly
from derive.ir.tensor import ADJOINT
from derive.latex.settings import read_notation
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.sample_data import choose_sizes, complex_step, sample_environment
from derive.network.schema import read_network_file, read_network_text
from derive.notes.document import Boxed, Derivation, Display, Document, Section, Words
from derive.notes.sections.factors_path import path_from, result_at
from derive.notes.sections.update import downhill
from derive.resources import examples_dir
from derive.terms.term import Entry
from derive.terms.view import to_poly
from derive.terms.walk import entries_in

THREE = """
name: three
notation: {base: source-target, symbols: {cost: C, loss: C}}
batch: {size: N, reduce: mean}
inputs: {x: n_M}
targets: {t: n_J}
layers:
  - {dense: {units: n_I, activation: sigmoid}}
  - {dense: {units: n_J%s}}
loss: {half_squared_error: {error: e}}
notes: [%s]
"""
TEXTS = {"sigmoid": THREE % (", activation: sigmoid", "factors"), "linear": THREE % ("", "factors")}
EXAMPLES = ("three-layer", "residual", "softmax-classifier", "deep-tanh")


@cache
def network(name: str) -> Network:
    if name in TEXTS:
        return compile_network(read_network_text(TEXTS[name]))
    return compile_network(read_network_file(examples_dir() / f"{name}.yaml"))


@cache
def evaluated(name: str) -> tuple[Adjoints, Environment]:
    """One sample with random data, all its values and adjoints computed by the interpreter."""
    net = network(name).sample
    assert net is not None
    env = sample_environment(net, choose_sizes(net), 3)
    adjoints = derive_adjoints(net)
    forward = run_forward(net.equations, net.tensors, Environment(env.sizes, env.arrays, derivative_of=definition))
    return adjoints, run_normal_form(adjoints.equations.values(), forward)


def value_at(entry: Entry, env: Environment) -> float:
    """The adjoint of an entry; that of the cost is 1."""
    at = tuple(evaluate_affine(a, env) for a in entry.idx)
    return complex(env.entry(ADJOINT + entry.tensor, at)).real if at else 1.0


def document(text: str) -> Document:
    net = compile_network(read_network_text(text))
    assert net.sample is not None
    both = derive_adjoints(net), derive_adjoints(net.sample)
    return compose_network(*both, read_notation(net.notation), (), "en")


@pytest.mark.parametrize("name", [*TEXTS, *EXAMPLES])
def test_each_factor_is_the_quotient_of_two_adjoints(name: str) -> None:
    """∂C/∂wrt = ∂C/∂of · factor at every entry, and all factors together give the complex step of the cost."""
    adjoints, env = evaluated(name)
    single = adjoints.network
    rng, checked = np.random.default_rng(0), 0
    for t in single.parameters:
        path = path_from(adjoints, t.name)
        places = list(assignments(t.axes, env))
        for point in [places[k] for k in rng.integers(len(places), size=3)]:
            values = [complex(evaluate_poly(f.value, point)).real for f in path.factors]
            for factor, value in zip(path.factors, values, strict=True):
                expected = value_at(factor.wrt, point)
                assert value_at(factor.of, point) * value == pytest.approx(expected, rel=1e-9, abs=1e-12)
            rest = 1.0 if path.rest is None else value_at(path.rest, point)
            at = tuple(evaluate_affine(a, point) for a in t.entry.idx)
            gradient = complex_step(single, env, t.name, at)
            assert rest * prod(values) == pytest.approx(gradient, rel=1e-8, abs=1e-11)
            checked += gradient != 0 and len(values) > 1
    assert checked


@pytest.mark.parametrize("name", [*TEXTS, "residual"])
def test_the_value_behind_a_branch_is_its_adjoint(name: str) -> None:
    adjoints, env = evaluated(name)
    for t in adjoints.network.parameters:
        rest = path_from(adjoints, t.name).rest
        if rest is None:
            continue
        poly = result_at(adjoints, rest)
        assert poly is not None
        for point in list(assignments(t.axes, env))[:3]:
            assert complex(evaluate_poly(poly, point)).real == pytest.approx(value_at(rest, point))


def test_the_four_factors_of_the_output_layer() -> None:
    adjoints, _ = evaluated("sigmoid")
    path = path_from(adjoints, "W2")
    assert [(f.of.tensor, f.wrt.tensor) for f in path.factors] == [
        ("z2", "W2"),
        ("a2", "z2"),
        ("e", "a2"),
        ("C", "e"),
    ]
    assert path.rest is None and path.named == 1
    values = [repr(f.value) for f in path.factors]
    assert values[2:] == ["-1·1", "e[j2]"]
    hidden = path_from(adjoints, "W1")
    assert hidden.rest is not None and hidden.rest.tensor == "a1" and hidden.named == 1


def test_a_parameter_with_several_readers_has_no_single_path() -> None:
    """The penalty reads the weights, too."""
    adjoints, _ = evaluated("softmax-classifier")
    path = path_from(adjoints, "W2")
    assert path.factors == () and path.rest is not None and path.rest.tensor == "W2"
    assert path_from(adjoints, "b2").factors


def test_the_note_says_what_the_first_document_says() -> None:
    """In the notation of the document, claim by claim."""
    blocks = list(document(TEXTS["sigmoid"]).blocks)
    rows = {row.lhs: row.rhs for b in blocks if isinstance(b, Display) for row in b.rows}
    assert rows[r"\frac{\partial C}{\partial w_{ij}^{J}}"] == r" \, ".join(
        rf"\frac{{\partial {a}}}{{\partial {b}}}"
        for a, b in (("C", "e_{j}"), ("e_{j}", "v_{j}^{J}"), ("v_{j}^{J}", "u_{j}^{J}"), ("u_{j}^{J}", "w_{ij}^{J}"))
    )
    lines = {b.lhs: [s.math for s in b.steps] for b in blocks if isinstance(b, Derivation)}
    assert lines[r"\frac{\partial C}{\partial e_{j}}"] == ["e_{j}"]
    assert lines[r"\frac{\partial e_{j}}{\partial v_{j}^{J}}"] == ["-1"]
    assert lines[r"\frac{\partial v_{j}^{J}}{\partial u_{j}^{J}}"][0] == r"\sigma'(u_{j}^{J})"
    assert lines[r"\frac{\partial u_{j}^{J}}{\partial w_{ij}^{J}}"] == ["v_{i}^{I}"]
    assert lines[r"\delta_{j}^{J}"][1] == r"-e_{j} \sigma'(u_{j}^{J})"
    assert lines[r"\frac{\partial C}{\partial v_{i}^{I}}"][-1] == r"\sum_{j} w_{ij}^{J} \delta_{j}^{J}"
    assert lines[r"\frac{\partial C}{\partial w_{mi}^{I}}"][-1] == r"\delta_{i}^{I} v_{m}^{M}"


def test_what_is_known_is_not_worked_out_again() -> None:
    text = THREE % (", activation: sigmoid", "{factors: {of: [W2, b2]}}")
    [section] = document(text).sections
    weight, bias = (b for b in section.blocks if isinstance(b, Section))
    assert sum(isinstance(b, Derivation) for b in weight.blocks) == 6
    assert sum(isinstance(b, Derivation) for b in bias.blocks) == 2
    anchors = [b.anchor for b in document(text).blocks if isinstance(b, Boxed)]
    assert len(anchors) == len(set(anchors)) == 3


@pytest.mark.parametrize(("of", "said"), [("W7", "no parameter `W7`"), ("x", "no parameter `x`")])
def test_an_unknown_parameter_is_refused(of: str, said: str) -> None:
    with pytest.raises(DeriveError, match=said) as found:
        document(THREE % ("", f"{{factors: {{of: {of}}}}}"))
    assert "W2" in str(found.value)


def test_a_network_of_any_depth_has_its_cases_in_the_box() -> None:
    text = (examples_dir() / "deep.yaml").read_text(encoding="utf-8") + "notes: [factors, update]\n"
    boxes = [b for b in document(text).blocks if isinstance(b, Boxed)]
    assert {f.condition for f in boxes[0].forms} == {"l = L", r"l=1,\dots,L-1"}


# -- steps -----------------------------------------------------------------------------------------------------


def steps(notation: str, name: str = "three-layer") -> list[Derivation]:
    text = (examples_dir() / f"{name}.yaml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("notation")]
    blocks = document("\n".join([*lines, f"notation: {notation}", "notes: [update]", ""])).blocks
    return [b for b in blocks if isinstance(b, Derivation)]


def test_a_step_goes_against_the_gradient() -> None:
    found = {b.lhs: [s.math for s in b.steps] for b in steps("source-target")}
    assert found[r"\Delta w_{ij}^{1}(n)"] == [
        r"-\eta \frac{\partial e}{\partial w_{ij}^{1}}",
        r"-\eta \delta_{j}^{1} v_{i}^{0}",
    ]


def test_where_a_gradient_is_called_delta_the_change_has_no_name() -> None:
    found = steps("rows")
    assert not any(b.lhs.startswith(r"\Delta") for b in found)
    assert all(s.math.count("-") for b in found for s in b.steps)


def test_a_penalty_stays_in_brackets() -> None:
    [line] = [b.steps[1].math for b in steps("nielsen", "softmax-classifier") if b.lhs.startswith(r"\Delta W_{jk}^{2}")]
    assert line == r"-\eta (\delta_{j}^{2} a_{k}^{1} + \lambda W_{jk}^{2})"


def test_a_change_is_minus_eta_times_the_gradient() -> None:
    adjoints, env = evaluated("sigmoid")
    env = Environment(env.sizes, {**env.arrays, "learning_rate": {(): 0.25}}, derivative_of=definition)
    for t in adjoints.network.parameters:
        [case] = adjoints.results[t.name]
        poly = to_poly(downhill(case.view))
        assert Entry("learning_rate", ()) in set(entries_in(poly))
        for point in list(assignments(case.domain, env))[:4]:
            expected = -0.25 * value_at(t.entry, point)
            assert complex(evaluate_poly(poly, point)).real == pytest.approx(expected)


def test_no_reference_is_left_dangling() -> None:
    found = document(THREE % ("", "factors, update"))
    assert not any("_known" in key for b in found.blocks for key in _keys(b))


def _keys(value: object) -> list[str]:
    if isinstance(value, Words):
        return [value.key, *(k for _, inner in value.given for k in _keys(inner))]
    if isinstance(value, tuple):
        return [k for part in value for k in _keys(part)]
    fields = getattr(value, "__dataclass_fields__", {})
    return [k for name in fields for k in _keys(getattr(value, name))]


# -- a named error ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", ["half_squared_error", "mean_squared_error", "mean_absolute_error", "huber"])
def test_a_named_error_changes_no_gradient(loss: str) -> None:
    text = "inputs: {x: 4}\ntargets: {y: 3}\nlayers: [{dense: {units: 3, activation: tanh}}]\nloss: %s\n"
    plain = compile_network(read_network_text(text % loss))
    named = compile_network(read_network_text(text % f"{{{loss}: {{error: r}}}}"))
    assert "r" in named.tensors and "r" not in plain.tensors
    env = sample_environment(plain, choose_sizes(plain), 1)
    for at in ((1, 1), (3, 4), (2, 2)):
        assert complex_step(named, env, "W1", at) == pytest.approx(complex_step(plain, env, "W1", at), rel=1e-12)


@pytest.mark.parametrize("name", ["x", "y", "W1", "C", "n_1"])
def test_a_named_error_has_a_name_of_its_own(name: str) -> None:
    text = "inputs: {x: n_0}\ntargets: {y: n_1}\nlayers: [{dense: {units: n_1}}]\n"
    with pytest.raises(DeriveError, match="is the error, and") as found:
        compile_network(read_network_text(f"{text}loss: {{half_squared_error: {{error: {name}}}}}\n"))
    assert found.value.line == 4
