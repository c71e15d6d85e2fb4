"""The losses, their options, and the kinds of target that each of them compares with."""

from __future__ import annotations

from derive.network.spec.names import PositiveNumber
from derive.network.spec.options import TARGET_KINDS, LossOptions, register_loss


class RegressionLoss(LossOptions):
    """A loss of the difference between output and target, entry by entry."""

    target_kinds = ("real", "binary", "sign", "one_hot", "distribution")


class HuberOptions(RegressionLoss):
    """Quadratic up to a difference of `delta`, linear beyond."""

    delta: PositiveNumber = 1


class BinaryLoss(LossOptions):
    """A loss over targets whose entries are 0 or 1."""

    target_kinds = ("binary", "one_hot")


class CategoricalLoss(LossOptions):
    """A loss over targets that choose one class, or give each class a probability."""

    target_kinds = ("one_hot", "distribution", "class_id")


class AbstractCost(LossOptions):
    """A cost of which nothing is known but what it depends on."""

    target_kinds = TARGET_KINDS
    needs_target = False
    abstract_symbol = "C"


for _kind in ("half_squared_error", "mean_squared_error", "mean_absolute_error"):
    register_loss(_kind, RegressionLoss)
register_loss("huber", HuberOptions)
for _kind in ("binary_cross_entropy", "binary_cross_entropy_with_logits"):
    register_loss(_kind, BinaryLoss)
for _kind in ("cross_entropy", "cross_entropy_with_logits"):
    register_loss(_kind, CategoricalLoss)
register_loss("C", AbstractCost)
