"""The algebra of matrix expressions: transposes at the leaves, flat products, factors taken out of sums."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from derive.terms.affine import Index, number
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
)
from derive.terms.view import Num, View, free_indices, times


def transposed(m: Matrix) -> Matrix:
    """mᵀ, pushed to the leaves: (AB)ᵀ = BᵀAᵀ, (A⊙B)ᵀ = Aᵀ⊙Bᵀ, (A | B)ᵀ has Aᵀ above Bᵀ."""
    match m:
        case Transposed():
            return m.arg
        case Product():
            return Product(tuple(transposed(f) for f in reversed(m.factors)))
        case Hadamard():
            return Hadamard(tuple(transposed(f) for f in m.factors))
        case Added():
            return Added(tuple(transposed(t) for t in m.terms))
        case Scaled():
            return Scaled(m.scalar, transposed(m.arg))
        case Diagonal() | ScalarPart() | Identity():
            return m
        case Entrywise():
            return Entrywise(m.name, m.orders, tuple(transposed(a) for a in m.args))
        case EntrywisePower():
            return EntrywisePower(transposed(m.base), m.exponent)
        case EntrywiseStep():
            return EntrywiseStep(transposed(m.arg), m.strict)
        case Totalled():
            return Totalled(m.bounds, transposed(m.arg))
        case Part():
            return Part(transposed(m.arg), m.columns, m.rows)
        case Stacked():
            return Stacked(tuple(transposed(p) for p in m.parts), not m.below)
    return Transposed(m)


def totalled(bounds: tuple[Index, ...], m: Matrix) -> Matrix:
    """Σ_bounds m, with scalar factors in front that do not depend on the bounds."""
    if (
        isinstance(m, Scaled)
        and isinstance(m.scalar, View)
        and free_indices(m.scalar).isdisjoint(b.name for b in bounds)
    ):
        return Scaled(m.scalar, totalled(bounds, m.arg))
    return Totalled(bounds, m)


def count_transposes(m: Matrix) -> int:
    """How many transposes are written in an expression."""
    match m:
        case Transposed():
            return 1 + count_transposes(m.arg)
        case Product() | Hadamard():
            return sum(map(count_transposes, m.factors))
        case Added():
            return sum(map(count_transposes, m.terms))
        case Entrywise():
            return sum(map(count_transposes, m.args))
        case EntrywisePower():
            return count_transposes(m.base)
        case Scaled() | Diagonal() | EntrywiseStep() | Totalled() | Part():
            return count_transposes(m.arg)
    return 0


def added(terms: Sequence[Matrix]) -> Matrix:
    """The sum, with factors that all terms begin or end with taken out: AX + AY = A(X + Y)."""
    rows = [_factors(t) for t in terms]
    shortest = min(len(factors) for _, factors in rows)
    left = _shared([factors for _, factors in rows], shortest - 1)
    right = _shared([factors[::-1] for _, factors in rows], shortest - 1 - left)
    if not left and not right:
        return Added(tuple(terms))
    inner = [_rescaled(scalar, product(factors[left : len(factors) - right])) for scalar, factors in rows]
    factors = rows[0][1]
    return product([*factors[:left], Added(tuple(inner)), *factors[len(factors) - right :]])


def _factors(m: Matrix) -> tuple[View | Matrix | None, tuple[Matrix, ...]]:
    """A term as scalar and factors of a matrix product."""
    scalar: View | Matrix | None = None
    if isinstance(m, Scaled):
        scalar, m = m.scalar, m.arg
    return scalar, m.factors if isinstance(m, Product) else (m,)


def _rescaled(scalar: View | Matrix | None, m: Matrix) -> Matrix:
    return m if scalar is None else Scaled(scalar, m)


def _shared(rows: Sequence[Sequence[Matrix]], most: int) -> int:
    """How many factors all rows begin with, `most` at the most."""
    count = 0
    while count < most and all(row[count] == rows[0][count] for row in rows):
        count += 1
    return count


def product(factors: Sequence[Matrix]) -> Matrix:
    """The matrix product, flattened, with scalars in front."""
    scalars: list[View] = []
    flat: list[Matrix] = []
    outside: list[Matrix] = []
    for f in factors:
        while isinstance(f, Scaled):
            (scalars if isinstance(f.scalar, View) else outside).append(f.scalar)  # type: ignore[arg-type]
            f = f.arg
        if isinstance(f, ScalarPart):
            scalars.append(f.view)
        else:
            flat.extend(f.factors if isinstance(f, Product) else (f,))
    flat = _without_units(flat)
    if not flat:
        return ScalarPart(times(scalars))
    core = Product(tuple(flat)) if len(flat) > 1 else flat[0]
    for scalar in reversed(outside):
        core = Scaled(scalar, core)
    return scaled(times(scalars), core)


def _without_units(factors: list[Matrix]) -> list[Matrix]:
    """AI = A and A 1₁ = A: factors that change nothing are left out while others remain."""
    kept = [f for f in factors if not _is_unit(f)]
    return kept or factors[:1]


def _is_unit(m: Matrix) -> bool:
    core = m.arg if isinstance(m, Transposed) else m
    return isinstance(core, Identity) or (isinstance(core, Ones) and core.extent == number(1))


def scaled(scalar: View, m: Matrix) -> Matrix:
    if scalar == Num(Fraction(1)):
        return m
    if isinstance(m, Scaled) and isinstance(m.scalar, View):
        return Scaled(times([scalar, m.scalar]), m.arg)
    return ScalarPart(times([scalar, m.view])) if isinstance(m, ScalarPart) else Scaled(scalar, m)
