"""Points on the curves of activations and their derivatives."""

from __future__ import annotations

import numpy as np

from derive.ir.scalar import REGISTRY
from derive.network.network import Network
from derive.notes.sections.activations_options import ActivationsOptions, Chosen
from derive.notes.studies import Curves
from derive.verify.scalars import array_function

REACH, POINTS = 5.0, 201


def activations_numbers(network: Network | None, options: ActivationsOptions) -> tuple[Curves, ...]:
    """The curves of every activation of the options, in their order; the network of the part does not matter."""
    return tuple(_curves(chosen) for chosen in options.which)


def _curves(chosen: Chosen) -> Curves:
    function = REGISTRY.get(chosen.kind)
    assert function is not None, chosen.kind
    z = np.linspace(-REACH, REACH, POINTS)
    settings = [np.full_like(z, float(dict(chosen.options)[o.name])) for o in function.options]
    zeros = (0,) * len(settings)
    value, slope = (array_function(chosen.kind, (order, *zeros))(z, *settings) for order in (0, 1))
    pairs = (tuple(zip(z.tolist(), row.tolist(), strict=True)) for row in (value, slope))
    return Curves(*pairs)
