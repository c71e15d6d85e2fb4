"""Plain text: formulas between delimiters, headings by number or by standing apart."""

from __future__ import annotations

import pytest

from derive.latex.reading.document import Kind
from derive.latex.reading.extract import document_of, kind_of
from derive.latex.reading.plain_text import heading_level

NUMBERED = {
    "2.1 神经网络模型": 2,
    "3.2.1 Backpropagation": 3,
    "一、神经元": 1,
    "十二、附录": 1,
    "第三章 反向传播": 1,
    "第2节 损失": 2,
    "（一）定义": 2,
    "Chapter 3": 1,
    "3 Backpropagation": 1,
    "§ 4 Results": 1,
}


@pytest.mark.parametrize("line", NUMBERED)
def test_numbered_headings(line: str) -> None:
    assert heading_level(line, True) == NUMBERED[line]


@pytest.mark.parametrize("line", ["前馈全连接网络", "练习题", "Backpropagation through time", "tanh"])
def test_short_lines_apart_are_headings(line: str) -> None:
    assert heading_level(line, True) == 7
    assert heading_level(line, False) is None


@pytest.mark.parametrize(
    "line",
    [
        "其中",
        "代入前面的一组式子，得到",
        "容易得到",
        "根据链式求导法则",
        "where",
        "Then we have",
        "we find that",
        "and so on.",
        "1. first",
        "• 项目",
        "2.5 $x$ is",
        "3.14",
        "2.5 is the value of this constant, which is found by measuring it often",
        "整理一下便可以得到本文结论并且这一行非常长",
        "",
        "---",
    ],
)
def test_other_lines_are_none(line: str) -> None:
    assert heading_level(line, True) is None


def test_a_text() -> None:
    text = "标题\n\n一、开始\n\n其中\\(x\\)和 x_1 为\n\n\\[y\n= 1\\]\n\n    $$z$$\n\n"
    text += "2.1 下面\n```\n$code$\n```\n[a]($w$)\n"
    document = document_of(text, "a", "text")
    assert [(f.source, f.display, f.heading) for f in document.fragments] == [
        ("x", False, ("一、开始",)),
        ("y\n= 1", True, ("一、开始",)),
        ("z", True, ("一、开始",)),
        ("w", False, ("一、开始", "2.1 下面")),
    ]
    assert [u.text for u in document.undelimited] == ["x_1"]
    assert document.fragments[0].after == "和 x_1 为"
    assert document.fragments[1].before == "其中$x$和 x_1 为"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("some words $x$", "text"),
        ("---\nlayout: post\n---\nwords", "markdown"),
        ("words\n\n## Heading\n", "markdown"),
        ("<p>words</p>", "markdown"),
        ("```\ncode\n```", "markdown"),
        ("see [this](http://x)", "markdown"),
        ("\\documentclass{article}", "tex"),
        ("\\section{A}\n$x$", "tex"),
        ("```tex\n\\documentclass{article}\n```", "markdown"),
        ("% \\documentclass{article}\nwords", "text"),
        ('{"cells": [], "nbformat": 4}', "notebook"),
        ("{a}", "text"),
        ("", "text"),
    ],
)
def test_the_kind_by_content(text: str, kind: Kind) -> None:
    assert kind_of(text) == kind
