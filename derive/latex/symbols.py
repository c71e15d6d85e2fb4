"""How tensors are drawn: letter, layer mark, subscripts; capital letters for matrices of samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from derive.ir.tensor import GRADIENT, Equation, Tensor
from derive.latex.indices import Indices, marked
from derive.latex.naming import Names, Range
from derive.latex.notation import COMMON_SYMBOLS, Notation
from derive.latex.precedence import Level, Text
from derive.latex.tex import Name, capital, is_symbol, name, symbol, upright
from derive.terms.affine import Affine, IdEntry, Index, Size, number, sizes_in

Places = Sequence[Affine | None]
"""The indices of an entry; None for an axis that is left open (a whole row, column or matrix)."""


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
    """The letter of a tensor for entries and for whole matrices, and the number or name of its layer."""

    small: Name
    large: Name
    layer: int | str | Affine | None = None
    shift: int = 0

    @property
    def is_marked(self) -> bool:
        """Whether one layer is marked, so that ordered axes are steps in time and stand below."""
        return isinstance(self.layer, int | str)

    @property
    def key(self) -> tuple[str, str, str]:
        """Two tensors with the same key would look the same."""
        return self.small.tex, type(self.layer).__name__, str(self.layer)


@dataclass(frozen=True)
class Drawn:
    """A symbol with its subscript and superscript, apart so that a transpose can join the superscript."""

    base: str
    below: str = ""
    above: str = ""
    level: Level = Level.ATOM

    def text(self, joined: str = "") -> Text:
        above = self.above + joined
        below = f"_{{{self.below}}}" if self.below else ""
        raised = f"^{{{above}}}" if above else ""
        tall = self.level == Level.FRACTION
        return Text(self.base + below + raised, Level.RAISED if above else self.level, tall)


class Symbols:
    """The symbols of all tensors of a network under a notation."""

    def __init__(self, network: Drawable, notation: Notation) -> None:
        self.network, self.notation = network, notation
        self.indices = Indices(notation, self._id_entry)
        self._table: dict[str, Symbol] = {}
        self._has_layers = any(t.family or t.label.layer is not None for t in network.tensors.values())
        used: set[tuple[str, str, str]] = set()
        for t in network.tensors.values():
            if not t.name.startswith(GRADIENT):
                made = self._symbol(t)
                if made.key in used:
                    made = Symbol(self._own(t.name), self._own(t.name, large=True))
                used.add(made.key)
                self._table[t.name] = made

    # -- letters ------------------------------------------------------------------------------------

    def _symbol(self, t: Tensor) -> Symbol:
        own = t.label.symbol if t.role == "parameter" else ""
        words = own or self.notation.symbols.get(t.label.meaning) or t.label.symbol or None
        chosen = t.label.meaning in ("input", "target") and t.name != COMMON_SYMBOLS[t.label.meaning]
        if words is None or chosen:
            return Symbol(self._own(t.name), self._own(t.name, large=True), t.label.layer)
        if t.label.meaning == "cost":
            return Symbol(self.cost_letter(words), self.cost_letter(words))
        source = t.label.meaning in ("weight", "bias") and self.notation.weights_numbered_by == "source"
        shift = self.notation.input_layer - source
        part = (upright(t.label.part),) if not t.label.part.isdigit() else (t.label.part,)
        parts = part if t.label.part else ()
        small, large = symbol(words), symbol(capital(words))
        return Symbol(_with(small, parts), _with(large, parts), t.label.layer, shift)

    def _own(self, text: str, large: bool = False) -> Name:
        return name(capital(text) if large and is_symbol(text) else text)

    def cost_letter(self, words: str) -> Name:
        """The symbol of a cost; in calligraphic letters if a size or an index is written the same."""
        taken = {v.name for t in self.network.tensors.values() for v in _sizes_of(t)}
        clash = words in taken or words in self.network.names.values()
        return symbol(f"cal {words}") if clash and len(words) == 1 else symbol(words)

    @property
    def letters(self) -> frozenset[str]:
        """Every letter that stands for a tensor or a size."""
        sizes = {v.name for t in self.network.tensors.values() for v in _sizes_of(t)}
        return frozenset({s.small.base for s in self._table.values()} | {s.split("_")[0] for s in sizes})

    # -- drawing ------------------------------------------------------------------------------------

    def is_large(self, tensor: Tensor, places: Places) -> bool:
        """Whether a matrix is written with a capital: the notation has them, and its sample axis is open."""
        batch = self.network.batch
        return (
            self.notation.capitals
            and batch is not None
            and any(p is None and a.name == batch.name for a, p in zip(tensor.axes, places, strict=False))
        )

    def _is_one_of_many(self, tensor: Tensor, places: Places) -> bool:
        """Whether two axes are open beside others that are fixed: the matrix of a sample, a step or a head."""
        fixed = sum(p is not None for p in places[tensor.family :])
        return sum(p is None for p in places) == 2 and fixed > 0

    def drawn(self, tensor: str, places: Places, names: Names, prefix: str = "", letter: str = "") -> Drawn:
        """The symbol of a tensor at `places`; `prefix` stands before its letter, `letter` instead of it."""
        t, s = self.network.tensors[tensor], self._table[tensor]
        large = self.is_large(t, places) or self._is_one_of_many(t, places)
        base = s.large if large else s.small
        if letter:
            base = replace(base, base=symbol(capital(letter) if large else letter).base)
        if prefix:
            command = symbol(prefix).tex
            base = replace(base, base=f"{command} {base.base}" if command[0] == "\\" else command + base.base)
        mark = self._mark(t, s, places[: t.family], names)
        steps = [p for p in places[: t.family] if p is not None] if s.is_marked else []
        rest = places[t.family :]
        fixed = [p for p in rest if p is not None]
        shown = fixed if self._is_one_of_many(t, places) else rest if fixed else ()
        below = self.indices.subscripts(base.subs, (*steps, *shown), names)
        return self._assembled(base, mark, below, plain=not prefix)

    def _assembled(self, base: Name, mark: str, below: str, plain: bool) -> Drawn:
        style = self.notation.layer_mark
        if mark and style == "_l":
            own = ",".join((*base.subs, mark))
            rest = below.removeprefix(",".join(base.subs)).removeprefix(",")
            if not rest:
                return Drawn(base.base, own, "", Level.ATOM if plain else Level.RAISED)
            return Drawn(f"({base.base}_{{{own}}})", rest)
        looks_raised = style == "^l" and bool(below) and self._has_layers
        level = Level.ATOM if plain and not looks_raised else Level.RAISED
        return Drawn(base.base, below, marked(style, mark) if mark else "", level)

    def _mark(self, t: Tensor, s: Symbol, family: Places, names: Names) -> str:
        """The number or name of the layer; else of an entry in a family, its ordered indices."""
        if t.family and not s.is_marked:
            return ",".join(self.indices.affine(a + s.shift, names) for a in family if a is not None)
        match s.layer:
            case None:
                return ""
            case int():
                k, letters = s.layer + s.shift - self.notation.input_layer, self.notation.layer_letters
                if 0 <= k < len(letters):
                    return symbol(letters[k]).tex
                return self.indices.affine(number(s.layer + s.shift), names)
            case str():
                return upright(s.layer)
        return self.indices.affine(s.layer + s.shift, names)

    def _id_entry(self, v: IdEntry, names: Names) -> Text:
        return self.drawn(v.tensor, v.idx, names).text()


def _with(found: Name, subs: tuple[str, ...]) -> Name:
    return Name(found.base, (*found.subs, *subs))


def _sizes_of(t: Tensor) -> list[Size]:
    return [v for a in t.axes for end in (a.lo, a.hi) for v in sizes_in(end)]
