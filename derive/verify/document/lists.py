"""Equations of lists: `(W, b) = (W_1, b_1, W_2, b_2)`, `θ = \\{w_1, w_2, …\\}`, `(a, b) = (c, d)`."""

from __future__ import annotations

from derive.errors import DeriveError
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Bracketed, Ellipsis, Fraction, Listed, Multiplied, Node, Scripts, Symbol, Table
from derive.reading.keys import key_of
from derive.reading.marks import is_transpose
from derive.reading.operators import NABLA, SIGNS
from derive.verify.claims import RIGHT, Status
from derive.verify.document.context import Context
from derive.verify.document.naming import is_name
from derive.verify.document.verdict import Verdict, undecided, verdict_of

_PAIRS = {"(": ")", r"\{": r"\}"}


def entries(node: Node) -> tuple[Node, ...] | None:
    """The entries of a list in round or curly brackets; None for anything else."""
    if not isinstance(node, Bracketed) or _PAIRS.get(node.opening) != node.closing:
        return None
    body = node.body
    if isinstance(body, Listed) and len(body.items) > 1 and set(body.separators) == {","}:
        return body.items
    return None


def paired(left: Node, right: Node) -> list[tuple[Node, Node]] | None:
    """The equations that `(a, b) = (c, d)` stands for; None if there are not as many on both sides, or dots."""
    ours, theirs = entries(left), entries(right)
    if ours is None or theirs is None or len(ours) != len(theirs):
        return None
    return None if any(isinstance(x, Ellipsis) for x in (*ours, *theirs)) else list(zip(ours, theirs, strict=True))


def named_list(context: Context, left: Node, right: Node) -> Verdict | None:
    """A name for a list, `θ = (W, b)`, or for several, `(W, b) = (W^1, b^1, W^2, b^2)`; None for anything else.

    A known vector is no list, unless what it consists of stands in curly brackets.
    """
    own, named = entries(left) or (left,), entries(right) or _dotted(right)
    if named is None or not all(map(is_name, own)) or any(map(_is_gradient, own)):
        return None
    if not all(is_name(x) or all(map(is_name, entries(x) or (x,))) for x in named):
        return undecided("lists are not compared") if entries(left) is not None else None
    key = key_of(left)
    if key is not None:
        context.lists[key] = named
    return Verdict(Status.DEFINITION, "gives a list a name")


def _is_gradient(node: Node) -> bool:
    """Whether it is `∇ g`, which is no new name."""
    return isinstance(node, Multiplied) and key_of(node.factors[0]) in NABLA


def _dotted(node: Node) -> tuple[Node, ...] | None:
    """The cells of a column with dots among them, which stand for some that only its author can tell."""
    cells = _column(node) if isinstance(node, Table) else None
    return cells if cells is not None and any(isinstance(c, Ellipsis) for c in cells) else None


def gradient_by_list(context: Context, left: Node, right: Node) -> Verdict | None:
    """`∇L(θ) = (∂L(θ)/∂w_1, …)`, where θ is a list of names; None for anything else."""
    if not _is_gradient_by_list(context, left, right):
        return None
    return Verdict(Status.PROVED, "each entry is the derivative by the entry of the list at its place")


def is_set(node: Node) -> bool:
    """Whether the list stands in curly brackets."""
    return isinstance(node, Bracketed) and node.opening == r"\{"


def _is_gradient_by_list(context: Context, left: Node, right: Node) -> bool:
    """Whether `∇L(θ) = (∂L(θ)/∂w_1, ∂L(θ)/∂w_2, …)` takes the derivatives by the entries of θ, one by one.

    The dots stand where those of the list stand; a derivative may be written with a name of its own, `dw_1`.
    """
    if not isinstance(left, Multiplied) or key_of(left.factors[0]) not in NABLA or any(left.operators):
        return False
    wrt = key_of(left.factors[-1].body) if isinstance(left.factors[-1], Bracketed) else None
    by = context.lists.get(wrt) if wrt is not None and len(left.factors) == 3 else None
    cells = _column(right)
    if by is None or cells is None or len(cells) != len(by):
        return False
    for cell, entry in zip(cells, by, strict=True):
        if isinstance(entry, Ellipsis) != isinstance(cell, Ellipsis):
            return False
        if not isinstance(entry, Ellipsis) and not _is_derivative(context, cell, left.factors[1:], entry):
            return False
    return True


def _is_derivative(context: Context, cell: Node, of: tuple[Node, ...], by: Node) -> bool:
    """Whether a cell is the derivative, as it is written, or as the network has it."""
    if _derivative(cell) == ("".join(map(shown, of)), shown(by)):
        return True
    sign = Symbol("∂", cell.span)
    above, below = (Multiplied((sign, x), ("",), cell.span) for x in (of[0], by))
    try:
        return verdict_of(context.links("").outcomes(Fraction(above, below, cell.span), cell)).status in RIGHT
    except DeriveError:
        return False


def _column(node: Node) -> tuple[Node, ...] | None:
    """The cells of a table of one column or row, or the entries of a list."""
    if isinstance(node, Scripts) and is_transpose(node.above or node.base):
        return _column(node.base)
    if not isinstance(node, Table):
        return entries(node)
    cells = [c for row in node.rows for c in row]
    one = len(node.rows) == 1 or all(len(row) == 1 for row in node.rows)
    found = tuple(c for c in cells if c is not None)
    return found if one and len(found) == len(cells) else None


def _derivative(node: Node) -> tuple[str, str] | None:
    """What is differentiated, and by what, of `∂L(θ)/∂w` and its fraction."""
    if isinstance(node, Fraction):
        above, below = _factors(node.above), _factors(node.below)
    elif isinstance(node, Multiplied) and node.operators.count("/") == 1 and set(node.operators) <= {"", "/"}:
        at = node.operators.index("/") + 1
        above, below = node.factors[:at], node.factors[at:]
    else:
        return None
    if key_of(above[0]) not in SIGNS or key_of(below[0]) not in SIGNS or len(below) != 2:
        return None
    return "".join(map(shown, above[1:])), shown(below[1])


def _factors(node: Node) -> tuple[Node, ...]:
    return node.factors if isinstance(node, Multiplied) and not any(node.operators) else (node,)
