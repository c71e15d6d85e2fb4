"""Arrays put together of parts: `[h; x]` one below the other, `[H, X]` side by side.

An entry of the whole is one of a part only where it is known which: in a product, which is summed part by part, and in
an equation, which is stated once for each part.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

import sympy

from derive.errors import DeriveError
from derive.forward.sizes import Conflict, Extent, Sizes

if TYPE_CHECKING:
    from derive.forward.forms import Form, Place
    from derive.forward.scene import Scene


def joined_axes(sizes: Sizes, forms: Sequence[Form], beside: bool) -> tuple[Extent | None, Extent | None]:
    """The rows and columns of the whole; vectors are joined along their axis, matrices have one axis in common.

    Raises: Conflict for numbers, for a vector beside a matrix, and for rows one below the other.
    """
    first = forms[0]
    shapes = {(f.rows is None, f.columns is None) for f in forms}
    if len(shapes) != 1 or first.is_number:
        raise Conflict("these parts cannot be put together")
    if first.columns is None:
        return sizes.joined([f.rows for f in forms if f.rows is not None]), None
    if first.rows is None and not beside:
        raise Conflict("rows one below the other are no vector")
    for f in forms[1:]:
        for mine, other in ((first.rows, f.rows),) if beside else ((first.columns, f.columns),):
            if mine is not None and other is not None:
                sizes.unify(mine, other)
    if beside:
        return first.rows, sizes.joined([f.columns for f in forms if f.columns is not None])
    return sizes.joined([f.rows for f in forms if f.rows is not None]), first.columns


def no_entry(scene: Scene, i: Place, j: Place) -> sympy.Expr:
    """Raises: DeriveError."""
    raise DeriveError("parts that are put together stand where they have no name", repair="give the whole a name")


def offsets(scene: Scene, parts: Sequence[Form], by_columns: bool) -> Iterator[tuple[Form, Extent, sympy.Expr]]:
    """Each part with its size along the joined axis, and how many places are before it."""
    before = sympy.Integer(0)
    for part in parts:
        size = part.columns if by_columns else part.rows
        assert size is not None
        yield part, size, before
        before += scene.size(size)


def contracted(scene: Scene, a: Form, b: Form, i: Place, j: Place) -> sympy.Expr:
    """Σ_k a_ik b_kj, part by part."""
    terms: list[sympy.Expr] = []
    if b.blocks and not b.beside:
        for part, size, before in offsets(scene, b.blocks, False):
            terms.append(scene.summed(size, partial(_term, scene, a, part, i, j, before, sympy.Integer(0))))
        return sympy.Add(*terms)
    if a.blocks and a.beside:
        for part, size, before in offsets(scene, a.blocks, True):
            terms.append(scene.summed(size, partial(_term, scene, part, b, i, j, sympy.Integer(0), before)))
        return sympy.Add(*terms)
    assert b.rows is not None
    return scene.summed(b.rows, lambda k: a.at(scene, i, k) * b.at(scene, k, j))


def _term(
    scene: Scene, a: Form, b: Form, i: Place, j: Place, before: sympy.Expr, behind: sympy.Expr, k: sympy.Basic
) -> sympy.Expr:
    return a.at(scene, i, before + k) * b.at(scene, behind + k, j)
