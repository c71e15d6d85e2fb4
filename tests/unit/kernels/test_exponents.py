"""Exponents under sums: what masks them, and what only looks like a mask."""

from __future__ import annotations

from derive.ir.tensor import ADJOINT, Kind, Tensor
from derive.kernels.exponents import exponents
from derive.terms.affine import Index, index, size
from derive.terms.algebra import function, times_all
from derive.terms.blocks import sum_over
from derive.terms.term import Entry, Poly, of_atom
from tests.stating import upto

N = size("n")


def tensor(name: str, kind: Kind = "real") -> Tensor:
    return Tensor(name, (Index("i", upto("i", N).lo, N),), "value", kind)


TENSORS = {"S": tensor("S"), "g": tensor("g"), "M": tensor("M", "binary")}


def weighted(name: str) -> Poly:
    """Σ_j name_j exp(S_j)."""
    j = index("j")
    weight, exponential = of_atom(Entry(name, (j,))), function("exp", (of_atom(Entry("S", (j,))),))
    return sum_over((upto("j", N),), times_all((weight, exponential)), {})


def test_a_binary_factor_is_a_mask() -> None:
    [found] = exponents(weighted("M"), TENSORS)
    assert found.mask == (Entry("M", (index(found.names[0]),)),)


def test_a_real_factor_and_an_adjoint_are_none() -> None:
    for name in ("g", ADJOINT + "g", ADJOINT + "M"):
        [found] = exponents(weighted(name), TENSORS)
        assert found.mask == ()
