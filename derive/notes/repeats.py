"""What has been explained once is said in short from then on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from derive.notes.document import Block, Document, Paragraph, Section, Words

AGAIN = "_again"


def said_once(document: Document, wordings: Mapping[str, str]) -> Document:
    """The document with `key_again` for every further occurrence of a sentence, where there is such a wording.

    A sentence whose wording for that is empty is not said again.
    """
    said: set[str] = set()
    return replace(document, sections=tuple(_section(s, said, wordings) for s in document.sections))


def _section(section: Section, said: set[str], wordings: Mapping[str, str]) -> Section:
    return replace(section, blocks=tuple(_blocks(section.blocks, said, wordings)))


def _blocks(blocks: Sequence[Block], said: set[str], wordings: Mapping[str, str]) -> Iterator[Block]:
    for block in blocks:
        if isinstance(block, Section):
            yield _section(block, said, wordings)
        elif isinstance(block, Paragraph):
            left = [_short(w, said, wordings) for w in (block.text, *block.more)]
            kept = [w for w in left if wordings.get(w.key) != ""]
            if kept:
                yield Paragraph(kept[0], tuple(kept[1:]))
        else:
            yield block


def _short(sentence: Words, said: set[str], wordings: Mapping[str, str]) -> Words:
    again = sentence.key + AGAIN
    if sentence.key in said and again in wordings:
        return Words(again, sentence.given)
    said.add(sentence.key)
    return sentence
