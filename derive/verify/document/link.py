"""One link of a chain of equations: whether two expressions have one value, in every way of reading them.

A formula with the number of a layer in it holds for all layers; in a network whose layers are numbered it is read once
for each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from derive.errors import DeriveError, IndexRangeError
from derive.ir.moment import MEAN
from derive.latex.reading.syntax import Chain, Node, Number
from derive.reading.arrays import entry_by_entry
from derive.reading.choices import MOST as MOST_READINGS
from derive.reading.choices import Choices, readings, where_t_fits
from derive.reading.differentials import changing
from derive.reading.expressions import Reader
from derive.reading.free_letters import free_letters, without_unit_axes
from derive.reading.guards import guards, mask, tied
from derive.reading.implied import implied_sums
from derive.reading.index_reader import IndexReader
from derive.reading.jacobians import Jacobian
from derive.reading.keys import Key
from derive.reading.lexicon import Lexicon
from derive.reading.moments import moments_of
from derive.reading.orders import bracketed
from derive.reading.placed import ANY_SAMPLE
from derive.reading.products import DOT
from derive.reading.quantity import Misfit, Quantity, Unknown, fits, hadamard, like, transposed
from derive.reading.ranges import Interval, Ranges, numbers_within
from derive.reading.scope import SOME_LAYER, OpenLayer, Scope
from derive.reading.sides import both_sides
from derive.reading.stated import stated
from derive.terms.affine import Affine, Index
from derive.terms.algebra import subtract
from derive.terms.walk import entries_in
from derive.verify.document.allowed import allowed
from derive.verify.document.comparison import differing
from derive.verify.document.gap import Apart, Difference
from derive.verify.document.measured import apart, unlike
from derive.verify.document.outside import zero_outside
from derive.verify.document.randomness import Declared, Randomness
from derive.verify.document.stacked import may_fit, stacked_apart
from derive.verify.document.world import World

MOST_INSTANCES = 200
"""For so many layers, and pairs of layers, a formula is judged."""

BEYOND = 3
"""So many numbers behind that of the last layer are tried: notations begin at 0 or 1, and formulas say `l+1`."""

Where = Callable[[Mapping[str, int]], bool]


@dataclass(frozen=True)
class Pair:
    """Both sides under one reading, with the ranges of their free letters."""

    left: Quantity
    right: Quantity
    free: tuple[Index, ...]
    is_unlikely: bool = False
    """Whether it counts only if no other reading fits."""
    is_unsigned: bool = False
    """Whether an entrywise product has no sign."""
    has_means: bool = False
    """Whether its author writes means."""
    shapes: tuple[str, ...] = ()
    """Those of both sides, where readings may differ in nothing else."""
    text: str = ""
    """As it stands, with brackets around what was multiplied first."""

    @property
    def key(self) -> tuple[object, ...]:
        return self.left.poly.key, self.right.poly.key, self.shapes, self.is_unsigned

    @property
    def is_zero(self) -> bool:
        return not self.left.poly.terms and not self.right.poly.terms


@dataclass(frozen=True)
class Outcome:
    """Of one reading: `equal`, `proved` if the normal forms are one, where they differ most, or why they do not fit."""

    pair: Pair | None
    proved: bool = False
    difference: Difference | None = None
    misfit: str = ""
    apart: Apart | None = None
    transposed: bool = False
    beyond: bool = False
    """Whether something is read beyond the ends of an axis, as 0."""
    is_empty: bool = False
    """Whether both sides are 0, for nothing in them depends on anything, and neither says so."""

    @property
    def equal(self) -> bool:
        return self.pair is not None and self.difference is None and not self.misfit


@dataclass
class Links:
    """Judges links about one world under one notation; `meanings` are the names of the document."""

    world: World
    lexicon: Lexicon
    source: str = ""
    meanings: Mapping[Key, Quantity] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    assumed: tuple[Chain, ...] = ()
    are_summed: bool = False
    is_quick: bool = False
    """Whether numbers are enough: nothing is proved."""
    declared: Declared = field(default_factory=Declared)
    differentials: tuple[Node, ...] = ()
    of_one_sample: bool = False

    @property
    def randomness(self) -> Randomness:
        return Randomness(self.declared, self.lexicon.network, self.world.prover)

    def outcomes(
        self, left: Node, right: Node, remarks: Sequence[Node] = (), where: Where | None = None
    ) -> list[list[Outcome]]:
        """For each instance, one for each reading; an instance is left out where its layers do not exist.

        Which layer is meant where no symbol carries a mark is a matter of reading, as brackets are.

        `remarks` stand beside the formula; what they say of its letters, `l = 1, …, L-1`, holds. `where` says for
        which numbers it is meant.

        Raises: Unknown if a part has no meaning in any instance.
        """
        changes = changing(self.lexicon, left, right)
        if changes != self.differentials:
            return replace(self, differentials=changes).outcomes(left, right, remarks, where)
        found: dict[tuple[tuple[str, int], ...], list[Outcome]] = {}
        unknown: Unknown | None = None
        for numbers in self.instances(left, right):
            said = self._said(remarks, numbers)
            if not numbers_within(said, numbers) or not (where is None or where(numbers)):
                continue
            try:
                sides = self.entries(left, right, numbers)
                outcomes = self._read(*sides, numbers, said, tuple(guards(remarks)))
                marked = tuple((x, k) for x, k in numbers.items() if x != SOME_LAYER)
                found[marked] = _fitting([*found.get(marked, ()), *outcomes])
            except Unknown as e:
                unknown = unknown or e
        if not found and unknown is not None:
            raise unknown
        return list(found.values())

    def entries(self, left: Node, right: Node, numbers: Mapping[str, int]) -> tuple[Node, Node]:
        """Both sides, entry by entry where they are arrays with more axes than matrices."""
        return entry_by_entry(lambda: Reader(self.scope(Choices(), numbers)), self.lexicon, left, right)

    def _said(self, remarks: Sequence[Node], numbers: Mapping[str, int]) -> Mapping[str, Interval]:
        """What remarks say of letters, without ends that are sizes of a name that means nothing here."""
        found = stated(remarks, IndexReader(self.lexicon, numbers, self.source)).ranges
        known = frozenset(self.lexicon.network.names.values())
        return {x: i for x, i in found.items() if all(a is None or a.free <= known for a in (i.lo, i.hi))}

    def instances(self, *nodes: Node) -> Iterator[Mapping[str, int]]:
        """The values of letters that stand for numbered layers."""
        waiting: list[Mapping[str, int]] = [self.numbers]
        while waiting:
            numbers = waiting.pop(0)
            letter = self._open_letter(nodes, numbers)
            if letter is None:
                yield numbers
            elif len(waiting) > MOST_INSTANCES:
                raise Unknown("too many of its letters stand for layers")
            else:
                waiting += [{**numbers, letter: k} for k in range(self._last_layer + BEYOND)]

    @cached_property
    def _last_layer(self) -> int:
        numbers = [t.label.layer for t in self.lexicon.network.tensors.values() if isinstance(t.label.layer, int)]
        own = [int(s) for o in self.lexicon.own if o.named.is_numbered for s in o.named.subs if s.isdigit()]
        return max((*numbers, *own), default=0)

    def _open_letter(self, nodes: Sequence[Node], numbers: Mapping[str, int]) -> str | None:
        layers = self.layers_in(nodes, numbers)
        for node in nodes:
            try:
                Reader(replace(self.scope(Choices(), numbers), layers=layers)).read(node)
            except OpenLayer as e:
                return e.letter
            except DeriveError:
                continue
        return None

    def layers_in(self, nodes: Sequence[Node], numbers: Mapping[str, int]) -> tuple[Affine, ...]:
        """The marks of layers that a formula mentions, in order."""
        scope = self.scope(Choices(), numbers)
        for node in nodes:
            try:
                Reader(scope).read(node)
            except DeriveError:
                continue
        return tuple(scope.seen)

    def scope(self, choices: Choices, numbers: Mapping[str, int]) -> Scope:
        scope = Scope(self.lexicon, choices, numbers, self.source, self.meanings, differentials=self.differentials)
        return replace(scope, of_one_sample=self.of_one_sample)

    def _read(
        self,
        left: Node,
        right: Node,
        numbers: Mapping[str, int],
        said: Mapping[str, Interval],
        conditions: Sequence[Chain],
    ) -> list[Outcome]:
        """With total derivatives; with local ones if there are both, and all is right with those."""
        both: set[str] = set()
        outcomes = self._read_as(left, right, numbers, said, both, False, conditions)
        if both and not all(o.equal for o in outcomes):
            local = self._read_as(left, right, numbers, said, both, True, conditions)
            if local and all(o.equal for o in local):
                return local
        return outcomes

    def _read_as(
        self,
        left: Node,
        right: Node,
        numbers: Mapping[str, int],
        said: Mapping[str, Interval],
        both: set[str],
        is_local: bool,
        conditions: Sequence[Chain] = (),
    ) -> list[Outcome]:
        layers = self.layers_in((left, right), numbers)

        def pair(choices: Choices) -> Pair:
            scope = replace(self.scope(choices, numbers), layers=layers, ranges=Ranges(stated=dict(said)))
            reader = Reader(replace(scope, is_local=is_local, has_local=both))
            read = both_sides(reader, left, right)
            for q in read:
                if isinstance(q, Jacobian) and q.order > 2:
                    raise Unknown(f"a derivative with {q.order} axes is no matrix; how it is to be one is not said")
            has_means = any(f.name == MEAN for q in read for f in moments_of(q.poly))
            a, b = (self._settled(reader.scope, q) for q in read)
            b = implied_sums(reader.scope, a, b) if self.are_summed else b
            free = free_letters(reader.scope, a, b, tied(conditions))
            values = frozenset(e.tensor for q in (a, b) for e in entries_in(q.poly)) if self.assumed else frozenset()
            where = mask(reader, conditions, frozenset(i.name for i in free), self.assumed, values)
            if where is not None:
                self._check_somewhere(where, (*free, *where.axes))
                a, b = hadamard(a, where), hadamard(b, where)
            shapes = (a.shape, b.shape) if reader.scope.shapes_decide else ()
            is_unlikely, is_unsigned = _is_unlikely(choices), bool(reader.scope.unsigned)
            text = " = ".join(bracketed(self.source, x.span, choices.settled.values()) for x in (left, right))
            return Pair(a, b, free, is_unlikely, is_unsigned, has_means, shapes, text)

        found = readings(where_t_fits(pair), lambda p: p.key, allowed(MOST_READINGS, (left, right)))
        if not found.found and found.unknown:
            raise found.unknown[0]
        if not found.are_all:
            raise Unknown("there are too many ways to read it")
        if not found.found:
            return [self.unfit(m) for m in found.misfits[:1]]
        says_zero = any(isinstance(x, Number) and set(x.text) <= set("0.") for x in (left, right))
        outcomes = [replace(self.compared(p), is_empty=p.is_zero and not says_zero) for p in found.found]
        fitting = [o for o in outcomes if not o.misfit]
        return [o for o in fitting if o.pair is None or not o.pair.is_unlikely] or fitting or outcomes[:1]

    def _check_somewhere(self, where: Quantity, free: Sequence[Index]) -> None:
        """Raises: Misfit for a condition that holds nowhere: of what is compared there nothing would be left."""
        if not any(x.array.any() for _, (x,) in self.world.values((where.poly,), free)):
            raise Misfit("the condition beside it holds nowhere")

    def _settled(self, scope: Scope, q: Quantity) -> Quantity:
        """With its means and variances worked out; what is the same for all entries is a number."""
        if not moments_of(q.poly):
            return q
        known = (scope.range_of(n) for n in sorted(q.poly.free))
        poly = self.randomness.settled(q.poly, (*(i for i in known if i is not None), *q.axes))
        return Quantity(poly, *(a if a is None or a.name in poly.free else None for a in (q.rows, q.columns)))

    def compared(self, p: Pair) -> Outcome:
        """Whether both sides are equal: by normal form, else on numbers."""
        if p.right.is_scalar and p.right.poly.constant is not None:
            p = replace(p, right=Quantity(p.right.poly, p.left.rows, p.left.columns))
        if not fits(p.left, p.right):
            p = replace(p, left=without_unit_axes(p.left), right=without_unit_axes(p.right))
        if not fits(p.left, p.right):
            if may_fit(p.left, p.right):
                return Outcome(p, difference=stacked_apart(self.world, p.left, p.right, p.free))
            if fits(p.left, transposed(p.right)):
                turned = self.compared(replace(p, right=transposed(p.right)))
                return replace(self.unfit(unlike(p.left, p.right), p), transposed=turned.equal)
            return self.unfit(unlike(p.left, p.right), p)
        right = like(p.right, p.left)
        names = (*p.free, *p.left.axes)
        try:
            difference = differing(self.world, p.left.poly, right.poly, names)
        except IndexRangeError:
            network = self.world.network
            a, b = (zero_outside(q, network) for q in (p.left.poly, right.poly))
            return Outcome(p, difference=differing(self.world, a, b, names), beyond=True)
        if difference is not None:
            return Outcome(p, difference=difference)
        if self.is_quick:
            return Outcome(p)
        return Outcome(p, proved=self.world.prover.vanishes(subtract(p.left.poly, right.poly), names))

    def unfit(self, m: Misfit, p: Pair | None = None) -> Outcome:
        """What does not fit, in one side or between both."""
        between = None if self.is_quick else apart(self.world, *m.between, are_sides=p is not None)
        return Outcome(p, misfit=m.message, apart=between)


def _is_unlikely(choices: Choices) -> bool:
    any_sample = (v for k, v in choices.settled.items() if isinstance(k, tuple) and k[0] == ANY_SAMPLE)
    return bool(choices.settled.get(DOT)) or any(any_sample)


def _fitting(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Those in which the shapes fit; one of the others where they do in none."""
    return [o for o in outcomes if not o.misfit] or list(outcomes[:1])
