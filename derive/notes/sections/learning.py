"""What learning is: a prediction made of inputs and parameters, a cost to be made small, and the step that does it.

Nothing is known of the functions here, not even how many numbers they read or make; so it holds for every network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from derive.latex.printer import Printer
from derive.notes.document import Block, Display, Inline, Math, Paragraph, Row, Section, words
from derive.notes.formulas import Formulas, Sides
from derive.notes.input import Form
from derive.notes.recipe import Request, SectionOptions
from derive.notes.sections.composition import composed_cost
from derive.notes.sections.successors import gradient
from derive.notes.stage import Stage
from derive.terms.affine import Affine
from derive.terms.view import Apply

INPUT, PARAMETER, OUTPUT, TARGET, FUNCTION = "x", "Theta", "y_hat", "y", "f"
"""The tensors of the networks, and the function: ŷ = f(x, Θ), compared with the target y."""


class LearningOptions(SectionOptions):
    """`layers` says whether the prediction is computed layer by layer, each with parameters of its own."""

    layers: bool = False


@dataclass(frozen=True)
class Learning:
    """The estimator as one function, and its layers by their numbers: the first two, any one, and the last."""

    whole: Form
    layers: tuple[tuple[Affine, Form], ...]


def learning_section(stage: Stage, request: Request) -> Section:
    """The section."""
    found = request.numbers
    assert isinstance(found, Learning), "the statements of this section were made"
    options = request.options if isinstance(request.options, LearningOptions) else LearningOptions()
    if options.layers:
        layers = [(i, _in_notation(f, stage)) for i, f in found.layers]
        return Section("learning-layers", words("learning.title_layers"), tuple(_layers(layers)))
    return Section("learning", words("learning.title"), tuple(_whole(_in_notation(found.whole, stage))))


def _in_notation(form: Form, stage: Stage) -> Formulas:
    return Formulas(replace(form, printer=Printer(form.network, stage.notation)))


def _whole(formulas: Formulas) -> list[Block]:
    letters: dict[str, Inline] = {
        name: Math(formulas.symbol(of))
        for name, of in (("x", INPUT), ("theta", PARAMETER), ("prediction", OUTPUT), ("y", TARGET))
    }
    cost, theta = formulas.symbol(formulas.cost), formulas.symbol(PARAMETER)
    smallest = rf"\min_{{{theta}}} {cost}({theta})"
    step = rf"{theta} - {formulas.printer.rate} \, {gradient(formulas, PARAMETER)}"
    return [
        Paragraph(words("learning.estimator", **{n: letters[n] for n in ("x", "theta", "prediction")})),
        Display((Row(*formulas.forward(formulas.network.definitions(OUTPUT)[0])),)),
        Paragraph(words("learning.cost", cost=Math(cost), y=letters["y"], smallest=Math(smallest))),
        Display((Row(f"{cost}({theta})", composed_cost(formulas)),)),
        Paragraph(words("learning.step", theta=letters["theta"], rate=Math(formulas.printer.rate))),
        Display((Row(theta, step, relation=r"\leftarrow"),)),
    ]


def _layers(layers: Sequence[tuple[Affine, Formulas]]) -> list[Block]:
    """The same with a function for each layer, which reads what the layer before has made."""
    (_, first), (_, second), *_, (_, last) = layers
    learned = rf"{first.symbol(PARAMETER)}, {second.symbol(PARAMETER)}, \dots, {last.symbol(PARAMETER)}"
    [cost] = last.network.definitions(last.cost)
    notes = (None, None, words("learning.any"), words("learning.last"))
    rows = (Row(*_of_layer(i, f), note=note) for (i, f), note in zip(layers, notes, strict=True))
    return [
        Paragraph(words("learning.layers")),
        Display(tuple(rows)),
        Paragraph(words("learning.smallest", smallest=Math(rf"\min_{{{learned}}} {last.forward(cost)[1]}"))),
    ]


def _of_layer(i: Affine, formulas: Formulas) -> Sides:
    """`x_{i+1} = f_i(x_i, Θ_i)`: the function has the number of its layer."""
    [stated] = formulas.network.definitions(OUTPUT)
    view = formulas.view(stated)
    assert isinstance(view, Apply), "a function of the input and the parameters"
    arguments = ", ".join(formulas.printer.view(a) for a in view.args)
    head = f"{formulas.printer.function(view.name)}_{{{formulas.printer.affine(i)}}}"
    return formulas.forward(stated)[0], f"{head}({arguments})"
