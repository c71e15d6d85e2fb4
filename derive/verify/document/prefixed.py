"""The letter that a document writes before the name of a value for the gradient of the cost by it: `dZ`, `δz`.

Such equations may be those of changes instead, `dz = dW x + W dx`. Changes go forward, what changes on the left is
computed from what changes on the right; gradients go backward. What most of the equations do counts; where they say
nothing else, they are of gradients.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from derive.forward.network import Forward
from derive.forward.signs import names_in
from derive.graph.reach import reachable, reads
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Chain, Multiplied, Node
from derive.latex.reading.trees import walk
from derive.reading.keys import Key, key_of
from derive.reading.marks import marks_of

PREFIXES = ("d", "delta")


def gradient_prefix(chains: Sequence[Chain], found: Forward) -> str | None:
    """The letter before names of the network on left sides, if it is no such name itself."""
    sides = (x for e in found.equations for x in (e.left, e.right, e.written) if x is not None)
    keys = {marks_of(node).key for side in sides for node in names_in(side)}
    nodes = [n for n, *_ in found.names] + [n for n, *_ in found.stepped] + [n for n, _ in found.with_letters.values()]
    named = {marks_of(node).key for node in nodes}
    keys |= {replace(key, name=key.name.upper()) for key in keys if key is not None and found.notation.get("capitals")}
    for mark in PREFIXES:
        sided = [c for c in chains if _prefixed(c.members[0], mark, keys) is not None]
        if Key(mark) not in named and sided:
            forward = sum(_goes_forward(c, mark, keys, found) for c in sided)
            return mark if 2 * forward <= len(sided) else None
    return None


def _prefixed(node: Node | None, mark: str, keys: Collection[Key | None]) -> Node | None:
    """The name behind the letter, where nothing else stands there."""
    if not isinstance(node, Multiplied) or len(node.factors) != 2 or key_of(node.factors[0]) != Key(mark):
        return None
    return node.factors[1] if marks_of(node.factors[1]).key in keys else None


def _goes_forward(chain: Chain, mark: str, keys: Collection[Key | None], found: Forward) -> bool:
    """Whether what changes on the left is computed from all that changes on the right, as the cost always is."""
    left = _prefixed(chain.members[0], mark, keys)
    behind = [n for x in chain.members[1:] if x is not None for n in _behind(x, mark)]
    if left is None or not behind:
        return False
    of = _tensor(left, found)
    before = reachable([of], reads(found.network)) - {of}
    return of == found.network.cost or before.issuperset(_tensor(n, found) for n in behind)


def _behind(node: Node, mark: str) -> Iterator[Node]:
    for x in walk(node):
        if isinstance(x, Multiplied):
            yield from (b for a, b in zip(x.factors, x.factors[1:], strict=False) if key_of(a) == Key(mark))


def _tensor(node: Node, found: Forward) -> str:
    """The value of the network that a name stands for; what is told by no number goes by its letter."""
    written = shown(node)
    exact = next((tensor for n, tensor, _ in found.names if shown(n) == written), None)
    base = marks_of(node).key
    return exact or next((t for n, t, _ in found.stepped if marks_of(n).key == base), written)
