"""Symbols with their marks in every style: which tensor, at which indices, along which axes."""

from __future__ import annotations

import pytest

from derive.reading.quantity import Misfit, Unknown
from derive.reading.scope import OpenLayer
from tests.unit.reading.books import NOTATIONS, book


@pytest.mark.parametrize(
    ("notation", "written", "expected"),
    [
        ("nielsen", r"W^2_{jk}", "W2[j, k]"),
        ("nielsen", r"W^{2}_{12}", "W2[1, 2]"),
        ("nielsen", r"W^{2}_{j,k}", "W2[j, k]"),
        ("nielsen", r"(W^{2})_{jk}", "W2[j, k]"),
        ("nielsen", r"\delta^{2}_{ji}", "∂z2[j, i]"),
        ("nielsen", r"(a^2_{ji})^2", "a2[j, i]^2"),
        ("ng", r"W^{[2]}_{jk}", "W2[j, k]"),
        ("ng", r"a^{[2](i)}_j", "a2[j, i]"),
        ("ng", r"dW^{[2]}_{jk}", "∂W2[j, k]"),
        ("ng", r"dz^{[2]}_{ji}", "m·∂z2[j, i]"),
        ("ufldl", r"W^{(1)}_{ij}", "W1[i, j]"),
        ("source-target", r"w_{ij}^{J}", "W2[i, j]"),
        ("residual", r"(\boldsymbol{\Theta}_{1})_{jk}", "W2[j, k]"),
        ("residual", r"(\mathbf{x}_{2})_{ji}^2", "a2[j, i]^2"),
        ("rows", r"\theta^{[1]}_{kj}", "W2[k, j]"),
        ("rows", r"\Delta\theta^{[1]}_{kj}", "∂W2[k, j]"),
    ],
)
def test_entries(notation: str, written: str, expected: str) -> None:
    q = book("three-layer", notation).quantity(written)
    assert q.is_scalar and repr(q.poly) == expected


@pytest.mark.parametrize(
    ("notation", "written", "shape"),
    [
        ("nielsen", "W^2", "n_2 × n_1"),
        ("nielsen", r"(W^2)^{\mathsf T}", "n_1 × n_2"),
        ("nielsen", "b^2", "n_2 × 1"),
        ("nielsen", "a^2", "n_2 × m"),
        ("ng", "A^{[2]}", "n_2 × m"),
        ("ng", "a^{[2](i)}", "n_2 × 1"),
        ("ng", "W^{[2]T}", "n_1 × n_2"),
        ("rows", "A^{[2]}", "m × n_2"),
        ("rows", "b^{[1]}", "1 × n_2"),
        ("rows", r"\theta^{[1]}", "n_1 × n_2"),
        ("nielsen", r"W^2_{j \cdot}", "n_1 × 1"),
        ("nielsen", r"W^2_{\cdot k}", "n_2 × 1"),
    ],
)
def test_shapes(notation: str, written: str, shape: str) -> None:
    assert book("three-layer", notation).quantity(written).shape == shape


@pytest.mark.parametrize("notation", NOTATIONS)
def test_every_tensor_is_found_under_its_printed_name(notation: str) -> None:
    b = book("three-layer", notation)
    for t in b.stated.tensors.values():
        if t.role in ("parameter", "value") and len(t.axes) == 2:
            tex = b.lexicon.printer.whole(t.name)
            assert t.name in repr(b.quantity(tex).poly), (tex, t.name)


def test_a_transposed_entry_has_its_indices_exchanged() -> None:
    b = book("three-layer")
    assert repr(b.quantity("(W^2)^T_{jk}").poly) == "W2[k, j]"
    assert repr(b.quantity(r"((W^2)^{\mathsf T})_{jk}").poly) == "W2[k, j]"


@pytest.mark.parametrize("written", ["W^7", "W^2_{ijk}", "q^2", r"\hat{W}^2", "W^{2}_{a b c d}"])
def test_what_is_nothing_here(written: str) -> None:
    with pytest.raises(Unknown):
        book("three-layer").quantity(written)


def test_messages_quote_the_author() -> None:
    b = book("three-layer")
    with pytest.raises(Unknown) as caught:
        b.quantity(r"\hat{W}^7")
    assert r"\hat{W}" in caught.value.message and "(" not in caught.value.message


def test_a_number_beyond_its_axis() -> None:
    with pytest.raises(Misfit, match="has no place 5"):
        book("net-3-4-2").quantity("W^{2}_{15}")


def test_a_letter_for_a_numbered_layer_needs_a_value() -> None:
    with pytest.raises(OpenLayer) as caught:
        book("three-layer").quantity("W^l")
    assert caught.value.letter == "l"


def test_steps_stand_below_and_samples_behind() -> None:
    b = book("char-lstm")
    assert repr(b.quantity("h^2_{tji}").poly) == "h2[t, j, i]"
    assert b.quantity("h^2_t").shape == "n × m"
    assert b.quantity(r"\Delta_{\cdot\cdot s}^{3}").shape == "T × K"
    assert b.quantity(r"\delta_{t\cdot s}^{3}").shape == "K × 1"
