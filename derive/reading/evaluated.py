"""What is written of a whole expression: its derivative `(e^x)'`, its value at a point, `dy/dx |_{x=a}`, `σ'|_z`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from derive.calculus.occurrence import occurrences
from derive.ir.tensor import ADJOINT
from derive.latex.reading.syntax import Bracketed, Chain, Node, Scripts, Symbol
from derive.reading.keys import key_of
from derive.reading.points import replaced
from derive.reading.quantity import Quantity, Unknown
from derive.terms.algebra import total
from derive.terms.term import Entry
from derive.terms.walk import entries_in

if TYPE_CHECKING:
    from derive.reading.expressions import Reader

BAR = "|"


def is_primed(node: Scripts) -> bool:
    """`(…)'`, `[…]''`, but for names in brackets: `(z^2)'`."""
    if not node.primes or not isinstance(node.base, Bracketed) or node.base.opening not in "([":
        return False
    return not isinstance(node.base.body, Symbol)


def primed(reader: Reader, node: Scripts) -> Quantity:
    """The derivative of what stands in brackets by its only number.

    Raises: Unknown where it has none, or several, or something else stands above or below the bracket.
    """
    said = reader.scope.said(node)
    if node.above is not None or node.below is not None:
        raise Unknown(f"{said} is not understood")
    q = reader.read(node.base)
    found = dict.fromkeys(entries_in(q.poly))
    [variable, *others] = found or [None]
    if not isinstance(variable, Entry) or variable.idx or others:
        raise Unknown(f"by what {said} is differentiated is not said; write d/dx before it")
    p = q.poly
    for _ in range(node.primes):
        p = total(o.coefficient for o in occurrences(p, variable.tensor, p.free))
    return Quantity(p, q.rows, q.columns)


def is_evaluated(node: Scripts) -> bool:
    """`\\left. … \\right|_{x=a}`."""
    base = node.base
    return isinstance(base, Bracketed) and base.closing == BAR and base.opening in (".", "(", "[")


def bar(node: Node) -> Node | None:
    """What stands below the bar of `…|_{x=a}`; None for anything else."""
    is_bar = isinstance(node, Scripts) and isinstance(node.base, Symbol) and node.base.name == BAR
    return node.below if is_bar and isinstance(node, Scripts) and node.above is None else None


def point(below: Node) -> Node:
    """`a` of `x = a`, and of `a` alone."""
    members = below.members if isinstance(below, Chain) else (below,)
    last = members[-1]
    return below if last is None else last


def is_symbol_of_function(reader: Reader, node: Node) -> bool:
    """Whether `σ'` is that of a function of one number, and no value."""
    key = key_of(node)
    if key is None:
        return False
    plain = replace(key, primes=0)
    return bool(reader.scope.functions_of(plain)) and not reader.scope.lexicon.find(plain)


def evaluated(
    reader: Reader, factors: Sequence[Node], operators: Sequence[str], below: Node | None, said: str
) -> Quantity:
    """The value of a product where a number in it is another one.

    Raises: Unknown where the point is not said as `x = a` of a number x, or values depend on x and do not show it.
    """
    if not isinstance(below, Chain) or below.relations != ("=",) or None in below.members:
        raise Unknown(f"at which point {said} is taken is not understood; write x = a below the bar")
    name, at = below.members
    assert name is not None and at is not None
    [variable, *others] = [*dict.fromkeys(entries_in(reader.read(name).poly)), None]
    there = reader.read(at)
    if not isinstance(variable, Entry) or variable.idx or others != [None] or not there.is_scalar:
        raise Unknown(f"{reader.scope.said(name)} below the bar is no number")
    q = reader.products.of(factors, operators)
    for entry in entries_in(q.poly):
        is_hidden = entry != variable and reader.derivatives.depends(entry.tensor, variable.tensor)
        if is_hidden or ADJOINT in entry.tensor:
            raise Unknown(f"{said} has values in it that depend on {reader.scope.said(name)} and do not show it")
    poly = replaced(q.poly, lambda entry: there.poly if entry == variable else None, there.poly.free)
    return Quantity(poly, q.rows, q.columns)
