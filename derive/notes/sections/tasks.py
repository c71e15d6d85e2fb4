"""The output by task: its activation, its loss, and what their derivatives give together, line by line."""

from __future__ import annotations

from dataclasses import replace

from derive.calculus.adjoint import adjoint_name
from derive.latex.notation import Notation
from derive.latex.printer import Printer
from derive.notes.document import Block, Inline, Listing, Math, Paragraph, Section, Table, words
from derive.notes.formulas import Formulas
from derive.notes.input import NoteInput
from derive.notes.recipe import Request
from derive.notes.sections.backward import backward_section
from derive.notes.stage import Stage
from derive.notes.studies import TaskDerived
from derive.notes.subject import Subject, subject_of
from derive.terms.algebra import subtract
from derive.terms.term import Entry, of_atom

COLUMNS = ("task", "activation", "loss", "delta")


def tasks_section(stage: Stage, request: Request) -> Section | None:
    """The section: a table of all tasks, and the derivation of each."""
    shown = [(task.name, _subject(task, stage.notation)) for task in request.numbers]
    head = tuple(words(f"tasks.column.{c}") for c in COLUMNS)
    rows = tuple(_row(name, s.sample) for name, s in shown)
    blocks: list[Block] = [Paragraph(words("tasks.intro")), Table(words("tasks.table"), head, rows, "llll")]
    if all(_is_difference(s.sample) for _, s in shown):
        lhs, rhs = _delta(shown[-1][1].sample)
        blocks.append(Paragraph(words("tasks.alike", delta=Math(f"{lhs} = {rhs}"))))
    blocks += [_part(name, s) for name, s in shown]
    return Section("tasks", words("tasks.title"), tuple(blocks))


def _subject(task: TaskDerived, notation: Notation) -> Subject:
    """The derivation of a task, printed in the notation of the part."""
    return subject_of(NoteInput(replace(task.form, printer=Printer(task.form.network, notation))))


def _row(name: str, formulas: Formulas) -> tuple[Inline, ...]:
    """A task with its activation, its loss and ∂C/∂z, entry by entry."""
    equations = (*map(formulas.forward, formulas.network.equations), _delta(formulas))
    return (words(f"tasks.name.{name}"), *(Math(f"{lhs} = {rhs}") for lhs, rhs in equations))


def _delta(formulas: Formulas) -> tuple[str, str]:
    [result] = formulas.results("z")
    return result.lhs, result.rhs


def _is_difference(formulas: Formulas) -> bool:
    """Whether the derived ∂C/∂z is a − y."""
    [case] = formulas.adjoints.results["z"]
    assert case.lhs.tensor == adjoint_name("z")
    return case.poly == subtract(*(of_atom(Entry(name, case.lhs.idx)) for name in ("a", "y")))


def _part(name: str, subject: Subject) -> Section:
    """What the task is, and the derivation of ∂C/∂z."""
    formulas = subject.sample
    blocks: list[Block] = [Paragraph(words(f"tasks.what.{name}"))]
    if formulas.network.facts:
        facts = Listing(tuple(Math(formulas.fact(f)) for f in formulas.network.facts))
        blocks.append(Paragraph(words("forward.facts", fact=facts)))
    for group in backward_section(subject).blocks:
        if isinstance(group, Section):
            blocks += group.blocks
    return Section(f"task-{name}", words(f"tasks.name.{name}"), tuple(blocks))
