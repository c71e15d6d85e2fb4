"""Mistakes with the derivative f'(z) of an activation: what may stand in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from derive.calculus.adjoint import Contribution, adjoint_name
from derive.ir.from_sympy import Reader
from derive.ir.scalar import REGISTRY
from derive.ir.tensor import Tensor
from derive.simplify.output_form import output_form
from derive.terms.algebra import function, power, times_all
from derive.terms.term import Entry, Func, Poly, constant, of_atom
from derive.terms.walk import atoms_in, entries_in, rewrite
from derive.verify.mutations.site import Mutant, Site
from derive.verify.mutations.wording import stage_of

COMMON = ("sigmoid", "tanh", "relu")


def derivative_in(c: Contribution) -> Func | None:
    """The derivative of a named function in a coefficient."""
    return next((a for a in atoms_in(c.coefficient) if isinstance(a, Func) and any(a.orders)), None)


def details_of(site: Site) -> dict[str, str]:
    """The function whose derivative stands in the equation, and its value; empty if there is none."""
    for c in site.contributions:
        f = derivative_in(c)
        if f is not None:
            return {"function": f.name, "reader": c.reader.lhs.tensor}
    return {}


def _with_derivative(
    site: Site, change: Callable[[Contribution, Func], Poly | None]
) -> Iterator[tuple[Poly, dict[str, str]]]:
    """The right side with the derivative in each contribution replaced by what `change` gives, and its details."""

    def new(c: Contribution) -> Poly | None:
        f = derivative_in(c)
        value = None if f is None else change(c, f)
        if value is None:
            return None
        return site.with_coefficient(c, rewrite(c.coefficient, lambda a: value if a == f else None))

    for chosen, rhs in site.changes(new):
        functions = [(f.name, c.reader.lhs.tensor) for c in chosen if (f := derivative_in(c)) is not None]
        names, readers = (" and ".join(dict.fromkeys(column)) for column in zip(*functions, strict=True))
        yield rhs, {"function": names, "reader": readers}


def missing_derivative(site: Site) -> Iterator[Mutant]:
    """f'(z) → 1."""
    for rhs, details in _with_derivative(site, lambda c, f: constant(1)):
        yield site.mutant("missing-derivative", rhs, **details)


def value_for_derivative(site: Site) -> Iterator[Mutant]:
    """f'(z) → f(z)."""
    for rhs, details in _with_derivative(site, lambda c, f: function(f.name, f.args)):
        yield site.mutant("value-for-derivative", rhs, **details)


def derivative_of_output(site: Site) -> Iterator[Mutant]:
    """f'(z) → f'(f(z))."""

    def of_value(c: Contribution, f: Func) -> Poly:
        return function(f.name, (function(f.name, f.args), *f.args[1:]), f.orders)

    for rhs, details in _with_derivative(site, of_value):
        yield site.mutant("derivative-of-output", rhs, **details)


def output_form_of_input(site: Site) -> Iterator[Mutant]:
    """a(1 − a) → z(1 − z)."""
    for rhs, details in _with_derivative(site, lambda c, f: _form(f.name, f.args[0])):
        yield site.mutant("output-form-of-input", rhs, **details)


def other_derivative(site: Site) -> Iterator[Mutant]:
    """f'(z) → g'(z); and the form of g' in terms of its value, with f(z) put in."""
    functions = {f.name for c in site.contributions if (f := derivative_in(c)) is not None}
    for g in COMMON if functions else ():
        for rhs, details in _with_derivative(site, lambda c, f, g=g: _other(f, function(g, (f.args[0],), (1,)), g)):  # type: ignore[misc]
            yield site.mutant("other-derivative", rhs, wrong=g, **details)
        for rhs, details in _with_derivative(site, lambda c, f, g=g: _other(f, _form(g, function(f.name, f.args)), g)):  # type: ignore[misc]
            yield site.mutant("other-derivative", rhs, wrong=g, **details)


def _other(f: Func, new: Poly | None, name: str) -> Poly | None:
    return None if f.name == name else new


def _form(name: str, value: Poly) -> Poly | None:
    """The derivative of a function as a polynomial in its value; None if it is none."""
    form = output_form(name)
    if form is None:
        return None
    read = Reader({}, values={"a": value}).read
    return times_all(power(read(factor), exponent) for factor, exponent in form)


def extra_derivative(site: Site) -> Iterator[Mutant]:
    """f'(z) → f'(z)²."""
    for rhs, details in _with_derivative(site, lambda c, f: power(of_atom(f), 2)):
        yield site.mutant("extra-derivative", rhs, **details)


def wrong_point(site: Site) -> Iterator[Mutant]:
    """f'(z) → f'(u) for another value u of the same shape; at a kink also [R̄ > 0], the incoming gradient as mask."""
    details = details_of(site)
    if not details:
        return
    known = REGISTRY.get(details["function"])
    code = "wrong-point" if known is None or known.smooth else "wrong-mask"
    if code == "wrong-mask":
        for rhs, details in _with_derivative(site, lambda c, f: _at(f, c.cotangent)):
            yield site.mutant(code, rhs, wrong=f"the gradient of {details['reader']}", **details)
    for other in site.network.role("value", "input"):
        if other.name in (site.name, details["reader"]):
            continue
        for rhs, details in _with_derivative(site, lambda c, f, u=other: _at_entry(site, f, u)):  # type: ignore[misc]
            yield site.mutant(code, rhs, wrong=other.name, **details)


def wrong_stage(site: Site) -> Iterator[Mutant]:
    """The form of f'(z_t) in terms of its value h_t, at h_{t−1} or h_{t+1}."""
    reader = details_of(site).get("reader")
    if reader is None or site.network.tensor(reader).family != 1:
        return
    stage = stage_of(site.network, site.tensor)
    for step, word in ((-1, "before"), (1, "after")):
        for rhs, details in _with_derivative(site, lambda c, f, k=step: _at_stage(c, f, k)):  # type: ignore[misc]
            yield site.mutant("wrong-point", rhs, wrong=f"{reader} of the {stage} {word}", **details)


def _at_stage(c: Contribution, f: Func, step: int) -> Poly | None:
    """The form of f' at an entry of the reader some steps away."""
    own = (e for e in entries_in(c.cotangent) if isinstance(e, Entry))
    at = next((e.idx for e in own if e.tensor == adjoint_name(c.reader.lhs.tensor)), None)
    return None if at is None else _form(f.name, of_atom(Entry(c.reader.lhs.tensor, (at[0] + step, *at[1:]))))


def _at_entry(site: Site, f: Func, other: Tensor) -> Poly | None:
    """f' at the entry of another tensor of the same shape with the same indices."""
    atoms = [a for m, _ in f.args[0].terms for a, _ in m.powers]
    if len(atoms) != 1 or not isinstance(atoms[0], Entry):
        return None
    if not site.same_shape(other, site.network.tensor(atoms[0].tensor)):
        return None
    return _at(f, of_atom(Entry(other.name, atoms[0].idx)))


def _at(f: Func, argument: Poly) -> Poly:
    return function(f.name, (argument, *f.args[1:]), f.orders)
