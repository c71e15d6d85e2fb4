"""The checked specification of a network: what the reader hands to the stage that states the equations.

Everything is frozen. `line` is the line of the file, for messages of later stages.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import SerializeAsAny, SkipValidation

from derive.network.spec.names import Coefficient, NotationName, SafeName, Shape, Size, SizeSymbol, Title
from derive.network.spec.options import Frozen, LayerOptions, LossOptions
from derive.network.spec.recipe import SectionSpec

Reduction: TypeAlias = Literal["mean", "sum"]
InputKind: TypeAlias = Literal["real", "binary", "id"]
TargetKind: TypeAlias = Literal["real", "binary", "sign", "one_hot", "distribution", "class_id"]
PenaltyKind: TypeAlias = Literal["l1", "l2"]


class NotationSpec(Frozen):
    """A notation by name, and what the file changes in it.

    `settings` is read-only and holds plain values (lists as tuples); `lines` gives the line of each key.
    """

    base: NotationName
    settings: Annotated[Mapping[str, object], SkipValidation]
    lines: Annotated[Mapping[str, int], SkipValidation]
    line: int


class BatchSpec(Frozen):
    """The number of samples, and whether the loss is their mean or their sum."""

    size: Size
    reduce: Reduction
    line: int


class InputSpec(Frozen):
    """One input: the shape of a sample, and for ids (whole numbers from 0) how many there are.

    One that is `binary` holds zeros and ones, as a mask does.
    """

    name: SafeName
    shape: Shape
    kind: InputKind
    size: Size | None
    line: int


class TargetSpec(Frozen):
    """One target: the shape of a sample (`()` for one class id).

    `size` is the number of classes of class ids, where it is given.
    """

    name: SafeName
    shape: Shape
    kind: TargetKind
    size: Size | None
    line: int


class LayerSpec(Frozen):
    """One layer.

    `key` is what `sources` refer to: its name, or `#n` where it has none. `share` is the name of the layer
    that owns the weights. `number` is the place among the layers with parameters, `None` for a layer without
    any and for the one unnamed layer of a symbolic repeat (see `numbering`); `level` is the number of the last
    layer up to this one that has one, 0 before the first, `None` where none is numbered.
    """

    key: str
    kind: str
    options: SerializeAsAny[LayerOptions]
    name: str | None
    sources: tuple[str, ...]
    share: str | None
    number: int | None
    line: int
    level: int | None = None


class RepeatSpec(Frozen):
    """Layers repeated a symbolic number of times, `index` running from 1 to `times`.

    A source `repeat_input` in the first round is `source`, afterwards the last layer of the round before.
    Readers of `key` read the last layer of the last round.
    """

    key: str
    times: SizeSymbol
    index: SafeName
    layers: tuple[LayerSpec, ...]
    name: str | None
    source: str
    line: int

    @property
    def sources(self) -> tuple[str, ...]:
        """What the repeat reads from, as for a layer."""
        return (self.source,)


class LossSpec(Frozen):
    """The loss, the keys of the layers it reads, and the names of the targets it compares them with.

    `mask` is the name of the target or input that says which steps count.
    """

    kind: str
    options: SerializeAsAny[LossOptions]
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    line: int
    mask: str | None = None

    @property
    def reads(self) -> tuple[str, ...]:
        """The keys of the layers and inputs that it reads, the mask included."""
        return self.sources if self.mask is None else (*self.sources, self.mask)


class PenaltySpec(Frozen):
    """A penalty on the weights; its coefficient is a number, or the name of a hyperparameter."""

    kind: PenaltyKind
    coefficient: Coefficient
    line: int


class NetworkSpec(Frozen):
    """A whole network; a layer reads inputs and layers before it, `output` is the key of the last one.

    `notes` is the recipe of its handout; empty for the usual one.
    """

    file: str
    name: Title
    notation: NotationSpec
    batch: BatchSpec | None
    inputs: tuple[InputSpec, ...]
    targets: tuple[TargetSpec, ...]
    layers: tuple[LayerSpec | RepeatSpec, ...]
    output: str
    loss: LossSpec | None
    penalties: tuple[PenaltySpec, ...]
    notes: Annotated[tuple[SectionSpec, ...], SkipValidation] = ()
