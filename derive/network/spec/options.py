"""What a kind of layer, activation or loss can be told, as data: base classes and the three rule tables.

    class ScaledOptions(LayerOptions):
        factor: Number = 1

    register_layer("scaled", ScaledOptions)

The equations of the layer stand in `derive.network.layers`. A layer of the user's own has both in one class, and
is entered by the decorator `derive.layers.layer`.
"""

from __future__ import annotations

from typing import ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict

from derive.errors import DeriveError, quoted

TARGET_KINDS = ("real", "binary", "sign", "one_hot", "distribution", "class_id")


class Frozen(BaseModel):
    """A strict, immutable record that refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class LayerOptions(Frozen):
    """The options of a kind of layer, and how many values it reads."""

    least_sources: ClassVar[int] = 1
    most_sources: ClassVar[int | None] = 1
    reads_ids: ClassVar[bool] = False
    needs_ids: ClassVar[bool] = False
    abstract_symbol: ClassVar[str | None] = None

    def parameter_names(self) -> tuple[str, ...]:
        """The names of the layer's parameters, without number; none by default."""
        return ()

    def mentions(self) -> tuple[str, ...]:
        """Names of values that the options say it reads after its sources; the layer declares those that are new."""
        return ()

    def masks(self) -> tuple[str, ...]:
        """Those of `mentions` that are zeros and ones."""
        return ()

    def is_of_batch(self) -> bool:
        """Whether the layer reads all samples at once, so that there is no network for one sample."""
        return False

    def abstract_symbols(self) -> tuple[str, ...]:
        """The abstract functions that the layer applies."""
        return () if self.abstract_symbol is None else (self.abstract_symbol,)


class ActivationOptions(LayerOptions):
    """The options of an activation, which is a layer of its own as well."""


class LossOptions(Frozen):
    """The options of a loss, how many outputs it reads, and the kinds of target it compares them with.

    The first of `target_kinds` is what a target is whose kind is not given; an empty tuple means no target.
    A `target_of_sample` is one number for each sample. `of_classes` says that the last axis of the output counts
    the classes, of which the target chooses one or gives each a probability.
    """

    outputs: ClassVar[int] = 1
    target_kinds: ClassVar[tuple[str, ...]] = ("real",)
    needs_target: ClassVar[bool] = True
    target_of_sample: ClassVar[bool] = False
    of_classes: ClassVar[bool] = False
    abstract_symbol: ClassVar[str | None] = None

    def chosen_names(self) -> tuple[str, ...]:
        """The names of values of its own that the file chooses."""
        return ()


_Options = TypeVar("_Options", bound=Frozen)

LAYER_OPTIONS: dict[str, type[LayerOptions]] = {}
ACTIVATION_OPTIONS: dict[str, type[ActivationOptions]] = {}
LOSS_OPTIONS: dict[str, type[LossOptions]] = {}

BESIDE_A_KIND = ("name", "from", "share")
_RESERVED = frozenset((*BESIDE_A_KIND, "repeat"))


def register_layer(kind: str, options: type[LayerOptions]) -> None:
    """Let network files have a layer `kind`; its equations are entered in `derive.network.layers.table`."""
    _enter(LAYER_OPTIONS, kind, options)


def register_activation(kind: str, options: type[ActivationOptions]) -> None:
    """Make `kind` an activation, both as an option of layers and as a layer of its own."""
    _enter(ACTIVATION_OPTIONS, kind, options)
    _enter(LAYER_OPTIONS, kind, options)


def register_loss(kind: str, options: type[LossOptions]) -> None:
    """Make `kind` a loss that network files can use."""
    _enter(LOSS_OPTIONS, kind, options)


def _enter(table: dict[str, type[_Options]], kind: str, options: type[_Options]) -> None:
    if kind in _RESERVED or table.get(kind, options) is not options:
        raise DeriveError(f"the kind {quoted(kind)} is taken", repair="register it under another name")
    table[kind] = options
