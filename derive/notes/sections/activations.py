"""Activations: each with its definition, its derivative, what it does at the ends, and a plot of both."""

from __future__ import annotations

from derive.notes.document import Block, Math, Paragraph, Section, Table, words
from derive.notes.recipe import Request
from derive.notes.sections.activations_one import One
from derive.notes.sections.activations_options import ActivationsOptions
from derive.notes.sections.activations_signs import identity_blocks, sign_blocks
from derive.notes.stage import Stage
from derive.notes.studies import Curves

COLUMNS = ("function", "range", "slope", "left", "right", "steepest")


def activations_section(stage: Stage, request: Request) -> Section | None:
    """The section, with a part for each activation, a table of all, and what the signs of outputs mean."""
    options = request.options if isinstance(request.options, ActivationsOptions) else ActivationsOptions()
    curves = request.numbers if isinstance(request.numbers, tuple) else (None,) * len(options.which)
    shown = [One(stage.printer, chosen) for chosen in options.which]
    blocks: list[Block] = [Paragraph(words("activations.intro"))]
    blocks += [_part(one, c) for one, c in zip(shown, curves, strict=True)]
    blocks += identity_blocks(stage.printer) if {"tanh", "sigmoid"} <= {o.chosen.kind for o in shown} else ()
    blocks.append(_table(shown))
    blocks += sign_blocks(stage, [Math(o.name) for o in shown if o.facts.is_never_negative])
    return Section("activations", words("activations.title"), tuple(blocks))


def _part(one: One, curves: Curves | None) -> Section:
    blocks = [*one.definition(), *one.derivative(), *one.saturation(), *one.joins(), *one.dead()]
    if curves is not None:
        blocks.append(one.plot(curves))
    return Section(f"activation-{one.chosen.kind}", words("activations.one", f=Math(one.name)), tuple(blocks))


def _table(shown: list[One]) -> Table:
    head = tuple(words(f"activations.column.{c}") for c in COLUMNS)
    return Table(words("activations.table"), head, tuple(one.row() for one in shown), "llllll")
