"""From one sample to a batch: where the index of the samples comes in, and the steps of one value and one weight."""

from __future__ import annotations

from collections.abc import Iterator

from derive.notes.document import Block, Math, Paragraph, Section, words
from derive.notes.steps import derivation_blocks, unfolded
from derive.notes.subject import Subject


def batch_section(subject: Subject) -> Section | None:
    """The section; None for a network without a batch."""
    formulas = subject.batch
    if formulas is None or formulas.network.batch is None:
        return None
    batch, printer = formulas.network.batch, formulas.printer
    m = Math(printer.affine(batch.extent))
    i = Math(printer.symbols.indices.letter(batch.name, printer.names((batch,))).tex)
    blocks: list[Block] = [Paragraph(words(f"batch.{formulas.network.reduce or 'sum'}", m=m, i=i))]
    if printer.notation.scaling == "summed" and formulas.network.reduce == "mean":
        blocks.append(Paragraph(words("batch.summed", m=m)))
    if formulas.network.parameters:
        blocks.append(Paragraph(words("batch.parameters")))
    for name in dict.fromkeys(_examples(subject)):
        blocks.append(Paragraph(words("batch.example", symbol=Math(formulas.symbol(name)))))
        blocks += derivation_blocks(formulas, name)
    return Section("batch", words("section.batch"), tuple(blocks))


def _examples(subject: Subject) -> Iterator[str]:
    """The first value and the first parameter of the handout, after what is put into their adjoints."""
    names = [n for group in subject.groups for n in group]
    for role in ("value", "parameter"):
        for name in [n for n in names if subject.sample.network.tensor(n).role == role][:1]:
            yield from unfolded(subject.sample, name)
            yield name
