"""The letter of every tensor: what the notation says for its meaning, and another one where that is taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from derive.ir.tensor import GRADIENT, Equation, Tensor
from derive.latex.layer_numbers import is_repeated, layer_numbers
from derive.latex.naming import Names, Range, stem, told_apart
from derive.latex.notation import COMMON_SYMBOLS, Notation
from derive.latex.tex import Name, capital, is_symbol, name, symbol, upright
from derive.terms.affine import Affine, Index, Size, sizes_in

SPARE = ("u", "q", "g", "v", "r", "s", "o", "f", "d", "c", "b")
"""Letters for values whose own letter means something else already."""

MANY = 3
"""A tensor with so many axes is a matrix once the others are fixed, and then written with a capital."""


class Drawable(Protocol):
    """What the printer needs to know of a network."""

    @property
    def tensors(self) -> Mapping[str, Tensor]: ...
    @property
    def equations(self) -> tuple[Equation, ...]: ...
    @property
    def cost(self) -> str | None: ...
    @property
    def letters(self) -> Mapping[Range, tuple[str, ...]]: ...
    @property
    def names(self) -> Mapping[str, str]: ...
    @property
    def batch(self) -> Index | None: ...


@dataclass(frozen=True)
class Symbol:
    """The letter of a tensor for entries and for whole matrices, and the number or name of its layer.

    `shift` is what its number is shown as beyond the layer's own; `stated` is that of the layer for which its forward
    equation is stated.
    """

    small: Name
    large: Name
    layer: int | str | Affine | None = None
    shift: int = 0
    stated: int = 0

    @property
    def is_marked(self) -> bool:
        """Whether one layer is marked, so that ordered axes are steps in time and stand below."""
        return isinstance(self.layer, int | str) or (self.layer is not None and not self.layer.free)

    @property
    def key(self) -> tuple[str, str, str]:
        """Two tensors with the same key would look the same."""
        return self.small.tex, type(self.layer).__name__, str(self.layer)


class Lettering:
    """Chooses the letters of a network's tensors.

    Inputs, targets, parameters, the cost and what has a name of the user's own keep their letters. A value whose
    letter, or the capital of it, is one of those gets a spare letter, the same one in every layer; so does a value
    whose capital is the letter of another value of its layer.
    """

    def __init__(self, network: Drawable, notation: Notation) -> None:
        self.network, self.notation = network, notation
        tensors = [t for t in network.tensors.values() if not t.name.startswith(GRADIENT)]
        self._sizes = {_displayed(v.name, notation) for t in tensors for v in _sizes_of(t)}
        self._stems = {size.split("_")[0] for size in self._sizes}
        self._indices = {stem(letter) for letter in network.names.values()}
        self.numbers = layer_numbers(tensors)
        self._is_plain = all(map(_is_plain, tensors))
        self.by_source = notation.weights_numbered_by == "source" and self._is_plain
        self._input = _only_input(tensors) if notation.numbered_input else None
        self._made_up = [t for t in tensors if self._is_made_up(t)]
        first = {t.name: self._symbol(t, self._words(t)) for t in tensors}
        self._declared = [(t, first[t.name]) for t in tensors if t not in self._made_up]
        self._values = [(t, first[t.name]) for t in self._made_up]
        self._spared: dict[str, str] = {}
        for t, s in self._values:
            if self._is_taken(t, s):
                self._spare(t, self._words(t) or "")
        self.table = {t.name: self._bold_capital(t, first[t.name]) for t in tensors}
        self.table |= {t.name: self._bold_capital(t, self._symbol(t, self._replaced(t))) for t in self._made_up}
        self._tell_apart(tensors)
        bases = frozenset(s.small.base for s in self.table.values() if not s.small.subs)
        self._changed = told_apart(network.names, network.letters, bases, self.letters)

    @property
    def names(self) -> Names:
        """The letter of each declared index, none of them that of a tensor."""
        return {n: self._index(letter) for n, letter in self.network.names.items()}

    @property
    def ranges(self) -> Mapping[Range, tuple[str, ...]]:
        """The letters of the indices of each range."""
        return {r: tuple(map(self._index, letters)) for r, letters in self.network.letters.items()}

    def _index(self, letter: str) -> str:
        return self._changed.get(stem(letter), letter)

    @property
    def indices(self) -> frozenset[str]:
        """Every letter that stands for an index."""
        every = (self.names.values(), *self.ranges.values())
        return frozenset(stem(x) for row in every for x in row)

    @property
    def letters(self) -> frozenset[str]:
        """Every letter that stands for a tensor or a size."""
        return frozenset({s.small.base for s in self.table.values()} | self._stems)

    def beside_all(self, choices: Sequence[str]) -> Name:
        """The first of these symbols that stands for nothing else; the first one if all do."""
        used = self.letters | self._indices | {x for s in self.table.values() for x in (s.small.base, s.large.base)}
        return next((s for s in map(symbol, choices) if s.base not in used), symbol(choices[0]))

    def cost_letter(self, words: str) -> Name:
        """The symbol of a cost; in calligraphic letters if a size or an index is written the same."""
        clash = words in self._sizes or words in self.network.names.values()
        return symbol(f"cal {words}") if clash and len(words) == 1 else symbol(words)

    # -- what a notation says --------------------------------------------------------------------------

    def _words(self, t: Tensor) -> str | None:
        """The letter for the tensor's meaning, spelled in words; None where it has its own name."""
        own = t.label.symbol if t.role == "parameter" else ""
        if t.name == self._input:
            return self.notation.symbols["activation"]
        words = own or self.notation.symbols.get(t.label.meaning) or t.label.symbol or None
        chosen = t.label.meaning in ("input", "target") and t.name != COMMON_SYMBOLS[t.label.meaning]
        return None if chosen else words

    def _is_made_up(self, t: Tensor) -> bool:
        """Whether the letter of a value is a layer's choice, and neither the notation's nor a name of the user's."""
        return t.role == "value" and t.label.symbol != "" and t.label.meaning not in self.notation.symbols

    def _replaced(self, t: Tensor) -> str | None:
        words = self._words(t)
        return self._spared.get(words, words) if words is not None else None

    def _symbol(self, t: Tensor, words: str | None) -> Symbol:
        if words is None:
            return Symbol(_own(t.name), _own(t.name, large=True), self._layer(t))
        if t.label.meaning == "cost":
            return Symbol(self.cost_letter(words), self.cost_letter(words))
        part = t.label.part if t.label.part.isdigit() else upright(t.label.part)
        parts = (part,) if t.label.part else ()
        small, large = symbol(words), symbol(capital(words))
        layer = 0 if t.name == self._input else self._layer(t)
        first = self.notation.input_layer + (self.numbers.before if is_repeated(t) else 0)
        shift = first - self._by_source(t)
        stated = first - (self.by_source and self.notation.layers_stated_by == "source")
        return Symbol(_with(small, parts), _with(large, parts), layer, shift, stated)

    def _layer(self, t: Tensor) -> int | str | Affine | None:
        layer = t.label.layer
        return self.numbers.of(layer) if isinstance(layer, int) else layer

    def _by_source(self, t: Tensor) -> bool:
        """Whether the tensor carries the number of the layer that its own layer reads."""
        if t.label.meaning == "preactivation":
            return self.notation.preactivations_numbered_by == "source" and self._is_plain
        return t.label.meaning in ("weight", "bias") and self.by_source

    # -- what is taken -----------------------------------------------------------------------------------

    def _has_capital(self, t: Tensor) -> bool:
        """Whether the capital may be seen: of a batch, or of one matrix among many; samples count as an axis."""
        batch = self.network.batch
        rank = len(t.axes) - t.family
        if t.role == "parameter":
            return rank >= MANY
        is_sample = batch is None or all(a.name != batch.name for a in t.axes)
        return rank > 0 and (self.notation.capitals or rank + is_sample >= MANY)

    def _is_taken(self, t: Tensor, s: Symbol) -> bool:
        """Whether a value would look like something declared, or its capital like another value of its layer."""
        others = [(o, x) for o, x in self._values if o is not t]
        if s.small != s.large and s.small.base in self._stems:
            return True
        shown = [s.small]
        if self._has_capital(t) and s.large != s.small:
            shown.append(s.large)
            if s.large.base in self._stems or any(
                x.small.base == s.large.base and x.layer == s.layer for _, x in others
            ):
                return True
        return any(_alike(d, v) for o, x in self._declared for d in self._shown(o, x) for v in shown)

    def _shown(self, t: Tensor, s: Symbol) -> Iterator[Name]:
        yield s.small
        if self._has_capital(t):
            yield s.large

    def _spare(self, t: Tensor, words: str) -> None:
        """Give the values that are spelled `words` another letter, if one is left."""
        if words not in self._spared:
            free = self._free()
            if free is not None:
                self._spared[words] = free

    def _free(self) -> str | None:
        """A spare letter that is nobody's, and whose capital is not either."""
        every = [*self._declared, *self._values]
        used = {x.base for _, s in every for x in (s.small, s.large)} | self._stems | self._indices
        used |= {text for w in self._spared.values() for text in (w, capital(w))}
        return next((w for w in SPARE if w not in used and capital(w) not in used), None)

    def _bold_capital(self, t: Tensor, s: Symbol) -> Symbol:
        """An input or a target keeps its letter; its capital is bold where a size or another one has it.

        So is the letter of a value that is a capital itself, such as the keys K of attention.
        """
        if t in self._made_up and s.small == s.large and s.small.base in self._sizes:
            bold = Name(rf"\mathbf{{{s.small.base}}}", s.small.subs)
            return replace(s, small=bold, large=bold)
        others = {x.small.base for o, x in self._declared if o is not t}
        if s.large == s.small or s.large.base not in self._sizes | others or not self._has_capital(t):
            return s
        return replace(s, large=Name(rf"\mathbf{{{s.large.base}}}", s.large.subs))

    def _tell_apart(self, tensors: Iterable[Tensor]) -> None:
        """Of two tensors that look the same the second gets a spare letter, or its own name."""
        used: set[tuple[str, str, str]] = set()
        for t in tensors:
            made = self.table[t.name]
            if made.key in used:
                made = self._other(t, used)
                self.table[t.name] = made
            used.add(made.key)

    def _other(self, t: Tensor, used: set[tuple[str, str, str]]) -> Symbol:
        taken = {s.small.base for s in self.table.values()} | {s.large.base for s in self.table.values()}
        taken |= self._stems | self._indices
        if t.role == "value" and t.label.symbol:
            for words in SPARE:
                made = self._symbol(t, words)
                if made.small.base not in taken and made.large.base not in taken and made.key not in used:
                    return made
        return Symbol(_own(t.name), _own(t.name, large=True))


