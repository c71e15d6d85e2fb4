"""What a handout is composed from. Whoever calls `compose` has derived, raised and computed all of it before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from derive.derivation import Adjoints
from derive.latex.printer import Printer
from derive.network.network import Network
from derive.raising.raise_case import Raised

NOTHING: Mapping[str, tuple[Raised | None, ...]] = MappingProxyType({})


@dataclass(frozen=True)
class Form:
    """One setting of a network, a single sample or a batch: its derivation, printer and matrix forms.

    `forward` gives for each defined tensor the matrix forms of its equations, `backward` for each adjoint those
    of its cases, in their order; None where there is no matrix form. `stacked` are those of adjoints that are
    stated slice after slice, one for each part of an ordered index.
    """

    network: Network
    adjoints: Adjoints
    printer: Printer
    forward: Mapping[str, tuple[Raised | None, ...]] = field(default_factory=lambda: NOTHING)
    backward: Mapping[str, tuple[Raised | None, ...]] = field(default_factory=lambda: NOTHING)
    stacked: Mapping[str, tuple[Raised, ...]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Comparison:
    """One entry of a gradient: derived, and as a difference quotient of the cost."""

    tensor: str
    at: tuple[int, ...]
    derived: float
    quotient: float


@dataclass(frozen=True)
class GradientCheck:
    """The derived gradients against central differences on real numbers.

    `sizes` are the values chosen for symbolic sizes (printed names), `parameters` the number n of all learned
    numbers, `step` the h of (C(w + h) − C(w − h)) / 2h, `worst` the largest deviation of any gradient, relative
    to its norm, by the name of its tensor, `tolerance` what it must stay below.
    """

    sizes: tuple[tuple[str, int], ...]
    parameters: int
    cost: float
    step: float
    comparisons: tuple[Comparison, ...]
    worst: Mapping[str, float]
    tolerance: float


@dataclass(frozen=True)
class NoteInput:
    """A derivation in its forms, and the numbers for the check at the end.

    `sample` is the setting for a single sample; `batch` is None where the network has no batch. `only` limits
    the handout to some gradients (by tensor). `is_part` of a longer document: its network is spoken of without a name.
    """

    sample: Form
    batch: Form | None = None
    check: GradientCheck | None = None
    only: tuple[str, ...] = ()
    language: str = "en"
    title: str = field(default="")
    is_part: bool = False
