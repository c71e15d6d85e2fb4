"""Identities of functions: `σ'(u) = σ(u)(1 − σ(u))`, `d/du ln u = 1/u` hold for every number u.

A letter that nothing has introduced, and that is the only one on the left, is any number in that chain if it stands in
the argument of a function or behind the d below.
"""

from __future__ import annotations

from collections.abc import Iterator

from derive.latex.reading.syntax import Applied, Bracketed, Fraction, Multiplied, Node, Root, Scripts
from derive.reading.choices import Choices
from derive.reading.evaluated import is_primed
from derive.reading.keys import Key, key_of
from derive.reading.lexicon import Lexicon
from derive.reading.operators import SIGNS
from derive.reading.scope import Scope
from derive.verify.document.context import Context
from derive.verify.document.written import walk


def variable_of(context: Context, left: Node) -> Key | None:
    """The letter for which the left side of an identity states something; None where there is none, or several."""
    unknown = set(_unknown(context, left))
    places = {key for place in _places(context, left) for key in _unknown(context, place)}
    return unknown.pop() if len(unknown) == 1 and unknown == places else None


def _unknown(context: Context, node: Node) -> Iterator[Key]:
    """Letters without scripts that stand for nothing."""
    named = {id(part) for inner in walk(node) if isinstance(inner, Applied) for part in walk(inner.function)}
    for inner in walk(node):
        if id(inner) in named:
            continue
        if isinstance(inner, Scripts) and inner.below is None and inner.above is not None:
            yield from _unknown(context, inner.base)
            yield from _unknown(context, inner.above)
        key = key_of(inner)
        if key is None or not key.name.isalpha() or isinstance(inner, Scripts):
            continue
        if key not in SIGNS and key.name not in ("e", *context.numbers) and _means_nothing(context.lexicon, key):
            yield key


def _means_nothing(lexicon: Lexicon, key: Key) -> bool:
    return not (lexicon.find(key) or key in lexicon.functions or lexicon.has_template(key) or key in lexicon.sizes)


def _places(context: Context, node: Node) -> Iterator[Node]:
    """Arguments of functions, and that by which a derivative is taken; not what is differentiated."""
    differentiated = {id(inner.above) for inner in walk(node) if isinstance(inner, Fraction)}
    for inner in walk(node):
        if id(inner) in differentiated:
            continue
        if isinstance(inner, Applied):
            yield inner.argument
        elif isinstance(inner, Root):
            yield inner.arg
        elif isinstance(inner, Fraction):
            yield from _differential(inner.below)
        elif isinstance(inner, Scripts) and key_of(inner.base) == Key("e") and inner.above is not None:
            yield inner.above
        elif isinstance(inner, Scripts) and is_primed(inner):
            yield inner.base
        elif isinstance(inner, Multiplied):
            yield from _called(context, inner)
            yield from _differential(Multiplied(inner.factors[-2:], inner.operators[-1:], inner.span))


def _called(context: Context, node: Multiplied) -> Iterator[Node]:
    scope = Scope(context.lexicon, Choices(), context.numbers)
    for name, argument in zip(node.factors, node.factors[1:], strict=False):
        key = key_of(name.base if isinstance(name, Scripts) else name)
        is_function = key is not None and (bool(scope.functions_of(key)) or context.lexicon.has_template(key))
        if is_function and isinstance(argument, Bracketed):
            yield argument


def _differential(node: Node) -> Iterator[Node]:
    if isinstance(node, Multiplied) and len(node.factors) == 2 and key_of(node.factors[0]) in SIGNS:
        yield node.factors[1]
