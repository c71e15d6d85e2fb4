"""From a derivation to the source text of a NumPy module, and from that text to functions."""

from __future__ import annotations

import ast
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from derive.derivation import Adjoints
from derive.errors import DeriveError, printable
from derive.ir.tensor import ADJOINT
from derive.kernels.checking import checked_function, shapes_function
from derive.kernels.collecting import collected, needed, reached, saved_outputs
from derive.kernels.definitions import Definition, Place, Storage, storages
from derive.kernels.fields import Field, Names, fields_of
from derive.kernels.function import FunctionBody, Program, dtype_field
from derive.kernels.id_checks import id_ranges
from derive.kernels.initializing import Initializing
from derive.kernels.joining import with_slices_joined
from derive.kernels.lifting import Lifting
from derive.kernels.mask_checks import mask_divisors
from derive.kernels.packing_arguments import with_ordered_axes_first
from derive.kernels.plan import Planner
from derive.kernels.prediction import prediction_of
from derive.kernels.schedule import Scheduler
from derive.kernels.sharing import with_functions_shared
from derive.kernels.size_checks import divisors, open_extents
from derive.kernels.splitting import split_at_brackets
from derive.kernels.stability import needs_relative_accuracy, stabilizer_of
from derive.kernels.support import support_source
from derive.kernels.syntax import Expr, call, constant, name, rendered, slice_of, subscript, tuple_of
from derive.kernels.titles import Titles
from derive.network.network import Network
from derive.resources import templates_dir

Wrt = Literal["params", "inputs", "all"]


def emit_kernel(network: Network, adjoints: Adjoints, wrt: Wrt = "params") -> str:
    """The source of a module with `Params`, `Inputs`, `forward`, `loss`, `value_and_grad` and `init`.

    Raises: UnsupportedError for an abstract function or cost, and for what arrays and loops cannot compute.
    """
    source = _Source(network, adjoints, wrt)
    return source.text()


def load_kernel(source: str, title: str = "kernel") -> types.ModuleType:
    """The module of a source text that `emit_kernel` made, and no other."""
    module = types.ModuleType(title)
    # The text is our own: emitted through `ast` from a network, its names generated or checked to be identifiers.
    exec(compile(source, f"<{title}>", "exec"), module.__dict__)  # noqa: S102
    return module


@dataclass(frozen=True)
class ShownField:
    """A field as the module's frame shows it."""

    name: str
    shape: str
    type: str
    axes: int
    kind: str
    is_sequence: bool


@dataclass(frozen=True)
class ShownFunction:
    """A function as the module's frame shows it."""

    name: str
    signature: str
    docstring: str
    body: list[str]


