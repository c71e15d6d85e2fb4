"""Values in blocks: products in loops that are read in equal slices only lie slice by slice in memory.

The gates of a recurrent network are slices of one wide product, `z[:, 0:n]`, `z[:, n:2n]`, … . Written as
`(slice, rows, n)` each of them is contiguous, and the product is a stack of products with blocks of the parameter.
What is added to it, and what becomes of it entry by entry, lies in the same way. A layout is a matter of speed only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from derive.kernels.arrange import Branch, Carry, Compute, Keep, Repeat, Slabs, Statement, Store
from derive.kernels.loop_products import block_count, product_of_argument
from derive.kernels.program import Contraction, Graph, Operand, Part, Pointwise, Ref
from derive.terms.affine import Affine

MOST_SLICES = 8


@dataclass
class Blocking:
    """Finds the values of a function that lie in blocks of their last axis: `found` has the number of blocks of each.

    `arguments` are the arguments of the function, `results` what it hands out.
    """

    graph: Graph
    arguments: Collection[str]
    results: frozenset[Ref]
    found: dict[Ref, int] = field(default_factory=dict)
    looped: set[Ref] = field(default_factory=set)
    straight: set[Ref] = field(default_factory=set)
    fixed: set[Ref] = field(default_factory=set)

    def analyse(self, statements: Sequence[Statement]) -> dict[Ref, int]:
        """The values in blocks among those that the statements compute."""
        self.fixed |= self.results
        self._look(statements, is_looped=False)
        for ref in sorted(self.looped):
            if ref not in self.found and self._is_seed(ref):
                group = self._group(ref)
                if group is not None:
                    self.found.update(group)
        return self.found

    def _look(self, statements: Iterable[Statement], is_looped: bool) -> None:
        """Where values are computed, and which must lie as they are: what is stored, handed on or computed in slabs."""
        for s in statements:
            match s:
                case Compute():
                    (self.looped if is_looped else self.straight).add(s.ref)
                case Store() | Keep() | Carry():
                    self.fixed.add(s.ref)
                case Repeat() | Branch():
                    self.fixed |= {r for r in (s.ref, s.arg) if r is not None}
                    self._look(s.body, is_looped or isinstance(s, Repeat))
                case Slabs():
                    self.fixed |= {t.ref for t in s.body if isinstance(t, Compute)}

    @cached_property
    def _users(self) -> dict[Ref, list[tuple[Ref, Operand]]]:
        users: dict[Ref, list[tuple[Ref, Operand]]] = defaultdict(list)
        for ref in self.graph.below(sorted(self.looped | self.straight | self.fixed)):
            for o in self.graph[ref].args:
                users[o.ref].append((ref, o))
        return users

    def _is_seed(self, ref: Ref) -> bool:
        """Whether a value is a product with an argument that is done in blocks of columns."""
        node = self.graph[ref]
        if not isinstance(node, Contraction) or product_of_argument(self.graph, node, self.arguments) is None:
            return False
        return ref in self.straight or (len(node.shape) == 2 and block_count(node.shape[-1]) > 1)

    def _group(self, seed: Ref) -> dict[Ref, int] | None:
        """All values that lie in blocks if one of them does; None if one of them cannot."""
        group, waiting = {seed}, [seed]
        widths: set[Affine] = set()
        width = self.graph[seed].shape[-1]
        while waiting:
            ref = waiting.pop()
            node = self.graph[ref]
            if ref in self.fixed or node.kind != "real" or len(node.shape) < 2 or node.shape[-1] != width:
                return None
            if isinstance(node, Contraction) and any(e.free for e in node.shape):
                return None
            near = self._near(ref, widths)
            if near is None:
                return None
            waiting += near - group
            group |= near
        count = next((k for k in range(2, MOST_SLICES + 1) if {w * k for w in widths} == {width}), None)
        return None if count is None or not self._are_aligned(group, count) else dict.fromkeys(group, count)

    def _near(self, ref: Ref, widths: set[Affine]) -> set[Ref] | None:
        """The values that must lie in blocks if `ref` does; the widths of slices are added to `widths`."""
        near: set[Ref] = set()
        for user, o in self._users[ref]:
            node = self.graph[user]
            if isinstance(node, Part) and not node.fixed[-1] and not node.fixed[-2]:
                if node.shape[-1] == self.graph[ref].shape[-1]:
                    near.add(user)
                else:
                    widths.add(node.shape[-1])
            elif isinstance(node, Pointwise) and self._is_entrywise(node):
                near.add(user)
            else:
                return None
        node = self.graph[ref]
        if isinstance(node, Pointwise):
            near |= {o.ref for o in node.arguments if self._is_made_in_blocks(o.ref, node.shape[-1])}
        elif isinstance(node, Part):
            near.add(node.arg.ref)
        elif not self._is_seed(ref):
            return None
        return near

    def _is_entrywise(self, node: Pointwise) -> bool:
        """Whether every operand has all axes of the result in order, the last one only, or none."""
        rank = len(node.shape)
        wanted = {tuple(range(rank)), (rank - 1,), ()}
        return node.function not in ("spread", "real", "erf") and all(o.places in wanted for o in node.arguments)

    def _is_made_in_blocks(self, ref: Ref, width: Affine) -> bool:
        """Whether an operand of a value in blocks comes from a product that can be made in blocks as well."""
        node = self.graph[ref]
        if not node.shape or node.shape[-1] != width or ref in self.fixed:
            return False
        if isinstance(node, Part):
            return not node.fixed[-1] and self._is_made_in_blocks(node.arg.ref, width)
        if isinstance(node, Pointwise):
            return self._is_entrywise(node) and any(self._is_made_in_blocks(o.ref, width) for o in node.arguments)
        return self._is_seed(ref) and all(isinstance(self.graph[u], Part | Pointwise) for u, _ in self._users[ref])

    def _are_aligned(self, group: Collection[Ref], count: int) -> bool:
        """Whether every slice is a block."""
        for ref in group:
            for user, _ in self._users[ref]:
                node = self.graph[user]
                if isinstance(node, Part) and user not in group and block_number(node, count) is None:
                    return False
        return True


def block_number(node: Part, count: int) -> int | None:
    """Which of `count` blocks of the last axis a part is."""
    return next((k for k in range(count) if node.starts[-1] == node.shape[-1] * k), None)


def in_blocks(shape: Sequence[Affine], count: int) -> tuple[Affine, ...]:
    """The shape of a value in blocks: `(…, rows, columns)` as `(…, count, rows, columns / count)`."""
    *leading, rows, columns = shape
    width = Affine([(v, c // count) for v, c in columns.terms], columns.const // count)
    return (*leading, Affine((), count), rows, width)
