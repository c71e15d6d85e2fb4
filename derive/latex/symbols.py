"""How tensors are drawn: letter, layer mark, subscripts; capital letters for matrices of samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from derive.ir.tensor import ADJOINT, Tensor
from derive.latex.depth import depth_of
from derive.latex.indices import Indices, marked
from derive.latex.lettering import Drawable, Lettering, Symbol
from derive.latex.naming import Names
from derive.latex.notation import Notation
from derive.latex.precedence import Level, Text
from derive.latex.tex import Name, capital, symbol, upright
from derive.terms.affine import Affine, IdEntry, number, sizes_in

Places = Sequence[Affine | None]
"""The indices of an entry; None for an axis that is left open (a whole row, column or matrix)."""


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
        self.lettering = Lettering(network, notation)
        depth = depth_of(network, notation, self.lettering)
        counted, before = _counted_from_input(network), self.lettering.numbers.before
        self.indices = Indices(notation, self._id_entry, counted, depth, before)
        self._table = self.lettering.table
        labels = [(t.family, t.label.layer) for t in network.tensors.values()]
        self._last = max((layer for _, layer in labels if isinstance(layer, int)), default=0)
        self._is_lettered = not any(family and isinstance(layer, Affine) for family, layer in labels)
        self._has_layers = any(family or layer is not None for family, layer in labels)

    @property
    def is_numbered_by_source(self) -> bool:
        """Whether weights and biases carry the number of the layer that they lead from."""
        return self.lettering.by_source

    @property
    def letters(self) -> frozenset[str]:
        """Every letter that stands for a tensor or a size."""
        return self.lettering.letters

    @property
    def has_e(self) -> bool:
        """Whether e stands for anything but the base of the exponential function."""
        own = (*self.notation.gradient_symbols.values(), *self.notation.functions.values())
        return "e" in self.letters | self.lettering.indices | {symbol(words).base for words in own}

    def cost_letter(self, words: str) -> Name:
        """The symbol of a cost."""
        return self.lettering.cost_letter(words)

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
        is_leading = self._is_one_of_many(t, places) and rest[-1] is None
        shown = fixed if is_leading else rest if fixed else ()
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
                return self._numbered(s.layer, s.shift, names)
            case str():
                return upright(s.layer)
        return self.indices.affine(s.layer + s.shift, names)

    def _numbered(self, layer: int, shift: int, names: Names) -> str:
        k, letters = layer + shift - self.notation.input_layer, self.notation.layer_letters
        if self._is_lettered and 0 <= k <= self._last < len(letters):
            return symbol(letters[k]).tex
        return self.indices.affine(number(layer + shift), names)

    @property
    def following(self) -> Mapping[str, str]:
        """The letter of a unit beside another one of the same kind, where the notation says it."""
        said = self.notation.indices
        free = said.get("next") not in (None, *self.letters)
        return {said["unit"]: said["next"]} if free and "unit" in said else {}

    def letters_of_units(self, axes: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
        """For layers with letters the small ones along the axes of their tensors: `w_{mi}` leads from M to I.

        None where a layer has a number or a name, or such a letter means something else.
        """
        small = [x.lower() for x in self.notation.layer_letters[: self._last + 1]]
        said = self.notation.indices
        batch = self.network.batch and self.lettering.names.get(self.network.batch.name)
        is_clear = self._is_lettered and all(len(x) == 1 for x in small) and not {*small} & {*self.letters, batch}
        if not is_clear or not self._last < len(small) or not {"unit", "source"} <= {*said}:
            return {}
        found = {}
        for t in self.network.tensors.values():
            layer = self._last if t.role == "target" else self._table[t.name].layer
            if isinstance(layer, int):
                into = layer - (t.role == "parameter")
                letters = {said["unit"]: small[layer], said["source"]: small[into]}
                found[t.name] = tuple(letters.get(letter, "") for letter in axes.get(t.name, ()))
        return found

    def letter_of(self, tensor: str) -> str:
        """The letter of a tensor without its marks."""
        return self._table[tensor].small.base

    def place_of(self, tensor: str) -> tuple[object, ...]:
        """What stands around the letter of a tensor: its subscripts and the number or name of its layer."""
        s = self._table[tensor]
        return s.small.subs, s.layer if isinstance(s.layer, str) or s.layer is None else s.layer + s.shift

    def shift_of(self, tensor: str, stated: bool = False) -> int | None:
        """What the number of a tensor of every layer is shown as beyond its own; None for any other tensor.

        Where a value's equation is `stated`, that is said of the layer for which it is.
        """
        t, s = self.network.tensors[tensor], self._table[tensor]
        if not t.family or s.is_marked:
            return None
        return s.stated if stated and t.role == "value" else s.shift

    @property
    def shifts(self) -> Mapping[str, int]:
        """Those of the tensors of every layer, and of their adjoints."""
        found = ((name, self.shift_of(name)) for name in self.network.tensors)
        return {name: s for tensor, s in found if s is not None for name in (tensor, ADJOINT + tensor)}

    def number(self, layer: int) -> str:
        """The number (or letter) of a layer as this notation counts; the input is layer 0."""
        found = self.lettering.numbers.of(layer)
        if isinstance(found, Affine):
            return self.indices.affine(found + self.notation.input_layer, {})
        return self._numbered(layer, self.notation.input_layer, {})

    def _id_entry(self, v: IdEntry, names: Names) -> Text:
        return self.drawn(v.tensor, v.idx, names).text()


def _counted_from_input(network: Drawable) -> frozenset[str]:
    """The letters of sizes that are numbered like layers, the input with 0: `n` of `n_0`, `n_1`."""
    sizes = {v.name for t in network.tensors.values() for a in t.axes for v in sizes_in(a.hi) if not v.args}
    return frozenset(name.removesuffix("_0") for name in sizes if name.endswith("_0"))
