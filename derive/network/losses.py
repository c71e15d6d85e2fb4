"""The losses: what one sample costs, given the output `a` and the target `y`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy
from sympy import Abs, KroneckerDelta, Rational, exp, log

from derive.errors import NetworkFileError, ShapeError, quoted
from derive.ir.scalar import REGISTRY, ScalarFunction, x
from derive.network.extents import shown, shown_shape
from derive.network.spec.models import LossSpec
from derive.network.spec.options import LossOptions
from derive.network.value import Value

delta = sympy.Symbol("delta", positive=True)

REGISTRY.add(
    ScalarFunction(
        "huber",
        sympy.Piecewise((delta * (x - delta / 2), x > delta), (delta * (-x - delta / 2), x < -delta), (x**2 / 2, True)),
        (delta,),
        latex=r"\operatorname{huber}",
        smooth=False,
    )
)


@dataclass(frozen=True)
class Comparison:
    """One sample: `a` and `y` at the same features; `others` makes indices for a sum inside a sum."""

    output: Value
    target: Value
    features: tuple[sympy.Idx, ...]
    others: Callable[[], tuple[sympy.Idx, ...]]
    options: LossOptions
    class_ids: bool = False

    @property
    def a(self) -> sympy.Expr:
        return self.output[self.features]

    @property
    def y(self) -> sympy.Expr:
        """The target; of a class id (counted from 0) the entry of its one-hot vector (counted from 1)."""
        if self.class_ids:
            return KroneckerDelta(self.features[0], self.target[()] + 1)
        return self.target[self.features]

    @property
    def log_normalizer(self) -> sympy.Expr:
        """log Σ_k exp(a_k)."""
        k = self.others()
        return log(sympy.Sum(exp(self.output[k]), *k))

    def total(self, term: sympy.Expr) -> sympy.Expr:
        """The sum over all outputs."""
        return sympy.Sum(term, *self.features)

    def average(self, term: sympy.Expr) -> sympy.Expr:
        """The mean over all outputs."""
        return self.total(term) / sympy.Mul(*self.output.shape)


def half_squared_error(c: Comparison) -> sympy.Expr:
    """½ Σ_j (a_j - y_j)²."""
    return c.total((c.a - c.y) ** 2) / 2


def mean_squared_error(c: Comparison) -> sympy.Expr:
    """1/n Σ_j (a_j - y_j)²."""
    return c.average((c.a - c.y) ** 2)


def mean_absolute_error(c: Comparison) -> sympy.Expr:
    """1/n Σ_j |a_j - y_j|."""
    return c.average(Abs(c.a - c.y))


def huber(c: Comparison) -> sympy.Expr:
    """1/n Σ_j h(a_j - y_j), h(r) = ½ r² up to |r| = δ and δ (|r| - ½ δ) beyond."""
    width = Rational(str(getattr(c.options, "delta", 1)))
    return c.average(sympy.Function("huber")(c.a - c.y, width))


def binary_cross_entropy(c: Comparison) -> sympy.Expr:
    """-Σ_j [y_j log a_j + (1 - y_j) log(1 - a_j)]."""
    return -c.total(c.y * log(c.a) + (1 - c.y) * log(1 - c.a))


def binary_cross_entropy_with_logits(c: Comparison) -> sympy.Expr:
    """Σ_j [softplus(z_j) - y_j z_j]."""
    return c.total(sympy.Function("softplus")(c.a) - c.y * c.a)


def cross_entropy(c: Comparison) -> sympy.Expr:
    """-Σ_j y_j log a_j."""
    return -c.total(c.y * log(c.a))


def cross_entropy_with_logits(c: Comparison) -> sympy.Expr:
    """-Σ_j y_j (z_j - log Σ_k exp z_k)."""
    return -c.total(c.y * (c.a - c.log_normalizer))


LOSSES: dict[str, Callable[[Comparison], sympy.Expr]] = {
    f.__name__: f
    for f in (
        half_squared_error,
        mean_squared_error,
        mean_absolute_error,
        huber,
        binary_cross_entropy,
        binary_cross_entropy_with_logits,
        cross_entropy,
        cross_entropy_with_logits,
    )
}
"""A new loss is entered here, and its options with `register_loss`."""

_CLASSES = frozenset(("cross_entropy", "cross_entropy_with_logits"))

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
}
"""What a loss may read of the layer that it reads; an empty name stands for a value of unknown origin."""

_NO_LOGITS = {
    "cross_entropy_with_logits": frozenset(("softmax", "sigmoid")),
    "binary_cross_entropy_with_logits": frozenset(("softmax", "sigmoid", "log_softmax")),
}


def check_loss(loss: LossSpec, output: Value, target: Value, class_ids: bool, classes: object) -> None:
    """The output and the target have one shape, and the output is what the loss expects.

    Raises: ShapeError, worded to follow the name of the loss.
    """
    if (loss.kind in _CLASSES or class_ids) and len(output.shape) != 1:
        raise ShapeError(
            f"needs one axis of classes, and the output has {shown_shape(output.shape)}",
            repair="end with a dense layer",
        )
    if class_ids:
        _check_classes(output, target, classes)
    elif output.shape != target.shape:
        raise ShapeError(
            f"compares an output of size {shown_shape(output.shape)}"
            f" with the target {quoted(target.name)} of size {shown_shape(target.shape)}",
            repair="give both the same size",
        )
    _check_range(loss.kind, output.made_by)


def _check_classes(output: Value, target: Value, classes: object) -> None:
    if target.shape:
        raise ShapeError(
            f"takes one class id for each sample, and {quoted(target.name)} has {shown_shape(target.shape)}",
            repair="leave out its `shape`",
        )
    if classes is not None and output.shape[0] != classes:
        raise ShapeError(
            f"compares {shown(output.shape[0])} outputs with the class ids {quoted(target.name)}"
            f" of {shown(classes)} classes",
            repair="give the last layer one unit for each class",
        )


def _check_range(kind: str, made_by: str) -> None:
    expected, reason, repair = _UNSUITED.get(kind, (frozenset((made_by,)), "", ""))
    if made_by not in expected:
        raise NetworkFileError(f"{reason}, and the output {_origin(made_by)}", repair=repair)
    if made_by in _NO_LOGITS.get(kind, frozenset()):
        plain = kind.removesuffix("_with_logits")
        raise NetworkFileError(
            f"expects the values before the activation, and the output {_origin(made_by)}",
            repair=f"leave the activation out, or use {plain}",
        )


def _origin(made_by: str) -> str:
    return "has no activation" if made_by == "identity" else f"comes from {quoted(made_by)}"
