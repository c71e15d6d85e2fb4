"""Numbers of an example: `n_1 = 3`, `C = 2.148`, `z = 0` choose or report values, and claim nothing of all of them."""

from __future__ import annotations

from derive.errors import DeriveError
from derive.ir.tensor import ADJOINT
from derive.latex.reading.syntax import Node
from derive.reading.choices import Choices
from derive.reading.expressions import Reader
from derive.reading.quantity import Quantity
from derive.reading.scope import Scope
from derive.terms.affine import Size
from derive.terms.term import Atom, Entry, Poly, Scalar
from derive.terms.walk import entries_in
from derive.verify.document.context import Context
from derive.verify.document.verdict import Verdict, undecided

EXAMPLE = "it gives a number to what may have any value: an example, which is not judged"
AIMED = "it sets a value equal to the target: a condition, and no identity"


def in_numbers(context: Context, left: Node, right: Node, source: str) -> Verdict | None:
    """The verdict on what differs, where it only says in numbers what may be any; None for everything else.

    A size, an input, a parameter or a value on the left is given numbers. Gradients are not meant, `∂z/∂b = 1` is a
    claim, but where an example has begun: there all that is set to numbers speaks of it.
    """
    a, b = (_read(context, x, source) for x in (left, right))
    if a is None or b is None or any(entries_in(b.poly)) or b.poly.free - {x.name for x in b.axes}:
        return None
    if not _is_number(b.poly) or not (_is_free(a.poly) or context.has_example):
        return None
    context.has_example = True
    return undecided(EXAMPLE)


def with_target(context: Context, left: Node, right: Node, source: str) -> Verdict | None:
    """The verdict on `ŷ = y`, a value that is to be the target: what is aimed at, and no identity; else None."""
    sides = [_read(context, x, source) for x in (left, right)]
    roles = {_role(context, q.poly) for q in sides if q is not None}
    return undecided(AIMED) if roles == {"value", "target"} else None


def _role(context: Context, p: Poly) -> str:
    """The role of the tensor of which a polynomial is one entry."""
    found = list(entries_in(p))
    if len(found) != 1 or not _is_free(p) or found[0].tensor not in context.network.tensors:
        return ""
    return context.network.tensor(found[0].tensor).role


def _read(context: Context, node: Node, source: str) -> Quantity | None:
    try:
        return Reader(Scope(context.lexicon, Choices(), context.numbers, source)).read(node)
    except DeriveError:
        return None


def _is_free(p: Poly) -> bool:
    """Whether a polynomial is one entry, no gradient, or one size."""
    if len(p.terms) != 1:
        return False
    [(m, c)] = p.terms
    if c != 1 or len(m.powers) != 1 or m.powers[0][1] != 1:
        return False
    return _is_named(m.powers[0][0])


def _is_number(p: Poly) -> bool:
    """Whether no size occurs, no letter but those of axes."""
    return not any(isinstance(a, Scalar) for m, _ in p.terms for a, _ in m.powers)


def _is_named(atom: Atom) -> bool:
    if isinstance(atom, Scalar):
        return isinstance(atom.variable, Size)
    return isinstance(atom, Entry) and ADJOINT not in atom.tensor
