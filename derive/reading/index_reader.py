"""Index expressions: `l+1`, `n_l`, `11`, the letter of a layer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from derive.ir.tensor import Tensor
from derive.latex.depth import with_letters
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Added, Bracketed, Fraction, Multiplied, Node, Number, Scripts, Symbol
from derive.latex.tex import GREEK, symbol
from derive.reading.keys import Key, key_of
from derive.reading.lexicon import Lexicon, node_of
from derive.reading.quantity import Unknown
from derive.reading.widths import width_of
from derive.terms.affine import Affine, IdEntry, Index, Size, index, number, quotient, size

_ROUNDED = {"\\lfloor": ("\\rfloor", False), "⌊": ("⌋", False), "\\lceil": ("\\rceil", True), "⌈": ("⌉", True)}
"""The closing bracket of a rounded number, and whether it is rounded up."""

LONGEST_SAID = 60

SMALL = ("ell", "imath", "jmath")
"""Commands of single small letters."""

NO_LAYERS: Mapping[str, int] = MappingProxyType({})


NUMBERED = frozenset("ijkpqrst")
"""Letters of indices that people number where they need more."""


@dataclass(frozen=True)
class IndexReader:
    """`numbers` are letters that stand for numbers: the layer of an instance, `L` of a network of known depth."""

    lexicon: Lexicon
    numbers: Mapping[str, int] = field(default_factory=lambda: NO_LAYERS)
    source: str = ""
    id_entry: Callable[[Node], Affine | None] | None = None
    """Reads a symbol that is an entry of class ids."""

    def said(self, node: Node) -> str:
        """The text of a node, for messages, cut where it is long."""
        text = " ".join((self.source[node.span.start : node.span.end] or shown(node)).split())
        return text if len(text) <= LONGEST_SAID else f"{text[:LONGEST_SAID]}…"

    def affine(self, node: Node) -> Affine:
        """Raises: Unknown for what is no sum of letters, sizes and whole numbers."""
        if isinstance(node, Number):
            if not node.text.isdigit():
                raise Unknown(f"{node.text} is no index")
            return number(int(node.text))
        if isinstance(node, Bracketed):
            return self._bracketed(node)
        if isinstance(node, Added):
            total = number(0)
            for sign, term in zip(node.signs, node.terms, strict=True):
                total = total + self.affine(term) * (-1 if sign == "-" else 1)
            return total
        if isinstance(node, Multiplied):
            return self._product(node)
        return self._symbol(node)

    def place(self, node: Node) -> Affine:
        """An index of an axis; an id by itself stands for its own place, the first id for the first one."""
        at = self.affine(node)
        is_id = at.const == 0 and len(at.terms) == 1 and isinstance(at.terms[0][0], IdEntry)
        return at + 1 if is_id else at

    def _bracketed(self, node: Bracketed) -> Affine:
        """`(k+1)`, `⌊(k+1)/2⌋`, `⌈k/2⌉`."""
        ends = _ROUNDED.get(node.opening)
        if ends is None or ends[0] != node.closing:
            if node.opening not in ("(", "[", "{"):
                raise Unknown(f"{self.said(node)} is no index")
            return self.affine(node.body)
        above, below = self._ratio(node.body)
        return quotient(above + (below - 1 if ends[1] else 0), below)

    def _ratio(self, node: Node) -> tuple[Affine, int]:
        """The dividend and the divisor of `(k+1)/2`."""
        if isinstance(node, Fraction):
            above, below = node.above, node.below
        elif isinstance(node, Multiplied) and node.operators == ("/",):
            above, below = node.factors
        else:
            return self.affine(node), 1
        divisor = self.affine(below)
        if not divisor.is_number or divisor.const < 1:
            raise Unknown(f"{self.said(below)} is no whole number by which an index could be divided")
        return self.affine(above), divisor.const

    def _product(self, node: Multiplied) -> Affine:
        if any(o not in ("", "cdot", "times", "*") for o in node.operators):
            raise Unknown(f"{self.said(node)} is no index")
        out = number(1)
        for f in node.factors:
            factor = self.affine(f)
            if out.is_number:
                out = factor * out.const
            elif factor.is_number:
                out = out * factor.const
            else:
                raise Unknown(f"{self.said(node)} is no index")
        return out

    def _symbol(self, node: Node) -> Affine:
        base = node.base if isinstance(node, Scripts) else node
        if self.id_entry is not None and (found := self.id_entry(node)) is not None:
            return found
        if self._is_last_layer(node):
            return number(self.numbers["L"] + self.lexicon.notation.input_layer)
        if (numbered := self.numbered(node)) is not None:
            return index(numbered)
        if isinstance(node, Scripts) and (node.below is not None or node.above is not None):
            return self._size(node)
        key = key_of(node)
        if key is None or not isinstance(base, Symbol):
            raise Unknown(f"{self.said(node)} is no index")
        if key.accents:
            raise Unknown(f"{self.said(node)} is nothing that this document or its network names")
        letter = self.letter(key)
        if letter in self.numbers:
            return number(self.numbers[letter])
        if key in self.lexicon.sizes:
            plain = [s for s in self.lexicon.sizes[key] if not s.args and s.name in (key.name, self._spelled(key))]
            if plain:
                return size(plain[0].name)
        if len(key.name) > 1 and key.name.isalpha() and key.name not in (*GREEK, *SMALL):
            raise Unknown(f"{self.said(node)} is a word, and no index")
        return index(letter)

    def _is_last_layer(self, node: Node) -> bool:
        """Whether the notation's own symbol for the number of the last layer stands here, and layers are numbered."""
        said = self.lexicon.notation.last_layer
        return bool(said) and "L" in self.numbers and shown(node) == shown(node_of(with_letters(symbol(said))))

    def numbered(self, node: Node) -> str | None:
        """`j_1` of `j_{1}`, which is another letter than j; None for sizes, values and letters of layers."""
        if not isinstance(node, Scripts) or node.above is not None or node.primes or not isinstance(node.below, Number):
            return None
        key = key_of(node.base)
        if key is None or key.accents or key.name not in NUMBERED:
            return None
        if key in self.lexicon.sizes or self.lexicon.find(key):
            return None
        return f"{key.name}_{node.below.text}"

    def letter(self, key: Key) -> str:
        """The letter of an index; the symbol of the input stands for the number of its sample: `Σ_x`, `C_x`."""
        batch = self.lexicon.network.batch
        named = self.lexicon.table.get(key, ()) if batch is not None else ()
        if batch is not None and any(n.tensor.role == "input" and _has(n.tensor, batch) for n in named):
            return batch.name
        return key.name + "'" * key.primes

    def size_named(self, node: Node) -> Affine:
        """A size, known or new: `n`, `n_1`, `4`."""
        if isinstance(node, Scripts) and node.above is None and node.below is not None:
            key, below = key_of(node.base), key_of(node.below)
            text = below.name if below is not None else node.below.text if isinstance(node.below, Number) else None
            if key is None or text is None:
                raise Unknown(f"{self.said(node)} is no size")
            return size(f"{key.name}_{text}")
        if isinstance(node, Number):
            return self.affine(node)
        key = key_of(node)
        if key is None:
            raise Unknown(f"{self.said(node)} is no size")
        return size(key.name)

    def _spelled(self, key: Key) -> str:
        return next((s for s, written in self.lexicon.notation.sizes.items() if written == key.name), key.name)

    def _size(self, node: Scripts) -> Affine:
        """`n_l`, `n^{[l]}`, `n_0`: a size that carries a number."""
        depth = self.lexicon.printer.symbols.indices.depth
        wanted = shown(node)
        if depth is not None and wanted == shown(node_of(depth.tex)):
            return Affine([(depth.size, 1)], -depth.more)
        key = key_of(node.base)
        options = self.lexicon.sizes.get(key, ()) if key is not None else ()
        mark = node.below if node.below is not None else node.above
        assert mark is not None
        shift = self.lexicon.notation.input_layer
        if any(s.args for s in options):
            return size(next(s.name for s in options if s.args), self.affine(mark) - shift)
        for s in options:
            if shown_size(self.lexicon, s).replace("rm.", "") == wanted.replace("rm.", ""):
                return Affine([(s, 1)])
        if options:
            at = self.affine(mark)
            stem = options[0].name.split("_")[0]
            named = f"{stem}_{(at - shift).const}"
            if at.is_number and any(s.name == named for s in options):
                return size(named)
        elif key is not None and key.name == self.lexicon.notation.sizes.get("n", "n"):
            at = self.affine(mark)
            units = width_of(self.lexicon.network, at.const - shift) if at.is_number else None
            if units is not None:
                return units
        if not options and (key is None or not self.lexicon.find(key)):
            raise Unknown(f"{self.said(node.base)} is nothing that this document or its network names")
        raise Unknown(f"{self.said(node)} is no size of this network")


def shown_size(lexicon: Lexicon, s: Size) -> str:
    return shown(node_of(lexicon.printer.symbols.indices.size(s, {}).tex))


def _has(tensor: Tensor, batch: Index) -> bool:
    return any(a.name == batch.name for a in tensor.axes)
