"""What is given: the network drawn, and a table of its inputs, targets and parameters."""

from __future__ import annotations

from derive.ir.tensor import Tensor
from derive.notes.document import (
    Block,
    Figure,
    Inline,
    Listing,
    Math,
    Paragraph,
    Plain,
    Section,
    Table,
    Words,
    words,
)
from derive.notes.figure import network_graph
from derive.notes.formulas import Formulas
from derive.notes.graph import Graph
from derive.notes.subject import Subject

GIVEN = ("input", "target", "parameter", "hyper")
_MEANINGS = frozenset({"weight", "bias", "slope", "embedding", "gain", "shift", "positions", "start"})


def given_section(subject: Subject) -> Section:
    blocks: list[Block] = [
        Paragraph(_named("intro", subject)),
        _figure(network_graph(subject.sample), subject),
    ]
    if subject.batch is not None and (batch := subject.batch.network.batch) is not None:
        printer = subject.batch.printer
        letters = printer.names((batch,))
        blocks.append(
            Paragraph(
                words(
                    "given.batch",
                    m=Math(printer.affine(batch.extent)),
                    i=Math(printer.symbols.indices.letter(batch.name, letters).tex),
                )
            )
        )
    if numbering := _numbering(subject.widest):
        blocks.append(Paragraph(numbering[0], tuple(numbering[1:])))
    return Section("given", words("section.given"), (*blocks, given_table(subject)))


def _numbering(formulas: Formulas) -> list[Words]:
    """How the layers are counted: those that learn something have a number, by which all others go, too."""
    symbols, records = formulas.printer.symbols, formulas.network.layers
    counted = [r for r in records if r.number is not None]
    plain = [r for r in counted if r.name is None]
    if not plain:
        return []
    numbers = symbols.lettering.numbers
    lowest = 1 if numbers.behind and not numbers.before else counted[0].number or 0
    first, last = (Math(symbols.number(n)) for n in (lowest, counted[-1].number or 0))
    example = Math(formulas.symbol(plain[0].result))
    if first == last:
        said = [words("given.numbered_one", first=first, example=example)]
    else:
        said = [words("given.numbered", first=first, last=last, example=example)]
    labels = [formulas.network.tensor(r.result).label for r in records if r.number is None and r.name is None]
    if any(isinstance(label.layer, int) and label.meaning != "activation" for label in labels):
        said.append(words("given.numbered_rest"))
    if any(r.name is not None for r in records):
        said.append(words("given.numbered_names"))
    if symbols.is_numbered_by_source:
        said.append(words("given.numbered_source", input=Math(symbols.number(0))))
    return said


def _named(key: str, subject: Subject) -> Words:
    """A wording about the network, by its name unless it belongs to a part of a document."""
    if subject.given.is_part:
        return words(f"given.part.{key}")
    return words(f"given.{key}", name=Plain(subject.given.title or subject.sample.network.name))


def _figure(graph: Graph, subject: Subject) -> Figure:
    key = "figure"
    if any(n.shape == "block" for n in graph.nodes):
        key = "figure_recurrent" if any(n.loop for n in graph.nodes) else "figure_layers"
    return Figure(_named(key, subject), graph)


def given_table(subject: Subject) -> Table:
    tensors = subject.sample.network.role(*GIVEN)
    rows = tuple((symbols(subject, t), meaning(subject, t), *shapes(subject, t)) for t in tensors)
    head = (words("given.symbol"), words("given.meaning"), *shape_head(subject))
    return Table(words("given.table"), head, rows)


def shape_head(subject: Subject) -> tuple[Words, ...]:
    """The heads of the columns of shapes: for a sample, and for a batch where there is one."""
    if subject.batch is None or subject.batch.network.batch is None:
        return (words("given.shape"),)
    m = Math(subject.batch.printer.affine(subject.batch.network.batch.extent))
    return (words("given.shape_sample"), words("given.shape_batch", m=m))


def shapes(subject: Subject, tensor: Tensor, stated: bool = False) -> tuple[Inline, ...]:
    """The shapes of a tensor for a sample and for a batch; `stated`: of the layer for which its equation is."""
    settings = [subject.sample, *([subject.batch] if subject.batch else [])]
    shown = [(s.network.tensor(tensor.name), s.printer) for s in settings if tensor.name in s.network.tensors]
    return tuple(Math(p.shape(t, stated)) if t.axes[t.family :] else words("given.number") for t, p in shown)


def symbols(subject: Subject, tensor: Tensor) -> Inline:
    """The symbol for a sample, and the one for a batch if it differs."""
    return _distinct(subject, tensor.name, adjoint=False)


def adjoints(subject: Subject, name: str) -> Inline:
    """The symbols of an adjoint."""
    return _distinct(subject, name, adjoint=True)


def _distinct(subject: Subject, name: str, adjoint: bool) -> Inline:
    settings = [subject.sample, *([subject.batch] if subject.batch else [])]
    shown = dict.fromkeys(s.adjoint(name) if adjoint else s.symbol(name) for s in settings)
    return Listing(tuple(Math(text) for text in shown))


def meaning(subject: Subject, tensor: Tensor) -> Inline:
    """What a tensor is, in words, and the layers for which it is there."""
    said = words(f"meaning.{_meaning(tensor)}")
    family = subject.sample.family(tensor)
    return words("meaning.family", what=said, domain=Math(family)) if family else said


def _meaning(tensor: Tensor) -> str:
    if tensor.role == "input":
        return "id" if tensor.kind in ("class_id", "id") else "input"
    if tensor.role == "target":
        return "target" if tensor.kind == "real" else tensor.kind
    if tensor.label.meaning in _MEANINGS:
        return tensor.label.meaning
    return tensor.role
