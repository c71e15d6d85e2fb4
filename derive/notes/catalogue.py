"""The sections that a recipe can ask for, by name, and the usual recipe."""

from __future__ import annotations

from collections.abc import Callable

from derive.notes.document import Section
from derive.notes.recipe import Kind, Request
from derive.notes.sections.activations import activations_section
from derive.notes.sections.activations_options import ActivationsOptions
from derive.notes.sections.algorithm import algorithm_section
from derive.notes.sections.augmented import augmented_section
from derive.notes.sections.backward import backward_section
from derive.notes.sections.batch import batch_section
from derive.notes.sections.branches import BranchesOptions, branches_section
from derive.notes.sections.branches_neuron import neuron_section
from derive.notes.sections.chain import chain_section
from derive.notes.sections.check import check_section
from derive.notes.sections.deltas import deltas_section
from derive.notes.sections.depth import depth_section
from derive.notes.sections.descent import descent_section
from derive.notes.sections.descent_data import DescentOptions
from derive.notes.sections.differences import differences_section
from derive.notes.sections.factors import factors_section
from derive.notes.sections.factors_options import FactorsOptions
from derive.notes.sections.forward import forward_section
from derive.notes.sections.four_equations import four_equations_section
from derive.notes.sections.functions import functions_section
from derive.notes.sections.given import given_section
from derive.notes.sections.initialization import initialization_section
from derive.notes.sections.initialization_options import InitializationOptions, StudyOptions, SymmetryOptions
from derive.notes.sections.layers import layers_section
from derive.notes.sections.learning import LearningOptions, learning_section
from derive.notes.sections.normalization import NormalizationOptions, normalization_section
from derive.notes.sections.norms import norms_section
from derive.notes.sections.recursions import RecursionsOptions, recursions_section
from derive.notes.sections.residual import residual_section
from derive.notes.sections.samples import SamplesOptions, samples_section
from derive.notes.sections.scalars import ScalarsOptions, scalars_section
from derive.notes.sections.shapes import shapes_section
from derive.notes.sections.successors import SuccessorsOptions, successors_section
from derive.notes.sections.symmetry import symmetry_section
from derive.notes.sections.tasks import tasks_section
from derive.notes.sections.tasks_options import TasksOptions
from derive.notes.sections.update import update_section
from derive.notes.stage import Stage
from derive.notes.subject import Subject


def _of_network(section: Callable[[Subject], Section | None]) -> Kind:
    """A section about a network that cannot be told anything."""

    def write(stage: Stage, request: Request) -> Section | None:
        return section(stage.subject)

    return Kind(write)


USUAL: dict[str, Kind] = {
    "given": _of_network(given_section),
    "forward": _of_network(forward_section),
    "chain": _of_network(chain_section),
    "functions": _of_network(functions_section),
    "backward": _of_network(backward_section),
    "depth": _of_network(depth_section),
    "batch": _of_network(batch_section),
    "layers": _of_network(layers_section),
    "shapes": _of_network(shapes_section),
    "algorithm": _of_network(algorithm_section),
    "check": _of_network(check_section),
}
"""What a handout has where no recipe says otherwise. It uses nothing before it has been stated."""

KINDS: dict[str, Kind] = {
    **USUAL,
    "activations": Kind(activations_section, ActivationsOptions, needs_network=False),
    "differences": _of_network(differences_section),
    "deltas": _of_network(deltas_section),
    "factors": Kind(factors_section, FactorsOptions),
    "four_equations": _of_network(four_equations_section),
    "augmented": Kind(augmented_section, needs_network=False),
    "branches": Kind(branches_section, BranchesOptions, needs_network=False),
    "descent": Kind(descent_section, DescentOptions),
    "initialization": Kind(initialization_section, InitializationOptions),
    "learning": Kind(learning_section, LearningOptions, needs_network=False),
    "neuron": Kind(neuron_section, needs_network=False),
    "normalization": Kind(normalization_section, NormalizationOptions),
    "norms": Kind(norms_section, StudyOptions, needs_network=False),
    "residual": Kind(residual_section, needs_network=False),
    "successors": Kind(successors_section, SuccessorsOptions, needs_network=False),
    "recursions": Kind(recursions_section, RecursionsOptions),
    "update": _of_network(update_section),
    "samples": Kind(samples_section, SamplesOptions, needs_network=False),
    "scalars": Kind(scalars_section, ScalarsOptions),
    "symmetry": Kind(symmetry_section, SymmetryOptions),
    "tasks": Kind(tasks_section, TasksOptions, needs_network=False),
}

USUAL_RECIPE = tuple(Request(name) for name in USUAL)
