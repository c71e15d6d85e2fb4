"""The derivation of one adjoint as lines with reasons, and its result in all forms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

from derive.calculus.adjoint import AdjointEquation
from derive.ir.record import Case, Line
from derive.latex.naming import Names
from derive.notes.document import Block, Boxed, Derivation, Listing, Math, Paragraph, ResultLine, Step, Words, words
from derive.notes.formulas import Formulas, Result
from derive.notes.reasons import Situation, reason

SPLITS = frozenset({"case", "piece"})


def derivation_blocks(formulas: Formulas, name: str) -> Iterator[Block]:
    """The lines from the chain rule to the result; cases and pieces of the index range apart, after what they share."""
    equation = formulas.adjoints.equations[name]
    cases = formulas.adjoints.results[name]
    names = formulas.names(equation)
    lhs = formulas.printer.entry(equation.lhs, names)
    shared = _shared(cases)
    steps = tuple(_steps(formulas, equation, names, lhs, shared, 0, None))
    if steps:
        yield Derivation(lhs, steps)
    if any(len(case.lines) > len(shared) or len(cases) > 1 for case in cases):
        for case in cases:
            yield from _case_blocks(formulas, equation, case, len(shared))


def unfolded(formulas: Formulas, name: str) -> Iterator[str]:
    """The unnamed adjoints that are put into this one, those that they need first."""
    for case in formulas.adjoints.results[name]:
        for line in case.lines:
            if line.rule == "unfold":
                for used in line.uses:
                    yield from unfolded(formulas, used)
                    yield used


def _shared(cases: Sequence[Case]) -> tuple[Line, ...]:
    """The lines with which all cases begin, before the index range is split."""
    begins = [tuple(takewhile(lambda line: line.rule not in SPLITS, case.lines)) for case in cases]
    same = takewhile(lambda lines: all(line == lines[0] for line in lines), zip(*begins, strict=False))
    return tuple(lines[0] for lines in same)


def _case_blocks(formulas: Formulas, equation: AdjointEquation, case: Case, start: int) -> Iterator[Block]:
    names = formulas.printer.names_of(case.lhs)
    lhs = formulas.printer.entry(case.lhs, names)
    splits = [k for k, line in enumerate(case.lines) if line.rule in SPLITS]
    steps = tuple(_steps(formulas, equation, names, lhs, case.lines, max([start, *splits]), case))
    if steps:
        yield Derivation(lhs, steps)
    else:
        condition = Math(formulas.printer.condition(case))
        yield Paragraph(words("backward.as_given", condition=condition, adjoint=Math(lhs)))


def _steps(
    formulas: Formulas,
    equation: AdjointEquation,
    names: Names,
    lhs: str,
    lines: Sequence[Line],
    start: int,
    case: Case | None,
) -> Iterator[Step]:
    """The lines from `start` on; one that looks like the line before it (or like the left side) is left out."""
    shown = lhs
    for k in range(start, len(lines)):
        math = formulas.printer.view(lines[k].view, names)
        if math != shown:
            before = lines[k - 1] if k else None
            why = reason(Situation(formulas, equation, names, lines[k], before, case))
            yield Step(math, why, lines[k].rule)
            shown = math


# -- results -------------------------------------------------------------------------------------------


def result(sample: Formulas, batch: Formulas | None, name: str) -> Boxed:
    """The result in index form, as vectors or matrices where they look different, and for a batch."""
    whole = "form.vector" if sample.network.batch is None else "form.matrix"
    lines, wholes = _lines(sample.results(name), "form.index"), _lines(sample.matrix_results(name), whole)
    if not {(w.lhs, w.rhs) for w in wholes} <= {(line.lhs, line.rhs) for line in lines}:
        lines += wholes
    if batch is not None:
        matrix = _lines(batch.matrix_results(name), "form.batch")
        lines += matrix or _lines(batch.results(name), "form.batch_index")
    if len(lines) == 1:
        lines = [replace(lines[0], label=words("form.again"))]
    return Boxed(sample.anchor(name), tuple(lines))


def _lines(results: Sequence[Result], label: str) -> list[ResultLine]:
    labels = [words(label), *(words("form.again") for _ in results[1:])]
    pairs = zip(labels, results, strict=False)
    return [ResultLine(said, r.lhs, r.rhs, r.condition) for said, r in pairs if r.lhs != r.rhs]


def read_by(formulas: Formulas, name: str) -> Words:
    """Who reads a tensor, as the beginning of its derivation."""
    equation = formulas.adjoints.equations[name]
    readers = formulas.readers(equation)
    symbol = Math(formulas.symbol(name))
    if tuple(readers) == (formulas.cost,):
        return words("backward.read_by_cost", symbol=symbol)
    listed = Listing(tuple(Math(text) for text in readers.values()))
    key = "backward.read_by_one" if len(readers) == 1 else "backward.read_by_several"
    return words(key, symbol=symbol, readers=listed)
