"""What is stated of letters says which axes they index, and of what nothing else tells the range."""

from __future__ import annotations

import pytest

from tests.unit.reading.books import book

HEADS = r"\quad i=1,\dots,m,\; v=1,2"
WINDOWS = r"\quad u=1,\dots,5,\; r=1,2,\; v=1,\dots,5,\; s=1,2"
POOLED = r"\Delta a_{i,o,r+2u-2,s+2v-2}^{[2]} = \frac{1}{4} \Delta f_{i,25o+5u+v-30}^{[2]}"
EMBEDDED = r"\sum_{r=1}^{T} \sum_{p=1}^{m} \mathbf{e}_{v_{rp}^{0}+1} (\delta_{r\cdot p}^{2})^{\mathsf{T}}"

RIGHT = {
    "heads": (
        "transformer-block",
        "rows",
        rf"\Delta V_{{iv}}^{{[1]}} = P_{{iv}}^{{[1]T}} \Delta O_{{iv}}^{{[1]}}, {HEADS}",
    ),
    "windows": ("lenet", "rows", f"{POOLED}, {WINDOWS}"),
    "columns": (
        "char-lstm",
        "source-target",
        rf"\frac{{\partial e}}{{\partial E^{{1}}}} = {EMBEDDED} (w_{{\mathrm{{x}}}}^{{2}})^{{\mathsf{{T}}}}",
    ),
}

WRONG = {
    "heads": (
        "transformer-block",
        "rows",
        rf"\Delta V_{{iv}}^{{[1]}} = P_{{iv}}^{{[1]}} \Delta O_{{iv}}^{{[1]}}, {HEADS}",
    ),
    "windows": ("lenet", "rows", f"{POOLED.replace('{4}', '{2}')}, {WINDOWS}"),
    "columns": (
        "char-lstm",
        "source-target",
        rf"\frac{{\partial e}}{{\partial E^{{1}}}} = -{EMBEDDED} (w_{{\mathrm{{x}}}}^{{2}})^{{\mathsf{{T}}}}",
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right(name: str) -> None:
    example, notation, formula = RIGHT[name]
    assert book(example, notation).holds(formula)


@pytest.mark.parametrize("name", WRONG)
def test_wrong(name: str) -> None:
    example, notation, formula = WRONG[name]
    assert book(example, notation).fails(formula)
