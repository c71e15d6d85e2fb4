"""The options of the layers that read a sequence step by step: `rnn`, `lstm`, `gru` and `bidirectional`."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import BeforeValidator, ValidationError, model_validator

from derive.errors import quoted
from derive.network.spec.complaints import suggestion
from derive.network.spec.names import SizeField, mistake, nested_mistakes
from derive.network.spec.options import Frozen, LayerOptions, register_layer
from derive.network.spec.tree import describe_scalar

Start: TypeAlias = Literal["zero", "input", "parameter"]

BACK = "back"
"""The subscript of everything that belongs to the second direction of a bidirectional layer."""


class RecurrentOptions(LayerOptions):
    """What the recurrent layers have in common.

    `units` is the width of the state. With `last` only the state after the last step that is read is handed on,
    with `reverse` the last step is read first. The state before the first step is `initial`: zero, an input of
    the network with one row for each sample, or a parameter that all samples share.
    """

    states: ClassVar[tuple[str, ...]] = ("h",)

    units: SizeField
    last: bool = False
    initial: Start = "zero"
    reverse: bool = False

    def own_weights(self) -> tuple[str, ...]:
        """The parameters but those of the start."""
        return ("W_x", "W_h", "b")

    def parameter_names(self) -> tuple[str, ...]:
        starts = tuple(f"{name}_start" for name in self.states) if self.initial == "parameter" else ()
        return (*self.own_weights(), *starts)


class RnnOptions(RecurrentOptions):
    """`h[t] = f(W_x x[t] + W_h h[t-1] + b)`."""

    activation: Literal["tanh", "relu"] = "tanh"


class LstmOptions(RecurrentOptions):
    """Long short-term memory: four gates stacked i, f, o, g in one preactivation, a cell c and a state h."""

    states = ("h", "c")


class GruOptions(RecurrentOptions):
    """Gated recurrent unit, stacked reset gate, update gate, candidate.

    The reset gate acts on the state `before` its product with the weights, or on the product `after` it.
    """

    reset: Literal["before", "after"] = "before"

    def own_weights(self) -> tuple[str, ...]:
        own = super().own_weights()
        return (*own, "b_hn") if self.reset == "after" else own


CELLS: dict[str, type[RecurrentOptions]] = {"rnn": RnnOptions, "lstm": LstmOptions, "gru": GruOptions}


class CellSpec(Frozen):
    """A recurrent layer inside another."""

    kind: str
    options: RecurrentOptions


def parse_cell(value: object) -> object:
    """`{lstm: {units: 32}}`, a layer that reads in both directions by itself."""
    if isinstance(value, CellSpec):
        return value
    if not isinstance(value, dict) or len(value) != 1:
        found = f"{len(value)} keys" if isinstance(value, dict) else describe_scalar(value)
        raise mistake(f"one recurrent layer was expected, not {found}", "write `layer: {lstm: {units: 32}}`")
    [(kind, written)] = value.items()
    if kind not in CELLS:
        message = f"{quoted(str(kind))} cannot be read in both directions"
        raise mistake(message, suggestion(str(kind), CELLS))
    try:
        options = CELLS[kind].model_validate({} if written is None else written)
    except ValidationError as error:
        raise nested_mistakes(kind, CELLS[kind], error) from None
    if options.reverse:
        raise mistake("both directions are read anyway", "leave `reverse` out")
    return CellSpec(kind=kind, options=options)


def _options_of(layer: dict[object, object]) -> Collection[str]:
    """The options of the one recurrent layer in a mapping, if there is one."""
    [kind, *others] = map(str, layer) if layer else ("",)
    return () if others or kind not in CELLS else CELLS[kind].model_fields


class BidirectionalOptions(LayerOptions):
    """The same kind of layer twice, with weights of its own for each direction, the results one after the other."""

    layer: Annotated[CellSpec, BeforeValidator(parse_cell)]

    @model_validator(mode="before")
    @classmethod
    def _refuse_bare_layer(cls, written: object) -> object:
        """What stands beside `layer` belongs to the layer that is read in both directions."""
        if not isinstance(written, dict):
            return written
        if kind := next((key for key in written if key in CELLS), None):
            raise mistake(
                f"{quoted(kind)} stands in `bidirectional` without its key",
                f"write `layer: {{{kind}: {{…}}}}` in the braces of `bidirectional`",
            )
        inner = written.get("layer")
        for option in written:
            if option != "layer" and isinstance(inner, dict) and option in _options_of(inner):
                raise mistake(
                    f"{quoted(option)} stands beside `layer` in `bidirectional`",
                    f"move it into the braces of {quoted(next(iter(inner)))}",
                )
        return written

    def parameter_names(self) -> tuple[str, ...]:
        own = self.layer.options.parameter_names()
        return (*own, *(f"{name}_{BACK}" for name in own))


for _kind, _options in CELLS.items():
    register_layer(_kind, _options)
register_layer("bidirectional", BidirectionalOptions)
