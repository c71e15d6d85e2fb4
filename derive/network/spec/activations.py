"""The activations and their options, and how a network file names one."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, ValidationError, ValidationInfo

from derive.errors import quoted
from derive.network.spec.complaints import suggestion
from derive.network.spec.names import Number, PositiveNumber, mistake, nested_mistakes
from derive.network.spec.options import ACTIVATION_OPTIONS, ActivationOptions, Frozen, register_activation
from derive.network.spec.tree import Node, describe_scalar, locate


class PlainActivation(ActivationOptions):
    """An activation without options."""


class EluOptions(ActivationOptions):
    """`z` for z > 0, else `alpha (exp(z) - 1)`."""

    alpha: PositiveNumber = 1


class LeakyReluOptions(ActivationOptions):
    """`z` for z > 0, else `slope z`."""

    slope: Number = 0.01


class PreluOptions(ActivationOptions):
    """`z` for z > 0, else `alpha z` with a learned `alpha` that starts at `init`."""

    init: Number = 0.25

    def parameter_names(self) -> tuple[str, ...]:
        return ("alpha",)


class AbstractActivation(ActivationOptions):
    """An activation of which nothing is known but that it acts entry by entry."""

    abstract_symbol = "sigma"


PLAIN_ACTIVATIONS = (
    "identity",
    "sigmoid",
    "tanh",
    "relu",
    "selu",
    "softplus",
    "silu",
    "gelu",
    "gelu_tanh",
    "softmax",
    "log_softmax",
)

for _kind in PLAIN_ACTIVATIONS:
    register_activation(_kind, PlainActivation)
register_activation("elu", EluOptions)
register_activation("leaky_relu", LeakyReluOptions)
register_activation("prelu", PreluOptions)
register_activation("sigma", AbstractActivation)


class ActivationSpec(Frozen):
    """An activation with its options; `line` is 0 where the file does not name it."""

    kind: str
    options: ActivationOptions
    line: int = 0


IDENTITY = ActivationSpec(kind="identity", options=PlainActivation())


def parse_activation(value: object, info: ValidationInfo) -> object:
    """`relu` or `{elu: {alpha: 0.5}}`; the context of the validation is the tree that holds it."""
    if isinstance(value, ActivationSpec):
        return value
    kind, written = _kind_and_options(value)
    if kind not in ACTIVATION_OPTIONS:
        raise mistake(f"there is no activation {quoted(kind)}", suggestion(kind, ACTIVATION_OPTIONS))
    model = ACTIVATION_OPTIONS[kind]
    try:
        options = model.model_validate(written)
    except ValidationError as error:
        raise nested_mistakes(kind, model, error) from None
    return ActivationSpec(kind=kind, options=options, line=_line_of(info))


def _kind_and_options(value: object) -> tuple[str, object]:
    if isinstance(value, str):
        return value, {}
    if isinstance(value, dict) and len(value) == 1:
        [(kind, written)] = value.items()
        return str(kind), {} if written is None else written
    raise mistake(
        f"an activation was expected, not {describe_scalar(value)}",
        "write a name such as `relu`, or `{elu: {alpha: 0.5}}`",
    )


def _line_of(info: ValidationInfo) -> int:
    tree: Node | None = info.context
    return 0 if tree is None or info.field_name is None else locate(tree, (info.field_name,)).line


Activation = Annotated[ActivationSpec, BeforeValidator(parse_activation)]
