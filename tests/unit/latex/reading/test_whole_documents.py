"""Every formula of the four documents, and every formula that the printer writes, is read without problems."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from derive.latex.reading.formula import read_formula
from derive.latex.reading.shown import shown
from derive.latex.reading.vocabulary import Macro, Vocabulary

ROOT = Path(__file__).resolve().parents[4]
SEEDS = ROOT.parent / "shared" / "seeds"
CLAIMS = ROOT.parent / "shared" / "seed_claims.json"
GOLDENS = sorted((ROOT / "tests" / "unit" / "latex" / "goldens").glob("*.tex"))
GENERATED = sorted((ROOT / "generated").glob("*.tex"))
EVERY = 7
"""Of the generated formulas, one of so many."""

WORDS = frozenset({"dZ", "dA", "dW", "db"})
NOTES = Vocabulary(WORDS, macros=(Macro("reason", 1, r"\text{#1}"),))
IN_MATH = re.compile(r"\$\$(.+?)\$\$|\\\[(.+?)\\\]|\\\((.+?)\\\)|\$(.+?)\$", re.DOTALL)
IN_NOTES = re.compile(
    r"\\begin\{(flalign|align|gather)\*?\}(.+?)\\end\{\1\*?\}|\\\[(.+?)\\\]|(?<!\\)\$(.+?)\$", re.DOTALL
)
UNBALANCED = {
    r"\delta^l=((w^{l+1})^T\delta^{l+1}))\odot \sigma'(u^l)",
    r"L(\hat Y,Y)=(Y\log(\hat Y)+(1-Y)\log(1-\hat Y)",
}
"""What is really wrong in the four documents."""


def is_whole(source: str, vocabulary: Vocabulary) -> bool:
    formula = read_formula(source, vocabulary)
    return not formula.problems and "unread" not in shown(formula)


@pytest.mark.skipif(not SEEDS.exists(), reason="the four documents are not here")
def test_the_four_documents() -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt"))]
    formulas = [next(g for g in m.groups() if g) for text in texts for m in IN_MATH.finditer(text)]
    assert len(formulas) == 293
    start = time.process_time()
    wrong = {source for source in formulas if not is_whole(source, Vocabulary(WORDS))}
    assert time.process_time() - start < 10
    assert wrong == UNBALANCED


@pytest.mark.skipif(not CLAIMS.exists(), reason="the claims are not here")
def test_every_claim_in_a_formula() -> None:
    claims = [c["latex"] for c in json.loads(CLAIMS.read_text(encoding="utf-8")) if not c["prose"]]
    assert {source for source in claims if not is_whole(source, Vocabulary(WORDS))} == UNBALANCED


@pytest.mark.parametrize("path", GOLDENS, ids=lambda path: path.stem)
def test_what_the_printer_writes_in_every_notation(path: Path) -> None:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("%")]
    assert lines
    assert [line for line in lines if not is_whole(line, NOTES)] == []


def formulas_of_notes() -> Iterator[str]:
    for path in GENERATED:
        text = path.read_text(encoding="utf-8").partition("\\begin{document}")[2]
        text = re.sub(r"\\begin\{tikzpicture\}.*?\\end\{tikzpicture\}", "", text, flags=re.DOTALL)
        text = re.sub(r"\\reasonbelow\{[^{}]*\}", r"\\reason", text)
        for found in IN_NOTES.finditer(text):
            yield found.group(2) or found.group(3) or found.group(4)


def test_formulas_of_the_bundled_notes() -> None:
    formulas = sorted(set(formulas_of_notes()))
    assert len(formulas) > 2_000
    assert [source for source in formulas[::EVERY] if not is_whole(source, NOTES)] == []
