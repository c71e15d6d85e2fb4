"""Functions that wait for what is defined right behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derive.latex.reading.syntax import Chain
from derive.verify.document.context import Context
from derive.verify.document.judge import links_of
from derive.verify.document.own_functions import called


def take_up_waiting(context: Context, chains: Sequence[Chain], source: str) -> None:
    """Take up functions whose formulas were not understood, `h(x) = g(w^T x)` before `g(z) = …`.

    What follows is judged by them, as if their parts had been defined first.
    """
    for chain in chains:
        call = called(context, chain.members[0]) if chain.members[0] is not None else None
        if call is not None and not (context.lexicon.functions.get(call.key) or call.key in context.lexicon.templates):
            links_of(context, replace(chain, members=chain.members[:2], relations=chain.relations[:1]), source)
