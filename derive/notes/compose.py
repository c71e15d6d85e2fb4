"""From a derivation to a document: which section stands where, and why there."""

from __future__ import annotations

from derive.notes.document import Document, Plain, Section, words
from derive.notes.input import NoteInput
from derive.notes.sections.algorithm import algorithm_section
from derive.notes.sections.backward import backward_section
from derive.notes.sections.batch import batch_section
from derive.notes.sections.chain import chain_section
from derive.notes.sections.check import check_section
from derive.notes.sections.depth import depth_section
from derive.notes.sections.forward import forward_section
from derive.notes.sections.functions import functions_section
from derive.notes.sections.given import given_section
from derive.notes.sections.layers import layers_section
from derive.notes.sections.shapes import shapes_section
from derive.notes.subject import subject_of


def compose(given: NoteInput) -> Document:
    """The handout. It uses nothing before it has been stated: given, forward, rules, results, numbers."""
    subject = subject_of(given)
    sections: tuple[Section | None, ...] = (
        given_section(subject),
        forward_section(subject),
        chain_section(subject),
        functions_section(subject),
        backward_section(subject),
        depth_section(subject),
        batch_section(subject),
        layers_section(subject),
        shapes_section(subject),
        algorithm_section(subject),
        check_section(subject),
    )
    name = Plain(given.title or given.sample.network.name)
    return Document(words("title", name=name), given.language, tuple(s for s in sections if s is not None))
