"""Whether an expression is only a name, and whether that name is new."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from derive.errors import DeriveError
from derive.latex.reading.syntax import (
    Accented,
    Added,
    Applied,
    Bracketed,
    Ellipsis,
    Fraction,
    Listed,
    Multiplied,
    Node,
    Number,
    Scripts,
    Symbol,
    Words,
)
from derive.reading.choices import Choices, readings
from derive.reading.conditions import is_condition
from derive.reading.definitions import head_of, ranges_of
from derive.reading.expressions import Reader
from derive.reading.keys import Key, key_of
from derive.reading.operators import NABLA, is_derivative
from derive.reading.quantity import Quantity, TooManyAxes, Unknown
from derive.reading.scope import Scope
from derive.reading.special import KRONECKER
from derive.verify.document.context import DEPTH, Context

NOTHING: Mapping[Key, Quantity] = MappingProxyType({})


def is_name(node: Node) -> bool:
    """Whether an expression only names something: `W^{[l]}`, `Δz`, `∂C/∂w`, `l+1`, `n × m`, `tanh(z)`, a number."""
    if isinstance(node, Bracketed) and node.opening == "{":
        return is_name(node.body)
    if isinstance(node, Added):
        return all(isinstance(t, Symbol | Number) for t in node.terms) or (
            len(node.terms) == 1 and is_name(node.terms[0])
        )
    if isinstance(node, Fraction):
        return is_derivative(node)
    if isinstance(node, Listed):
        return all(map(is_name, node.items))
    if isinstance(node, Multiplied) and isinstance(node.factors[0], Scripts) and len(node.factors) == 2:
        return key_of(node.factors[0].base) in NABLA and not any(node.operators) and is_name(node.factors[1])
    if isinstance(node, Multiplied) and set(node.operators) == {"times"}:
        return all(map(is_name, node.factors))
    if isinstance(node, Multiplied) and {"times"} < set(node.operators) <= {"", "times"}:
        return all(isinstance(f, Symbol | Scripts | Number) for f in node.factors)
    if isinstance(node, Multiplied) and isinstance(node.factors[0], Number):
        return not any(node.operators) and all(isinstance(f, Symbol | Scripts) for f in node.factors[1:])
    if isinstance(node, Multiplied):
        return not any(node.operators) and len(node.factors) == 2 and key_of(node.factors[0]) is not None
    if isinstance(node, Applied):
        argument = node.argument
        return is_name(argument.body if isinstance(argument, Bracketed) else argument)
    if isinstance(node, Bracketed):
        return is_condition(node.body)
    return isinstance(node, Symbol | Scripts | Accented | Number | Words | Ellipsis)


def is_new(context: Context, node: Node, source: str, argument: Mapping[Key, Quantity] = NOTHING) -> bool:
    """Whether a name stands for nothing yet in any reading, or for the number of the last layer only, as `L` does."""
    key = key_of(node)
    if key is not None and key.name in context.numbers and not context.lexicon.find(key):
        return key.name == DEPTH
    if isinstance(node, Scripts) and key_of(node.base) == KRONECKER and not context.lexicon.find(KRONECKER):
        return True
    return _is_nothing(context, node, source, argument)


def _is_nothing(context: Context, node: Node, source: str, argument: Mapping[Key, Quantity] = NOTHING) -> bool:
    """Whether there is no reading of a name."""

    def known(choices: Choices) -> bool:
        try:
            Reader(Scope(context.lexicon, choices, context.numbers, source, argument)).read(node)
        except TooManyAxes:
            return True
        except Unknown:
            raise
        except DeriveError:
            return True
        return True

    return not readings(known, bool).found


def names_behind(context: Context, relation: str, place: int, value: Node, right: Node, source: str) -> bool:
    """Whether the name of a value stands behind it: `y - t =: e`, `∂E/∂u_j = y_j - t_j = e_j`.

    Between two names alone `=` does not say which one is new; `place` is that of the value in its chain.
    """
    if relation not in ("=:", ":=", "≡", "=") or not isinstance(right, Symbol | Scripts | Accented):
        return False
    is_plain = relation == "=" and not place and is_name(value) and not isinstance(value, Fraction)
    return not is_plain and _is_nothing(context, right, source)


def is_another(context: Context, left: Node, right: Node, source: str) -> bool:
    """Whether a name is told apart from those of its form by its letters, which run over other ranges: `δ_j`, `δ_k`."""
    try:
        head = head_of(left)
        alike = [o.named for o in context.lexicon.own if o.has_form(head.key, head.fixed, head.above, head.letters)]
        if not alike or any(n.letters == head.letters for n in alike):
            return False
        scope = Scope(context.lexicon, Choices(), context.numbers, source)
        value = Reader(scope).read(right)
        extents = tuple(i.extent for i in ranges_of(head, value, scope))
    except DeriveError:
        return False
    return all(extents != n.extents for n in alike)
