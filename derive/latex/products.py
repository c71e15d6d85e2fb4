"""Products in LaTeX: one sign, one number, negative powers below a fraction bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod

from derive.ir.tensor import ADJOINT, GRADIENT
from derive.latex.precedence import Level, Text, at_least, fraction, in_row
from derive.terms.term import Bound, Delta, Divides, Entry, Partial, Scalar
from derive.terms.view import Apply, Chosen, Largest, Leaf, Num, Plus, Power, Step, Summed, Times, View

SHORT = 3
"""Terms of a sum that may stand above a fraction bar."""


@dataclass(frozen=True)
class Factor:
    """A factor and its text; of a negative power, the text of the positive one."""

    view: View
    text: Text

    @property
    def below(self) -> bool:
        return isinstance(self.view, Power) and self.view.exponent < 0

    @property
    def core(self) -> View:
        return self.view.base if isinstance(self.view, Power) else self.view

    @property
    def is_size(self) -> bool:
        return isinstance(self.core, Leaf) and isinstance(self.core.atom, Scalar)

    @property
    def is_constant(self) -> bool:
        """A size, a constant, or a given number such as λ: what may stand over a denominator of sizes."""
        if isinstance(self.core, Apply):
            return not self.core.args
        atom = self.core.atom if isinstance(self.core, Leaf) else None
        return self.is_size or (isinstance(atom, Entry) and not atom.idx)

    @property
    def is_short_sum(self) -> bool:
        return isinstance(self.view, Plus) and not self.text.tall and len(self.view.terms) <= SHORT

    @property
    def stays_beside(self) -> bool:
        """What is not drawn into a fraction: sums, brackets, conditions, adjoints, local derivatives."""
        core = self.core
        if isinstance(core, Leaf):
            if isinstance(core.atom, Entry):
                return core.atom.tensor.startswith((ADJOINT, GRADIENT))
            return isinstance(core.atom, Partial | Delta | Bound | Divides)
        return isinstance(core, Plus | Step | Summed | Largest | Chosen)


def split_sign(view: View) -> tuple[bool, View]:
    """The view without the sign of its numbers, and whether it was negative."""
    if isinstance(view, Num):
        return view.value < 0, Num(abs(view.value))
    if isinstance(view, Times):
        parts = [split_sign(f) for f in view.factors]
        rest = tuple(p for _, p in parts if p != Num(Fraction(1)))
        negative = sum(n for n, _ in parts) % 2 == 1
        return negative, Times(rest) if len(rest) > 1 else rest[0] if rest else Num(Fraction(1))
    if isinstance(view, Summed):
        negative, body = split_sign(view.body)
        return negative, Summed(view.bounds, body)
    return False, view


def product(factors: Sequence[Factor]) -> Text:
    """The product of factors without signs."""
    number = prod((f.view.value for f in factors if isinstance(f.view, Num)), start=Fraction(1))
    others = [f for f in factors if not isinstance(f.view, Num)]
    below = [f for f in others if f.below]
    if number.denominator == 1 and not below:
        return _beside(number.numerator, others)
    if all(f.is_size for f in below):
        return _over_sizes(number, others)
    return _over_values(number, others)


def _over_sizes(number: Fraction, others: Sequence[Factor]) -> Text:
    """`1/m Σ…`, `λ/2 Σ…`: constants are above the bar, everything else behind the fraction."""
    below = [f.text for f in others if f.below]
    above = [f for f in others if not f.below and f.is_constant]
    rest = [f for f in others if not f.below and not f.is_constant]
    head = fraction(_row(number.numerator, [f.text for f in above]), _row(number.denominator, below))
    return _beside(1, [Factor(_HEAD, head), *rest]) if rest else head


def _over_values(number: Fraction, others: Sequence[Factor]) -> Text:
    """`y_k / a_k`: plain factors above the bar, sums and brackets before and behind it.

    A short bracket that would stand alone behind the fraction goes above the bar.
    """
    inside = [f for f in others if f.below or not f.stays_beside]
    beside = [f for f in others if f not in inside]
    if len(beside) == 1 and all(f.below for f in inside) and beside[0].is_short_sum:
        inside = list(others)
    above, below = [f for f in inside if not f.below], [f.text for f in inside if f.below]
    text = fraction(_row(number.numerator, [f.text for f in above]), _row(number.denominator, below))
    place = others.index(inside[0]) if above else 0
    before = [f for f in others[:place] if f not in inside]
    after = [f for f in others[place:] if f not in inside]
    return _beside(1, [*before, Factor(_HEAD, text), *after]) if before or after else text


_HEAD = Num(Fraction(1))


def _row(number: int, texts: Sequence[Text]) -> Text:
    """`2 m n`: the number 1 is left out beside factors."""
    if len(texts) == 1 and number == 1:
        return texts[0]
    parts = [Text(str(number))] if number != 1 or not texts else []
    parts += [at_least(t, Level.PREFIX) for t in texts[:-1]]
    parts += [at_least(t, Level.TAIL) for t in texts[-1:]]
    return Text(in_row(parts), Level.PRODUCT, any(t.tall for t in texts))


def _beside(number: int, factors: Sequence[Factor]) -> Text:
    """Factors side by side. A sum reaches to the end of its product, so it stands in brackets before others.

    Before functions alone it needs none: `Σ_k w_kj δ_k f(z_j)` has the same value either way.
    """
    if number == 1 and len(factors) == 1:
        return factors[0].text
    texts = [Text(str(number))] if number != 1 or not factors else []
    for k, f in enumerate(factors):
        after = factors[k + 1 :]
        open_sum = isinstance(f.view, Summed) and all(isinstance(g.view, Apply) for g in after)
        texts.append(at_least(f.text, Level.TAIL if open_sum or not after else Level.PREFIX))
    tail = any(t.level == Level.TAIL for t in texts)
    return Text(in_row(texts), Level.TAIL if tail else Level.PRODUCT, any(t.tall for t in texts))
