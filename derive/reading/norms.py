"""Norms and inner products: `‖x‖₂`, `‖W‖_F`, `|z|`, `⟨A, B⟩ = A : B = Σ_ij A_ij B_ij`."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Added, Bracketed, Listed, Node
from derive.reading.quantity import Quantity, Unknown, hadamard, raised, scaled, total_over, transposed
from derive.terms.affine import index
from derive.terms.algebra import function
from derive.terms.substitute import canonical_maximum, substitute
from derive.terms.term import of_atom

if TYPE_CHECKING:
    from derive.reading.expressions import Reader

EUCLIDEAN = frozenset(("2", "F", "rm.F", "HS"))
LARGEST = frozenset(("∞", "infty", "max"))


def norm(reader: Reader, node: Bracketed, kind: Node | None) -> Quantity:
    """‖x‖ = √Σ x², ‖x‖₁ = Σ |x|, ‖x‖_∞ = max |x| over all entries; |x| of a number, and of each entry or as ‖x‖.

    Raises: Unknown for another kind below.
    """
    q = reader.read(node.body)
    if node.opening == "|" and (q.is_scalar or (kind is None and reader.scope.choices.choose((True, False)))):
        return q.map(lambda p: function("abs", (p,)))
    if node.opening == "|" and len(q.axes) > 1:
        raise Unknown("a matrix between single lines may be a determinant, or a norm")
    said = "2" if kind is None else shown(kind)
    if said in EUCLIDEAN:
        return raised(total_over(Quantity(raised(q, 2).poly), q.axes), Fraction(1, 2))
    sizes = q.map(lambda p: function("abs", (p,)))
    if said == "1":
        return total_over(Quantity(sizes.poly), q.axes)
    if said in LARGEST and len(q.axes) == 1:
        fresh = {a.name: reader.scope.fresh.axis(a) for a in q.axes}
        inner = substitute(sizes.poly, {old: index(new.name) for old, new in fresh.items()})
        return Quantity(of_atom(canonical_maximum(tuple(fresh.values()), inner)))
    raise Unknown(f"which norm {said} below the bars means is not known; 1, 2, F and \\infty are")


def inner_product(reader: Reader, a: Quantity, b: Quantity) -> Quantity:
    """Σ_ij A_ij B_ij; of vectors however they lie."""
    if len(a.axes) == len(b.axes) == 1 and (a.rows is None) != (b.rows is None):
        b = transposed(b)
    return total_over(Quantity(hadamard(a, b).poly), a.axes or b.axes)


def angles(reader: Reader, body: Listed) -> Quantity:
    """`⟨a, b⟩`.

    Raises: Unknown for another number of items.
    """
    if len(body.items) != 2:
        raise Unknown(f"an inner product is one of two values, and here are {len(body.items)}")
    return inner_product(reader, reader.read(body.items[0]), reader.read(body.items[1]))


def is_colons(node: Node) -> bool:
    """Whether it is `A : B`, or a sum with such products."""
    return isinstance(node, Listed) and set(node.separators) == {":"}


def colons(reader: Reader, node: Listed) -> Quantity:
    """`A : B + c`, where the colon binds more tightly than `+`.

    Raises: Unknown for two colons in one term.
    """
    items: list[Sequence[tuple[str, Node]]] = [_terms(x) for x in node.items]
    if any(len(x) < 2 for x in items[1:-1]):
        raise Unknown("products with two colons are not understood")
    out: Quantity | None = None
    for k, terms in enumerate(items):
        for j, (sign, term) in enumerate(terms):
            if j == 0 and k > 0:
                continue
            value = reader.read(term)
            if j == len(terms) - 1 and k + 1 < len(items):
                other_sign, other = items[k + 1][0]
                value = inner_product(reader, value, scaled(reader.read(other), -1 if other_sign == "-" else 1))
            value = scaled(value, -1 if sign == "-" else 1)
            out = value if out is None else reader.plus(out, value)
    assert out is not None
    return out


def _terms(node: Node) -> Sequence[tuple[str, Node]]:
    return tuple(zip(node.signs, node.terms, strict=True)) if isinstance(node, Added) else (("+", node),)
