"""Second derivatives on numbers: adjoint equations are equations like any other, and are swept once more."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from derive.calculus.adjoint import AdjointEquation, Seed, adjoint_name
from derive.derivation.second_order import gradient_name, with_sweep
from derive.derivation.sweep import adjoint_equations
from derive.errors import DeriveError
from derive.ir.tensor import ADJOINT
from derive.network.network import Network
from derive.terms.affine import index
from derive.terms.term import ZERO, Entry
from derive.verify.evaluate import Frame
from derive.verify.rows import Rule, fill

Sweep = Callable[[tuple[str, ...], str | None], tuple[Seed, Mapping[str, AdjointEquation]]]


def with_second(network: Network, sweep: Sweep, frames: Sequence[Frame], name: str) -> list[Frame]:
    """The frames with `of∂a∂b`, at (b, a, of): the derivatives by b of those of a value, or of the cost, by a.

    Raises: DeriveError for a derivative by a that has no value.
    """
    of, a, b = name.split(ADJOINT)
    _, first = sweep((a,), of or None)
    if a not in first:
        raise DeriveError(f"a derivative by {a} has no value here")
    wide = with_sweep(network, first)
    seed, second = adjoint_equations(wide, (b,), gradient_name(a))
    axes = (*network.tensor(b).axes, *seed.axes)
    given = [e for n in first for e in wide.definitions(gradient_name(n))]
    zeros = Rule(Entry(name, tuple(index(i.name) for i in axes)), axes, ZERO)
    rules = [e for n, e in second.items()] if b in second else [zeros]
    known = {t.name: t.axes for t in wide.tensors.values()}
    known |= {adjoint_name(n): (*wide.tensor(n).axes, *seed.axes) for n in second} | {name: axes}
    found = []
    for frame in frames:
        with np.errstate(all="ignore"):
            inner = replace(frame, axes={**frame.axes, **known})
            inner = replace(inner, values=fill(given, inner))
            value = fill(rules, inner)[adjoint_name(b) if b in second else name]
        found.append(replace(frame, axes={**frame.axes, name: axes}, values={**frame.values, name: value}))
    return found
