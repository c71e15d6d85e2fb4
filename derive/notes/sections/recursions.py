"""The recursions for a whole batch: from activations to activations, or from preactivations to preactivations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from derive.latex.printer import Printer
from derive.notes.document import Block, Display, Listing, Math, Paragraph, Row, Section, words
from derive.notes.formulas import Formulas
from derive.notes.input import Form
from derive.notes.recipe import Request, SectionOptions
from derive.notes.sections.prediction import prediction, prediction_row
from derive.notes.stage import Stage

Centre = Literal["activations", "preactivations", "both"]


class RecursionsOptions(SectionOptions):
    """`centre` says which gradients the recursion leads from layer to layer."""

    centre: Centre = "both"


@dataclass(frozen=True)
class Recursions:
    """One network derived with names for the adjoints of its activations, its preactivations, and both."""

    activations: Form
    preactivations: Form
    both: Form


def recursions_section(stage: Stage, request: Request) -> Section | None:
    """The section; None for a network of which no preactivation has a gradient."""
    options = request.options if isinstance(request.options, RecursionsOptions) else RecursionsOptions()
    found = request.numbers
    assert isinstance(found, Recursions), "the derivations of this section were computed"
    both, single = (_formulas(stage, f) for f in (found.both, found.activations))
    preactivations = _formulas(stage, found.preactivations)
    if not _values(preactivations, "preactivation"):
        return None
    blocks: list[Block] = [*_prediction(stage.subject.sample), _shapes(both)]
    if options.centre != "preactivations" and _values(both, "activation"):
        blocks.append(_by_activations(both, single))
    if options.centre != "activations":
        blocks.append(_by_preactivations(preactivations))
    blocks += _mean(both)
    return Section("recursions", words("recursions.title"), tuple(blocks))


def _formulas(stage: Stage, form: Form) -> Formulas:
    return Formulas(replace(form, printer=Printer(form.network, stage.printer.notation)))


def _values(formulas: Formulas, meaning: str) -> list[str]:
    """The values of a meaning with a gradient of their own."""
    return [n for n in formulas.adjoints.named if formulas.network.tensor(n).label.meaning == meaning]


def _of_role(formulas: Formulas, role: str) -> list[str]:
    return [n for n in formulas.adjoints.named if formulas.network.tensor(n).role == role]


def _rows(formulas: Formulas, names: list[str]) -> Display:
    """The gradients as matrices, each where it holds."""
    return Display(tuple(row for name in names for row in _row(formulas, name)))


def _row(formulas: Formulas, name: str) -> Iterator[Row]:
    for r in formulas.matrix_results(name) or formulas.results(name):
        if r.lhs != r.rhs:
            note = words("forward.domain", domain=Math(r.condition)) if r.condition else None
            yield Row(r.lhs, r.rhs, note=note, asked=True)


def _prediction(formulas: Formulas) -> Iterator[Block]:
    """The value that the cost compares with its target, under the name of a prediction."""
    found = prediction(formulas)
    if found is not None:
        targets = Listing(tuple(Math(formulas.symbol(name)) for name in found.targets))
        yield Paragraph(words("recursions.prediction", targets=targets))
        yield Display((prediction_row(formulas, found),))


def _shapes(formulas: Formulas) -> Paragraph:
    """A gradient has the shape of what it is the gradient of."""
    names = [*_of_role(formulas, "value"), *_of_role(formulas, "parameter")]
    kinds = {formulas.network.tensor(n).label.meaning: n for n in reversed(names)}
    pairs = tuple(
        words("recursions.pair", adjoint=Math(formulas.adjoint(n)), symbol=Math(formulas.symbol(n)))
        for n in reversed(kinds.values())
    )
    return Paragraph(words("recursions.shapes", pairs=Listing(pairs)))


def _by_activations(both: Formulas, single: Formulas) -> Section:
    symbol = Listing(tuple(Math(both.adjoint(n)) for n in _values(both, "activation")))
    blocks: list[Block] = [
        Paragraph(words("recursions.two_steps", adjoint=symbol)),
        _rows(both, _of_role(both, "value")),
        Paragraph(words("recursions.one_step", adjoint=symbol)),
        _rows(single, _of_role(single, "value")),
        Paragraph(words("recursions.parameters")),
        _rows(both, _of_role(both, "parameter")),
    ]
    return Section("recursions-activations", words("recursions.by_activations"), tuple(blocks))


def _by_preactivations(formulas: Formulas) -> Section:
    symbol = Listing(tuple(Math(formulas.adjoint(n)) for n in _values(formulas, "preactivation")))
    blocks: list[Block] = [
        Paragraph(words("recursions.preactivations", adjoint=symbol)),
        _rows(formulas, _of_role(formulas, "value")),
        Paragraph(words("recursions.parameters")),
        _rows(formulas, _of_role(formulas, "parameter")),
    ]
    return Section("recursions-preactivations", words("recursions.by_preactivations"), tuple(blocks))


def _mean(formulas: Formulas) -> Iterator[Block]:
    """Where the 1/m of a mean stands, and why."""
    batch = formulas.network.batch
    if batch is None or formulas.network.reduce != "mean":
        return
    m = Math(formulas.printer.affine(batch.extent))
    values = Listing(tuple(Math(formulas.adjoint(n)) for n in _last_of_each(formulas, "value")))
    parameters = Listing(tuple(Math(formulas.adjoint(n)) for n in _last_of_each(formulas, "parameter")))
    scaling = formulas.printer.notation.scaling
    yield Paragraph(words(f"recursions.mean_{scaling}", m=m, values=values, parameters=parameters))


def _last_of_each(formulas: Formulas, role: str) -> list[str]:
    """One quantity of each meaning."""
    found = {formulas.network.tensor(n).label.meaning: n for n in reversed(_of_role(formulas, role))}
    return list(reversed(found.values()))
