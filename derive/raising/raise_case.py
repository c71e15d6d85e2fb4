"""Raising a result or a forward equation: index form to matrix form, where there is one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from derive.errors import DeriveError
from derive.ir.tensor import ADJOINT, GRADIENT
from derive.latex.settings import read_notation
from derive.network.network import Network
from derive.raising.array import Source
from derive.raising.contraction import array_of
from derive.raising.matrix import NotAMatrix, Place, Raiser
from derive.terms.affine import Affine, IdEntry, Index
from derive.terms.matrix import Matrix, Whole
from derive.terms.term import Block, Delta, Entry, Functional, Poly
from derive.terms.view import Leaf, Summed, View, children, transform
from derive.terms.walk import atoms_in


@dataclass(frozen=True)
class Raised:
    """`lhs = rhs` between matrices, vectors or scalars, for all values of the indices that are `held`."""

    lhs: Matrix
    rhs: Matrix
    held: tuple[Index, ...] = ()


def raise_view(network: Network, lhs: Entry, domain: Sequence[Index], view: View) -> Raised | None:
    """`lhs = view` as matrices, oriented by the index order of the left side; a Jacobian has its value along rows.

    Of a left side with more than two axes two run and the others are held: samples first, then leading axes; a single
    one runs where ids choose what is read. A sum along an axis of a tensor with more than two axes, or over what the
    ids belong to, may become a sum of matrices.

    None where no pattern covers the right side: the index form stands.
    """
    scope = {b.name: b for b in domain if not b.ordered}
    axes = [scope[e.variable] for e in lhs.idx if e.variable in scope]
    if len(axes) != len(scope):
        return None
    for held in held_axes(network, axes, _reads_one_by_one(network, view, axes)):
        inner = {n: b for n, b in scope.items() if b not in held}
        for marked in summing_matrices(network, view):
            found = _raised(network, lhs, [b for b in axes if b not in held], inner, marked)
            if found is not None:
                return replace(found, held=held)
    return None


def _reads_one_by_one(network: Network, view: View, axes: Sequence[Index]) -> bool:
    """Whether ids choose what is read, or an axis of the left side goes through the steps of a recursion."""
    names = {b.name for b in axes}
    return any(_ids_in(view)) or any(
        e.free & names for x in _entries(view) for e in x.idx[: network.tensor(_plain_name(x)).family]
    )


def _plain_name(entry: Entry) -> str:
    return entry.tensor.removeprefix(ADJOINT).removeprefix(GRADIENT)


def _ids_in(view: View) -> Iterator[IdEntry]:
    """The ids in the indices and brackets of a view."""
    if isinstance(view, Leaf):
        affines = view.atom.idx if isinstance(view.atom, Entry) else ()
        affines = (view.atom.difference,) if isinstance(view.atom, Delta) else affines
        yield from (v for a in affines for v, _ in a.terms if isinstance(v, IdEntry))
    for part in children(view):
        yield from _ids_in(part)


def held_axes(network: Network, axes: Sequence[Index], to_one: bool = False) -> Iterator[tuple[Index, ...]]:
    """Which of the axes may stay fixed, so that two at most are left (then `to_one`); the likeliest choice first."""
    batch = None if network.batch is None else (network.batch.lo, network.batch.hi)
    likely = sorted(axes, key=lambda b: (b.lo, b.hi) != batch)
    yield from combinations(likely, max(len(axes) - 2, 0))
    if to_one and len(axes) > 1:
        yield from combinations(likely, len(axes) - 1)


def summing_matrices(network: Network, view: View) -> Iterator[View]:
    """The view, and the view with sums along axes of large tensors taken as sums of matrices."""
    yield view
    ranges = dict.fromkeys(_large_ranges(network, view))
    for count in (1, 2):
        for chosen in combinations(ranges, count):
            yield _with_loops(view, frozenset(chosen))


Range = tuple[Affine, Affine]


def _large_ranges(network: Network, view: View) -> Iterator[Range]:
    """The ranges of summed indices in entries with more than two axes, in ids, or that count steps of a recursion."""
    if isinstance(view, Summed):
        bounds = {b.name: b for b in view.bounds if not b.ordered}
        for entry in _entries(view.body):
            tensor = network.tensors.get(_plain_name(entry))
            steps = entry.idx[: tensor.family] if tensor is not None else ()
            yield from ((b.lo, b.hi) for n, b in bounds.items() if any(n in e.free for e in steps))
            if tensor is not None and len(tensor.axes) - tensor.family > 2:
                used = [bounds[e.variable] for e in entry.idx if e.variable in bounds]
                batch = network.batch
                used.sort(key=lambda b: batch is None or (b.lo, b.hi) != (batch.lo, batch.hi))
                yield from ((b.lo, b.hi) for b in used)
        for v in _ids_in(view.body):
            yield from ((b.lo, b.hi) for n, b in bounds.items() if any(n in a.free for a in v.idx))
    for part in children(view):
        yield from _large_ranges(network, part)


def _entries(view: View) -> Iterator[Entry]:
    if isinstance(view, Leaf) and isinstance(view.atom, Entry):
        yield view.atom
    for part in children(view):
        yield from _entries(part)


def _with_loops(view: View, ranges: frozenset[Range]) -> View:
    """The view with summed indices of these ranges as loops over matrices."""

    def rule(v: View) -> View | None:
        if not isinstance(v, Summed):
            return None
        bounds = tuple(Index(b.name, b.lo, b.hi, b.ordered or (b.lo, b.hi) in ranges) for b in v.bounds)
        return Summed(bounds, v.body)

    return transform(view, rule)


def _raised(
    network: Network, lhs: Entry, axes: Sequence[Index], scope: Mapping[str, Index], view: View
) -> Raised | None:
    row, column = places(network, lhs, axes)
    try:
        name = raised_name(network, lhs, axes)
        return Raised(name, raiser_of(network).matrix(array_of(view, scope), row, column))
    except (DeriveError, NotAMatrix):
        return None


def places(network: Network, lhs: Entry, axes: Sequence[Index]) -> tuple[Place, Place]:
    """Which of at most two axes runs along the rows of a left side, and which along its columns."""
    if len(axes) == 2:
        row, column = reversed(axes) if _is_jacobian(network, lhs) else axes
        return row, column
    if axes:
        return (None, axes[0]) if vectors_are_rows(network) else (axes[0], None)
    return None, None


def raised_name(network: Network, lhs: Entry, axes: Sequence[Index]) -> Matrix:
    """A whole left side. Raises: NotAMatrix if an axis takes only part of its range."""
    raiser, left = raiser_of(network), Source(lhs, tuple(axes))
    if not raiser.whole(left):
        raise NotAMatrix
    return raiser.matrix(left, *places(network, lhs, axes)) if axes else Whole(lhs, ())


def raiser_of(network: Network) -> Raiser:
    return Raiser(
        vectors_are_rows(network),
        lambda source: covers(network, source),
        lambda source: _extents(network, source),
        lambda source: network.tensor(_plain_name(source.atom)).family if isinstance(source.atom, Entry) else 0,
    )


def _extents(network: Network, source: Source) -> dict[str, Range]:
    """The ranges of the whole axes along which a source runs, by their indices."""
    assert isinstance(source.atom, Entry)
    tensor = network.tensor(source.atom.tensor.removeprefix(ADJOINT))
    at = {a.name: e for a, e in zip(tensor.axes, source.atom.idx, strict=False)}
    pairs = zip(tensor.axes, source.atom.idx, strict=False)
    return {e.variable: (a.lo.subs(at), a.hi.subs(at)) for a, e in pairs if e.variable is not None}


def _is_jacobian(network: Network, lhs: Entry) -> bool:
    """Whether the adjoint of a vector has the index of a seed behind its own."""
    return len(lhs.idx) > len(network.tensor(lhs.tensor.removeprefix(ADJOINT)).axes)


def covers(network: Network, source: Source) -> bool:
    """Whether a source runs over the whole range of each of its axes (a slice has no matrix name)."""
    if isinstance(source.atom, Functional):
        return len(source.atom.wrt) == 1
    tensor = network.tensor(source.atom.tensor.removeprefix(ADJOINT))
    at = {a.name: e for a, e in zip(tensor.axes, source.atom.idx, strict=False)}
    here = {b.name: b for b in source.order}
    for axis, e in zip(tensor.axes, source.atom.idx, strict=False):
        b = here.get(e.variable or "")
        if b is None:
            if e.free & set(here):
                return False
        elif b.lo != axis.lo.subs(at) or b.hi != axis.hi.subs(at):
            return False
    return True


def vectors_are_rows(network: Network) -> bool:
    """Whether tensors with one axis are rows: what the layout of a network file says.

    Without a file it is what the forward equations say with fewer transposes: a matrix that is contracted over its
    first axis (`x W`) speaks for rows, over its second (`W x`) for columns.
    """
    if network.spec is not None:
        return read_notation(network.notation).layout == "rows"
    stated = (e for e in network.equations if e.note != "adjoint")
    places = [k for e in stated for k in _contracted_axes(network, e.rhs)]
    return places.count(0) > places.count(1)


def _contracted_axes(network: Network, p: Poly) -> Iterator[int]:
    """For each parameter with two free axes under a sum: which of them is summed."""
    for block in atoms_in(p):
        if isinstance(block, Block):
            names = {b.name for b in block.bounds}
            for a, _ in block.body.powers:
                if isinstance(a, Entry) and network.tensor(a.tensor).role == "parameter":
                    axes = [e.variable for e in a.idx[network.tensor(a.tensor).family :]]
                    hits = [k for k, n in enumerate(axes) if n in names]
                    if len(axes) == 2 and len(hits) == 1:
                        yield hits[0]
