"""The mistakes that have a name: what each is, and how to mend it. A closed list, smallest edit first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True)
class Kind:
    """A kind of mistake; the texts are filled from the details of a `Mistake`."""

    what: str
    mend: str


@dataclass(frozen=True)
class Mistake:
    """A mistake in the gradient of `node`, in a `part` of its layers or in all of them."""

    code: str
    node: str
    details: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    part: str = ""

    @property
    def what(self) -> str:
        """What is wrong, and where."""
        text = MISTAKES[self.code].what.format(node=self.node, **self._own)
        return f"{text} ({self.part})" if self.part else text

    @property
    def sentence(self) -> str:
        """What is wrong, where, and how to mend it."""
        return f"{self.what}; {MISTAKES[self.code].mend.format(node=self.node, **self._own)}"

    @property
    def _own(self) -> dict[str, str]:
        return {k: v for k, v in self.details.items() if k != "node"}

    @property
    def rank(self) -> int:
        return list(MISTAKES).index(self.code)


MISTAKES: Mapping[str, Kind] = MappingProxyType(
    {
        "transposed": Kind("the gradient of {node} is right up to transposition", "transpose it"),
        "shape": Kind(
            "the values are right, the shape is not",
            "give it the shape of {node} (`keepdims=True` keeps a summed axis)",
        ),
        "sign": Kind("the gradient of {node} has the wrong sign", "negate it (output − target, not target − output)"),
        "missing-mean": Kind(
            "the factor 1/{size} of the mean is missing in the gradient of {node}", "divide by {size} once"
        ),
        "extra-mean": Kind(
            "the factor 1/{size} of the mean stands twice in the gradient of {node}",
            "divide by {size} once, where the cost is differentiated, and sum afterwards",
        ),
        "missing-output-mean": Kind(
            "the factor 1/{size} of the mean over outputs is missing in the gradient of {node}", "divide by {size}"
        ),
        "extra-output-mean": Kind(
            "there is a factor 1/{size} too much in the gradient of {node}", "the cost has no such mean: leave it out"
        ),
        "factor-two": Kind(
            "there is a factor 2 too much in the gradient of {node}",
            "halve it (a ½ in the cost cancels the 2 of a square)",
        ),
        "factor-half": Kind(
            "there is a factor ½ too much in the gradient of {node}", "double it (the square gives a factor 2)"
        ),
        "missing-factor": Kind("the factor {right} is missing in the gradient of {node}", "multiply by {right}"),
        "missing-derivative": Kind(
            "the derivative of {function} is missing between {reader} and {node}",
            "multiply the gradient of {reader} by {function}'({node})",
        ),
        "value-for-derivative": Kind(
            "{function}({node}) stands in place of {function}'({node}) in the gradient of {node}",
            "multiply by the derivative, not by the value",
        ),
        "derivative-of-output": Kind(
            "{function}' is taken at {reader} instead of {node}",
            "{reader} = {function}({node}) has gone through {function} already: take {function}'({node})",
        ),
        "output-form-of-input": Kind(
            "the form of {function}' in terms of its value is applied to {node} instead of {reader}",
            "put {reader} into that form, or take {function}'({node})",
        ),
        "other-derivative": Kind(
            "the derivative of {wrong} stands in place of that of {function} in the gradient of {node}",
            "take {function}'({node})",
        ),
        "extra-derivative": Kind(
            "the derivative of {function} stands twice in the gradient of {node}",
            "multiply by it once (in output − target it has cancelled already)",
        ),
        "wrong-point": Kind("{function}' is taken at {wrong} instead of {node}", "take {function}'({node})"),
        "wrong-mask": Kind(
            "the mask of {function} is made from {wrong} instead of {node}", "let the gradient pass where {node} > 0"
        ),
        "elementwise-softmax": Kind(
            "{reader} is treated as if each entry came from its own entry of {node} alone",
            "every entry of {reader} depends on all of {node}: ∂a_j/∂z_k = a_j (δ_jk − a_k) for softmax",
        ),
        "missing-branch": Kind(
            "{missing} is left out in the gradient of {node}",
            "{node} is read by {readers}: add up what comes from each",
        ),
        "lost-transpose": Kind(
            "{weight} has lost its transpose, or has one too many, in the gradient of {node}",
            "forward the indices of {weight} go one way, backward the other: transpose it",
        ),
        "wrong-weight": Kind(
            "{wrong} stands in place of {weight} in the gradient of {node}",
            "the gradient comes back through {weight}, the weights between {node} and {reader}",
        ),
        "wrong-input": Kind(
            "{wrong} stands in place of {right} in the gradient of {node}",
            "{node} is multiplied by {right} in the forward pass: use {right}",
        ),
        "wrong-delta": Kind(
            "the gradient of {wrong} stands in place of that of {right} in the gradient of {node}",
            "{node} belongs to {right}: use its gradient",
        ),
        "missing-sum": Kind(
            "the sum over the {size} samples is missing in the gradient of {node}",
            "{node} is used for every sample: sum its gradient over all of them",
        ),
        "single-sample": Kind(
            "only the {which} sample counts in the gradient of {node}", "sum over all {size} samples"
        ),
        "wrong-axis": Kind(
            "the gradient of {node} is summed over its own axis instead of the {size} samples",
            "sum over the axis of the batch",
        ),
        "missing-penalty": Kind("the penalty is left out in the gradient of {node}", "add {penalty}"),
        "penalty-factor": Kind(
            "the penalty's part of the gradient of {node} is {factor} times what it should be", "it is {penalty}"
        ),
        "penalty-mean": Kind(
            "the penalty's part of the gradient of {node} is divided by {size}",
            "it is {penalty}, not divided by {size}",
        ),
        "extra-penalty": Kind(
            "the gradient of {node} has a penalty", "the cost penalizes {penalized} only: leave it out"
        ),
        "sign-of-term": Kind("one term of the gradient of {node} has the wrong sign", "its terms are {formula}"),
        "missing-term": Kind("one term of the gradient of {node} is missing", "its terms are {formula}"),
        "zero": Kind("the gradient of {node} is 0 throughout", "compute it"),
        "not-finite": Kind("it is not finite", "look for a division by 0, the logarithm of 0, or an overflow of exp"),
    }
)
COARSE = ("sign-of-term", "missing-term")

LOSS_MISTAKES: Mapping[str, Kind] = MappingProxyType(
    {
        "sign": Kind("it has the wrong sign", "negate it"),
        "missing-mean": Kind("the factor 1/{size} of the mean is missing", "divide by {size}"),
        "extra-mean": Kind("there is a factor 1/{size} too much", "divide by {size} once at most"),
        "factor-two": Kind("there is a factor 2 too much", "halve it"),
        "factor-half": Kind("there is a factor ½ too much", "double it"),
        "missing-output-mean": Kind("the factor 1/{size} of the mean over outputs is missing", "divide by {size}"),
        "extra-output-mean": Kind("there is a factor 1/{size} too much", "the cost has no such mean: leave it out"),
        "missing-penalty": Kind("the penalty is left out", "add {penalty}"),
        "penalty-factor": Kind("the penalty is {factor} times what it should be", "it is {penalty}"),
        "penalty-mean": Kind("the penalty is divided by {size}", "it is {penalty}, not divided by {size}"),
        "sign-of-term": Kind("one term has the wrong sign", "the cost is {formula}"),
        "missing-term": Kind("one term is missing", "the cost is {formula}"),
    }
)
"""The same codes for the value of the loss."""


def loss_sentence(code: str, details: Mapping[str, str]) -> str:
    kind = LOSS_MISTAKES[code]
    return f"{kind.what.format(**details)}; {kind.mend.format(**details)}"
