"""Where a cost is least: `XᵀXθ = Xᵀy` says that a derivative which stands before it is 0, and is no identity."""

from __future__ import annotations

import re

from derive.latex.reading.syntax import Added, Fraction, Multiplied, Node, Number
from derive.reading.operators import is_operator
from derive.verify.claims import RIGHT, Status
from derive.verify.document.context import Context
from derive.verify.document.naming import is_name
from derive.verify.document.proportions import judged_proportion
from derive.verify.document.verdict import Verdict, undecided

MOST = 6
"""So many of the last derivatives are looked at."""

_SETTING = re.compile(r"(?:\b(?:set|sets|setting|solve|solving|require|requiring|demanding)\b|令|设)[^.;。；]*$", re.I)

CONDITION = "it says where a derivative is 0: a condition, and no identity"


def remember_derivative(context: Context, left: Node, right: Node, verdict: Verdict) -> None:
    """Keep what a derivative was found to be equal to; itself where that is wrong."""
    is_right = verdict.status in RIGHT
    is_derivative = is_name(left) if isinstance(left, Fraction) else _begins_with_operator(left)
    if is_derivative:
        context.derivatives = (*context.derivatives, right if is_right else left)[-MOST:]


def _begins_with_operator(node: Node) -> bool:
    """`∇_θ J(θ)`, `∂/∂θ_j J(θ)`."""
    return isinstance(node, Multiplied) and is_operator(node.factors[0])


def is_set_to_zero(words: str, member: int, left: Node, right: Node) -> bool:
    """`∂J/∂w = Xᵀ(Xw − t) = 0`, or `∂J/∂w = 0` behind words that say so: where a cost is least, and no value."""
    is_zero = isinstance(right, Number) and not set(right.text) - set("0.")
    is_derivative = is_name(left) if isinstance(left, Fraction) else _begins_with_operator(left)
    return is_zero and is_derivative and (member > 1 or _SETTING.search(words) is not None)


def condition(context: Context, left: Node, right: Node, source: str) -> Verdict | None:
    """The verdict on an equation of two expressions whose difference is a multiple of such a derivative; else None.

    What a name or a derivative is said to be is none of these: there a wrong factor is a mistake.
    """
    says_what_it_is = _begins_with_operator(left) and not isinstance(right, Number)
    if says_what_it_is or is_name(left) or (is_name(right) and not isinstance(right, Number)):
        return None
    if _begins_with_operator(left) and not isinstance(right, Number):
        return None
    difference = Added((left, right), ("+", "-"), left.span | right.span)
    found = (judged_proportion(context, difference, d, source).status for d in reversed(context.derivatives))
    return undecided(CONDITION) if Status.AGREES in found else None
