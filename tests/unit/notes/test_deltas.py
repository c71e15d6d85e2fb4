"""The gradients down the layers: every matrix shown is evaluated against the entries that it holds."""

from __future__ import annotations

import numpy as np
import pytest

from derive.derivation import derive_adjoints
from derive.handout.printed import form
from derive.ir.interpret import run_forward, run_normal_form
from derive.latex.settings import notation
from derive.network.compile import compile_network
from derive.network.schema import read_network_text
from derive.notes.document import Derivation, Document, Section, words
from derive.notes.formulas import Formulas
from derive.notes.input import NoteInput
from derive.notes.rendering import render
from derive.notes.sections.deltas import Shown, deltas_section
from derive.notes.subject import subject_of
from tests.generators import sampled
from tests.numeric_matrix import MatrixOracle, raised_arrays
from tests.unit.notes.handouts import given

TEXT = """
name: two-layers
notation: {notation}
inputs: {{x: n_0}}
targets: {{y: {{size: n_2, kind: binary}}}}
layers:
  - {{dense: {{units: n_1, activation: sigmoid}}}}
  - {{dense: {{units: n_2, activation: sigmoid}}}}
loss: binary_cross_entropy
"""


def formulas(of: str) -> Formulas:
    network = compile_network(read_network_text(TEXT.format(notation=of), title="two-layers"))
    return Formulas(form(derive_adjoints(network), notation(of)))


def derivations(of: str) -> dict[str, list[str]]:
    """The lines of each derivation, by its left side."""
    section = deltas_section(subject_of(NoteInput(formulas(of).form)))
    parts = [part for part in section.blocks if isinstance(part, Section)]
    return {b.lhs: [s.math for s in b.steps] for part in parts for b in part.blocks if isinstance(b, Derivation)}


@pytest.mark.parametrize("of", ["rows", "nielsen"])
def test_every_matrix_holds_the_entries_of_the_adjoint(of: str) -> None:
    found = formulas(of)
    network, adjoints = found.network, found.adjoints
    env = run_forward(network.equations, network.tensors, sampled(network))
    ran = run_normal_form(adjoints.equations.values(), env)
    count = 0
    for name, [case] in adjoints.results.items():
        for whole in Shown(found, adjoints.equations[name], case).wholes().values():
            for _, left, right in raised_arrays(MatrixOracle(network, ran), case.domain, whole):
                assert left.shape == right.shape
                np.testing.assert_allclose(right, left, rtol=1e-9, atol=1e-10, err_msg=name)
                count += 1
    assert count >= len(adjoints.results) + 4


def test_rows_are_as_the_fourth_document_has_them() -> None:
    """Down to a − y, with the transposes where they belong: aᵀΔz, Δz θᵀ."""
    found = derivations("rows")
    assert found[r"\Delta z^{[2]}"][0] == r"\Delta a^{[2]} \odot \sigma'(z^{[2]})"
    assert found[r"\Delta z^{[2]}"][-1] == "a^{[2]} - y"
    assert found[r"\Delta \theta^{[1]}"] == [r"a^{[1]\mathsf{T}} \Delta z^{[2]}"]
    assert found[r"\Delta a^{[1]}"] == [r"\Delta z^{[2]} \theta^{[1]\mathsf{T}}"]
    assert found[r"\Delta z^{[1]}"][-1].endswith(r"\odot a^{[1]} \odot (1 - a^{[1]})")
    assert found[r"\Delta \theta^{[0]}"] == [r"x^{\mathsf{T}} \Delta z^{[1]}"]
    assert found[r"\Delta b^{[0]}"] == [r"\Delta z^{[1]}"]


def test_columns_have_their_own_transposes() -> None:
    found = derivations("nielsen")
    assert found[r"\frac{\partial C}{\partial W^{2}}"] == [r"\delta^{2} (a^{1})^{\mathsf{T}}"]


def test_the_layers_are_parts_from_the_last_to_the_first() -> None:
    section = deltas_section(subject_of(NoteInput(formulas("rows").form)))
    titles = [part.title for part in section.blocks if isinstance(part, Section)]
    assert [t.key for t in titles] == ["deltas.layer"] * 2
    assert [getattr(t.given[0][1], "latex", "") for t in titles] == ["2", "1"]


@pytest.mark.parametrize("name", ["three-layer", "deep", "gru", "lenet", "attention", "residual"])
def test_networks_of_all_kinds_are_written(name: str) -> None:
    """No reference to a box that is not there, and every gradient of a parameter."""
    subject = subject_of(given(name))
    section = deltas_section(subject)
    document = Document(words("own", text=words("deltas.title")), "en", (section,))
    page = render(document, ("html",))["html"].decode()
    assert 'href="#' in page
    shown = {b.lhs for b in document.blocks if isinstance(b, Derivation)}
    adjoints = subject.sample.adjoints
    for tensor in subject.sample.network.parameters:
        for case in adjoints.results[tensor.name]:
            lhs = subject.sample.printer.entry(case.lhs, subject.sample.printer.names_of(case.lhs))
            assert not case.lines or lhs in shown, tensor.name
