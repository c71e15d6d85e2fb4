"""Values in blocks: products in loops that are read in equal slices only lie slice by slice in memory.

The gates of a recurrent network are slices of one wide product, `z[:, 0:n]`, `z[:, n:2n]`, … . Written as
`(slice, rows, n)` each of them is contiguous, and the product is a stack of products with blocks of the parameter.
What is added to it, what becomes of it entry by entry, and the tensors that keep that lie in the same way. A layout
is a matter of speed only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from derive.kernels.arrange import Branch, Carry, Compute, Keep, Repeat, Slabs, Statement, Store
from derive.kernels.loop_products import block_count, product_of_argument
from derive.kernels.program import Contraction, Given, Graph, Operand, Part, Pointwise, Ref
from derive.terms.affine import Affine

MOST_SLICES = 8


@dataclass
class Blocking:
    """Finds the values of a function that lie in blocks of their last axis.

    `arguments` are the arguments of the function, `results` the values and `handed_out` the tensors that it returns.
    `found` has the number of blocks of each value, `tensors` that of each stacked tensor whose members lie so.
    """

    graph: Graph
    arguments: Collection[str]
    results: frozenset[Ref]
    handed_out: frozenset[str]
    found: dict[Ref, int] = field(default_factory=dict)
    tensors: dict[str, int] = field(default_factory=dict)
    looped: set[Ref] = field(default_factory=set)
    straight: set[Ref] = field(default_factory=set)
    fixed: set[Ref] = field(default_factory=set)
    stores: dict[str, list[Store]] = field(default_factory=dict)

    def analyse(self, statements: Sequence[Statement]) -> None:
        """Find the values in blocks among those that the statements compute."""
        self.fixed |= self.results
        self._look(statements, is_looped=False)
        for seed in sorted(self.looped):
            if seed not in self.found and self._is_seed(seed):
                group = next(filter(None, (self._group(seed, w) for w in _widths(self.graph[seed].shape[-1]))), {})
                self.found |= group
                in_group = ((t, s.ref) for t, stores in self.stores.items() for s in stores if s.ref in group)
                self.tensors |= {tensor: group[ref] for tensor, ref in in_group}

    def _look(self, statements: Iterable[Statement], is_looped: bool) -> None:
        """Where values are computed, and which must lie as they are: what is handed on, or computed in slabs."""
        for s in statements:
            match s:
                case Compute():
                    (self.looped if is_looped else self.straight).add(s.ref)
                case Store():
                    self.stores.setdefault(s.tensor, []).append(s)
                case Keep() | Carry():
                    self.fixed.add(s.ref)
                case Repeat() | Branch():
                    self.fixed |= {r for r in (s.ref, s.arg) if r is not None}
                    self._look(s.body, is_looped or isinstance(s, Repeat))
                case Slabs():
                    self.fixed |= {t.ref for t in s.body if isinstance(t, Compute)}
                    self.fixed |= {r for r, axis in s.axes.items() if axis or len(self.graph[r].shape) != 2}

    @cached_property
    def _reachable(self) -> list[Ref]:
        stored = {s.ref for stores in self.stores.values() for s in stores}
        return sorted(self.graph.below(sorted(self.looped | self.straight | self.fixed | stored)))

    @cached_property
    def _users(self) -> dict[Ref, list[tuple[Ref, Operand]]]:
        users: dict[Ref, list[tuple[Ref, Operand]]] = defaultdict(list)
        for ref in self._reachable:
            for o in self.graph[ref].args:
                users[o.ref].append((ref, o))
        return users

    def _is_seed(self, ref: Ref) -> bool:
        """Whether a value is a product with an argument that is done in blocks of columns."""
        node = self.graph[ref]
        if not isinstance(node, Contraction) or any(e.free for e in node.shape):
            return False
        if product_of_argument(self.graph, node, self.arguments) is None:
            return False
        return ref in self.straight or (len(node.shape) == 2 and block_count(node.shape[-1]) > 1)

    # -- groups ------------------------------------------------------------------------------------------

    def _group(self, seed: Ref, width: Affine) -> dict[Ref, int] | None:
        """All values that lie in blocks of a width if one of them does, with their numbers of blocks.

        None if one of them cannot, or is no whole number of blocks.
        """
        group: dict[Ref, int] = {}
        waiting = [seed]
        while waiting:
            ref = waiting.pop()
            if ref in group:
                continue
            node = self.graph[ref]
            count = blocks_in(node.shape[-1], width) if len(node.shape) > 1 else None
            if ref in self.fixed or node.kind != "real" or count is None or count == 1:
                return None
            near = self._near(ref, width)
            if near is None:
                return None
            group[ref] = count
            waiting += sorted(near)
        return group

    def _near(self, ref: Ref, width: Affine) -> set[Ref] | None:
        """The values that must lie in blocks of a width if `ref` does."""
        near: set[Ref] = set()
        for user, _ in self._users[ref]:
            node = self.graph[user]
            if isinstance(node, Part):
                count = slices_of(node, width)
                if count is None:
                    return None
                near |= {user} if count > 1 else set()
            elif isinstance(node, Pointwise) and _is_entrywise(node):
                near.add(user)
            else:
                return None
        source, kept = self._made_of(ref), self._kept_with(ref)
        return None if source is None or kept is None else near | source | kept

    def _made_of(self, ref: Ref) -> set[Ref] | None:
        """The values that a value in blocks is made of, as far as they lie in blocks themselves."""
        node = self.graph[ref]
        match node:
            case Pointwise():
                return {o.ref for o in node.arguments if self._is_made_in_blocks(o.ref, node.shape[-1])}
            case Part():
                return {node.arg.ref}
            case Given():
                return set() if node.tensor in self.stores else None
        return set() if self._is_seed(ref) else None

    def _kept_with(self, ref: Ref) -> set[Ref] | None:
        """What else is stored in, or read from, the tensors that keep a value; None where one cannot be in blocks."""
        node = self.graph[ref]
        tensors = {t for t, stores in self.stores.items() if any(s.ref == ref for s in stores)}
        if isinstance(node, Given):
            tensors.add(node.tensor)
        near: set[Ref] = set()
        for tensor in sorted(tensors):
            stores = self.stores[tensor]
            if tensor in self.handed_out or not all(s.is_member for s in stores):
                return None
            near |= {s.ref for s in stores} | {r for r in self._reachable if _is_read_of(self.graph, r, tensor)}
        return near

    def _is_made_in_blocks(self, ref: Ref, extent: Affine) -> bool:
        """Whether an operand of a value in blocks comes from a product that can be made in blocks as well."""
        node = self.graph[ref]
        if not node.shape or node.shape[-1] != extent or ref in self.fixed:
            return False
        if isinstance(node, Part):
            return not any(node.fixed[-2:]) and self._is_made_in_blocks(
                node.arg.ref, self.graph[node.arg.ref].shape[-1]
            )
        if isinstance(node, Pointwise):
            return _is_entrywise(node) and any(self._is_made_in_blocks(o.ref, extent) for o in node.arguments)
        return self._is_seed(ref) and all(isinstance(self.graph[u], Part | Pointwise) for u, _ in self._users[ref])


def _is_read_of(graph: Graph, ref: Ref, tensor: str) -> bool:
    node = graph[ref]
    return isinstance(node, Given) and node.tensor == tensor


def _is_entrywise(node: Pointwise) -> bool:
    """Whether every operand has all axes of the result in order, the last one only, or none."""
    rank = len(node.shape)
    wanted = {tuple(range(rank)), (rank - 1,), ()}
    return node.function not in ("spread", "real", "erf") and all(o.places in wanted for o in node.arguments)


# -- widths ----------------------------------------------------------------------------------------------


def _widths(extent: Affine) -> list[Affine]:
    """The widths of which an extent is a small multiple, the widest first."""
    counts = range(2, MOST_SLICES + 1)
    return [
        _divided(extent, k) for k in counts if not any(c % k for c in (extent.const, *(c for _, c in extent.terms)))
    ]


def _divided(extent: Affine, count: int) -> Affine:
    return Affine([(v, c // count) for v, c in extent.terms], extent.const // count)


def blocks_in(extent: Affine, width: Affine) -> int | None:
    """How many blocks of a width make up an extent."""
    return next((k for k in range(1, MOST_SLICES + 1) if width * k == extent), None)


def slices_of(node: Part, width: Affine) -> int | None:
    """How many blocks of a width a part of a value in such blocks is; None if it is no whole number of them."""
    if any(node.fixed[-2:]) or first_block(node, width) is None:
        return None
    return blocks_in(node.shape[-1], width)


def first_block(node: Part, width: Affine) -> int | None:
    return next((k for k in range(MOST_SLICES) if width * k == node.starts[-1]), None)


def in_blocks(shape: Sequence[Affine], count: int) -> tuple[Affine, ...]:
    """The shape of a value in blocks: `(…, rows, columns)` as `(…, count, rows, columns / count)`."""
    *leading, rows, columns = shape
    return (*leading, Affine((), count), rows, _divided(columns, count))
