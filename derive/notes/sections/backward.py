"""The backward pass, step by step: for each adjoint its readers, its lines with reasons, its result in a box."""

from __future__ import annotations

from collections.abc import Iterator

from derive.notes.document import Block, Display, Listing, Math, Paragraph, Row, Section, words
from derive.notes.formulas import Formulas
from derive.notes.steps import derivation_blocks, read_by, result
from derive.notes.subject import Subject


def backward_section(subject: Subject) -> Section:
    blocks: list[Block] = [Paragraph(words("backward.intro" if subject.batch else "backward.intro_plain"))]
    done: set[str] = set()
    for group in subject.groups:
        blocks.append(_group(subject, group, done))
    return Section("backward", words("section.backward"), tuple(blocks))


def _group(subject: Subject, group: tuple[str, ...], done: set[str]) -> Section:
    formulas = subject.sample
    blocks: list[Block] = []
    for name in group:
        for needed in _unfolded(formulas, name):
            if needed not in done:
                done.add(needed)
                adjoint = Math(formulas.adjoint(needed))
                blocks.append(Paragraph(words("backward.auxiliary", adjoint=adjoint)))
                blocks += _derived(formulas, needed)
        done.add(name)
        if len(blocks) > 0 and len(group) == 1:
            blocks.append(Paragraph(words("backward.now", adjoint=Math(formulas.adjoint(name)))))
        blocks += _derived(formulas, name)
        blocks.append(result(formulas, subject.batch, name))
    listed = Listing(tuple(Math(formulas.adjoint(n)) for n in group))
    role = formulas.network.tensor(group[0]).role
    key = "backward.heading_value" if role != "parameter" else "backward.heading_parameter"
    key += "s" if len(group) > 1 else ""
    return Section(f"backward-{group[0]}", words(key, adjoint=listed), tuple(blocks))


def _unfolded(formulas: Formulas, name: str) -> Iterator[str]:
    """The unnamed adjoints that are put into this one, those that they need first."""
    for case in formulas.adjoints.results[name]:
        for line in case.lines:
            if line.rule == "unfold":
                for used in line.uses:
                    yield from _unfolded(formulas, used)
                    yield used


def _derived(formulas: Formulas, name: str) -> Iterator[Block]:
    """Who reads the tensor, in which equations, and the lines."""
    yield Paragraph(read_by(formulas, name))
    yield Display(tuple(_readers(formulas, name)))
    yield from derivation_blocks(formulas, name)


def _readers(formulas: Formulas, name: str) -> Iterator[Row]:
    """The equations that read a tensor, each once."""
    seen = set()
    for c in formulas.adjoints.equations[name].contributions:
        at = (c.reader.lhs, c.reader.domain)
        if at not in seen:
            seen.add(at)
            domain = formulas.domain(c.reader)
            note = words("forward.domain", domain=Math(domain)) if domain else None
            yield Row(*formulas.forward(c.reader), note=note)
