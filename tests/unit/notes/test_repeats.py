"""Sentences that are said once in full, and in short from then on."""

from __future__ import annotations

from derive.notes.document import Display, Document, Math, Paragraph, Row, Section, words
from derive.notes.language import load_language
from derive.notes.repeats import AGAIN, said_once

WORDINGS = {
    "t": "t",
    "long": "{a} is long",
    "long_again": "{a}, too",
    "gone": "gone",
    "gone_again": "",
    "plain": "plain",
}


def section(*blocks: Paragraph | Display | Section) -> Section:
    return Section("s", words("t"), blocks)


def test_the_second_time_is_short() -> None:
    first, second = (Paragraph(words("long", a=Math(x)), (words("plain"),)) for x in "xy")
    document = Document(words("t"), "en", (section(first, section(second)), section(second)))
    one, two = said_once(document, WORDINGS).sections
    short = Paragraph(words("long_again", a=Math("y")), (words("plain"),))
    assert one.blocks == (first, section(short)) and two.blocks == (short,)


def test_what_needs_no_saying_is_left_out() -> None:
    gone, display = Paragraph(words("gone")), Display((Row("a", "b"),))
    mixed = Paragraph(words("gone"), (words("plain"),))
    document = Document(words("t"), "en", (section(gone, display, gone, mixed),))
    [only] = said_once(document, WORDINGS).sections
    assert only.blocks == (gone, display, Paragraph(words("plain")))


def test_every_short_wording_belongs_to_a_long_one() -> None:
    wordings = load_language("en").wordings
    assert {key.removesuffix(AGAIN) for key in wordings if key.endswith(AGAIN)} <= wordings.keys() - {""}