def _alike(declared: Name, value: Name) -> bool:
    """Whether a value's name reads like a declared one: `y_1` like `y`, but `h` not like `h_0`."""
    return declared.base == value.base and declared.subs in ((), value.subs)


def _only_input(tensors: Iterable[Tensor]) -> str | None:
    """The input `x` of a network that has no other, and where no value of layer 0 is stated."""
    given = [t for t in tensors if t.role == "input" and t.label.meaning == "input"]
    has_start = any(t.family and isinstance(t.label.layer, Affine) for t in tensors if t.role == "value")
    is_plain = len(given) == 1 and given[0].name == COMMON_SYMBOLS["input"] and not has_start
    return given[0].name if is_plain else None


def _is_plain(t: Tensor) -> bool:
    """Whether a parameter is the one weight or bias of a numbered layer: it leads from one number to the next."""
    label = t.label
    if t.role != "parameter" or label.layer is None or isinstance(label.layer, Affine):
        return True
    is_named = isinstance(label.layer, str) or bool(label.part or label.symbol)
    return label.meaning in ("weight", "bias") and not is_named


def _own(text: str, large: bool = False) -> Name:
    return name(capital(text) if large and is_symbol(text) else text)


def _with(found: Name, subs: tuple[str, ...]) -> Name:
    return Name(found.base, (*found.subs, *subs))


def _displayed(size: str, notation: Notation) -> str:
    """The name of a size as the notation has it: `s_0` for `n_0`, if n is written s."""
    stem, *rest = size.split("_", 1)
    return notation.sizes.get(size, "_".join((notation.sizes.get(stem, stem), *rest)))


def _sizes_of(t: Tensor) -> list[Size]:
    return [v for a in t.axes for end in (a.lo, a.hi) for v in sizes_in(end)]
