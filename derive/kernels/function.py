"""One function of a kernel: from the plan to its lines, with what it reads off its arguments at the top."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from derive.kernels.arrange import (
    Arranger,
    Branch,
    Repeat,
    Slabs,
    Statement,
    bindings_of,
    family_use,
    needed_items,
)
from derive.kernels.blocked import Blocking, in_blocks
from derive.kernels.definitions import Place, Storage
from derive.kernels.emit_numpy import Emitter
from derive.kernels.fields import Field, Names, Sizes, fields_of, places_of
from derive.kernels.known_sums import with_known_sums
from derive.kernels.numpy_nodes import NodeEmitter
from derive.kernels.numpy_products import product
from derive.kernels.plan import Item
from derive.kernels.program import UNIT, Given, Graph, Operand, Part, Ref
from derive.kernels.reuse import Liveness
from derive.kernels.scaling import with_scales_moved
from derive.kernels.slabs import in_slabs
from derive.kernels.syntax import (
    Expr,
    Line,
    Nest,
    assign,
    attribute,
    binary,
    call,
    constant,
    name,
    subscript,
    tuple_of,
)
from derive.kernels.titles import Titles, Variables
from derive.network.network import Network
from derive.terms.affine import Affine


@dataclass(frozen=True)
class Wanted:
    """A result: a tensor at a place of its family, or the whole family (`at` None)."""

    tensor: str
    at: Place | None = None


@dataclass(frozen=True)
class Program:
    """All that is computed for a network, ready to be emitted function by function."""

    network: Network
    graph: Graph
    items: Sequence[Item]
    storages: dict[str, Storage]
    titles: Titles

    def emit(self, values: Sequence[Place], families: Sequence[str], takes_workspace: bool = False) -> FunctionBody:
        """The body of a function that computes `values` and the whole `families`."""
        return FunctionBody(self, tuple(values), tuple(families), takes_workspace)


class FunctionBody:
    """The lines of a function, and the expressions of its results; `functions` are the helpers that it calls."""

    def __init__(
        self, program: Program, values: tuple[Place, ...], families: tuple[str, ...], takes_workspace: bool = False
    ) -> None:
        self.program, self.takes_workspace = program, takes_workspace
        self.names = Names()
        self.letters: dict[str, list[str]] = {}
        self.fields = fields_of(program.network, program.storages, self.names)
        items = needed_items(program.items, frozenset((*(t for t, _ in values), *families)))
        for improved in (with_known_sums, with_scales_moved):
            straight = _straight(items)
            results = frozenset(r for place, r in straight.items() if place in values or place[0] in families)
            items = improved(program.graph, items, results)
        straight = _straight(items)
        refs = {place: straight[place] if place in straight else self._member(place, straight) for place in values}
        use = family_use(program.graph, items, frozenset(families), tuple(values))
        arranger = Arranger(program.graph, use.kept, use.carried)
        arranger.arrange(items)
        for ref in refs.values():
            arranger.need(ref)
        statements = in_slabs(program.graph, arranger.stack[0].statements, frozenset(refs.values()))
        self.has_slabs = any(isinstance(s, Slabs) for s in statements)
        bound = frozenset(b.ref for b in bindings_of(items) if b.ref is not None)
        liveness = Liveness(program.graph, bound, frozenset(refs.values()))
        liveness.analyse(statements)
        self.nodes = self._nodes(statements, use.kept, use.carried)
        whole = (t for t, at in values if not at and program.storages[t].is_stacked)
        self.blocking = Blocking(
            program.graph, self.nodes.locals, frozenset(refs.values()), frozenset((*(t for t, _ in values), *families))
        )
        self.blocking.analyse(statements)
        self.nodes.blocked = self.blocking.found
        self.emitter = self._emitter(liveness, frozenset((*families, *whole)))
        self.kept = self.emitter.keep_temporaries(statements) if takes_workspace else {}
        body = [*self.emitter.tile_whole_arrays(statements), *self.emitter.emit(statements)]
        self.results = {place: self.emitter.own(r, self.nodes.expression(r)) for place, r in refs.items()}
        self.lists = self.emitter.lists
        self.body = [*self._top(body), *body]

    def _member(self, place: Place, straight: Mapping[Place, Ref]) -> Ref:
        """A result that is read back from its family."""
        storage, graph = self.program.storages[place[0]], self.program.graph
        tensor, at = place
        shape = tuple(UNIT if k is None else storage.axis(k, at).extent for k in storage.layout_at(at))
        if at and (tensor, ()) in straight:
            first = tuple(a - storage.axis(k, ()).lo for k, a in enumerate(at))
            whole = Operand(straight[tensor, ()], tuple(range(len(storage.layout))))
            fixed = tuple(k < len(at) for k in range(len(storage.layout)))
            return graph.add(Part(shape, "real", whole, (*first, *(Affine() for _ in shape)), fixed))
        return graph.add(Given(shape, "real", *place))

    def _nodes(self, statements: Sequence[Statement], kept: frozenset[str], carried: frozenset[str]) -> NodeEmitter:
        variables = Variables(self.program.titles, self.names, kept)
        self.variables = variables
        local = {s.name: self.names.fresh(s.name) for s in self.program.network.sizes if not s.args}
        local |= self._loop_variables(statements, {}, ())
        sizes = Sizes(tuple(places_of(self.fields)), local)
        return NodeEmitter(
            self.program.graph,
            sizes,
            self.names,
            self.program.storages,
            {f.tensor: f.local for f in self.fields},
            {t: variables.named(t) for t in sorted(kept)},
            {t: variables.named(t) for t in sorted(carried)},
        )

    def _loop_variables(
        self, statements: Sequence[Statement], found: dict[str, str], outer: tuple[str, ...]
    ) -> dict[str, str]:
        """A variable for every loop index: the same letter again where loops are not one in another."""
        for s in statements:
            inner = outer
            if isinstance(s, Repeat):
                letter = self.program.titles.letter(s.index.name)
                wanted = letter if letter.isidentifier() and not letter.startswith("_") else "k"
                free = (v for v in self.letters.get(wanted, []) if v not in outer)
                variable = found.get(s.index.name) or next(free, None) or self.names.fresh(wanted)
                variable = variable if variable not in outer else self.names.fresh(wanted)
                found[s.index.name] = variable
                self.letters.setdefault(wanted, []).append(variable)
                inner = (*outer, variable)
            if isinstance(s, Repeat | Branch):
                self._loop_variables(s.body, found, inner)
        return found

    def _emitter(self, liveness: Liveness, results: frozenset[str]) -> Emitter:
        return Emitter(
            self.program.graph,
            liveness,
            self.nodes,
            self.names,
            self.program.titles.formula,
            self.variables.of,
            dict(self.nodes.lists),
            dict(self.nodes.carried),
            self.program.storages,
            results,
        )

    # -- the top -----------------------------------------------------------------------------------------

    def _top(self, body: Sequence[Line]) -> list[Line]:
        """Arguments, dtype, sizes, sequences, constants, vectors of ones: what the body uses of them."""
        extra: list[Line] = []
        for tensor, variable in self.lists.items():
            storage = self.program.storages[tensor]
            if storage.is_stacked:
                shape = tuple(a.extent for a in storage.tensor.axes)
                count = self.blocking.tensors.get(tensor)
                extents = self.nodes.shape(shape if count is None else in_blocks(shape, count))
                if tensor in self.emitter.results:
                    extra.append(assign(variable, call("np.empty", extents, self.nodes.dtype())))
                else:
                    extra.append(assign(tuple_of([name(variable)]), self.nodes.work(1, extents)))
            else:
                length = self.nodes.sizes.affine(storage.tensor.axes[0].extent, {})
                extra.append(assign(variable, binary("multiply", ast.List([constant(None)]), length)))
        for value, variable in self.nodes.constants.items():
            extra.append(assign(variable, call("_constant", constant(value), name("dtype"))))
        for (shape, is_merged), variable in self.nodes.ones.items():
            extents = product(shape, lambda e: self.nodes.sizes.affine(e, {})) if is_merged else self._shape(shape)
            extra.append(assign(variable, call("_ones", extents, name("dtype"))))
        extra += [assign(variable, value) for variable, value in self.nodes.loop_products.prepared.values()]
        extra += self.nodes.memory_ahead
        for ref, variable in self.nodes.transposes.items():
            copied = call("np.ascontiguousarray", attribute(self.nodes.expression(ref), "T"))
            extra.append(assign(variable, copied))
        extra.extend(self._kept())
        used = _names_in([*extra, *body]) | _names_in(self.results.values())
        sizes = self._sizes(used)
        used |= _names_in(sizes)
        if self.nodes.uses_dtype:
            field = dtype_field(self.fields)
            array = name(field.local)
            member = subscript(array, constant(0)) if field.is_sequence else array
            sizes = [assign("dtype", attribute(member, "dtype")), *sizes]
            used.add(field.local)
        if "work" in used:
            sizes.append(assign("work", attribute(self._workspace(), "take")))
        if self.kept:
            given = ast.Compare(name("workspace"), [ast.Is()], [constant(None)])
            taken = attribute(name("workspace"), "take")
            is_tiled = bool(self.nodes.tiled.shapes)
            kept = attribute(self._workspace(), "take") if is_tiled else ast.IfExp(given, name("_new"), taken)
            sizes.append(assign("kept", kept))
        return [self._unpacked(used), *sizes, *extra]

    def _kept(self) -> Iterator[Line]:
        """`buffer, buffer_2 = kept(0, 2, (m, n), dtype)`: memory for what is only needed on the way."""
        for shape, variables in self.kept.items():
            extents = tuple_of([self.nodes.sizes.affine(e, {}) for e in shape])
            place, number = constant(self.nodes.work_places), constant(len(variables))
            self.nodes.work_places += 1
            yield assign(tuple_of(list(map(name, variables))), call("kept", place, number, extents, self.nodes.dtype()))

    def _workspace(self) -> Expr:
        """The workspace that the function is given, or a new one."""
        if not self.takes_workspace:
            return call("Workspace")
        given = ast.Compare(name("workspace"), [ast.Is()], [constant(None)])
        return ast.IfExp(given, call("Workspace"), name("workspace"))

    def _shape(self, shape: Sequence[object]) -> Expr:
        items = [self.nodes.sizes.affine(e, {}) for e in shape]  # type: ignore[arg-type]
        return items[0] if len(items) == 1 else tuple_of(items)

    def _sizes(self, used: set[str]) -> list[Line]:
        """The sizes that are used, those first that others are computed from."""
        lines: list[Line] = []
        waiting = set(used)
        for s in reversed([s for s in self.program.network.sizes if not s.args]):
            local = self.nodes.sizes.local[s.name]
            if local in waiting:
                value = self.nodes.sizes.plain(s)
                waiting |= _names_in([value])
                lines.insert(0, assign(local, value))
        return lines

    def _unpacked(self, used: set[str]) -> Line:
        """All arguments, checked; `_` for what the function does not use."""
        targets = [name(f.local if f.local in used else "_") for f in self.fields]
        return assign(tuple_of(targets), call("_checked", name("params"), name("inputs")))


def _straight(items: Sequence[Item]) -> dict[Place, Ref]:
    """The values that are whole tensors, computed outside of loops."""
    bindings = bindings_of(items)
    return {b.place: b.ref for b in bindings if b.definition.loop is None and b.ref is not None and b.is_whole}


def dtype_field(fields: Sequence[Field]) -> Field:
    """The field whose dtype is that of the results."""
    return next(f for f in fields if not f.is_number and not f.is_integer)


def _names_in(lines: object) -> set[str]:
    """The names that lines or expressions mention."""
    found: set[str] = set()
    assert isinstance(lines, Sequence | Mapping) or hasattr(lines, "__iter__")
    for line in lines:
        if isinstance(line, Nest):
            found |= _names_in(line.body)
            found |= {n.id for n in ast.walk(line.header) if isinstance(n, ast.Name)}
        elif isinstance(line, ast.AST):
            found |= {n.id for n in ast.walk(line) if isinstance(n, ast.Name)}
    return found
