"""From a plan to statements: every value once, in the outermost loop that it depends on, where it is first needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from derive.kernels.definitions import Definition, Place
from derive.kernels.plan import Binding, Item, LoopPlan, Target
from derive.kernels.program import (
    Accumulated,
    Arranged,
    Condition,
    Count,
    Given,
    Graph,
    Guarded,
    Number,
    Part,
    Ref,
)
from derive.terms.affine import Affine, Index


@dataclass(frozen=True)
class Section:
    """What follows computes a definition."""

    definition: Definition
    ref: Ref


@dataclass(frozen=True)
class Compute:
    """Compute a value."""

    ref: Ref


@dataclass(frozen=True)
class Repeat:
    """`body` for every value of `index`; with `ref`, the sum of the value `arg` over all rounds."""

    index: Index
    descending: bool
    body: tuple[Statement, ...]
    ref: Ref | None = None
    arg: Ref | None = None


@dataclass(frozen=True)
class Branch:
    """`ref` is `arg`, computed by `body`, if the conditions hold, else 0."""

    conditions: tuple[Condition, ...]
    body: tuple[Statement, ...]
    ref: Ref
    arg: Ref


@dataclass(frozen=True)
class Keep:
    """Put a value into the sequence of its family at a place."""

    tensor: str
    at: tuple[Affine, ...]
    ref: Ref


@dataclass(frozen=True)
class Store:
    """Write a value into a rectangle of a stacked tensor; `is_member` says that the rectangle is a whole member."""

    tensor: str
    target: Target
    ref: Ref
    is_member: bool = False


@dataclass(frozen=True)
class Carry:
    """Hand a value on to the next round."""

    tensor: str
    ref: Ref


@dataclass(frozen=True, eq=False)
class Slabs:
    """`body` for one piece after the other along an axis of some extent; `axes` has its place in every value.

    `stored` are the values that are read afterwards, as wholes; `sums` are added up over all pieces.
    """

    extent: Affine
    axes: Mapping[Ref, int]
    body: tuple[Statement, ...]
    stored: tuple[Ref, ...]
    sums: tuple[Ref, ...]


Statement = Section | Compute | Repeat | Branch | Slabs | Keep | Store | Carry


@dataclass
class Block:
    """Statements in the making; `variable` is the loop variable, None outside loops and in branches."""

    variable: str | None = None
    is_branch: bool = False
    statements: list[Statement] = field(default_factory=list)
    available: set[Ref] = field(default_factory=set)


@dataclass
class Arranger:
    """`kept` families are stored as sequences, `carried` ones live from one round to the next only."""

    graph: Graph
    kept: frozenset[str] = frozenset()
    carried: frozenset[str] = frozenset()
    stack: list[Block] = field(default_factory=lambda: [Block()])

    def arrange(self, items: Sequence[Item]) -> tuple[Statement, ...]:
        for item in items:
            if isinstance(item, LoopPlan):
                self._loop(item)
            else:
                self._binding(item)
        return tuple(self.stack[0].statements)

    def need(self, ref: Ref) -> None:
        """Compute a value where it is first needed, as far out as it can stand."""
        node = self.graph[ref]
        if is_inline(self.graph, ref):
            for o in node.args:
                self.need(o.ref)
            return
        if any(ref in block.available for block in self.stack):
            return
        match node:
            case Accumulated():
                body = self._nested(Block(node.index.name), node.arg.ref)
                self._append(ref, Repeat(node.index, False, body, ref, node.arg.ref))
            case Guarded():
                body = self._nested(Block(is_branch=True), node.arg.ref)
                self._append(ref, Branch(node.conditions, body, ref, node.arg.ref))
            case _:
                for o in node.args:
                    self.need(o.ref)
                self._append(ref, Compute(ref))

    def _append(self, ref: Ref, statement: Statement) -> None:
        block = self._home(ref)
        block.statements.append(statement)
        block.available.add(ref)

    def _home(self, ref: Ref) -> Block:
        """The outermost block in which a value can stand: within its loops, and never out of a branch."""
        for block in reversed(self.stack):
            if block.is_branch or block.variable in self.graph.loops[ref]:
                return block
        return self.stack[0]

    def _nested(self, block: Block, ref: Ref) -> tuple[Statement, ...]:
        self.stack.append(block)
        self.need(ref)
        self.stack.pop()
        return tuple(block.statements)

    def _binding(self, b: Binding) -> None:
        if b.ref is None:
            return
        statements = self.stack[-1].statements
        section = Section(b.definition, b.ref)
        statements.append(section)
        self.need(b.ref)
        if statements[-1] is section:
            statements.pop()
        if b.target is not None and b.definition.tensor in self.kept:
            statements.append(Store(b.definition.tensor, b.target, b.ref, b.is_whole))
        elif b.definition.family and b.definition.tensor in self.kept:
            statements.append(Keep(b.definition.tensor, b.definition.at, b.ref))
        if b.definition.family and b.definition.tensor in self.carried:
            statements.append(Carry(b.definition.tensor, b.ref))

    def _loop(self, loop: LoopPlan) -> None:
        block = Block(loop.index.name)
        self.stack.append(block)
        for b in loop.bindings:
            self._binding(b)
        carries = [s for s in block.statements if isinstance(s, Carry)]
        body = [s for s in block.statements if not isinstance(s, Carry)] + carries
        self.stack.pop()
        self.stack[-1].statements.append(Repeat(loop.index, loop.descending, tuple(body)))


def is_inline(graph: Graph, ref: Ref) -> bool:
    """Whether a value is no computation: a number, an argument, a view of another value."""
    node = graph[ref]
    if isinstance(node, Number | Count | Part | Arranged) or node.kind == "number":
        return True
    return isinstance(node, Given) and not node.at


# -- what is needed --------------------------------------------------------------------------------------


def bindings_of(items: Sequence[Item]) -> Iterator[Binding]:
    for item in items:
        yield from item.bindings if isinstance(item, LoopPlan) else (item,)


def needed_items(items: Sequence[Item], wanted: frozenset[str]) -> list[Item]:
    """The items that the wanted tensors depend on, in the same order."""
    reads: dict[str, set[str]] = {}
    for b in bindings_of(items):
        reads.setdefault(b.definition.tensor, set()).update(b.definition.tensors)
    needed, stack = set(wanted), sorted(wanted)
    while stack:
        for t in sorted(reads.get(stack.pop(), ())):
            if t not in needed:
                needed.add(t)
                stack.append(t)
    out: list[Item] = []
    for item in items:
        if isinstance(item, LoopPlan):
            inner = tuple(b for b in item.bindings if b.definition.tensor in needed)
            if inner:
                out.append(LoopPlan(item.index, item.descending, inner))
        elif item.definition.tensor in needed:
            out.append(item)
    return out


@dataclass(frozen=True)
class FamilyUse:
    """How the members of computed families are read back: as sequences, or from one round to the next."""

    kept: frozenset[str]
    carried: frozenset[str]


def family_use(graph: Graph, items: Sequence[Item], results: frozenset[str], values: Sequence[Place]) -> FamilyUse:
    """Which families must be stored: results, and what is read other than from the round before."""
    computed = {b.definition.tensor for b in bindings_of(items) if b.definition.family or b.target is not None}
    bound = {b.ref for b in bindings_of(items) if b.ref is not None}
    read: set[str] = set()
    stored: set[str] = set(results & computed)
    for item in items:
        for tensor, at in _read_back(graph, item, bound, computed):
            read.add(tensor)
            if not _is_carried(item, items, tensor, at):
                stored.add(tensor)
    straight = {b.place for b in items if isinstance(b, Binding) and b.is_whole}
    for tensor, at in values:
        if tensor in computed and (tensor, at) not in straight:
            read.add(tensor)
            if not _is_carried(None, items, tensor, at):
                stored.add(tensor)
    return FamilyUse(frozenset(stored), frozenset(read - stored))


def _read_back(graph: Graph, item: Item, bound: set[Ref], computed: set[str]) -> Iterator[Place]:
    """The family members that an item reads as stored values."""
    inner = item.bindings if isinstance(item, LoopPlan) else (item,)
    own = [b.ref for b in inner if b.ref is not None]
    stack, seen = list(own), set(own)
    while stack:
        node = graph[stack.pop()]
        if isinstance(node, Given) and node.tensor in computed:
            yield node.tensor, node.at
        for o in node.args:
            if o.ref not in seen and (o.ref not in bound or o.ref in own):
                seen.add(o.ref)
                stack.append(o.ref)


def _is_carried(item: Item | None, items: Sequence[Item], tensor: str, at: tuple[Affine, ...]) -> bool:
    """Whether a read is of the round before in the tensor's own loop, or of the last round after it (item None: at
    the end)."""
    loops = [i for i in items if isinstance(i, LoopPlan) and any(b.definition.tensor == tensor for b in i.bindings)]
    own = [b for b in bindings_of(items) if b.definition.tensor == tensor]
    if len(loops) != 1 or len(at) != 1 or not all(b.is_whole for b in own):
        return False
    [loop] = loops
    before = loop.index.hi + 1 if loop.descending else loop.index.lo - 1
    starts = [i for i in items if isinstance(i, Binding) and i.place == (tensor, (before,))]
    others = [i for i in items if isinstance(i, Binding) and i.definition.tensor == tensor and i not in starts]
    if not starts or others:
        return False
    if item is loop:
        step = at[0] - Affine([(loop.index.name, 1)])
        return step == Affine((), 1 if loop.descending else -1)
    last = loop.index.lo if loop.descending else loop.index.hi
    return (item is None or items.index(item) > items.index(loop)) and at[0] == last
