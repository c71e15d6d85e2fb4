"""Formulas about a function itself: in `σ'(z) = a(1 − a)` the letter z is any number, and a what σ makes of it.

So they are read where they say nothing true of the values that a network has under these letters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from derive.errors import DeriveError
from derive.latex.reading.syntax import Applied, Bracketed, Fraction, Multiplied, Node, Scripts, Symbol
from derive.latex.tex import symbol
from derive.reading import functions
from derive.reading.choices import Choices
from derive.reading.keys import Key, key_of
from derive.reading.lexicon import SLOT, node_of
from derive.reading.marks import marks_of
from derive.reading.operators import SIGNS, is_squared
from derive.reading.quantity import Quantity
from derive.reading.scope import Scope
from derive.reading.second_derivatives import twice
from derive.terms.term import Poly, of_atom
from derive.verify.document.context import Context

VALUE = Key("a")
"""The letter of a function's value where a network has no other use for it."""


def variables(context: Context, node: Node | None) -> Mapping[Key, Quantity]:
    """What the letters stand for beside `f(z)` or `f'(z)`: z a number, the letter of activations f(z); else nothing.

    Beside `f'`, `df/dz` and their like of second order f stands for f(z) too, and f' for f'(z).
    """
    called = _call(node) or _bare(node)
    if called is None:
        return {}
    name, argument = called
    key = marks_of(name, t_is_free=False).key
    if key is None or not isinstance(argument, Symbol):
        return {}
    number = Quantity(of_atom(SLOT))
    known = Scope(context.lexicon, Choices(), context.numbers).functions_of(replace(key, primes=0))
    try:
        value = number.map(partial(_applied, context, known[0], order=0)) if known else None
    except DeriveError:
        value = None
    if value is None:
        return {}
    lexicon = context.lexicon
    letter = key_of(node_of(symbol(lexicon.notation.symbols["activation"]).tex))
    letters = [x for x in (letter, VALUE if not lexicon.find(VALUE) else None) if x is not None]
    found = {**dict.fromkeys(letters, value), Key(argument.name, argument.font): number}
    if _call(node) is None and not lexicon.find(key):
        orders = {replace(key, primes=k): number.map(partial(_applied, context, known[0], order=k)) for k in (1, 2)}
        found |= {key: value} | orders
    return found


def _applied(context: Context, name: str, p: Poly, order: int) -> Poly:
    """A derivative of a function that the document writes out, or of another one."""
    formula = context.lexicon.formulas.get(name)
    return functions.apply(name, p, order) if formula is None else functions.at_argument(formula, p, order)


def _call(node: Node | None) -> tuple[Node, Node] | None:
    """The function and the argument of `f(z)`."""
    if isinstance(node, Applied):
        name, argument = node.function, node.argument
    elif isinstance(node, Multiplied) and len(node.factors) == 2 and node.operators == ("",):
        name, argument = node.factors
    else:
        return None
    while isinstance(argument, Bracketed) and argument.opening in ("(", "{"):
        argument = argument.body
    return name, argument


def _bare(node: Node | None) -> tuple[Node, Node] | None:
    """The function and the letter of `df/dz` and `d²f/dz²`; of `f'` and `f''` the letter is the slot."""
    match node:
        case Scripts(base, None, None, 1 | 2):
            return base, Symbol(SLOT.tensor, node.span)
        case Fraction(Multiplied((d, name), ("",)), below) if is_squared(d, SIGNS):
            by = twice(below)
            return (name, by[0]) if by is not None and key_of(by[0]) == key_of(by[1]) else None
        case Fraction(Multiplied((d, name), ("",)), Multiplied((e, argument), ("",))):
            return (name, argument) if key_of(d) in SIGNS and key_of(e) in SIGNS else None
    return None


def says_value(context: Context, left: Node, right: Node) -> Mapping[Key, Quantity]:
    """The letters of `a = f(z)`, which says what they stand for; nothing for any other equation."""
    found = variables(context, right)
    key = key_of(left)
    return found if isinstance(left, Symbol) and key in found and _call(right) is not None else {}
