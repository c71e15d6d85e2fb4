"""The losses, their options, and the kinds of target that each of them compares with.

Four options are common to many losses. An output of several axes is a sequence of *steps* along all its axes but
the last: `[T, classes]` has T steps, each with classes of its own.

- `mask: name` names a binary target (or an input) of the shape of the leading axes of the output, `[T]` for the
  steps of a sequence. The cost is Σ mask·loss / Σ mask over the whole batch, and Σ mask·loss under `reduce: sum`.
- `steps: mean` divides what a sample costs by the number of its steps; by default it is their sum.
- `error: e` gives the difference e = y - a of target and output a name of its own, in losses that are even in it.
- `label_smoothing: ε` replaces the target y of K classes by (1 - ε) y + ε/K.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator

from derive.network.spec.names import Number, PositiveNumber, mistake, parse_name, parse_number
from derive.network.spec.options import TARGET_KINDS, LossOptions, register_loss


def parse_fraction(value: object) -> int | float:
    """A number from 0 up to, but not including, 1."""
    number = parse_number(value)
    if not 0 <= number < 1:
        raise mistake(f"{number} is no part of a probability", "write a number from 0 on and below 1")
    return number


def parse_cosine(value: object) -> int | float:
    """A number from -1 to 1."""
    number = parse_number(value)
    if not -1 <= number <= 1:
        raise mistake(f"{number} is no cosine", "write a number from -1 to 1")
    return number


Fraction = Annotated[int | float, BeforeValidator(parse_fraction)]
Cosine = Annotated[int | float, BeforeValidator(parse_cosine)]
MaskName = Annotated[str | None, BeforeValidator(parse_name)]


class MaskedLoss(LossOptions):
    """A loss of which a mask can leave entries or steps out."""

    mask: MaskName = None


class SteppedLoss(MaskedLoss):
    """A loss that is summed, or averaged, over the steps of a sequence."""

    steps: Literal["sum", "mean"] = "sum"


class NamedError(LossOptions):
    """A loss in which the difference between target and output may have a name."""

    error: MaskName = None

    def chosen_names(self) -> tuple[str, ...]:
        return () if self.error is None else (self.error,)


class AveragedError(NamedError, MaskedLoss):
    """The mean of a function of the difference between output and target."""

    target_kinds = ("real", "binary", "sign", "one_hot", "distribution")


class SummedError(NamedError, SteppedLoss):
    """The sum of a function of the difference between output and target."""

    target_kinds = AveragedError.target_kinds


class HuberOptions(AveragedError):
    """Quadratic up to a difference of `delta`, linear beyond."""

    delta: PositiveNumber = 1


class InnerProduct(SteppedLoss):
    """The inner product of an output with given numbers."""


class BinaryLoss(SteppedLoss):
    """A loss over targets whose entries are 0 or 1."""

    target_kinds = ("binary", "one_hot")


class SignLoss(SteppedLoss):
    """A loss over targets whose entries are 1 or -1."""

    target_kinds = ("sign",)


class CategoricalLoss(SteppedLoss):
    """A loss over targets that choose one class, or give each class a probability; classes are the last axis."""

    target_kinds = ("one_hot", "distribution", "class_id")
    of_classes = True
    label_smoothing: Fraction = 0


class MulticlassHinge(SteppedLoss):
    """The class of the target shall have a score larger by `margin` than every other class."""

    target_kinds = ("one_hot", "class_id")
    of_classes = True
    margin: PositiveNumber = 1


class KlDivergence(SteppedLoss):
    """From an output of probabilities, or of their logarithms under `log: true`, to a target distribution."""

    target_kinds = ("distribution", "one_hot")
    of_classes = True
    log: bool = False


class CosineEmbedding(LossOptions):
    """Two outputs that shall point the same way (target 1), or apart (-1) by a cosine of at most `margin`."""

    outputs = 2
    target_kinds = ("sign",)
    target_of_sample = True
    margin: Cosine = 0


class Triplet(LossOptions):
    """Anchor, positive and negative: the anchor shall be nearer to the positive, by `margin`, than to the negative."""

    outputs = 3
    target_kinds = ()
    needs_target = False
    margin: Number = 1


class AbstractCost(LossOptions):
    """A cost of which nothing is known but what it depends on."""

    target_kinds = TARGET_KINDS
    needs_target = False
    abstract_symbol = "C"


register_loss("half_squared_error", SummedError)
for _kind in ("mean_squared_error", "mean_absolute_error"):
    register_loss(_kind, AveragedError)
register_loss("huber", HuberOptions)
register_loss("inner_product", InnerProduct)
for _kind in ("binary_cross_entropy", "binary_cross_entropy_with_logits"):
    register_loss(_kind, BinaryLoss)
for _kind in ("cross_entropy", "cross_entropy_with_logits"):
    register_loss(_kind, CategoricalLoss)
register_loss("kl_divergence", KlDivergence)
register_loss("hinge", SignLoss)
register_loss("multiclass_hinge", MulticlassHinge)
register_loss("cosine_embedding", CosineEmbedding)
register_loss("triplet", Triplet)
register_loss("C", AbstractCost)
