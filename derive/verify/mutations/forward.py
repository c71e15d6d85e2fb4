"""Mistakes of the forward pass: one equation of the network changed as people err."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from derive.errors import DeriveError
from derive.ir.tensor import Equation
from derive.network.network import Network
from derive.terms.affine import Affine, index
from derive.terms.algebra import power, subtract, times, times_all
from derive.terms.blocks import sum_over
from derive.terms.substitute import open_block
from derive.terms.term import Atom, Block, Entry, Poly, constant, of_affine, of_atom, of_monomial
from derive.terms.walk import atoms_in, entries_in, rewrite
from derive.verify.mutations.masks import wrong_masks
from derive.verify.mutations.offsets import CODES, with_offset
from derive.verify.mutations.reading import windows_among
from derive.verify.mutations.reductions import Domain, turned_terms, turns
from derive.verify.mutations.scales import constant_scale
from derive.verify.mutations.statistics import Axes, Statistics, turned_statistics
from derive.verify.mutations.wording import formula

UNIT = constant(1)
Changed = tuple[str, dict[str, str], Poly]


@dataclass(frozen=True)
class Slip:
    """A network with one mistake, in the equation of `node`; `tensors` are those whose equations changed.

    `along` is the same change of what the gradients are made of, where there is one.
    """

    code: str
    node: str
    details: Mapping[str, str]
    network: Network
    tensors: frozenset[str]
    along: Callable[[Poly], Poly] | None = None


def slips(network: Network) -> Iterator[Slip]:
    """The network with every mistake that its equations have room for, in one of them and in all at once.

    What the algebra refuses is passed over.
    """
    for changes in (_scales, _counts, _sums, _masks, _taps):
        together: dict[str, list[tuple[Equation, Changed]]] = {}
        for e in network.equations:
            if e.lhs.tensor == network.cost:
                continue
            codes = set()
            for change in _allowed(changes(network, e)):
                yield _slip(network, [(e, change)])
                if change[0] not in codes:
                    together.setdefault(change[0], []).append((e, change))
                codes.add(change[0])
        yield from (_slip(network, found) for found in together.values() if len(found) > 1)
    yield from _offsets(network)
    yield from _blocks(network)
    for found, kept, new in _allowed_networks(network):
        right, wrong = (tuple(b for b in found.reader.domain if b not in axes) for axes in (found.kept, kept))
        details = {"right": _named(right), "wrong": _named(wrong)}
        names = frozenset({*found.names, found.reader.lhs.tensor})
        yield Slip("wrong-sum", " and ".join(found.names), details, new, names)


def _allowed(changes: Iterator[Changed]) -> Iterator[Changed]:
    while True:
        try:
            yield next(changes)
        except (StopIteration, DeriveError):
            return


def _allowed_networks(network: Network) -> Iterator[tuple[Statistics, Axes, Network]]:
    try:
        yield from turned_statistics(network)
    except DeriveError:
        return


def _slip(network: Network, changes: Sequence[tuple[Equation, Changed]]) -> Slip:
    """One equation changed, or several in the same way, as by one function that states them all."""
    names = [e.lhs.tensor for e, _ in changes]
    code, details, _ = changes[0][1]
    every = {key: " and ".join(dict.fromkeys(d[key] for _, (_, d, _) in changes)) for key in details}
    new = _with(network, {e: rhs for e, (_, _, rhs) in changes})
    return Slip(code, " and ".join(names), every, new, frozenset(names))


def _with(network: Network, new: Mapping[Equation, Poly]) -> Network:
    equations = (
        e if (rhs := _found(new, e)) is None else replace(e, rhs=rhs, stated=None, unsolved=None)
        for e in network.equations
    )
    return replace(network, equations=tuple(equations))


def _found(new: Mapping[Equation, Poly], e: Equation) -> Poly | None:
    return next((rhs for old, rhs in new.items() if old is e), None)


def _scales(network: Network, e: Equation) -> Iterator[Changed]:
    """s → 1, s², of a constant factor: √d forgotten, or d for √d."""
    factor = constant_scale(e.rhs)
    if factor != UNIT:
        yield "missing-scale", {"factor": formula(factor)}, times(e.rhs, power(factor, -1))
        yield "wrong-scale", {"wrong": formula(power(factor, 2)), "right": formula(factor)}, times(e.rhs, factor)


def _counts(network: Network, e: Equation) -> Iterator[Changed]:
    """1/N Σ → 1/(N − 1) Σ, and the other way round."""
    blocks = [a for a in atoms_in(e.rhs) if isinstance(a, Block)]
    if len(e.rhs.terms) != 1 or len(blocks) != 1:
        return
    size = times_all(of_affine(b.extent) for b in blocks[0].bounds)
    less = subtract(size, UNIT)
    n = formula(size)
    for right, wrong, shown in ((size, less, (n, f"({n} − 1)")), (less, size, (f"({n} − 1)", n))):
        if less and right != UNIT and times(constant_scale(e.rhs), right).constant is not None:
            details = {"right": shown[0], "wrong": shown[1]}
            yield "wrong-count", details, times(e.rhs, times(right, power(wrong, -1)))


def _sums(network: Network, e: Equation) -> Iterator[Changed]:
    """Σ_s e_ts → Σ_t e_ts: a normalization along another axis."""
    for turn in turns(e.rhs, e.domain):
        if turn.summed:
            for rhs in turned_terms(e.rhs, turn, e.domain):
                yield "wrong-sum", {"right": turn.right, "wrong": turn.wrong}, rhs


def _masks(network: Network, e: Equation) -> Iterator[Changed]:
    for code, rhs in wrong_masks(network, e.rhs, {b.name: b for b in e.domain}):
        yield code, {}, rhs


def _taps(network: Network, e: Equation) -> Iterator[Changed]:
    """Σ_r W_r x_{p+r} → Σ_r W_{R+1−r} x_{p+r}: a convolution with the kernel turned round, not a correlation."""
    for block in (a for a in atoms_in(e.rhs) if isinstance(a, Block)):
        bounds, body = open_block(block, frozenset(b.name for b in e.domain))
        read = [x for x in entries_in(of_monomial(body)) if isinstance(x, Entry)]
        found = windows_among([a for x in read for a in x.idx], e.domain, bounds)
        weights = {x for x in read if network.tensor(x.tensor).role == "parameter"}
        turned = {w.tap.name: w.tap.lo + w.tap.hi - index(w.tap.name) for w in found if w.overlaps}
        if turned and weights:
            new = sum_over(bounds, _with_indices(of_monomial(body), weights, turned), {b.name: b for b in e.domain})
            names = " and ".join(sorted(x.tensor for x in weights))
            yield "flipped-kernel", {"weight": names}, rewrite(e.rhs, _instead(block, new), frozenset(e.context))


def _with_indices(p: Poly, entries: Container[Entry], names: Mapping[str, Affine]) -> Poly:
    def moved(atom: Atom) -> Poly | None:
        if isinstance(atom, Entry) and atom in entries:
            return of_atom(Entry(atom.tensor, tuple(a.subs(names) for a in atom.idx)))
        return None

    return rewrite(p, moved)


def _instead(old: Atom, new: Poly) -> Callable[[Atom], Poly | None]:
    return lambda atom: new if atom == old else None


def _offsets(network: Network) -> Iterator[Slip]:
    """√(v + ε) → √v + ε, √v: in the equations, and in what the gradients divide by."""
    for code in CODES:
        new = {e: rhs for e in network.equations if (rhs := with_offset(e.rhs, code)) != e.rhs}
        if new:
            names = tuple(e.lhs.tensor for e in new)

            def along(p: Poly, code: str = code) -> Poly:
                return with_offset(p, code)

            yield Slip(code, " and ".join(names), {}, _with(network, new), frozenset(names), along)


def _blocks(network: Network) -> Iterator[Slip]:
    """Two values that read different blocks of one tensor, each given the block of the other."""
    for first, second in combinations(network.equations, 2):
        a, b = _single_read(first), _single_read(second)
        if a is None or b is None or a.tensor != b.tensor or a.idx == b.idx:
            continue
        if [(x.lo, x.hi) for x in first.domain] != [(x.lo, x.hi) for x in second.domain]:
            continue
        there, here = ({x.name: index(y.name) for x, y in zip(*d, strict=True)} for d in _domains(first, second))
        new = {first: _reading(first, a, b, there), second: _reading(second, b, a, here)}
        names = (first.lhs.tensor, second.lhs.tensor)
        yield Slip("swapped-blocks", " and ".join(names), {}, _with(network, new), frozenset(names))


def _domains(first: Equation, second: Equation) -> tuple[tuple[Domain, Domain], tuple[Domain, Domain]]:
    return (second.domain, first.domain), (first.domain, second.domain)


def _single_read(e: Equation) -> Entry | None:
    """The one entry that a right side reads, if it reads no other."""
    found = {x for x in entries_in(e.rhs) if isinstance(x, Entry)}
    return found.pop() if len(found) == 1 else None


def _reading(e: Equation, own: Entry, other: Entry, names: Mapping[str, Affine]) -> Poly:
    moved = of_atom(Entry(other.tensor, tuple(a.subs(names) for a in other.idx)))
    return rewrite(e.rhs, lambda a: moved if a == own else None)


def _named(axes: Axes) -> str:
    return " and ".join(str(b.extent) for b in axes)
