"""How a name of a document is called in the network, and drawn in its notes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from derive.forward.signs import Sign
from derive.latex.notation import LayerMark
from derive.latex.tex import is_symbol

ACCENTS = ("hat", "bar", "tilde", "vec", "rarrow", "larrow")
FONTS = {"bold": "bold", "cal": "cal"}


def name_of(sign: Sign, taken: dict[str, None]) -> str:
    """A name of letters, digits and `_` that nothing else has: `W1`, `W_xh`, `y_hat`."""
    stem = "".join(c for c in sign.key.name if c.isascii() and c.isalnum())
    stem = stem if stem[:1].isalpha() else f"q{stem}"
    parts = [stem, *(a for a in sign.key.accents if a != "vec"), *map(_plain, sign.subs), "total" * sign.is_total]
    text = "_".join(p for p in parts if p)
    layer = _plain(sign.layer)
    text = f"{text}{'_' if text[-1:].isdigit() or not layer.isdigit() else ''}{layer}" if layer else text
    text += "_p" * sign.key.primes
    found, k = text, 2
    while found in taken:
        found, k = f"{text}_{k}", k + 1
    taken[found] = None
    return found


def _plain(text: str) -> str:
    return "".join(c for c in text.split(".")[-1] if c.isascii() and c.isalnum())


@dataclass(frozen=True)
class Drawing:
    """How the names of a document are drawn: `style` is where layers are marked.

    Where no name has a mark above, a number below is that of a layer.
    """

    style: LayerMark
    preactivations: frozenset[Sign] = frozenset()
    activations: frozenset[Sign] = frozenset()

    def words(self, sign: Sign) -> str | None:
        """The letter of a name as a notation spells it, `hat y`, `bold W_h`; None where it cannot."""
        name = sign.key.name
        if not name.isalpha():
            return None
        accents = [a for a in sign.key.accents if a in ACCENTS] + [FONTS[f] for f in (sign.key.font,) if f in FONTS]
        subs = [] if self._is_numbered(sign) else [_plain(s) for s in sign.subs]
        words = "prime " * sign.key.primes + " ".join((*accents, "_".join((name, *(s for s in subs if s)))))
        return words if is_symbol(words) else None

    def layer(self, sign: Sign) -> int | str | None:
        """The number or the name of its layer."""
        if self._is_numbered(sign):
            return int(sign.subs[0])
        return int(sign.layer) if sign.layer.isdigit() else sign.layer or None

    def _is_numbered(self, sign: Sign) -> bool:
        return self.style == "_l" and len(sign.subs) == 1 and sign.subs[0].isdigit()

    def _is_like(self, sign: Sign, signs: frozenset[Sign]) -> bool:
        """Whether a name has the letter of these, and a layer of its own."""
        layers = {self.layer(s) for s in signs}
        alike = bool(signs) and self.words(sign) == self.words(min(signs, key=str))
        return alike and self.layer(sign) is not None and self.layer(sign) not in layers

    def meaning(self, sign: Sign, role: str, is_bias: bool = False) -> str:
        """What a notation may have a letter for; `own` where it has to be the document's."""
        if role == "parameter":
            return "bias" if is_bias else "weight"
        for kind, signs in (("preactivation", self.preactivations), ("activation", self.activations)):
            if sign in signs or (role == "value" and self._is_like(sign, signs)):
                return kind
        return "own"


def drawing_of(
    style: LayerMark, signs: Iterable[Sign], applied: Iterable[tuple[Sign, Sign]], steps_below: bool = False
) -> Drawing:
    """`applied` are pairs (z, a) of `a = σ(z)`; letters that all layers share are those of the notation.

    `steps_below` says that the layers or steps of families stand below: what stands above is a word, `a^f_t`.
    """
    signs, pairs = tuple(signs), tuple(applied)
    numbered = any(len(s.subs) == 1 and s.subs[0].isdigit() for s in signs)
    is_below = steps_below or (numbered and not any(s.layer for s in signs))
    plain = Drawing("_l" if is_below else style)
    before, after = frozenset(z for z, _ in pairs), frozenset(a for _, a in pairs)
    return Drawing(plain.style, _alike(plain, before - after), _alike(plain, after - before))


def _alike(drawing: Drawing, signs: frozenset[Sign]) -> frozenset[Sign]:
    """The signs, if they have one letter and each a layer of its own."""
    words = {drawing.words(s) for s in signs}
    layers = {drawing.layer(s) for s in signs}
    return signs if len(words) == 1 and None not in words and len(layers) == len(signs) else frozenset()
