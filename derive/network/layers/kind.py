"""What a kind of layer is: the shape that it gives, and the equations that it states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import sympy

from derive.errors import ShapeError
from derive.network.extents import Extent, Shape, shown_shape
from derive.network.sheet import Sheet
from derive.network.site import Site
from derive.network.spec.names import Size
from derive.network.spec.options import LayerOptions
from derive.network.value import Source, Value

Options = TypeVar("Options", bound=LayerOptions)


@dataclass(frozen=True)
class Output:
    """What a layer hands on: `z`, `a`, `s`, … with its meaning; `made_by` is the activation that gives it.

    A value whose meaning no notation knows is drawn as `symbol`, by default as its stem.
    """

    stem: str
    meaning: str
    made_by: str = ""
    symbol: str = ""

    @property
    def letter(self) -> str:
        return self.symbol or self.stem


class SizeReader(Protocol):
    """Gives the term of a size as the layer's options hold it."""

    def __call__(self, size: Size) -> Extent: ...


class LayerKind(Generic[Options]):
    """One kind of layer; a subclass states its forward equations and nothing else.

    `numbered` layers call their values after their weights (`z4`, `a_trunk`), others by their own name.
    """

    numbered = False

    def output(self, options: Options) -> Output:
        """What the layer hands on."""
        raise NotImplementedError

    def shape(self, options: Options, sources: Sequence[Source], extent: SizeReader) -> Shape:
        """The shape of the result for one sample.

        Raises: ShapeError, worded to follow the layer's title, if the sources do not fit.
        """
        raise NotImplementedError

    def axes(self, sheet: Sheet, shape: Shape) -> tuple[sympy.Idx, ...]:
        """The indices with which the result is declared."""
        return sheet.units(shape)

    def state(self, options: Options, site: Site) -> Value | None:
        """State the equations, the last with `site.hand_on`; the shapes fit.

        A layer that hands on the states of a recurrence gives them back, stored under the name of its result.
        """
        raise NotImplementedError


def require_axes(source: Source, least: int, most: int | None = None) -> Shape:
    """The shape of a value with so many axes of features.

    Raises: ShapeError, worded to follow the layer's title.
    """
    count = len(source.shape)
    if count < least or (most is not None and count > most):
        wanted = (
            _axes(least)
            if most == least
            else f"at least {_axes(least)}"
            if most is None
            else f"{least} to {_axes(most)}"
        )
        raise ShapeError(
            f"needs {wanted} of features, and {source.title} has {shown_shape(source.shape)}",
            repair=f"read a value with {wanted}",
        )
    return source.shape


def _axes(count: int) -> str:
    return f"{count} axis" if count == 1 else f"{count} axes"


def require_same_shape(sources: Sequence[Source], verb: str) -> Shape:
    """The shape that all sources have."""
    first, *others = sources
    for other in others:
        if other.shape != first.shape:
            raise ShapeError(
                f"{verb} {first.title} of size {shown_shape(first.shape)}"
                f" and {other.title} of size {shown_shape(other.shape)}",
                repair="give both the same size",
            )
    return first.shape
