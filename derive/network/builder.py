"""Stating a network in Python: declare sizes, indices and tensors, then define values by equations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import MappingProxyType
from typing import ClassVar, TypeAlias, TypedDict, Unpack

import sympy

from derive.errors import DeriveError
from derive.ir.expression import as_expression
from derive.ir.from_sympy import Reader
from derive.ir.tensor import Equation, Fact, Kind, Label, Rest, Role, Tensor
from derive.network.coverage import check_coverage
from derive.network.network import Network
from derive.network.stated_indices import indices_of, names_summed_in
from derive.terms.affine import Affine, Index
from derive.terms.prover import Context, contains_id, in_range
from derive.terms.scope import Given, guarded_entries
from derive.terms.settle import settle
from derive.terms.term import Entry
from derive.terms.walk import has_quotients

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}\Z")

Axis: TypeAlias = sympy.Idx


class Details(TypedDict, total=False):
    """What else is known of a tensor: how a notation draws it, its line in a file, what fills the rest of it."""

    label: Label | None
    line: int | None
    fill: float | None


class Builder:
    """Collects forward equations; `network()` hands them on, frozen and checked.

    >>> net = Builder("linear")
    >>> n, k = net.size("n"), net.size("k")
    >>> i, j = net.index("i", k), net.index("j", n)
    >>> W, x = net.parameter("W", (i, j)), net.input("x", (j,))
    >>> z = net.define("z", (i,), sympy.Sum(W[i, j] * x[j], j))
    """

    made: ClassVar[type[Network]] = Network

    def __init__(self, name: str) -> None:
        self.name = name
        self._tensors: dict[str, Tensor] = {}
        self._arity: dict[str, int] = {}
        self._ids: dict[str, Affine | None] = {}
        self._ranges: dict[str, Index] = {}
        self._sizes: dict[str, sympy.Basic] = {}
        self._indices: dict[str, tuple[sympy.Idx, bool]] = {}
        self._letters: dict[str, str] = {}
        self._ordered: set[str] = set()
        self._abstract: set[str] = set()
        self._costs: set[str] = set()
        self._equations: list[Equation] = []
        self._facts: list[Fact] = []
        self._cost: str | None = None
        self._initializers: dict[str, str] = {}

    # -- declarations -----------------------------------------------------------------------------

    def size(self, name: str, of: sympy.Basic | int | None = None) -> sympy.Basic:
        """A symbolic size `n` (an integer, at least 1), or one of a family, `n[l]`."""
        if name not in self._sizes:
            self._claim(name)
            self._sizes[name] = sympy.Symbol(name, integer=True)
        return self._sizes[name] if of is None else sympy.IndexedBase(name, integer=True)[of]

    def index(
        self,
        name: str,
        extent: sympy.Basic | int,
        lo: sympy.Basic | int = 1,
        ordered: bool = False,
        letter: str = "",
    ) -> sympy.Idx:
        """An index from `lo` to `extent`, printed as `letter`.

        `ordered` marks depth and time, whose entries may refer to earlier ones.
        """
        made = sympy.Idx(sympy.Symbol(name, integer=True), (as_expression(lo), as_expression(extent)))
        if name in self._indices:
            if self._indices[name] != (made, ordered):
                raise DeriveError(f"the index {name} is declared with two ranges", repair="use another name")
            return self._indices[name][0]
        self._claim(name)
        self._indices[name] = (made, ordered)
        self._letters[name] = letter or name
        if ordered:
            self._ordered.add(name)
        return made

    def input(self, name: str, axes: Sequence[Axis], kind: Kind = "real", **more: Unpack[Details]) -> sympy.Basic:
        return self._declare(name, axes, "input", kind, **more)

    def target(self, name: str, axes: Sequence[Axis], kind: Kind = "real", **more: Unpack[Details]) -> sympy.Basic:
        return self._declare(name, axes, "target", kind, **more)

    def parameter(self, name: str, axes: Sequence[Axis], init: str = "", **more: Unpack[Details]) -> sympy.Basic:
        """A learned tensor; `init` names its initializer (`xavier`, `he`, `zeros`, `ones`, or a number)."""
        self._initializers[name] = init
        return self._declare(name, axes, "parameter", **more)

    def hyper(self, name: str) -> sympy.Symbol:
        """A given number such as λ or ε, not learned."""
        self._declare(name, (), "hyper")
        return sympy.Symbol(name)

    def count_ids(self, name: str, count: sympy.Basic | int) -> None:
        """Declare that the ids in `name` are 0 … count − 1; equations stated from now on may use it."""
        self._ids[name] = self._reader(frozenset()).affine(as_expression(count))

    def function(self, name: str = "sigma") -> sympy.Function:
        """An abstract scalar function, differentiated as `σ'`."""
        if name not in self._abstract:
            self._claim(name)
        self._abstract.add(name)
        return sympy.Function(name)

    def value(self, name: str, axes: Sequence[Axis], **more: Unpack[Details]) -> sympy.Basic:
        """A value declared before the equations that define it, as those of a recurrence read it."""
        return self._declare(name, axes, "value", **more)

    def range_of(self, i: sympy.Idx) -> Index:
        """The range of a declared index."""
        name = str(i.label) if isinstance(i, sympy.Idx) else ""
        if name not in self._indices or self._indices[name][0] != i:
            raise DeriveError(f"{i} is no index with a range", repair="make it with net.index(name, size)")
        if name not in self._ranges:
            reader = self._reader(frozenset())
            made, ordered = self._indices[name]
            self._ranges[name] = Index(name, reader.affine(made.lower), reader.affine(made.upper), ordered)
        return self._ranges[name]

    def functional(self, name: str = "C") -> sympy.Function:
        """An abstract cost of tensors: in `C(a[j], y[j])` an index that no sum binds runs over its range."""
        self._costs.add(name)
        return sympy.Function(name)

    # -- equations ----------------------------------------------------------------------------------

    def define(
        self,
        name: str,
        at: Sequence[sympy.Basic],
        rhs: sympy.Basic,
        axes: Sequence[Axis] | None = None,
        note: str = "",
        **more: Unpack[Details],
    ) -> sympy.Basic:
        """State `name[at] = rhs` for all values of the indices in `at`.

        A value with a start or a recurrence is declared once with its whole `axes` and defined by several
        equations (`h[0] = 0` and `h[t] = …`). Returns the tensor, an `IndexedBase` (a `Symbol` if scalar).

        Raises: DeriveError for an undeclared name, a free index that is not in `at`, an entry out of range.
        """
        declared = [*(axes if axes is not None else at)]
        if name not in self._tensors:
            self._declare(name, declared, "value", **more)
        domain = tuple(self.range_of(i) for i in indices_of(at))
        reader = self._reader(frozenset(b.name for b in domain))
        stated = as_expression(rhs)
        context = {b.name: b for b in domain}
        poly = settle(reader.read(stated), context)
        tensor = self._tensors[name]
        equation = Equation(
            Entry(name, tuple(reader.affine(as_expression(a)) for a in at)),
            domain,
            stated,
            poly,
            note,
            more.get("line"),
            None if tensor.fill is None else Rest(tensor.fill, tensor.axes),
            self._reader(frozenset(context), solves=False).read(stated) if has_quotients(poly) else None,
        )
        self._check(equation)
        self._equations.append(equation)
        return self.handle(name)

    def minimize(self, cost: sympy.Basic | str) -> None:
        """Declare which scalar value is differentiated."""
        self._cost = str(cost)

    def fact(self, lhs: sympy.Basic, rhs: sympy.Basic, statement: str) -> None:
        """Declare an equality that simplification may use, `Σ_k y_ki = 1`, for all values of free indices."""
        names = {str(i.label) for i in lhs.atoms(sympy.Idx)} - names_summed_in(lhs)
        free = tuple(self.range_of(self._indices[n][0]) for n in sorted(names))
        reader = self._reader(frozenset(names))
        self._facts.append(Fact(reader.read(lhs), reader.read(as_expression(rhs)), free, statement))

    def handle(self, name: str) -> sympy.Basic:
        """The SymPy object that stands for a declared tensor."""
        return sympy.IndexedBase(name, real=True) if self._tensors[name].axes else sympy.Symbol(name, real=True)

    def network(self, **more: object) -> Network:
        """The finished network.

        Raises: DeriveError if it has no equations, or an entry of a value is stated by none of them or by several.
        """
        if not self._equations:
            raise DeriveError(f"the network {self.name} has no equations", repair="state one with define")
        stated: dict[str, list[Equation]] = {}
        for e in self._equations:
            stated.setdefault(e.lhs.tensor, []).append(e)
        for t in self._tensors.values():
            if t.role == "value" and t.name not in stated:
                raise DeriveError(f"{t.name} is declared but never defined")
            check_coverage(t, stated.get(t.name, ()))
        letters: dict[tuple[Affine, Affine], tuple[str, ...]] = {}
        for i, _ in self._indices.values():
            b = self.range_of(i)
            letters[b.lo, b.hi] = (*letters.get((b.lo, b.hi), ()), self._letters[b.name])
        return self.made(
            self.name,
            MappingProxyType(dict(self._tensors)),
            tuple(self._equations),
            self._cost,
            tuple(self._facts),
            MappingProxyType(letters),
            MappingProxyType(dict(self._letters)),
            initializers=MappingProxyType(dict(self._initializers)),
            **more,  # type: ignore[arg-type]
        )

    # -- inside -----------------------------------------------------------------------------------

    def _declare(
        self,
        name: str,
        axes: Sequence[Axis],
        role: Role,
        kind: Kind = "real",
        label: Label | None = None,
        line: int | None = None,
        fill: float | None = None,
    ) -> sympy.Basic:
        self._claim(name)
        bounds = tuple(self.range_of(a) for a in axes)
        if len({b.name for b in bounds}) < len(bounds):
            raise DeriveError(f"two axes of {name} have the same index", repair="give each axis its own index")
        family = 0
        while family < len(bounds) and bounds[family].ordered:
            family += 1
        self._arity[name] = len(bounds)
        if kind in ("class_id", "id"):
            self._ids[name] = None
        self._tensors[name] = Tensor(name, bounds, role, kind, label or Label(), family, line, fill)
        return self.handle(name)

    def _claim(self, name: str) -> None:
        if not _NAME.match(name):
            raise DeriveError(
                f"{name!r} is no name for a symbol",
                repair="use letters, digits and _, beginning with a letter",
            )
        if name in self._tensors or name in self._sizes or name in self._indices or name in self._abstract:
            raise DeriveError(f"the name {name} is used twice", repair="give one of the two another name")

    def _reader(self, domain: frozenset[str], solves: bool = True) -> Reader:
        """A reader for one expression; it looks names up in the tables as they are now."""
        known = (self._arity, self._sizes.keys(), self._ids, self._costs, self._abstract)
        return Reader(*known, domain, self._ordered, solves=solves)

    def _check(self, equation: Equation) -> None:
        """The free indices of the right side are among the left's, and every entry is in range."""
        context = equation.context
        extra = equation.rhs.free - set(context)
        if extra:
            names = ", ".join(sorted(extra))
            raise DeriveError(
                f"{names} is free on the right side of {equation.lhs!r} = {equation.stated}",
                repair="sum over it, or add it to the left side",
            )
        self._check_entry(equation.lhs, equation, context)
        for entry, scope, given in guarded_entries(equation.rhs, dict(context)):
            self._check_entry(entry, equation, scope, given)

    def _check_entry(self, entry: Entry, equation: Equation, context: Context, given: Given = ()) -> None:
        tensor = self._tensors[entry.tensor]
        at = {a.name: e for a, e in zip(tensor.axes, entry.idx, strict=True)}
        for axis, e in zip(tensor.axes, entry.idx, strict=True):
            lo, hi = axis.lo.subs(at), axis.hi.subs(at)
            if not in_range(e, lo, hi, context, given) and not contains_id(e):
                raise DeriveError(
                    f"the index {e} of {entry!r} may leave its range {lo} … {hi}"
                    f" in {equation.lhs!r} = {equation.stated}",
                    repair="use indices of the same range, or multiply by a bracket",
                )
