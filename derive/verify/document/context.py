"""What a part of a document speaks of: a network under a notation, names of the profile and of the document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from derive.errors import DeriveError, quoted
from derive.ir.tensor import Tensor
from derive.latex.printer import Printer
from derive.latex.reading.syntax import Chain, Node, Symbol
from derive.latex.reading.vocabulary import Macro, Vocabulary
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.notation import read_notation
from derive.network.spec.models import NotationSpec
from derive.reading.compositions import with_compositions
from derive.reading.definitions import head_on_left, with_definition
from derive.reading.differentials import changing, with_changes
from derive.reading.keys import Key
from derive.reading.lexicon import SLOT, Lexicon
from derive.reading.quantity import Quantity
from derive.reading.sample_cost import with_sample_cost
from derive.reading.scope import Scope
from derive.terms.affine import Affine
from derive.terms.term import Poly
from derive.verify.document.agreed import beyond
from derive.verify.document.declaring import declared
from derive.verify.document.example import Example
from derive.verify.document.link import Links
from derive.verify.document.names import (
    condition_node,
    stamps_of,
    symbol_node,
    unknown_arguments,
    whole_numbers,
    with_name,
    with_rate,
)
from derive.verify.document.own_network import OwnNetwork
from derive.verify.document.profile import Meaning, Settings
from derive.verify.document.randomness import Declared
from derive.verify.document.schema import Form, Schema
from derive.verify.document.spoken import NO_WORDS, Spoken
from derive.verify.document.world import World

DEPTH = "L"
NOTHING_SPOKEN = Spoken()
DEFAULT = NotationSpec(base="nielsen", settings=MappingProxyType({}), lines=MappingProxyType({}), line=1)


@dataclass
class Context:
    """The lexicon grows with what the document defines; the world follows when it is asked for numbers."""

    lexicon: Lexicon
    numbers: dict[str, int] = field(default_factory=dict)
    variables: Mapping[Key, Quantity] = field(default_factory=dict)
    """What letters stand for in formulas about a function, by what was said last."""
    extents: dict[str, Affine] = field(default_factory=dict)
    """Letters of sizes that only statements of shapes say."""
    measured: dict[str, Node] = field(default_factory=dict)
    """Letters of sizes that are the number of entries of something."""
    declared: Declared = field(default_factory=Declared)
    demands: list[tuple[Poly, str]] = field(default_factory=list)
    """Conditions on variances that the document sets: what is to be 0, and as it is written."""
    lists: dict[Key, tuple[Node, ...]] = field(default_factory=dict)
    """What the document gives a name to without saying that it is a vector: `θ = \\{w_1, w_2, …\\}`."""
    given: frozenset[str] = frozenset()
    """What the network and the profile have, which no line of the document gives another meaning."""
    given_functions: frozenset[Key] = frozenset()
    """The functions that the profile writes out, which no line gives another meaning either."""
    assumed: tuple[Chain, ...] = ()
    """Conditions under which all is judged."""
    are_summed: bool = False
    """Whether letters that stand on the right only are summed over."""
    sets: dict[Key, tuple[Symbol, ...]] = field(default_factory=dict)
    """Letters that stand for one of several parts of names."""
    schemas: dict[Form, Schema] = field(default_factory=dict)
    """Names that the document says to be derivatives, with what they are: its own for all of its parts."""
    by_schema: set[tuple[Key, tuple[str, ...]]] = field(default_factory=set)
    """Names that have their meaning from a schema, with their letters."""
    stamps: frozenset[str] = frozenset()
    """Letters that stand in brackets behind the names of the profile, and say when these are looked at: `(n)`."""
    words: Vocabulary = NO_WORDS
    """Those that the document's formulas show."""
    derivatives: tuple[Node, ...] = ()
    """What the last derivatives were found to be equal to."""
    own: OwnNetwork | None = None
    """The network that the document states, if this part is about it."""
    has_example: bool = False
    """Whether values were set to numbers: an example has begun."""
    example: Example | None = None
    """What the document works out in numbers."""
    has_stepped: bool = False
    """Whether parameters were given new values: numbers behind that may be those."""
    waiting: tuple[Meaning, ...] = ()
    """Values of the profile that are functions of what the document has yet to define."""
    is_cost_unclear: bool = False
    """Whether its cost was stated once more, in a way that is not understood."""
    _world: World | None = None

    @property
    def network(self) -> Network:
        return self.lexicon.network

    @property
    def introduced(self) -> set[tuple[Key, tuple[str, ...]]]:
        """The document's own names with the letters with which an equation introduced them."""
        return {(o.key, o.named.letters) for o in self.lexicon.own} - self.by_schema

    @property
    def world(self) -> World:
        if self._world is None or self._world.network is not self.network:
            self._world = World(self.network)
        return self._world

    @contextmanager
    def supposing(self, world: World) -> Iterator[None]:
        """Judge by the numbers of another world meanwhile."""
        own, self._world = self.world, world
        try:
            yield
        finally:
            self._world = own

    @contextmanager
    def assuming(self, conditions: tuple[Chain, ...]) -> Iterator[None]:
        """Judge meanwhile where these hold as well."""
        own, self.assumed = self.assumed, (*self.assumed, *conditions)
        try:
            yield
        finally:
            self.assumed = own

    def vocabulary(self, macros: tuple[Macro, ...]) -> Vocabulary:
        own = self.words
        classes = own.classes if self.own is not None else frozenset()
        return replace(own, words=self.lexicon.words | own.words, macros=macros, stamps=self.stamps, classes=classes)

    def links(self, source: str, meanings: Mapping[Key, Quantity] = MappingProxyType({})) -> Links:
        return Links(
            self.world,
            self.lexicon,
            source,
            meanings,
            self.numbers,
            assumed=self.assumed,
            are_summed=self.are_summed,
            declared=self.declared,
        )

    def compose(self, nodes: Sequence[Node]) -> bool:
        """Take up the functions that expressions leave open: `f(g(x))`; whether there were any."""
        found = with_compositions(self.lexicon, nodes)
        if found is not None:
            self.lexicon = found
        return found is not None

    def take_changes(self, first: Node | None, nodes: Sequence[Node]) -> bool:
        """Take up the changes of values if a chain is one of differentials; whether it is."""
        if not any(changing(self.lexicon, first or node, node) for node in nodes):
            return False
        network = with_changes(self.network)
        if network.tensors.keys() != self.network.tensors.keys():
            self.lexicon = self.lexicon.changed(network=network)
        return True

    def define(self, left: Node, value: Quantity, scope: Scope, is_numbered: bool = False) -> None:
        """Take a name of the document up; `is_numbered` if it is one of several, told apart by the number of a layer.

        Raises: Unknown, Misfit if the equation is no definition.
        """
        head = replace(head_on_left(left, value, scope), is_numbered=is_numbered)
        self.lexicon = with_definition(self.lexicon, head, value, scope)
        for m in self.waiting:
            if not unknown_arguments(self.lexicon, m):
                self.lexicon = with_name(self.lexicon, m)
        self.waiting = tuple(m for m in self.waiting if unknown_arguments(self.lexicon, m))


