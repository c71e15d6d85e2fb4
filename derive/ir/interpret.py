"""The oracle: evaluates equations by brute force over index space, one plain loop for each index.

`evaluate` takes a right side as it was stated (SymPy), `evaluate_poly` its normal form. Apart from the values
of scalar functions they share nothing, neither with each other nor with what they check. `run_forward` and
`run_normal_form` fill in every entry of every left side, in order of dependency.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Protocol, TypeVar

from derive.errors import DeriveError, IndexRangeError
from derive.ir.elementary import Number
from derive.ir.environment import Environment, MissingEntry, Place
from derive.ir.normal_form import assignments, evaluate_poly, place
from derive.ir.stated import evaluate
from derive.ir.tensor import Equation, Tensor, rest_of
from derive.terms.affine import Index, index
from derive.terms.term import Entry, Poly


class Definition(Protocol):
    """Whatever gives the entry `lhs` a value for all values of the indices in `domain`."""

    @property
    def lhs(self) -> Entry: ...
    @property
    def domain(self) -> tuple[Index, ...]: ...


class NormalForm(Definition, Protocol):
    """A definition by a polynomial: a forward or an adjoint equation."""

    @property
    def rhs(self) -> Poly: ...


__all__ = [
    "Environment",
    "MissingEntry",
    "assignments",
    "evaluate",
    "evaluate_poly",
    "fill",
    "place",
    "run_forward",
    "run_normal_form",
]

D = TypeVar("D", bound=Definition)
Name = tuple[str, Place]


def run_forward(equations: Iterable[Equation], tensors: Mapping[str, Tensor], env: Environment) -> Environment:
    """The environment with all values filled in, from the equations as stated.

    Raises: DeriveError if an entry is defined twice, by itself, out of the tensor's range or not at all.
    """
    filled = fill(equations, env, lambda e, at: evaluate(e.stated, at))
    for t in tensors.values():
        if t.role in ("value", "cost"):
            _check_places(t, filled)
    return filled


def run_normal_form(equations: Iterable[NormalForm], env: Environment) -> Environment:
    """The same from normal forms; serves forward and adjoint equations."""
    return fill(equations, env, lambda e, at: evaluate_poly(e.rhs, at))


def fill(equations: Iterable[D], env: Environment, value: Callable[[D, Environment], Number]) -> Environment:
    """Compute every entry that the equations define; what `env` holds of those tensors is dropped.

    An entry whose computation meets one without a value is put back until that one is done. The stack is a
    plain list, so a recurrence may be as long as it likes.
    """
    equations = tuple(equations)
    done: dict[str, dict[Place, Number]] = {e.lhs.tensor: {} for e in equations}
    inner = replace(env, arrays={**env.arrays, **done}, indices={})
    todo: dict[Name, tuple[D, Environment]] = {}
    for e in equations:
        for at in assignments(e.domain, inner):
            name = (e.lhs.tensor, place(e.lhs.idx, at))
            if name in todo:
                raise DeriveError(f"{name[0]}{list(name[1])} is defined twice", repair="drop one equation")
            todo[name] = (e, at)
    for e in equations:
        _fill_rest(e, inner, todo, done[e.lhs.tensor])
    for name in todo:
        _compute(name, todo, done, value)
    return replace(env, arrays=inner.arrays)


def _fill_rest(e: D, env: Environment, todo: Mapping[Name, object], done: dict[Place, Number]) -> None:
    """Give the entries that no equation states the value that is said to stand there."""
    rest = rest_of(e)
    if rest is None:
        return
    at = tuple(index(a.name) for a in rest.axes)
    for point in assignments(rest.axes, env):
        where = place(at, point)
        if (e.lhs.tensor, where) not in todo:
            done[where] = rest.value


def _compute(
    name: Name,
    todo: Mapping[Name, tuple[D, Environment]],
    done: Mapping[str, dict[Place, Number]],
    value: Callable[[D, Environment], Number],
) -> None:
    stack = {name: None}
    while stack:
        tensor, at = current = next(reversed(stack))
        if at not in done[tensor]:
            try:
                done[tensor][at] = value(*todo[current])
            except MissingEntry as missing:
                needed = (missing.tensor, missing.at)
                if needed not in todo:
                    raise
                if needed in stack:
                    raise DeriveError(
                        f"{needed[0]}{list(needed[1])} depends on itself",
                        repair="an equation may refer to earlier entries only",
                    ) from missing
                stack[needed] = None
                continue
        del stack[current]


def _check_places(t: Tensor, env: Environment) -> None:
    at = tuple(index(a.name) for a in t.axes)
    axes = {place(at, point) for point in assignments(t.axes, env)}
    filled = set(env.arrays.get(t.name, {}))
    for wrong, what in ((axes - filled, "is not defined"), (filled - axes, "is defined out of range")):
        if wrong:
            raise IndexRangeError(f"{t.name}{list(min(wrong))} {what}", repair=f"its axes are {list(t.axes)}")
