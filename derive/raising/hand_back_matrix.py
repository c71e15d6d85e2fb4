"""Results handed back as SymPy terms: the matrix form, over SymPy's matrix expressions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sympy
from sympy.matrices.expressions.hadamard import HadamardPower, HadamardProduct
from sympy.matrices.expressions.slice import MatrixSlice

from derive.errors import DeriveError
from derive.ir.tensor import ADJOINT
from derive.network.network import Network
from derive.raising.hand_back import affine_to_sympy, argument_name, scalar_function, sympy_name, to_sympy
from derive.terms import term
from derive.terms.affine import Index
from derive.terms.matrix import (
    Added,
    Diagonal,
    Entrywise,
    EntrywisePower,
    EntrywiseStep,
    Hadamard,
    Identity,
    Matrix,
    Ones,
    Part,
    Product,
    ScalarPart,
    Scaled,
    Stacked,
    Totalled,
    Transposed,
    Unit,
    Whole,
)
from derive.terms.view import View
from derive.terms.walk import entries_in


class NoMatrixForm(DeriveError):
    """SymPy has no matrix expression for this."""


class MatrixForms:
    """SymPy matrix expressions of raised results; a tensor with one axis is a column, or a row in row layout.

    `seed` are the axes of what is differentiated, which adjoints have behind their own. Raises: NoMatrixForm.
    """

    def __init__(self, network: Network, vectors_are_rows: bool, seed: tuple[Index, ...] = ()) -> None:
        self.network, self.vectors_are_rows, self.seed = network, vectors_are_rows, seed
        self.rules: Mapping[type, Callable[..., sympy.Expr]] = {
            Whole: self._whole,
            ScalarPart: lambda m: to_sympy(m.view),
            Ones: lambda m: sympy.OneMatrix(affine_to_sympy(m.extent), 1),
            Identity: lambda m: sympy.Identity(affine_to_sympy(m.extent)),
            Transposed: lambda m: sympy.Transpose(self.form(m.arg)),
            Diagonal: lambda m: sympy.DiagMatrix(self.form(m.arg)),
            Product: lambda m: self._product([self.form(f) for f in m.factors]),
            Hadamard: lambda m: HadamardProduct(*(self.form(f) for f in m.factors)),
            Scaled: self._scaled,
            Added: lambda m: self._sum([self.form(t) for t in m.terms]),
            Entrywise: self._entrywise,
            EntrywisePower: self._power,
            EntrywiseStep: self._step,
            Totalled: self._totalled,
            Stacked: self._stacked,
            Part: self._part,
            Unit: self._unit,
        }

    def form(self, m: Matrix) -> sympy.Expr:
        """The SymPy expression of a raised matrix, vector or scalar."""
        return self.rules[type(m)](m)

    def _totalled(self, m: Totalled) -> sympy.Expr:
        raise NoMatrixForm("a sum of matrices over an index has no SymPy matrix form", repair="use .index")

    def _part(self, m: Part) -> sympy.Expr:
        parent = self.form(m.arg)
        ends = [
            (sympy.Integer(0), extent) if r is None else (affine_to_sympy(r[0] - 1), affine_to_sympy(r[1]))
            for r, extent in zip((m.rows, m.columns), parent.shape, strict=True)
        ]
        return MatrixSlice(parent, *((lo, hi, 1) for lo, hi in ends))

    def _unit(self, m: Unit) -> sympy.Expr:
        raise NoMatrixForm("a unit vector at an id has no SymPy matrix form", repair="use .index")

    def _stacked(self, m: Stacked) -> sympy.Expr:
        parts = [self.form(p) for p in m.parts]
        return sympy.BlockMatrix([[p] for p in parts] if m.below else [parts])

    def _whole(self, m: Whole) -> sympy.Expr:
        if isinstance(m.atom, term.Functional):
            return self._gradient(m)
        extents = self._extents(m.atom)
        fixed = [repr(e) for e in m.atom.idx if e.variable not in m.axes]
        name = "_".join([sympy_name(m.atom.tensor), *fixed])
        return self._symbol(name, [extents[n] for n in m.axes])

    def _gradient(self, m: Whole) -> sympy.Expr:
        assert isinstance(m.atom, term.Functional)
        entries = [e for p in m.atom.args for e in entries_in(p) if isinstance(e, term.Entry)]
        extents = {n: extent for e in entries for n, extent in self._extents(e).items()}
        for _, at in m.atom.wrt:
            own = zip(m.atom.bounds, at, strict=True)
            extents |= {e.variable: affine_to_sympy(b.extent) for b, e in own if e.variable is not None}
        name = f"d{m.atom.name}_d{argument_name(m.atom, m.atom.wrt[0][0])}"
        return self._symbol(name, [extents[n] for n in m.axes])

    def _extents(self, entry: term.Entry) -> dict[str, sympy.Expr]:
        """The extents of the axes on which single indices stand."""
        tensor = self.network.tensor(entry.tensor.removeprefix(ADJOINT))
        axes = (*tensor.axes, *self.seed) if entry.tensor.startswith(ADJOINT) else tensor.axes
        at = {a.name: e for a, e in zip(axes, entry.idx, strict=True)}
        pairs = zip(axes, entry.idx, strict=True)
        return {e.variable: affine_to_sympy(a.extent.subs(at)) for a, e in pairs if e.variable is not None}

    def _symbol(self, name: str, extents: list[sympy.Expr]) -> sympy.Expr:
        if not extents:
            return sympy.Symbol(name)
        if len(extents) == 1:
            extents = [sympy.Integer(1), *extents] if self.vectors_are_rows else [*extents, sympy.Integer(1)]
        return sympy.MatrixSymbol(name, *extents)

    def _product(self, factors: list[sympy.Expr]) -> sympy.Expr:
        product = sympy.MatMul(*factors)
        return product[0, 0] if product.is_Matrix and product.shape == (1, 1) else product

    def _scaled(self, m: Scaled) -> sympy.Expr:
        scalar = to_sympy(m.scalar) if isinstance(m.scalar, View) else self.form(m.scalar)
        return scalar * self.form(m.arg)

    def _sum(self, terms: list[sympy.Expr]) -> sympy.Expr:
        matrix = next((t for t in terms if getattr(t, "is_Matrix", False)), None)
        if matrix is None:
            return sympy.Add(*terms)
        ones = sympy.OneMatrix(*matrix.shape)
        return sympy.MatAdd(*(t if getattr(t, "is_Matrix", False) else t * ones for t in terms))

    def _entrywise(self, m: Entrywise) -> sympy.Expr:
        args = [self.form(a) for a in m.args]
        slot = sympy.Dummy("t")
        matrix = next((a for a in args if getattr(a, "is_Matrix", False)), None)
        if matrix is None:
            return scalar_function(m.name, m.orders, tuple(args))
        if sum(getattr(a, "is_Matrix", False) for a in args) > 1:
            raise NoMatrixForm(f"{m.name} of several matrices has no SymPy matrix form; use .index")
        body = scalar_function(m.name, m.orders, tuple(slot if a is matrix else a for a in args))
        return matrix.applyfunc(sympy.Lambda(slot, body))

    def _power(self, m: EntrywisePower) -> sympy.Expr:
        base, e = self.form(m.base), sympy.Rational(m.exponent.numerator, m.exponent.denominator)
        return HadamardPower(base, e) if getattr(base, "is_Matrix", False) else base**e

    def _step(self, m: EntrywiseStep) -> sympy.Expr:
        slot = sympy.Dummy("t")
        body = sympy.Piecewise((1, slot > 0 if m.strict else slot >= 0), (0, True))
        base = self.form(m.arg)
        return base.applyfunc(sympy.Lambda(slot, body)) if getattr(base, "is_Matrix", False) else body.subs(slot, base)
