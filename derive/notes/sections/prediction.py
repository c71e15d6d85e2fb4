"""The output of a network under the name of a prediction, and its parameters together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from derive.notes.document import Block, Display, Math, Paragraph, Row, words
from derive.notes.formulas import Formulas
from derive.terms.term import Entry
from derive.terms.walk import entries_in


@dataclass(frozen=True)
class Prediction:
    """The one value that the cost reads, and the targets that it is compared with."""

    value: Entry
    targets: tuple[str, ...]


def prediction(formulas: Formulas) -> Prediction | None:
    """None where the cost reads several values, or no target."""
    network = formulas.network
    [equation] = network.definitions(formulas.cost)
    read = dict.fromkeys(x for x in entries_in(equation.rhs) if isinstance(x, Entry))
    values = [x for x in read if network.tensor(x.tensor).role == "value"]
    targets = tuple(t.name for t in network.role("target") if t.name in {x.tensor for x in read})
    return Prediction(values[0], targets) if len({x.tensor for x in values}) == 1 and targets else None


def prediction_row(formulas: Formulas, found: Prediction) -> Row:
    """`ŷ = a^{[L]}`, or `h_{W,b}(x) = a^{(3)}`."""
    return Row(formulas.printer.prediction, formulas.layer(found.value))


def as_function(formulas: Formulas) -> Iterator[Block]:
    """Where the notation writes the output as a function: its parameters, and what it is."""
    if not formulas.printer.notation.prediction_of:
        return
    found, parameters = prediction(formulas), formulas.network.parameters
    if found is None or not parameters:
        return
    letters = dict.fromkeys(formulas.printer.symbols.letter_of(t.name) for t in parameters)
    rows = [prediction_row(formulas, found)]
    if not any(t.family for t in parameters):
        together = ", ".join(formulas.symbol(t.name) for t in parameters)
        whole = ", ".join(letters)
        rows.insert(0, Row(f"({whole})" if len(letters) > 1 else whole, f"({together})"))
    yield Paragraph(words("forward.as_function", prediction=Math(formulas.printer.prediction)))
    yield Display(tuple(rows))
