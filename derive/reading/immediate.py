"""`∂⁺C/∂W`: what the equation of C itself gives, all other values held fixed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from derive.calculus.occurrence import occurrences
from derive.latex.reading.syntax import Multiplied, Node, Scripts
from derive.reading.keys import Key, key_of
from derive.reading.layouts import of_number
from derive.reading.operators import SIGNS
from derive.reading.quantity import Quantity, Unknown
from derive.terms.algebra import scale, times, total
from derive.terms.blocks import sum_over
from derive.terms.substitute import substitute

if TYPE_CHECKING:
    from derive.reading.derivatives import Derivatives


def immediate_of(node: Node) -> Node | None:
    """`C` of `∂⁺C`; None where it is none."""
    if not isinstance(node, Multiplied) or len(node.factors) != 2 or node.operators != ("",):
        return None
    mark, of = node.factors
    if not isinstance(mark, Scripts) or mark.below is not None or key_of(mark.base) not in SIGNS:
        return None
    return of if key_of(mark.above) == Key("+") else None


def immediate(derivatives: Derivatives, what: Node | None, wrt: Node) -> Quantity:
    """The derivative of the right side of the only equation of a number.

    Raises: Unknown for what has no single equation.
    """
    assert what is not None
    reader, said = derivatives.reader, derivatives.reader.scope.said(what)
    of, by = (
        derivatives.variable(reader.read(what), said),
        derivatives.variable(reader.read(wrt), reader.scope.said(wrt)),
    )
    equations = reader.scope.lexicon.network.definitions(of.tensor)
    letters = [a.variable for a in equations[0].lhs.idx] if len(equations) == 1 else [None]
    if None in letters or not of.whole.is_scalar:
        raise Unknown(f"{said} has no single equation")
    p = substitute(equations[0].rhs, dict(zip(letters, of.idx, strict=True)))
    avoid = frozenset(x for a in by.idx for x in a.free) | p.free
    found = occurrences(p, by.tensor, avoid)
    parts = [sum_over(o.bounds, times(o.coefficient, derivatives.inner(by.tensor, o.idx, by)), {}) for o in found]
    whole = Quantity(scale(total(parts), of.factor), by.whole.rows, by.whole.columns)
    return of_number(derivatives.layout, whole)
