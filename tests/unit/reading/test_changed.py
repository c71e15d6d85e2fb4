"""What is written otherwise is read as the same; what is changed in its meaning is not."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

import pytest

from tests.unit.reading.books import Book, book

FRACTION = re.compile(r"\\frac\{1\}\{m\}")
DERIVATIVE = re.compile(r"\\frac\{\\partial C\}\{(\\partial (?:[^{}]|\{[^{}]*\})*)\}")


def _slashes(tex: str, rng: Random) -> str:
    return FRACTION.sub(lambda _: r"(1/m)" if rng.random() < 0.7 else r"\dfrac1m", tex)


def _inline(tex: str, rng: Random) -> str:
    """`∂C/∂W` in a line, where it stands alone on its side."""
    return DERIVATIVE.sub(lambda m: r"\partial C / " + m[1], tex, count=1) if tex.startswith(r"\frac") else tex


def _transposes(tex: str, rng: Random) -> str:
    return tex.replace(r"^{\mathsf{T}}", rng.choice((r"^T", r"^{\top}", r"^\intercal")))


def _brackets(tex: str, rng: Random) -> str:
    left, equals, right = tex.partition(" = ")
    if not equals or "=" in right or "," in right or r"\quad" in right:
        return tex
    opening, closing = rng.choice((("(", ")"), (r"\left( ", r" \right)"), (r"\bigl[ ", r" \bigr]")))
    return f"{left} = {opening}{right}{closing}"


def _renamed(tex: str, rng: Random) -> str:
    """Index letters by others, the same ones everywhere."""
    if r"\begin" in tex:
        return tex
    for old, new in (("j", "u"), ("k", "v")):
        tex = re.sub(rf"(?<![A-Za-z\\]){old}(?![A-Za-z])", new, tex)
        tex = re.sub(r"(?<=_\{)([a-z]{2,3})(?=\})", lambda m, a=old, b=new: m[1].replace(a, b), tex)
    return tex


PARAPHRASES: tuple[Callable[[str, Random], str], ...] = (_slashes, _inline, _transposes, _brackets, _renamed)
BOOKS = (("three-layer", "nielsen"), ("net-3-4-2", "nielsen"), ("softmax-classifier", "nielsen"), ("deep", "nielsen"))


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(("example", "notation"), BOOKS)
def test_paraphrases_are_read_as_equal(example: str, notation: str, seed: int) -> None:
    b, rng = book(example, notation), Random(f"{seed} {example}")
    changed = 0
    for source in b.results():
        other = source
        for change in rng.sample(PARAPHRASES, 3):
            other = change(other, rng)
        changed += other != source
        assert b.holds(other), (source, other)
    assert changed > 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"\frac{\partial C}{\partial W^2}", r"{\partial C}/{\partial W^2}"),
        (r"\sum_j \sum_k W_{jk}^{1} W_{jk}^{1}", r"\sum_k \sum_j (W_{jk}^{1})^2"),
        (r"\sum_{j,k} (W_{jk}^{1})^2", r"\sum_{jk} W_{jk}^{1} \cdot W_{jk}^{1}"),
        (r"\delta^2 (a^1)^{\top}", r"\delta^{2} \times (a^{1})^T"),
        (r"(W^2)^{\mathsf T} \delta^2", r"{W^{2}}^{T} \delta^{2}"),
        (r"\delta_{ji}^{3} a_{ki}^{2}", r"a_{ki}^{2} \cdot \delta_{ji}^{3}"),
        (r"\frac{1}{2} \delta^1", r"\delta^1 / 2"),
        (r"0.5 \delta^1", r"\frac12 \delta^{1}"),
        (r"\sigma'(z^1) \odot \delta^1", r"\delta^1 \circ \sigma'(z^1)"),
    ],
)
def test_spellings_of_one_thing(one: str, other: str) -> None:
    assert book("three-layer").holds(f"{one} = {other}")


# -- changes of meaning --------------------------------------------------------------------------------------------

Edit = Callable[[str], str | None]


def _edit(pattern: str, replacement: str) -> Edit:
    def edit(tex: str) -> str | None:
        left, equals, right = tex.partition(" = ")
        new = re.sub(pattern, replacement, right, count=1)
        return None if not equals or new == right else f"{left}{equals}{new}"

    return edit


EDITS: dict[str, Edit] = {
    "transpose lost": _edit(r"\^\{\\mathsf\{T\}\}", ""),
    "sign": _edit(r" - ", " + "),
    "sign in front": lambda tex: tex.replace(" = ", " = -", 1),
    "indices swapped": _edit(r"W_\{([a-z])([a-z])\}", r"W_{\2\1}"),
    "layer before": _edit(r"(W|a|z)(_\{[a-z]+\})?\^\{2\}", r"\1\2^{1}"),
    "next layer": _edit(r"(W|a|\\delta)(_\{[a-z]+\})?\^\{2\}", r"\1\2^{3}"),
    "mean lost": _edit(r"\\frac\{1\}\{m\} ", ""),
    "sum lost": _edit(r"\\sum_\{[a-z]\} ", ""),
}


def changed(b: Book, edit: Edit) -> list[str]:
    return [new for source in b.results() if r"\begin" not in source and (new := edit(source)) is not None]


@pytest.mark.parametrize("name", EDITS)
def test_small_changes_of_meaning_are_not_read_as_equal(name: str) -> None:
    books = [book(example) for example in ("three-layer", "net-3-4-2")]
    found = [(b, s) for b in books for s in changed(b, EDITS[name])[:5]]
    assert found, "no formula has such a place"
    assert [s for b, s in found if not b.fails(s)] == []


@pytest.mark.parametrize(
    "source",
    [
        r"\delta^1 = (W^2 \delta^2) \odot \sigma'(z^1)",
        r"\delta^1 = ((W^2)^{T} \delta^2) \odot \sigma'(z^2)",
        r"\delta^1 = ((W^1)^{T} \delta^2) \odot \sigma'(z^1)",
        r"\frac{\partial C}{\partial W^2} = a^1 (\delta^2)^T",
        r"\frac{\partial C}{\partial W^2} = \delta^2 a^1",
        r"\frac{\partial C}{\partial b_j^2} = \delta_{ji}^2",
        r"\frac{\partial C}{\partial W_{jk}^2} = \sum_i \delta_{ki}^2 a_{ji}^1",
        r"\frac{\partial C}{\partial W_{jk}^2} = \sum_{i \neq 1} \delta_{ji}^2 a_{ki}^1",
        r"\frac{\partial C}{\partial W_{jk}^2} = \sum_{i=2}^{m} \delta_{ji}^2 a_{ki}^1",
        r"(W^2)^T_{jk} = W^2_{jk}",
        r"W^{2\,T}_{jk} = W^2_{jk}",
    ],
)
def test_typical_mistakes_are_not_excused(source: str) -> None:
    assert book("three-layer").fails(source)


@pytest.mark.parametrize("change", [("'", ""), ("l+1", "l"), ("W_{kj}", "W_{jk}"), (r"\sum_k", ""), ("^l)", "^{l+1})")])
def test_mistakes_in_a_recursion_over_layers_are_not_excused(change: tuple[str, str]) -> None:
    right = r"\delta_{ji}^l = \sum_k W_{kj}^{l+1} \delta_{ki}^{l+1} \sigma'(z_{ji}^l)"
    b = book("deep")
    assert b.holds(right)
    assert b.fails(right.replace(*change))
