"""Arguments in the order in which loops read them: time first, copied once, where a recursion over time reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from derive.kernels.definitions import Definition, Storage
from derive.kernels.schedule import Loop, Step
from derive.terms.affine import Affine
from derive.terms.walk import entries_in


def with_ordered_axes_first(
    storages: Mapping[str, Storage], steps: Iterable[Step], definitions: Iterable[Definition]
) -> dict[str, Storage]:
    """The storages, where arguments are read with the axis first along which some loop runs.

    A sequence of samples `(m, T, features)` has its steps apart in memory: slices in a loop, and products over
    steps and samples with values that lie time first, would copy it again and again. Which axes are steps is told
    by the ordered indices that `definitions` read them at.
    """
    lengths = set(_lengths(storages, steps))
    read = set(_read_in_order(definitions))
    out = dict(storages)
    for name, storage in storages.items():
        t = storage.tensor
        if name == t.name and t.role in ("input", "target") and not storage.is_stacked:
            places = [k for k, a in enumerate(t.axes) if k and (name, k) in read and a.extent in lengths]
            if places:
                rest = (k for k in range(len(t.axes)) if k != places[0])
                out[name] = replace(storage, packed=(places[0], *rest))
    return out


def _lengths(storages: Mapping[str, Storage], steps: Iterable[Step]) -> Iterator[Affine]:
    """How many rounds the recursions have over which stacked values are computed, the start left out."""
    for step in steps:
        if isinstance(step, Loop):
            for d in step.body:
                if storages[d.tensor].is_stacked:
                    axis = storages[d.tensor].tensor.axes[0]
                    yield from (axis.extent, axis.extent - 1)


def _read_in_order(definitions: Iterable[Definition]) -> Iterator[tuple[str, int]]:
    """The tensors and axes of them that are read at an ordered index, whatever is added to it."""
    for d in definitions:
        ordered = {b.name for b in d.domain if b.ordered}
        for e in entries_in(d.poly):
            yield from ((e.tensor, k) for k, a in enumerate(e.idx) if a.free & ordered)
