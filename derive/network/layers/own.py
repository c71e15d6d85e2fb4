"""A layer of the user's own: its options and its equations in one class, which a decorator makes known.

    @layer("scaled")
    class Scaled(Layer):
        learns = ("s",)

        def equations(self, site: Site) -> None:
            j = site.at
            site.hand_on(j, site.parameter("s", j, "scale", "ones", symbol="s") * site.source[j])

The layers of the package state the same in two places, so that a network file is read without loading SymPy:
options in `derive.network.spec`, equations in `derive.network.layers`. Both ways fill the same two tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, TypeVar

from pydantic_core import PydanticCustomError

from derive.errors import DeriveError, quoted
from derive.network.extents import Shape
from derive.network.layers.kind import LayerKind, Output, SizeReader, require_same_shape
from derive.network.layers.table import LAYERS
from derive.network.site import Site
from derive.network.spec.names import parse_name
from derive.network.spec.options import LAYER_OPTIONS, LayerOptions, register_layer
from derive.network.value import Source, Value


class Layer(LayerOptions):
    """One kind of layer: annotated fields are its options, `equations` states what it computes, forward.

    `learns` are the names of its parameters, without number (override `parameter_names` where they depend on the
    options); `letter` is the letter of its result. `least_sources` and `most_sources` say how many values it reads.
    """

    learns: ClassVar[tuple[str, ...]] = ()
    letter: ClassVar[str] = "y"

    def parameter_names(self) -> tuple[str, ...]:
        return self.learns

    def result_shape(self, sources: Sequence[Source], extent: SizeReader) -> Shape:
        """The shape of the result for one sample; by default that of all its sources.

        `extent` turns a size among the options into the number or symbol that it is here.

        Raises: ShapeError, worded to follow the layer's title, if the sources do not fit.
        """
        return require_same_shape(sources, "reads")

    def equations(self, site: Site) -> Value | None:
        """State the equations, the last with `site.hand_on`; the shapes fit."""
        raise NotImplementedError


class _Own(LayerKind[Layer]):
    """Asks the options, which are the layer itself."""

    def output(self, options: Layer) -> Output:
        return Output(options.letter, "result")

    def shape(self, options: Layer, sources: Sequence[Source], extent: SizeReader) -> Shape:
        return options.result_shape(sources, extent)

    def state(self, options: Layer, site: Site) -> Value | None:
        state = options.equations(site)
        if state is None and not site.handed_on:
            raise DeriveError("hands nothing on", repair="end its equations with `site.hand_on`")
        _require_parameters(options, site)
        return state


def _require_parameters(options: Layer, site: Site) -> None:
    """The names of the parameters are known before the equations: their numbers follow from them."""
    learned, named = site.sheet.parameters.get(site.layer.key, {}), options.parameter_names()
    if site.layer.share is None and set(learned) != set(named):
        raise DeriveError(
            f"has equations with the parameters {_listed(learned)}, and says that it learns {_listed(named)}",
            repair=f"write {quoted(f'learns = {tuple(learned)}')}",
        )


_OWN = _Own()

Kind = TypeVar("Kind", bound=Layer)


def layer(kind: str) -> Callable[[type[Kind]], type[Kind]]:
    """Make a class the layer `kind` of network files; a class that is defined anew replaces its former self.

    Raises: DeriveError if the kind is no safe name, another class has it, or the class has no equations.
    """
    try:
        parse_name(kind)
    except PydanticCustomError as mistake:
        said = mistake.context or {}
        raise DeriveError(said["text"], repair=said["repair"]) from mistake

    def entered(options: type[Kind]) -> type[Kind]:
        if options.equations is Layer.equations:
            raise DeriveError(f"{options.__name__} has no equations", repair="give it a method `equations(self, site)`")
        former = LAYER_OPTIONS.get(kind)
        if former is not None and LAYERS.get(kind) is _OWN and _origin(former) == _origin(options):
            remove_layer(kind)
        register_layer(kind, options)
        LAYERS[kind] = _OWN
        return options

    return entered


def remove_layer(kind: str) -> None:
    """Take back what `layer(kind)` did; a network with such a layer can then not be stated in another notation.

    Raises: DeriveError if no layer was added under this name.
    """
    if LAYERS.get(kind) is not _OWN:
        raise DeriveError(f"no layer {quoted(kind)} was added", repair="name one that was made known with `layer`")
    del LAYERS[kind], LAYER_OPTIONS[kind]


def _origin(options: type[LayerOptions]) -> tuple[str, str]:
    return options.__module__, options.__qualname__


def _listed(names: Iterable[str]) -> str:
    return ", ".join(quoted(name) for name in names) or "none"
