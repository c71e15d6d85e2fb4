"""Matrix forms with every entry written out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from fractions import Fraction
from typing import Any, cast

from derive.ir.record import Case
from derive.ir.tensor import ADJOINT, Equation
from derive.network.network import Network
from derive.notes.sections.scalars_naming import Naming
from derive.notes.sections.scalars_spelled import At, places, spelled, spelled_entry
from derive.raising.raise_case import Raised, vectors_are_rows
from derive.terms.affine import Index, number
from derive.terms.matrix import Entrywise, Listed, Matrix, Ones, ScalarPart, Transposed, Whole
from derive.terms.term import Entry
from derive.terms.view import Leaf, Num, View


def written_out(network: Network, matrix: Matrix, naming: Naming) -> Matrix:
    """The expression with every whole matrix and vector as its entries; a single entry stands without brackets.

    Raises: DeriveError where an extent is no number.
    """

    def rule(part: Matrix) -> Matrix | None:
        match part:
            case Whole() if isinstance(part.atom, Entry):
                return _bare(naming.listed(_listed(network, part.atom, part.axes)))
            case Transposed() if isinstance(part.arg, Whole | Ones):
                inner = written_out(network, part.arg, naming)
                return transposed(inner) if isinstance(inner, Listed) else inner
            case Ones():
                rows = places((Index("k", number(1), part.extent),), "a column of ones")
                return _bare(Listed(tuple((Num(Fraction(1)),) for _ in rows)))
            case ScalarPart():
                return _bare(naming.listed(Listed(((spelled(part.view, {}),),))))
        return None

    return _replaced(matrix, rule)


def with_put_in(matrix: Matrix, known: Mapping[str, Matrix]) -> Matrix:
    """The expression with whole tensors replaced by what is known of them, by name."""

    def rule(part: Matrix) -> Matrix | None:
        if isinstance(part, Whole) and isinstance(part.atom, Entry):
            return known.get(part.atom.tensor)
        return None

    return _replaced(matrix, rule)


def _replaced(matrix: Matrix, rule: Callable[[Matrix], Matrix | None]) -> Matrix:
    """The expression with the outermost parts replaced for which the rule gives something."""
    if (new := rule(matrix)) is not None:
        return new
    changed: dict[str, Any] = {}
    for f in fields(matrix):
        value = getattr(matrix, f.name)
        if isinstance(value, tuple) and value and all(isinstance(v, Matrix) for v in value):
            changed[f.name] = tuple(_replaced(v, rule) for v in value)
        elif isinstance(value, Matrix):
            changed[f.name] = _replaced(value, rule)
    return cast(Matrix, replace(cast(Any, matrix), **changed))


def _bare(matrix: Listed) -> Matrix:
    """A single entry without brackets."""
    return matrix if len(matrix.rows) > 1 or len(matrix.rows[0]) > 1 else ScalarPart(matrix.rows[0][0])


def entry_by_entry(network: Network, lhs: Whole, case: Case, naming: Naming) -> Matrix:
    """The value that a case gives to each entry of the left side `lhs`, in its place."""
    return _bare(_filled(network, lhs, case, case.view, naming))


def of_each_entry(network: Network, raised: Raised, e: Equation, view: View, naming: Naming) -> Listed | None:
    """The values `view` of an equation whose right side is a function of a vector; None for any other equation."""
    if not isinstance(raised.rhs, Entrywise) or not isinstance(raised.lhs, Whole) or raised.held:
        return None
    listed = _filled(network, raised.lhs, e, view, naming)
    return listed if len(listed.rows) > 1 or len(listed.rows[0]) > 1 else None


def _filled(network: Network, lhs: Whole, of: Case | Equation, view: View, naming: Naming) -> Listed:
    assert isinstance(lhs.atom, Entry)
    domain = {b.name: b for b in of.domain}
    variables = dict(zip((e.variable for e in lhs.atom.idx), (e.variable for e in of.lhs.idx), strict=True))
    bounds = [domain[name] for a in lhs.axes if (name := variables[a]) is not None]
    return naming.listed(_laid_out(network, bounds, lambda at: spelled(view, at)))


def transposed(matrix: Listed) -> Listed:
    """Rows as columns."""
    return Listed(tuple(zip(*matrix.rows, strict=True)))


def _listed(network: Network, entry: Entry, axes: tuple[str, ...]) -> Listed:
    tensor = network.tensor(entry.tensor.removeprefix(ADJOINT))
    ranges = {e.variable: a for a, e in zip(tensor.axes, entry.idx, strict=True) if e.variable}
    bounds = [ranges[a].renamed(a) for a in axes]
    return _laid_out(network, bounds, lambda at: Leaf(spelled_entry(entry, at)))


def _laid_out(network: Network, bounds: list[Index], value: Callable[[At], View]) -> Listed:
    """Rows over the first index, columns over the second; a vector as the layout of the network has it."""
    what = "a matrix"
    if len(bounds) == 2:
        rows, columns = places(bounds[:1], what), places(bounds[1:], what)
        return Listed(tuple(tuple(value({**r, **c}) for c in columns) for r in rows))
    column = Listed(tuple((value(at),) for at in places(bounds, what)))
    return transposed(column) if vectors_are_rows(network) else column
