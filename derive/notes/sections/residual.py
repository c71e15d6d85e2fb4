"""The feed-forward network as the special case: layers of connections and of functions, each with a number of its own.

What is derived is one step of the recursion, from layer i+1 back to layer i, for either kind of layer i+1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from derive.latex.printer import Printer
from derive.notes.document import Block, Boxed, Display, Inline, Math, Paragraph, Row, Section, Table, words
from derive.notes.formulas import Formulas
from derive.notes.input import Form
from derive.notes.recipe import Request
from derive.notes.sections.chain import bracket_blocks
from derive.notes.sections.factors import derived
from derive.notes.sections.factors_path import path_from
from derive.notes.stage import Stage
from derive.notes.steps import result
from derive.raising.raise_case import raise_view

WEIGHT, READ, OWN, NEXT_READ, NEXT, NEXT_WEIGHT = "Theta", "x", "f", "x_next", "f_next", "Theta_next"
OUTPUT = "y_hat"
LAYER, LAST = "i", "N"
"""The tensors: f = Θ x, x_next = f, and f_next = Θ_next x_next or a function of x_next; ŷ = f in the last layer."""


@dataclass(frozen=True)
class Layers:
    """One step of the recursion, for a following layer of connections or of functions, and the last layer."""

    connection: Form
    activation: Form
    last: Form


def residual_section(stage: Stage, request: Request) -> Section | None:
    """The section."""
    found = request.numbers
    assert isinstance(found, Layers), "the derivations of this section were computed"
    forms = (
        replace(f, printer=Printer(f.network, stage.notation)) for f in (found.connection, found.activation, found.last)
    )
    connection, activation, last = map(Formulas, forms)
    return Section(
        "residual",
        words("residual.title"),
        (
            *_given(connection, activation, last),
            _step(connection, "residual.connection", "connection"),
            _step(activation, "residual.activation", "activation"),
            _last(last),
            _gradient(connection),
            _rule(connection, activation),
        ),
    )


def _given(connection: Formulas, activation: Formulas, last: Formulas) -> tuple[Block, ...]:
    own, step = (connection.network.definitions(n)[0] for n in (OWN, NEXT_READ))
    function = activation.network.definitions(NEXT)[0]
    rows = (
        Row(*_whole(connection, step), note=words("residual.hands_on")),
        Row(*_whole(connection, own), note=words("residual.is_connection")),
        Row(*_whole(activation, function), note=words("residual.is_activation")),
        Row(*_whole(last, last.network.definitions(OUTPUT)[0]), note=words("residual.is_last", last=Math(LAST))),
    )
    names = (READ, WEIGHT, OWN, NEXT_WEIGHT, NEXT)
    tensors = (connection.network.tensor(n) for n in names)
    shapes = tuple((Math(connection.symbol(t.name)), Math(connection.printer.shape(t))) for t in tensors)
    i = Math(LAYER)
    named = {"own": Math(connection.symbol(OWN)), "adjoint": Math(connection.adjoint(OWN)), "i": i}
    return (
        Paragraph(words("residual.intro", x=Math(connection.symbol(READ)), f=Math(connection.symbol(OWN)), i=i)),
        Display(rows),
        Table(words("residual.shapes", i=i), (words("given.symbol"), words("given.shape")), shapes),
        Paragraph(words("residual.named", **named)),
        *bracket_blocks(connection),
    )


def _whole(formulas: Formulas, equation: object) -> tuple[str, str]:
    """An equation for whole vectors."""
    found = next(e for e in formulas.network.equations if e == equation)
    return formulas.forward_matrix(found) or formulas.forward(found)


def _step(formulas: Formulas, key: str, mark: str) -> Section:
    """∇_i from ∇_{i+1}, line by line, and its box."""
    following = Math(formulas.symbol(NEXT))
    said = Paragraph(words(f"{key}_says", f=Math(formulas.symbol(OWN)), following=following))
    blocks = (said, *derived(formulas, OWN), _box(formulas, OWN), Paragraph(words(f"{key}_remark")))
    return Section(f"residual-{mark}", words(key), blocks)


def _last(formulas: Formulas) -> Section:
    """∇_N is the gradient by the prediction: here the recursion begins."""
    said = Paragraph(
        words("residual.last_says", prediction=Math(formulas.symbol(OUTPUT)), f=Math(formulas.symbol(OWN)))
    )
    blocks = (said, *derived(formulas, OWN), _box(formulas, OWN))
    return Section("residual-last", words("residual.last"), blocks)


def _gradient(formulas: Formulas) -> Section:
    """∇_Θ J as an outer product."""
    weight = Math(formulas.symbol(WEIGHT))
    shape = Math(formulas.printer.shape(formulas.network.tensor(WEIGHT)))
    said = Paragraph(words("residual.gradient_says", weight=weight))
    remark = Paragraph(words("residual.gradient_remark", weight=weight, shape=shape))
    blocks = (said, *derived(formulas, WEIGHT), _box(formulas, WEIGHT), remark)
    return Section("residual-gradient", words("residual.gradient"), blocks)


def _rule(connection: Formulas, activation: Formulas) -> Section:
    """Both kinds side by side: A, its shape, and what is done with it."""
    shapes = [
        Math(connection.printer.shape(connection.network.tensor(NEXT_WEIGHT))),
        Math(activation.printer.shape(activation.network.tensor(NEXT_READ))),
    ]
    rows: tuple[tuple[Inline, ...], ...] = (
        (words("residual.is_connection"), Math(connection.symbol(NEXT_WEIGHT)), shapes[0], _result(connection)),
        (words("residual.is_activation"), Math(slope(activation)), shapes[1], _result(activation)),
    )
    given = {"A": Math("A"), "b": Math(connection.adjoint(NEXT))}
    given["phi"] = Math(rf"\phi(A, {connection.adjoint(NEXT)})")
    kinds = words("residual.kind"), words("residual.derivative", A=given["A"])
    head = (*kinds, words("given.shape"), words("residual.phi", phi=given["phi"]))
    table = Table(words("residual.table"), head, rows)
    given["phi"] = Math(f"{connection.adjoint(OWN)} = {given['phi'].latex}")
    return Section("residual-rule", words("residual.rule"), (Paragraph(words("residual.rule_says", **given)), table))


def slope(formulas: Formulas) -> str:
    """The derivative of a function at every entry of what it reads, as a vector: `ReLU'(x_{i+1})`."""
    [factor] = [f for f in path_from(formulas.adjoints, NEXT_READ).factors if f.of.tensor == NEXT]
    view = formulas.presenter.view(factor.value)
    tensor = formulas.network.tensor(NEXT_READ)
    raised = raise_view(formulas.network, tensor.entry, tensor.axes, view)
    assert raised is not None, "a function of each entry has a matrix form"
    return formulas.printer.matrix(raised.rhs)


def _result(formulas: Formulas) -> Math:
    [found] = formulas.matrix_results(OWN)
    return Math(f"{found.lhs} = {found.rhs}")


def _box(formulas: Formulas, name: str) -> Boxed:
    return result(formulas, None, name)
