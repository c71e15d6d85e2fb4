"""The record of a derivation: lines of equal value, each with the rule that made it from the line before."""

from __future__ import annotations

from dataclasses import dataclass

from derive.terms.affine import Index
from derive.terms.term import Entry, Poly
from derive.terms.view import View


@dataclass(frozen=True)
class Line:
    """One line `= view`, made from the line before by `rule`; `uses` names the equations or facts it used.

    Rules: `chain` (sum over readers), `local` (local derivatives put in), `delta` (delta elimination),
    `unfold` (an adjoint replaced by its expression), `case` (the ordered index fixed), `piece` (a slice of the left
    side, or its entries in blocks), `fold` (a forward value recognized), `fact` (a declared equality), `vanish` (a
    sum shown to be 0), `output` (σ' by its value), `definition` (the cost's own derivative), `collect` (common
    factors, reading order).
    """

    rule: str
    view: View
    uses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """A result on part of the index range: `lhs = poly` for all of `domain`.

    `condition` is `None` for the whole range, else (ordered index, "last" | "first" | "rest").
    """

    lhs: Entry
    domain: tuple[Index, ...]
    poly: Poly
    view: View
    lines: tuple[Line, ...]
    condition: tuple[str, str] | None = None
