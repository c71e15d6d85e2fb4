"""The cost: the loss of one sample, its mean or sum over the batch, and the penalties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sympy

from derive.errors import NetworkFileError
from derive.ir.tensor import Label
from derive.network.comparison import Comparison, Indices
from derive.network.loss_checks import Read, check_loss
from derive.network.losses import LOSSES
from derive.network.naming import COST
from derive.network.penalties import declare_coefficients, penalty_term
from derive.network.sheet import Sheet
from derive.network.spec.models import LossSpec, TargetSpec
from derive.network.value import Value

SUMMING_TO_1 = ("one_hot", "distribution")
COUNT = "N"


def declare_target(sheet: Sheet, target: TargetSpec) -> Value:
    """Declare a target; of targets that are probabilities it is a fact that they sum to 1 along their last axis."""
    shape = tuple(sheet.extent(size) for size in target.shape)
    made = sheet.value(sheet.names.own(target.name), shape, Label("target"))
    j = sheet.units(made.shape)
    sheet.net.target(made.name, made.at(j), target.kind, label=made.label, line=target.line)
    if target.kind in SUMMING_TO_1:
        sheet.net.fact(sympy.Sum(made[j], j[-1]), sympy.Integer(1), f"each target {target.name} sums to 1")
    return made


@dataclass(frozen=True)
class Costing:
    """A loss with what it reads; `targets` are those that it compares with its outputs, by name."""

    sheet: Sheet
    loss: LossSpec
    outputs: tuple[Value, ...]
    targets: Mapping[str, Value]
    mask: Value | None

    def check(self) -> None:
        """Whether the loss can compare these outputs with its targets.

        Raises: DeriveError, worded to follow the name of the loss, if it cannot.
        """
        specs = [self._spec(name) for name in self.targets]
        classes = next((self.sheet.extent(x.size) for x in specs if x.size is not None), None)
        read = Read(self.outputs, tuple(self.targets.values()), self.mask, self._has_class_ids, classes)
        check_loss(self.loss, read)

    def state(self) -> None:
        """State the cost `C`, the penalties included."""
        sheet = self.sheet
        for name, target in self.targets.items():
            if self._spec(name).kind == "class_id":
                sheet.net.count_ids(target.name, self.outputs[0].shape[-1])
        coefficients = declare_coefficients(sheet, sheet.spec.penalties)
        cost = self._over_batch(self._of_sample())
        cost = sympy.Add(cost, *(penalty_term(sheet, penalty, coefficients) for penalty in sheet.spec.penalties))
        name = sheet.names.fresh(COST)
        sheet.net.define(name, (), cost, label=Label("cost"), line=self.loss.line)
        sheet.net.minimize(name)

    # -- one sample ------------------------------------------------------------------------------------

    def _of_sample(self) -> sympy.Expr:
        """The cost of one sample: its steps summed or averaged, those left out that the mask leaves out."""
        features = self.sheet.units(self.outputs[0].shape)
        if self.loss.options.abstract_symbol is not None:
            return self._abstract(self.loss.options.abstract_symbol, features)
        over = features[: self._count_steps()]
        cost = LOSSES[self.loss.kind](self._comparison(features, len(over)))
        if self.mask is not None:
            cost = self.mask[self._masked(features)] * cost
        if not over:
            return cost
        is_averaged = getattr(self.loss.options, "steps", "sum") == "mean"
        return sympy.Sum(cost, *over) / (sympy.Mul(*(i.upper for i in over)) if is_averaged else 1)

    def _abstract(self, symbol: str, features: Indices) -> sympy.Expr:
        compared = [y[features] for name, y in self.targets.items() if self._spec(name).kind != "class_id"]
        return self.sheet.net.functional(symbol)(self.outputs[0][features], *compared)

    def _count_steps(self) -> int:
        """How many leading axes are steps, each with a loss of its own: the rest is summed or averaged by the loss."""
        if self.loss.options.of_classes or getattr(self.loss.options, "steps", "sum") == "mean":
            return len(self.outputs[0].shape) - 1
        return 0 if self.mask is None else len(self.mask.shape)

    def _comparison(self, features: Indices, steps: int) -> Comparison:
        return Comparison(
            self.outputs,
            next(iter(self.targets.values()), None),
            features,
            steps,
            lambda: self.sheet.read((features[-1].upper,))[0],
            self.loss.options,
            self._has_class_ids,
            self._define,
            lambda total, statement: self.sheet.net.fact(total, sympy.Integer(1), statement),
        )

    def _define(self, name: str, at: Indices, rhs: sympy.Expr) -> Value:
        """State a value of the loss's own, under the name that the file chooses or one like `name`."""
        names = self.sheet.names
        own = names.own(name) if name in self.loss.options.chosen_names() else names.fresh(name)
        made = self.sheet.value(own, tuple(i.upper for i in at), Label())
        self.sheet.net.define(made.name, made.at(at), rhs, label=made.label, line=self.loss.line)
        return made

    # -- the batch -------------------------------------------------------------------------------------

    def _over_batch(self, of_sample: sympy.Expr) -> sympy.Expr:
        """1/m Σ_i C_i, or Σ_i C_i; under a mask 1/N in place of 1/m, N what the mask counts in the batch.

        Factors that are the same for all samples stand before the sum.
        """
        batch, spec = self.sheet.batch, self.sheet.spec.batch
        is_mean = spec is None or spec.reduce == "mean"
        if batch is None:
            return of_sample / self._counted() if is_mean and self.mask is not None else of_sample
        factors = sympy.Mul.make_args(of_sample)
        common = sympy.Mul(*(f for f in factors if not f.atoms(sympy.Idx)))
        own = sympy.Mul(*(f for f in factors if f.atoms(sympy.Idx)))
        total = common * sympy.Sum(own, batch)
        if not is_mean:
            return total
        return total / (batch.upper if self.mask is None else self._counted())

    def _counted(self) -> sympy.Expr:
        """N = Σ mask, over all samples."""
        assert self.mask is not None
        at = self._masked(self.sheet.units(self.outputs[0].shape))
        over = at if self.sheet.batch is None else (*at, self.sheet.batch)
        name = self.sheet.names.fresh(COUNT)
        self.sheet.net.define(name, (), sympy.Sum(self.mask[at], *over), label=Label(), line=self.loss.line)
        return sympy.Symbol(name)

    def _masked(self, features: Indices) -> Indices:
        assert self.mask is not None
        return features[: len(self.mask.shape)]

    # -- targets ---------------------------------------------------------------------------------------

    def _spec(self, name: str) -> TargetSpec:
        return next(target for target in self.sheet.spec.targets if target.name == name)

    @property
    def _has_class_ids(self) -> bool:
        return any(self._spec(name).kind == "class_id" for name in self.targets)


def refuse_lonely_penalty(sheet: Sheet) -> None:
    """A penalty is added to a loss.

    Raises: NetworkFileError for a penalty without a loss.
    """
    if sheet.spec.loss is None and sheet.spec.penalties:
        raise NetworkFileError(
            "there is a penalty, and no loss that it could be added to",
            repair="add `loss: …`",
            file=sheet.spec.file,
            line=sheet.spec.penalties[0].line,
        )
