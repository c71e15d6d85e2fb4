"""Concrete functions in place of abstract ones, so that a formula about any σ and any C has numbers.

What stands in their place has no symmetry that a wrong formula could profit from: no activation is even or odd, no cost
is a sum of terms of one entry each.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from zlib import crc32

from derive.calculus.occurrence import occurrences
from derive.ir.moment import MOMENTS, VARIANCE
from derive.ir.scalar import PLAIN, REGISTRY
from derive.network.network import Network
from derive.terms.affine import Affine
from derive.terms.algebra import add, delta, function, power, scale, times, times_all, total
from derive.terms.blocks import sum_over
from derive.terms.growth import grown
from derive.terms.substitute import fresh_names, substitute
from derive.terms.term import Atom, Entry, Func, Functional, Poly, constant, of_affine, of_atom
from derive.terms.walk import entries_in, rewrite

SLOT = "·u"


def concrete(network: Network) -> Network:
    """The network with concrete functions; the same one if it has no abstract ones."""
    return replace(network, equations=tuple(replace(e, rhs=instance(e.rhs), unsolved=None) for e in network.equations))


def instance(p: Poly) -> Poly:
    """A polynomial with concrete functions, and with their derivatives for derivatives."""
    return rewrite(p, _rule)


def instance_size(p: Poly) -> int:
    """At least so many terms as the instance has."""
    return grown(p, _rule)


def _rule(atom: Atom) -> Poly | None:
    if isinstance(atom, Func) and atom.name in MOMENTS:
        return _moment(atom)
    if isinstance(atom, Func) and _is_abstract(atom.name):
        return _function(atom)
    if isinstance(atom, Functional):
        return _functional(atom)
    return None


def _is_abstract(name: str) -> bool:
    known = REGISTRY.get(name)
    return name not in PLAIN and (known is None or known.definition is None) and name != "pi"


def _moment(atom: Func) -> Poly:
    """2 + sin of the indices of its entry for a variance, which is positive, and sin of them for a mean."""
    entries = list(dict.fromkeys(e for e in entries_in(atom.args[0]) if isinstance(e, Entry)))
    plain = rewrite(atom.args[0], lambda a: of_atom(Entry(a.tensor, ())) if isinstance(a, Entry) else None)
    phase = constant(Fraction(crc32(f"{atom.name}{plain!r}".encode()) % 997, 89))
    places = total(scale(of_affine(a), Fraction(k + 2, 5)) for e in entries for k, a in enumerate(e.idx))
    wave = function("sin", (add(phase, places),))
    return add(constant(2), wave) if atom.name == VARIANCE else wave


def _function(atom: Func) -> Poly:
    """sin(u + c) + u²/4 + c·u of each argument, summed, with a c of the name's own, and the product of several."""
    c = Fraction(sum(map(ord, atom.name)) % 17 + 3, 12)
    slots = [Entry(f"{SLOT}{k}", ()) for k in range(len(atom.args))]
    value = total(_of_slot(of_atom(s), c + k) for k, s in enumerate(slots))
    if len(slots) > 1:
        value = add(value, times_all(map(of_atom, slots)))
    for k, order in enumerate(atom.orders):
        for _ in range(order):
            value = total(o.coefficient for o in occurrences(value, slots[k].tensor, frozenset()))
    given = {s: instance(a) for s, a in zip(slots, atom.args, strict=True)}
    return rewrite(value, lambda a: given.get(a) if isinstance(a, Entry) else None)


def _of_slot(u: Poly, c: Fraction) -> Poly:
    shifted = add(u, scale(power(u, 0), c))
    return total((function("sin", (shifted,)), scale(power(u, 2), Fraction(1, 4)), scale(u, c)))


def _functional(atom: Functional) -> Poly:
    """½ Σ a² + sin of Σ, of sums of all arguments with weights; differentiated as often as it is."""
    names = fresh_names(len(atom.bounds), atom.free | {b.name for b in atom.bounds})
    mapping = {b.name: Affine([(n, 1)]) for b, n in zip(atom.bounds, names, strict=True)}
    bounds = tuple(b.renamed(n).subs(mapping) for b, n in zip(atom.bounds, names, strict=True))
    slots = [Entry(f"{SLOT}{k}", tuple(mapping[b.name] for b in atom.bounds)) for k in range(len(atom.args))]
    mixed = total(scale(of_atom(s), Fraction(k + 2, 3)) for k, s in enumerate(slots))
    squares = times(mixed, total((mixed, of_atom(slots[0]))))
    value = add(scale(sum_over(bounds, squares, {}), Fraction(1, 2)), function("sin", (sum_over(bounds, mixed, {}),)))
    for which, at in atom.wrt:
        value = _derivative(value, slots[which].tensor, at)

    def fill(a: Atom) -> Poly | None:
        if isinstance(a, Entry) and a.tensor.startswith(SLOT):
            k = int(a.tensor.removeprefix(SLOT))
            at = {b.name: e for b, e in zip(atom.bounds, a.idx, strict=True)}
            return instance(substitute(atom.args[k], at))
        return None

    return rewrite(value, fill, atom.free | frozenset(x for a in atom.args for x in a.free))


def _derivative(p: Poly, tensor: str, at: tuple[Affine, ...]) -> Poly:
    avoid = p.free | {n for a in at for n in a.free}
    parts = []
    for o in occurrences(p, tensor, avoid):
        deltas = times_all(delta(a - b) for a, b in zip(o.idx, at, strict=True))
        parts.append(sum_over(o.bounds, times(o.coefficient, deltas), {}))
    return total(parts)
