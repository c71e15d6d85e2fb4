"""Liveness: which values are written over, and which stand within the expression that uses them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from derive.kernels.arrange import Branch, Carry, Compute, Keep, Repeat, Section, Statement, is_inline
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

FOREVER = 10**9


@dataclass
class Liveness:
    """`overwritten[r]` is the value into whose memory r is written; `inlined` values get no name of their own.

    A value is written over where it is used for the last time, if it is an array made in the same block, of the
    same shape and kind, and neither handed out nor stored.
    """

    graph: Graph
    named: frozenset[Ref]
    results: frozenset[Ref]
    overwritten: dict[Ref, Ref] = field(default_factory=dict)
    inlined: set[Ref] = field(default_factory=set)

    def analyse(self, statements: Sequence[Statement]) -> None:
        uses = Counter(r for s in _all(statements) for r in self._operands(s))
        uses.update(self.results)
        self._inline(statements, uses)
        self._reuse(statements)

    # -- inlining ----------------------------------------------------------------------------------------

    def _inline(self, block: Sequence[Statement], uses: Mapping[Ref, int]) -> list[Ref]:
        """Values used once, by the next statement that is not inlined itself: members of sequences, masks, scalars."""
        computed: list[Ref] = []
        for s in block:
            if isinstance(s, Repeat | Branch):
                last = self._inline(s.body, uses)
                self.inlined.update(r for r in last if r == s.arg)
            if isinstance(s, Compute):
                direct = set(self._operands(s))
                while computed and computed[-1] in direct:
                    r = computed.pop()
                    self.inlined.add(r)
                    direct |= set(self._operands(Compute(r)))
                computed = [*computed, s.ref] if self._may_be_inlined(s.ref, uses) else []
            elif not isinstance(s, Section):
                computed = []
        return computed[-1:]

    def _may_be_inlined(self, ref: Ref, uses: Mapping[Ref, int]) -> bool:
        node = self.graph[ref]
        if uses[ref] != 1 or ref in self.named:
            return False
        is_simple = isinstance(node, Given) or node.kind in ("boolean", "integer") or not node.shape
        return is_simple and not isinstance(node, Marked | Assembled)

    # -- memory ------------------------------------------------------------------------------------------

    def _reuse(self, block: Sequence[Statement]) -> None:
        last: dict[Ref, int] = {}
        for k, s in enumerate(block):
            for inner in _all((s,)):
                if isinstance(inner, Compute) and inner.ref in self.inlined:
                    continue
                end = FOREVER if isinstance(inner, Keep | Carry) else k
                for r in self._used(inner):
                    last[r] = max(last.get(r, 0), end)
        made = {s.ref for s in block if isinstance(s, Compute)}
        written: set[Ref] = set()
        for k, s in enumerate(block):
            if isinstance(s, Repeat | Branch):
                self._reuse(s.body)
            if isinstance(s, Compute) and s.ref not in self.inlined:
                for a in self._candidates(s.ref):
                    if a in made and last.get(a) == k and a not in written and a not in self._handed_out:
                        self.overwritten[s.ref] = a
                        written.add(a)
                        break

    @cached_property
    def _handed_out(self) -> frozenset[Ref]:
        return frozenset(self.root(r) for r in self.results)

    def _candidates(self, ref: Ref) -> Iterator[Ref]:
        """The arguments whose memory the value could take."""
        node = self.graph[ref]
        if not isinstance(node, Pointwise | Marked) or not node.shape or node.kind != "real":
            return
        if isinstance(node, Pointwise) and node.function in ("spread", "real"):
            return
        for o in node.args[:1] if isinstance(node, Marked) else node.args:
            arg = self.graph[o.ref]
            is_aligned = o.places == tuple(range(len(node.shape)))
            if is_aligned and arg.shape == node.shape and arg.kind == "real" and self._is_fresh(arg):
                yield o.ref

    def _is_fresh(self, node: Node) -> bool:
        return isinstance(node, Pointwise | Contraction | Reduction | Taken | Marked | Assembled)

    # -- uses --------------------------------------------------------------------------------------------

    def root(self, ref: Ref) -> Ref:
        """The value whose memory a view shows."""
        while isinstance(self.graph[ref], Part | Arranged):
            ref = self.graph[ref].args[0].ref
        return ref

    def _operands(self, s: Statement) -> Iterator[Ref]:
        """The values that a statement reads directly, numbers and views looked through."""
        stack: list[Ref] = []
        match s:
            case Compute():
                stack = [o.ref for o in self.graph[s.ref].args]
            case Keep() | Carry():
                stack = [s.ref]
            case Repeat() | Branch():
                stack = [] if s.arg is None else [s.arg]
        while stack:
            r = stack.pop()
            if is_inline(self.graph, r) and self.graph[r].args:
                stack.extend(o.ref for o in self.graph[r].args)
            else:
                yield r

    def _used(self, s: Statement) -> Iterator[Ref]:
        """The same, inlined values looked through."""
        for r in self._operands(s):
            yield r
            if r in self.inlined:
                yield from self._used(Compute(r))


def _all(statements: Sequence[Statement]) -> Iterator[Statement]:
    for s in statements:
        yield s
        if isinstance(s, Repeat | Branch):
            yield from _all(s.body)
