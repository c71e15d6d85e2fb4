"""Numbers about stacks of layers and steps of descent, computed before a handout is composed."""

from __future__ import annotations

from dataclasses import dataclass

from derive.notes.input import Form


@dataclass(frozen=True)
class Run:
    """One stack of L equal layers at its start.

    `variance` is that of the weights. Layer by layer, from the first to the last: `forward`, the mean square of the
    activations over units and samples; `backward`, that of the adjoints of the preactivations; `norms`, the mean
    Euclidean norm of the latter over the samples.
    """

    activation: str
    scheme: str
    variance: float
    forward: tuple[float, ...]
    backward: tuple[float, ...]
    norms: tuple[float, ...]


@dataclass(frozen=True)
class Study:
    """Several stacks of `depth` layers of `width` units each, on `samples` random samples."""

    depth: int
    width: int
    samples: int
    runs: tuple[Run, ...]


@dataclass(frozen=True)
class Descent:
    """A network trained from equal units and from random ones.

    `spread` is the largest difference between two units of the layer, in any weight that leads to them, before the
    first step and after each; `cost` the cost at the same times.
    """

    steps: int
    rate: float
    spread: tuple[float, ...]
    cost: tuple[float, ...]


@dataclass(frozen=True)
class Descents:
    """The same descent from `equal` units and from `drawn` ones, at the sizes `sizes`."""

    weight: str
    sizes: tuple[tuple[str, int], ...]
    equal: Descent
    drawn: Descent


@dataclass(frozen=True)
class Curves:
    """Points `(z, f(z))` and `(z, f'(z))` of an activation."""

    value: tuple[tuple[float, float], ...]
    slope: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class TaskDerived:
    """A task of `derive.notes.sections.tasks_options` as a network with the values z, a, y: derived and raised."""

    name: str
    form: Form
