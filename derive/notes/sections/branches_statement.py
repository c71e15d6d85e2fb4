"""A small derived network that states one thing: its equations, and its adjoints line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from derive.calculus.adjoint import adjoint_name
from derive.ir.record import Case, Line
from derive.ir.tensor import Equation
from derive.latex.printer import Printer
from derive.notes.document import Boxed, Derivation, Display, Inline, Listing, Math, Row, Step, Words, words
from derive.notes.formulas import Formulas
from derive.notes.input import Form
from derive.notes.reasons import Situation, reason
from derive.notes.recipe import Request
from derive.notes.stage import Stage
from derive.notes.steps import result

KNOWN = ("local", "unfold", "output", "definition")


def statements(stage: Stage, request: Request, section: str) -> Mapping[str, Formulas]:
    """The forms that were derived for a section, in the notation of the stage, with anchors of their own."""
    assert isinstance(request.numbers, Mapping), f"{section} has no derived statements"
    of = f"{stage.given.sample.network.name}-" if stage.given is not None else ""
    return {name: _in_notation(form, stage, f"{of}{section}-{name}") for name, form in request.numbers.items()}


def _in_notation(form: Form, stage: Stage, name: str) -> Formulas:
    network = replace(form.network, name=name)
    return Formulas(replace(form, network=network, printer=Printer(network, stage.notation)))


def equations(formulas: Formulas, names: Sequence[str]) -> Display:
    """The equations that define these values; parts of one value with their ranges."""
    stated = [formulas.network.definitions(n) for n in names]
    return Display(tuple(_row(formulas, e, len(parts) > 1) for parts in stated for e in parts))


def _row(formulas: Formulas, e: Equation, is_part: bool) -> Row:
    said = Math(formulas.printer.domain(e.domain, formulas.printer.names_stating(e.lhs)))
    return Row(*formulas.forward(e), note=words("forward.domain", domain=said) if is_part and e.domain else None)


def derived(formulas: Formulas, name: str) -> Iterator[Derivation]:
    """The adjoint of a value or parameter, case by case; a line that looks like the one before it is left out."""
    for case in formulas.adjoints.results[name]:
        lhs = formulas.case(case)[0]
        steps = tuple(_steps(formulas, name, case, lhs))
        if steps:
            yield Derivation(lhs, steps)


def boxed(formulas: Formulas, name: str) -> Boxed:
    """The result for an adjoint, in index form and as a matrix where that says more."""
    box = result(formulas, None, name)
    forms = {(f.lhs, f.rhs): f for f in reversed(box.forms)}
    return replace(box, forms=tuple(reversed(forms.values())))


def _steps(formulas: Formulas, name: str, case: Case, lhs: str) -> Iterator[Step]:
    shown, names = lhs, formulas.printer.names_of(case.lhs)
    before: Line | None = None
    for line in case.lines:
        math = formulas.printer.view(line.view, names)
        if math != shown:
            situation = Situation(formulas, formulas.adjoints.equations[name], names, line, before, case)
            yield Step(math, _reason(situation, line.rule, line.uses), line.rule)
            shown = math
        before = line


def _reason(situation: Situation, rule: str, uses: tuple[str, ...]) -> Words:
    """As short as it can be; the derivatives that are put in after the chain rule are stated."""
    formulas, name = situation.formulas, situation.equation.tensor.name
    if rule == "local" and situation.readers == (formulas.cost,):
        [cost] = formulas.network.definitions(formulas.cost)
        return words("statement.cost", equation=Math(" = ".join(formulas.forward(cost))))
    if rule == "local" and situation.before is not None and situation.before.rule == "chain":
        return reason(situation)
    if rule == "chain":
        readers = formulas.readers(formulas.adjoints.equations[name])
        listed = Listing(tuple(Math(text) for text in readers.values()))
        return words("statement.chain", symbol=Math(formulas.symbol(name)), readers=listed)
    if rule == "delta" and formulas.adjoints.equations[name].lhs.idx:
        return words("statement.delta")
    given: dict[str, Inline] = {}
    if rule == "unfold":
        given["adjoints"] = Listing(tuple(Math(formulas.symbol(adjoint_name(n))) for n in uses))
    return words(f"statement.{rule if rule in KNOWN else 'collect'}", **given)
