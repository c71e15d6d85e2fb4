"""What a document states: equations with a name on the left, shapes, and over what letters run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise
from typing import TypeGuard

from derive.errors import DeriveError
from derive.forward.calls import call_of, inner, is_named, is_round
from derive.forward.enumerated import enumerated
from derive.forward.instants import at_any_time, instants_in
from derive.forward.layer_functions import one_for_all
from derive.forward.rewriting import plainly
from derive.ir.scalar import PLAIN, REGISTRY
from derive.latex.printer import Printer
from derive.latex.reading.document import Document, Fragment
from derive.latex.reading.formula import read_formula
from derive.latex.reading.macros import macros_of
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Applied, Chain, Fraction, Listed, Multiplied, Node, Scripts, Symbol
from derive.latex.reading.trees import walk
from derive.latex.reading.vocabulary import Vocabulary
from derive.latex.settings import DEFAULT, notation
from derive.network.network import Network
from derive.reading.function_names import ALIASES
from derive.reading.index_reader import IndexReader
from derive.reading.keys import Key, key_of
from derive.reading.lexicon import Lexicon
from derive.reading.marks import marks_of
from derive.reading.operators import NABLA
from derive.reading.ranges import Interval
from derive.reading.said_shapes import shape_in_words
from derive.reading.stated import stated

NO_WORDS = Vocabulary()
EQUAL = ("=", ":=", "≡", "←")
LIKE = ("≈", "∝")
MEANT = {"sigma": "sigmoid", "sqrt": "sqrt"}
"""Letters of functions that have a name."""


@dataclass(frozen=True)
class Statement:
    """`left = right`, where it stands, and what is said beside it of its letters."""

    left: Node
    right: Node
    fragment: Fragment
    start: int
    ranges: Mapping[str, Interval] = field(default_factory=dict)
    written: Node | None = None
    """The right side before formulas of functions were put in."""

    def place_of(self, node: Node) -> Node:
        """The node, or the whole right side where it stands in the formula of a function."""
        whole = self.written if self.written is not None else self.right
        return node if any(x is node for x in walk(whole)) or node is self.left else whole

    def said(self, node: Node) -> str:
        """The text of a node."""
        return self.fragment.source[node.span.start : node.span.end].strip()

    @property
    def text(self) -> str:
        return self.fragment.source[self.left.span.start : self.right.span.end].strip()


@dataclass(frozen=True)
class ShapeClaim:
    """`W ∈ ℝ^{m × n}`: a name and its sizes."""

    name: Node
    sizes: tuple[Node, ...]
    fragment: Fragment


@dataclass(frozen=True)
class Stated:
    """All that a document states, in order; `ranges` of letters stand in formulas of their own."""

    document: Document
    equations: tuple[Statement, ...]
    shapes: tuple[ShapeClaim, ...]
    ranges: Mapping[str, Interval]
    derived: tuple[tuple[Node, Node], ...]
    """C and W of each derivative `∂C/∂W`, which tell the cost."""
    other: tuple[tuple[Node, Fragment], ...] = ()
    """Left sides of what is no equation of a forward pass."""
    lists: tuple[tuple[Node, Node], ...] = ()
    """Names with the number of their entries."""

    @property
    def text(self) -> str:
        """All formulas, as they stand."""
        return "\n".join(f.source for f in self.document.fragments)

    def error(self, message: str, repair: str, fragment: Fragment, node: Node) -> DeriveError:
        place = self.document.place(fragment.start + node.span.start)
        return DeriveError(message, repair=repair, file=self.document.name, line=place.line, column=place.column)


@cache
def plain_indices() -> IndexReader:
    """Reads index expressions where no network is known yet."""
    network = Network("document", {}, (), None)
    return IndexReader(Lexicon(Printer(network, notation(DEFAULT)), network))


def stated_in(document: Document, words: Vocabulary = NO_WORDS) -> Stated:
    """`words` are those of the document."""
    vocabulary = replace(words, macros=tuple(macros_of(document.definitions)))
    indices = plain_indices()
    equations: list[Statement] = []
    shapes: list[ShapeClaim] = []
    ranges: dict[str, Interval] = {}
    derived: list[tuple[Node, Node]] = []
    other: list[tuple[Node, Fragment]] = []
    read = [(f, plainly(chain)) for f in document.fragments for chain in read_formula(f.source, vocabulary).chains]
    instants = instants_in([chain for _, chain in read])
    read = [(f, at_any_time(chain, instants)) for f, chain in read]
    chains = one_for_all(document, [chain for _, chain in read])
    read = [(f, chain) for (f, _), chain in zip(read, chains, strict=True)]
    lists: list[tuple[Node, Node]] = []
    functions = _applied(chain for _, chain in read)
    for fragment, chain in read:
        said = stated(chain.remarks, indices).ranges
        here = stated([chain], indices) if _is_range(chain) else None
        if here is not None and here.ranges and not here.unread:
            ranges |= {x: r for x, r in here.ranges.items() if x not in ranges}
            if equations and equations[-1].fragment is fragment:
                equations[-1] = _with_ranges(equations[-1], here.ranges)
            continue
        derived += _derivatives(chain)
        shapes += (*_shapes(chain, fragment), *_shapes_in_words(chain, fragment))
        lists += enumerated(chain)
        for left, relation, right in _links(chain):
            is_derived = _is_derived(left, functions) or _is_derived(right, functions)
            if relation in EQUAL and not is_derived:
                equations.append(Statement(left, right, fragment, fragment.start + left.span.start, said))
            elif relation in (*EQUAL, *LIKE) and not any(shown(x) == shown(left) for x in walk(right)):
                other.append((left, fragment))
    return Stated(document, tuple(equations), tuple(shapes), ranges, tuple(derived), tuple(other), tuple(lists))


def _with_ranges(equation: Statement, ranges: Mapping[str, Interval]) -> Statement:
    start = equation.start
    return Statement(equation.left, equation.right, equation.fragment, start, {**equation.ranges, **ranges})


def _is_range(chain: Chain) -> bool:
    """`l = 1, …, L`, `l ∈ {1, …, L}`: a letter and a list or a set."""
    if len(chain.members) != 2 or not isinstance(chain.members[0], Symbol):
        return False
    behind = chain.members[1]
    is_set = chain.relations[0] == "∈" and not _is_space(behind)
    return is_set or (chain.relations[0] == "=" and isinstance(behind, Listed))


def _links(chain: Chain) -> Iterator[tuple[Node, str, Node]]:
    """The pairs of neighbours with a name, or a call with names, on the left; `g(w^T x)` gives nothing a value."""
    for left, relation, right in zip(chain.members, chain.relations, chain.members[1:], strict=False):
        if left is not None and right is not None:
            left = inner(left)
            call = call_of(left)
            if is_named(left) or (call is not None and all(is_named(inner(x)) for x in call[1])):
                yield left, relation, right


def _applied(chains: Iterable[Chain]) -> frozenset[str]:
    """The names that stand before round brackets somewhere, `f` of `f'(z)`, and those of known functions."""
    found = {*REGISTRY.functions, *PLAIN, *ALIASES, *MEANT}
    for chain in chains:
        for member in chain.members:
            for x in walk(member) if member is not None else ():
                pairs = zip(x.factors, x.factors[1:], strict=False) if isinstance(x, Multiplied) else ()
                heads = [a for a, b in pairs if is_round(b)]
                heads += [x.function] if isinstance(x, Applied) else []
                found |= {key.name for h in heads if (key := marks_of(h).key) is not None}
    return frozenset(found)


def _is_derived(node: Node, functions: frozenset[str]) -> bool:
    """Whether derivatives occur: no equation of a forward pass. A prime is one on a function; else part of a name."""
    return any(
        (isinstance(x, Symbol) and x.name in ("∂", "∇", "Delta"))
        or (isinstance(x, Scripts) and x.primes and (key := key_of(x.base)) is not None and key.name in functions)
        for x in walk(node)
    )


def _derivatives(chain: Chain) -> Iterator[tuple[Node, Node]]:
    """C and W of `∂C/∂W`, and of `∇_W C`."""
    for member in chain.members:
        for x in walk(member) if member is not None else ():
            if isinstance(x, Fraction) and _is_differential(above := inner(x.above)):
                below = inner(x.below)
                yield above.factors[1], below.factors[1] if _is_differential(below) else below
            factors = x.factors if isinstance(x, Multiplied) else ()
            for a, b in pairwise(factors):
                if isinstance(a, Scripts) and a.below is not None and key_of(a.base) in NABLA:
                    yield b, a.below


def _is_differential(node: Node) -> TypeGuard[Multiplied]:
    return isinstance(node, Multiplied) and len(node.factors) == 2 and key_of(node.factors[0]) == Key("∂")


def _shapes_in_words(chain: Chain, fragment: Fragment) -> Iterator[ShapeClaim]:
    """`$X$ has shape $N \\times D$`."""
    said = shape_in_words(fragment, [chain])
    names = [m for c in read_formula(said.of).chains for m in c.members] if said is not None else []
    if said is not None and len(names) == 1 and names[0] is not None and is_named(inner(names[0])):
        yield ShapeClaim(names[0], said.extents, fragment)


def _shapes(chain: Chain, fragment: Fragment) -> Iterator[ShapeClaim]:
    if len(chain.members) != 2 or chain.relations[0] != "∈":
        return
    names, space = chain.members
    if names is None or space is None or not _is_space(space):
        return
    above = inner(space.above) if isinstance(space, Scripts) and space.above is not None else None
    sizes: tuple[Node, ...] = () if above is None else (above,)
    if isinstance(above, Multiplied) and set(above.operators) <= {"times", "cdot"}:
        sizes = above.factors
    for name in names.items if isinstance(names, Listed) else (names,):
        if is_named(inner(name)):
            yield ShapeClaim(inner(name), sizes, fragment)


def _is_space(node: Node | None) -> bool:
    key = key_of(node.base if isinstance(node, Scripts) else node)
    return key is not None and key.name == "R"
