"""From a view to an array expression: products under sums become pairwise contractions, smallest result first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from derive.errors import DeriveError
from derive.raising.array import (
    Accumulate,
    Add,
    Array,
    Chosen,
    Condition,
    Contract,
    Gather,
    Heaviside,
    Largest,
    Map,
    Multiply,
    Position,
    Raise,
    Reduce,
    Scalar,
    Source,
)
from derive.terms import view as view_module
from derive.terms.affine import Affine, Index
from derive.terms.prover import contains_id
from derive.terms.term import Bound, Delta, Divides, Entry, Functional
from derive.terms.term import Scalar as ScalarAtom
from derive.terms.view import Apply, Leaf, Plus, Power, Step, Summed, Times, View, children, free_indices
from derive.terms.walk import entries_in

Scope = Mapping[str, Index]
"""The axes in scope: every free index that is not ordered, and the bound ones."""


def array_of(view: View, scope: Scope) -> Array:
    """The array expression of a view whose axes are the indices in `scope`; ordered indices stay parameters."""
    if free_indices(view).isdisjoint(scope) and not _has_sum(view):
        return Scalar(view)
    match view:
        case Leaf():
            return _leaf(view, scope)
        case Apply():
            return Map(view.name, view.orders, tuple(array_of(a, scope) for a in view.args))
        case Step():
            return Heaviside(array_of(view.arg, scope), view.strict)
        case Plus():
            return _add([array_of(t, scope) for t in view.terms])
        case Times():
            return multiply([array_of(f, scope) for f in view.factors])
        case Power():
            return Raise(array_of(view.base, scope), view.exponent)
        case Summed():
            inner = {**scope, **{b.name: b for b in view.bounds if not b.ordered}}
            for b in view.bounds:
                if not b.free.isdisjoint(inner):
                    raise DeriveError(f"the range {b} depends on an axis: a loop, not a contraction")
            factors = view.body.factors if isinstance(view.body, Times) else (view.body,)
            ordered = tuple(b for b in view.bounds if b.ordered)
            summed = contract([array_of(f, inner) for f in factors], [b for b in view.bounds if not b.ordered])
            return Accumulate(summed, ordered) if ordered else summed
        case view_module.Largest() | view_module.Chosen():
            return _largest(view, scope)
    raise DeriveError(f"{view} has no array form")


def _largest(view: view_module.Largest | view_module.Chosen, scope: Scope) -> Array:
    """A maximum over axes, or the bracket of its first place."""
    if any(b.ordered or not b.free.isdisjoint(scope) for b in view.bounds):
        raise DeriveError(f"the maximum over {view.bounds} is no maximum over axes")
    arg = array_of(view.body, {**scope, **{b.name: b for b in view.bounds}})
    if isinstance(view, view_module.Largest):
        return Largest(arg, view.bounds)
    along = frozenset().union(*(e.free for e in view.at)) & frozenset(scope)
    return Chosen(arg, view.bounds, view.at, along)


def _has_sum(view: View) -> bool:
    return isinstance(view, Summed | view_module.Largest | view_module.Chosen) or any(
        _has_sum(p) for p in children(view)
    )


def _leaf(view: Leaf, scope: Scope) -> Array:
    atom = view.atom
    match atom:
        case ScalarAtom():
            return Position(atom, atom.free & frozenset(scope))
        case Entry():
            return _entry(atom, scope)
        case Functional():
            return Source(atom, tuple(scope[n] for n in _gradient_axes(atom) if n in scope))
        case Delta() | Bound() | Divides():
            return Condition(atom, atom.free & frozenset(scope))
    raise DeriveError(f"{atom!r} has no array form")


def _gradient_axes(atom: Functional) -> list[str]:
    """The indices of `∂C/∂a` in the order in which `a` has them, samples and layers too; then all others."""
    order: dict[str, None] = {}
    for k, at in atom.wrt:
        places = {b.name: e.variable for b, e in zip(atom.bounds, at, strict=True)}
        for entry in entries_in(atom.args[k]):
            names = (places.get(e.variable or "", e.variable) for e in entry.idx)
            order |= dict.fromkeys(n for n in names if n is not None)
    return [*order, *sorted(atom.free - set(order))]


def _entry(atom: Entry, scope: Scope) -> Array:
    axes: list[str] = []
    for e in atom.idx:
        if contains_id(e):
            return Gather(atom, atom.free & frozenset(scope))
        mine = e.free & set(scope)
        if not mine:
            continue
        name = next(iter(mine)) if len(mine) == 1 else ""
        if not name or e.coefficient(name) != 1 or name in axes or name in (e - Affine([(name, 1)])).free:
            return Gather(atom, atom.free & frozenset(scope))
        axes.append(name)
    return Source(atom, tuple(scope[n] for n in axes))


def _add(args: Sequence[Array]) -> Array:
    flat = [b for a in args for b in (a.args if isinstance(a, Add) else (a,))]
    return Add(tuple(flat))


def multiply(args: Sequence[Array]) -> Array:
    """The product, flattened, numbers and scalars first."""
    flat = [b for a in args for b in (a.args if isinstance(a, Multiply) else (a,))]
    ordered = [a for a in flat if isinstance(a, Scalar)] + [a for a in flat if not isinstance(a, Scalar)]
    return Multiply(tuple(ordered)) if len(ordered) > 1 else ordered[0]


def contract(factors: Sequence[Array], bounds: Sequence[Index]) -> Array:
    """Σ_bounds Π factors, one bound index after the other: always the one that leaves the smallest result.

    An index that more than two factors share is made to be shared by two first, by entrywise products.
    """
    left = [b for a in factors for b in (a.args if isinstance(a, Multiply) else (a,))]
    waiting = list(bounds)
    while waiting:
        b = min(waiting, key=lambda b: (_result_rank(b, left, waiting), waiting.index(b)))
        having = _joined([a for a in left if b.name in a.axes])
        if not having:
            raise DeriveError(f"nothing is summed over {b}, whose range may be empty")
        rest = [a for a in left if b.name not in a.axes]
        over = tuple(
            o
            for o in waiting
            if any(o.name in a.axes for a in having)
            and not any(o.name in a.axes for a in rest)
            and all(o.name in a.axes for a in having)
        )
        new = _summed(having, over)
        waiting = [o for o in waiting if o not in over]
        left = [*rest, new] if not isinstance(new, Multiply) else [*rest, *new.args]
    return multiply(left)


def _result_rank(b: Index, factors: Sequence[Array], waiting: Sequence[Index]) -> int:
    """The number of axes of what summing over `b` leaves."""
    having = [a for a in factors if b.name in a.axes]
    axes = frozenset().union(*(a.axes for a in having)) if having else frozenset()
    return len(axes) - 1


def _joined(having: Sequence[Array]) -> list[Array]:
    """At most two factors: those with equal axes are multiplied, then the narrowest into the next."""
    groups: dict[frozenset[str], list[Array]] = {}
    for a in having:
        groups.setdefault(a.axes, []).append(a)
    parts = [multiply(g) for g in groups.values()]
    while len(parts) > 2:
        parts.sort(key=lambda a: len(a.axes))
        narrow = parts.pop(0)
        k = min(range(len(parts)), key=lambda k: len(parts[k].axes | narrow.axes))
        parts[k] = multiply([parts[k], narrow])
    return parts


def _summed(having: Sequence[Array], over: tuple[Index, ...]) -> Array:
    if len(having) == 2:
        return Contract(having[0], having[1], over)
    factors = having[0].args if isinstance(having[0], Multiply) else (having[0],)
    names = {b.name for b in over}
    inside = [a for a in factors if a.axes & names]
    outside = [a for a in factors if not a.axes & names]
    if not inside:
        raise AssertionError("a dead index is removed by the normal form")
    return multiply([*outside, Reduce(multiply(inside), over)])
