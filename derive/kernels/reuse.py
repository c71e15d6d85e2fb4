"""Liveness: which values are written over, and which stand within the expression that uses them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from derive.kernels.arrange import Branch, Carry, Compute, Keep, Repeat, Section, Slabs, Statement, Store, is_inline
from derive.kernels.fusing import fused_values, is_cut_alike
from derive.kernels.memory import Memory
from derive.kernels.program import (
    Arranged,
    Assembled,
    Contraction,
    Given,
    Graph,
    Marked,
    Node,
    Part,
    Pointwise,
    Reduction,
    Ref,
    Taken,
)
from derive.kernels.window_nodes import Merged, Packed, Placed, Strided

FOREVER = 10**9
Inlined = frozenset[Ref]


@dataclass(frozen=True)
class Fate:
    """What becomes of a computed value: it stands inside the expression that uses it, or is written over `over`."""

    is_inlined: bool = False
    over: Ref | None = None


@dataclass
class Liveness:
    """The fate of every computed value, by its statement (a value may be computed in several blocks).

    A value is written over where it is used for the last time, if it is an array made in the same block, of the
    same shape and kind, and neither handed out nor stored. `named` values keep a variable.
    """

    graph: Graph
    named: frozenset[Ref]
    results: frozenset[Ref]
    fates: dict[int, Fate] = field(default_factory=dict)
    stores: dict[int, Store] = field(default_factory=dict)
    kept: frozenset[Ref] = frozenset()
    outlasting: frozenset[Ref] = frozenset()
    computed: frozenset[Ref] = frozenset()
    fused: frozenset[Ref] = frozenset()

    def analyse(self, statements: Sequence[Statement]) -> None:
        handed_on = {self.root(s.ref) for s in _all(statements) if isinstance(s, Keep | Store | Carry)}
        args = {self.root(s.arg) for s in _all(statements) if isinstance(s, Repeat | Branch) and s.arg is not None}
        self.outlasting = self._handed_out | handed_on | args
        self.computed = frozenset(s.ref for s in _all(statements) if isinstance(s, Compute))
        loops = [s for s in _all(statements) if isinstance(s, Slabs)]
        self.kept = frozenset(r for s in loops for r in (*s.stored, *s.sums))
        self.fused = frozenset(self._fused(statements))
        self._block(statements, frozenset(), None)
        self.outlasting |= self._written_over(statements)

    def _written_over(self, statements: Sequence[Statement]) -> frozenset[Ref]:
        """The values in whose memory others are written that outlast the function."""
        computed = [s for s in _all(statements) if isinstance(s, Compute)]
        over = {s.ref: self.root(o) for s in computed if (o := self.fate(s).over) is not None}
        found: set[Ref] = set()
        for r in self.outlasting:
            while r in over and over[r] not in found:
                r = over[r]
                found.add(r)
        return frozenset(found)

    def fate(self, s: Compute) -> Fate:
        return self.fates.get(id(s), Fate())

    def place(self, s: Compute) -> Store | None:
        """Where in a stacked tensor a value is written when it is computed, instead of into memory of its own."""
        return self.stores.get(id(s))

    def _block(self, block: Sequence[Statement], outer: Inlined, result: Ref | None) -> None:
        """Decide for the statements of one block, then for the blocks inside."""
        inlined = self._inlined(block, result)
        visible = outer - _computed(block) | inlined
        placed = self._placed(block, visible)
        over = self._overwritten(block, visible, frozenset(placed))
        for s in block:
            if isinstance(s, Compute) and s.ref in placed:
                self.stores[id(s)] = placed[s.ref]
            if isinstance(s, Compute):
                self.fates[id(s)] = Fate(s.ref in inlined, over.get(s.ref))
            if isinstance(s, Repeat | Branch):
                self._block(s.body, visible, s.arg)
            if isinstance(s, Slabs):
                self._block(s.body, visible, None)

    def _fused(self, statements: Sequence[Statement]) -> Iterator[Ref]:
        """The values that are never formed: one operation reads them, in the same block, once; columns, some."""
        uses = Counter(r for s in _all(statements) for r in self._operands(s))
        uses.update(self.results)
        often = Counter(s.ref for s in _all(statements) if isinstance(s, Compute))
        handed_on = {s.ref for s in _all(statements) if isinstance(s, Keep | Store | Carry)}
        once = [s.ref for s in statements if isinstance(s, Compute) and often[s.ref] == 1]
        single = frozenset(r for r in once if uses[r] == 1 and r not in handed_on | self.kept)
        readers = [r for r in once if r not in handed_on]
        fused = frozenset(v for r in readers for v in fused_values(self.graph, r, single))
        yield from fused
        yield from self._cut_columns([r for r in readers if r not in fused], uses)

    def _cut_columns(self, readers: Sequence[Ref], uses: Mapping[Ref, int]) -> Iterator[Ref]:
        """Copies of windows that are made piece by piece in each of the products that read them."""
        found: dict[Ref, list[Ref]] = {}
        for r in readers:
            for o in self.graph[r].args:
                if isinstance(self.graph[o.ref], Packed):
                    found.setdefault(o.ref, []).append(r)
        memory = Memory(self.graph)
        for columns, by in found.items():
            if uses[columns] == len(by) and is_cut_alike(self.graph, memory, columns, by):
                yield columns

    # -- inlining ----------------------------------------------------------------------------------------

    def _inlined(self, block: Sequence[Statement], result: Ref | None) -> Inlined:
        """Values used once, by the next statement that is not inlined itself: members of sequences, masks, scalars."""
        uses = Counter(r for s in _all(block) for r in self._operands(s))
        uses.update([result] if result is not None else self.results)
        found: set[Ref] = set()
        waiting: list[Ref] = []
        for s in block:
            if isinstance(s, Compute):
                direct = set(self._operands(s))
                while waiting and waiting[-1] in direct:
                    r = waiting.pop()
                    found.add(r)
                    direct |= set(self._operands(Compute(r)))
                waiting = [*waiting, s.ref] if self._may_be_inlined(s.ref, uses) else []
            elif not isinstance(s, Section):
                waiting = []
        found.update(r for r in waiting[-1:] if r == result)
        return frozenset(found) | self.fused & _computed(block)

    def _may_be_inlined(self, ref: Ref, uses: Mapping[Ref, int]) -> bool:
        node = self.graph[ref]
        if uses[ref] != 1 or ref in self.named or ref in self.kept:
            return False
        is_simple = isinstance(node, Given) or node.kind in ("boolean", "integer") or not node.shape
        return is_simple and not isinstance(node, Marked | Assembled)

    # -- memory ------------------------------------------------------------------------------------------

    def escapes(self, ref: Ref) -> bool:
        """Whether the memory of a value may be handed out, or kept in a sequence."""
        return ref in self.outlasting

    def spans(self, block: Sequence[Statement]) -> dict[Ref, int]:
        """The place in a block of the last statement that reads a value or a view of it."""
        inlined = frozenset(t.ref for t in block if isinstance(t, Compute) and self.fate(t).is_inlined)
        return self._last_uses(block, inlined)

    def _placed(self, block: Sequence[Statement], inlined: Inlined) -> dict[Ref, Store]:
        """The values of a block that go straight to where they are stored."""
        made = _computed(block) - inlined
        found: dict[Ref, Store] = {}
        for s in block:
            if isinstance(s, Store) and s.ref in made and s.ref not in found and self._can_be_placed(s):
                found[s.ref] = s
        return found

    def _can_be_placed(self, s: Store) -> bool:
        """Whether the operation writes into given memory; products of matrices do into whole members only."""
        node = self.graph[s.ref]
        if not node.shape or node.kind != "real" or s.ref in self._handed_out:
            return False
        if isinstance(node, Contraction):
            is_matrix = len(node.shape) == 2 and all(len(o.places) == 2 for o in node.args)
            return is_matrix and s.is_member and sum(p in node.right.places for p in node.left.places) == 1
        return isinstance(node, Pointwise) and node.function not in ("real", "erf")

    def _overwritten(self, block: Sequence[Statement], inlined: Inlined, placed: frozenset[Ref]) -> dict[Ref, Ref]:
        last = self._last_uses(block, inlined)
        made = _computed(block) - inlined
        over: dict[Ref, Ref] = {}
        written: set[Ref] = set()
        for k, s in enumerate(block):
            if isinstance(s, Compute) and s.ref not in inlined | placed:
                inside = self._read_inside(s.ref)
                for a in self._candidates(s.ref):
                    is_free = (
                        a not in inside
                        and a in made
                        and a not in written
                        and a not in self._handed_out
                        and a not in self.kept
                    )
                    if is_free and last.get(a) == k:
                        over[s.ref] = a
                        written.add(a)
                        break
        return over

    def _read_inside(self, ref: Ref) -> frozenset[Ref]:
        """The values whose memory is read by what is fused into an operation: part by part, not place by place."""
        stack = [o.ref for o in self.graph[ref].args if o.ref in self.fused]
        found: set[Ref] = set()
        while stack:
            for r in self._operands(Compute(stack.pop())):
                found.add(self.root(r))
                if r in self.fused:
                    stack.append(r)
        return frozenset(found)

    def _last_uses(self, block: Sequence[Statement], inlined: Inlined) -> dict[Ref, int]:
        """The place in the block of the last statement that reads a value or a view of it, directly or inside."""
        last: dict[Ref, int] = {}
        for k, s in enumerate(block):
            for r, is_stored in self._reads(s, inlined):
                last[self.root(r)] = max(last.get(self.root(r), 0), FOREVER if is_stored else k)
        return last

    def _reads(self, s: Statement, inlined: Inlined) -> Iterator[tuple[Ref, bool]]:
        """What a statement reads, inlined values looked through, and whether it stores it for good."""
        if isinstance(s, Repeat | Branch | Slabs):
            result = None if isinstance(s, Slabs) else s.arg
            inside = inlined - _computed(s.body) | self._inlined(s.body, result)
            for t in s.body:
                yield from self._reads(t, inside)
            inlined = inside
        if isinstance(s, Compute) and s.ref in inlined:
            return
        stack = list(self._operands(s))
        while stack:
            r = stack.pop()
            yield r, isinstance(s, Keep | Store | Carry)
            if r in inlined:
                stack.extend(self._operands(Compute(r)))

    @cached_property
    def _handed_out(self) -> frozenset[Ref]:
        return frozenset(self.root(r) for r in self.results)

    def _candidates(self, ref: Ref) -> Iterator[Ref]:
        """The arguments whose memory the value could take."""
        node = self.graph[ref]
        if not isinstance(node, Pointwise | Marked) or not node.shape or node.kind != "real":
            return
        if isinstance(node, Pointwise) and node.function in ("spread", "real", "erf"):
            return
        for o in node.args[:1] if isinstance(node, Marked) else node.args:
            arg = self.graph[o.ref]
            is_aligned = o.places == tuple(range(len(node.shape)))
            if is_aligned and arg.shape == node.shape and arg.kind == "real" and _is_fresh(arg):
                yield o.ref

    # -- uses --------------------------------------------------------------------------------------------

    def root(self, ref: Ref) -> Ref:
        """The value whose memory a view shows."""
        while isinstance(self.graph[ref], Part | Arranged | Strided | Packed | Merged):
            ref = self.graph[ref].args[0].ref
        return ref

    def _operands(self, s: Statement) -> Iterator[Ref]:
        """The values that a statement reads directly, numbers and views looked through."""
        stack: list[Ref] = []
        match s:
            case Compute():
                stack = [o.ref for o in self.graph[s.ref].args]
            case Keep() | Store() | Carry():
                stack = [s.ref]
            case Repeat() | Branch():
                stack = [] if s.arg is None else [s.arg]
        while stack:
            r = stack.pop()
            if is_inline(self.graph, r) and self.graph[r].args:
                stack.extend(o.ref for o in self.graph[r].args)
            else:
                yield r


def _is_fresh(node: Node) -> bool:
    return isinstance(node, Pointwise | Contraction | Reduction | Taken | Marked | Assembled | Placed)


def _computed(block: Sequence[Statement]) -> frozenset[Ref]:
    return frozenset(s.ref for s in block if isinstance(s, Compute))


def _all(statements: Sequence[Statement]) -> Iterator[Statement]:
    for s in statements:
        yield s
        if isinstance(s, Repeat | Branch | Slabs):
            yield from _all(s.body)
