"""What the symbols of a network look like under a notation: the printer's letters, read back.

Every letter is asked of the printer and read as a formula, so that what is printed can be read: by construction, and
for notations of the user's own too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from derive.ir.scalar import REGISTRY
from derive.ir.tensor import Tensor
from derive.latex.functions import function_symbol
from derive.latex.lettering import MANY
from derive.latex.lettering import Symbol as Lettered
from derive.latex.printer import Printer
from derive.latex.reading.formula import read_formula
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Node, Scripts
from derive.latex.tex import Name, capital, symbol
from derive.network.network import Network
from derive.reading.keys import Key, key_of
from derive.reading.layouts import DerivativeLayout
from derive.reading.named import Named, Own, accented
from derive.reading.quantity import Unknown
from derive.reading.sample_cost import SAMPLE_COST
from derive.reading.templates import Template
from derive.terms.affine import Affine, IdEntry, Index, Size, sizes_in
from derive.terms.term import Entry, Func, Poly
from derive.terms.walk import atoms_in, entries_in

STANDARD = ("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh")

_OF_A_NETWORK = ("own_functions", "synonyms", "formulas", "templates", "kinds")
_OF_THE_DOCUMENT = (*_OF_A_NETWORK, "derivatives", "gradient_accent", "defined")

SLOT = Entry("·slot", ())
"""The argument of a function, in its formula."""


def open_function(key: Key) -> str:
    """The name of a function of one number of which nothing is known, until the document says what it is."""
    return f"{key.name}(·)"


def node_of(tex: str) -> Node:
    """The syntax of a symbol that the printer made."""
    [chain] = read_formula(tex).chains
    [member] = chain.members
    assert member is not None, tex
    return member


class Lexicon:
    """Symbols of tensors, gradients, sizes and functions of a network under the notation of a printer."""

    def __init__(
        self,
        printer: Printer,
        network: Network,
        own: Sequence[Own] = (),
        own_functions: Mapping[Key, tuple[str, ...]] | None = None,
        synonyms: Mapping[Key, tuple[Named, ...]] | None = None,
        formulas: Mapping[str, Poly] | None = None,
        templates: Mapping[Key, Template] | None = None,
        kinds: Mapping[str, frozenset[int]] | None = None,
        derivatives: DerivativeLayout = "mixed",
        gradient_accent: str = "",
        defined: frozenset[Key] = frozenset(),
    ) -> None:
        """`own` are names of the document or a profile for tensors of `network`, which holds that of the printer.

        `kinds` are words that tell layers apart, with the numbers of those; `defined` are plain letters on left sides.
        """
        self.printer, self.notation, self.own = printer, printer.notation, tuple(own)
        self.own_functions = dict(own_functions or {})
        self.synonyms, self.formulas = dict(synonyms or {}), dict(formulas or {})
        self.templates, self.kinds = dict(templates or {}), dict(kinds or {})
        self.derivatives, self.gradient_accent, self.defined = derivatives, gradient_accent, defined
        self.network = network
        self.table: dict[Key, list[Named]] = {}
        self._found: dict[Key, Sequence[Named]] = {}
        for t in printer.network.tensors.values():
            self._enter_tensor(t)
        self._enter_sample_cost()
        self._enter_prediction()
        self._enter_input()
        for key, found in self.synonyms.items():
            self.table.setdefault(key, []).extend(found)
        for o in own:
            self.table.setdefault(o.key, []).insert(0, o.named)
        self.table |= accented(self.table, gradient_accent) if gradient_accent else {}
        self._mark_parts()

    def extended(self, network: Network, own: Own) -> Lexicon:
        """With one more name; what it meant before is gone."""
        return self._with(network=network, own=(*(o for o in self.own if not o.is_replaced_by(own)), own))

    def without(self, key: Key) -> Lexicon:
        """Without the document's own names under a letter."""
        return self._with(own=tuple(o for o in self.own if o.key.plain != key.plain))

    def _with(self, **changes: Any) -> Lexicon:
        """The same lexicon, some of what it is made of changed."""
        made = {n: getattr(self, n) for n in ("printer", "network", "own", *_OF_THE_DOCUMENT)}
        return Lexicon(**{**made, **changes})

    def with_function(self, key: Key, name: str) -> Lexicon:
        """With one more symbol for a scalar function."""
        return self._with(own_functions={**self.own_functions, key: (name,)})

    def with_formula(self, key: Key, value: Poly) -> Lexicon:
        """With a function of the document's own: `value` is made of the number `SLOT`."""
        name = f"·{key.name}"
        own_functions = {**self.own_functions, key: (name,)}
        templates = {k: t for k, t in self.templates.items() if k != key}
        return self._with(own_functions=own_functions, formulas={**self.formulas, name: value}, templates=templates)

    def with_template(self, key: Key, template: Template) -> Lexicon:
        """With a function of vectors or matrices."""
        return self._with(templates={**self.templates, key: template})

    def has_template(self, key: Key) -> bool:
        """Whether a symbol, or its derivative, is such a function."""
        return any(replace(k, primes=0) == key for k in self.templates)

    def with_kinds(self, kinds: Mapping[str, frozenset[int]]) -> Lexicon:
        """With words that tell layers apart."""
        return self._with(kinds=kinds)

    def changed(self, **changes: Any) -> Lexicon:
        """With another `network`, another layout of `derivatives`, or a `gradient_accent`."""
        return self._with(**changes)

    def with_synonym(self, node: Node, other: Node) -> Lexicon:
        """With another symbol for all that a symbol stands for.

        Raises: Unknown if the other one stands for nothing.
        """
        key, known = key_of(node), key_of(other)
        found = self.find(known) if known is not None else ()
        if key is None or not found:
            raise Unknown("the symbol that it is said to be stands for nothing")
        return self._with(synonyms={**self.synonyms, key: tuple(found)})

    # -- tensors and gradients ---------------------------------------------------------------------------

    def _enter_tensor(self, t: Tensor) -> None:
        drawn = self.printer.symbols.lettering.table[t.name]
        self._enter_both(t, drawn, "", False)
        letter = self.printer.derivatives.letter(t.name)
        if letter:
            self._enter(replace(drawn.small, base=symbol(letter).base), t, drawn, False, True)
            if capital(letter) != letter:
                self._enter(replace(drawn.large, base=symbol(capital(letter)).base), t, drawn, True, True)
        if self.notation.gradients == "prefix":
            self._enter_both(t, drawn, symbol(self.notation.gradient_prefix).tex, True)

    def _enter_both(self, t: Tensor, drawn: Lettered, prefix: str, gradient: bool) -> None:
        is_told = drawn.small != drawn.large and (self.network.batch is not None or self.notation.capitals)
        self._enter(drawn.small, t, drawn, False if is_told else None, gradient, prefix)
        if is_told or (drawn.small != drawn.large and len(t.axes) - t.family >= MANY):
            self._enter(drawn.large, t, drawn, True if is_told else None, gradient, prefix)

    def _enter(
        self, name: Name, t: Tensor, drawn: Lettered, large: bool | None, gradient: bool, prefix: str = ""
    ) -> None:
        key = key_of(node_of(name.base))
        if key is None:
            return
        if prefix:
            key = Key(prefix.removeprefix("\\") + key.name, key.font, key.accents, key.primes)
        subs = tuple(shown(node_of(text)) for text in name.subs)
        self.table.setdefault(key, []).append(Named(t, subs, drawn.layer, drawn.shift, large, gradient))

    def _mark_parts(self) -> None:
        """Of a number and an array that are drawn alike, `L` and `L_t`, the array always has its index."""
        for key, names in self.table.items():
            numbers = [(n.subs, n.layer) for n in names if not n.tensor.axes and n.tensor.role == "value"]
            if numbers:
                self.table[key] = [
                    replace(n, needs_index=True) if n.tensor.axes and (n.subs, n.layer) in numbers else n for n in names
                ]

    def _enter_sample_cost(self) -> None:
        """`C_i` and `L`: the cost of a sample, under the letter of the cost and that of the loss of one sample."""
        t = self.network.tensors.get(SAMPLE_COST)
        cost = self.network.cost
        if t is None or cost is None:
            return
        whole = self.printer.whole(cost)
        for tex in sorted({whole, self.printer.symbols.cost_letter(self.notation.symbols["loss"]).tex}):
            key = key_of(node_of(tex))
            if key is not None and (tex == whole or not self._look_up(key)):
                self.table.setdefault(key, []).append(Named(t, (), None, 0, False, needs_index=tex == whole))

    def _enter_prediction(self) -> None:
        """`ŷ`, what the last layer hands on."""
        layers = self.network.layers
        result = self.network.tensors.get(layers[-1].result) if layers else None
        if result is None:
            return
        last = tuple(a.hi for a in result.axes[: result.family])
        words = self.notation.symbols["prediction"]
        for text, large in ((words, False), (capital(words), True)):
            key = key_of(node_of(symbol(text).tex))
            if key is not None and not self._look_up(key):
                self.table.setdefault(key, []).append(Named(result, (), None, 0, large, fixed=last, is_prediction=True))

    def _enter_input(self) -> None:
        """`x`, `X` where the notation writes the input as the value of layer 0."""
        inputs = [t for t in self.network.tensors.values() if t.role == "input" and not t.name.startswith("·")]
        if not self.notation.numbered_input or len(inputs) != 1:
            return
        word = self.notation.symbols["input"]
        for text, large in ((word, False), (capital(word), True)):
            key = key_of(node_of(symbol(text).tex))
            if key is not None and not self._look_up(key):
                self.table.setdefault(key, []).append(Named(inputs[0], (), None, 0, large))

    def find(self, key: Key) -> Sequence[Named]:
        """All that a symbol may stand for; without its font where it is known only so.

        A small letter that is nothing else stands for the entries of the matrix that has its capital: `w_{jk}` of `W`.
        """
        if key not in self._found:
            self._found[key] = self._look_up(key)
        return self._found[key]

    def _look_up(self, key: Key) -> Sequence[Named]:
        found = self.table.get(key) or self._under(key.plain)
        return found or [replace(n, is_entry=True) for n in self._under(key.capital) if self._is_matrix(n.tensor)]

    def _is_matrix(self, t: Tensor) -> bool:
        batch = self.network.batch
        return len(t.axes) - t.family > 1 and (batch is None or batch.name not in (a.name for a in t.axes))

    def _under(self, plain: Key) -> list[Named]:
        return [n for k, names in self.table.items() if k.plain == plain for n in names]

    @property
    def words(self) -> frozenset[str]:
        """Names of several letters that are no words: `dZ`."""
        return frozenset(k.name for k in self.table if len(k.name) > 1 and k.name.isalpha())

    @property
    def gradient_prefix(self) -> str | None:
        """The sign before a symbol that makes its gradient of it, `d`, `\\Delta`."""
        text = self.notation.gradient_prefix if self.notation.gradients == "prefix" else ""
        return symbol(text).tex if text else None

    @property
    def prefix(self) -> Key | None:
        """The mark of a gradient before a letter, if it is a command: `Δ`."""
        text = self.gradient_prefix
        return key_of(node_of(text)) if text else None

    @property
    def unit_letters(self) -> Mapping[str, tuple[str, ...]]:
        """For each tensor the letters of its axes, where layers are named by letters: `w_{mi}` leads from M to I."""
        return self.printer.letters.axes.layered

    def is_alone(self, named: Named) -> bool:
        """Whether no other layer has something of this name."""
        return not any(
            named in names and len({n.tensor.name for n in names if n.subs == named.subs}) > 1
            for names in self.table.values()
        )

    # -- sizes -------------------------------------------------------------------------------------------

    @cached_property
    def sizes(self) -> Mapping[Key, tuple[Size, ...]]:
        """Sizes by their letter; those of a family and `n_0`, `n_1` under the letter alone."""
        found: dict[Key, dict[Size, None]] = {}
        for s in self._sizes():
            node = node_of(self.printer.symbols.indices.size(s, {}).tex)
            key = key_of(node.base if isinstance(node, Scripts) else node)
            if key is not None:
                found.setdefault(key, {})[s] = None
        return {k: tuple(v) for k, v in found.items()}

    @cached_property
    def all_sizes(self) -> frozenset[Size]:
        return frozenset(self._sizes())

    def _sizes(self) -> Iterator[Size]:
        for t in self.network.tensors.values():
            for a in t.axes:
                for end in (a.lo, a.hi):
                    yield from sizes_in(end)

    @cached_property
    def letter_ranges(self) -> Mapping[str, Index]:
        """The range of each letter that names the indices of one range only."""
        found: dict[str, list[Index]] = {}
        for (lo, hi), letters in self.printer.symbols.lettering.ranges.items():
            for letter in letters:
                found.setdefault(letter, []).append(Index(letter, lo, hi))
        return {letter: ranges[0] for letter, ranges in found.items() if len(ranges) == 1 and not ranges[0].free}

    @cached_property
    def id_counts(self) -> Mapping[str, Affine | None]:
        """The tensors of class ids, with the number of their ids where it is known."""
        found: dict[str, Affine | None] = {
            t.name: None for t in self.network.tensors.values() if t.kind in ("class_id", "id")
        }
        for e in self.network.equations:
            found.update((x.tensor, x.count) for x in entries_in(e.rhs) if isinstance(x, IdEntry) and x.count)
        return found

    # -- functions ---------------------------------------------------------------------------------------

    @cached_property
    def functions(self) -> Mapping[Key, tuple[str, ...]]:
        """Scalar functions by their symbol: those of the network, and the registered ones."""
        used = [a.name for e in self.network.equations for a in atoms_in(e.rhs) if isinstance(a, Func) and a.args]
        known = self._by_symbol((*REGISTRY.functions, *STANDARD))
        return known | self._by_symbol(used) | self.own_functions

    def _by_symbol(self, names: Iterable[str]) -> dict[Key, tuple[str, ...]]:
        found: dict[Key, dict[str, None]] = {}
        for name in names:
            key = key_of(node_of(function_symbol(self.notation, name)))
            if key is not None:
                found.setdefault(key, {})[name] = None
        return {k: tuple(v) for k, v in found.items()}
