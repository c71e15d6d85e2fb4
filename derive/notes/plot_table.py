"""A plot in words: a small table of its values, for Markdown."""

from __future__ import annotations

from dataclasses import dataclass

from derive.notes.document import Inline, Math, Panel
from derive.notes.numerals import shown

SHOWN = 9


@dataclass(frozen=True)
class Values:
    """Some values of x, and those of every curve there; a cell without a value is empty."""

    head: tuple[Inline, ...]
    rows: tuple[tuple[Math | None, ...], ...]


def values_of(panel: Panel) -> Values:
    """Values at up to nine places, spread over all that occur, the first and the last among them."""
    places = sorted({x for c in panel.curves for x, _ in c.points})
    count = min(SHOWN, len(places))
    kept = [places[round(k * (len(places) - 1) / max(1, count - 1))] for k in range(count)]
    known = [dict(c.points) for c in panel.curves]
    rows = ((Math(shown(x)), *(_cell(of.get(x)) for of in known)) for x in kept)
    return Values((panel.x, *(c.label for c in panel.curves)), tuple(rows))


def _cell(value: float | None) -> Math | None:
    return None if value is None else Math(shown(value))
