"""Layer by layer: what goes on to the successor, the gradients of the parameters, what goes back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from derive.calculus.adjoint import adjoint_name
from derive.ir.tensor import Equation
from derive.latex.naming import Names
from derive.network.network import LayerRecord, Network
from derive.notes.document import Inline, Listing, Math, Paragraph, Plain, Reference, Section, Table, Words, words
from derive.notes.formula import width
from derive.notes.formulas import Formulas, Sides
from derive.notes.sections.given import shape_head, shapes
from derive.notes.subject import Subject
from derive.notes.titles import kind_of_layer
from derive.terms.term import Entry
from derive.terms.walk import entries_in

WIDEST = 17.0
"""A formula wider than this (em) is left out; the number of its box stands in its place."""

FEW = 3
"""So many values on the way are shown."""

Row = tuple[Inline, ...]
NOTHING = words("form.again")


def layers_section(subject: Subject) -> Section | None:
    """The section; None for a network that is not made of layers, or where only some gradients are wanted."""
    if not subject.sample.network.layers or subject.given.only:
        return None
    rows = tuple(row for record in subject.sample.network.layers for row in _rows(subject, record))
    head = (
        words("layers.layer"),
        words("layers.what"),
        words("layers.formula"),
        shape_head(subject)[-1],
        words("layers.box"),
    )
    return Section(
        "layers",
        words("section.layers"),
        (Paragraph(words("layers.intro")), Table(words("layers.table"), head, rows), Paragraph(words("layers.shapes"))),
    )


def _rows(subject: Subject, record: LayerRecord) -> Iterator[Row]:
    """The three answers of one layer; its title stands in the first line."""
    title: Inline = _title(subject.widest, record)
    for answer in (
        *_inside(subject, record),
        *_onward(subject, record),
        *_gradients(subject, record),
        *_back(subject, record),
    ):
        yield title, *answer
        title = NOTHING


def _title(formulas: Formulas, record: LayerRecord) -> Words:
    """`dense 2`, `dense skip`; the kind alone where the layer has neither name nor number."""
    kind = kind_of_layer(record.kind)
    if record.name is not None:
        return words("layers.titled", kind=kind, mark=Plain(record.name))
    if record.number is None:
        return words("layers.title", kind=kind)
    return words("layers.titled", kind=kind, mark=Math(formulas.printer.symbols.number(record.number)))


# -- the three questions -----------------------------------------------------------------------------------


def _onward(subject: Subject, record: LayerRecord) -> Iterator[Row]:
    formulas = subject.widest
    tensor = subject.sample.network.tensor(record.result)
    defined = formulas.network.definitions(record.result)
    if tensor.family:
        defined = tuple(e for e in defined if any(b.ordered for b in e.domain)) or defined
    sides = [formulas.forward_matrix(e) or formulas.forward(e) for e in defined]
    yield (
        words("layers.onward"),
        _formula(sides, formulas.symbol(record.result)),
        shapes(subject, tensor, stated=True)[-1],
        NOTHING,
    )


def _inside(subject: Subject, record: LayerRecord) -> Iterator[Row]:
    """The values on the way, where they are few and their equations short."""
    formulas = subject.widest
    for name in record.values if len(record.values) <= FEW else ():
        defined = [e for e in formulas.network.definitions(name) if e.rhs.terms]
        sides = [formulas.forward_matrix(e) or formulas.forward(e) for e in defined]
        formula = _formula(sides, "")
        if formula != Math(""):
            tensor = subject.sample.network.tensor(name)
            yield words("layers.inside"), formula, shapes(subject, tensor, stated=True)[-1], NOTHING


def _gradients(subject: Subject, record: LayerRecord) -> Iterator[Row]:
    known = [n for n in record.parameters if n in subject.sample.adjoints.results]
    if not known:
        yield words("layers.gradient"), words("layers.no_parameters"), NOTHING, NOTHING
    for name in known:
        shape = shapes(subject, subject.sample.network.tensor(name))[-1]
        yield words("layers.gradient"), _adjoint(subject, name), shape, _box(subject, name)


def _back(subject: Subject, record: LayerRecord) -> Iterator[Row]:
    for name in dict.fromkeys(record.sources):
        if name not in subject.sample.adjoints.results:
            symbol = Math(subject.sample.symbol(name))
            yield words("layers.back"), words("layers.no_residual", symbol=symbol), NOTHING, NOTHING
            continue
        formulas = subject.widest
        at = _as_read(formulas, record, name)
        is_family = formulas.network.tensor(name).family > 0
        formula = Math(formulas.layer(at.adjoint, at.names)) if is_family else _adjoint(subject, name)
        shape = Math(formulas.shape(at.entry, at.names))
        yield _going_back(subject, record, name), formula, shape, _box(subject, name)


def _going_back(subject: Subject, record: LayerRecord, name: str) -> Words:
    """`goes back`; where others read the value too, the sum that it becomes part of."""
    formulas = subject.sample
    outside = [e for e in formulas.network.readers(name) if not _is_within(record, e)]
    said = dict.fromkeys(formulas.layer(e.lhs) for e in outside if _reads_rows(formulas.network, e, name))
    if not said:
        return words("layers.back")
    return words("layers.back_shared", others=Listing(tuple(Math(text) for text in said)))


def _is_within(record: LayerRecord, e: Equation) -> bool:
    return e.lhs.tensor in (*record.values, record.result)


def _reads_rows(network: Network, e: Equation, name: str) -> bool:
    """Whether an equation reads a value of every layer in a layer that its own indices count, or any other value."""
    family = network.tensor(name).family
    ordered = {b.name for b in e.domain if b.ordered}
    return not family or any(x.tensor == name and x.idx[0].free & ordered for x in entries_in(e.rhs))


# -- cells ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Read:
    """The entry of a value that a layer reads, with the letters of its indices."""

    entry: Entry
    names: Names

    @property
    def adjoint(self) -> Entry:
        return Entry(adjoint_name(self.entry.tensor), self.entry.idx)


def _as_read(formulas: Formulas, record: LayerRecord, name: str) -> Read:
    """The value at the place where the layer reads it: `a^{l-1}` of a value of every layer."""
    tensor = formulas.network.tensor(name)
    for e in formulas.network.readers(name):
        if tensor.family and _is_within(record, e):
            found = next(x for x in entries_in(e.rhs) if x.tensor == name)
            at = (*found.idx[: tensor.family], *tensor.entry.idx[tensor.family :])
            return Read(Entry(name, at), formulas.printer.names_stating(e.lhs))
    return Read(tensor.entry, formulas.printer.names_of(tensor.entry))


def _adjoint(subject: Subject, name: str) -> Inline:
    formulas = subject.widest
    found = formulas.matrix_results(name) or formulas.results(name)
    return _formula([(r.lhs, r.rhs) for r in found], formulas.adjoint(name), asked=True)


def _formula(sides: Sequence[Sides], symbol: str, asked: bool = False) -> Inline:
    """The equation if there is one, and it is narrow; else the symbol alone."""
    if len(sides) == 1:
        lhs, rhs = sides[0]
        if lhs != rhs and width(f"{lhs} = {rhs}") <= WIDEST:
            return Math(f"{lhs} = {rhs}", asked)
    return Math(symbol)


def _box(subject: Subject, name: str) -> Inline:
    """The number of the result."""
    return Reference(subject.sample.anchor(name)) if name in subject.sample.adjoints.named else NOTHING
