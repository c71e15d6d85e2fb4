"""The network that a document states itself, where nobody names one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from derive.errors import DeriveError
from derive.forward.network import forward_of
from derive.forward.trees import walk
from derive.latex.notation import Notation
from derive.latex.reading.document import Document, Fragment
from derive.latex.reading.formula import read_formula
from derive.latex.reading.syntax import Added, Chain, Multiplied, Node, Scripts, Symbol
from derive.latex.settings import customized
from derive.network.network import Network
from derive.reading.aliases import with_alias
from derive.reading.keys import Key, key_of
from derive.reading.lexicon import Lexicon
from derive.reading.marks import marks_of
from derive.verify.claims import Status
from derive.verify.document.verdict import Verdict

STATES = Verdict(Status.DEFINITION, "states the network of this document")


@dataclass(frozen=True)
class OwnNetwork:
    """`stated` are the right sides of the equations that make it: where their formula begins, and where they do in it.

    `names` are those of the document for its tensors, `settings` what it shows of its notation.
    """

    network: Network
    stated: frozenset[tuple[int, int]]
    names: tuple[tuple[Node, str], ...]
    settings: Mapping[str, object]

    def written(self, notation: Notation) -> Notation:
        """That in which the document is written, on the base of another one."""
        return customized(notation, self.settings)

    def states(self, fragment: Fragment, right: Node | None) -> bool:
        """Whether an equation is one of the network's own."""
        return right is not None and (fragment.start, right.span.start) in self.stated

    def named(self, lexicon: Lexicon) -> Lexicon:
        """With the document's own names for tensors that are drawn in another way."""
        for node, tensor in self.names:
            if tensor in self.network.tensors and not _is_known(lexicon, node, tensor):
                try:
                    lexicon = with_alias(lexicon, _without_indices(node), self.network.tensors[tensor])
                except DeriveError:
                    continue
        return lexicon


def own_networks(document: Document) -> tuple[OwnNetwork, ...]:
    """The network of the forward pass and the loss in a document; none where they are not there, or not clear.

    Several that differ in their notation, where gradients are written `dZ`: those of values are of the cost, or of the
    summed loss.
    """
    try:
        found = forward_of(document, "document")
    except DeriveError:
        return ()
    rights = ((e, e.right if e.written is None else e.written) for e in found.equations)
    stated = frozenset((e.fragment.start, right.span.start) for e, right in rights)
    own = OwnNetwork(found.network, stated, found.names, found.notation)
    if any(map(_is_negative, _chains(document))):
        own = replace(own, settings={**own.settings, "gradient_symbols": {"preactivation": ""}})
    if "notation" in document.front_matter or not _has_prefixes(document, found.names):
        return (own,)
    scalings = ("summed", "cost") if found.network.reduce == "mean" else ("cost",)
    prefix = {"gradients": "prefix", "gradient_prefix": "d"}
    return tuple(replace(own, settings={**own.settings, **prefix, "scaling": s}) for s in scalings)


def _chains(document: Document) -> Iterator[Chain]:
    return (c for f in document.fragments for c in read_formula(f.source).chains if len(c.members) > 1)


def _is_negative(chain: Chain) -> bool:
    """Whether δ is said to be the negative of a derivative, `δ = -∂C/∂z`, as some authors have it."""
    first, second, *_ = chain.members
    if first is None or key_of(marks_of(first).base) != Key("delta"):
        return False
    is_negative = isinstance(second, Added) and second.signs == ("-",)
    return is_negative and second is not None and any(isinstance(x, Symbol) and x.name == "∂" for x in walk(second))


def _has_prefixes(document: Document, names: tuple[tuple[Node, str], ...]) -> bool:
    """Whether equations are about `dZ`, Z being a name of the network, and d none."""
    keys = {key_of(marks_of(node).base) for node, _ in names}
    if Key("d") in keys:
        return False
    firsts = (c.members[0] for c in _chains(document))
    return any(
        isinstance(first, Multiplied)
        and len(first.factors) == 2
        and key_of(first.factors[0]) == Key("d")
        and key_of(marks_of(first.factors[1]).base) in keys
        for first in firsts
    )


def _is_known(lexicon: Lexicon, node: Node, tensor: str) -> bool:
    key = key_of(marks_of(node).base)
    return isinstance(key, Key) and any(n.tensor.name == tensor and not n.gradient for n in lexicon.find(key))


def _without_indices(node: Node) -> Node:
    """A name with what stands above it alone."""
    return (
        node
        if not isinstance(node, Scripts) or node.above is None
        else Scripts(node.base, None, node.above, 0, node.span)
    )
