"""Normalizing layers in notes: what the engine proves of them, against numbers, and every matrix that is shown."""

from __future__ import annotations

import numpy as np
import pytest

from derive.derivation import derive_adjoints
from derive.errors import DeriveError
from derive.handout.given import note_input
from derive.handout.printed import form
from derive.ir.interpret import run_forward, run_normal_form
from derive.ir.normal_form import evaluate_poly
from derive.latex.settings import notation
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.schema import read_network_text
from derive.notes.catalogue import KINDS
from derive.notes.document import Derivation, Display, Document, Section, words
from derive.notes.formulas import Formulas
from derive.notes.recipe import Request
from derive.notes.rendering import render
from derive.notes.sections.deltas import Shown
from derive.notes.sections.normalization import NormalizationOptions
from derive.notes.sections.normalization_identity import Normalizing, normalizing_in
from derive.notes.stage import Stage
from derive.terms.term import Entry
from tests.generators import sampled
from tests.numeric_matrix import MatrixOracle, raised_arrays

LAYERS = {
    "batch_norm": "n_0",
    "layer_norm": "n_0",
    "rms_norm": "n_0",
    "instance_norm": "[4, T]",
    "{group_norm: {groups: 2}}": "[4, T]",
}


def network(layer: str) -> Network:
    shape = LAYERS[layer]
    text = f"batch: m\ninputs: {{x: {shape}}}\ntargets: {{y: {shape}}}\nlayers: [{layer}]\nloss: half_squared_error"
    return compile_network(read_network_text(f"notation: rows\n{text}", title="normalized"))


def normalizing(layer: str) -> Normalizing:
    return normalizing_in(network(layer), None)


@pytest.mark.parametrize("layer", LAYERS)
def test_the_mean_is_zero_where_one_is_subtracted(layer: str) -> None:
    found = normalizing(layer)
    assert found.has_mean_zero() == (layer != "rms_norm")
    mean = found.mean()
    if mean is not None:
        env = run_forward(found.network.equations, found.network.tensors, sampled(found.network))
        for b in found.equations["mean"].domain:
            env = env.bind(b.name, 1)
        assert abs(float(evaluate_poly(mean, env))) < 1e-9


def test_a_mean_that_is_not_zero_is_seen() -> None:
    """With another definition of the mean the sum stays."""
    found = normalizing("batch_norm")
    equations = dict(found.equations) | {"mean": found.equations["variance"]}
    assert not Normalizing(found.network, found.record, equations, found.gain, found.shift).has_mean_zero()


@pytest.mark.parametrize("layer", LAYERS)
def test_only_batch_normalization_can_be_undone(layer: str) -> None:
    """The statistics of the others depend on the sample, which their parameters do not know."""
    assert normalizing(layer).restores() == (layer == "batch_norm")


def test_the_gain_and_shift_give_back_what_was_read() -> None:
    """γ = √(v + ε), β = μ, put into the forward pass as numbers."""
    net = network("batch_norm")
    settings = normalizing("batch_norm").settings()
    assert settings is not None and set(settings) == {"gamma1", "beta1"}
    env = run_forward(net.equations, net.tensors, sampled(net))
    x = np.array([[env.entry("x", (i, j)) for j in (1, 2)] for i in range(1, env.size("m") + 1)], float)
    changed = dict(env.arrays)
    for name, (at, value) in settings.items():
        assert isinstance(at, Entry)
        [index] = at.free
        changed[name] = {(j,): evaluate_poly(value, env.bind(index, j)) for j in range(1, env.size("n_0") + 1)}
    np.testing.assert_allclose([float(changed["beta1"][(j,)]) for j in (1, 2)], x.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(
        [float(changed["gamma1"][(j,)]) for j in (1, 2)], np.sqrt(x.var(axis=0) + 1e-5), rtol=1e-12
    )
    given = {t.name for t in net.tensors.values() if t.role != "value"}
    again = run_forward(
        net.equations,
        net.tensors,
        type(env)(env.sizes, {n: changed[n] for n in given}, derivative_of=env.derivative_of),
    )
    for at, value in env.arrays["x"].items():
        assert float(again.entry("y1", at)) == pytest.approx(float(value), rel=1e-10)


@pytest.mark.parametrize("layer", LAYERS)
def test_every_matrix_holds_the_entries_of_the_adjoint(layer: str) -> None:
    net = network(layer)
    found = Formulas(form(derive_adjoints(net), notation("rows")))
    env = run_forward(net.equations, net.tensors, sampled(net))
    ran = run_normal_form(found.adjoints.equations.values(), env)
    count = 0
    for name, cases in found.adjoints.results.items():
        for case in cases:
            for whole in Shown(found, found.adjoints.equations[name], case).wholes().values():
                for _, left, right in raised_arrays(MatrixOracle(net, ran), case.domain, whole):
                    np.testing.assert_allclose(right, left, rtol=1e-8, atol=1e-9, err_msg=name)
                    count += 1
    assert count > 3


# -- the section -------------------------------------------------------------------------------------------


def section(net: Network, of: str | None = None) -> Section:
    sample = derive_adjoints(net.sample) if net.sample is not None else None
    given = note_input(derive_adjoints(net), sample, net.notation, check=False)
    stage = Stage(given.sample.printer.notation, given)
    written = KINDS["normalization"].write(stage, Request("normalization", NormalizationOptions(of=of)))
    assert written is not None
    return written


def test_batch_normalization_is_written_with_its_proof() -> None:
    written = section(network("batch_norm"))
    parts = [b for b in written.blocks if isinstance(b, Section)]
    assert [p.title.key for p in parts] == ["normalization.gradients_title", "normalization.undone_title"]
    [proof] = [b for b in parts[1].blocks if isinstance(b, Derivation)]
    assert [s.math for s in proof.steps][-1] == "x_{ij}"
    [display] = [b for b in parts[1].blocks if isinstance(b, Display)]
    assert {row.rhs for row in display.rows} == {r"\sqrt{v_{j}^{[1]} + 10^{-5}}", r"\mu_{j}^{[1]}"}
    compact = [b for b in parts[0].blocks if isinstance(b, Derivation) and b.lhs == r"\Delta X"]
    assert len(compact) == 1 and len(compact[0].steps) > 2


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_normalization_is_written(layer: str, language: str) -> None:
    document = Document(words("own", text=words("normalization.intro")), language, (section(network(layer)),))
    assert render(document, ("html",))["html"]


def test_a_layer_is_found_by_its_name() -> None:
    text = """
        batch: m
        inputs: {x: n}
        targets: {y: n}
        layers: [{layer_norm: {}, name: first}, {batch_norm: {}, name: second}]
        loss: half_squared_error
        """
    net = compile_network(read_network_text(text, title="two"))
    assert normalizing_in(net, None).record.kind == "layer_norm"
    assert normalizing_in(net, "second").record.kind == "batch_norm"
    with pytest.raises(DeriveError, match=r"no layer .third. that normalizes"):
        normalizing_in(net, "third")


def test_a_network_without_one_is_refused() -> None:
    net = compile_network(
        read_network_text("inputs: {x: 3}\ntargets: {y: 2}\nlayers: [{dense: {units: 2}}]\nloss: half_squared_error")
    )
    with pytest.raises(DeriveError, match="no layer that normalizes"):
        normalizing_in(net, None)
