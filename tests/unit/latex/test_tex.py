"""Names in TeX: what they look like, and that none of them becomes a command."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive.latex.tex import GREEK, capital, index_letter, is_symbol, name, symbol, upright

HARMLESS = {r"\mathrm", r"\text", r"\backslash", r"\wedge", r"\sim", *(f"\\{g}" for g in GREEK)}
COMMAND = re.compile(r"\\(?:[A-Za-z]+|.)", re.DOTALL)


@pytest.mark.parametrize(
    ("text", "tex"),
    [
        ("x", "x"),
        ("x1", "x_{1}"),
        ("W_trunk", r"W_{\mathrm{trunk}}"),
        ("lambda", r"\lambda"),
        ("epsilon", r"\epsilon"),
        ("sigma2", r"\sigma_{2}"),
        ("alpha_left", r"\alpha_{\mathrm{left}}"),
        ("trunk", r"\mathrm{trunk}"),
        ("layer12", r"\mathrm{layer12}"),
        ("W_1_b", r"W_{1,\mathrm{b}}"),
        ("h_alpha", r"h_{\alpha}"),
    ],
)
def test_names(text: str, tex: str) -> None:
    assert name(text).tex == tex


@pytest.mark.parametrize(
    ("text", "tex"),
    [("j", "j"), ("j'", "j'"), ("j''", "j''"), ("j_1", "j_{1}"), ("j_1'", "j_{1}'"), ("alpha", r"\alpha")],
)
def test_index_letters(text: str, tex: str) -> None:
    assert index_letter(text).tex == tex


@pytest.mark.parametrize(
    ("words", "tex", "large"),
    [
        ("z", "z", "Z"),
        ("delta", r"\delta", r"\Delta"),
        ("cal L", r"\mathcal{L}", r"\mathcal{L}"),
        ("bold x", r"\mathbf{x}", r"\mathbf{X}"),
        ("bold Theta", r"\boldsymbol{\Theta}", r"\boldsymbol{\Theta}"),
        ("hat y", r"\hat{y}", r"\hat{Y}"),
        ("hat bold y", r"\hat{\mathbf{y}}", r"\hat{\mathbf{Y}}"),
        ("x_in", r"x_{\mathrm{in}}", r"X_{\mathrm{in}}"),
        ("alpha", r"\alpha", r"\alpha"),
        ("net", r"\mathrm{net}", r"\mathrm{net}"),
        ("nabla", r"\nabla", r"\nabla"),
    ],
)
def test_symbols_of_notations(words: str, tex: str, large: str) -> None:
    assert is_symbol(words)
    assert symbol(words).tex == tex
    assert symbol(capital(words)).tex == large


@pytest.mark.parametrize(
    "text", ["", r"\delta", r"\write18{ls}", "x y", "italic x", "x}", "1", "x^2", "bold", "x" * 65, "x_", "x\n"]
)
def test_what_is_no_symbol(text: str) -> None:
    assert not is_symbol(text) or text == "bold"  # a tensor may be called bold


@pytest.mark.parametrize(
    "text",
    [
        r"\write18{rm -rf ~}",
        r"\input{/etc/passwd}",
        "__import__('os').system('ls')",
        "}$ \\def\\x{",
        "a%b",
        "a\nb",
        "a^^5cb",
        "&#$_",
        "trünk",
        "名字",
        "",
        "_",
    ],
)
def test_hostile_names(text: str) -> None:
    for tex in (name(text).tex, index_letter(text).tex, upright(text)):
        assert_harmless(tex)


@given(st.text(max_size=30))
def test_no_name_becomes_a_command(text: str) -> None:
    for tex in (name(text).tex, index_letter(text).tex, upright(text)):
        assert_harmless(tex)


def assert_harmless(tex: str) -> None:
    """Braces match, and every command is one that the printer chose; special characters are escaped."""
    depth = 0
    bare = COMMAND.sub(lambda m: " " if m.group() in HARMLESS or len(m.group()) == 2 else "BAD", tex)
    escaped = {m.group() for m in COMMAND.finditer(tex) if len(m.group()) == 2}
    assert "BAD" not in bare, tex
    assert escaped <= {r"\_", r"\{", r"\}", r"\$", r"\&", r"\#", r"\%"}, tex
    assert not set(bare) & set("$&#%~^\\\n\r\t"), tex
    for c in bare:
        depth += {"{": 1, "}": -1}.get(c, 0)
        assert depth >= 0, tex
    assert depth == 0, tex
