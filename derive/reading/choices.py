"""Several readings of one formula: it is read again and again, and each time the choices turn out another way.

A reader asks `choose` wherever what is written may mean more than one thing. `readings` runs it until all ways are
gone, or there were too many.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from derive.errors import DeriveError
from derive.reading.quantity import Misfit, Unknown

T = TypeVar("T")
R = TypeVar("R")

MOST = 160
"""So many readings of one formula are tried."""


@dataclass
class Choices:
    """The choices of one run: `path` says how the first ones go, all later ones take the first option."""

    path: list[int] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)
    settled: dict[Hashable, object] = field(default_factory=dict)

    def choose(self, options: Sequence[T], about: Hashable | None = None) -> T:
        """One of the options; `about` the same thing it is the same one throughout a run."""
        if about is not None and about in self.settled:
            return self.settled[about]  # type: ignore[return-value]
        if len(options) == 1:
            return options[0]
        at = len(self.widths)
        if at == len(self.path):
            self.path.append(0)
        self.widths.append(len(options))
        chosen = options[self.path[at]]
        if about is not None:
            self.settled[about] = chosen
        return chosen

    def following(self) -> Choices | None:
        """The choices of the next run; None after the last one."""
        path = self.path[: len(self.widths)]
        while path and path[-1] + 1 >= self.widths[len(path) - 1]:
            path.pop()
        return Choices([*path[:-1], path[-1] + 1]) if path else None


@dataclass(frozen=True)
class Readings(Generic[R]):
    """What a formula may mean, the most likely first; why other readings do not fit; whether all were tried."""

    found: tuple[R, ...]
    misfits: tuple[Misfit, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    are_all: bool = True


def readings(read: Callable[[Choices], R], same: Callable[[R], Hashable], most: int = MOST) -> Readings[R]:
    """All readings that fit, each once; two are one if `same` is equal. `most` are tried."""
    choices: Choices | None = Choices()
    found: dict[Hashable, R] = {}
    misfits: dict[str, Misfit] = {}
    unknown: dict[str, Unknown] = {}
    for _ in range(most):
        if choices is None:
            break
        try:
            result = read(choices)
            found.setdefault(same(result), result)
        except Misfit as e:
            misfits.setdefault(e.message, e)
        except Unknown as e:
            unknown.setdefault(e.message, e)
        except DeriveError as e:
            unknown.setdefault(e.message, Unknown(e.message))
        choices = choices.following()
    return Readings(tuple(found.values()), tuple(misfits.values()), tuple(unknown.values()), choices is None)


def where_t_fits(read: Callable[[Choices], R]) -> Callable[[Choices], R]:
    """`read`, where T above a name may be its mark: if nothing has such a mark, that is no reading, and not unknown."""

    def fitting(choices: Choices) -> R:
        try:
            return read(choices)
        except Unknown as e:
            if choices.settled.get("T") is False:
                raise Misfit("nothing here has T for a mark") from e
            raise

    return fitting
