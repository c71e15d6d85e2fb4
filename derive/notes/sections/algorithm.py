"""The algorithm: forward, backward, update."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from derive.notes.document import Algorithm, Display, Math, Paragraph, Part, Row, Section, words
from derive.notes.formulas import Formulas, Sides
from derive.notes.subject import Subject

RATE = r"\eta"


def algorithm_section(subject: Subject) -> Section:
    """Gradient descent; for a network that learns nothing the cost and the gradients of its inputs."""
    update = tuple(_update(subject))
    rows = {
        "algorithm.forward": tuple(_forward(subject.widest)),
        "algorithm.backward" if update else "algorithm.gradients": tuple(_backward(subject, not update)),
        "algorithm.update": update,
    }
    parts = tuple(Part(words(key), Display(r)) for key, r in rows.items() if r)
    title = words("algorithm.title", rate=Math(RATE)) if update else words("algorithm.title_gradients")
    network = subject.widest.network
    families = [t for t in network.tensors.values() if t.family and network.definitions(t.name)]
    kinds = dict.fromkeys(subject.widest.kind_of_family(t) for t in families)
    recursions = tuple(words(f"algorithm.{kind}") for kind in kinds)
    return Section(
        "algorithm",
        words("section.algorithm"),
        (Algorithm(title, parts), Paragraph(words("algorithm.reuse"), recursions)),
    )


def _row(sides: Sides, domain: str, relation: str = "=") -> Row:
    return Row(*sides, relation, words("forward.domain", domain=Math(domain)) if domain else None)


def _forward(formulas: Formulas) -> Iterator[Row]:
    """Every equation, as matrices where it has that form."""
    for e in formulas.network.equations:
        sides = formulas.forward_matrix(e) or formulas.forward(e)
        if sides[0] != sides[1]:
            yield _row(sides, formulas.matrix_domain(e))


def _backward(subject: Subject, inputs: bool) -> Iterator[Row]:
    """Every adjoint that is used, from the cost to the inputs; to learn, the gradients of `inputs` are not needed."""
    formulas = subject.widest
    for group in subject.groups:
        for name in group:
            is_input = formulas.network.tensor(name).role == "input"
            if is_input and not inputs and name not in subject.given.only:
                continue
            for found in formulas.matrix_results(name) or formulas.results(name):
                yield replace(_row((found.lhs, found.rhs), found.ranges), asked=True)


def _update(subject: Subject) -> Iterator[Row]:
    formulas = subject.widest
    for t in formulas.network.parameters:
        if t.name in subject.wanted:
            symbol = formulas.symbol(t.name)
            step = rf"{symbol} - {RATE} \, {formulas.adjoint(t.name)}"
            yield _row((symbol, step), formulas.family(t), r"\leftarrow")
