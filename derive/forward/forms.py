"""What an expression is: its axes, and `entry` as a SymPy expression, asked for once all sizes are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import sympy

from derive.forward.blocks import contracted
from derive.forward.scene import Scene
from derive.forward.sizes import Conflict, Extent, Sizes

Settle: TypeAlias = Callable[[int, bool | None], None]

ENTRYWISE = ("odot", "circ", "star", "*")

Place: TypeAlias = sympy.Basic | None
Axis: TypeAlias = Extent | None
Entry: TypeAlias = Callable[[Scene, Place, Place], sympy.Expr]


class Settled(Exception):
    """A name has got its axes from what it is combined with: the equation has to be read once more."""


@dataclass(frozen=True)
class Form:
    """A number without axes, a column with rows, a row with columns, a matrix; `entry(i, j)` is None for none."""

    entry: Entry
    rows: Axis = None
    columns: Axis = None
    learned: bool = True
    """Whether it is made of parameters and numbers alone."""
    constant: bool = False
    """Whether no name is in it."""
    settle: Settle | None = None
    """Gives axes to a name that has none yet, so many, and whether it is a row; `turned` says that it is transposed."""
    turned: bool = False
    blocks: tuple[Form, ...] = ()
    """The parts that stand one below the other, or side by side: `[h; x]`."""
    beside: bool = False
    """Whether they stand side by side."""

    def at(self, scene: Scene, i: Place, j: Place) -> sympy.Expr:
        """The entry at a row and a column; of what has none, the same one everywhere."""
        return self.entry(scene, None if self.rows is None else i, None if self.columns is None else j)

    def with_entry(self, entry: Entry) -> Form:
        """Other entries at the same places."""
        return replace(self, entry=entry, blocks=())

    @property
    def is_number(self) -> bool:
        return self.rows is None and self.columns is None

    @property
    def axes(self) -> tuple[Extent, ...]:
        return tuple(a for a in (self.rows, self.columns) if a is not None)


def number(value: sympy.Expr) -> Form:
    return Form(lambda scene, i, j: value, constant=True)


def transposed(a: Form) -> Form:
    made = Form(lambda scene, i, j: a.at(scene, j, i), a.columns, a.rows, a.learned, a.constant)
    made = replace(made, blocks=tuple(map(transposed, a.blocks)), beside=not a.beside)
    return replace(made, settle=a.settle, turned=not a.turned)


def entrywise(f: Callable[[sympy.Expr], sympy.Expr], a: Form) -> Form:
    """f at every entry."""
    parts = tuple(entrywise(f, b) for b in a.blocks)
    return replace(a.with_entry(lambda scene, i, j: f(a.at(scene, i, j))), blocks=parts)


def negated(a: Form) -> Form:
    return entrywise(lambda x: -x, a)


@dataclass
class Algebra:
    """Operations make sizes equal; `spread` are axes along which a vector was added to a matrix.

    `single` says that vectors whose product is none have one entry, `plural` are axes that have to have more.
    """

    sizes: Sizes
    spread: list[Extent]
    single: bool = False
    plural: list[Extent] = field(default_factory=list)

    def shape(self, a: Form) -> str:
        if a.is_number:
            return "a number"
        return f"{self.sizes.text(a.rows)} × {self.sizes.text(a.columns)}"

    def _meet(self, a: Extent, b: Extent, what: str) -> None:
        try:
            self.sizes.unify(a, b)
        except Conflict as e:
            raise Conflict(f"{what}: {e}") from e

    def added(self, a: Form, b: Form) -> Form:
        """A + B; a number is added to every entry, a vector to every column or every row of a matrix.

        Raises: Conflict for shapes that cannot be added.
        """
        self._settled(a, b)
        wide = a if len(a.axes) >= len(b.axes) else b
        narrow = b if wide is a else a
        made = self._of(a, b, lambda scene, i, j: a.at(scene, i, j) + b.at(scene, i, j), wide.rows, wide.columns)
        if narrow.is_number:
            return made
        for mine, other, along in (
            (narrow.rows, wide.rows, wide.columns),
            (narrow.columns, wide.columns, wide.rows),
        ):
            if mine is not None and other is None:
                raise Conflict("a row and a column are added")
            if mine is not None and other is not None:
                self._meet(mine, other, "the terms of a sum have different sizes")
                if len(narrow.axes) < len(wide.axes) and along is not None:
                    if not narrow.learned:
                        raise Conflict("a vector that is no parameter is added to a matrix")
                    self.spread.append(along)
        return made

    def entries(self, f: Callable[[sympy.Expr, sympy.Expr], sympy.Expr], a: Form, b: Form, what: str) -> Form:
        """f of every two entries at one place; of a number, with every entry.

        Raises: Conflict for different shapes.
        """
        self._settled(a, b)
        wide = b if a.is_number else a
        if not (a.is_number or b.is_number):
            if (a.rows is None) != (b.rows is None) or (a.columns is None) != (b.columns is None):
                raise Conflict(f"{what} needs equal shapes")
            for x, y in ((a.rows, b.rows), (a.columns, b.columns)):
                if x is not None and y is not None:
                    self._meet(x, y, f"{what} needs equal shapes")
        return self._of(a, b, lambda scene, i, j: f(a.at(scene, i, j), b.at(scene, i, j)), wide.rows, wide.columns)

    def hadamard(self, a: Form, b: Form) -> Form:
        return self.entries(lambda x, y: x * y, a, b, "an entrywise product")

    def divided(self, a: Form, b: Form) -> Form:
        return self.entries(lambda x, y: x / y, a, b, "a quotient")

    def product(self, a: Form, b: Form) -> Form:
        """Σ_k a_ik b_kj; a column times a row is their outer product.

        Raises: Conflict for shapes that have no product.
        """
        self._settled(a, b)
        if a.is_number or b.is_number:
            return self.hadamard(a, b)
        if self.single and len(a.axes) == len(b.axes) == 1 and (a.rows is None) == (b.rows is None):
            return self.only_entry(self.hadamard(a, b))
        if a.columns is None and b.rows is None:
            return self._of(a, b, lambda scene, i, j: a.at(scene, i, j) * b.at(scene, i, j), a.rows, b.columns)
        if a.columns is None or b.rows is None:
            raise Conflict(f"{self.shape(a)} cannot be multiplied by {self.shape(b)}")
        self._meet(a.columns, b.rows, f"{self.shape(a)} cannot be multiplied by {self.shape(b)}")
        return self._of(a, b, lambda scene, i, j: contracted(scene, a, b, i, j), a.rows, b.columns)

    def pair(self, a: Form, operator: str, b: Form) -> Form:
        """Two factors with the sign between them; none is a matrix product.

        Raises: Conflict for shapes that do not fit, and for a sign that has no meaning here.
        """
        if operator in ENTRYWISE:
            return self.hadamard(a, b)
        if operator in ("/", "div", "oslash"):
            return self.divided(a, b)
        if operator == "cdot":
            return self.dot(a, b)
        if operator in ("", "times", "@"):
            return self.product(a, b)
        raise Conflict(f"the product {operator} has no meaning in a forward pass")

    def dot(self, a: Form, b: Form) -> Form:
        """v · w of two vectors that lie alike; else the product."""
        if len(a.axes) == 1 and len(b.axes) == 1 and (a.rows is None) == (b.rows is None):
            return self.total(self.hadamard(a, b))
        return self.product(a, b)

    def only_entry(self, a: Form) -> Form:
        """The entry of a vector that has one, as the sum of all.

        Raises: Conflict for another size.
        """
        for axis in a.axes:
            self._meet(axis, self.sizes.named(1), "vectors that have no product have one entry")
        return self.total(a)

    def total(self, a: Form) -> Form:
        """The sum of all entries."""
        if a.settle is not None:
            a.settle(1, None)
            raise Settled

        def entry(scene: Scene, _i: Place, _j: Place) -> sympy.Expr:
            return scene.summed_over(a.axes, lambda at: a.at(scene, *_spread(a, at)))

        return Form(entry, learned=a.learned)

    def _of(self, a: Form, b: Form, entry: Entry, rows: Axis, columns: Axis) -> Form:
        open_one = a if a.settle is not None else b
        both = a.learned and b.learned, a.constant and b.constant
        return Form(entry, rows, columns, *both, open_one.settle, open_one.turned)

    def _settled(self, a: Form, b: Form) -> None:
        """A name without axes lies as what it is combined with; as a vector beside a matrix.

        Raises: Settled.
        """
        for one, other in ((a, b), (b, a)):
            if one.settle is not None and other.settle is None and not other.constant:
                is_row = other.rows is None if len(other.axes) == 1 else None
                one.settle(min(len(other.axes), 1), is_row if is_row is None else is_row != one.turned)
                raise Settled


def _spread(a: Form, at: Sequence[sympy.Basic]) -> tuple[Place, Place]:
    rest = iter(at)
    i = next(rest) if a.rows is not None else None
    j = next(rest) if a.columns is not None else None
    return i, j
