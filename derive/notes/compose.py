"""From parts to a document: every section that their recipes ask for, in that order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from derive.notes.catalogue import KINDS, USUAL_RECIPE
from derive.notes.document import Block, Document, Paragraph, Plain, Section, Words, words
from derive.notes.input import NoteInput
from derive.notes.recipe import Request
from derive.notes.referring import resolved
from derive.notes.signs import explained_once
from derive.notes.stage import Stage


@dataclass(frozen=True)
class Part:
    """A part of a document: a stage, the sections wanted, a heading and an introduction of the author's own."""

    stage: Stage
    requests: tuple[Request, ...] = USUAL_RECIPE
    title: str = ""
    text: str = ""


def compose(given: NoteInput, requests: tuple[Request, ...] = USUAL_RECIPE) -> Document:
    """The handout of a single network."""
    stage = Stage(given.sample.printer.notation, given)
    name = Plain(given.title or given.sample.network.name)
    [sections] = explained_once([tuple(_sections(Part(stage, requests)))])
    return resolved(Document(words("title", name=name), given.language, sections))


def compose_parts(title: str, parts: Sequence[Part], language: str) -> Document:
    """A document of several parts, each under its heading; sections of a part without one stand at the top."""
    sections: list[Section] = []
    of_parts = explained_once([tuple(_sections(part)) for part in parts])
    for number, (part, own) in enumerate(zip(parts, of_parts, strict=True), start=1):
        written = tuple(_anchored(s, f"part-{number}-") for s in own)
        if part.title:
            said = (Paragraph(_own(part.text)),) if part.text else ()
            written = (Section(part_anchor(number), _own(part.title), (*said, *written)),)
        sections += written
    return resolved(Document(_own(title), language, tuple(sections)))


def part_anchor(number: int) -> str:
    """Where the part of that number begins, if it has a heading."""
    return f"part-{number}"


def _sections(part: Part) -> Iterator[Section]:
    for request in part.requests:
        section = KINDS[request.kind].write(part.stage, request)
        if section is not None:
            yield section


def _own(text: str) -> Words:
    """Words of the author's own, shown as they are."""
    return words("own", text=Plain(text))


def _anchored(section: Section, prefix: str) -> Section:
    """The section with anchors that no other part has; those of results begin with the network's name already."""
    blocks: tuple[Block, ...] = tuple(
        _anchored(block, prefix) if isinstance(block, Section) else block for block in section.blocks
    )
    return replace(section, anchor=prefix + section.anchor, blocks=blocks)
