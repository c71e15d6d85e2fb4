"""Whether a loss can compare these outputs with this target: their shapes, and what the outputs are."""

from __future__ import annotations

from dataclasses import dataclass

from derive.errors import NetworkFileError, ShapeError, quoted
from derive.network.extents import Extent, Shape, shown, shown_shape
from derive.network.spec.models import LossSpec
from derive.network.value import Value


@dataclass(frozen=True)
class Read:
    """What a loss reads: outputs, targets and mask; `classes` is their number where a target of ids gives it."""

    outputs: tuple[Value, ...]
    targets: tuple[Value, ...]
    mask: Value | None
    class_ids: bool
    classes: Extent | None


def check_loss(loss: LossSpec, read: Read) -> None:
    """The outputs, the target and the mask fit one another, and the outputs are what the loss expects.

    Raises: ShapeError or NetworkFileError, worded to follow the name of the loss.
    """
    first = read.outputs[0]
    for key, other in zip(loss.sources, read.outputs, strict=True):
        if other.shape != first.shape:
            raise ShapeError(
                f"compares {quoted(loss.sources[0])} of size {shown_shape(first.shape)}"
                f" with {quoted(key)} of size {shown_shape(other.shape)}",
                repair="give both the same size",
            )
    if loss.options.of_classes and not first.shape:
        raise ShapeError("needs an axis of classes, and the output is one number", repair="read a layer with units")
    for target in read.targets:
        _check_target(loss, first, target, read)
    _check_steps(loss, first.shape, read.mask)
    _check_origin(loss, first.made_by)


# -- shapes ------------------------------------------------------------------------------------------------


def _check_target(loss: LossSpec, output: Value, target: Value, read: Read) -> None:
    if loss.options.target_of_sample:
        if target.shape:
            raise ShapeError(
                f"takes one number for each sample, and the target {quoted(target.name)}"
                f" has the size {shown_shape(target.shape)}",
                repair=f"leave its size out, as in `targets: {{{target.name}: {{kind: sign}}}}`:"
                " outputs of several axes count as one vector",
            )
    elif read.class_ids:
        _check_classes(output, target, read.classes)
    elif output.shape != target.shape:
        raise ShapeError(
            f"compares an output of size {shown_shape(output.shape)}"
            f" with the target {quoted(target.name)} of size {shown_shape(target.shape)}",
            repair="give both the same size",
        )


def _check_classes(output: Value, target: Value, classes: Extent | None) -> None:
    if not output.shape:
        raise ShapeError("needs an axis of classes, and the output is one number", repair="read a layer with units")
    *steps, units = output.shape
    if target.shape != tuple(steps):
        each = f"each of {shown_shape(tuple(steps))} steps" if steps else "each sample"
        repair = f"give it `shape: [{', '.join(map(shown, steps))}]`" if steps else "leave out its `shape`"
        raise ShapeError(
            f"takes one class id for {each}, and {quoted(target.name)} has {shown_shape(target.shape)}",
            repair=repair,
        )
    if classes is not None and units != classes:
        raise ShapeError(
            f"compares {shown(units)} outputs with the class ids {quoted(target.name)} of {shown(classes)} classes",
            repair="give the last layer one unit for each class",
        )


def _check_steps(loss: LossSpec, shape: Shape, mask: Value | None) -> None:
    """A mask has leading axes of the output, without the classes; a mean over steps needs steps."""
    averaged = getattr(loss.options, "steps", "sum") == "mean"
    if averaged and mask is not None:
        raise NetworkFileError(
            "averages over what its mask counts, so `steps: mean` says nothing",
            repair="leave `steps` or `mask` out",
        )
    if averaged and len(shape) < 2:
        raise ShapeError(
            f"averages over steps, and the output of size {shown_shape(shape)} has none",
            repair="leave `steps` out",
        )
    if mask is None:
        return
    most = len(shape) - loss.options.of_classes
    if not 1 <= len(mask.shape) <= most or mask.shape != shape[: len(mask.shape)]:
        raise ShapeError(
            f"has the mask {quoted(mask.name)} of size {shown_shape(mask.shape)}"
            f" for an output of size {shown_shape(shape)}",
            repair=_repair_of_mask(shape[:most]),
        )


def _repair_of_mask(steps: Shape) -> str:
    if not steps:
        return "leave `mask` out: the output has classes only, and no steps"
    possible = [shown_shape(steps[: k + 1]) for k in range(len(steps))]
    return f"give the mask the size {' or '.join(possible)}"


# -- what the output is ------------------------------------------------------------------------------------

_UNSUITED = {
    "cross_entropy": (
        frozenset(("softmax", "sigmoid", "sigma", "")),
        "takes the logarithm of probabilities",
        "end with `activation: softmax`, or use cross_entropy_with_logits",
    ),
    "binary_cross_entropy": (
        frozenset(("sigmoid", "sigma", "")),
        "takes the logarithm of a and of 1 - a, one probability for each output",
        "end with `activation: sigmoid`, or use binary_cross_entropy_with_logits, for classes cross_entropy",
    ),
    "kl_divergence": (
        frozenset(("softmax", "sigmoid", "sigma", "")),
        "takes the logarithm of probabilities",
        "end with `activation: softmax`, or with `activation: log_softmax` and the option `log: true`",
    ),
    "kl_divergence of logarithms": (
        frozenset(("log_softmax", "sigma", "")),
        "reads logarithms of probabilities",
        "end with `activation: log_softmax`, or leave `log` out",
    ),
}
"""What a loss may read of the layer that it reads; an empty name stands for a value of unknown origin."""

_NO_LOGITS = {
    "cross_entropy_with_logits": frozenset(("softmax", "sigmoid")),
    "binary_cross_entropy_with_logits": frozenset(("softmax", "sigmoid", "log_softmax")),
}


def _check_origin(loss: LossSpec, made_by: str) -> None:
    key = f"{loss.kind} of logarithms" if getattr(loss.options, "log", False) else loss.kind
    expected, reason, repair = _UNSUITED.get(key, (frozenset((made_by,)), "", ""))
    if made_by not in expected:
        raise NetworkFileError(f"{reason}, and the output {_origin(made_by)}", repair=repair)
    if made_by in _NO_LOGITS.get(key, frozenset()):
        plain = loss.kind.removesuffix("_with_logits")
        raise NetworkFileError(
            f"expects the values before the activation, and the output {_origin(made_by)}",
            repair=f"leave the activation out, or use {plain}",
        )


def _origin(made_by: str) -> str:
    return "has no activation" if made_by == "identity" else f"comes from {quoted(made_by)}"
