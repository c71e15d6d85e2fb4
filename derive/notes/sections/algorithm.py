"""The algorithm: forward, backward, update."""

from __future__ import annotations

from collections.abc import Iterator

from derive.notes.document import Algorithm, Display, Math, Paragraph, Part, Row, Section, words
from derive.notes.formulas import Formulas, Sides
from derive.notes.subject import Subject

RATE = r"\eta"


def algorithm_section(subject: Subject) -> Section:
    rows = {
        "forward": tuple(_forward(subject.widest)),
        "backward": tuple(_backward(subject)),
        "update": tuple(_update(subject)),
    }
    parts = tuple(Part(words(f"algorithm.{name}"), Display(r)) for name, r in rows.items() if r)
    return Section(
        "algorithm",
        words("section.algorithm"),
        (
            Algorithm(words("algorithm.title", rate=Math(RATE)), parts),
            Paragraph(words("algorithm.reuse")),
        ),
    )


def _row(sides: Sides, domain: str, relation: str = "=") -> Row:
    return Row(*sides, relation, words("forward.domain", domain=Math(domain)) if domain else None)


def _forward(formulas: Formulas) -> Iterator[Row]:
    """Every equation, as matrices where it has that form."""
    for e in formulas.network.equations:
        yield _row(formulas.forward_matrix(e) or formulas.forward(e), formulas.matrix_domain(e))


def _backward(subject: Subject) -> Iterator[Row]:
    """Every adjoint that is used, from the cost to the inputs; gradients of inputs are not needed."""
    formulas = subject.widest
    for group in subject.groups:
        for name in group:
            if formulas.network.tensor(name).role == "input" and name not in subject.given.only:
                continue
            for found in formulas.matrix_results(name) or formulas.results(name):
                yield _row((found.lhs, found.rhs), found.ranges)


def _update(subject: Subject) -> Iterator[Row]:
    formulas = subject.widest
    for t in formulas.network.parameters:
        if t.name in subject.wanted:
            symbol = formulas.symbol(t.name)
            step = rf"{symbol} - {RATE} \, {formulas.adjoint(t.name)}"
            yield _row((symbol, step), formulas.family(t), r"\leftarrow")
