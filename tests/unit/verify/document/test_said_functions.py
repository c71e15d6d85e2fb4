"""`f is the sigmoid`, in words right behind a letter of functions."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.latex.reading.extract import read_document
from derive.verify.document.said_functions import said_functions


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("激活函数 $f$ 均取 Sigmoid。", {"f": "sigmoid"}),
        ("其中 $g$ 就是大名鼎鼎的 sigmoid 函数", {"g": "sigmoid"}),
        ("where $f$ is linear and $g$ is the logistic sigmoid.", {"g": "sigmoid"}),
        ("Let $g$ be tanh.", {"g": "tanh"}),
        ("$f$ 可取 sigmoid 或 tanh", {}),
        ("$f$ is not the sigmoid", {}),
        ("$f$ is the inverse sigmoid", {}),
        ("$f$ 为 sigmoid 的导数", {}),
        ("$f$ is applied before the sigmoid", {}),
        ("$f$ is the sigmoid; later $f$ is tanh.", {}),
        ("$u$ is the sigmoid", {}),
        ("$h = s(Wx+b)$ 这里 $s$ 是 sigmoid 函数", {"s": "sigmoid"}),
        ("$h = s(Wx+b)$, $d = s'(z) e$; $s$ is the logistic function", {"s": "sigmoid"}),
        ("$a = f(z)$ and $d = a(1 - a) + a$, where $a$ is the sigmoid activation", {}),
    ],
)
def test_words_say_what_a_letter_is(text: str, said: dict[str, str], tmp_path: Path) -> None:
    document = tmp_path / "said.md"
    document.write_text(text)
    assert {m.written: m.value for m in said_functions(read_document(document))} == said
