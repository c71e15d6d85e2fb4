"""The network that a document states itself, where nobody names one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from derive.errors import DeriveError
from derive.forward.functions import NOTHING_TOLD
from derive.forward.network import Forward, forward_of
from derive.forward.signs import names_in
from derive.ir.tensor import Tensor
from derive.latex.notation import Notation
from derive.latex.reading.document import Document, Fragment
from derive.latex.reading.formula import read_formula
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Added, Chain, Fraction, Listed, Multiplied, Node, Number, Scripts, Symbol
from derive.latex.reading.trees import walk
from derive.latex.settings import customized
from derive.network.network import Network
from derive.reading.aliases import with_alias
from derive.reading.keys import Key, key_of
from derive.reading.lexicon import Lexicon
from derive.reading.marks import marks_of, sequence
from derive.reading.operators import SIGNS
from derive.reading.own_words import words_of
from derive.terms.affine import sizes_in
from derive.verify.claims import Status
from derive.verify.document.prefixed import gradient_prefix
from derive.verify.document.verdict import Verdict

STATES = Verdict(Status.DEFINITION, "states the network of this document")


@dataclass(frozen=True)
class OwnNetwork:
    """`stated` are the right sides of the equations that make it: where their formula begins, and where they do in it.

    `names` are those of the document for its tensors, `settings` what it shows of its notation.
    """

    network: Network
    stated: frozenset[tuple[int, int]]
    names: tuple[tuple[Node, str, bool], ...]
    settings: Mapping[str, object]
    with_letters: Mapping[str, tuple[Node, tuple[str, ...]]] = field(default_factory=dict)
    """How tensors are written that are told by their letters, or have that of a sample below."""
    stepped: tuple[tuple[Node, str, str], ...] = ()
    """Names of steps and layers, `a^f_t`, each with its tensor and its letter."""
    lettered: frozenset[Key] = frozenset()
    """Names of the document's own that are told apart by the letters of their indices: `δ_j` and `δ_k`."""
    assumed: str = ""
    """What is said of a cost that the document does not state."""

    def written(self, notation: Notation) -> Notation:
        """That in which the document is written, on the base of another one."""
        return customized(notation, self.settings)

    def states(self, fragment: Fragment, right: Node | None) -> bool:
        """Whether an equation is one of the network's own."""
        return right is not None and (fragment.start, right.span.start) in self.stated

    def may_mean_more(self, introduced: Collection[tuple[Key, tuple[str, ...]]], *nodes: Node | None) -> bool:
        """Whether a name with several meanings occurs, with other letters than those with which one was introduced."""
        found = map(_with_letters, (x for node in nodes if node is not None for x in names_in(node)))
        return any(key in self.lettered and (key, letters) not in introduced for key, letters in found)

    def is_told_otherwise(self, told: Sequence[Key]) -> bool:
        """Whether somebody says what a name of the network is: there it is another one, or none of a network."""
        keys = {key.plain for node, *_ in self.names if (key := marks_of(node).key) is not None}
        return not keys.isdisjoint(k.plain for k in told)

    def named(self, lexicon: Lexicon) -> Lexicon:
        """With the document's own names for tensors that are drawn in another way."""
        for node, name, is_row in self.names:
            tensor = self.network.tensors.get(name)
            lies = is_row if tensor is not None and self._lies_apart(tensor, is_row) else None
            if tensor is not None and (lies is not None or not _is_known(lexicon, node, name)):
                try:
                    lexicon = with_alias(lexicon, node, tensor, indices=(), is_row=lies)
                except DeriveError:
                    continue
        for name, (node, letters) in self.with_letters.items():
            tensor = self.network.tensors.get(name)
            if tensor is not None:
                lexicon = with_alias(lexicon, node, tensor, indices=letters)
                if len(tensor.axes) == 2 and len(letters) == 1:
                    lexicon = with_alias(lexicon, *_of_one(node, letters[0], tensor))
        for node, name, letter in self.stepped:
            key, tensor = marks_of(node).key, self.network.tensors.get(name)
            is_marked = isinstance(node, Scripts) and None not in (node.below, node.above)
            drawn = () if key is None or is_marked else lexicon.find(key)
            if tensor is not None and not any(n.tensor.name == name and not n.gradient for n in drawn):
                lexicon = with_alias(lexicon, node, tensor, indices=(letter,))
        return lexicon

    def _lies_apart(self, tensor: Tensor, is_row: bool) -> bool:
        """Whether a vector lies otherwise than the layout has it, which lays numbers of all samples across."""
        batch = self.network.batch
        is_of_samples = batch is not None and [a.name for a in tensor.axes] == [batch.name]
        return len(tensor.axes) == 1 and is_row != ((self.settings.get("layout") == "rows") != is_of_samples)


def _with_letters(node: Node) -> tuple[Key | None, tuple[str, ...]]:
    marks = marks_of(node)
    return marks.key, tuple(map(shown, marks.below))


def _of_one(node: Node, letter: str, tensor: Tensor) -> tuple[Node, Tensor, bool, list[str]]:
    """`x_{ij}` beside `x_i`: the letter of the sample stands before that of the entry."""
    other = "j" if letter != "j" else "k"
    assert isinstance(node, Scripts) and node.below is not None
    below = (*sequence(node.below), Symbol(other, node.span))
    return replace(node, below=Listed(below, (",",) * (len(below) - 1), node.span)), tensor, False, [letter, other]


