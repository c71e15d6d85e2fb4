"""What the entries of a target are: as front matter says, or as the loss does.

Targets whose entries only weigh logarithms, `-Σ_k y_k log p_k` beside a softmax, are probabilities: that is what a
cross-entropy takes. Of those that stand in another way too, `(1 - y) log(1 - a)`, or of which the text says that
several may be 1, nothing is known.
"""

from __future__ import annotations

from collections.abc import Iterator

from derive.forward.calls import inner
from derive.forward.parts import Parts
from derive.forward.signs import Sign
from derive.ir.tensor import Kind
from derive.latex.reading.syntax import Applied, Big, Bracketed, Fraction, Multiplied, Node, Scripts, Symbol
from derive.latex.reading.trees import parts, walk
from derive.reading.keys import key_of

LOGARITHMS = ("log", "ln")
SEVERAL = ("multi-hot", "multihot", "multi-label", "multilabel", "多标签", "多热")
"""Words for targets of which several entries may be 1."""


def kind_of(network: Parts, sign: Sign) -> Kind:
    """The kind of a target."""
    for node, kind in network.declared.kinds:
        use = network.signs.use(node, frozenset())
        if use is not None and use.sign == sign:
            return kind
    places = [is_weight for e in network.needed for is_weight in _weights(network, e.right, e.start, sign, False)]
    if sign in network.declared.roles or not places or not all(places):
        return "real"
    words = network.stated.document.text.lower()
    if any(w in words for w in SEVERAL) or not any(_is_share(x) for e in network.needed for x in walk(e.right)):
        return "real"
    return "one_hot" if "one-hot" in words or "独热" in words else "distribution"


def _is_share(node: Node) -> bool:
    """A softmax, or a quotient by a sum: numbers that sum to 1."""
    if isinstance(node, Fraction):
        return any(isinstance(x, Big) for x in walk(node.below))
    if isinstance(node, Multiplied) and "/" in node.operators:
        return any(isinstance(x, Big) for x in walk(node.factors[-1]))
    key = key_of(node.function) if isinstance(node, Applied) else None
    return key is not None and key.name == "softmax"


def _weights(network: Parts, node: Node, at: int, sign: Sign, is_weight: bool) -> Iterator[bool]:
    """For each occurrence of the target, whether it is a factor of a logarithm."""
    if isinstance(node, Symbol | Scripts):
        use = network.signs.use(node, network.signs.letters[at])
        if use is not None:
            if use.sign == sign:
                yield is_weight and use.power is None
            return
    for part in parts(node):
        beside = isinstance(node, Multiplied) and any(_is_logarithm(f) for f in node.factors if f is not part)
        is_bare = isinstance(inner(part), Symbol | Scripts)
        yield from _weights(network, part, at, sign, beside and is_bare)


def _is_logarithm(node: Node) -> bool:
    found = inner(node)
    if isinstance(found, Bracketed) and found.opening in ("(", "["):
        return _is_logarithm(found.body)
    key = key_of(found.function) if isinstance(found, Applied) else None
    return key is not None and key.name in LOGARITHMS
