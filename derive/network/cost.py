"""The cost: the loss of one sample, its mean or sum over the batch, and the penalties."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import sympy

from derive.errors import NetworkFileError, ShapeError, quoted
from derive.ir.tensor import Label
from derive.network.extents import shown_shape
from derive.network.losses import LOSSES, Comparison, check_loss
from derive.network.naming import COST
from derive.network.penalties import declare_coefficients, penalty_term
from derive.network.sheet import Sheet
from derive.network.spec.models import LossSpec, TargetSpec
from derive.network.value import Value

SUMMING_TO_1 = ("one_hot", "distribution")


def declare_target(sheet: Sheet, target: TargetSpec) -> Value:
    """Declare a target; of targets that are probabilities it is a fact that they sum to 1."""
    shape = tuple(sheet.extent(size) for size in target.shape)
    made = sheet.value(sheet.names.own(target.name), shape, Label("target"))
    j = sheet.units(made.shape)
    sheet.net.target(made.name, made.at(j), target.kind, label=made.label, line=target.line)
    if target.kind in SUMMING_TO_1 and len(j) == 1:
        sheet.net.fact(sympy.Sum(made[j], *j), sympy.Integer(1), f"each target {target.name} sums to 1")
    return made


def check_cost(sheet: Sheet, loss: LossSpec, output: Value, targets: Mapping[str, Value]) -> None:
    """Whether the loss can compare this output with its targets.

    Raises: DeriveError, worded to follow the name of the loss, if it cannot.
    """
    for spec in sheet.spec.targets:
        if spec.kind in SUMMING_TO_1 and len(spec.shape) != 1:
            shown = shown_shape(targets[spec.name].shape)
            raise ShapeError(
                f"needs one axis of classes, and the {spec.kind} target {quoted(spec.name)} has {shown}",
                repair="give the target one size",
            )
        classes = None if spec.size is None else sheet.extent(spec.size)
        check_loss(loss, output, targets[spec.name], spec.kind == "class_id", classes)


def state_cost(sheet: Sheet, output: Value | None, targets: Mapping[str, Value]) -> None:
    """State the cost `C`, the penalties included; `output` is what the loss reads.

    Raises: NetworkFileError for a penalty without a loss.
    """
    loss, penalties = sheet.spec.loss, sheet.spec.penalties
    if loss is None or output is None:
        if penalties:
            raise NetworkFileError(
                "there is a penalty, and no loss that it could be added to",
                repair="add `loss: …`",
                file=sheet.spec.file,
                line=penalties[0].line,
            )
        return
    for target in sheet.spec.targets:
        if target.kind == "class_id" and len(output.shape) == 1:
            sheet.net.count_ids(targets[target.name].name, output.shape[0])
    coefficients = declare_coefficients(sheet, penalties)
    cost = _over_batch(sheet, _of_sample(sheet, loss, output, targets))
    cost = sympy.Add(cost, *(penalty_term(sheet, penalty, coefficients) for penalty in penalties))
    name = sheet.names.fresh(COST)
    sheet.net.define(name, (), cost, label=Label("cost"), line=loss.line)
    sheet.net.minimize(name)


def _of_sample(sheet: Sheet, loss: LossSpec, output: Value, targets: Mapping[str, Value]) -> sympy.Expr:
    """The cost of one sample."""
    j, others = sheet.units(output.shape), partial(sheet.read, output.shape)
    kinds = {target.name: target.kind for target in sheet.spec.targets}
    if loss.options.abstract_symbol is not None:
        compared = [targets[name][j] for name in loss.targets if kinds[name] != "class_id"]
        return sheet.net.functional(loss.options.abstract_symbol)(output[j], *compared)
    [target] = loss.targets
    comparison = Comparison(output, targets[target], j, others, loss.options, kinds[target] == "class_id")
    return LOSSES[loss.kind](comparison)


def _over_batch(sheet: Sheet, of_sample: sympy.Expr) -> sympy.Expr:
    """1/m Σ_i C_i, or Σ_i C_i; factors that are the same for all samples stand before the sum."""
    if sheet.batch is None or sheet.spec.batch is None:
        return of_sample
    factors = sympy.Mul.make_args(of_sample)
    common = sympy.Mul(*(f for f in factors if not f.atoms(sympy.Idx)))
    own = sympy.Mul(*(f for f in factors if f.atoms(sympy.Idx)))
    total = common * sympy.Sum(own, sheet.batch)
    return total / sheet.batch.upper if sheet.spec.batch.reduce == "mean" else total
