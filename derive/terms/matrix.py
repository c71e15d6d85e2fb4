"""Matrix expressions: what raising makes of a view, in the operations that people write.

Every node is a scalar, a column vector, a row vector or a matrix; `raising` guarantees that shapes fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from derive.terms.affine import Affine, Index
from derive.terms.term import Entry, Functional
from derive.terms.view import View


@dataclass(frozen=True)
class Whole:
    """All entries of a tensor over `axes` (two: rows, columns; one: a vector); other indices stay fixed.

    For a `Functional` differentiated once it is the gradient `∇_a C` over these axes.
    """

    atom: Entry | Functional
    axes: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """The part of `arg` in these rows and columns, numbered from 1, both ends included; None for all of them.

    Of a vector the entries in its own direction.
    """

    arg: Matrix
    rows: tuple[Affine, Affine] | None
    columns: tuple[Affine, Affine] | None


@dataclass(frozen=True)
class Unit:
    """The column vector of the given extent with a 1 at `place` and zeros elsewhere."""

    place: Affine
    extent: Affine


@dataclass(frozen=True)
class ScalarPart:
    """A factor or term without axes."""

    view: View


@dataclass(frozen=True)
class Ones:
    """The column vector of ones of the given extent."""

    extent: Affine


@dataclass(frozen=True)
class Identity:
    """The identity matrix of the given extent."""

    extent: Affine


@dataclass(frozen=True)
class Transposed:
    """argᵀ."""

    arg: Matrix


@dataclass(frozen=True)
class Diagonal:
    """diag(arg), the matrix with a vector on its diagonal."""

    arg: Matrix


@dataclass(frozen=True)
class Product:
    """The matrix product of the factors, in order."""

    factors: tuple[Matrix, ...]


@dataclass(frozen=True)
class Hadamard:
    """The entrywise product of factors of one shape."""

    factors: tuple[Matrix, ...]


@dataclass(frozen=True)
class Scaled:
    """scalar · arg; the scalar is a view, or a 1×1 matrix expression such as `1ᵀv`, which needs its brackets."""

    scalar: View | Matrix
    arg: Matrix


@dataclass(frozen=True)
class Added:
    """The sum of terms of one shape; a scalar among them is added to every entry (`1 − a`)."""

    terms: tuple[Matrix, ...]


@dataclass(frozen=True)
class Entrywise:
    """A scalar function, or its derivative of the given orders, applied to each entry; scalars may stand along."""

    name: str
    orders: tuple[int, ...]
    args: tuple[Matrix, ...]


@dataclass(frozen=True)
class EntrywisePower:
    """Each entry to the given power."""

    base: Matrix
    exponent: Fraction


@dataclass(frozen=True)
class EntrywiseStep:
    """`[arg > 0]` (strict) or `[arg ≥ 0]`, entry by entry."""

    arg: Matrix
    strict: bool = True


@dataclass(frozen=True)
class Totalled:
    """Σ_bounds arg, a sum of matrices over indices that stand in them as fixed ones: samples, steps, heads."""

    bounds: tuple[Index, ...]
    arg: Matrix


@dataclass(frozen=True)
class Stacked:
    """A block matrix: the parts below one another, or side by side."""

    parts: tuple[Matrix, ...]
    below: bool


@dataclass(frozen=True)
class Listed:
    """A matrix written out, row by row; a column vector has one entry in each row."""

    rows: tuple[tuple[View, ...], ...]


Matrix = (
    Whole
    | Listed
    | Part
    | Unit
    | ScalarPart
    | Ones
    | Identity
    | Transposed
    | Diagonal
    | Product
    | Hadamard
    | Scaled
    | Added
    | Entrywise
    | EntrywisePower
    | EntrywiseStep
    | Totalled
    | Stacked
)
