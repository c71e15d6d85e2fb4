"""What a loss sees: the entries of one sample of the outputs and of the target, and sums over them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy
from sympy import KroneckerDelta, Rational, exp, log

from derive.network.extents import Extent
from derive.network.spec.options import LossOptions
from derive.network.value import Value

Indices = tuple[sympy.Idx, ...]


@dataclass(frozen=True)
class Comparison:
    """One step of one sample: all outputs and the target at the same features.

    The first `steps` of the indices `features` are those of the step; a loss sums over the others. `another` makes
    a second index over the last axis, the classes; `define` states a value of the loss's own, named after its
    first argument, with the axes of its second, and gives it; `declare` states as a fact that something is 1.
    """

    outputs: tuple[Value, ...]
    target: Value | None
    features: Indices
    steps: int
    another: Callable[[], sympy.Idx]
    options: LossOptions
    class_ids: bool
    define: Callable[[str, Indices, sympy.Expr], Value]
    declare: Callable[[sympy.Expr, str], None]

    @property
    def a(self) -> sympy.Expr:
        """The output, of a loss that reads one."""
        return self.outputs[0][self.features]

    @property
    def y(self) -> sympy.Expr:
        return self.target_at(self.features)

    def difference(self) -> sympy.Expr:
        """a_j - y_j; under the option `error: e` the value e_j = y_j - a_j, which an even function takes as well."""
        named: str | None = getattr(self.options, "error", None)
        if named is None:
            return self.a - self.y
        return self.define(named, self.features, self.y - self.a)[self.features]

    def target_at(self, features: Indices) -> sympy.Expr:
        """The target; of a class id (counted from 0) the entry of its one-hot vector (counted from 1)."""
        assert self.target is not None, "the loss has no target"
        if self.class_ids:
            return KroneckerDelta(features[-1], self.target[features[:-1]] + 1)
        return self.target[features]

    def smoothed(self) -> sympy.Expr:
        """y_j, or the smoothed label (1 - ε) y_j + ε/K; ε is the option `label_smoothing`, K the number of classes.

        A smoothed label has a name of its own, and like y_j it sums to 1.
        """
        epsilon = self.option("label_smoothing")
        if not epsilon:
            return self.y
        assert self.target is not None, "the loss has no target"
        j = self.features[-1]
        made = self.define(f"{self.target.name}_smooth", self.features, (1 - epsilon) * self.y + epsilon / j.upper)
        self.declare(sympy.Sum(made[self.features], j), "each smoothed label sums to 1")
        return made[self.features]

    def over_classes(self, term: Callable[[Indices], sympy.Expr]) -> sympy.Expr:
        """Σ_k term(k), where the other features stay as they are."""
        k = self.another()
        return sympy.Sum(term((*self.features[:-1], k)), k)

    @property
    def log_normalizer(self) -> sympy.Expr:
        """log Σ_k exp(a_k), over the classes."""
        return log(self.over_classes(lambda at: exp(self.outputs[0][at])))

    def option(self, name: str) -> sympy.Rational:
        """An option that is a number, exactly as it is written."""
        return Rational(str(getattr(self.options, name)))

    def total(self, term: sympy.Expr) -> sympy.Expr:
        """The sum over all entries of a step."""
        over = self.features[self.steps :]
        return sympy.Sum(term, *over) if over else term

    def average(self, term: sympy.Expr) -> sympy.Expr:
        """The mean over all entries of a step."""
        sizes: list[Extent] = [i.upper for i in self.features[self.steps :]]
        return self.total(term) / sympy.Mul(*sizes)
