"""Other conventions under which all that was claimed is right.

A sign and a transpose are no conventions: a descent with the one climbs, and the other does not fit its parameter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from derive.errors import DeriveError
from derive.verify.compare import matches
from derive.verify.diagnosis import Detective
from derive.verify.evidence import LOSS, Evidence
from derive.verify.layout import Field
from derive.verify.mutations.cost import ScaledCost, scaled_costs


@dataclass(frozen=True)
class Convention:
    """In words, what makes every claim right."""

    text: str


def convention_of(detective: Detective, found: Sequence[Evidence]) -> Convention | None:
    """The one convention that makes every claim right, the loss with the gradients; None if there is none."""
    compared = [e for e in found if not e.problem]
    network = detective.chain.network
    has_loss = any(e.name == LOSS for e in compared)
    for scaled in scaled_costs(network, tuple(detective.sites.values())):
        text = _text(scaled.mutant.code, scaled.mutant.details, network.reduce, has_loss)
        if text is not None and all(_holds(detective, scaled, compared, k) for k in range(len(detective.states))):
            return Convention(text)
    return None


def _holds(detective: Detective, scaled: ScaledCost, compared: Sequence[Evidence], k: int) -> bool:
    """Whether all claims are right at one point, under another cost; the loss is looked at first."""
    tensors = {f: t.name for f, t in {**detective.layout.params, **detective.layout.inputs}.items()}
    derived = {e.name: tensors[e.name] for e in compared if tensors.get(e.name) in detective.chain.equations}
    predicted: dict[str, Field] = {e.name: e.expected[k] for e in compared if e.name not in derived}
    try:
        predicted[LOSS] = np.asarray(detective.states[k].loss_under(scaled.loss))
        if not all(matches(e.fields[k], predicted[e.name], e.scales[k]) for e in compared if e.name in predicted):
            return False
        state = detective.states[k].with_replaced(scaled.mutant.replaced, derived.values())
    except DeriveError:
        return False
    gradients = (e for e in compared if e.name in derived)
    return all(matches(e.fields[k], detective.predicted(state, derived[e.name]), e.scales[k]) for e in gradients)


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
