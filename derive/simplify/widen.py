"""Sums over part of a range, where a factor is 0 on the rest of it: `Σ_{u ≤ t} P_tu f_u = Σ_u P_tu f_u`."""

from __future__ import annotations

from derive.simplify.definition import Pattern
from derive.simplify.match import unify_atoms
from derive.terms.affine import Affine, Index
from derive.terms.blocks import sum_over
from derive.terms.prover import Context
from derive.terms.substitute import open_block
from derive.terms.term import Atom, Block, Bound, Entry, Monomial, Poly, of_monomial
from derive.terms.walk import rewrite


def widened(p: Poly, pattern: Pattern, context: Context) -> Poly:
    """`p` with the ranges of sums widened to where the defined value ends that its own brackets make 0 there."""
    head = pattern.lhs.terms[0][0].powers[0][0] if pattern.rule == "fold" else None
    brackets = _common_brackets(pattern.rhs)
    if not isinstance(head, Entry) or not brackets:
        return p

    def rule(atom: Atom) -> Poly | None:
        return _widened_block(atom, head, pattern, brackets, context) if isinstance(atom, Block) else None

    return rewrite(p, rule, frozenset(context))


def _common_brackets(rhs: Poly) -> list[Bound]:
    """The index brackets that all terms have."""
    sets = [{a for a, _ in m.powers if isinstance(a, Bound)} for m, _ in rhs.terms]
    return sorted(set.intersection(*sets)) if sets else []


def _widened_block(block: Block, head: Entry, pattern: Pattern, brackets: list[Bound], context: Context) -> Poly | None:
    bounds, body = open_block(block, frozenset(context))
    names = {b.name for b in pattern.domain}
    for entry in [a for a, e in body.powers if isinstance(a, Entry) and a.tensor == head.tensor and e > 0]:
        binding = unify_atoms(head, entry, names)
        if binding is None or len(binding) < len(names):
            continue
        axes = {binding[b.name].variable: b.subs(binding) for b in pattern.domain}
        for k, b in enumerate(bounds):
            wide = _wide(b, axes.get(b.name), [a.affine.subs(binding) for a in brackets], context)
            if wide is not None and _is_read_plainly(body, b.name):
                return sum_over((*bounds[:k], wide, *bounds[k + 1 :]), of_monomial(body), context)
    return None


def _wide(b: Index, axis: Index | None, conditions: list[Affine], context: Context) -> Index | None:
    """The whole range of the axis, if the conditions narrow it to the range of `b`, and its end is reached."""
    if axis is None or (b.lo, b.hi) == (axis.lo, axis.hi):
        return None
    here = Affine([(b.name, 1)])
    if b.lo == axis.lo and b.hi - here in conditions and _end(b.hi, context, 1) == axis.hi:
        return Index(b.name, axis.lo, axis.hi, b.ordered)
    if b.hi == axis.hi and here - b.lo in conditions and _end(b.lo, context, -1) == axis.lo:
        return Index(b.name, axis.lo, axis.hi, b.ordered)
    return None


def _end(limit: Affine, context: Context, sign: int) -> Affine:
    """The largest (sign 1) or least value of a limit that is one index plus a number."""
    for name in limit.free & context.keys():
        if limit.coefficient(name) == 1:
            return limit.subs({name: context[name].hi if sign > 0 else context[name].lo})
    return limit


def _is_read_plainly(body: Monomial, name: str) -> bool:
    """Whether the index stands only as it is and only in entries, which have finite values on all of its range."""
    for atom, e in body.powers:
        if name not in atom.free:
            continue
        if not isinstance(atom, Entry) or e < 0 or any(name in a.free and a.variable != name for a in atom.idx):
            return False
    return True
