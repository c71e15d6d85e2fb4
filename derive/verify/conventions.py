"""Other conventions under which all that was claimed is right.

A sign and a transpose are no conventions: a descent with the one climbs, and the other does not fit its parameter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from derive.errors import DeriveError
from derive.verify.compare import matches
from derive.verify.diagnosis import Detective
from derive.verify.evidence import LOSS, Evidence
from derive.verify.layout import Field
from derive.verify.mutations.cost import scaled_costs

Predicted = Mapping[str, tuple[Field, ...]]


@dataclass(frozen=True)
class Convention:
    """What all claims are under another convention, at every point."""

    text: str
    predicted: Predicted


def convention_of(detective: Detective, found: Sequence[Evidence]) -> Convention | None:
    """The one convention that makes every claim right, the loss with the gradients; None if there is none."""
    compared = [e for e in found if not e.problem]
    for convention in _conventions(detective, compared):
        if all(_holds(convention, e) for e in compared):
            return convention
    return None


def _holds(convention: Convention, e: Evidence) -> bool:
    predicted = convention.predicted.get(e.name, e.expected)
    return all(matches(c, p, s) for c, p, s in zip(e.fields, predicted, e.scales, strict=True))


def _conventions(detective: Detective, found: Sequence[Evidence]) -> Iterator[Convention]:
    has_loss = any(e.name == LOSS for e in found)
    for scaled in scaled_costs(detective.chain.network, tuple(detective.sites.values())):
        text = _text(scaled.mutant.code, scaled.mutant.details, detective.chain.network.reduce, has_loss)
        if text is None:
            continue
        try:
            states = tuple(s.with_replaced(scaled.mutant.replaced) for s in detective.states)
            losses = tuple(np.asarray(s.loss_under(scaled.loss)) for s in detective.states)
        except DeriveError:
            continue
        layout = detective.layout
        tensors = {**layout.params, **layout.inputs}
        names = [e.name for e in found if e.name in tensors and tensors[e.name].name in detective.chain.equations]
        gradients = {n: tuple(detective.predicted(s, tensors[n].name) for s in states) for n in names}
        yield Convention(text, {**gradients, LOSS: losses})


def _text(code: str, details: Mapping[str, str], reduce: str | None, has_loss: bool) -> str | None:
    """The convention that a factor stands for; a factor that says nothing of the kind is a mistake."""
    if code == "missing-mean" and reduce != "sum":
        return f"the sum over the {details['size']} samples instead of the mean"
    if code == "extra-mean" and reduce == "sum":
        return f"the mean over the {details['size']} samples instead of the sum"
    if not has_loss:
        return None
    texts = {
        "factor-two": "twice the cost (a square without its ½)",
        "factor-half": "half the cost (a square with a ½)",
        "missing-output-mean": f"the sum over the {details.get('size')} outputs instead of the mean",
        "extra-output-mean": f"the mean over the {details.get('size')} outputs instead of the sum",
    }
    return texts.get(code)