def own_networks(document: Document, told: Mapping[Key, str] = NOTHING_TOLD) -> tuple[OwnNetwork, ...]:
    """The network of the forward pass and the loss in a document; `told` are letters of functions with a name.

    Several that differ in their notation, where gradients are written `dZ` or the loss of one sample has a name:
    gradients of values are of the summed loss, or of the cost.

    Raises: DeriveError where its forward pass or its loss are not there, or not clear.
    """
    return _in_notations(document, forward_of(document, "document", told, is_open=True))


def networks_beside(document: Document) -> tuple[OwnNetwork, ...]:
    """The network that another document states, none of whose equations stand in the one that is judged.

    Raises: as `own_networks`.
    """
    return tuple(replace(own, stated=frozenset()) for own in own_networks(document))


def _in_notations(document: Document, found: Forward) -> tuple[OwnNetwork, ...]:
    words = words_of(document)
    chains = tuple(c for f in document.fragments for c in read_formula(f.source, words).chains if len(c.members) > 1)
    rights = ((e, e.right if e.written is None else e.written) for e in found.equations)
    stated = frozenset((e.fragment.start, right.span.start) for e, right in rights)
    own = OwnNetwork(
        found.network,
        stated,
        found.names,
        found.notation,
        found.with_letters,
        found.stepped,
        _lettered(chains, found),
        found.assumed,
    )
    is_other = any(_is_negative(c) or _is_of_another(c, found) for c in chains)
    if not _has_layers(found) or is_other:
        own = replace(own, settings={**own.settings, "gradient_symbols": {"preactivation": ""}})
    if "notation" in document.front_matter:
        return (own,)
    mark = gradient_prefix(chains, found)
    prefix: dict[str, object] = {}
    if mark is not None:
        prefix = {"gradients": "prefix", "gradient_prefix": mark, "gradient_symbols": {"preactivation": ""}}
    is_open = found.network.reduce == "mean" and (mark is not None or found.has_loss)
    scalings = ("summed", "cost") if is_open else ("cost",)
    return tuple(replace(own, settings={**own.settings, **prefix, "scaling": s}) for s in scalings)


def _lettered(chains: Sequence[Chain], found: Forward) -> frozenset[Key]:
    """Names on left sides, with several letters below and with no value of the network; `T`, a last step, is none.

    Where letters tell the values of the network apart, they do so with all names.
    """
    if found.has_letters:
        return frozenset()
    letters: dict[Key, set[tuple[str, ...]]] = {}
    sizes = {s.name for t in found.network.tensors.values() for a in t.axes for s in (*sizes_in(a.lo), *sizes_in(a.hi))}
    for chain in chains:
        marks = marks_of(chain.members[0]) if chain.members[0] is not None else None
        key = marks.key if marks is not None else None
        is_lettered = marks is not None and any(
            not isinstance(x, Number) and shown(x) not in sizes for x in marks.below
        )
        if marks is not None and key is not None and is_lettered and not marks.above:
            letters.setdefault(key, set()).add(tuple(map(shown, marks.below)))
    known = {marks_of(node).key for node in (*(n for n, *_ in found.names), *(e.left for e in found.equations))}
    return frozenset(k for k, rows in letters.items() if len(rows) > 1 and k not in known)


def _has_layers(found: Forward) -> bool:
    """Whether preactivations carry layers; else δ stands for one of them that only the document knows."""
    labels = (t.label for t in found.network.tensors.values() if t.label.meaning == "preactivation")
    return all(label.layer is not None for label in labels)


def _is_negative(chain: Chain) -> bool:
    """Whether δ is said to be the negative of a derivative, `δ = -∂C/∂z`, as some authors have it."""
    first, second, *_ = chain.members
    if first is None or marks_of(first).key != Key("delta"):
        return False
    is_negative = isinstance(second, Added) and second.signs == ("-",)
    return is_negative and second is not None and any(isinstance(x, Symbol) and x.name == "∂" for x in walk(second))


def _is_of_another(chain: Chain, found: Forward) -> bool:
    """Whether δ is said to be the derivative of something else than the cost, `δ_{t,k} = ∂L_t/∂z_k`.

    That of the loss of one sample is a matter of scaling. In a chain rule `∂C/∂a ∂a/∂z` it is that of the cost.
    """
    first, second, *_ = chain.members
    if found.has_loss or first is None or second is None or marks_of(first).key != Key("delta"):
        return False
    whole = {shown(node) for node, name, _ in found.names if name == found.network.cost}
    tops = (x.above for x in walk(second) if isinstance(x, Fraction) and isinstance(x.above, Multiplied))
    of = {shown(top.factors[1]) for top in tops if key_of(top.factors[0]) in SIGNS}
    return bool(of and whole) and of.isdisjoint(whole)


def _is_known(lexicon: Lexicon, node: Node, tensor: str) -> bool:
    """Whether a tensor is drawn as the document writes it; words above, `y^k`, are drawn upright."""
    marks = marks_of(node)
    key, subs, above = marks.key, tuple(map(shown, marks.below)), [shown(x) for x in marks.above]
    known = () if key is None else lexicon.find(key)
    return any(
        n.tensor.name == tensor
        and not n.gradient
        and (n.subs == subs if n.layer is None else not isinstance(n.layer, str) or above == [f"rm.{n.layer}"])
        for n in known
    )
