"""Affine index expressions: integer combinations of indices, sizes, integer-valued entries and quotients."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from derive.terms.node import Node


class Size(Node):
    """A symbolic size such as `m` or `n_l`; at least 1. `args` are the ordered indices it depends on."""

    __slots__ = ("args", "name")

    def __init__(self, name: str, args: tuple[Affine, ...] = ()) -> None:
        self.name, self.args = name, args
        self._seal(("n", name, tuple(a.key for a in args)))

    def __repr__(self) -> str:
        return self.name + "".join(f"_{{{a}}}" for a in self.args)


class IdEntry(Node):
    """An entry of an integer-valued tensor (class ids) used as an index: 0 … count − 1 where `count` is known."""

    __slots__ = ("count", "idx", "tensor")

    def __init__(self, tensor: str, idx: tuple[Affine, ...], count: Affine | None = None) -> None:
        self.tensor, self.idx, self.count = tensor, idx, count
        self._seal(("y", tensor, tuple(a.key for a in idx), count.key if count is not None else ()))

    def __repr__(self) -> str:
        return f"{self.tensor}[{', '.join(map(repr, self.idx))}]" if self.idx else self.tensor


class Quotient(Node):
    """⌊dividend / divisor⌋ for a divisor of at least 2; made by `quotient`, which keeps the dividend reduced."""

    __slots__ = ("dividend", "divisor")

    def __init__(self, dividend: Affine, divisor: int) -> None:
        self.dividend, self.divisor = dividend, divisor
        self._seal(("q", dividend.key, divisor))

    def __repr__(self) -> str:
        return f"⌊({self.dividend})/{self.divisor}⌋"


Variable = str | Size | IdEntry | Quotient


Replacement = Mapping[Any, "Affine"]
"""What stands for an index (a string), or for a quotient as a whole."""


def _variable_key(v: Variable) -> tuple[object, ...]:
    return ("i", v) if isinstance(v, str) else v.key


class Affine(Node):
    """`const + Σ coefficient · variable`; a variable that is a string is an index."""

    __slots__ = ("const", "free", "terms")

    def __init__(self, terms: Iterable[tuple[Variable, int]] = (), const: int = 0) -> None:
        pairs = [t for t in terms if t[1]]
        if len(pairs) > 1:
            pairs.sort(key=lambda t: _variable_key(t[0]))
        self.terms, self.const = tuple(pairs), const
        self._seal(("A", const, tuple((_variable_key(v), c) for v, c in self.terms)))
        self.free: frozenset[str] = _free(self.terms)

    def __add__(self, other: Affine | int) -> Affine:
        if isinstance(other, int):
            return Affine(self.terms, self.const + other) if other else self
        total = dict(self.terms)
        for v, c in other.terms:
            total[v] = total.get(v, 0) + c
        return Affine(total.items(), self.const + other.const)

    def __sub__(self, other: Affine | int) -> Affine:
        return self + (-other)

    def __neg__(self) -> Affine:
        return Affine(((v, -c) for v, c in self.terms), -self.const)

    def __mul__(self, factor: int) -> Affine:
        return self if factor == 1 else Affine(((v, c * factor) for v, c in self.terms), self.const * factor)

    def coefficient(self, variable: Variable) -> int:
        return next((c for v, c in self.terms if v == variable), 0)

    def subs(self, mapping: Replacement) -> Affine:
        """Replace indices, also those inside size subscripts, id entries and quotients; and quotients as a whole."""
        if not mapping or self.free.isdisjoint(mapping):
            return self
        out = Affine((), self.const)
        for v, c in self.terms:
            out = out + _replaced(v, mapping) * c
        return out

    @property
    def variable(self) -> str | None:
        """The index that this expression is, if it is one index alone."""
        if self.const == 0 and len(self.terms) == 1:
            v, c = self.terms[0]
            if c == 1 and isinstance(v, str):
                return v
        return None

    @property
    def is_number(self) -> bool:
        return not self.terms

    def __repr__(self) -> str:
        parts = [f"{'-' if c == -1 else '' if c == 1 else c}{v}" for v, c in self.terms]
        if self.const or not parts:
            parts.append(str(self.const))
        return "+".join(parts).replace("+-", "-")


def _free(terms: Iterable[tuple[Variable, int]]) -> frozenset[str]:
    names: set[str] = set()
    for v, _ in terms:
        if isinstance(v, str):
            names.add(v)
        else:
            for a in parts_of(v):
                names |= a.free
    return frozenset(names)


def parts_of(v: Size | IdEntry | Quotient) -> tuple[Affine, ...]:
    """The index expressions inside a variable."""
    match v:
        case Size():
            return v.args
        case IdEntry():
            return v.idx
        case Quotient():
            return (v.dividend,)


def _replaced(v: Variable, mapping: Replacement) -> Affine:
    if isinstance(v, str):
        return mapping.get(v) or index(v)
    if v in mapping:
        return mapping[v]
    if isinstance(v, Size):
        return Affine([(Size(v.name, tuple(a.subs(mapping) for a in v.args)), 1)])
    if isinstance(v, Quotient):
        return quotient(v.dividend.subs(mapping), v.divisor)
    return Affine([(IdEntry(v.tensor, tuple(a.subs(mapping) for a in v.idx), v.count), 1)])


def quotient(dividend: Affine, divisor: int) -> Affine:
    """⌊dividend / divisor⌋, with multiples of the divisor taken out: ⌊(3k + 5)/2⌋ = k + 2 + ⌊(k + 1)/2⌋.

    Raises: ValueError for a divisor below 1.
    """
    if divisor < 1:
        raise ValueError(f"{divisor} is no divisor of an index expression")
    whole = Affine(((v, c // divisor) for v, c in dividend.terms), dividend.const // divisor)
    rest = Affine(((v, c % divisor) for v, c in dividend.terms), dividend.const % divisor)
    if rest.is_number:
        return whole
    if len(rest.terms) == 1 and rest.terms[0][1] == 1 and isinstance(inner := rest.terms[0][0], Quotient):
        return whole + quotient(inner.dividend + rest.const * inner.divisor, inner.divisor * divisor)
    return whole + Affine([(Quotient(rest, divisor), 1)])


def index(name: str) -> Affine:
    return Affine([(name, 1)])


def number(value: int) -> Affine:
    return Affine((), value)


def size(name: str, *args: Affine) -> Affine:
    return Affine([(Size(name, args), 1)])


def map_sizes(a: Affine, rule: Callable[[Size], Affine]) -> Affine:
    """Replace every size by `rule(size)`; used to evaluate extents."""
    out = Affine((), a.const)
    for v, c in a.terms:
        out = out + _with_sizes(v, rule) * c
    return out


def _with_sizes(v: Variable, rule: Callable[[Size], Affine]) -> Affine:
    match v:
        case Size():
            return rule(v)
        case Quotient():
            return quotient(map_sizes(v.dividend, rule), v.divisor)
        case _:
            return Affine([(v, 1)])


def sizes_in(affine: Affine) -> list[Size]:
    """The symbolic sizes of an index expression, those inside quotients too."""
    found: list[Size] = []
    for v, _ in affine.terms:
        if isinstance(v, Size):
            found.append(v)
        elif isinstance(v, Quotient):
            found += sizes_in(v.dividend)
    return found


class Index(Node):
    """An index with its inclusive range `lo … hi`. `ordered` marks depth and time."""

    __slots__ = ("hi", "lo", "name", "ordered")

    def __init__(self, name: str, lo: Affine, hi: Affine, ordered: bool = False) -> None:
        self.name, self.lo, self.hi, self.ordered = name, lo, hi, ordered
        self._seal(("I", name, lo.key, hi.key, ordered))

    @property
    def extent(self) -> Affine:
        return self.hi - self.lo + 1

    @property
    def free(self) -> frozenset[str]:
        """Indices that the range itself depends on (`n_l` on `l`)."""
        return self.lo.free | self.hi.free

    def renamed(self, name: str) -> Index:
        return Index(name, self.lo, self.hi, self.ordered)

    def subs(self, mapping: Replacement) -> Index:
        """Replace indices in the range, never the index itself."""
        return Index(self.name, self.lo.subs(mapping), self.hi.subs(mapping), self.ordered)

    def __repr__(self) -> str:
        return f"{self.name}:{self.lo}..{self.hi}"


def outermost_first(bounds: Iterable[Index]) -> tuple[Index, ...]:
    """The indices in an order in which each range mentions earlier ones only (`Σ_i Σ_{t≤i}`), else as given."""
    waiting = list(bounds)
    out: list[Index] = []
    while waiting:
        names = {b.name for b in waiting}
        out.append(next(b for b in waiting if b.free.isdisjoint(names)))
        waiting.remove(out[-1])
    return tuple(out)
