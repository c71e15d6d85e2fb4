"""The layers that read a sequence step by step, in one direction or in both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sympy

from derive.network.extents import Extent, Shape
from derive.network.layers.gru import state_gru
from derive.network.layers.kind import LayerKind, Output, SizeReader
from derive.network.layers.lstm import state_lstm
from derive.network.layers.recurrence import Recurrence
from derive.network.layers.rnn import state_rnn
from derive.network.layers.sequence import require_sequence
from derive.network.site import Site
from derive.network.spec.recurrent_layers import BACK, BidirectionalOptions, RecurrentOptions
from derive.network.value import Source, Value

CELLS: Mapping[str, Callable[[Any, Recurrence, str], Value]] = {
    "rnn": state_rnn,
    "lstm": state_lstm,
    "gru": state_gru,
}
"""The equations of each kind; they give the state that is handed on, stored under the given name if there is one."""


def sequence_of_states(options: RecurrentOptions, source: Source, units: Extent) -> Shape:
    """(T, units), or (units,) for the last state alone.

    Raises: ShapeError if the source is no sequence.
    """
    steps, _ = require_sequence(source)
    return (units,) if options.last else (steps, units)


class Recurrent(LayerKind[RecurrentOptions]):
    """h_1 … h_T, each from the one before and from x_t; see the cell of each kind for its equations."""

    numbered = True

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def output(self, options: RecurrentOptions) -> Output:
        return Output("h", "state", getattr(options, "activation", ""))

    def shape(self, options: RecurrentOptions, sources: Sequence[Source], extent: SizeReader) -> Shape:
        return sequence_of_states(options, sources[0], extent(options.units))

    def state(self, options: RecurrentOptions, site: Site) -> Value | None:
        steps = Recurrence(site, site.extent(options.units), options.initial, options.reverse)
        if site.round is None:
            h = CELLS[self.kind](options, steps, site.result.value.name)
            return last_of(h, steps) if options.last else h
        h = CELLS[self.kind](options, steps, "")
        j = site.sheet.units(site.result.value.shape)
        site.hand_on(j, (last_of(h, steps) if options.last else h)[j])
        return None


def last_of(h: Value, steps: Recurrence) -> Value:
    """The state after the last step that is read."""
    at = sympy.Integer(1) if steps.reverse else steps.t.upper
    return replace(h, shape=h.shape[1:], depth=(*h.depth, at), samples_at=h.samples_at - 1)


class Bidirectional(LayerKind[BidirectionalOptions]):
    """y_t = (h_t, h'_t): what has been read from the first step to t, and from the last step back to t."""

    numbered = True

    def output(self, options: BidirectionalOptions) -> Output:
        return Output("y", "both directions")

    def shape(self, options: BidirectionalOptions, sources: Sequence[Source], extent: SizeReader) -> Shape:
        inner = options.layer.options
        return sequence_of_states(inner, sources[0], 2 * extent(inner.units))

    def state(self, options: BidirectionalOptions, site: Site) -> None:
        inner, kind = options.layer.options, options.layer.kind
        units = site.extent(inner.units)
        for number, reverse in enumerate((False, True)):
            steps = Recurrence(site.part(BACK) if reverse else site, units, inner.initial, reverse)
            h = CELLS[kind](inner, steps, "")
            h = last_of(h, steps) if inner.last else h
            *step, j = site.sheet.units(h.shape)
            site.hand_on((*step, number * units + j), h[*step, j])