class _Source:
    """The module in the making."""

    def __init__(self, network: Network, adjoints: Adjoints, wrt: Wrt) -> None:
        if network.cost is None:
            raise DeriveError(f"the network {network.name} has no cost to differentiate", repair="give it a loss")
        self.network, self.wrt, self.cost = network, wrt, network.cost
        roles = {"params": ("parameter",), "inputs": ("input",), "all": ("parameter", "input")}[wrt]
        self.gradients = [t.name for t in network.role(*roles) if t.name in adjoints.results]
        self.output = prediction_of(network, storages(network.tensors, has_columns(network)))
        wanted = [self.cost, self.output.tensor, *(ADJOINT + t for t in self.gradients)]
        stabilizer = stabilizer_of(network)
        definitions = split_at_brackets(needed(collected(network, adjoints, stabilizer), wanted))
        tensors = {**network.tensors, **stabilizer.helpers}
        exact = needs_relative_accuracy([d.poly for d in definitions])
        shared = with_functions_shared(definitions, tensors, exact)
        exact |= needs_relative_accuracy([d.poly for d in shared.definitions])
        joined = with_slices_joined(shared.definitions, tensors | shared.tensors, {*wanted, *exact})
        definitions, tensors = joined.definitions, tensors | shared.tensors | joined.tensors
        early = frozenset(ADJOINT + t for t in self.gradients)
        lifting = Lifting(_scheduler(definitions, storages(tensors, has_columns(network)), early), set(tensors))
        definitions = split_at_brackets(lifting.lifted())
        tensors |= lifting.helpers
        storage = storages(tensors, has_columns(network))
        definitions = reached(_scheduler(definitions, storage, early), wanted)
        steps = replace(_scheduler(definitions, storage, early), wanted=frozenset(wanted)).steps()
        storage = with_ordered_axes_first(storage, steps, definitions)
        relative = needs_relative_accuracy([d.poly for d in definitions])
        planner = Planner(storage, saved_outputs(network), relative, joined.slices)
        items = planner.plan(steps)
        self.program = Program(network, planner.graph, items, storage, Titles(network, tensors))
        self.fields = fields_of(network, storage, Names())
        self.functions: set[str] = set()
        self.has_constants = False
        self.has_ones = False
        self.has_slabs = False
        self.has_kept = False
        self.has_work = False

    def text(self) -> str:
        functions = [self._forward(), self._loss(), self._value_and_grad(), self._init()]
        shown = [self._shown(f) for f in self.fields]
        names = Names()
        fields = fields_of(self.network, self.program.storages, names)
        count = len([f for f in fields if f.is_parameter])
        environment = Environment(
            loader=FileSystemLoader(templates_dir() / "kernel"),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        return environment.get_template("module.py.j2").render(
            docstring=_docstring(f"{printable(self.network.name)}: forward pass, loss and gradients."),
            params=shown[:count],
            inputs=shown[count:],
            fields=shown,
            functions=functions,
            support=support_source(self.functions | self._checks()),
            constants=self.has_constants,
            ones=self.has_ones,
            slabs=self.has_slabs,
            kept=self.has_kept,
            work=self.has_work,
            caches=["cache"] * self.has_constants + ["lru_cache"] * self.has_ones,
            arrays=", ".join(f.local for f in fields if not f.is_number),
            shapes=rendered(shapes_function(self.network, fields, names)),
            checks=rendered(checked_function(self.fields, dtype_field(self.fields))),
            real_parameters=count,
        )

    def _checks(self) -> set[str]:
        """The helpers that look at the arguments."""
        found = {
            "check_ids": id_ranges(self.network),
            "check_extent": open_extents(self.network),
            "check_divisor": divisors(self.network),
            "check_mask": mask_divisors(self.network),
        }
        return {helper for helper, wanted in found.items() if wanted}

    # -- functions ---------------------------------------------------------------------------------------

    def _body(self, values: Sequence[Place], families: Sequence[str], takes_workspace: bool = False) -> FunctionBody:
        body = self.program.emit(values, families, takes_workspace)
        self.has_slabs |= body.has_slabs
        self.has_kept |= bool(body.kept)
        self.has_work |= bool(body.nodes.work_places)
        self.functions |= body.nodes.functions
        self.has_constants |= bool(body.nodes.constants)
        self.has_ones |= bool(body.nodes.ones)
        return body

    def _forward(self) -> ShownFunction:
        body = self._body([self.output.place], [])
        value = body.results[self.output.place]
        left_out = self.output.left_out
        if left_out != (0, 0):
            ends = (constant(k) if k else None for k in (left_out[0], -left_out[1]))
            value = subscript(value, slice_of(*ends))
        lines = [*body.body, ast.Return(value)]
        return ShownFunction("forward", "params, inputs", _docstring("The prediction."), rendered(lines))

    def _loss(self) -> ShownFunction:
        place = (self.cost, ())
        body = self._body([place], [])
        lines = [*body.body, ast.Return(body.results[place])]
        return ShownFunction("loss", "params, inputs", _docstring("The cost."), rendered(lines))

    def _value_and_grad(self) -> ShownFunction:
        storage = self.program.storages
        plain = [(ADJOINT + t, ()) for t in self.gradients if not storage[t].sequence]
        families = [ADJOINT + t for t in self.gradients if storage[t].sequence]
        body = self._body([(self.cost, ()), *plain], families, takes_workspace=True)
        groups = {"params": ("Params",), "inputs": ("Inputs",), "all": ("Params", "Inputs")}[self.wrt]
        results = [self._group(body, g) for g in groups]
        out = tuple_of([body.results[self.cost, ()], *results])
        text = f"The cost and its gradients: `(loss, {', '.join(groups)})`."
        lines = [*body.body, ast.Return(out)]
        return ShownFunction("value_and_grad", "params, inputs, workspace=None", _docstring(text), rendered(lines))

    def _group(self, body: FunctionBody, group: str) -> Expr:
        fields = [f for f in body.fields if f.is_parameter == (group == "Params")]
        return call(group, *(self._gradient(body, f) for f in fields))

    def _gradient(self, body: FunctionBody, f: Field) -> Expr:
        adjoint = ADJOINT + f.tensor
        if f.tensor not in self.gradients:
            return constant(None)
        if not f.is_sequence:
            return body.results[adjoint, ()]
        variable = name(body.lists[adjoint])
        return call("tuple", variable) if f.is_parameter else call("np.stack", variable)

    def _init(self) -> ShownFunction:
        made = Initializing(self.network, self.fields)
        return ShownFunction("init", made.signature, _docstring(made.docstring), rendered(made.lines()))

    # -- fields ------------------------------------------------------------------------------------------

    def _shown(self, f: Field) -> ShownField:
        axes = [1 if k is None else f.storage.tensor.axes[k].extent for k in f.storage.layout]
        shape = "(" + ", ".join(map(repr, axes)) + ("," if len(axes) == 1 else "") + ")"
        if f.is_number:
            return ShownField(f.name, "a number", "float", 0, "number", False)
        kind = "integer" if f.is_integer else "real"
        if f.is_sequence:
            axis = f.family_axis
            return ShownField(
                f.name,
                f"{shape} for {axis.name} = {axis.lo!r}, …, {axis.hi!r}",
                "tuple[np.ndarray, ...]",
                len(axes),
                kind,
                True,
            )
        return ShownField(f.name, shape, "np.ndarray", len(axes), kind, False)


def _scheduler(definitions: Sequence[Definition], storage: Mapping[str, Storage], early: frozenset[str]) -> Scheduler:
    families = {n: s.family for n, s in storage.items()}
    stacked = frozenset(n for n, s in storage.items() if s.is_stacked)
    return Scheduler(definitions, families, early, stacked)


def _docstring(text: str) -> str:
    return ast.unparse(ast.Module([ast.Expr(ast.Constant(text))], []))


def has_columns(network: Network) -> bool:
    """Whether samples are columns: the batch is the last of several axes."""
    if network.batch is None:
        return False
    given = [t for t in network.role("input", "value", "target") if len(t.axes) - t.family > 1]
    return any(t.axes[-1] == network.batch for t in given)
