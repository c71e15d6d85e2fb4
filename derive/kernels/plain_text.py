"""Formulas as one line of plain text, for the comments of a kernel: `δ1 = (W2ᵀ δ2) ⊙ a1 ⊙ (1 − a1)`.

Matrix form where there is one, index form else. A `Text` carries how tightly its outermost operation binds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import singledispatchmethod

from derive.errors import UnsupportedError
from derive.terms import term
from derive.terms.affine import Affine
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
    Product,
    ScalarPart,
    Scaled,
    Transposed,
    Whole,
)
from derive.terms.term import Entry
from derive.terms.view import Apply, Chosen, Largest, Leaf, Num, Plus, Power, Step, Summed, Times, View

SUM, HADAMARD, PRODUCT, POWER, WHOLE = range(5)
SUPERSCRIPTS = str.maketrans("0123456789-/", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᐟ")


@dataclass(frozen=True)
class Text:
    """A piece of a formula; `level` is the operation that holds it together, from sums to single symbols."""

    text: str
    level: int = WHOLE

    def at(self, level: int) -> str:
        """In brackets, if it binds more loosely than `level`."""
        return self.text if self.level >= level else f"({self.text})"


Symbol = Callable[[str, tuple[Affine, ...]], str]
"""What to call the entry of a tensor at the places of its ordered indices."""


@dataclass
class PlainText:
    """Writes matrices and views; `symbol` names tensors, `families` counts their ordered axes."""

    symbol: Symbol
    families: dict[str, int]

    # -- matrices ----------------------------------------------------------------------------------------

    def matrix(self, m: Matrix) -> Text:
        match m:
            case Whole(atom=Entry() as entry):
                return Text(self.symbol(entry.tensor, entry.idx[: self.families[entry.tensor]]))
            case ScalarPart():
                return self.view(m.view)
            case Ones() | Identity():
                return Text("1" if isinstance(m, Ones) else "I")
            case Transposed():
                return Text(self.matrix(m.arg).at(WHOLE) + "ᵀ")
            case Diagonal():
                return Text(f"diag({self.matrix(m.arg).text})")
            case Product():
                return Text(" ".join(self.matrix(f).at(POWER) for f in m.factors), PRODUCT)
            case Hadamard():
                return Text(" ⊙ ".join(self._factor(f) for f in m.factors), HADAMARD)
            case Scaled():
                return self._scaled(m)
            case Added():
                return _sum([self.matrix(t) for t in m.terms])
            case Entrywise():
                return _applied(m.name, m.orders, [self.matrix(a) for a in m.args])
            case EntrywisePower():
                return _power(self.matrix(m.base), m.exponent)
            case EntrywiseStep():
                return Text(f"[{self.matrix(m.arg).text} {'>' if m.strict else '≥'} 0]")
        raise UnsupportedError(f"{type(m).__name__} has no text")

    def _factor(self, m: Matrix) -> str:
        return self.matrix(m).at(POWER)

    def _scaled(self, m: Scaled) -> Text:
        arg = self.matrix(m.arg)
        is_view = isinstance(m.scalar, Num | Leaf | Apply | Step | Plus | Times | Power | Summed)
        if m.scalar == Num(Fraction(-1)):
            return Text("−" + arg.at(HADAMARD), HADAMARD)
        scalar = self.view(m.scalar) if is_view else self.matrix(m.scalar)  # type: ignore[arg-type]
        tight = PRODUCT if isinstance(m.arg, Product) else POWER
        return Text(f"{scalar.at(HADAMARD)} {arg.at(tight)}", PRODUCT)

    # -- index form --------------------------------------------------------------------------------------

    @singledispatchmethod
    def view(self, view: View) -> Text:
        """A view in index form, by its class; an unknown class raises."""
        raise UnsupportedError(f"{type(view).__name__} has no text")

    @view.register
    def _(self, view: Num) -> Text:
        value = str(abs(view.value))
        if view.value < 0:
            return Text("−" + value, HADAMARD)
        return Text(value, PRODUCT if "/" in value else WHOLE)

    @view.register
    def _(self, view: Leaf) -> Text:
        match view.atom:
            case Entry() as entry:
                return Text(self.entry(entry))
            case term.Scalar() as scalar:
                return Text(self.affine(Affine([(scalar.variable, 1)])))
            case term.Delta() as delta:
                return Text(f"[{self.affine(delta.difference)} = 0]")
            case term.Bound() as bound:
                return Text(f"[{self.affine(bound.affine)} ≥ 0]")
            case term.Divides() as divides:
                return Text(f"[{divides.divisor} | {self.affine(divides.affine)}]")
        return Text(repr(view.atom))

    @view.register
    def _(self, view: Apply) -> Text:
        return _applied(view.name, view.orders, [self.view(a) for a in view.args])

    @view.register
    def _(self, view: Step) -> Text:
        return Text(f"[{self.view(view.arg).text} {'>' if view.strict else '≥'} 0]")

    @view.register
    def _(self, view: Plus) -> Text:
        return _sum([self.view(t) for t in view.terms])

    @view.register
    def _(self, view: Times) -> Text:
        factors = list(view.factors)
        sign = ""
        if factors[0] == Num(Fraction(-1)):
            sign, factors = "−", factors[1:]
        below = [f for f in factors if isinstance(f, Power) and f.exponent < 0]
        above = [f for f in factors if f not in below]
        text = " ".join(self.view(f).at(POWER if not isinstance(f, Summed) else SUM) for f in above) or "1"
        for f in below:
            inverse = f.base if f.exponent == -1 else Power(f.base, -f.exponent)
            text += f" / {self.view(inverse).at(POWER)}"
        return Text(sign + text, HADAMARD if sign else PRODUCT)

    @view.register
    def _(self, view: Power) -> Text:
        return _power(self.view(view.base), view.exponent)

    @view.register
    def _(self, view: Summed) -> Text:
        names = ", ".join(b.name for b in view.bounds)
        return Text(f"Σ_{names if len(view.bounds) == 1 else f'({names})'} {self.view(view.body).at(PRODUCT)}", PRODUCT)

    @view.register
    def _(self, view: Largest) -> Text:
        names = ", ".join(b.name for b in view.bounds)
        over = names if len(view.bounds) == 1 else f"({names})"
        return Text(f"max_{over} {self.view(view.body).at(PRODUCT)}", PRODUCT)

    @view.register
    def _(self, view: Chosen) -> Text:
        at = ", ".join(self.affine(a) for a in view.at)
        names = ", ".join(b.name for b in view.bounds)
        places = at if len(view.at) == 1 else f"({at})"
        over = names if len(view.bounds) == 1 else f"({names})"
        return Text(f"[{places} = first argmax_{over} {self.view(view.body).at(PRODUCT)}]")

    # -- indices -----------------------------------------------------------------------------------------

    def entry(self, entry: Entry) -> str:
        k = self.families[entry.tensor]
        inner = ", ".join(self.affine(a) for a in entry.idx[k:])
        name = self.symbol(entry.tensor, entry.idx[:k])
        return f"{name}[{inner}]" if inner else name

    def affine(self, a: Affine) -> str:
        return re.sub(r"_\{(.*?)\}", r"[\1]", repr(a)).replace("-", "−")


def _sum(terms: list[Text]) -> Text:
    out = terms[0].text
    for t in terms[1:]:
        out += f" − {t.text[1:]}" if t.text.startswith("−") else f" + {t.at(HADAMARD)}"
    return Text(out, SUM)


def _applied(name: str, orders: tuple[int, ...], args: list[Text]) -> Text:
    if not args:
        return Text({"pi": "π"}.get(name, name))
    return Text(f"{name}{'′' * sum(orders)}({', '.join(a.text for a in args)})")


def _power(base: Text, exponent: Fraction) -> Text:
    return Text(base.at(WHOLE) + str(exponent).translate(SUPERSCRIPTS), POWER)
