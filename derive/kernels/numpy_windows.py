"""Strided views, packed columns and scattered sums as NumPy source: slices and windows where they do, strides else."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass

from derive.kernels.alignment import aligned, transposed
from derive.kernels.numpy_products import product
from derive.kernels.program import Shape
from derive.kernels.strides import is_once, merged_groups
from derive.kernels.syntax import (
    Expr,
    Line,
    Nest,
    assign,
    augmented,
    binary,
    call,
    constant,
    name,
    subscript,
    tuple_of,
)
from derive.kernels.taps import is_everywhere, looped
from derive.kernels.window_nodes import Placed, Strided, Written
from derive.terms.affine import Affine

ZERO = Affine()
STRIDED = "strided"
"""The helper that a kernel brings along for views that no slice or window gives."""


@dataclass
class WindowEmitter:
    """Writes nodes of windows; `sized` writes extents, `fresh` gives loop variables, `functions` collects helpers."""

    sized: Callable[[Affine], Expr]
    fresh: Callable[[str], str]
    functions: set[str]

    # -- views -------------------------------------------------------------------------------------------

    def view(self, node: Strided, value: Expr, whole: Shape) -> Expr:
        """A strided view, as simple as it can be written."""
        return self._slices(node, value, whole) or self._split(node, value, whole) or self._strides(node, value)

    def _slices(self, node: Strided, value: Expr, whole: Shape) -> Expr | None:
        """Slices with steps, where every axis is run along by one axis at most, and each runs along one."""
        runs = [[k for k, s in enumerate(row) if s] for row in node.steps]
        order = [k for row in runs for k in row]
        if any(len(row) > 1 for row in runs) or len(set(order)) < len(order) or len(order) < len(node.shape):
            return None
        at = []
        for q, row in enumerate(runs):
            if not row:
                at.append(self.sized(node.starts[q]))
                continue
            index = self._slice(node.starts[q], node.steps[q][row[0]], node.shape[row[0]], whole[q])
            if index is None:
                return None
            at.append(index)
        return transposed(subscript(value, *at), order)

    def _slice(self, start: Affine, step: int, extent: Affine, whole: Affine) -> Expr | None:
        """`start : stop : step`; None where a slice that goes backwards may end at 0."""
        last = start + (extent - 1) * step
        if step < 0:
            if not last.is_number:
                return None
            stop = None if last == ZERO else self.sized(last - 1)
            return ast.Slice(self.sized(start), stop, constant(step))
        ends = last + 1 == whole or (last.is_number and whole.is_number and last.const + step >= whole.const)
        return ast.Slice(
            None if start == ZERO else self.sized(start),
            None if ends else self.sized(last + 1),
            None if step == 1 else constant(step),
        )

    def _split(self, node: Strided, value: Expr, whole: Shape) -> Expr | None:
        """A reshape, where every axis is split into several, row by row."""
        if merged_groups(Written(node.shape, node.starts, node.steps), whole) is None:
            return None
        return call(ast.Attribute(value, "reshape"), *(self.sized(e) for e in node.shape))

    def _strides(self, node: Strided, value: Expr) -> Expr:
        self.functions.add(STRIDED)
        starts = tuple_of([self.sized(s) for s in node.starts])
        steps = tuple_of([tuple_of([constant(s) for s in row]) for row in node.steps])
        return call(f"_{STRIDED}", value, starts, steps, tuple_of([self.sized(e) for e in node.shape]))

    # -- writing -----------------------------------------------------------------------------------------

    def placed(
        self, node: Placed, variable: str, sources: Sequence[Source], dtype: Expr, memory: Expr | None
    ) -> list[Line]:
        """`variable` as an array with the parts written into it, in new memory or in what is given.

        Parts are written into the array as it lies in memory, which has its axes put in order afterwards.
        """
        is_rowwise = node.memory == tuple(range(len(node.memory)))
        block = variable if is_rowwise else self.fresh("block")
        lines = [self._blank(node, block, dtype)] if memory is None else self._cleared(node, block, memory)
        for source, written in zip(sources, node.places, strict=True):
            is_added = node.adds and not is_once(written.shape, written.steps)
            statement = _adding if is_added else assign
            lines += self.written(node.shape, source, written, node.memory, statement, name(block))
        return lines if is_rowwise else [*lines, assign(variable, transposed(name(block), node.memory))]

    def _blank(self, node: Placed, variable: str, dtype: Expr) -> Line:
        shape = tuple_of([self.sized(node.shape[q]) for q in node.memory])
        match node.fill:
            case None:
                made = call("np.empty", shape, dtype)
            case 0:
                made = call("np.zeros", shape, dtype)
            case fill:
                made = call("np.full", shape, constant(fill), dtype)
        return assign(variable, made)

    def _cleared(self, node: Placed, variable: str, memory: Expr) -> list[Line]:
        """Memory from the workspace, filled where parts leave something out or are added."""
        lines: list[Line] = [assign(tuple_of([name(variable)]), memory)]
        if node.fill is not None and not is_everywhere(node):
            lines.append(ast.Expr(call(ast.Attribute(name(variable), "fill"), constant(node.fill))))
        return lines

    def written(
        self,
        whole: Shape,
        source: Source,
        place: Written,
        order: Sequence[int],
        statement: Callable[..., Line],
        *arrays: Expr,
    ) -> list[Line]:
        """One statement, or a loop over the places (taps of a kernel) that runs along the same axis as others do.

        `statement` is given the entries of each of the `arrays` at which the part lies, and the part. The arrays
        have the axes of the whole in the order `order`.
        """
        extents = tuple(whole[q] for q in order)
        written = Written(place.shape, tuple(place.starts[q] for q in order), tuple(place.steps[q] for q in order))
        loops = looped(written)
        if loops is None:
            views = [self._view(written, a) for a in arrays]
            return [statement(*views, source.aligned(list(range(len(written.shape)))))]
        variables = {k: self.fresh("k") for k in loops}
        at, runs, flipped = self._slot(extents, written, variables)
        value = source.at(variables, flipped).aligned(runs)
        body = (statement(*(subscript(a, *at) for a in arrays), value),)
        for k in reversed(loops):
            made = source.made(variables[k]) if source.made is not None and k == loops[0] else ()
            counted = call("range", self.sized(written.shape[k]))
            body = (Nest(ast.For(ast.Name(variables[k]), counted, [], []), (*made, *body)),)
        return list(body)

    def _view(self, written: Written, whole: Expr) -> Expr:
        """The entries at which a part lies, as one array."""
        self.functions.add(STRIDED)
        starts = tuple_of([self.sized(s) for s in written.starts])
        steps = tuple_of([tuple_of([constant(s) for s in row]) for row in written.steps])
        view = call(f"_{STRIDED}", whole, starts, steps, tuple_of([self.sized(e) for e in written.shape]))
        return subscript(view, constant(...))

    def _slot(
        self, whole: Shape, written: Written, variables: dict[int, str]
    ) -> tuple[list[Expr], list[int], set[int]]:
        """The slices of the whole for given loop variables, the part's axes along them, and which run backwards."""
        at: list[Expr] = []
        order: list[int] = []
        flipped: set[int] = set()
        for q, row in enumerate(written.steps):
            first = written.starts[q]
            slid = [k for k, s in enumerate(row) if s and k not in variables]
            if not slid:
                at.append(self._start(first, row, variables) or constant(0))
                continue
            [k] = slid
            order.append(k)
            if row[k] < 0:
                flipped.add(k)
                first = first + (written.shape[k] - 1) * row[k]
            begin = self._start(first, row, variables)
            is_fixed = not any(s and k in variables for k, s in enumerate(row))
            at.append(self._run(begin, first if is_fixed else None, abs(row[k]), written.shape[k], whole[q]))
        while len(at) > 1 and isinstance(last := at[-1], ast.Slice) and not (last.lower or last.upper or last.step):
            at.pop()
        return at, order, flipped

    def _start(self, first: Affine, row: Sequence[int], variables: dict[int, str]) -> Expr | None:
        """Where a slice begins: an expression of the loop variables; None for 0."""
        out: Expr | None = None if first == ZERO else self.sized(first)
        for k, step in sorted(enumerate(row), key=lambda s: s[1] < 0):
            if step and k in variables:
                loop = name(variables[k])
                moved = loop if abs(step) == 1 else binary("multiply", constant(abs(step)), loop)
                if out is None:
                    out = moved if step > 0 else ast.UnaryOp(ast.USub(), moved)
                else:
                    out = binary("add" if step > 0 else "subtract", out, moved)
        return out

    def _run(self, begin: Expr | None, first: Affine | None, step: int, extent: Affine, whole: Affine) -> Expr:
        """The slice from `begin` on; `first` is where it begins if no loop variable moves it."""
        length = (extent - 1) * step + 1
        if first is not None:
            stop = None if first + length == whole else self.sized(first + length)
        else:
            stop = self.sized(length) if begin is None else binary("add", begin, self.sized(length))
        return ast.Slice(begin, stop, None if step == 1 else constant(step))

    # -- reshapes ----------------------------------------------------------------------------------------

    def merged(self, value: Expr, groups: Sequence[int], shape: Shape) -> Expr:
        """Neighbouring axes as one; the extent that is longest to write is left to NumPy."""
        longest = max(range(len(groups)), key=lambda q: groups[q])
        sizes = [constant(-1) if q == longest else product([e], self.sized) for q, e in enumerate(shape)]
        return call(ast.Attribute(value, "reshape"), *sizes)


@dataclass(frozen=True)
class Source:
    """A part as it is read: axis q of the array is axis `places[q]` of the part; None is one of extent 1.

    `made` are the statements that make it for one place of the outermost loop, where it is not there as a whole.
    """

    value: Expr
    places: tuple[int | None, ...]
    made: Callable[[str], Sequence[Line]] | None = None

    def at(self, variables: Mapping[int, str], flipped: Set[int]) -> Source:
        """The part for given values of some axes, others in reverse."""
        index: list[Expr] = []
        for p in self.places:
            if p is not None and p in variables:
                index.append(name(variables[p]))
            else:
                index.append(ast.Slice(None, None, constant(-1) if p in flipped else None))
        while index and isinstance(index[-1], ast.Slice) and index[-1].step is None:
            index.pop()
        value = subscript(self.value, *index) if index else self.value
        return Source(value, tuple(p for p in self.places if p not in variables))

    def aligned(self, order: Sequence[int]) -> Expr:
        """The array with its axes in an order, ready to be broadcast."""
        return aligned(self.value, [None if p is None else order.index(p) for p in self.places], len(order))


def _adding(target: Expr, value: Expr) -> Line:
    return augmented(target, "add", value)
