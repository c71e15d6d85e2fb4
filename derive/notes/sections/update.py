"""The steps of gradient descent: Δw = −η ∂C/∂w for every parameter, with the gradient that was derived put in."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from derive.ir.record import Case
from derive.ir.tensor import ADJOINT, Label, Tensor
from derive.latex.printer import RATES, Printer
from derive.latex.tex import symbol
from derive.notes.document import Block, Derivation, Display, Math, Paragraph, Row, Section, Step, Words, words
from derive.notes.formulas import Formulas
from derive.notes.subject import Subject
from derive.terms.term import Entry, Partial
from derive.terms.view import Leaf, Num, Times, View
from derive.terms.view import times as product

RATE = "learning_rate"
COUNTERS = ("n", "t", r"\tau", "s")
"""Letters for the number of a step; the first one that means nothing else is taken."""


def update_section(subject: Subject) -> Section | None:
    """The section; None for a network that learns nothing."""
    formulas = subject.sample
    parameters = [t for t in formulas.network.parameters if t.name in subject.wanted]
    if not parameters:
        return None
    printer, n = with_rate(formulas), counter(formulas)
    given = {"n": Math(n), "rate": Math(printer.whole(RATE))}
    blocks: list[Block] = [Paragraph(words("update.rule", **given))]
    if _names_changes(formulas):
        blocks.append(Display((_next(printer, parameters[0], n),)))
    blocks.append(Paragraph(words("update.each", n=Math(n))))
    for t in parameters:
        blocks += (_change(formulas, printer, case, n) for case in formulas.adjoints.results[t.name])
    blocks.append(Paragraph(words("update.all")))
    blocks.append(Display(tuple(_whole(subject.widest, t, n) for t in parameters)))
    return Section("update", words("update.title"), tuple(blocks))


def with_rate(formulas: Formulas) -> Printer:
    """The printer of a network to which the learning rate η belongs."""
    network = formulas.network
    own = formulas.printer.notation.symbols["rate"]
    spelled = next((text for text in (own, *RATES) if symbol(text).tex == formulas.printer.rate), own)
    rate = Tensor(RATE, (), "hyper", label=Label(symbol=spelled))
    return Printer(replace(network, tensors={**network.tensors, RATE: rate}), formulas.printer.notation)


def counter(formulas: Formulas) -> str:
    """A letter for the number of the step."""
    tensors = formulas.network.tensors.values()
    taken = {formulas.symbol(t.name) for t in tensors}
    taken |= {formulas.printer.affine(a.extent) for t in tensors for a in t.axes}
    return next((letter for letter in COUNTERS if letter not in taken), COUNTERS[-1])


def downhill(view: View) -> View:
    """`−η · view`, the number in front."""
    factors = list(view.factors) if isinstance(view, Times) else [view]
    first = factors[0]
    number, rest = (first.value, factors[1:]) if isinstance(first, Num) else (Fraction(1), factors)
    return product([Num(-number), Leaf(Entry(RATE, ())), *rest])


def _names_changes(formulas: Formulas) -> bool:
    """Whether Δ is free for the change of a parameter: some notations call gradients so."""
    notation = formulas.printer.notation
    return notation.gradients != "prefix" or notation.gradient_prefix != "Delta"


def _next(printer: Printer, t: Tensor, n: str) -> Row:
    """`w(n+1) = w(n) + Δw(n)` of one entry."""
    names = printer.names_of(t.entry)
    now = printer.iteration(t.entry, n, names)
    return Row(printer.iteration(t.entry, f"{n}+1", names), rf"{now} + \Delta {now}")


def _change(formulas: Formulas, printer: Printer, case: Case, n: str) -> Derivation:
    """`Δw_jk(n) = −η ∂C/∂w_jk = −η δ_j v_k`; where Δ means a gradient, the same for `w_jk(n+1)`."""
    entry = Entry(case.lhs.tensor.removeprefix(ADJOINT), case.lhs.idx)
    names = printer.names_of(case.lhs)
    gradient = Leaf(Partial(Entry(formulas.cost, ()), entry))
    now = printer.iteration(entry, n, names)
    against, known = (printer.view(downhill(v), names) for v in (gradient, case.view))
    lhs = rf"\Delta {now}"
    if not _names_changes(formulas):
        lhs = printer.iteration(entry, f"{n}+1", names)
        against, known = (f"{now} {_signed(text)}" for text in (against, known))
    steps = (
        Step(against, words("update.against"), "definition"),
        Step(known, _put_in(formulas, case), "unfold"),
    )
    return Derivation(lhs, steps)


def _signed(text: str) -> str:
    return text if text.startswith("-") else f"+ {text}"


def _put_in(formulas: Formulas, case: Case) -> Words:
    lhs, rhs = formulas.case(case)
    condition = formulas.printer.condition(case)
    if condition:
        return words("update.put_in_for", gradient=Math(f"{lhs} = {rhs}"), condition=Math(condition))
    return words("update.put_in", gradient=Math(f"{lhs} = {rhs}"))


def _whole(formulas: Formulas, t: Tensor, n: str) -> Row:
    """The step of a whole parameter; for a batch its gradient is that of the whole batch."""
    printer, family = formulas.printer, formulas.family(t)
    rhs = rf"{printer.iteration(t.name, n)} - {printer.rate} \, {formulas.adjoint(t.name)}"
    note = words("forward.domain", domain=Math(family)) if family else None
    return Row(printer.iteration(t.name, f"{n}+1"), rhs, note=note)
