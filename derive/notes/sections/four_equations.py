"""The four equations of backpropagation, BP1 to BP4, for a network of symbolic depth, each in all its forms.

The names are those of chapter 2 of Nielsen's book.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from derive.errors import DeriveError
from derive.notes.document import Block, Boxed, Display, Math, Paragraph, ResultLine, Row, Section, words
from derive.notes.formulas import Formulas, Result
from derive.notes.sections.factors import derived
from derive.notes.subject import Subject

LAST, REST = "last", "rest"


@dataclass(frozen=True)
class Layers:
    """The tensors of every layer: preactivation, weight, and bias if there is one."""

    preactivation: str
    weight: str
    bias: str | None


def four_equations_section(subject: Subject) -> Section:
    """The section.

    Raises: DeriveError for a network without a layer that is repeated a symbolic number of times up to the cost.
    """
    formulas = subject.sample
    layers = layers_of(formulas)
    z, w, b = layers.preactivation, layers.weight, layers.bias
    adjoint, partial = formulas.partial(z)
    intro: list[Block] = [
        Paragraph(words("four.intro", symbol=Math(formulas.symbol(z)))),
        Display((Row(adjoint, partial),)),
    ]
    parts = [
        _where_from(formulas, z),
        _part(subject, "four.first", "BP1", z, LAST, ()),
        _part(subject, "four.second", "BP2", z, REST, ()),
        *([_part(subject, "four.third", "BP3", b, REST, tuple(derived(formulas, b)))] if b is not None else []),
        _part(subject, "four.fourth", "BP4", w, REST, tuple(derived(formulas, w))),
    ]
    closing = Paragraph(words("four.closing", adjoint=Math(formulas.adjoint(z))))
    return Section("four-equations", words("four.title"), (*intro, *parts, closing))


def layers_of(formulas: Formulas) -> Layers:
    """The dense layer that is repeated.

    Raises: DeriveError where there is none, or its adjoint has no last layer and others.
    """
    network, results = formulas.network, formulas.adjoints.results
    for t in network.parameters:
        if t.family and t.label.meaning == "weight" and t.name in results:
            for reader in network.readers(t.name):
                z = reader.lhs.tensor
                conditions = {c.condition[1] for c in results.get(z, ()) if c.condition is not None}
                if network.tensor(z).family and conditions == {LAST, REST}:
                    biases = [p.name for p in network.parameters if p.family and p.label.meaning == "bias"]
                    read = [name for name in biases if reader in network.readers(name)]
                    return Layers(z, t.name, read[0] if read else None)
    raise DeriveError(
        f"the network {network.name} does not end in a dense layer that is repeated a symbolic number of times",
        repair="write `layers: [{repeat: {times: L, index: l, layers: [{dense: …}]}}]`, or leave the section out",
    )


def _where_from(formulas: Formulas, name: str) -> Section:
    """The derivation that the first two equations share."""
    said = Paragraph(words("four.from", adjoint=Math(formulas.adjoint(name))))
    return Section("four-equations-from", words("four.from_title"), (said, *derived(formulas, name)))


def _part(subject: Subject, key: str, title: str, name: str, which: str, before: tuple[Block, ...]) -> Section:
    formulas = subject.sample
    given = {"adjoint": Math(formulas.adjoint(name)), "symbol": Math(formulas.symbol(name))}
    said = Paragraph(words(f"{key}_says", **given))
    blocks = (said, *before, _box(subject, name, which, f"four-equations-{formulas.anchor(name)}-{which}"))
    return Section(f"four-equations-{title.lower()}", words(key, **given), blocks)


def _box(subject: Subject, name: str, which: str, anchor: str) -> Boxed:
    """The result of one case, entry by entry, as vectors and for a batch."""
    sample, batch = subject.sample, subject.batch
    lines = [
        *_lines(sample, name, which, sample.results, "form.index"),
        *_lines(sample, name, which, sample.matrix_results, "form.vector"),
    ]
    if batch is not None:
        matrix = list(_lines(batch, name, which, batch.matrix_results, "form.batch"))
        lines += matrix or _lines(batch, name, which, batch.results, "form.batch_index")
    return Boxed(anchor, tuple(lines))


def _lines(
    formulas: Formulas, name: str, which: str, results: Callable[[str], list[Result]], label: str
) -> Iterator[ResultLine]:
    """The results of a tensor in the last layer, or in all others; those without cases hold in every layer."""
    cases, found = formulas.adjoints.results[name], results(name)
    for case, r in zip(cases, found, strict=False):
        if len(cases) == 1 or (case.condition is not None and case.condition[1] == which):
            yield ResultLine(words(label), r.lhs, r.rhs, r.condition)
