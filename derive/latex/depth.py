"""The number of the last layer, where the network file gives the number of layers as a size."""

from __future__ import annotations

from collections.abc import Iterator

from derive.latex.indices import Depth
from derive.latex.layer_numbers import is_repeated
from derive.latex.lettering import Drawable, Lettering
from derive.latex.notation import Notation
from derive.latex.tex import Name, symbol
from derive.terms.affine import Affine, Size


def depth_of(network: Drawable, notation: Notation, lettering: Lettering) -> Depth | None:
    """The size in the number of the last layer, as the notation writes that number.

    None where the notation has no symbol of its own for it, or one that is taken, and where no size counts layers.
    """
    said = symbol(notation.last_layer) if notation.last_layer else None
    counted = [a for a in _last_numbers(network, lettering) if a.terms]
    if said is None or said.base in lettering.letters or not counted:
        return None
    last = max(counted, key=lambda a: a.const)
    sizes = {v for a in counted for v, _ in a.terms}
    size = next(iter(sizes))
    if len(sizes) > 1 or not isinstance(size, Size) or any(c != 1 for _, c in last.terms):
        return None
    return Depth(size, with_letters(said), -last.const - notation.input_layer)


def _last_numbers(network: Drawable, lettering: Lettering) -> Iterator[Affine]:
    """The last layers of values of every layer, and those behind them."""
    yield from lettering.numbers.behind.values()
    for t in network.tensors.values():
        if is_repeated(t):
            yield t.axes[0].hi + lettering.numbers.before


def with_letters(found: Name) -> str:
    """A subscript of one letter is that of an index: `n_{l}`."""
    plain = (s.removeprefix(r"\mathrm{").removesuffix("}") for s in found.subs)
    subs = ",".join(p if len(p) == 1 else s for p, s in zip(plain, found.subs, strict=True))
    return f"{found.base}_{{{subs}}}" if subs else found.base
