"""Short ways to state terms and networks in tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import sympy

from derive.calculus.scalar import definition
from derive.derivation import Adjoints, derive_adjoints
from derive.ir.environment import Environment
from derive.network.builder import Builder
from derive.network.network import Network
from derive.raising.raise_case import Raised, raise_view
from derive.terms.affine import Affine, Index, index, number, size
from derive.terms.algebra import scale, times_all, total
from derive.terms.term import Entry, Poly, Scalar, constant, of_atom
from tests.generators import cost, sampled

Term = Poly | Affine | int | Fraction


def entry(tensor: str, *at: Affine | int) -> Poly:
    """`tensor[at]`."""
    return of_atom(Entry(tensor, tuple(number(a) if isinstance(a, int) else a for a in at)))


def scalar(name: str) -> Poly:
    """A size standing as a number."""
    ((variable, _),) = size(name).terms
    return of_atom(Scalar(variable))


def sum_of(*terms: Poly | int) -> Poly:
    return total(constant(t) if isinstance(t, int) else t for t in terms)


def product_of(*factors: Poly | int) -> Poly:
    return times_all(constant(f) if isinstance(f, int) else f for f in factors)


def minus(p: Poly) -> Poly:
    return scale(p, -1)


def upto(name: str, hi: Affine | int | str, lo: Affine | int = 1, ordered: bool = False) -> Index:
    """The index `name = lo … hi`; a string is a size."""
    low = number(lo) if isinstance(lo, int) else lo
    high = size(hi) if isinstance(hi, str) else number(hi) if isinstance(hi, int) else hi
    return Index(name, low, high, ordered)


def scope(*indices: Index) -> dict[str, Index]:
    return {b.name: b for b in indices}


def environment(
    sizes: Mapping[str, object] | None = None,
    arrays: Mapping[str, Mapping[tuple[int, ...], float]] | None = None,
    **indices: int,
) -> Environment:
    return Environment(sizes or {}, arrays or {}, indices, derivative_of=definition)


def vector(*values: float, lo: int = 1) -> dict[tuple[int, ...], float]:
    """Entries by place, counted from `lo`."""
    return {(k,): v for k, v in enumerate(values, lo)}


def matrix(rows: Sequence[Sequence[float]]) -> dict[tuple[int, ...], float]:
    return {(r, c): v for r, row in enumerate(rows, 1) for c, v in enumerate(row, 1)}


@dataclass
class Statement:
    """A network in the making whose indices are named by the way: `s.matrix("W", "n", "m")`."""

    net: Builder = field(default_factory=lambda: Builder("stated"))
    used: int = 0

    def index(self, extent: str | int | sympy.Basic) -> sympy.Idx:
        """A new index up to a size."""
        self.used += 1
        hi = self.net.size(extent) if isinstance(extent, str) else extent
        return self.net.index(f"i{self.used}", hi)

    def indices(self, *extents: str | int) -> tuple[sympy.Idx, ...]:
        return tuple(self.index(e) for e in extents)

    def parameter(self, name: str, *extents: str | int) -> sympy.Basic:
        return self.net.parameter(name, self.indices(*extents))

    def input(self, name: str, *extents: str | int) -> sympy.Basic:
        return self.net.input(name, self.indices(*extents))

    def cost(self, expression: sympy.Basic) -> Network:
        """The finished network whose cost is the expression."""
        self.net.define("C", (), expression)
        self.net.minimize("C")
        return self.net.network()


@dataclass(frozen=True)
class Derived:
    """A network, its adjoints, random data, and what raising makes of results."""

    adjoints: Adjoints
    env: Environment

    @property
    def network(self) -> Network:
        return self.adjoints.network

    def raised(self, name: str, case: int = 0) -> Raised | None:
        c = self.adjoints.results[name][case]
        return raise_view(self.network, c.lhs, c.domain, c.view)


def derived(
    network: Network,
    wrt: Sequence[str] | None = None,
    of: str | None = None,
    seed: int = 0,
) -> Derived:
    env = sampled(network, seed)
    env = replace(env, functionals={"C": cost, **env.functionals})
    return Derived(derive_adjoints(network, tuple(wrt) if wrt is not None else None, of), env)


__all__ = [
    "Derived",
    "Statement",
    "constant",
    "derived",
    "entry",
    "environment",
    "index",
    "matrix",
    "minus",
    "number",
    "product_of",
    "scalar",
    "scope",
    "size",
    "sum_of",
    "upto",
    "vector",
]