def unchanged(network: Network) -> Network:
    """The network as it is stated."""
    return network


def context_of(
    settings: Settings,
    file: str = "",
    own: OwnNetwork | None = None,
    change: Callable[[Network], Network] = unchanged,
    spoken: Spoken = NOTHING_SPOKEN,
) -> Context:
    """`own` is the network that the document states, for parts where nobody names one; `change` makes of a network that
    somebody names what another convention states; `spoken` is what the formulas of the document say of its names.

    Raises: DeriveError for a network that cannot be had, and for names that cannot.
    """
    spec = settings.notation or (settings.network.notation if settings.network is not None else None) or DEFAULT
    notation = read_notation(spec, file)
    known = None if own is None or settings.network is not None else beyond(own, settings.names)
    own, names = (None, settings.names) if known is None else (own, known)
    if own is not None:
        network = with_sample_cost(own.network)
        notation = own.written(notation)
    elif settings.network is None:
        network = Network("document", {}, (), None)
    else:
        network = with_sample_cost(change(compile_network(settings.network.model_copy(update={"notation": spec}))))
    printed = replace(network, tensors={n: t for n, t in network.tensors.items() if not n.startswith("·")})
    network = replace(network, tensors={**network.tensors, SLOT.tensor: Tensor(SLOT.tensor, (), "input")})
    lexicon = Lexicon(Printer(printed, notation), network)
    lexicon = lexicon if own is None else own.named(lexicon)
    lexicon = lexicon.changed(gradient_accent=spoken.accent) if spoken.accent and network.cost is not None else lexicon
    lexicon = lexicon.changed(defined=spoken.on_left)
    waiting = []
    for m in names:
        if spoken.on_left & unknown_arguments(lexicon, m):
            waiting.append(m)
            continue
        try:
            lexicon = with_name(lexicon, m)
        except DeriveError as error:
            raise DeriveError(
                f"{quoted(m.written)}: {error.message}", repair=error.repair, file=file, line=m.line
            ) from error
    lexicon = with_rate(lexicon, notation)
    if settings.kinds:
        lexicon = lexicon.with_kinds({word: frozenset(numbers) for word, numbers in settings.kinds})
    if settings.derivatives is not None:
        lexicon = lexicon.changed(derivatives=settings.derivatives)
    return Context(
        lexicon,
        {**_numbers(network), **whole_numbers(settings.names)},
        assumed=tuple(condition_node(text) for text in settings.assumptions),
        are_summed=bool(settings.are_summed),
        measured={letter: symbol_node(of) for letter, of in settings.sizes},
        declared=declared(lexicon, settings.random, file),
        given=frozenset(lexicon.network.tensors),
        stamps=stamps_of(settings.names),
        given_functions=frozenset(lexicon.templates),
        waiting=tuple(waiting),
        own=own,
        words=spoken.words,
    )


def _numbers(network: Network) -> dict[str, int]:
    """`L`, the number of the last layer, where layers are numbered."""
    layers = [t.label.layer for t in network.tensors.values() if isinstance(t.label.layer, int)]
    return {DEPTH: max(layers)} if layers else {}
