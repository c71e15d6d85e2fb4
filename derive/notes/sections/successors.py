"""A value that several others read: its gradient is an inner product, and is passed on to what the value is made of.

Nothing is known of the functions here but who reads whom; so what is derived holds for every network.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import BeforeValidator

from derive.latex.printer import Printer
from derive.network.spec.names import mistake
from derive.notes.document import (
    Block,
    Boxed,
    Display,
    Figure,
    Inline,
    Math,
    Paragraph,
    ResultLine,
    Row,
    Section,
    Table,
    words,
)
from derive.notes.figure import network_graph
from derive.notes.formulas import Formulas
from derive.notes.input import Form
from derive.notes.recipe import Request, SectionOptions
from derive.notes.sections.composition import composed_cost
from derive.notes.sections.factors import derived
from derive.notes.stage import Stage
from derive.terms.term import Entry, Partial

FEWEST, MOST = 2, 6
PARAMETER, VALUE, READER, COST = "theta", "f", "h", "J"
"""The tensors of the networks: f is made of θ, and the h are made of f; J is the cost."""


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not FEWEST <= value <= MOST:
        raise mistake("this is no possible number of successors", f"write a whole number from {FEWEST} to {MOST}")
    return value


class SuccessorsOptions(SectionOptions):
    """`count` is the number of functions that read the value in the example."""

    count: Annotated[int, BeforeValidator(_count)] = 3


@dataclass(frozen=True)
class Successors:
    """The derivation for so many successors, and for any number of them."""

    some: Form
    any: Form


def successors_section(stage: Stage, request: Request) -> Section | None:
    """The section."""
    found = request.numbers
    assert isinstance(found, Successors), "the derivations of this section were computed"
    some, general = (Formulas(replace(f, printer=Printer(f.network, stage.notation))) for f in (found.some, found.any))
    return Section(
        "successors",
        words("successors.title"),
        (*_given(some), *_example(some), *_general(general), _ingredients(general), _closing(general)),
    )


def _given(formulas: Formulas) -> list[Block]:
    letters = {name: Math(formulas.symbol(name)) for name in (PARAMETER, VALUE)}
    cost = Math(formulas.symbol(formulas.cost))
    rows = tuple(Row(*formulas.forward(e)) for e in formulas.network.equations)
    return [
        Paragraph(words("successors.intro", theta=letters[PARAMETER], f=letters[VALUE], cost=cost)),
        Figure(words("successors.figure", f=letters[VALUE]), network_graph(formulas)),
        Display(rows),
        Paragraph(words("successors.composed", theta=letters[PARAMETER], cost=cost)),
        Display((Row(f"{cost.latex}({letters[PARAMETER].latex})", composed_cost(formulas)),)),
    ]


def _example(formulas: Formulas) -> list[Block]:
    """The sum over the successors, and the step to the parameter."""
    return [
        Paragraph(words("successors.sum", f=Math(formulas.symbol(VALUE)))),
        *derived(formulas, VALUE),
        Paragraph(words("successors.one", theta=Math(formulas.symbol(PARAMETER)), f=Math(formulas.symbol(VALUE)))),
        *derived(formulas, PARAMETER),
    ]


def _general(formulas: Formulas) -> list[Block]:
    """The same for any number of successors: an inner product, and the two lines of the recursion."""
    readers, local = gradient(formulas, READER), whole_partial(formulas, READER, VALUE)
    given = {"readers": Math(readers), "local": Math(local), "h": Math(formulas.symbol(READER))}
    lines = (
        ResultLine(words("successors.residual"), gradient(formulas, VALUE), rf"{readers} \cdot {local}"),
        ResultLine(
            words("successors.gradient"),
            gradient(formulas, PARAMETER),
            rf"{gradient(formulas, VALUE)} \, {whole_partial(formulas, VALUE, PARAMETER)}",
        ),
    )
    return [
        Paragraph(words("successors.any")),
        *derived(formulas, VALUE),
        Paragraph(words("successors.product", **given)),
        Boxed(f"successors-{formulas.network.name}", lines),
    ]


def gradient(formulas: Formulas, name: str) -> str:
    """The gradient by a tensor; with ∇ for numbers as well, where the notation has it for vectors."""
    if formulas.printer.notation.gradients == "nabla":
        return rf"\nabla_{{{formulas.symbol(name)}}} {formulas.symbol(formulas.cost)}"
    return formulas.adjoint(name)


def whole_partial(formulas: Formulas, of: str, wrt: str) -> str:
    """`∂h/∂f` of whole tensors, or `∇_f h`."""
    if formulas.printer.notation.gradients == "nabla":
        return rf"\nabla_{{{formulas.symbol(wrt)}}} {formulas.symbol(of)}"
    return rf"\frac{{\partial {formulas.symbol(of)}}}{{\partial {formulas.symbol(wrt)}}}"


def _ingredients(formulas: Formulas) -> Table:
    """The three things that a gradient is made of: who gives each, and its shape."""
    several = formulas.network.tensor(READER)
    names = formulas.printer.names_of(several.entry)
    local = formulas.printer.entry(Partial(several.entry, Entry(VALUE, ())), names)
    size = Math(formulas.printer.shape(several))
    number = words("given.number")
    rows: tuple[tuple[Inline, ...], ...] = (
        (Math(gradient(formulas, READER)), words("successors.from_readers", h=Math(formulas.symbol(READER))), size),
        (
            Math(whole_partial(formulas, READER, VALUE)),
            words("successors.from_each", partial=Math(local)),
            size,
        ),
        (
            Math(whole_partial(formulas, VALUE, PARAMETER)),
            words("successors.from_own", f=Math(formulas.symbol(VALUE))),
            number,
        ),
    )
    head = (words("successors.ingredient"), words("successors.source"), words("given.shape"))
    return Table(words("successors.table"), head, rows)


def _closing(formulas: Formulas) -> Paragraph:
    return Paragraph(
        words("successors.closing", f=Math(formulas.symbol(VALUE)), residual=Math(gradient(formulas, VALUE)))
    )
