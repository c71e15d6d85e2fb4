"""The gradient of a batch is the mean (or the sum) of the gradients of its samples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from derive.calculus.adjoint import adjoint_name
from derive.notes.document import (
    Block,
    Boxed,
    Derivation,
    Display,
    Math,
    Paragraph,
    ResultLine,
    Row,
    Section,
    Step,
    words,
)
from derive.notes.formulas import Formulas
from derive.notes.recipe import Request, SectionOptions
from derive.notes.sections.branches_statement import equations, statements
from derive.notes.sections.scalars_spelled import entries_of, put_in
from derive.notes.stage import Stage
from derive.terms.view import to_poly


class SamplesOptions(SectionOptions):
    """Whether the cost is the `mean` or the `sum` over the samples; by default what the network says."""

    reduce: Literal["mean", "sum"] | None = None


def samples_section(stage: Stage, request: Request) -> Section:
    """The section: for a parameter of which nothing is known but that every sample reads it."""
    (reduce, formulas), (other, apart) = statements(stage, request, "samples").items()
    w, one, total = (Math(formulas.symbol(n)) for n in ("w", "one", "total"))
    blocks: list[Block] = [
        Paragraph(words("samples.intro", w=w, one=one)),
        equations(formulas, ("total",)),
        Paragraph(words("samples.readers", w=w, total=total)),
        *_steps(formulas),
        Paragraph(words(f"samples.{reduce}"), (words("samples.decay"),)),
        Paragraph(words(f"samples.or_{other}", cost=Math(_stated(apart)), gradient=Math(_gradient(apart)))),
        *_cost(stage),
    ]
    return Section("samples", words("samples.title"), tuple(blocks))


def _cost(stage: Stage) -> Iterator[Block]:
    """The cost of the network that the part is about, with its samples."""
    batch = stage.subject.batch if stage.given is not None else None
    if batch is not None:
        yield Paragraph(words("samples.here"))
        yield Display(tuple(Row(*batch.forward(e)) for e in batch.network.definitions(batch.cost)))


def _stated(formulas: Formulas) -> str:
    """`J = Σ_i C_i`."""
    [total] = formulas.network.definitions("total")
    return " = ".join(formulas.forward(total))


def _gradient(formulas: Formulas) -> str:
    """`∂J/∂w = Σ_i ∂C_i/∂w`."""
    [derived] = (b for b in _steps(formulas) if isinstance(b, Derivation))
    return f"{derived.lhs} = {derived.steps[-1].math}"


def _steps(formulas: Formulas) -> Iterator[Block]:
    """∂L/∂w by the readers of w, with ∂L/∂C_i put in and what all terms share taken out."""
    [case], [of_one] = formulas.adjoints.results["w"], formulas.adjoints.results["one"]
    lhs, names = formulas.case(case)[0], formulas.printer.names_of(case.lhs)
    chain = next(line.view for line in case.lines if line.rule == "chain")
    inner = formulas.printer.entry(of_one.lhs, formulas.printer.names_of(of_one.lhs))
    value = formulas.printer.view(of_one.view, formulas.printer.names_of(of_one.lhs))
    known = {e: of_one.view for e in entries_of(chain) if e.tensor == adjoint_name("one")}
    last = formulas.presenter.view(to_poly(put_in(chain, known)))
    shown = [formulas.printer.view(v, names) for v in (chain, last)]
    reason = words("samples.put_in", equation=Math(f"{inner} = {value}"))
    steps = (Step(shown[0], words("samples.chain"), "chain"), Step(shown[1], reason, "unfold"))
    yield Derivation(lhs, steps)
    yield Boxed(formulas.anchor("w"), (ResultLine(words("form.again"), lhs, shown[1]),))
