"""`vec(A)`, `A ⊗ B`, and the identity and the vector of ones whose sizes nobody writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from derive.reading.keys import Key
from derive.reading.quantity import Misfit, Quantity, Unknown, array, multiplied, product
from derive.reading.stacks import are_several, stacked
from derive.terms.affine import Affine, Index, index, number
from derive.terms.algebra import delta
from derive.terms.term import constant

if TYPE_CHECKING:
    from derive.reading.expressions import Reader

IDENTITIES = frozenset((Key("I"), Key("I", "bold"), Key("I", "bb"), Key("I", "rm")))
ONES = frozenset((Key("1", "bold"), Key("1", "bb")))
MOST_SIZES = 12
"""An identity without a size may have one of so many."""


def vec(q: Quantity) -> Quantity:
    """The columns of a matrix, one below the other.

    Raises: Unknown for what is a column of columns already.
    """
    if are_several(q.rows, q.columns):
        raise Unknown("vec of a Kronecker product is not judged")
    return Quantity(q.poly, stacked(q.columns, q.rows))


def tensor_products(a: Quantity, b: Quantity) -> Sequence[Quantity]:
    """v ⊗ w = v wᵀ of two vectors, and A ⊗ B with the blocks A_ij B.

    Raises: Misfit for a number.
    """
    if a.is_scalar or b.is_scalar:
        raise Misfit(f"an outer product is one of vectors, not of {a.shape} and {b.shape}")
    blocks = Quantity(multiplied(a.poly, b.poly), stacked(a.rows, b.rows), stacked(a.columns, b.columns))
    if len(a.axes) != 1 or len(b.axes) != 1 or (a.rows is None) != (b.rows is None):
        return (blocks,)
    return (product(Quantity(a.poly, a.axes[0], None), Quantity(b.poly, None, b.axes[0])), blocks)


def identity(reader: Reader, about: object) -> Quantity:
    """`I` of one of the sizes that values here have: which, shapes decide.

    Raises: Unknown if there are none, or too many.
    """
    rows = _some_axis(reader, "I", "the identity I is, is not said; write I_n", about)
    columns = reader.scope.fresh.axis(rows)
    return array(delta(index(rows.name) - index(columns.name)), rows, columns)


def ones(reader: Reader, about: object) -> Quantity:
    """`𝟏`, a column of ones, of one of the sizes that values here have.

    Raises: as `identity`.
    """
    return array(constant(1), _some_axis(reader, "1", "the vector of ones is, is not said; write 1_n", about))


def _some_axis(reader: Reader, name: str, unsaid: str, about: object) -> Index:
    sizes = tuple(_sizes(reader))
    if not 0 < len(sizes) <= MOST_SIZES:
        raise Unknown(f"of what size {unsaid}")
    reader.scope.shapes_decide.append(name)
    return reader.scope.fresh.axis(Index("one", number(1), reader.scope.choices.choose(sizes, (name, about))))


def _sizes(reader: Reader) -> dict[Affine, None]:
    """The extents of values, those of layers for the layers that the formula mentions."""
    found: dict[Affine, None] = {}
    scope = reader.scope
    for tensor in scope.lexicon.network.tensors.values():
        if tensor.name.startswith("·"):
            continue
        layers = [{tensor.axes[0].name: at + k} for at in scope.layers for k in (0, -1)] if tensor.family == 1 else [{}]
        for axis in tensor.axes[tensor.family :]:
            for at in layers:
                found.setdefault(axis.subs(at).extent)
    return {x: None for x in found if not (x.is_number and x.const == 1)}
