"""A function at another point than that of its definition: `C(w + ε e_i)`, `∇L(θ^0)`.

The function is a value of the document's own whose equation reads one array, or one number, of the shape of the point;
the point takes its place in that equation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from derive.calculus.occurrence import occurrences
from derive.latex.reading.syntax import Bracketed, Listed, Node, Scripts, Symbol
from derive.reading.calls import OWN
from derive.reading.marks import marks_of
from derive.reading.quantity import Quantity, Unknown, same_extent
from derive.terms.affine import Index, index
from derive.terms.algebra import delta, times, times_all, total
from derive.terms.blocks import sum_over
from derive.terms.substitute import substitute
from derive.terms.term import Atom, Entry, Func, Functional, Poly, of_atom
from derive.terms.walk import atoms_in, entries_in, rewrite

if TYPE_CHECKING:
    from derive.reading.expressions import Reader


def at_point(reader: Reader, name: Node, argument: Bracketed) -> Quantity | None:
    """`C(w + ε e_i)`; None where the name is no open function: `y(1 - y)` is a product."""
    found = _function(reader, name, argument)
    if found is None:
        return None
    rhs, variable, point = found
    is_open = any(isinstance(a, Func | Functional) and a.name.startswith(OWN) for a in atoms_in(rhs))
    if not is_open or (point.is_scalar and not isinstance(argument.body, Symbol | Scripts)):
        return None
    return Quantity(_moved(rhs, variable, point))


def gradient_at(reader: Reader, name: Node, argument: Bracketed) -> Quantity | None:
    """`∇L(θ)`: the derivatives by all entries of what the function reads, at this point."""
    found = _function(reader, name, argument)
    if found is None:
        return None
    rhs, variable, point = found
    axes = {a: reader.scope.fresh.axis(a) for a in point.axes}
    at = [index(a.name) for a in axes.values()]
    avoid = rhs.free | frozenset(a.name for a in axes.values()) | point.poly.free
    parts = []
    for o in occurrences(rhs, variable, avoid):
        deltas = times_all(delta(a - b) for a, b in zip(o.idx, at, strict=True))
        parts.append(sum_over(o.bounds, times(o.coefficient, deltas), {}))
    rows, columns = (None if a is None else axes[a] for a in (point.rows, point.columns))
    return Quantity(_moved(total(parts), variable, point), rows, columns)


def _function(reader: Reader, name: Node, argument: Bracketed) -> tuple[Poly, str, Quantity] | None:
    """The right side of the function's equation, the name of what it reads, and the point."""
    lexicon = reader.scope.lexicon
    key = marks_of(name).key
    own = [n for n in lexicon.find(key) if n.is_own and not n.gradient] if key is not None else []
    if not own or not isinstance(name, Symbol | Scripts) or isinstance(argument.body, Listed):
        return None
    try:
        value = reader.tensors.read(own, marks_of(name))
    except Unknown:
        return None
    entries = list(entries_in(value.poly))
    definitions = lexicon.network.definitions(entries[0].tensor) if len(entries) == 1 and value.is_scalar else ()
    if len(definitions) != 1 or definitions[0].domain:
        return None
    rhs, point = definitions[0].rhs, reader.read(argument.body)
    read = {e.tensor for e in entries_in(rhs)}
    written = {e.tensor for e in entries_in(point.poly)} & read
    fitting = [t for t in sorted(written or read) if _fits(lexicon.network.tensors[t].axes, point)]
    return (rhs, fitting[0], point) if len(fitting) == 1 else None


def _fits(axes: tuple[Index, ...], point: Quantity) -> bool:
    return len(axes) == len(point.axes) and all(same_extent(a, b) for a, b in zip(axes, point.axes, strict=True))


def _moved(p: Poly, variable: str, point: Quantity) -> Poly:
    """The expression with the entries of the point for those of the variable."""

    def there(entry: Entry) -> Poly | None:
        if entry.tensor != variable:
            return None
        return substitute(point.poly, {a.name: at for a, at in zip(point.axes, entry.idx, strict=True)})

    return replaced(p, there, point.poly.free)


def replaced(p: Poly, by: Callable[[Entry], Poly | None], avoid: frozenset[str]) -> Poly:
    """The expression with something else for its entries, those that open functions read too."""

    def rule(atom: Atom) -> Poly | None:
        if isinstance(atom, Functional):
            inner = p.free | avoid | {b.name for b in atom.bounds}
            args = tuple(rewrite(a, rule, inner) for a in atom.args)
            return of_atom(Functional(atom.name, atom.bounds, args, atom.wrt))
        return by(atom) if isinstance(atom, Entry) else None

    return rewrite(p, rule, p.free | avoid)
