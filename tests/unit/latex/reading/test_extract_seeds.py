"""The four documents, where they are at hand: every formula is found, and every claim lies in one."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from derive.latex.reading.document import Document
from derive.latex.reading.extract import read_document

SHARED = Path(__file__).resolve().parents[5] / "shared"
SEEDS = SHARED / "seeds"

pytestmark = pytest.mark.skipif(not SEEDS.is_dir(), reason="the four documents are not here")

COUNTS = {"001": ("markdown", 74), "002": ("text", 52), "003": ("text", 92), "004": ("markdown", 75)}


def seed(number: str) -> Document:
    (path,) = SEEDS.glob(f"{number}_*.txt")
    return read_document(path)


def claims(number: str) -> list[dict[str, Any]]:
    whole = json.loads((SHARED / "seed_claims.json").read_text(encoding="utf-8"))
    return [claim for claim in whole if claim["seed"].startswith(number) and not claim["prose"]]


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("number", COUNTS)
def test_every_formula_is_found_and_nothing_else(number: str) -> None:
    document = seed(number)
    assert (document.kind, len(document.fragments)) == COUNTS[number]
    assert document.problems == ()
    assert document.front_matter == {}
    for fragment in document.fragments:
        assert document.text[fragment.start : fragment.end] == fragment.source
    for one, other in pairwise(document.fragments):
        assert one.end < other.start


@pytest.mark.parametrize("number", COUNTS)
def test_no_delimiter_is_left_over(number: str) -> None:
    document = seed(number)
    left, position = [], 0
    for fragment in document.fragments:
        left.append(document.text[position : fragment.start].rstrip("$").removesuffix("\\(").removesuffix("\\["))
        position = fragment.end
        for closing in ("$$", "$", "\\)", "\\]"):
            if document.text.startswith(closing, position):
                position += len(closing)
                break
    left.append(document.text[position:])
    for sign in ("$", "\\(", "\\[", "\\begin"):
        assert not [part for part in left if sign in part], sign


@pytest.mark.parametrize("number", COUNTS)
def test_every_claim_lies_in_a_formula_of_its_line(number: str) -> None:
    document = seed(number)
    for claim in claims(number):
        assert [
            fragment
            for fragment in document.fragments
            if squeezed(claim["latex"]) in squeezed(fragment.source)
            and document.place(fragment.start - 1).line <= claim["line"] <= document.place(fragment.end).line
        ], claim


@pytest.mark.parametrize("number", COUNTS)
def test_other_line_ends_and_encodings_change_no_place(number: str, tmp_path: Path) -> None:
    document = seed(number)
    path = tmp_path / "seed.txt"
    path.write_bytes(document.text.replace("\n", "\r\n").encode("gb18030"))
    other = read_document(path)
    assert other.encoding == "gb18030"
    assert [f.source.replace("\r\n", "\n") for f in other.fragments] == [f.source for f in document.fragments]
    assert [(f.heading, f.before, f.after) for f in other.fragments] == [
        (f.heading, f.before, f.after) for f in document.fragments
    ]
    for one, same in zip(document.fragments, other.fragments, strict=True):
        assert document.place(one.start) == other.place(same.start)


def test_headings_of_the_texts() -> None:
    assert [h.text for h in seed("002").headings] == [
        "神经网络优化任务的一般描述",
        "BP算法一般形式的推导",
        "实际BP应用举例",
        "前馈全连接网络",
        "练习题",
        "参考文献",
    ]
    numbered = [(h.level, h.text[:3]) for h in seed("003").headings if h.level < 7]
    assert [level for level, _ in numbered] == [1, 1, 2, 2, 2, 1, 2, 2]
    by_formula = {squeezed(f.source): f.heading for f in seed("003").fragments}
    assert by_formula["n_l=3"] == ("二、神经网络模型", "2.1 神经网络模型")


def test_headings_of_the_markdown_documents() -> None:
    by_formula = {squeezed(f.source): f.heading for f in seed("001").fragments}
    assert by_formula["dZ^{[L]}=A^{[L]}-Y"] == ("矢量化运算", "back propagation")
    assert len(seed("004").headings) == 14


def test_words_around_what_only_prose_says() -> None:
    around = {squeezed(f.source): f for f in seed("004").fragments}
    assert around["(1,3)"].before == "$x$的形状为"
    assert around["f(x)=max(0,x)"].before == "整流线性单元(ReLU)激活函数的表达式为："
    assert around["L=-y{\\ln}a^{[2]}-(1-y){\\ln}(1-a^{[2]})"].before == "首先，损失函数为："
    assert around["L=-y{\\ln}a^{[2]}-(1-y){\\ln}(1-a^{[2]})"].after == "逐层对变量求导："


def test_bare_latex_of_the_third_document_is_noted() -> None:
    assert {"x_1", "\\vec{w}_j", "L_{n_l}", "w_{4b}", "θ^0"} <= {u.text for u in seed("003").undelimited}
