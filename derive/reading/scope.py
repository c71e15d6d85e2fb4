"""What a reader keeps while it reads one formula in one way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace

from derive.errors import DeriveError
from derive.latex.reading.syntax import Node
from derive.reading.choices import Choices
from derive.reading.function_names import ALIASES, WHOLE, is_scalar_function
from derive.reading.index_reader import IndexReader
from derive.reading.keys import Key
from derive.reading.lexicon import Lexicon
from derive.reading.quantity import Fresh, Quantity
from derive.reading.ranges import Ranges
from derive.terms.affine import Affine, Index


class OpenLayer(DeriveError):
    """A letter stands for the number of a layer in a network whose layers are numbered: it needs a value first."""

    def __init__(self, letter: str) -> None:
        super().__init__(f"{letter.lstrip('·')} stands for a layer; this network has numbered layers")
        self.letter = letter


IMPLICIT_LAYER = "l"
"""A symbol without the mark that others carry belongs to the layer `l` of its formula."""

SOME_LAYER = "·l"
"""It belongs to one of the numbered layers, where no symbol of the formula carries a mark."""


@dataclass
class Scope:
    """`meanings` are names that the document has introduced, or a profile."""

    lexicon: Lexicon
    choices: Choices
    numbers: Mapping[str, int]
    source: str = ""
    meanings: Mapping[Key, Quantity] = field(default_factory=dict)
    layers: tuple[Affine, ...] = ()
    """The marks of layers in the formula, as its author counts; what has none belongs to one of them."""
    seen: dict[Affine, None] = field(default_factory=dict)
    is_local: bool = False
    """Whether derivatives of values are local ones, where they are not the total ones."""
    of_any_entry: bool = False
    """Whether a name without its indices may have any number of axes: one of its entries is meant, whichever."""
    of_one_sample: bool = False
    """Whether gradients of parameters are those of the loss of one sample."""
    has_local: set[str] = field(default_factory=set)
    """The values of which there are both."""
    unsigned: set[str] = field(default_factory=set)
    """Products without a sign that fit entry by entry only."""
    shapes_decide: list[str] = field(default_factory=list)
    """What shapes alone tell apart: the sizes of identities, and what ⊗ means."""
    ranges: Ranges = field(default_factory=Ranges)
    fresh: Fresh = field(default_factory=Fresh)
    differentials: tuple[Node, ...] = ()
    """What stands behind a d on the right: the changes of which the others are made."""
    depth: int = 0
    """Of functions that are written out, one in another."""
    id_entry: Callable[[Node], Affine | None] | None = None
    """Reads a symbol that is an entry of class ids."""

    def aside(self) -> Scope:
        """The same, for a look that decides nothing: neither choices nor what letters run over come back from it."""
        return replace(self, choices=Choices(), ranges=deepcopy(self.ranges), unsigned=set())

    @property
    def indices(self) -> IndexReader:
        return IndexReader(self.lexicon, self.numbers, self.source, self.id_entry)

    def said(self, node: Node) -> str:
        """The text of a node, for messages."""
        return self.indices.said(node)

    def range_of(self, letter: str, is_bound: bool = False) -> Index | None:
        """What a letter runs over: where it stands, else what the network's own indices of that letter do."""
        return self.ranges.of(letter, is_bound) or self.lexicon.letter_ranges.get(letter)

    @property
    def batch(self) -> Index | None:
        return self.lexicon.network.batch

    def functions_of(self, key: Key) -> tuple[str, ...]:
        """The scalar functions that a symbol may stand for."""
        plain = ALIASES.get(key.name, key.name)
        known = self.lexicon.functions.get(key) or self.lexicon.functions.get(replace(key, font="", name=plain))
        return known or ((plain,) if is_scalar_function(plain) else ())

    def is_function(self, key: Key) -> bool:
        """Whether a symbol before a bracket is applied to what stands in it."""
        if key.name in WHOLE or self.functions_of(key) or self.lexicon.has_template(key):
            return not self.lexicon.find(key) or self.choices.choose((True, False), ("call", key))
        return False

    @property
    def is_rows(self) -> bool:
        return self.lexicon.notation.layout == "rows"
