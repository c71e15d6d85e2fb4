"""A sign is explained where it stands in a formula, and once in a document."""

from __future__ import annotations

from derive.notes.document import Block, Display, Math, Paragraph, Row, Section, Words, words
from derive.notes.signs import explained_once

ODOT, CIRC = (words("forward.hadamard", sign=Math(rf"\{name}")) for name in ("odot", "circ"))
ONES = words("forward.ones", ones=Math(r"\mathbf{1}_{m}"))
POWER = words("forward.power", sign=Math(r"\odot"))
DOTS = words("forward.dots", dot=Math(r"\cdot"))
NUMBERS = words("forward.numbers")


def part(said: tuple[Words, ...], *formulas: str) -> tuple[Section, ...]:
    rows = tuple(Row("a", f) for f in formulas)
    inner: tuple[Block, ...] = (Section("inner", words("own"), (Display(rows),)),) if rows else ()
    return (Section("forward", words("own"), (Paragraph(said[0], said[1:]), *inner)),)


def left(sections: tuple[Section, ...]) -> list[Words]:
    return [w for s in sections for b in s.blocks if isinstance(b, Paragraph) for w in (b.text, *b.more)]


def test_only_what_is_shown_is_explained() -> None:
    said = (ODOT, POWER, DOTS, NUMBERS, ONES)
    cases = {
        r"x \odot y": [ODOT],
        r"x^{\odot 2}": [POWER],
        r"W_{1\cdot} x": [DOTS],
        r"x (1 - y)": [NUMBERS],
        r"v + 10^{-5}": [NUMBERS],
        r"b \mathbf{1}_{m}^{\mathsf{T}}": [ONES],
        r"\mathbf{1}[z > 0] \cdot 2": [],
    }
    for formula, kept in cases.items():
        [sections] = explained_once([part(said, formula)])
        assert left(sections) == kept, formula


def test_the_sign_in_its_own_explanation_does_not_count() -> None:
    [sections] = explained_once([part((ONES,))])
    assert left(sections) == []


def test_a_sign_is_explained_in_the_first_part_that_has_it() -> None:
    parts = [
        part((ODOT, ONES), r"x \odot y"),
        part((ODOT, ONES), r"x \odot \mathbf{1}_{m}"),
        part((ODOT,), r"x \odot y"),
    ]
    assert [left(p) for p in explained_once(parts)] == [[ODOT], [ONES], []]


def test_another_sign_is_explained_again() -> None:
    parts = [part((ODOT,), r"x \odot y"), part((CIRC,), r"x \circ y")]
    assert [left(p) for p in explained_once(parts)] == [[ODOT], [CIRC]]


def test_other_paragraphs_stay() -> None:
    said = words("forward.index")
    assert left(explained_once([part((said,), "x")])[0]) == [said]
