"""Functions of numbers that a network leaves open, `k(x, y)`, `ψ_1(f)`, and their derivatives by a place, `∂_1 k`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from derive.ir.scalar import REGISTRY
from derive.latex.functions import function_symbol
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Bracketed, Multiplied, Node, Number, Scripts
from derive.reading.calls import OWN
from derive.reading.functions import arguments
from derive.reading.keys import key_of
from derive.reading.lexicon import Lexicon, node_of
from derive.reading.operators import SIGNS
from derive.reading.quantity import Quantity, Unknown
from derive.terms.term import Func, Functional, of_atom
from derive.terms.walk import atoms_in

if TYPE_CHECKING:
    from derive.reading.expressions import Reader


def open_function(reader: Reader, head: Node, body: Node, place: int | None = None) -> Quantity | None:
    """`f(x, y)`, `ψ_1'(x)`, or with a place, from 0, the derivative by that argument; None for all other functions.

    One letter with one argument is a function of numbers as others are.

    Raises: Unknown for arguments that are no numbers.
    """
    args = arguments(body)
    primes = head.primes if isinstance(head, Scripts) else 0
    if len(args) == 1 and not (isinstance(head, Scripts) and head.below is not None):
        return None
    if (primes and len(args) > 1) or (place is not None and not 0 <= place < len(args)):
        return None
    known = known_function(reader.scope.lexicon, head, len(args))
    if known is None or (isinstance(known, Functional) and (primes or place is not None)):
        return None
    values = [reader.read(a) for a in args]
    if not all(q.is_scalar for q in values):
        raise Unknown(f"{reader.scope.said(head)} is a function of numbers")
    polys = tuple(q.poly for q in values)
    if isinstance(known, Functional):
        return Quantity(of_atom(Functional(known.name, (), polys)))
    orders = tuple(primes + (k == place) for k in range(len(args)))
    return Quantity(of_atom(Func(known.name, polys, orders)))


def by_place(reader: Reader, sign: Node, of: Node) -> Quantity | None:
    """`∂_1 k(x, y)`: the derivative of an open function by its first argument; None for anything else."""
    if not isinstance(sign, Scripts) or key_of(sign.base) not in SIGNS or not isinstance(sign.below, Number):
        return None
    if sign.above is not None or sign.primes or not sign.below.text.isdigit():
        return None
    if not isinstance(of, Multiplied) or len(of.factors) != 2 or not isinstance(of.factors[1], Bracketed):
        return None
    return open_function(reader, *of.factors, place=int(sign.below.text) - 1)


def known_function(lexicon: Lexicon, head: Node, count: int) -> Func | Functional | None:
    """The function of the network that is drawn so, and takes so many numbers."""
    drawn = shown(replace(head, primes=0) if isinstance(head, Scripts) else head)
    for equation in lexicon.network.equations:
        for atom in atoms_in(equation.rhs):
            if not isinstance(atom, Func | Functional) or len(atom.args) != count or atom.name.startswith(OWN):
                continue
            if atom.name in REGISTRY.functions or (isinstance(atom, Functional) and atom.bounds):
                continue
            if shown(node_of(function_symbol(lexicon.notation, atom.name))) == drawn:
                return atom
    return None
