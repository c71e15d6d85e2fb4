"""Wrong factors: the sign, 2 and ½, the mean over samples or outputs; and the penalty's own part."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from derive.network.network import Network
from derive.terms.algebra import add, power, scale, times
from derive.terms.term import ZERO, Atom, Entry, Poly, constant, of_affine, of_atom
from derive.terms.walk import rewrite
from derive.verify.mutations.site import Mutant, Site, means, output_sizes
from derive.verify.mutations.wording import formula

Factor = tuple[str, Poly, dict[str, str]]


def factors(network: Network) -> Iterator[Factor]:
    """The factors that go wrong, with the code of each."""
    yield "sign", constant(-1), {}
    for size in means(network):
        yield "missing-mean", of_affine(size), {"size": str(size)}
        yield "extra-mean", power(of_affine(size), -1), {"size": str(size)}
    yield "factor-two", constant(2), {}
    yield "factor-half", constant(Fraction(1, 2)), {}
    for size in output_sizes(network):
        yield "missing-output-mean", of_affine(size), {"size": str(size)}
        yield "extra-output-mean", power(of_affine(size), -1), {"size": str(size)}


def scaled(site: Site) -> Iterator[Mutant]:
    """c · T̄; for a penalized weight also c · (T̄ without the penalty) + the penalty's part."""
    for code, factor, details in factors(site.network):
        if site.penalties:
            data = times(site.sum(site.from_values), factor)
            yield site.mutant(code, add(data, site.sum(site.penalties)), **details)
        yield site.mutant(code, times(site.equation.rhs, factor), **details)


def zero(site: Site) -> Iterator[Mutant]:
    """T̄ = 0."""
    if site.tensor.role in ("parameter", "input"):
        yield site.mutant("zero", ZERO)


def penalized(site: Site) -> Iterator[Mutant]:
    """The penalty's part of a weight's gradient left out, with a wrong factor, or divided by the samples."""
    if not site.penalties:
        return
    own, rest = site.sum(site.penalties), site.sum(site.from_values)
    text = formula(own)
    yield site.mutant("missing-penalty", rest, penalty=text)
    for factor, shown in ((Fraction(2), "2"), (Fraction(1, 2), "½"), (Fraction(-1), "−1")):
        yield site.mutant("penalty-factor", add(rest, scale(own, factor)), penalty=text, factor=shown)
    for size in means(site.network):
        part = times(own, power(of_affine(size), -1))
        yield site.mutant("penalty-mean", add(rest, part), penalty=text, size=str(size))


def unduly_penalized(site: Site) -> Iterator[Mutant]:
    """A parameter without a penalty, a bias say, treated like the weights."""
    if site.tensor.role != "parameter" or site.penalties:
        return
    for name in site.equations:
        other = site.site(name)
        if not other.penalties:
            continue

        def own(atom: Atom, name: str = other.name) -> Poly | None:
            return of_atom(site.tensor.entry) if isinstance(atom, Entry) and atom.tensor == name else None

        part = rewrite(other.sum(other.penalties), own, frozenset(site.context))
        if part.free <= set(site.context):
            yield site.mutant("extra-penalty", add(site.equation.rhs, part), penalized=other.name)
            return
