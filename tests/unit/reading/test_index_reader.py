"""Index expressions, as input and the affine expression that they are."""

from __future__ import annotations

import pytest

from derive.reading.expressions import Reader
from derive.reading.quantity import Unknown
from tests.unit.reading.books import book


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("j", "j"),
        ("l+1", "l+1"),
        ("2k-1", "2k-1"),
        ("2(k-1)+1", "2k-1"),
        ("k + 2n", "k+2n"),
        ("j'", "j'"),
        (r"\lfloor (p+r)/2 \rfloor", "⌊(p+r)/2⌋"),
        (r"\lceil k/3 \rceil", "⌊(k+2)/3⌋"),
        (r"\lfloor \frac{k}{2} \rfloor", "⌊(k)/2⌋"),
        ("n - k", "-k+n"),
    ],
)
def test_expressions(written: str, expected: str) -> None:
    b = book("char-lstm")
    assert repr(b.scope(written).indices.affine(b.node(written))) == expected


@pytest.mark.parametrize("written", ["j k", "j/2", "1.5", "x^2_1", r"\frac{j}{2}", "|j|", r"\lfloor j/k \rfloor"])
def test_what_is_no_index(written: str) -> None:
    b = book("deep")
    with pytest.raises(Unknown):
        b.scope(written).indices.affine(b.node(written))


@pytest.mark.parametrize(
    ("notation", "written", "expected"),
    [
        ("nielsen", "n_{2}", "n_2"),
        ("ng", "n^{[2]}", "n_2"),
        ("ufldl", "s_{3}", "n_2"),
        ("nielsen", "m", "m"),
    ],
)
def test_sizes_as_a_notation_counts_them(notation: str, written: str, expected: str) -> None:
    b = book("three-layer", notation)
    assert repr(b.scope(written).indices.affine(b.node(written))) == expected


def test_the_number_of_the_last_layer_under_its_symbol() -> None:
    b = book("deep", "ufldl")
    assert repr(b.scope("n_l").indices.affine(b.node("n_l"))) == "L+1"


def test_class_ids_are_indices() -> None:
    b = book("char-lstm")
    reader = Reader(b.scope("y_{ts}+1"))
    assert repr(reader.scope.indices.affine(b.node("y_{ts}+1"))) == "y[t, s]+1"
