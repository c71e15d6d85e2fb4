"""A worked example: every value of the forward and the backward pass at a point that was given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from derive.errors import DeriveError
from derive.handout.gradient_check import STEP, TOLERANCE, compare_all, uses_stand_ins
from derive.handout.worked_input import MOST_COLUMNS, MOST_ROWS, read_worked
from derive.ir.tensor import Tensor
from derive.latex.notation import Notation
from derive.network.network import Network
from derive.notes.input import Form, NoteInput
from derive.notes.studies_worked import Worked
from derive.simplify.rescale import SCALED_ROLES
from derive.terms.affine import sizes_in
from derive.verify.chain import Chain, State
from derive.verify.evaluate import Rows
from derive.verify.points import GIVEN


def worked_example(given: NoteInput, path: Path) -> tuple[Form, Worked]:
    """The setting that the values of a file are for, and everything computed from them.

    Raises: DeriveError for a mistake in the file, an abstract function, or what is too large to be written out.
    """
    forms = [f for f in (given.batch, given.sample) if f is not None]
    if uses_stand_ins(forms[0].network.equations):
        raise DeriveError(
            f"the network {forms[0].network.name} has abstract functions, which have no numbers",
            repair="name an activation and a loss",
        )
    network, point = read_worked(path, [f.network for f in forms])
    form = next(f for f in forms if f.network is network)
    state = Chain(network, form.adjoints).at(point)
    values = {t.name: _shown(t, state.frame.values[t.name]) for t in network.tensors.values()}
    adjoints = {name: _shown(network.tensor(name), _scaled(form, name, state)) for name in form.adjoints.equations}
    worst = compare_all(state)
    if worst > TOLERANCE:
        raise DeriveError(
            f"at these values the gradients differ from difference quotients by {worst:.0e}, relative to the largest",
            repair="move values away from kinks, where a function has no derivative",
        )
    sizes = tuple(_sizes(network, point.shown_sizes))
    return form, Worked(sizes, tuple(t.name for t in network.role(*GIVEN)), values, adjoints, STEP, worst)


def _sizes(network: Network, shown: Mapping[str, int | list[int]]) -> Iterator[tuple[str, int]]:
    names = {s.name for t in network.tensors.values() for a in t.axes for s in sizes_in(a.extent) if not s.args}
    yield from ((name, value) for name, value in sorted(shown.items()) if name in names and isinstance(value, int))


def _scaled(form: Form, name: str, state: State) -> Rows:
    """The adjoint as the notation means it: of the summed loss for values, where it says so."""
    network, notation = form.network, form.printer.notation
    rows = state.adjoint(name)
    if not is_of_summed_loss(network, notation, name):
        return rows
    assert network.batch is not None
    [batch] = [
        e for t in network.role("input") for a, e in zip(t.axes, _extents(t, state), strict=True) if a == network.batch
    ][:1]
    return {at: row * batch for at, row in rows.items()}


def is_of_summed_loss(network: Network, notation: Notation, name: str) -> bool:
    """Whether the adjoint of a tensor is written for the summed loss, while the cost is the mean."""
    is_mean = network.batch is not None and network.reduce == "mean"
    return notation.scaling != "cost" and is_mean and network.tensor(name).role in SCALED_ROLES


def _extents(t: Tensor, state: State) -> tuple[int, ...]:
    return np.shape(state.frame.values[t.name][()])


def _shown(t: Tensor, rows: Rows) -> Rows:
    """The arrays, if they can be written out."""
    for row in rows.values():
        if row.ndim and (row.shape[-1] > MOST_COLUMNS or max(row.shape) > MOST_ROWS):
            raise DeriveError(
                f"{t.name} has the shape {' × '.join(map(str, row.shape))}, too large to be written out",
                repair=f"take values of at most {MOST_ROWS} rows and {MOST_COLUMNS} columns",
            )
    return rows
