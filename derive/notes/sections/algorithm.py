"""The algorithm: forward, backward, update."""

from __future__ import annotations

from collections.abc import Iterator

from derive.notes.document import Algorithm, AlgorithmLine, Math, Paragraph, Section, words
from derive.notes.formulas import Formulas
from derive.notes.subject import Subject

RATE = r"\eta"


def algorithm_section(subject: Subject) -> Section:
    lines = (
        AlgorithmLine(words("algorithm.forward")),
        *_forward(subject.widest),
        AlgorithmLine(words("algorithm.backward")),
        *_backward(subject),
        AlgorithmLine(words("algorithm.update")),
        *_update(subject),
    )
    return Section(
        "algorithm",
        words("section.algorithm"),
        (
            Algorithm(words("algorithm.title", rate=Math(RATE)), lines),
            Paragraph(words("algorithm.reuse")),
        ),
    )


def _line(formula: str, domain: str) -> AlgorithmLine:
    if domain:
        return AlgorithmLine(words("algorithm.line_for", formula=Math(formula), domain=Math(domain)), 1)
    return AlgorithmLine(words("algorithm.line", formula=Math(formula)), 1)


def _forward(formulas: Formulas) -> Iterator[AlgorithmLine]:
    """Every equation, as matrices where it has that form."""
    for e in formulas.network.equations:
        lhs, rhs = formulas.forward_matrix(e) or formulas.forward(e)
        yield _line(f"{lhs} = {rhs}", formulas.domain(e))


def _backward(subject: Subject) -> Iterator[AlgorithmLine]:
    """Every adjoint that is used, from the cost to the inputs; gradients of inputs are not needed."""
    formulas = subject.widest
    for group in subject.groups:
        for name in group:
            if formulas.network.tensor(name).role == "input" and name not in subject.given.only:
                continue
            for case in formulas.adjoints.results[name]:
                lhs, rhs = formulas.case_matrix(case) or formulas.case(case)
                whole = case.condition is None or case.condition[1] == "rest"
                yield _line(f"{lhs} = {rhs}", formulas.printer.condition(case) if whole else "")


def _update(subject: Subject) -> Iterator[AlgorithmLine]:
    formulas = subject.widest
    for t in formulas.network.parameters:
        if t.name in subject.wanted:
            symbol = formulas.symbol(t.name)
            step = rf"{symbol} \leftarrow {symbol} - {RATE} \, {formulas.adjoint(t.name)}"
            yield _line(step, formulas.family(t))
