"""Equal functions of adjacent slices are one function of both: one call, one array.

`i_j = σ(z_j)`, `f_j = σ(z_{j+n})` and `o_j = σ(z_{j+2n})` become `s_j = σ(z_j)` for j up to 3n, with `i`, `f` and `o`
as slices of `s`. Found by comparing definitions, whatever the function is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from derive.ir.tensor import Tensor
from derive.kernels.definitions import Definition
from derive.kernels.rounds import substituted
from derive.terms.affine import Affine, Index, index
from derive.terms.term import Entry, Poly, of_atom
from derive.terms.view import Leaf
from derive.terms.walk import entries_in

Slice = tuple[str, Affine]
"""A tensor and how far along its last axis another one begins in it."""


@dataclass(frozen=True)
class Joined:
    """`definitions` after slices were joined; `tensors` are the new ones, `slices` says where the old ones lie."""

    definitions: list[Definition]
    tensors: dict[str, Tensor]
    slices: dict[str, Slice]


@dataclass(frozen=True)
class _Candidate:
    """A definition that reads one tensor, at its own indices but for an offset along the last axis."""

    definition: Definition
    source: str
    offset: Affine
    form: Poly

    @property
    def extent(self) -> Affine:
        return self.definition.domain[-1].extent


def with_slices_joined(
    definitions: Sequence[Definition], tensors: Mapping[str, Tensor], results: Collection[str]
) -> Joined:
    """The definitions, those of ordered tensors joined that are equal functions of adjacent slices; never results."""
    count: dict[str, int] = {}
    for d in definitions:
        count[d.tensor] = count.get(d.tensor, 0) + 1
    alone = [d for d in definitions if count[d.tensor] == 1 and d.tensor not in results and d.tensor in tensors]
    found = [c for d in alone if (c := _candidate(d, tensors[d.tensor])) is not None]
    out = Joined([], {}, {})
    firsts: dict[str, Definition] = {}
    for run in _runs(found):
        tensor, whole = _whole(run, tensors, {*tensors, *out.tensors})
        out.tensors[tensor.name] = tensor
        firsts[run[0].definition.tensor] = whole
        for k, c in enumerate(run):
            out.slices[c.definition.tensor] = (tensor.name, c.extent * k)
    for d in definitions:
        if d.tensor in firsts:
            out.definitions.append(firsts[d.tensor])
        out.definitions.append(_slice(d, *out.slices[d.tensor]) if d.tensor in out.slices else d)
    return out


def _candidate(d: Definition, t: Tensor) -> _Candidate | None:
    """A definition of a whole tensor over time that is a function of one slice of another tensor."""
    if not d.family or d.over or len(d.domain) <= d.family or d.lhs.idx != tuple(index(b.name) for b in d.domain):
        return None
    if any((b.lo, b.hi) != (a.lo, a.hi) for b, a in zip(d.domain, t.axes, strict=True)) or d.domain[-1].free:
        return None
    entries = set(entries_in(d.poly))
    if len(entries) != 1 or d.domain[-1].lo != Affine((), 1):
        return None
    [e] = entries
    if e.tensor == d.tensor or e.idx[:-1] != d.lhs.idx[:-1] or not e.idx:
        return None
    offset = e.idx[-1] - d.lhs.idx[-1]
    if not offset.free.isdisjoint(b.name for b in d.domain):
        return None
    plain = substituted(d, d.domain[-1].name, index(d.domain[-1].name) - offset, d.domain[-1])
    names = {b.name: index(f"_{k}") for k, b in enumerate(d.domain)}
    for name, new in names.items():
        plain = substituted(plain, name, new, None)
    return _Candidate(d, e.tensor, offset, plain.poly)


def _runs(candidates: Iterable[_Candidate]) -> list[list[_Candidate]]:
    """Candidates one after the other along the axis, two of them at least."""
    runs: list[list[_Candidate]] = []
    for c in candidates:
        for run in runs:
            last = run[-1]
            is_alike = (last.source, last.form, last.extent) == (c.source, c.form, c.extent)
            ranges = [[(b.lo, b.hi) for b in x.definition.domain[:-1]] for x in (last, c)]
            if is_alike and ranges[0] == ranges[1] and c.offset == last.offset + last.extent:
                run.append(c)
                break
        else:
            runs.append([c])
    return [run for run in runs if len(run) > 1]


def _whole(
    run: Sequence[_Candidate], tensors: Mapping[str, Tensor], taken: Collection[str]
) -> tuple[Tensor, Definition]:
    """The joined tensor and its definition."""
    first = run[0].definition
    base = name = "_".join(c.definition.tensor for c in run)
    number = 2
    while name in taken:
        name, number = f"{base}_{number}", number + 1
    t = tensors[first.tensor]
    last, extent = first.domain[-1], run[0].extent * len(run)
    axis = Index(t.axes[-1].name, last.lo, extent)
    tensor = replace(t, name=name, axes=(*t.axes[:-1], axis), label=type(t.label)())
    domain = (*first.domain[:-1], Index(last.name, last.lo, extent))
    return tensor, replace(first, lhs=Entry(name, first.lhs.idx), domain=domain)


def _slice(d: Definition, whole: str, start: Affine) -> Definition:
    """The definition of a tensor that is a slice of another one."""
    entry = Entry(whole, (*d.lhs.idx[:-1], d.lhs.idx[-1] + start))
    return replace(d, poly=of_atom(entry), view=Leaf(entry))
