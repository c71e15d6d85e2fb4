"""What a part of a document speaks of: a network under a notation, names of the profile and of the document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from derive.errors import DeriveError, quoted
from derive.ir.tensor import Tensor
from derive.latex.notation import Notation
from derive.latex.printer import Printer
from derive.latex.reading.formula import read_formula
from derive.latex.reading.syntax import Node
from derive.latex.reading.vocabulary import Macro, Vocabulary
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.notation import read_notation
from derive.network.spec.models import NotationSpec
from derive.reading.compositions import with_compositions
from derive.reading.definitions import head_of, with_alias, with_definition, with_given
from derive.reading.index_reader import IndexReader
from derive.reading.keys import Key, key_of
from derive.reading.lexicon import SLOT, Lexicon
from derive.reading.quantity import Quantity
from derive.reading.sample_cost import with_sample_cost
from derive.reading.scope import Scope
from derive.terms.affine import Affine
from derive.verify.document.link import Links
from derive.verify.document.profile import Meaning, Settings
from derive.verify.document.world import World

DEFAULT = NotationSpec(base="nielsen", settings=MappingProxyType({}), lines=MappingProxyType({}), line=1)


@dataclass
class Context:
    """The lexicon grows with what the document defines; the world follows when it is asked for numbers."""

    lexicon: Lexicon
    numbers: dict[str, int] = field(default_factory=dict)
    extents: dict[str, Affine] = field(default_factory=dict)
    """Letters of sizes that only statements of shapes say."""
    _world: World | None = None

    @property
    def network(self) -> Network:
        return self.lexicon.network

    @property
    def world(self) -> World:
        if self._world is None or self._world.network is not self.network:
            self._world = World(self.network)
        return self._world

    def vocabulary(self, macros: tuple[Macro, ...]) -> Vocabulary:
        return Vocabulary(words=self.lexicon.words, macros=macros)

    def links(self, source: str, meanings: Mapping[Key, Quantity] = MappingProxyType({})) -> Links:
        return Links(self.world, self.lexicon, source, meanings, self.numbers)

    def compose(self, nodes: Sequence[Node]) -> bool:
        """Take up the functions that expressions leave open: `f(g(x))`; whether there were any."""
        found = with_compositions(self.lexicon, nodes)
        if found is not None:
            self.lexicon = found
        return found is not None

    def define(self, left: Node, value: Quantity, scope: Scope) -> None:
        """Take a name of the document up.

        Raises: Unknown, Misfit if the equation is no definition.
        """
        self.lexicon = with_definition(self.lexicon, head_of(left), value, scope)


def context_of(settings: Settings, file: str = "") -> Context:
    """Raises: DeriveError for a network that cannot be had, and for names that cannot."""
    spec = settings.notation or (settings.network.notation if settings.network is not None else None) or DEFAULT
    notation = read_notation(spec, file)
    if settings.network is None:
        network = Network("document", {}, (), None)
    else:
        network = with_sample_cost(compile_network(settings.network.model_copy(update={"notation": spec})))
    printed = replace(network, tensors={n: t for n, t in network.tensors.items() if not n.startswith("·")})
    network = replace(network, tensors={**network.tensors, SLOT.tensor: Tensor(SLOT.tensor, (), "input")})
    lexicon = Lexicon(Printer(printed, notation), network)
    for m in settings.names:
        try:
            lexicon = _named(lexicon, m)
        except DeriveError as error:
            raise DeriveError(
                f"{quoted(m.written)}: {error.message}", repair=error.repair, file=file, line=m.line
            ) from error
    lexicon = _with_rate(lexicon, notation)
    return Context(lexicon, _numbers(network))


def _numbers(network: Network) -> dict[str, int]:
    """`L`, the number of the last layer, where layers are numbered."""
    layers = [t.label.layer for t in network.tensors.values() if isinstance(t.label.layer, int)]
    return {"L": max(layers)} if layers else {}


def _node(written: str) -> Node:
    chains = read_formula(written).chains
    member = chains[0].members[0] if len(chains) == 1 and len(chains[0].members) == 1 else None
    if member is None:
        raise DeriveError(f"{quoted(written)} is no symbol", repair="write one symbol, as in the document")
    return member


def _named(lexicon: Lexicon, m: Meaning) -> Lexicon:
    node = _node(m.written)
    if m.kind == "shape":
        assert isinstance(m.value, tuple)
        sizes = [IndexReader(lexicon).size_named(_node(s)) for s in m.value]
        return with_given(lexicon, node, sizes, "hyper" if not sizes else "input")
    assert isinstance(m.value, str)
    if m.kind == "function":
        key = key_of(node)
        if key is None:
            raise DeriveError(f"{quoted(m.written)} is no symbol of a function")
        return lexicon.with_function(key, m.value)
    if m.kind == "is":
        return lexicon.with_synonym(node, _node(m.value))
    if m.value not in lexicon.network.tensors:
        known = ", ".join(n for n in lexicon.network.tensors if not n.startswith("·"))
        raise DeriveError(f"the network has no {quoted(m.value)}", repair=f"it has {known}")
    return with_alias(lexicon, node, lexicon.network.tensors[m.value], m.kind == "gradient")


def _with_rate(lexicon: Lexicon, notation: Notation) -> Lexicon:
    """The learning rate is a number of any value, if its letter means nothing else."""
    node = _node(lexicon.printer.rate)
    key = key_of(node)
    return lexicon if key is None or lexicon.find(key) else with_given(lexicon, node, (), "hyper")
