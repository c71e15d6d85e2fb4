"""Constant factors and powers in a coefficient: a mean without its 1/N, 1/d for 1/√d, N − 1 for N, 1/s² for 1/s."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from derive.calculus.adjoint import Contribution
from derive.terms.algebra import power, subtract, times, times_all
from derive.terms.term import ONE, Atom, Base, Entry, Monomial, Poly, Scalar, constant, of_affine, of_monomial
from derive.terms.walk import atoms_in
from derive.verify.mutations.reading import taps
from derive.verify.mutations.site import Mutant, Site
from derive.verify.mutations.wording import formula

UNIT = constant(1)


def constant_scale(p: Poly) -> Poly:
    """The factor made of numbers and sizes that all terms share, without its sign: 1/N, 1/√d, 1."""
    if not p.terms:
        return UNIT
    numbers = {abs(c) for _, c in p.terms}
    shared = [t for t in p.terms[0][0].powers if is_constant(t[0]) and all(t in m.powers for m, _ in p.terms)]
    return of_monomial(Monomial(shared), numbers.pop() if len(numbers) == 1 else ONE)


def is_constant(atom: Atom) -> bool:
    """Whether an atom is made of sizes and numbers alone."""
    match atom:
        case Scalar():
            return not isinstance(atom.variable, str)
        case Base():
            return all(is_constant(a) for a in atoms_in(atom.poly))
    return False


def wrong_scale(site: Site) -> Iterator[Mutant]:
    """s → 1, s², 1/s, √s in what one reader gives: a factor of its equation forgotten, taken twice, or upside down."""
    for c in site.contributions:
        scale = constant_scale(c.coefficient)
        if scale == UNIT or c.reader.lhs.tensor == site.network.cost:
            continue
        for code, factor, details in _changes(scale):
            changed = replace(c, coefficient=times(c.coefficient, factor))
            yield site.one_changed(code, c, changed, reader=c.reader.lhs.tensor, **details)


def wrong_scale_of_value(site: Site) -> Iterator[Mutant]:
    """The same for a factor of the whole right side of T, missing in all that comes back through T."""
    definitions = site.network.definitions(site.name)
    if site.tensor.role != "value" or len(definitions) != 1:
        return
    scale = constant_scale(definitions[0].rhs)
    for code, factor, details in _changes(scale) if scale != UNIT else ():
        yield site.mutant(code, times(site.equation.rhs, factor), reader=site.name, **details)


def _changes(scale: Poly) -> Iterator[tuple[str, Poly, dict[str, str]]]:
    right = formula(scale)
    for part in _parts(scale):
        yield "missing-scale", power(part, -1), {"factor": formula(part)}
    for exponent in (Fraction(2), Fraction(-1), Fraction(1, 2)):
        shown = formula(power(scale, exponent))
        yield "wrong-scale", power(scale, exponent - 1), {"wrong": shown, "right": right}


def _parts(scale: Poly) -> list[Poly]:
    """A factor, and its number and its sizes alone: 2/m, 2, 1/m."""
    [(sizes, number)] = scale.terms
    return [p for p in dict.fromkeys((scale, constant(number), of_monomial(sizes))) if p != UNIT]


def wrong_count(site: Site) -> Iterator[Mutant]:
    """1/N → 1/(N − 1) in what comes back from a mean over N entries, and the other way round."""

    def other(c: Contribution) -> Poly | None:
        count = _count(c)
        return None if count is None else site.with_coefficient(c, times(c.coefficient, count[0]))

    for chosen, rhs in site.changes(other):
        shown = [x for c in chosen if (x := _count(c)) is not None]
        yield site.mutant("wrong-count", rhs, wrong=shown[0][2], right=shown[0][1])


def _count(c: Contribution) -> tuple[Poly, str, str] | None:
    """For a mean: the factor that exchanges its N and N − 1, the right and the wrong one of them."""
    size = times_all(of_affine(b.extent) for b in taps(c))
    less = subtract(size, UNIT)
    if size == UNIT or not less:
        return None
    n = formula(size)
    texts = (n, f"({n} − 1)")
    for right, wrong, shown in ((size, less, texts), (less, size, texts[::-1])):
        if times(constant_scale(c.coefficient), right).constant is not None and right != UNIT:
            return times(right, power(wrong, -1)), *shown
    return None


def wrong_power(site: Site) -> Iterator[Mutant]:
    """s^e → another power in what one reader gives, or in the whole: 1/s² for 1/s, 1/s forgotten."""
    for c in site.contributions:
        for base, e in _powers(c.coefficient):
            for other in dict.fromkeys((2 * e, e + 1, e + Fraction(1, 2), e - Fraction(1, 2), Fraction(0))):
                factor = power(base, other - e) if other != e else None
                if factor is not None:
                    changed = replace(c, coefficient=times(c.coefficient, factor))
                    yield site.one_changed("wrong-power", c, changed, **_shown(base, e, other))
    yield from _wrong_power_of_all(site)


def _wrong_power_of_all(site: Site) -> Iterator[Mutant]:
    """The textbook form, all of whose terms have the power."""
    if len(site.cases) != 1 or len(site.contributions) == 1:
        return
    for base, e in _powers(site.cases[0].poly):
        for other in (2 * e, Fraction(0)):
            rhs = times(site.equation.rhs, power(base, other - e))
            yield site.mutant("wrong-power", rhs, **_shown(base, e, other))


def _powers(p: Poly) -> Iterator[tuple[Poly, Fraction]]:
    """Sums and entries under a fractional or negative power that all terms have."""
    for atom, e in p.terms[0][0].powers if p.terms else ():
        is_power = isinstance(atom, Base | Entry) and not is_constant(atom) and (e < 0 or e.denominator > 1)
        if is_power and all((atom, e) in m.powers for m, _ in p.terms):
            yield atom.poly if isinstance(atom, Base) else of_monomial(Monomial(((atom, ONE),))), e


def _shown(base: Poly, right: Fraction, wrong: Fraction) -> dict[str, str]:
    return {"wrong": formula(power(base, wrong)), "right": formula(power(base, right))}
