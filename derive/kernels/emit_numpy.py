"""The NumPy backend: statements of the array program as Python statements, memory used again where values die."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from derive.kernels.arrange import Branch, Carry, Compute, Keep, Repeat, Section, Slabs, Statement, Store
from derive.kernels.buffers import Buffers
from derive.kernels.definitions import Definition, Storage
from derive.kernels.emit_families import kept, place_of, stored
from derive.kernels.emit_slabs import SlabEmitter, form, takes_out
from derive.kernels.emit_slices import SliceEmitter
from derive.kernels.emit_windows import repeated_lines, window_lines
from derive.kernels.fields import Names
from derive.kernels.fusing import is_repeating
from derive.kernels.memory import blocks_of
from derive.kernels.numpy_nodes import NodeEmitter
from derive.kernels.numpy_pointwise import is_large
from derive.kernels.program import Condition, Contraction, Given, Graph, Marked, Node, Pointwise, Ref, Shape
from derive.kernels.reuse import Liveness
from derive.kernels.syntax import (
    COMPARISONS,
    OPERATORS,
    Comment,
    Expr,
    Line,
    Nest,
    assign,
    attribute,
    augmented,
    binary,
    call,
    constant,
    name,
    subscript,
)
from derive.kernels.tiles import rows_of, whole_arrays
from derive.kernels.value_names import word_of
from derive.terms.affine import Index

COMMUTATIVE = frozenset(("add", "multiply", "maximum", "minimum"))


@dataclass
class Emitter:
    """Emits the statements of one function. `names` gives out variables, `title` the formula of a definition.

    Inside a loop over slabs, `slab` is the variable of the slice; `sums` are the values that are added up (`cuts` has
    the axis of their arguments that is cut), `pieces` the variables of the pieces of values that are kept as wholes,
    `buffers` the memory to write values into. `sliced` are the tensors whose slices a loop writes into blocks, with the
    variables of these.
    """

    graph: Graph
    liveness: Liveness
    nodes: NodeEmitter
    names: Names
    title: Callable[[Definition], str]
    variable: Callable[[Definition], str]
    lists: dict[str, str]
    carried: dict[str, str]
    storages: dict[str, Storage]
    results: frozenset[str]
    handed_out: set[Ref] = field(default_factory=set)
    wanted: dict[Ref, str] = field(default_factory=dict)
    slab: str = ""
    sums: frozenset[Ref] = frozenset()
    cuts: dict[Ref, int] = field(default_factory=dict)
    pieces: dict[Ref, str] = field(default_factory=dict)
    buffers: dict[Ref, str] = field(default_factory=dict)
    own_memory: set[Ref] = field(default_factory=set)
    column_places: dict[Ref, int] = field(default_factory=dict)
    sliced: dict[str, str] = field(default_factory=dict)

    def emit(self, statements: Sequence[Statement]) -> list[Line]:
        """The lines of a block."""
        lines: list[Line] = []
        for k, s in enumerate(statements):
            match s:
                case Section():
                    self._name_section(s, statements[k + 1 :])
                    lines.append(Comment(self.title(s.definition)))
                case Compute():
                    lines.extend(self._compute(s))
                case Repeat():
                    lines.extend(self._repeat(s))
                case Branch():
                    lines.extend(self._branch(s))
                case Slabs():
                    lines.extend(SlabEmitter(self, s).lines())
                case Keep():
                    lines.append(kept(self, s))
                case Store():
                    lines.extend(stored(self, s))
                case Carry():
                    lines.append(assign(self.carried[s.tensor], self.nodes.expression(s.ref)))
        return lines

    def keep_temporaries(self, statements: Sequence[Statement]) -> dict[Shape, list[str]]:
        """Let large intermediate values of a block go into buffers: the buffers of each shape.

        What is handed out or kept in a sequence gets memory of its own.
        """
        shared: Buffers[Shape] = Buffers(self.liveness, self._shape_kept, lambda: self.names.fresh("buffer"))
        members = shared.members(statements)
        self.own_memory = {r for r, chain in members.items() if any(map(self.liveness.escapes, chain))}
        self.buffers = shared.placed(statements)
        return shared.kinds

    def _shape_kept(self, ref: Ref) -> Shape | None:
        node = self.graph[ref]
        if ref in self.own_memory or ref in self.nodes.blocked or node.kind != "real" or not is_large(node.shape):
            return None
        if not self.nodes.memory.is_rowwise(ref) or is_repeating(self.graph, ref, self.liveness.fused):
            return None
        is_plain = not isinstance(node, Contraction) or blocks_of(self.nodes.memory, node) is None
        return node.shape if is_plain and takes_out(node, form(node), with_dot=True) else None

    # -- names -------------------------------------------------------------------------------------------

    def _name_section(self, s: Section, following: Sequence[Statement]) -> None:
        """All values on the way to a definition that share its memory get its name."""
        over: dict[Ref, Ref | None] = {}
        for f in following:
            if isinstance(f, Section):
                break
            if isinstance(f, Compute | Repeat | Branch) and f.ref is not None:
                over[f.ref] = self.liveness.fate(f).over if isinstance(f, Compute) else None
        r: Ref | None = self.liveness.root(s.ref)
        wanted = self.variable(s.definition)
        if r in self.pieces:
            return
        while r is not None and r in over:
            self.wanted[r] = wanted
            r = over[r]

    def _variable(self, ref: Ref, over: Ref | None = None) -> str:
        """The variable of a value: that of the memory it is written into, or a new one after its operation."""
        variables = self.nodes.variables
        wanted = self.pieces.get(ref) or self.wanted.pop(ref, None)
        if wanted is not None:
            variables[ref] = wanted
        else:
            variables[ref] = variables[over] if over is not None else self.names.fresh(word_of(self.graph, ref))
        return variables[ref]

    # -- values ------------------------------------------------------------------------------------------

    def _compute(self, s: Compute) -> list[Line]:
        ref, fate = s.ref, self.liveness.fate(s)
        if ref in self.sums:
            return [self._added_up(ref)]
        self.nodes.variables.pop(ref, None)
        if fate.is_inlined:
            return []
        node, over = self.graph[ref], fate.over
        store = self.liveness.place(s)
        if store is not None:
            return self._placed(node, store)
        count = self.nodes.blocked.get(ref)
        if count is not None and isinstance(node, Contraction):
            return self.nodes.product_in_blocks(node, count, self._variable(ref))
        lines = repeated_lines(self, ref, over) if not self.slab else None
        if lines is not None:
            return lines
        lines = window_lines(self, ref) if ref not in self.buffers and over is None and not self.slab else None
        if lines is not None:
            return lines
        if isinstance(node, Pointwise) and ref in self.nodes.tiled.shapes:
            return self._by_tiles(ref, node, over)
        value = self.nodes.computed(ref) if over is None and not isinstance(node, Marked) else None
        variable = self._variable(ref, over)
        if value is not None and ref in self.buffers:
            return [self._into(node, value, variable, self.buffers[ref])]
        if value is not None:
            return [assign(variable, value)]
        if isinstance(node, Marked):
            source = self.nodes.operand(node.arg, len(node.shape))
            fresh = [] if over is not None else [assign(variable, call(ast.Attribute(source, "copy")))]
            renamed = [assign(variable, source)] if over is not None and self.nodes.variables[over] != variable else []
            return [*fresh, *renamed, self.nodes.marking(node, variable)]
        assert over is not None and isinstance(node, Pointwise), "only pointwise operations are done in place"
        if ref in self.pieces:
            return [self._into(node, self.nodes.computed(ref), variable, self.pieces[ref])]
        return [self._in_place(node, variable, over)]

    def _placed(self, node: Node, s: Store) -> list[Line]:
        """`h_t = np.tanh(z_t, out=h[t])`; a number is assigned."""
        if isinstance(node, Pointwise) and node.function == "spread":
            return []
        place = place_of(self, s)
        value = self.nodes.computed(s.ref)
        if isinstance(node, Pointwise):
            args = [self.nodes.operand(o, len(node.shape), node) for o in node.arguments]
            function, args = self.nodes.quickest(node, args)
            value = call(f"np.{function}", *args)
        variable = self._variable(s.ref)
        if not isinstance(value, ast.Call) or not ast.unparse(value.func).startswith("np."):
            return [assign(variable, value), assign(place, name(variable))]
        written = ast.Call(value.func, value.args, [*value.keywords, ast.keyword("out", place)])
        return [assign(variable, written)]

    def _added_up(self, ref: Ref) -> Line:
        """`total += …`: what a slab adds to a sum."""
        self.nodes.slab, self.nodes.cut = self.slab, self.cuts.get(ref, 0)
        value = self.nodes.computed(ref)
        self.nodes.slab, self.nodes.cut = "", None
        return augmented(self.nodes.variables[ref], "add", value)

    def _into(self, node: Node, value: Expr, variable: str, memory: str) -> Line:
        """`a = np.subtract(x, mu, out=buffer)`, or `buffer[...] = value`."""
        if not takes_out(node, value, with_dot=not self.slab):
            return assign(subscript(name(memory), constant(...)) if variable == memory else variable, value)
        if isinstance(node, Pointwise):
            args = [self.nodes.operand(o, len(node.shape), node) for o in node.arguments]
            function, args = self.nodes.quickest(node, args)
            value = call(f"np.{function}", *args)
        assert isinstance(value, ast.Call)
        written = ast.Call(value.func, value.args, [*value.keywords, ast.keyword("out", name(memory))])
        return ast.Expr(written) if variable == memory else assign(variable, written)

    def _by_tiles(self, ref: Ref, node: Pointwise, over: Ref | None) -> list[Line]:
        """`np.subtract(x.reshape(tile), mu_rows, out=buffer.reshape(tile))`."""
        nodes = self.nodes
        tile = nodes.tiled.shapes[ref]
        lines = list(nodes.repeated(rows_of(self.graph, [ref]), tile))
        function, args = f"np.{node.function}", nodes.in_tiles(node, ref)
        memory = self.buffers.get(ref) if over is None else self.pieces.get(ref, nodes.variables[over])
        variable = self._variable(ref, over)
        if memory is None:
            extents = (nodes.sized(e) for e in node.shape[1:])
            return [*lines, assign(variable, call(attribute(call(function, *args), "reshape"), constant(-1), *extents))]
        out = call(attribute(name(memory), "reshape"), name(tile))
        renamed = [] if memory == variable else [assign(variable, name(memory))]
        return [*lines, ast.Expr(call(function, *args, out=out)), *renamed]

    def tile_whole_arrays(self, statements: Sequence[Statement]) -> list[Line]:
        """Do operations on whole arrays tile by tile where that is quicker: the shapes of the tiles."""
        lines: list[Line] = []
        for shape, refs in whole_arrays(self.graph, self.nodes.memory, statements).items():
            tile, line = self.nodes.tile(shape, [self.nodes.sized(shape[0])])
            self.nodes.tiled.shapes.update((r, tile) for r in refs if r not in self.nodes.blocked)
            stack, stacked = self.nodes.stack(shape)
            self.nodes.tiled.stacks[shape] = stack
            lines += [line, stacked]
        return lines

    def new_variable(self, ref: Ref, over: Ref | None = None) -> str:
        """The variable of a value that is made now, in memory of its own or over another value."""
        return self._variable(ref, over)

    def plain_name(self, ref: Ref) -> str:
        """A new variable, called after the operation."""
        return self.names.fresh(word_of(self.graph, ref))

    def _in_place(self, node: Pointwise, variable: str, over: Ref) -> Line:
        """`a += b`, or `a = np.tanh(z, out=z)`."""
        rank = len(node.shape)
        old = self.nodes.variables[over]
        args = [self.nodes.operand(o, rank, node) for o in node.arguments]
        place = next(k for k, o in enumerate(node.arguments) if o.ref == over)
        is_first = place == 0 or (node.function in COMMUTATIVE and len(args) == 2)
        if old == variable and node.function in OPERATORS and is_first:
            return augmented(variable, node.function, args[1 - place])
        function, args = self.nodes.quickest(node, args)
        value = call(f"np.{function}", *args, out=name(old))
        return ast.Expr(value) if old == variable else assign(variable, value)

    # -- blocks ------------------------------------------------------------------------------------------

    def _repeat(self, s: Repeat) -> list[Line]:
        scope, variables = self.nodes.scope, dict(self.nodes.variables)
        sliced = SliceEmitter(self, s)
        lines = sliced.before()
        self.nodes.scope = {**scope, s.index.name: s.index}
        body = [*self.emit(s.body), *sliced.after()]
        value = None if s.arg is None else self.nodes.expression(s.arg)
        self.nodes.scope, self.nodes.variables = scope, variables
        if s.ref is not None and value is not None:
            variable = self._variable(s.ref)
            lines.append(assign(variable, self.nodes.zeros(s.ref)))
            body.append(augmented(variable, "add", value))
        target = ast.Name(self.nodes.sizes.local[s.index.name])
        counted = self._range(s.index, s.descending, scope)
        return [*lines, Nest(ast.For(target, counted, [], []), tuple(body))]

    def _range(self, index: Index, descending: bool, scope: dict[str, Index]) -> Expr:
        size = self.nodes.sizes.affine
        if descending:
            return call("range", size(index.hi, scope), size(index.lo - 1, scope), constant(-1))
        return call("range", size(index.lo, scope), size(index.hi + 1, scope))

    def _branch(self, s: Branch) -> list[Line]:
        variables = dict(self.nodes.variables)
        body = self.emit(s.body)
        value = self.nodes.expression(s.arg)
        self.nodes.variables = variables
        variable = self._variable(s.ref)
        start = assign(variable, self.nodes.zeros(s.ref))
        body.append(assign(variable, value))
        tests = [self._test(c) for c in s.conditions]
        test = tests[0] if len(tests) == 1 else ast.BoolOp(ast.And(), tests)
        return [start, Nest(ast.If(test, [], []), tuple(body))]

    def _test(self, condition: Condition) -> Expr:
        kind, affine = condition
        operator = "equal" if kind == "zero" else "greater_equal"
        assert operator in COMPARISONS
        return binary(operator, self.nodes.sizes.affine(affine, self.nodes.scope), constant(0))

    # -- results -----------------------------------------------------------------------------------------

    def own(self, ref: Ref, value: Expr) -> Expr:
        """A result: a copy if its memory is an argument's or another result's."""
        root = self.liveness.root(ref)
        node = self.graph[root]
        is_made = isinstance(node, Given) and not node.at and node.tensor in self.results
        if (not is_made and not node.args and node.kind == "real") or root in self.handed_out:
            return call(ast.Attribute(value, "copy"))
        self.handed_out.add(root)
        return value
