"""The table of shapes: every quantity with its adjoint."""

from __future__ import annotations

from derive.notes.document import Inline, Section, Table, words
from derive.notes.sections.given import adjoints, shape_head, shapes, symbols
from derive.notes.subject import Subject


def shapes_section(subject: Subject) -> Section:
    network = subject.sample.network
    rows: list[tuple[Inline, ...]] = [
        (symbols(subject, t), adjoints(subject, t.name), *shapes(subject, t))
        for t in network.tensors.values()
        if t.name in subject.wanted
    ]
    head = (words("shapes.quantity"), words("shapes.adjoint"), *shape_head(subject))
    return Section("shapes", words("section.shapes"), (Table(words("shapes.table"), head, tuple(rows)),))
