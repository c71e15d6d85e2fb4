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
        "missing-scale": Kind(
            "the factor {factor} of {reader} is missing in the gradient of {node}",
            "multiply by {factor}, as the equation of {reader} does",
        ),
        "wrong-scale": Kind(
            "{wrong} stands in place of the factor {right} of {reader} in the gradient of {node}",
            "multiply by {right}, once",
        ),
        "wrong-count": Kind(
            "what is divided by {right} in the forward pass is divided by {wrong} in the gradient of {node}",
            "divide by {right} here too",
        ),
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
        "applied-twice": Kind(
            "{function} is applied once more, to {value}, in the gradient of {node}",
            "{value} has gone through it already: take {value} itself",
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
        "cut-recursion": Kind(
            "what comes back from the next {stage} (through {reader}) is left out in the gradient of {node}",
            "go on from the last {stage} to the first: each hands on what comes back to it",
        ),
        "constant-statistic": Kind(
            "{missing} is treated as a constant in the gradient of {node}",
            "{missing} depends on {node} too: add what comes back through it",
        ),
        "missing-branch": Kind(
            "{missing} is left out in the gradient of {node}",
            "{node} is read by {readers}: add up what comes from each",
        ),
        "lost-transpose": Kind(
            "{weight} has lost its transpose, or has one too many, in the gradient of {node}",
            "forward the indices of {weight} go one way, backward the other: transpose it",
        ),
        "unflipped-kernel": Kind(
            "the taps of {weight} run the wrong way in the gradient of {node}",
            "what tap r read goes back through tap r; written as a convolution, that takes {weight} turned round",
        ),
        "flipped-kernel": Kind(
            "the gradient of {node} is turned round: its taps run the wrong way",
            "tap r collects what tap r has read: a correlation, without turning round",
        ),
        "swapped-axes": Kind(
            "two axes of {weight} are exchanged in the gradient of {node}",
            "keep the order of axes of the forward pass: height before width, out before in",
        ),
        "missing-stride": Kind(
            "the stride {step} of {reader} is missing in the gradient of {node}",
            "window p begins at {step}·p (p from 0), backward as forward",
        ),
        "missing-dilation": Kind(
            "the dilation {step} of {reader} is missing in the gradient of {node}",
            "tap r stands {step}·r places on (r from 0), backward as forward",
        ),
        "single-window": Kind(
            "where windows of {reader} overlap only the {which} one counts in the gradient of {node}",
            "add up what comes from all of them: `+=` instead of `=`",
        ),
        "spread-maximum": Kind(
            "every entry of a window of {reader}, not only the largest, gets its gradient ({share} of it) in that of "
            "{node}",
            "the maximum hands its gradient to the entry that it is, to all others 0",
        ),
        "kept-border": Kind(
            "the border of {reader} is not cut off, or at the wrong end, in the gradient of {node}",
            "{node} begins {shift} places after the border does, and ends before its other end: cut off both",
        ),
        "missing-padding": Kind(
            "{wrong} is read without its border in the gradient of {node}",
            "read {right}, as the forward pass does: the border moves everything by its width",
        ),
        "single-occurrence": Kind(
            "where a value of {ids} occurs again only its last place counts in the gradient of {node}",
            "add up over all places: `np.add.at(d, ids, …)`, as `d[ids] += …` keeps one of them",
        ),
        "unpaired-ids": Kind(
            "the values of all {ids} are taken in every row instead of one in each, in the gradient of {node}",
            "pair each row with its own id: `d[np.arange(m), ids]`, not `d[:, ids]`",
        ),
        "wrong-weight": Kind(
            "{wrong} stands in place of {weight} in the gradient of {node}",
            "the gradient comes back through {weight}, the weights between {node} and {reader}",
        ),
        "wrong-input": Kind(
            "{wrong} stands in place of {right} in the gradient of {node}",
            "{node} is multiplied by {right} in the forward pass: use {right}",
        ),
        "derivative-for-value": Kind(
            "{function}' stands in place of {value} in the gradient of {node}",
            "use {value} as the forward pass made it: `*=` on it, or on another name of its array, overwrites it",
        ),
        "wrong-delta": Kind(
            "the gradient of {wrong} stands in place of that of {right} in the gradient of {node}",
            "{node} belongs to {right}: use its gradient",
        ),
        "swapped-blocks": Kind(
            "the blocks of {readers} are exchanged in the gradient of {node}",
            "put each where the forward pass reads it",
        ),
        "missing-sum": Kind(
            "the sum over the {over} is missing in the gradient of {node}",
            "{node} is used for each of the {over}: sum its gradient over all of them",
        ),
        "single-sample": Kind("only the {one} counts in the gradient of {node}", "sum over all {over}"),
        "separate-sums": Kind(
            "both factors are summed over the {over} on their own, and multiplied then, in the gradient of {node}",
            "multiply first, sum then: one letter for both in `einsum`, or one matrix product",
        ),
        "wrong-axis": Kind(
            "the gradient of {node} is summed over its own axis instead of the {over}",
            "sum over the axis of the {over}",
        ),
        "mean-for-sum": Kind(
            "the gradient of {node} is averaged over the {over} instead of summed",
            "the cost is no mean over them: sum",
        ),
        "wrong-sum": Kind(
            "a sum in the gradient of {node} runs over the axis of {wrong} instead of that of {right}",
            "sum along the same axes as the forward pass",
        ),
        "unsummed-axis": Kind(
            "a sum in the gradient of {node} leaves out the axis of {right}",
            "sum along all the axes along which the forward pass does",
        ),
        "wrong-power": Kind("{wrong} stands in place of {right} in the gradient of {node}", "it is {right}"),
        "late-mask": Kind(
            "the mask stands before the sum only, not in it, in the gradient of {node}",
            "what is masked belongs to no sum: mask first, then normalize",
        ),
        "missing-mask": Kind(
            "the mask is left out in the gradient of {node}", "what is masked takes no part: mask first, then normalize"
        ),
        "offset-outside-root": Kind(
            "the small constant is added to the root instead of under it in the gradient of {node}",
            "take √(v + ε), not √v + ε",
        ),
        "missing-offset": Kind(
            "the small constant under the root is missing in the gradient of {node}", "take √(v + ε)"
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


FORWARD_MISTAKES: Mapping[str, Kind] = MappingProxyType(
    {
        "missing-scale": Kind("the factor {factor} of {node} is missing", "multiply by {factor}"),
        "wrong-scale": Kind("{wrong} stands in place of the factor {right} of {node}", "multiply by {right}"),
        "wrong-count": Kind(
            "{node} is divided by {wrong} instead of {right}", "divide by {right} (`ddof` of `np.var`)"
        ),
        "wrong-sum": Kind(
            "a sum in {node} runs over the axis of {wrong} instead of that of {right}",
            "look at `axis=`",
        ),
        "late-mask": Kind(
            "the mask of {node} is applied after normalizing instead of before",
            "what is masked takes no part in the sum: set its scores to −∞ before the softmax",
        ),
        "missing-mask": Kind("the mask of {node} is left out", "set masked scores to −∞ before the softmax"),
        "offset-outside-root": Kind(
            "the small constant is added to the root instead of under it in {node}", "take √(v + ε), not √v + ε"
        ),
        "missing-offset": Kind("the small constant under the root is missing in {node}", "take √(v + ε)"),
        "flipped-kernel": Kind(
            "{weight} is turned round in {node}",
            "the layer is a correlation: `scipy.signal.correlate2d`, not `convolve2d`",
        ),
        "swapped-blocks": Kind("{node} each read the block of the other", "keep to the order of the blocks"),
    }
)
"""The same codes for mistakes in the forward pass, of which the loss and gradients follow."""


def forward_what(code: str, node: str, details: Mapping[str, str]) -> str:
    return f"in the forward pass, {FORWARD_MISTAKES[code].what.format(node=node, **details)}"


def forward_sentence(code: str, node: str, details: Mapping[str, str]) -> str:
    return f"{forward_what(code, node, details)}; {FORWARD_MISTAKES[code].mend.format(node=node, **details)}"
