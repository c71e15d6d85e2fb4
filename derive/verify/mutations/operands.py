"""The wrong factor in a product: another weight, another activation, another δ, a transpose lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from derive.calculus.adjoint import Contribution, adjoint_name
from derive.ir.tensor import ADJOINT, Tensor
from derive.terms.affine import Affine, Index, index
from derive.terms.algebra import add, total
from derive.terms.term import Entry, Poly, constant, of_atom
from derive.terms.walk import rewrite
from derive.verify.mutations.derivatives import details_of
from derive.verify.mutations.site import Mutant, Site


def single_entry(p: Poly) -> Entry | None:
    """The entry that a coefficient consists of, alone."""
    if len(p.terms) == 1 and len(p.terms[0][0].powers) == 1:
        atom, exponent = p.terms[0][0].powers[0]
        if isinstance(atom, Entry) and exponent == 1:
            return atom
    return None


def lost_transpose(site: Site) -> Iterator[Mutant]:
    """W_kj → W_jk; only where W is square."""

    def turned(c: Contribution) -> Poly | None:
        entry = single_entry(c.coefficient)
        if entry is None or site.network.tensor(entry.tensor).role != "parameter":
            return None
        family = site.network.tensor(entry.tensor).family
        if len(entry.idx) - family != 2:
            return None
        idx = (*entry.idx[:family], *reversed(entry.idx[family:]))
        return site.with_coefficient(c, of_atom(Entry(entry.tensor, idx)))

    for rhs in site.changed(turned):
        entries = (single_entry(c.coefficient) for c in site.contributions if turned(c) is not None)
        weights = ", ".join(dict.fromkeys(e.tensor for e in entries if e is not None))
        yield site.mutant("lost-transpose", rhs, weight=weights)


def wrong_operand(site: Site) -> Iterator[Mutant]:
    """W → V in the gradient of a value, a → u in that of a parameter, for any V and u that may stand there."""
    for c in site.contributions:
        entry = single_entry(c.coefficient)
        if entry is None or c in site.penalties:
            continue
        right = site.network.tensor(entry.tensor)
        weight = right.role == "parameter"
        roles = ("parameter",) if weight else ("value", "input")
        for other in _places(site, entry, roles):
            shown = shown_entry(site, other, entry)
            names = {"weight": right.name} if weight else {"right": right.name}
            code = "wrong-weight" if weight else "wrong-input"
            yield from _put(site, c, entry, other, code, wrong=shown, reader=c.reader.lhs.tensor, **names)


def missing_factor(site: Site) -> Iterator[Mutant]:
    """R = T ⊙ u: R̄ ⊙ u → R̄."""

    def alone(c: Contribution) -> Poly | None:
        entry = single_entry(c.coefficient)
        if entry is None or site.network.tensor(entry.tensor).role == "parameter":
            return None
        return site.with_coefficient(c, constant(1))

    if site.tensor.role == "value":
        for rhs in site.changed(alone):
            entries = (single_entry(c.coefficient) for c in site.contributions if alone(c) is not None)
            factors = ", ".join(dict.fromkeys(e.tensor for e in entries if e is not None))
            yield site.mutant("missing-factor", rhs, right=factors)


def swapped_weights(site: Site) -> Iterator[Mutant]:
    """V δ_1 + W δ_2 for W δ_1 + V δ_2, in the gradient of a value with two readers."""
    weights = [(c, e) for c in site.contributions if (e := _weight_of(site, c)) is not None]
    for k, (c, first) in enumerate(weights):
        for d, second in weights[k + 1 :]:
            rest = site.sum(x for x in site.contributions if x not in (c, d))
            swapped = (
                site.with_coefficient(c, of_atom(Entry(second.tensor, first.idx))),
                site.with_coefficient(d, of_atom(Entry(first.tensor, second.idx))),
            )
            details = {"reader": c.reader.lhs.tensor, "wrong": second.tensor, "weight": first.tensor}
            if first.tensor != second.tensor:
                yield site.mutant("wrong-weight", total((rest, *swapped)), **details)


def _weight_of(site: Site, c: Contribution) -> Entry | None:
    entry = single_entry(c.coefficient)
    return entry if entry is not None and site.network.tensor(entry.tensor).role == "parameter" else None


def wrong_delta(site: Site) -> Iterator[Mutant]:
    """R̄ → Ū, the adjoint of another value than the reader."""
    for c in site.contributions:
        entry = single_entry(c.cotangent)
        if entry is None:
            continue
        reader = site.reader(c)
        forward = Entry(reader.name, entry.idx)
        for other in _places(site, forward, ("value",)):
            if other.tensor not in site.equations:
                continue
            wrong = Entry(adjoint_name(other.tensor), other.idx)
            shown = shown_entry(site, other, forward)
            if _is_after(site, reader, other):
                known = details_of(site.site(reader.name))
                function = known.get("function", f"what makes {other.tensor}")
                details = {"function": function, "reader": other.tensor, "node": reader.name}
                yield from _put(site, c, entry, wrong, "missing-derivative", **details)
            else:
                yield from _put(site, c, entry, wrong, "wrong-delta", wrong=shown, right=reader.name)


def _is_after(site: Site, reader: Tensor, other: Entry) -> bool:
    """Whether `other` is the activation made from `reader`, so that its gradient lacks only the derivative."""
    contributions = site.equations[reader.name].contributions
    return {c.reader.lhs.tensor for c in contributions} == {other.tensor} and site.same_shape(
        reader, site.network.tensor(other.tensor)
    )


def _places(site: Site, entry: Entry, roles: tuple[str, ...]) -> Iterator[Entry]:
    """Entries of other tensors that could be taken for this one; of a family also its neighbours."""
    right = site.network.tensor(entry.tensor)
    for t in site.network.tensors.values():
        if t.role in roles and t.name != entry.tensor and t.family == right.family and len(t.axes) == len(right.axes):
            yield Entry(t.name, entry.idx)
    if right.family == 1:
        for step in (-1, 1):
            yield Entry(entry.tensor, (entry.idx[0] + step, *entry.idx[1:]))


def shown_entry(site: Site, wrong: Entry, right: Entry) -> str:
    """The name of the tensor; of a neighbour in a family which one."""
    if wrong.tensor != right.tensor:
        return wrong.tensor
    return f"{wrong.tensor} of the layer {'before' if (wrong.idx[0] - right.idx[0]).const < 0 else 'after'}"


def _put(site: Site, c: Contribution, old: Entry, new: Entry, code: str, **details: str) -> Iterator[Mutant]:
    """The contribution with `new` for `old`; the ranges of indices follow, and so may the shape of the result."""
    ranges = _ranges(site, new)
    bounds = tuple(ranges.get(b.name, b) for b in c.bounds)
    own = {e.variable: index(b.name) for e, b in zip(c.at, site.equation.domain, strict=True) if e.variable}
    moved = {q: ranges[e.variable].subs(own) for q, e in enumerate(c.at) if e.variable in ranges}
    domain = tuple(
        Index(b.name, moved[q].lo, moved[q].hi, b.ordered) if q in moved and not b.ordered else b
        for q, b in enumerate(site.equation.domain)
    )
    if site.tensor.role != "parameter" or (c.bounds == bounds and domain == site.equation.domain):
        bounds, domain = c.bounds, site.equation.domain
    changed = replace(
        c,
        bounds=bounds,
        cotangent=rewrite(c.cotangent, lambda a: of_atom(new) if a == old else None),
        coefficient=rewrite(c.coefficient, lambda a: of_atom(new) if a == old else None),
    )
    if domain == site.equation.domain:
        rest = site.sum(x for x in site.contributions if x is not c)
        yield site.mutant(code, add(rest, site.closed(changed)), **details)
    elif len(site.contributions) == 1:
        yield site.reshaped(code, site.closed(changed, domain), domain, **details)


def _ranges(site: Site, entry: Entry) -> dict[str, Index]:
    """For each index that stands alone on an axis of the entry, the range of that axis."""
    t = site.network.tensor(entry.tensor.removeprefix(ADJOINT))
    at: dict[str, Affine] = {a.name: e for a, e in zip(t.axes, entry.idx, strict=True)}
    found = {}
    for a, e in zip(t.axes, entry.idx, strict=True):
        if e.variable is not None and not a.ordered:
            moved = a.subs(at)
            found[e.variable] = Index(e.variable, moved.lo, moved.hi)
    return found
