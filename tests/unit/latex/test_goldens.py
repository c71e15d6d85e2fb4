"""The formulas of whole networks against `goldens/`, through TeX and through MathML."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from latex2mathml.converter import convert

from tests.unit.latex.goldens import FOLDER, GOLDENS, text_of

NEEDED = {
    "nielsen-deep": [
        r"\delta_{j}^{L} = \frac{\partial C}{\partial a_{j}^{L}} \sigma'(z_{j}^{L}) \qquad l = L",
        r"\delta^{L} = \nabla_{a^{L}} C \odot \sigma'(z^{L})",
        r"\delta^{l} = ((W^{l+1})^{\mathsf{T}} \delta^{l+1}) \odot \sigma'(z^{l})",
        r"\frac{\partial C}{\partial b_{j}^{l}} = \delta_{j}^{l} \qquad l=1,\dots,L",
        r"\frac{\partial C}{\partial W^{l}} = \delta^{l} (a^{l-1})^{\mathsf{T}}",
    ],
    "ng-classifier": [
        r"dZ^{[2]} = A^{[2]} - Y",
        r"db^{[2]} = \frac{1}{m} dZ^{[2]} \mathbf{1}_{m}",
        r"dW^{[2]} = \frac{1}{m} dZ^{[2]} A^{[\mathrm{trunk}]\mathsf{T}} + \lambda W^{[2]}",
    ],
    "ng-classifier-sum": [r"dZ^{[2]} = A^{[2]} - Y", r"db^{[2]} = dZ^{[2]} \mathbf{1}_{m}"],
    "ng-classifier-of-32": [r"dZ^{[2]} = A^{[2]} - Y", r"db^{[2]} = \frac{1}{32} dZ^{[2]} \mathbf{1}_{32}"],
    "rows-classifier": [
        r"\Delta Z^{[2]} = \frac{1}{m} (A^{[2]} - Y)",
        r"\Delta b^{[2]} = \mathbf{1}_{m}^{\mathsf{T}} \Delta Z^{[2]}",
    ],
    "source-target-lettered": [
        r"u_{j}^{J} = \sum_{i} w_{ij}^{J} v_{i}^{I} + b_{j}^{J}",
        r"u^{J} = (w^{J})^{\mathsf{T}} v^{I} + b^{J}",
        r"\delta_{i}^{I} = \sum_{j} w_{ij}^{J} \delta_{j}^{J} \sigma'(u_{i}^{I})",
        r"\frac{\partial e}{\partial w_{ij}^{J}} = \delta_{j}^{J} v_{i}^{I}",
        r"\frac{\partial e}{\partial w_{mi}^{I}} = \delta_{i}^{I} v_{m}^{M}",
    ],
    "source-target-deep": [r"\delta^{l} = (w^{l+1} \delta^{l+1}) \odot \sigma'(u^{l})"],
    "ufldl-deep": [
        r"z^{(l+1)} = W^{(l)} a^{(l)} + b^{(l)}",
        r"a^{(l+1)} = f(z^{(l+1)})",
        r"\delta_{i}^{(n_{l})} = \frac{\partial J}{\partial a_{i}^{(n_{l})}} f'(z_{i}^{(n_{l})}) \qquad l = n_{l}",
        r"\delta_{i}^{(l)} = \sum_{k=1}^{s_{l+1}} W_{ki}^{(l)} \delta_{k}^{(l+1)} f'(z_{i}^{(l)})"
        r" \qquad l=2,\dots,n_{l}-1",
        r"\delta^{(l)} = ((W^{(l)})^{\mathsf{T}} \delta^{(l+1)}) \odot f'(z^{(l)})",
        r"\frac{\partial J}{\partial W_{ij}^{(l)}} = \delta_{i}^{(l+1)} a_{j}^{(l)} \qquad l=1,\dots,n_{l}-1",
        r"\nabla_{W^{(l)}} J = \delta^{(l+1)} (a^{(l)})^{\mathsf{T}}",
        r"\nabla_{b^{(l)}} J = \delta^{(l+1)}",
    ],
    "residual-deep": [
        r"f_{l} = \boldsymbol{\Theta}_{l} \mathbf{x}_{l} + \mathbf{b}_{l}",
        r"\mathbf{x}_{l+1} = \sigma(f_{l})",
        r"\nabla_{L-1} = \nabla_{\mathbf{x}_{L}} J \circ \sigma'(f_{L-1})",
        r"\nabla_{l} = (\boldsymbol{\Theta}_{l+1}^{\mathsf{T}} \nabla_{l+1}) \circ \sigma'(f_{l})",
        r"\nabla_{\boldsymbol{\Theta}_{l}} J = \nabla_{l} \otimes \mathbf{x}_{l}",
        r"\frac{\partial J}{\partial (\mathbf{b}_{l})_{j}} = (\nabla_{l})_{j} \qquad l=0,\dots,L-1",
    ],
    "rows-deep-batch": [
        r"Z^{[l]} = A^{[l-1]} \theta^{[l-1]} + \mathbf{1}_{m} b^{[l-1]}",
        r"\Delta Z^{[l]} = (\Delta Z^{[l+1]} \theta^{[l]\mathsf{T}}) \odot \sigma'(Z^{[l]})",
        r"\Delta \theta^{[l]} = A^{[l]\mathsf{T}} \Delta Z^{[l+1]}",
    ],
    "nielsen-softmax": [r"\frac{\partial p_{j}}{\partial x_{i}} = p_{i} ([i = j] - p_{j})"],
}
"""What must come out whatever the goldens say."""


@pytest.mark.parametrize("golden", GOLDENS)
def test_goldens(golden: str) -> None:
    assert text_of(golden) == (FOLDER / f"{golden}.tex").read_text()


@pytest.mark.parametrize("golden", NEEDED)
def test_what_textbooks_print(golden: str) -> None:
    assert set(NEEDED[golden]) <= set((FOLDER / f"{golden}.tex").read_text().splitlines())


def test_there_are_no_others() -> None:
    assert {p.stem for p in FOLDER.glob("*.tex")} == set(GOLDENS)


def formulas() -> list[str]:
    return [line for path in sorted(FOLDER.glob("*.tex")) for line in path.read_text().splitlines()]


def test_xelatex_compiles_every_golden(tmp_path: Path) -> None:
    if shutil.which("xelatex") is None:
        assert "CI" not in os.environ, "xelatex is missing"
        pytest.skip("xelatex is not installed: the goldens were not compiled")
    displays = "\n".join(rf"\[ {line} \]" for line in formulas())
    document = rf"\documentclass{{article}}\usepackage{{amsmath,amssymb}}\begin{{document}}{displays}\end{{document}}"
    (tmp_path / "goldens.tex").write_text(document)
    run = subprocess.run(
        ["xelatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "goldens.tex"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-2000:]
    log = (tmp_path / "goldens.log").read_text(errors="replace")
    assert "Missing character" not in log
    assert "Undefined control sequence" not in log


@pytest.mark.parametrize("golden", GOLDENS)
def test_mathml_knows_every_command(golden: str) -> None:
    for line in (FOLDER / f"{golden}.tex").read_text().splitlines():
        shown = re.sub(r"<[^>]*>", "", convert(line))
        assert "\\" not in shown, line
