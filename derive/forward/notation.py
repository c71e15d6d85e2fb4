"""The notation in which a document is written, as far as its forward pass shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from derive.forward.calls import call_of, inner
from derive.forward.constants import COSTS
from derive.forward.naming import Drawing, drawing_of
from derive.forward.parts import Parts
from derive.forward.signs import Sign
from derive.latex.notation import Notation
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Applied, Bracketed
from derive.latex.reading.trees import walk
from derive.latex.settings import DEFAULT, customized, read_notation


def drawn(parts: Parts) -> Drawing:
    """How the names of a document are drawn."""
    sides = set(parts.signs.families.values())
    return drawing_of(parts.signs.style, parts.first, _applied(parts), sides == {"below"})


def _applied(parts: Parts) -> Iterator[tuple[Sign, Sign]]:
    """z and a of each equation `a = σ(z)`."""
    for e in parts.needed:
        right = inner(e.right)
        if isinstance(right, Applied):
            body = right.argument
            body = inner(body.body) if isinstance(body, Bracketed) else body
            use = parts.signs.use(body, parts.signs.letters[e.start])
            if use is not None and use.sign in parts.definitions and parts.use(e).sign != parts.cost:
                yield use.sign, parts.use(e).sign


def settings_of(parts: Parts, drawing: Drawing, is_row: bool) -> Mapping[str, object]:
    """The layer mark, the layout, and the letters of the cost, of preactivations and activations."""
    loss = loss_of(parts)
    meant = {"cost": parts.cost, **({"loss": loss} if loss else {}), **_one("preactivation", drawing.preactivations)}
    meant |= _one("activation", drawing.activations)
    symbols = {meaning: words for meaning, sign in meant.items() if (words := drawing.words(sign)) is not None}
    found: dict[str, object] = {
        "layer_mark": drawing.style,
        "layout": "rows" if is_row else "columns",
        "symbols": symbols,
    }
    found |= {"capitals": True} if parts.capitals else {}
    return {**found, "sample_mark": "^(n)"} if parts.sampled else found


def loss_of(parts: Parts) -> Sign | None:
    """The loss of one sample, of which the cost is a mean or a sum: a value, or a function of the prediction."""
    if not parts.sampled:
        return None
    for e in parts.definitions[parts.cost]:
        letters = parts.signs.letters[e.start]
        for node in walk(e.right if e.written is None else e.written):
            call = call_of(node)
            use = parts.signs.use(node if call is None else call[0], letters)
            if use is None or use.sign == parts.cost or use.sign.key.name not in COSTS:
                continue
            if use.sign in parts.definitions or (call is not None and shown(call[0]) in parts.functions.macros):
                return use.sign
    return None


def notation_of(parts: Parts, settings: Mapping[str, object]) -> Notation:
    """That of the front matter, or the usual one, with what the document shows.

    Raises: NotationError, or DeriveErrors for several mistakes in front matter.
    """
    said = parts.stated.document.front_matter.get("notation", DEFAULT)
    return customized(read_notation(said), settings)


def _one(meaning: str, signs: frozenset[Sign]) -> dict[str, Sign]:
    return {meaning: min(signs, key=str)} if signs else {}
