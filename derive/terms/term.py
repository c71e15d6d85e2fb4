"""The frozen normal form: a polynomial over atoms, with closed sum blocks among the atoms.

A `Poly` is {monomial: coefficient}, a `Monomial` is {atom: rational exponent}. Build both with
`derive.terms.algebra` and `derive.terms.blocks` only: they keep the form canonical.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from derive.terms.affine import Affine, Index, Variable
from derive.terms.node import Key, Node, number_key

ONE = Fraction(1)
NOTHING: frozenset[str] = frozenset()


class Atom(Node):
    """A factor. `free` are its free indices, `height` the depth of nested binders in it."""

    __slots__ = ("free", "height")

    free: frozenset[str]
    height: int

    def _settle(self, key: Key, free: frozenset[str], height: int, parts: Key | None = None) -> None:
        self.free, self.height = free, height
        self._seal(key, parts)


class Scalar(Atom):
    """A size or an index standing as a number: `m` in `1/m`."""

    __slots__ = ("variable",)

    def __init__(self, variable: Variable) -> None:
        self.variable = variable
        affine = Affine([(variable, 1)])
        self._settle(("0n", affine.key), affine.free, 0)

    def __repr__(self) -> str:
        return str(self.variable)


class Entry(Atom):
    """An entry of a tensor, `W[i, j]`."""

    __slots__ = ("idx", "tensor")

    def __init__(self, tensor: str, idx: tuple[Affine, ...]) -> None:
        self.tensor, self.idx = tensor, idx
        self._settle(("e", tensor, tuple(a.key for a in idx)), _union(a.free for a in idx), 0)

    def __repr__(self) -> str:
        return f"{self.tensor}[{', '.join(map(repr, self.idx))}]" if self.idx else self.tensor


class Func(Atom):
    """A scalar function, or its partial derivative of the given orders, at polynomial arguments."""

    __slots__ = ("args", "name", "orders")

    def __init__(self, name: str, args: tuple[Poly, ...], orders: tuple[int, ...] | None = None) -> None:
        self.name, self.args, self.orders = name, args, orders or (0,) * len(args)
        self._settle(
            ("f", name, self.orders, tuple(a.key for a in args)),
            _union(a.free for a in args),
            max((a.height for a in args), default=0),
            ("f", name, self.orders, args),
        )

    def __repr__(self) -> str:
        primes = "'" * sum(self.orders)
        return f"{self.name}{primes}({', '.join(map(repr, self.args))})"


class Base(Atom):
    """A polynomial that stands under a power other than 1."""

    __slots__ = ("poly",)

    def __init__(self, poly: Poly) -> None:
        self.poly = poly
        self._settle(("g", poly.key), poly.free, poly.height, ("g", poly))

    def __repr__(self) -> str:
        return f"({self.poly})"


class Delta(Atom):
    """The Kronecker delta `[difference = 0]`; its sign is normalized by `algebra.delta`."""

    __slots__ = ("difference",)

    def __init__(self, difference: Affine) -> None:
        self.difference = difference
        self._settle(("d", difference.key), difference.free, 0)

    def __repr__(self) -> str:
        return f"[{self.difference}=0]"


class Bound(Atom):
    """The Iverson bracket of an index condition, `[affine ≥ 0]`."""

    __slots__ = ("affine",)

    def __init__(self, affine: Affine) -> None:
        self.affine = affine
        self._settle(("b", affine.key), affine.free, 0)

    def __repr__(self) -> str:
        return f"[{self.affine}>=0]"


class Divides(Atom):
    """The Iverson bracket of divisibility, `[divisor | affine]`; kept reduced by `algebra.divides`."""

    __slots__ = ("affine", "divisor")

    def __init__(self, affine: Affine, divisor: int) -> None:
        self.affine, self.divisor = affine, divisor
        self._settle(("bd", affine.key, divisor), affine.free, 0)

    def __repr__(self) -> str:
        return f"[{self.divisor} | {self.affine}]"


class Positive(Atom):
    """The Iverson bracket of a value, `[poly > 0]` (strict) or `[poly ≥ 0]`."""

    __slots__ = ("poly", "strict")

    def __init__(self, poly: Poly, strict: bool = True) -> None:
        self.poly, self.strict = poly, strict
        self._settle(("h", strict, poly.key), poly.free, poly.height, ("h", strict, poly))

    def __repr__(self) -> str:
        return f"[{self.poly}{'>' if self.strict else '>='}0]"


class Block(Atom):
    """A sum block: `Σ_bounds body`, one connected component, with canonical bound names."""

    __slots__ = ("body", "bounds")

    def __init__(self, bounds: tuple[Index, ...], body: Monomial) -> None:
        self.bounds, self.body = bounds, body
        names = {b.name for b in bounds}
        free = _union([body.free, *(b.free for b in bounds)]) - names
        self._settle(("s", tuple(b.key for b in bounds), body.key), free, body.height + 1, ("s", bounds, body))

    def __repr__(self) -> str:
        return f"Σ{{{', '.join(map(repr, self.bounds))}}}({self.body})"


class Maximum(Atom):
    """`max_bounds body`, with canonical bound names; the order of `bounds` decides which maximum is the first.

    Made by `extremum.maximum`.
    """

    __slots__ = ("body", "bounds")

    def __init__(self, bounds: tuple[Index, ...], body: Poly) -> None:
        self.bounds, self.body = bounds, body
        self._settle(
            ("x", tuple(b.key for b in bounds), body.key),
            _union([body.free, *(b.free for b in bounds)]) - {b.name for b in bounds},
            body.height + 1,
            ("x", bounds, body),
        )

    def __repr__(self) -> str:
        return f"max{{{', '.join(map(repr, self.bounds))}}}({self.body})"


class FirstMaximum(Atom):
    """The bracket `[at is where the body is largest]`; of several such places the first one, row by row, counts.

    It is 0 where `at` is out of range. It is the derivative of the maximum by the body at `at`.
    """

    __slots__ = ("at", "of")

    def __init__(self, of: Maximum, at: tuple[Affine, ...]) -> None:
        self.of, self.at = of, at
        self._settle(
            ("xa", of.key, tuple(a.key for a in at)),
            of.free | _union(a.free for a in at),
            of.height,
        )

    def __repr__(self) -> str:
        return f"[{', '.join(map(repr, self.at))} = argmax of {self.of}]"


class Functional(Atom):
    """An abstract scalar function of a whole tensor, `C(a)`, or its partial derivative.

    `args` are the entries that it reads, with `bounds` running over them; `wrt` lists the entries by
    which it is differentiated, as pairs (which argument, at which bound values).
    """

    __slots__ = ("args", "bounds", "name", "wrt")

    def __init__(
        self,
        name: str,
        bounds: tuple[Index, ...],
        args: tuple[Poly, ...],
        wrt: tuple[tuple[int, tuple[Affine, ...]], ...] = (),
    ) -> None:
        self.name, self.bounds, self.args, self.wrt = name, bounds, args, tuple(sorted(wrt, key=_wrt_key))
        inner = _union([*(a.free for a in args), *(b.free for b in bounds)]) - {b.name for b in bounds}
        free = inner | _union(a.free for _, at in wrt for a in at)
        self._settle(
            (
                "c",
                name,
                tuple(b.key for b in bounds),
                tuple(a.key for a in args),
                tuple(_wrt_key(w) for w in self.wrt),
            ),
            free,
            max((a.height for a in args), default=0) + 1,
        )

    def __repr__(self) -> str:
        return f"{self.name}{self.wrt or ''}({', '.join(map(repr, self.args))})"


class Partial(Atom):
    """A local derivative written as a fraction, `∂z_k/∂a_j`; it occurs in steps only, never in results.

    `immediate` marks the derivative of the cost by a tensor that reaches it on other ways too: `∂⁺C/∂W` counts
    the direct occurrence only (the mark of Pascanu, Mikolov and Bengio, 2013).
    """

    __slots__ = ("immediate", "of", "wrt")

    def __init__(self, of: Entry, wrt: Entry, immediate: bool = False) -> None:
        self.of, self.wrt, self.immediate = of, wrt, immediate
        self._settle(("p", of.key, wrt.key, immediate), of.free | wrt.free, 0)

    def __repr__(self) -> str:
        return f"∂{self.of}/∂{self.wrt}"


def _wrt_key(w: tuple[int, tuple[Affine, ...]]) -> Key:
    return (w[0], tuple(a.key for a in w[1]))


def _union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return NOTHING.union(*sets)


class Monomial(Node):
    """A product of atoms with rational exponents."""

    __slots__ = ("free", "height", "powers")

    def __init__(self, powers: Iterable[tuple[Atom, Fraction]]) -> None:
        self.powers = tuple(sorted(powers, key=lambda p: p[0].key))
        self.free = _union(a.free for a, _ in self.powers)
        self.height: int = max((a.height for a, _ in self.powers), default=0)
        exponents = [number_key(e) for _, e in self.powers]
        keys = tuple((a.key, e) for (a, _), e in zip(self.powers, exponents, strict=True))
        self._seal(("M", keys), ("M", *(a for a, _ in self.powers), *exponents))

    def __repr__(self) -> str:
        return "·".join(f"{a}" if e == 1 else f"{a}^{e}" for a, e in self.powers) or "1"

    def without(self, *dropped: Atom) -> Monomial:
        return Monomial(p for p in self.powers if p[0] not in dropped)


UNIT = Monomial(())


class Poly(Node):
    """A sum of monomials with rational coefficients, in canonical order."""

    __slots__ = ("free", "height", "terms")

    def __init__(self, terms: Mapping[Monomial, Fraction]) -> None:
        kept = [t for t in terms.items() if t[1]]
        self.terms = tuple(sorted(kept, key=lambda t: t[0].key)) if len(kept) > 1 else tuple(kept)
        self.free = _union(m.free for m, _ in self.terms)
        self.height: int = max((m.height for m, _ in self.terms), default=0)
        coefficients = [number_key(c) for _, c in self.terms]
        keys = tuple((m.key, c) for (m, _), c in zip(self.terms, coefficients, strict=True))
        self._seal(("P", keys), ("P", *(m for m, _ in self.terms), *coefficients))

    def __repr__(self) -> str:
        return " + ".join(f"{m}" if c == 1 else f"{c}·{m}" for m, c in self.terms) or "0"

    @property
    def constant(self) -> Fraction | None:
        """The value, if this is a number."""
        if not self.terms:
            return Fraction(0)
        return self.terms[0][1] if len(self.terms) == 1 and not self.terms[0][0].powers else None

    def __bool__(self) -> bool:
        return bool(self.terms)


ZERO = Poly({})


def constant(value: Fraction | int) -> Poly:
    return Poly({UNIT: Fraction(value)})


def of_atom(atom: Atom, exponent: Fraction = ONE) -> Poly:
    return Poly({Monomial(((atom, exponent),)): ONE})


def of_monomial(monomial: Monomial, coefficient: Fraction = ONE) -> Poly:
    return Poly({monomial: coefficient})


def of_affine(affine: Affine) -> Poly:
    terms = {Monomial(((Scalar(v), ONE),)): Fraction(c) for v, c in affine.terms}
    if affine.const:
        terms[UNIT] = Fraction(affine.const)
    return Poly(terms)
