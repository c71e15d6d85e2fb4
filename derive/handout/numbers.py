"""The numbers that sections show, computed before a handout is composed: a table from kinds of sections."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from derive.handout.numbers_activations import activations_numbers
from derive.handout.numbers_depth import depth_study, initialization_numbers
from derive.handout.numbers_descent import descent_numbers
from derive.handout.numbers_learning import learning_numbers
from derive.handout.numbers_recursions import recursions_numbers
from derive.handout.numbers_residual import residual_numbers
from derive.handout.numbers_statements import (
    augmented_statements,
    branches_statements,
    neuron_statements,
    samples_statements,
)
from derive.handout.numbers_successors import successors_numbers
from derive.handout.numbers_symmetry import symmetry_numbers
from derive.handout.numbers_tasks import tasks_numbers
from derive.network.network import Network
from derive.notes.recipe import Request

Compute = Callable[[Network | None, Any], object]
"""From the network of the part (None where it has none) and the options of the section to its numbers."""

NUMBERS: dict[str, Compute] = {
    "activations": activations_numbers,
    "augmented": augmented_statements,
    "branches": branches_statements,
    "descent": descent_numbers,
    "initialization": initialization_numbers,
    "learning": learning_numbers,
    "norms": depth_study,
    "recursions": recursions_numbers,
    "neuron": neuron_statements,
    "samples": samples_statements,
    "residual": residual_numbers,
    "successors": successors_numbers,
    "symmetry": symmetry_numbers,
    "tasks": tasks_numbers,
}


def with_numbers(requests: Sequence[Request], network: Network | None) -> tuple[Request, ...]:
    """The requests with the numbers of each that needs some."""
    return tuple(replace(r, numbers=NUMBERS[r.kind](network, r.options)) if r.kind in NUMBERS else r for r in requests)
