"""The wrong factor in a product: another weight, another activation, another δ, a transpose lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

from derive.calculus.adjoint import Contribution, adjoint_name
from derive.ir.tensor import ADJOINT, Tensor
from derive.terms.affine import Affine, Index, index
from derive.terms.algebra import add, total
from derive.terms.term import Atom, Entry, Poly, constant, of_atom
from derive.terms.walk import rewrite
from derive.verify.mutations.derivatives import details_of
from derive.verify.mutations.scales import is_constant
from derive.verify.mutations.site import Mutant, Site
from derive.verify.mutations.wording import stage_of


def single_entry(p: Poly) -> Entry | None:
    """The entry that a coefficient consists of, alone but for a constant factor."""
    if len(p.terms) != 1:
        return None
    factors = [(a, e) for a, e in p.terms[0][0].powers if not is_constant(a)]
    if len(factors) == 1 and factors[0][1] == 1 and isinstance(factors[0][0], Entry):
        return factors[0][0]
    return None


def _with(p: Poly, old: Atom, new: Poly) -> Poly:
    return rewrite(p, lambda a: new if a == old else None)


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
        return site.with_coefficient(c, _with(c.coefficient, entry, of_atom(Entry(entry.tensor, idx))))

    for chosen, rhs in site.changes(turned):
        entries = (single_entry(c.coefficient) for c in chosen)
        weights = ", ".join(dict.fromkeys(e.tensor for e in entries if e is not None))
        yield site.mutant("lost-transpose", rhs, weight=weights)


def lost_transpose_of_value(site: Site) -> Iterator[Mutant]:
    """P_st → P_ts, S̄_st → S̄_ts: of a value, or of a gradient that comes back, with two axes of one length."""
    for c in site.contributions:
        for part, p in (("coefficient", c.coefficient), ("cotangent", c.cotangent)):
            entry = single_entry(p)
            if entry is None:
                continue
            t = site.network.tensor(entry.tensor.removeprefix(ADJOINT))
            for turned in _turned_entries(t, entry) if t.role == "value" else ():
                changed = _with(p, entry, of_atom(turned))
                new = replace(c, coefficient=changed) if part == "coefficient" else replace(c, cotangent=changed)
                shown = t.name if part == "coefficient" else f"the gradient of {t.name}"
                yield site.one_changed("lost-transpose", c, new, weight=shown)


def _turned_entries(t: Tensor, entry: Entry) -> Iterator[Entry]:
    """The entry with two indices exchanged that run along axes of one range."""
    for a, b in combinations(range(len(t.axes)), 2):
        first, second = t.axes[a], t.axes[b]
        if (first.lo, first.hi, first.ordered) == (second.lo, second.hi, False) and entry.idx[a] != entry.idx[b]:
            idx = list(entry.idx)
            idx[a], idx[b] = idx[b], idx[a]
            yield Entry(entry.tensor, tuple(idx))


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
    """R = T ⊙ u: R̄ ⊙ u → R̄; and the factor u of a longer product, of values or of learned scales."""
    names = dict.fromkeys(e.tensor for c in site.from_values for e in _factors(site, c))
    for name in names:

        def without(c: Contribution, name: str = name) -> Poly | None:
            own = [e for e in _factors(site, c) if e.tensor == name]
            return site.with_coefficient(c, _with(c.coefficient, own[0], constant(1))) if own else None

        for rhs in site.changed(without):
            yield site.mutant("missing-factor", rhs, right=name)


def _factors(site: Site, c: Contribution) -> list[Entry]:
    """The entries in a product that could be left out without a change of shape."""
    if len(c.coefficient.terms) != 1:
        return []
    found = (a for a, e in c.coefficient.terms[0][0].powers if isinstance(a, Entry) and e == 1)
    return [e for e in found if e.free <= c.cotangent.free or _is_plain_factor(site, e)]


def _is_plain_factor(site: Site, e: Entry) -> bool:
    return site.tensor.role == "value" and site.network.tensor(e.tensor).role != "parameter"


def swapped_weights(site: Site) -> Iterator[Mutant]:
    """V δ_1 + W δ_2 for W δ_1 + V δ_2, in the gradient of a value with two readers."""
    weights = [(c, e) for c in site.contributions if (e := _weight_of(site, c)) is not None]
    for k, (c, first) in enumerate(weights):
        for d, second in weights[k + 1 :]:
            rest = site.sum(x for x in site.contributions if x not in (c, d))
            swapped = (
                site.with_coefficient(c, _with(c.coefficient, first, of_atom(Entry(second.tensor, first.idx)))),
                site.with_coefficient(d, _with(d.coefficient, second, of_atom(Entry(first.tensor, second.idx)))),
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
    after = site.network.tensor(other.tensor)
    inner = [[(x.lo, x.hi) for x in t.axes if not x.ordered] for t in (reader, after)]
    is_like = inner[0] == inner[1] if reader.family else site.same_shape(reader, after)
    return {c.reader.lhs.tensor for c in contributions} == {other.tensor} and is_like


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
    stage = stage_of(site.network, site.network.tensor(wrong.tensor))
    return f"{wrong.tensor} of the {stage} {'before' if (wrong.idx[0] - right.idx[0]).const < 0 else 'after'}"


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
    tensors = [site.network.tensor(e.tensor.removeprefix(ADJOINT)) for e in (old, new)]
    is_like = old.tensor != new.tensor and site.same_shape(*tensors)
    if site.tensor.role != "parameter" or is_like or (c.bounds == bounds and domain == site.equation.domain):
        bounds, domain = c.bounds, site.equation.domain
    changed = replace(
        c,
        bounds=bounds,
        cotangent=_with(c.cotangent, old, of_atom(new)),
        coefficient=_with(c.coefficient, old, of_atom(new)),
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
