"""A normalizing layer: its equations, where it stands, its gradients line by line, and how it can be undone."""

from __future__ import annotations

from collections.abc import Iterator

from derive.latex.naming import Names
from derive.notes.document import (
    Block,
    Derivation,
    Display,
    Inline,
    Listing,
    Math,
    Paragraph,
    Row,
    Section,
    Step,
    Words,
    words,
)
from derive.notes.formulas import Formulas
from derive.notes.recipe import Request, SectionOptions
from derive.notes.sections.deltas import Shown
from derive.notes.sections.normalization_identity import Normalizing, normalizing_in
from derive.notes.stage import Stage
from derive.notes.titles import kind_of_layer
from derive.terms.term import Poly


class NormalizationOptions(SectionOptions):
    """The layer that the section is `of`, by its name or that of its result: the first one that normalizes."""

    of: str | None = None


def normalization_section(stage: Stage, request: Request) -> Section | None:
    """The section. Raises: DeriveError if the network has no such layer."""
    options = request.options if isinstance(request.options, NormalizationOptions) else NormalizationOptions()
    formulas = stage.subject.sample
    layer = normalizing_in(formulas.network, options.of)
    blocks: list[Block] = [*_forward(formulas, layer), _gradients(formulas, layer)]
    if layer.restores():
        blocks.append(_undone(formulas, layer))
    title = words("normalization.title", kind=kind_of_layer(layer.record.kind))
    return Section(f"normalization-{layer.record.result}", title, tuple(blocks))


def _forward(formulas: Formulas, layer: Normalizing) -> Iterator[Block]:
    """The equations, the mean that they give, and where the layer stands."""
    yield Paragraph(words("normalization.intro"), tuple(_place(formulas, layer)))
    yield Display(tuple(Row(*formulas.forward(e), note=_says(m)) for m, e in layer.equations.items()))
    mean = layer.mean()
    if mean is not None and layer.has_mean_zero():
        names = formulas.printer.names_stating(layer.equations["mean"].lhs)
        zero = Row(_printed(formulas, mean, names), "0", note=words("normalization.mean_zero"))
        yield Display((zero,))
        yield Paragraph(words("normalization.scaled", normalized=Math(formulas.symbol(layer.normalized.lhs.tensor))))
    if layer.gain:
        learned = [Math(formulas.symbol(p)) for p in layer.record.parameters]
        result = Math(formulas.symbol(layer.record.result))
        yield Paragraph(words("normalization.learned", parameters=Listing(tuple(learned)), result=result))


def _says(meaning: str) -> Words:
    return words(f"normalization.says.{meaning.replace(' ', '_')}")


def _place(formulas: Formulas, layer: Normalizing) -> Iterator[Words]:
    """What the layer reads, and who reads its result."""
    readers = dict.fromkeys(e.lhs.tensor for e in formulas.network.readers(layer.record.result))
    said: dict[str, Inline] = {
        "source": Listing(tuple(Math(formulas.symbol(s)) for s in layer.record.sources)),
        "result": Math(formulas.symbol(layer.record.result)),
        "readers": Listing(tuple(Math(formulas.symbol(r)) for r in readers)),
    }
    yield words("normalization.place", **said)


def _gradients(formulas: Formulas, layer: Normalizing) -> Section:
    """The adjoints of all values in the layer and of what it reads, then those of its parameters."""
    inside = {*layer.record.values, *layer.record.sources}
    equations = formulas.adjoints.equations
    order = [n for n in equations if n in inside] + [p for p in layer.record.parameters if p in equations]
    arriving = Math(formulas.adjoint(layer.record.result))
    blocks: list[Block] = [Paragraph(words("normalization.gradients", adjoint=arriving))]
    for name in order:
        for case in formulas.adjoints.results[name]:
            blocks += Shown(formulas, equations[name], case).blocks()
    sources = [Math(formulas.adjoint(s)) for s in layer.record.sources if s in equations]
    if sources:
        blocks.append(Paragraph(words("normalization.forms", sources=Listing(tuple(sources)))))
    anchor = f"normalization-{layer.record.result}-gradients"
    return Section(anchor, words("normalization.gradients_title"), tuple(blocks))


def _undone(formulas: Formulas, layer: Normalizing) -> Section:
    """The gain and the shift that give back what was read, and the proof."""
    settings = layer.settings() or {}
    output = layer.output.lhs
    names = formulas.printer.names_of(output)
    rows = tuple(
        Row(formulas.printer.entry(at, names), _printed(formulas, value, names)) for at, value in settings.values()
    )
    lines = (
        (formulas.forward(layer.output)[1], words("normalization.stated")),
        (_printed(formulas, layer.opened(), names), _put_in(formulas, layer)),
        (_printed(formulas, layer.restored(), names), words("normalization.values")),
    )
    steps = tuple(Step(math, why, "definition") for math, why in lines)
    blocks = (
        Paragraph(words("normalization.undone")),
        Display(rows),
        Derivation(formulas.printer.entry(output, names), steps),
        Paragraph(words("normalization.bias")),
    )
    return Section(f"normalization-{layer.record.result}-undone", words("normalization.undone_title"), blocks)


def _put_in(formulas: Formulas, layer: Normalizing) -> Words:
    return words("normalization.put_in", normalized=Math(formulas.symbol(layer.normalized.lhs.tensor)))


def _printed(formulas: Formulas, p: Poly, names: Names) -> str:
    return formulas.printer.view(formulas.presenter.view(p), names)
