"""Matrix expressions in LaTeX: `((W^{l+1})^T δ^{l+1}) ⊙ σ'(z^l)`, brackets from the tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from fractions import Fraction

from derive.errors import UnsupportedError
from derive.latex.axis_letters import entries_of
from derive.latex.functions import applied
from derive.latex.naming import Names
from derive.latex.notation import Product as HadamardMark
from derive.latex.notation import Transpose
from derive.latex.precedence import Level, Signed, Text, at_least, enclosed, in_row, joined_sum, raised
from derive.latex.products import split_sign
from derive.latex.scalars import Scalars
from derive.latex.sums import numbers_last
from derive.latex.symbols import Drawn
from derive.terms.affine import Affine
from derive.terms.matrix import (
    Added,
    Diagonal,
    Entrywise,
    EntrywisePower,
    EntrywiseStep,
    Hadamard,
    Identity,
    Listed,
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
from derive.terms.term import Entry, Functional
from derive.terms.view import Num, View, to_poly

ONE = Num(Fraction(1))
_TRANSPOSE: dict[Transpose, str] = {"T": "T", "sans": r"\mathsf{T}", "top": r"\top"}
_TIMES: dict[HadamardMark, str] = {"odot": r"\odot", "circ": r"\circ", "ast": r"\ast"}
_DIVIDED = r"\oslash"
_OUTER = r"\otimes"


@dataclass(frozen=True)
class Matrices:
    """Prints matrix expressions; scalars in them as `scalars` prints views."""

    scalars: Scalars

    @property
    def _transpose(self) -> str:
        return _TRANSPOSE[self.scalars.notation.transpose]

    @property
    def _times(self) -> str:
        return _TIMES[self.scalars.notation.hadamard]

    def text(self, m: Matrix, names: Names) -> Text:
        term = self.signed(m, names)
        return joined_sum([term]) if term.negative else term.text

    def signed(self, m: Matrix, names: Names) -> Signed:
        """The expression with a leading minus sign apart."""
        if isinstance(m, ScalarPart):
            return self.scalars.signed(m.view, names)
        m = self._of_cost(m)
        if not isinstance(m, Scaled):
            return Signed(False, self._unsigned(m, names))
        inner = self.signed(m.arg, names)
        if not isinstance(m.scalar, View):
            head = self.text(m.scalar, names)
            return Signed(inner.negative, _scaled(at_least(head, Level.PREFIX), inner.text))
        negative, scalar = split_sign(m.scalar)
        text = inner.text
        if scalar != ONE:
            text = _scaled(at_least(self.scalars.text(scalar, names), Level.PRODUCT), text)
        return Signed(negative != inner.negative, text)

    def _of_cost(self, m: Matrix) -> Matrix:
        """`1/m (∇_a Σ_i C_i) ⊙ …` as `∇_a C ⊙ …` where the cost is `1/m Σ_i C_i`."""
        scalar, core = (m.scalar, m.arg) if isinstance(m, Scaled) else (ONE, m)
        factors = core.factors if isinstance(core, Hadamard) else (core,)
        for k, f in enumerate(factors):
            whole = f.arg if isinstance(f, Transposed) else f
            if isinstance(whole, Whole) and isinstance(whole.atom, Functional) and isinstance(scalar, View):
                found = self.scalars.derivatives.as_cost(whole.atom)
                if found is not None and found[0] == to_poly(scalar):
                    new: Matrix = Whole(found[1], whole.axes)
                    new = Transposed(new) if isinstance(f, Transposed) else new
                    rest = (*factors[:k], new, *factors[k + 1 :])
                    return Hadamard(rest) if len(rest) > 1 else new
        return m

    def _unsigned(self, m: Matrix, names: Names) -> Text:
        match m:
            case Whole():
                return self._whole(m, False, names)
            case Listed():
                return self._listed(m, names)
            case Ones():
                return Text(f"\\mathbf{{1}}_{{{self.scalars.limit(m.extent, names)}}}")
            case Identity():
                return Text(f"I_{{{self.scalars.limit(m.extent, names)}}}")
            case Unit():
                return Text(f"\\mathbf{{e}}_{{{self.scalars.limit(m.place, names)}}}")
            case Part():
                return self._part(m, names)
            case Transposed():
                if isinstance(m.arg, Whole):
                    return self._whole(m.arg, True, names)
                return raised(self.text(m.arg, names), self._transpose)
            case Product(factors=(column, row)) if self._is_outer(column, row):
                return self._outer(column, row, names)
            case Product():
                texts = [at_least(self.text(f, names), Level.FRACTION) for f in m.factors]
                return Text(in_row(texts), Level.PRODUCT, any(t.tall for t in texts))
            case Hadamard():
                return self._hadamard(m, names)
            case Added():
                terms = numbers_last(list(_terms(m)), self.scalars.derivatives.is_given_number)
                return joined_sum([self.signed(t, names) for t in terms])
            case Totalled():
                inner = self.scalars.letters.among(m.bounds, _entries(m.arg), names)
                return self.scalars.total(m.bounds, self.text(m.arg, inner), inner, names)
            case Stacked():
                return self._stacked(m, names)
        return self._entrywise(m, names)

    def _entrywise(self, m: Matrix, names: Names) -> Text:
        notation = self.scalars.notation
        match m:
            case Diagonal():
                return applied(notation, "diag", (0,), [self.text(m.arg, names)])
            case Entrywise():
                return applied(notation, m.name, m.orders, [self.text(a, names) for a in m.args])
            case EntrywisePower():
                return self._power(m, names)
            case EntrywiseStep():
                return self.scalars.positive(self.text(m.arg, names), m.strict)
        raise UnsupportedError(f"{type(m).__name__} cannot be printed")

    def _power(self, m: EntrywisePower, names: Names) -> Text:
        """x^e for a scalar, `x^{⊙e}` entry by entry."""
        base = self.text(m.base, names)
        if self._is_scalar(m.base) and m.exponent == Fraction(1, 2):
            return Text(f"\\sqrt{{{base.tex}}}", Level.ATOM, True)
        return raised(base, ("" if self._is_scalar(m.base) else f"{self._times} ") + str(m.exponent))

    def _is_outer(self, column: Matrix, row: Matrix) -> bool:
        """Whether the product is one of a column and a row, and the notation has a sign for it."""
        return (
            self.scalars.notation.outer == "otimes"
            and not any(isinstance(_untransposed(f), Ones | Unit) for f in (column, row))
            and self._places(column) == (True, False)
            and self._places(row) == (False, True)
        )

    def _outer(self, column: Matrix, row: Matrix, names: Names) -> Text:
        """`a ⊗ b` for `a b^T`."""
        other = row.arg if isinstance(row, Transposed) else Transposed(row)
        texts = [at_least(self.text(f, names), Level.FRACTION) for f in (column, other)]
        return Text(rf" {_OUTER} ".join(t.tex for t in texts), Level.PRODUCT, any(t.tall for t in texts))

    def _hadamard(self, m: Hadamard, names: Names) -> Text:
        """`a ⊙ b`, and `⊘` for factors to the power −1, which stand last."""
        above = [f for f in m.factors if not _is_inverse(f)]
        if not above:
            above = list(m.factors)
        below = [f.base for f in m.factors if isinstance(f, EntrywisePower) and f not in above]
        texts = [at_least(self.text(f, names), Level.PREFIX) for f in above]
        out = f" {self._times} ".join(t.tex for t in texts)
        if below:
            divisor = Hadamard(tuple(below)) if len(below) > 1 else below[0]
            texts.append(at_least(self.text(divisor, names), Level.FRACTION))
            out += f" {_DIVIDED} {texts[-1].tex}"
        return Text(out, Level.TAIL, any(t.tall for t in texts))

    def _part(self, m: Part, names: Names) -> Text:
        r"""`(Z)_{\cdot,\, n+1:2n}`, of a vector `(z)_{n+1:2n}`."""
        if isinstance(m.arg, Transposed):
            inner = self._part(Part(m.arg.arg, m.columns, m.rows), names)
            return Text(f"{inner.tex}^{{{self._transpose}}}", Level.RAISED, inner.tall)
        rows, columns = (self._cut(r, names) for r in (m.rows, m.columns))
        is_vector = isinstance(m.arg, Whole) and len(m.arg.axes) == 1
        below = rf"{rows},\, {columns}" if not is_vector else columns if m.rows is None else rows
        inner = self.text(m.arg, names)
        return Text(f"{enclosed('(', inner.tex, ')', inner.tall)}_{{{below}}}", Level.ATOM, inner.tall)

    def _cut(self, ends: tuple[Affine, Affine] | None, names: Names) -> str:
        return r"\cdot" if ends is None else ":".join(self.scalars.limit(end, names) for end in ends)

    def _stacked(self, m: Stacked, names: Names) -> Text:
        r"""`(A \mid B)`, or the parts below one another."""
        texts = [self.text(p, names) for p in m.parts]
        if m.below:
            rows = r" \\ ".join(t.tex for t in texts)
            return Text(rf"\begin{{pmatrix}} {rows} \end{{pmatrix}}", Level.ATOM, True)
        tall = any(t.tall for t in texts)
        return Text(enclosed("(", r" \mid ".join(t.tex for t in texts), ")", tall), Level.ATOM, tall)

    def _listed(self, m: Listed, names: Names) -> Text:
        """Rows of entries between square brackets."""
        rows = (" & ".join(self.scalars.text(v, names).tex for v in row) for row in m.rows)
        inside = r" \\ ".join(rows)
        return Text(rf"\begin{{bmatrix}} {inside} \end{{bmatrix}}", Level.ATOM, True)

    # -- whole tensors --------------------------------------------------------------------------------

    def _whole(self, m: Whole, transposed: bool, names: Names) -> Text:
        """The name of a matrix; one whose rows and columns are not as stored is a transpose."""
        derivatives = self.scalars.derivatives
        if isinstance(m.atom, Functional):
            drawn: Drawn | Text = derivatives.gradient_of_functional(m.atom, m.axes, names)
            stored = derivatives.axes_of_functional(m.atom, m.axes)
        else:
            places = tuple(None if a.free & set(m.axes) else a for a in m.atom.idx)
            drawn = derivatives.entry(m.atom.tensor, places, names)
            stored = derivatives.axes_of_entry(m.atom, m.axes)
        assert sorted(stored) == sorted(m.axes), f"{m} does not run over the axes of its tensor"
        if transposed == (stored == m.axes):
            return self._as_transpose(drawn)
        return drawn.text() if isinstance(drawn, Drawn) else drawn

    def _as_transpose(self, drawn: Drawn | Text) -> Text:
        if isinstance(drawn, Text):
            return raised(drawn, self._transpose)
        if drawn.above and self.scalars.notation.joined_transpose:
            return drawn.text(joined=self._transpose)
        return raised(drawn.text(), self._transpose)

    def _is_scalar(self, m: Matrix) -> bool:
        return not any(self._places(m))

    def _places(self, m: Matrix) -> tuple[bool, bool]:
        """Whether the expression has more than one row, and more than one column."""
        match m:
            case Whole():
                vectors_are_rows = self.scalars.notation.layout == "rows"
                rank = len(m.axes)
                return rank == 2 or (rank == 1 and not vectors_are_rows), rank == 2 or (rank == 1 and vectors_are_rows)
            case ScalarPart():
                return False, False
            case Listed():
                return len(m.rows) > 1, len(m.rows[0]) > 1
            case Ones() | Unit():
                return True, False
            case Part():
                return self._places(m.arg)
            case Transposed():
                return self._places(m.arg)[1], self._places(m.arg)[0]
            case Product():
                return self._places(m.factors[0])[0], self._places(m.factors[-1])[1]
            case Identity() | Diagonal() | Stacked():
                return True, True
        found = [self._places(p) for p in _parts(m)]
        return any(r for r, _ in found), any(c for _, c in found)


def _parts(m: Matrix) -> tuple[Matrix, ...]:
    """What has the shape of the whole."""
    match m:
        case Hadamard():
            return m.factors
        case Added():
            return m.terms
        case Entrywise():
            return m.args
        case EntrywisePower():
            return (m.base,)
        case EntrywiseStep() | Scaled() | Totalled():
            return (m.arg,)
    raise UnsupportedError(f"{type(m).__name__} has no shape")


def _terms(m: Added) -> Iterator[Matrix]:
    """The terms of a sum, those of sums in it too."""
    for t in m.terms:
        if isinstance(t, Added):
            yield from _terms(t)
        else:
            yield t


def _untransposed(m: Matrix) -> Matrix:
    return m.arg if isinstance(m, Transposed) else m


def _is_inverse(m: Matrix) -> bool:
    return isinstance(m, EntrywisePower) and m.exponent == -1


def _scaled(head: Text, arg: Text) -> Text:
    body = at_least(arg, Level.TAIL)
    return Text(f"{head.tex} {body.tex}", min(Level.PRODUCT, body.level), head.tall or body.tall)


def _entries(m: Matrix) -> Iterator[Entry]:
    """The entries that a matrix expression is made of."""
    if isinstance(m, ScalarPart):
        yield from entries_of(m.view)
    elif isinstance(m, Whole):
        if isinstance(m.atom, Entry):
            yield m.atom
    else:
        for f in fields(m):
            value = getattr(m, f.name)
            for part in value if isinstance(value, tuple) else (value,):
                if isinstance(part, Matrix):
                    yield from _entries(part)
