"""Which sizes a kernel refuses: no size is 0, no axis is empty, and nothing divides by 0, as by `m − 1` at m = 1."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce

from derive.kernels.syntax import Expr, Line, binary, call, constant, name
from derive.network.network import Network
from derive.terms.affine import Affine, Size
from derive.terms.prover import nonnegative
from derive.terms.term import Atom, Base, Block, Func, Functional, Maximum, Monomial, Poly, Positive, Scalar
from derive.terms.walk import atoms_in


def divisors(network: Network) -> list[Poly]:
    """The polynomials in sizes that equations divide by and that may be 0, each once."""
    found: dict[Poly, None] = {}
    for equation in network.equations:
        for m in monomials(equation.rhs):
            for atom, exponent in m.powers:
                if exponent < 0 and isinstance(atom, Base) and _is_of_sizes(atom.poly) and not _is_nonzero(atom.poly):
                    found[_written_from_above(atom.poly)] = None
    return list(found)


def monomials(p: Poly) -> Iterator[Monomial]:
    """All products in a polynomial, also those in sums and functions."""
    yield from (m for m, _ in p.terms)
    for atom in atoms_in(p):
        if isinstance(atom, Block):
            yield atom.body
        for inner in _polynomials_of(atom):
            yield from (m for m, _ in inner.terms)


def _polynomials_of(atom: Atom) -> tuple[Poly, ...]:
    match atom:
        case Func() | Functional():
            return atom.args
        case Base() | Positive():
            return (atom.poly,)
        case Maximum():
            return (atom.body,)
    return ()


def _is_of_sizes(p: Poly) -> bool:
    """Whether a polynomial is one in plain sizes, with whole exponents."""
    return all(
        isinstance(a, Scalar) and isinstance(a.variable, Size) and not a.variable.args and e > 0 and e.denominator == 1
        for m, _ in p.terms
        for a, e in m.powers
    )


def _is_nonzero(p: Poly) -> bool:
    """Whether a polynomial is surely not 0, as sizes are at least 1."""
    if all(c > 0 for _, c in p.terms) or all(c < 0 for _, c in p.terms):
        return True
    affine = _affine(p)
    return affine is not None and (nonnegative(affine - 1, {}) or nonnegative(-affine - 1, {}))


def _affine(p: Poly) -> Affine | None:
    terms, const = [], 0
    for m, c in p.terms:
        if c.denominator != 1 or len(m.powers) > 1 or any(e != 1 for _, e in m.powers):
            return None
        if not m.powers:
            const = int(c)
            continue
        [(atom, _)] = m.powers
        assert isinstance(atom, Scalar)
        terms.append((atom.variable, int(c)))
    return Affine(terms, const)


def _written_from_above(p: Poly) -> Poly:
    """`m − 1` rather than `1 − m`."""
    leading = max(p.terms, key=lambda t: sum(e for _, e in t[0].powers))
    return p if leading[1] > 0 else Poly({m: -c for m, c in p.terms})


def open_extents(network: Network) -> list[Affine]:
    """The extents in plain sizes that may be less than 1 though sizes are at least 1, each once: `L − 4`."""
    extents = (axis.extent for tensor in network.tensors.values() for axis in tensor.axes)
    return list(dict.fromkeys(e for e in extents if _is_plain(e) and not nonnegative(e - 1, {})))


def _is_plain(e: Affine) -> bool:
    return bool(e.terms) and all(isinstance(v, Size) and not v.args for v, _ in e.terms)


def extent_checks(network: Network, stated: Sequence[Expr], written: Callable[[Affine], Expr]) -> list[Line]:
    """Lines that refuse a size of 0, and extents below 1 that follow from sizes.

    `stated` are the sizes that must not be 0; `written` gives the expression of an extent. The first line names no
    field: the slow path, which looks at every field, has said before which axis is empty.
    """
    lines: list[Line] = []
    if stated:
        is_one = stated[0] if len(stated) == 1 else ast.BoolOp(ast.And(), list(stated))
        refused = ast.Raise(call("ValueError", constant("a size is 0")))
        lines.append(ast.If(ast.UnaryOp(ast.Not(), is_one), [refused], []))
    for e in open_extents(network):
        sizes = {v.name: written(Affine([(v, 1)])) for v, _ in e.terms if isinstance(v, Size)}
        lines.append(ast.Expr(call("_check_extent", constant(repr(e)), written(e), **sizes)))
    return lines


def sizes_of(p: Poly) -> list[str]:
    return sorted({a.variable.name for a in atoms_in(p) if isinstance(a, Scalar) and isinstance(a.variable, Size)})


def divisor_checks(network: Network, local: Mapping[str, str]) -> list[Line]:
    """`_check_divisor('m - 1', m - 1, m=m)` for every divisor; `local` has the variables of the sizes."""
    lines: list[Line] = []
    for p in divisors(network):
        shown = ast.unparse(_expression(p, {n: n for n in sizes_of(p)}))
        given = {n: name(local[n]) for n in sizes_of(p)}
        lines.append(ast.Expr(call("_check_divisor", constant(shown), _expression(p, local), **given)))
    return lines


def _expression(p: Poly, local: Mapping[str, str]) -> Expr:
    """A polynomial in sizes, the highest degree first."""
    out: Expr | None = None
    for m, c in sorted(p.terms, key=lambda t: -sum(e for _, e in t[0].powers)):
        factors = [] if abs(c) == 1 and m.powers else [constant(int(abs(c)) if c.denominator == 1 else abs(c))]
        for atom, e in m.powers:
            assert isinstance(atom, Scalar) and isinstance(atom.variable, Size)
            variable = name(local[atom.variable.name])
            factors.append(variable if e == 1 else binary("power", variable, constant(int(e))))
        term = reduce(lambda left, right: binary("multiply", left, right), factors)
        if out is None:
            out = term if c > 0 else ast.UnaryOp(ast.USub(), term)
        else:
            out = binary("add" if c > 0 else "subtract", out, term)
    assert out is not None, "a divisor has terms"
    return out
