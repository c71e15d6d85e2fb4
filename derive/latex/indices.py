"""Index expressions, sizes, layer numbers and index conditions in LaTeX."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from derive.latex.naming import Names, letter_of, moved_by
from derive.latex.notation import LayerMark, Notation
from derive.latex.precedence import Level, Text
from derive.latex.tex import Name, index_letter, name, symbol
from derive.terms.affine import Affine, IdEntry, Quotient, Size, Variable

_COMMAND_AT_END = re.compile(r"\\[A-Za-z]+\Z")
_NUMBERED = re.compile(r"([A-Za-z]+)_([0-9]+)\Z")
_LETTER = re.compile(r"([A-Za-z]|\\[A-Za-z]+)'*")
LARGEST_DIGIT = 9
_MARKS: dict[LayerMark, str] = {"^l": "{}", "^(l)": "({})", "^[l]": "[{}]", "_l": "{}"}


def marked(style: LayerMark, number: str) -> str:
    """The number of a layer as the mark has it: `l`, `(l)`, `[l]`."""
    return _MARKS[style].format(number)


@dataclass(frozen=True)
class Depth:
    """The number of layers as a size; shown as `tex`, the number of the last layer, and `more` (0 or less)."""

    size: Size
    tex: str
    more: int


@dataclass(frozen=True)
class Indices:
    """Draws what stands in subscripts, limits and layer marks; `id_entry` draws an entry that is an index.

    Sizes whose letter is `counted_from_input` are numbered like layers, and so as the notation counts those. Where
    the number of layers is a size, `depth` is that size, and what it is in terms of the last layer's own symbol;
    `before` is how many layers stand before those whose sizes are numbered by an index.
    """

    notation: Notation
    id_entry: Callable[[IdEntry, Names], Text]
    counted_from_input: frozenset[str] = frozenset()
    depth: Depth | None = None
    before: int = 0

    def affine(self, a: Affine, names: Names) -> str:
        """`k+1`, `n_{l}-k`, `2p+r-1`: positive terms first, the number last."""
        return self._written(self._counted(a, names), names)

    def _counted(self, a: Affine, names: Names) -> Affine:
        """The expression in numbers as they are shown: indices and the number of layers count from another start."""
        moved = (c * (moved_by(names.get(v, v)) if isinstance(v, str) else self._behind_last(v)) for v, c in a.terms)
        return a + sum(moved)

    def constant_of(self, a: Affine) -> int:
        """The number in an expression without indices as it is shown."""
        return self._counted(a, {}).const

    def _behind_last(self, v: Variable) -> int:
        return self.depth.more if self.depth is not None and v == self.depth.size else 0

    def _written(self, a: Affine, names: Names) -> str:
        terms = sorted((c < 0, _rank(v), self._alone(v, names).tex, c) for v, c in a.terms)
        pieces = [(c, tex) for _, _, tex, c in terms]
        if a.const or not pieces:
            place = 0 if a.const > 0 and all(c < 0 for c, _ in pieces) else len(pieces)
            pieces.insert(place, (a.const, ""))
        out = ""
        for c, tex in pieces:
            number = str(abs(c)) if abs(c) != 1 or not tex else ""
            out += ("-" if c < 0 else "+" if out else "") + number + tex
        return out

    def variable(self, v: Variable, names: Names) -> Text:
        """An index, a size, a quotient or an entry as a value."""
        written = self._counted(Affine([(v, 1)]), names)
        return Text(self._written(written, names), Level.SUM) if written.const else self._alone(v, names)

    def _alone(self, v: Variable, names: Names) -> Text:
        if isinstance(v, str):
            return Text(self.letter(v, names).tex)
        if isinstance(v, Quotient):
            return self._quotient(v, names)
        if self.depth is not None and v == self.depth.size:
            return Text(self.depth.tex)
        return self.size(v, names) if isinstance(v, Size) else self.id_entry(v, names)

    def _quotient(self, v: Quotient, names: Names) -> Text:
        """`⌊(k+1)/3⌋`; `⌈k/3⌉` for `⌊(k+2)/3⌋`."""
        is_ceiling = v.dividend.const == v.divisor - 1
        dividend = v.dividend - v.dividend.const if is_ceiling else v.dividend
        inner = self.affine(dividend, names)
        if len(dividend.terms) + bool(dividend.const) > 1:
            inner = f"({inner})"
        left, right = ("\\lceil", "\\rceil") if is_ceiling else ("\\lfloor", "\\rfloor")
        return Text(f"{left} {inner}/{v.divisor} {right}")

    def letter(self, index: str, names: Names) -> Name:
        return index_letter(letter_of(names.get(index, index)))

    def size(self, s: Size, names: Names) -> Text:
        """`m`, `n_{l}` or `n^{[l]}`, `n_0`: the layer in a size counts from the number of the input layer."""
        numbered = _NUMBERED.match(s.name) if s.name not in self.notation.sizes else None
        if s.args:
            marks = ",".join(self.affine(a + self.before + self.notation.input_layer, names) for a in s.args)
            return self._size(self._size_symbol(s.name), marks)
        if numbered is not None:
            stem, digits = numbered.groups()
            shift = self.notation.input_layer if stem in self.counted_from_input else 0
            return self._size(self._size_symbol(stem), str(int(digits) + shift))
        return Text(self._size_symbol(s.name).tex)

    def _size_symbol(self, text: str) -> Name:
        return symbol(self.notation.sizes[text]) if text in self.notation.sizes else name(text)

    def _size(self, base: Name, number: str) -> Text:
        style = self.notation.size_mark
        if style == "_l":
            return Text(f"{base.base}_{{{','.join((*base.subs, number))}}}")
        return Text(f"{base.tex}^{{{marked(style, number)}}}", Level.RAISED)

    def subscripts(self, own: Sequence[str], places: Sequence[Affine | None], names: Names) -> str:
        """`jk`, `12`, `j,k+1`, `1,jk`: commas only where items would run together; an open place is a dot."""
        items = [r"\cdot" if a is None else self.affine(a, names) for a in places]
        single = all(a is None or self._is_single(a, names) for a in places)
        return ",".join((*own, _run_together(items) if single else ",".join(items)) if items else own)

    def _is_single(self, a: Affine, names: Names) -> bool:
        """Whether what is written is one letter, perhaps with primes, or one digit."""
        a = self._counted(a, names)
        if a.is_number:
            return 0 <= a.const <= LARGEST_DIGIT
        is_alone = len(a.terms) == 1 and not a.const and a.terms[0][1] == 1
        return is_alone and _LETTER.fullmatch(self._written(a, names)) is not None

    def equality(self, difference: Affine, names: Names) -> str:
        """`difference = 0` with every term on the side where it is positive."""
        sides = [(a, self._written(a, names)) for a in _sides(self._counted(difference, names))]
        (_, left), (_, right) = sorted(sides, key=lambda s: (not s[0].free, _has_sizes(s[0]), s[1]))
        return f"{left} = {right}"

    def divisibility(self, affine: Affine, divisor: int, names: Names) -> str:
        """`3 | k+1`."""
        return f"{divisor} \\mid {self.affine(affine, names)}"

    def inequality(self, affine: Affine, names: Names) -> str:
        """`affine ≥ 0` as `k ≤ n` or `k ≥ 2`."""
        positive, negative = _sides(self._counted(without_quotient(affine), names))
        if negative.terms:
            return f"{self._written(negative, names)} \\le {self._written(positive, names)}"
        return f"{self._written(positive, names)} \\ge {self._written(negative, names)}"


def without_quotient(a: Affine) -> Affine:
    """`a ≥ 0` without its only quotient: ⌊u/d⌋ ≥ c iff u ≥ dc, and ⌊u/d⌋ ≤ c iff u ≤ dc + d − 1, for whole c."""
    found = [(v, c) for v, c in a.terms if isinstance(v, Quotient)]
    if len(found) != 1 or abs(found[0][1]) != 1:
        return a
    v, sign = found[0]
    rest = (a - Affine([found[0]])) * v.divisor
    return v.dividend + rest if sign == 1 else rest - v.dividend + (v.divisor - 1)


def _rank(v: Variable) -> int:
    return 0 if isinstance(v, str) else 1 if isinstance(v, Size) else 2


def _has_sizes(a: Affine) -> bool:
    return any(not isinstance(v, str) for v, _ in a.terms)


def _sides(a: Affine) -> tuple[Affine, Affine]:
    """Two expressions with positive coefficients whose difference is `a`; the number goes with the sizes."""
    positive = Affine([(v, c) for v, c in a.terms if c > 0])
    negative = Affine([(v, -c) for v, c in a.terms if c < 0])
    if not positive.terms:
        return positive + a.const, negative
    if not negative.terms:
        return positive, negative - a.const
    if _has_sizes(positive):
        return positive + a.const, negative
    return positive, negative - a.const


def _run_together(items: Sequence[str]) -> str:
    out = ""
    for item in items:
        out += " " + item if _COMMAND_AT_END.search(out) and item[:1].isalpha() else item
    return out
