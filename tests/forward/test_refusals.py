"""What is missing, does not fit, or may mean several things is asked for, with its place; nothing is guessed."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import pytest

from derive.cli import main
from derive.errors import DeriveError
from derive.pipeline import load

LOSS = r"$C = \frac12 \|z - y\|^2$"
REFUSED = {
    "no loss": (r"$z = W x + b$ and $a = \sigma(z)$.", ": no equation defines a cost"),
    "nothing": ("Nothing here.", ": there is no forward equation"),
    "two costs": (r"$z = W x$, $C = \|z - y\|^2$, $E = \|z - t\|^2$", ":1:32: C and E may each be the cost"),
    "no input": (rf"$z = W u$, {LOSS}", ":1:13: nothing says what the input is"),
    "a gap": (r"$z_1 = W_1 x$, $z_3 = W_2 z_2$, $C = \|z_3 - y\|^2$", ":1:27: no equation defines z_2"),
    "a circle": (rf"$z = W a$, $a = \tanh(z) + x$, {LOSS}", ":1:23: z: this name has no meaning here"),
    "which product": (rf"$z = W x \odot V u$, {LOSS}", ":1:6: W x \\odot V u: which product comes first"),
    "no function": (
        r"$z = W x$, $a = \mathrm{foo}(z)$, $C = \|a - y\|^2$",
        ":1:17: \\mathrm{foo}(z): this function",
    ),
    "no last step": (
        r"$h_0 = 0$, $h_t = \tanh(W h_{t-1} + U x_t)$, $C = \sum_t \|h_t - y_t\|^2$",
        "up to where t runs",
    ),
    "two last steps": (
        r"$h_0 = 0$, $h_t = \tanh(W h_{t-1} + U x_t)$, $C = \|h_T - y\|^2 + \|h_S\|^2$",
        "up to where t runs",
    ),
    "vectors side by side": (
        r"$h_0 = 0$, $z_t = \sigma(W x_t + U h_{t-1})$, $h_t = z_t h_{t-1}$ for $t = 1, \dots, T$, $C = \|h_T - y\|^2$",
        "h_t = z_t h_{t-1}: ? × 1 cannot be multiplied by ? × 1",
    ),
    "sizes": (rf"$W \in \mathbb{{R}}^{{4 \times 3}}$, $x \in \mathbb{{R}}^5$. $z = W x$, {LOSS}", "3 is not 5"),
    "sums from 2": (r"$z_j = \sum_{k=2}^{n} w_{jk} x_k$, $C = \sum_j (z_j - y_j)^2$", "sums begin at 0 or 1 here"),
    "one axis from 0 and from 1": (
        r"$z_j = \sum_{k=0}^{n} w_{jk} x_k$, $s = \sum_{k=1}^n x_k$, $C = \sum_j (z_j - s y_j)^2$",
        "n+1 is not n",
    ),
    "a window without an end": (
        r"$z_i = \sum_{a=1}^k w_a x_{i+a-1}$, $C = \sum_i (z_i - y_i)^2$",
        "may leave its range",
    ),
    "a count of nothing": (
        r"$\bar x = \frac1n \sum_i x_i$, $y = w \bar x$, $L = (y - t)^2$",
        ":1:17: what n counts is not said; write the sum with its end",
    ),
    "a star": (rf"A convolution: $z = w * x + b$, {LOSS}", ":1:21: w * x: whether this is a convolution"),
    "a number in a vector": (r"$z = W [2; x]$, $C = \|z - y\|^2$", "these parts cannot be put together"),
    "an expression": (r"$z = \int W x$, $C = \|z - y\|^2$", ":1:6: "),
    "no weights": (r"$z = \tanh(x)$, $C = \|z - t\|^2$", "nothing says what the parameters are"),
    "no equation": (
        rf"$a' = \frac{{\partial b}}{{\partial x}}$, $z = W x + a'$, {LOSS}",
        "what is said of a' is no equation of a forward pass",
    ),
    "a softmax of which side": (
        r"$A = \mathrm{softmax}(W V)$, $C = \|A - X\|^2$",
        ":1:2: whether a softmax is taken of the rows or the columns",
    ),
    "a softmax of one number": (
        r"$z = W x + b$, $p = \mathrm{softmax}(z)$, $L = - y \log p$",
        ":1:48: L = - y \\log p: ",
    ),
    "no kind": (f"---\nderive:\n  targets: {{y: odd}}\n---\n$z = W x$, {LOSS}", ":2: `odd` is no kind"),
    "no shape": (f"---\nderive:\n  shapes: {{W: two}}\n---\n$z = W x$, {LOSS}", ":2: the shape of `W` is no list"),
    "no list": (f"---\nderive:\n  inputs: 3\n---\n$z = W x$, {LOSS}", ":2: `inputs` is no list"),
    "no symbol": (f"---\nderive:\n  cost: a + b\n---\n$z = W x$, {LOSS}", ":2: `a + b` is no symbol"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_unclear_is_asked_for(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text, expected = REFUSED[name]
    (tmp_path / "doc.md").write_text(text + "\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["derive", "show", "doc.md"])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    told = capsys.readouterr().err
    assert told.startswith("doc.md") and expected in told and "; " in told, told


def test_functions_of_functions_do_not_grow_without_bound(tmp_path: Path) -> None:
    letters = "pqrsuvwABDGHIKM"
    bomb = [f"${a}(x) = {f'{b}(x + 1) ' * 9}$" for a, b in pairwise(letters)]
    (tmp_path / "doc.md").write_text("\n".join([*bomb, f"$M(x) = 2 x$, $z = p(W x)$, {LOSS}"]), encoding="utf-8")
    with pytest.raises(DeriveError):
        load(tmp_path / "doc.md")
