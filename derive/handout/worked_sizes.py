"""The sizes of a network, told by the shapes of arrays: each axis says what its extent is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from derive.errors import quoted
from derive.ir.environment import Environment
from derive.ir.environment import Place as At
from derive.ir.normal_form import evaluate_affine
from derive.ir.tensor import Tensor
from derive.network.spec.complaints import Complaints
from derive.network.spec.tree import Place
from derive.terms.affine import Affine, Size, sizes_in

Known = dict[str, int | dict[At, int]]


@dataclass(frozen=True)
class Fitting:
    """The shapes of a tensor's arrays, by layer, and where they stand in the file."""

    tensor: Tensor
    shapes: Mapping[At, tuple[int, ...]]
    place: Place


@dataclass(frozen=True)
class Claim:
    """That an extent has a value, for given layers; `said` names the axis."""

    extent: Affine
    layer: Mapping[str, int]
    value: int
    said: str
    place: Place


def fitted_sizes(fittings: Sequence[Fitting], complaints: Complaints) -> Known:
    """The sizes that all shapes agree on; what contradicts what was found before, and what nothing tells, is said."""
    known: Known = {}
    waiting = [claim for fitting in fittings for claim in _claims(fitting)]
    while waiting:
        left = [c for c in waiting if not _settled(c, known, complaints)]
        if len(left) == len(waiting):
            sizes = ", ".join(dict.fromkeys(quoted(s.name) for c in left for s in sizes_in(c.extent)))
            complaints.add(left[0].place, f"the shapes do not tell {sizes}", "state these sizes in the network file")
            break
        waiting = left
    return known


def _claims(fitting: Fitting) -> Iterator[Claim]:
    t, place = fitting.tensor, fitting.place
    if t.family:
        yield Claim(t.axes[0].extent, {}, len(fitting.shapes), f"{quoted(t.name)} has values for {{}} layers", place)
    inner = [a for a in t.axes if not a.ordered]
    for at, shape in fitting.shapes.items():
        layer = dict(zip((a.name for a in t.axes if a.ordered), at, strict=True))
        for k, (axis, value) in enumerate(zip(inner, shape, strict=True), start=1):
            yield Claim(axis.extent, layer, value, f"{quoted(t.name)} has {{}} entries along axis {k}", place)


def _settled(claim: Claim, known: Known, complaints: Complaints) -> bool:
    """Whether nothing is left to be said about a claim: its one open size is found, or it was compared."""
    env = Environment(sizes=known, indices=claim.layer)
    missing = [s for s in sizes_in(claim.extent) if _value(s, known, env) is None]
    if not missing:
        expected = evaluate_affine(claim.extent, env)
        if expected != claim.value:
            complaints.add(
                claim.place,
                f"{claim.said.format(claim.value)}, and {claim.extent} is {expected}",
                "make the shapes agree",
            )
        return True
    [size, *others] = dict.fromkeys(missing)
    factor = claim.extent.coefficient(size)
    at = _layer(size, env, known)
    if others or not factor or at is None:
        return False
    rest = evaluate_affine(claim.extent - Affine([(size, factor)]), env)
    value, remainder = divmod(claim.value - rest, factor)
    if remainder or value < 1:
        complaints.add(
            claim.place, f"{claim.said.format(claim.value)}, which is no value of {claim.extent}", "mend the shape"
        )
        value = max(value, 1)
    if at:
        family = known.setdefault(size.name, {})
        assert isinstance(family, dict), f"{size} is a number and a family"
        family[at] = value
    else:
        known[size.name] = value
    return True


def _layer(size: Size, env: Environment, known: Known) -> At | None:
    """For which layer a size is meant; None if that is not known yet."""
    if any(_value(s, known, env) is None for a in size.args for s in sizes_in(a)):
        return None
    return tuple(evaluate_affine(a, env) for a in size.args)


def _value(size: Size, known: Known, env: Environment) -> int | None:
    at = _layer(size, env, known)
    found = known.get(size.name)
    if at is None or found is None:
        return None
    return found.get(at) if isinstance(found, dict) else found
