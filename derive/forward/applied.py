"""Functions of several numbers, of whole vectors, and by cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import sympy

from derive.errors import DeriveError
from derive.forward.blocks import joined_axes, no_entry
from derive.forward.forms import Algebra, Form, Place
from derive.forward.scene import Scene
from derive.forward.sizes import Conflict

RELATIONS = {">": sympy.Gt, "<": sympy.Lt, "≥": sympy.Ge, "≤": sympy.Le}
Condition: TypeAlias = tuple[Form, Any, Form]


def extreme(algebra: Algebra, word: str, a: Form, b: Form) -> Form:
    """max(x, y) = x + relu(y - x), entry by entry; min(x, y) = -max(-x, -y)."""
    sign = 1 if word == "max" else -1

    def larger(x: sympy.Expr, y: sympy.Expr) -> sympy.Expr:
        if x == 0 or y == 0:
            return sign * sympy.Function("relu")(sign * (x + y))
        return x + sign * sympy.Function("relu")(sign * (y - x))

    return algebra.entries(larger, a, b, word)


def softmax(algebra: Algebra, a: Form) -> Form:
    """exp(z_i) / Σ_k exp(z_k) of a vector; of a matrix for each sample.

    Raises: Conflict for a number.
    """
    if a.is_number:
        raise Conflict("a softmax is one of vectors")
    algebra.plural.extend(a.axes)

    def entry(scene: Scene, i: Place, j: Place) -> sympy.Expr:
        is_column = a.rows is not None and (a.columns is None or scene.is_column(a.rows, a.columns))
        axis = a.rows if is_column else a.columns
        assert axis is not None

        def at(k: sympy.Basic) -> sympy.Expr:
            return sympy.exp(a.at(scene, k, j) if is_column else a.at(scene, i, k))

        return sympy.exp(a.at(scene, i, j)) / scene.summed(axis, at)

    return Form(entry, a.rows, a.columns, a.learned)


def by_cases(algebra: Algebra, values: Sequence[Form], tests: Sequence[Condition]) -> Form:
    """Entry by entry the first value whose condition holds; the last one has none."""
    whole = values[0]
    for other in (*values[1:], *(x for a, _, b in tests for x in (a, b))):
        whole = algebra.entries(lambda x, y: x, whole, other, "a case")

    def entry(scene: Scene, i: Place, j: Place) -> sympy.Expr:
        conditions = [relation(a.at(scene, i, j), b.at(scene, i, j)) for a, relation, b in tests]
        if any(c.atoms(sympy.Sum) for c in conditions):
            raise DeriveError(
                "a function by cases is taken of a sum or a product",
                repair="give its argument a name of its own, `z = W x`",
            )
        pieces = zip(values, (*conditions, True), strict=True)
        return sympy.Piecewise(*((v.at(scene, i, j), c) for v, c in pieces))

    return Form(entry, whole.rows, whole.columns, whole.learned)


def open_cost(algebra: Algebra, name: str, given: Sequence[Form]) -> Form:
    """C(a, y) of which nothing is said but what it depends on; arrays of one shape have their places in common."""
    for one in given:
        for axis, other in zip(one.axes, given[0].axes, strict=False):
            if len(one.axes) == len(given[0].axes):
                algebra.sizes.unify(axis, other)

    def entry(scene: Scene, _i: Place, _j: Place) -> sympy.Expr:
        return scene.net.functional(name)(*(one.at(scene, *scene.places(one.rows, one.columns)) for one in given))

    return Form(entry, learned=False)


def joined(algebra: Algebra, forms: Sequence[Form], beside: bool) -> Form:
    """`[h; x]`, `[H, X]`: parts put together.

    Raises: Conflict for shapes that cannot be.
    """
    rows, columns = joined_axes(algebra.sizes, forms, beside)
    learned = all(f.learned for f in forms)
    return Form(no_entry, rows, columns, learned, blocks=tuple(forms), beside=beside and columns is not None)
