"""How single entries are named: as the network names them, or by nodes that are counted through the whole network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from derive.errors import DeriveError, quoted
from derive.ir.tensor import ADJOINT, Label, Tensor
from derive.latex.printer import Printer
from derive.network.network import LayerRecord, Network
from derive.notes.formulas import Formulas
from derive.notes.sections.scalars_spelled import DOTS, with_dots
from derive.terms.affine import Affine, Index, number
from derive.terms.matrix import Listed
from derive.terms.term import Atom, Entry, Partial
from derive.terms.view import Leaf, View, transform
from derive.terms.walk import entries_in

LARGEST_DIGIT = 9
"""Numbers of nodes up to this one stand beside one another in a subscript without a comma."""


@dataclass(frozen=True)
class Naming:
    """Prints entries without indices; `renamed` says what the printer calls each of them."""

    printer: Printer
    renamed: Callable[[Entry], Entry]

    def entry(self, entry: Entry) -> str:
        return self.printer.entry(self.renamed(entry), {})

    def view(self, view: View) -> str:
        return with_dots(self.printer.view(self._view(view), {DOTS: DOTS}))

    def listed(self, matrix: Listed) -> Listed:
        """The matrix with its entries named."""
        return Listed(tuple(tuple(self._view(v) for v in row) for row in matrix.rows))

    def _view(self, view: View) -> View:
        return transform(view, lambda v: Leaf(self._atom(v.atom)) if isinstance(v, Leaf) else None)

    def _atom(self, atom: Atom) -> Atom:
        if isinstance(atom, Entry):
            return self.renamed(atom)
        if isinstance(atom, Partial):
            return Partial(self.renamed(atom.of), self.renamed(atom.wrt), atom.immediate)
        return atom


def plain_naming(formulas: Formulas) -> Naming:
    """Every entry as the notation of the network has it."""
    return Naming(formulas.printer, lambda entry: entry)


@dataclass(frozen=True)
class Nodes:
    """The nodes of a network of dense layers: the inputs are 1, 2, …, then every layer goes on counting.

    `groups` are the numbers of the nodes of each layer, the inputs first.
    """

    naming: Naming
    groups: tuple[tuple[int, ...], ...]


def number_nodes(formulas: Formulas, output: str | None) -> Nodes:
    """Node 4 has z_4 and a_4, the weight to it from node 1 is w_41, its bias w_4b; outputs are called `output`.

    Raises: DeriveError unless the network is a chain of dense layers with one input and sizes that are numbers.
    """
    network = formulas.network
    inputs = network.role("input")
    if len(inputs) != 1 or len(inputs[0].axes) != 1:
        raise _not_numbered("the network has no single vector as input")
    first = range(1, _extent(inputs[0]) + 1)
    groups, starts = [tuple(first)], {inputs[0].name: 0}
    for layer in network.layers:
        start, count = _placed(network, layer, starts)
        starts |= dict.fromkeys((*layer.values, layer.result), start)
        if start == sum(map(len, groups)):
            groups.append(tuple(range(start + 1, start + count + 1)))
    if output is not None and (output in network.tensors or output == formulas.cost):
        raise DeriveError(f"{quoted(output)} is a name of the network already", repair="call the output something else")
    names = _Names(formulas, starts, network.layers[-1].result, output)
    return Nodes(Naming(Printer(names.network(), formulas.printer.notation), names.renamed), tuple(groups))


def _placed(network: Network, layer: LayerRecord, starts: Mapping[str, int]) -> tuple[int, int]:
    """After which node those of a layer begin, and how many they are."""
    if len(layer.sources) != 1 or layer.sources[0] not in starts:
        raise _not_numbered(f"the layer {layer.kind} does not read one layer before it")
    count = _extent(network.tensor(layer.result))
    if not layer.parameters:
        return starts[layer.sources[0]], count
    if layer.kind != "dense":
        raise _not_numbered(f"there is a layer {layer.kind}")
    return max(starts[n] + _extent(network.tensor(n)) for n in starts), count


def _extent(tensor: Tensor) -> int:
    if len(tensor.axes) != 1 or tensor.family or not tensor.axes[0].extent.is_number:
        raise _not_numbered(f"{tensor.name} is no vector with a number of entries")
    return tensor.axes[0].extent.const


def _not_numbered(why: str) -> DeriveError:
    return DeriveError(
        f"the nodes cannot be numbered: {why}",
        repair="leave out `number: nodes`, or use dense layers one after another",
    )


class _Names:
    """What each entry of the network is called when nodes are counted."""

    def __init__(self, formulas: Formulas, starts: Mapping[str, int], result: str, output: str | None) -> None:
        self.formulas, self.starts, self.result, self.output = formulas, starts, result, output
        symbols = formulas.printer.notation.symbols
        self.letter, self.bias = symbols["weight"].lower(), symbols["bias"].split()[-1]
        self.tensors: dict[str, Tensor] = {}
        self.connections: dict[Entry, Entry] = {}
        for layer in formulas.network.layers:
            if layer.parameters:
                self._connect(layer)

    def network(self) -> Network:
        """What the printer needs to know: the names of nodes and connections, and what keeps its own."""
        own = self.formulas.network
        kept = {t.name: t for t in own.tensors.values() if t.role not in ("parameter", "value") or not t.axes}
        values = {n: _values(n, meaning) for n, meaning in (("a", "activation"), ("z", "preactivation"))}
        if self.output is not None:
            values[self.output] = _values(self.output, "own")
        return Network(own.name, {**kept, **values, **self.tensors}, (), own.cost)

    def renamed(self, entry: Entry) -> Entry:
        """The entry of a node or a connection, or of an adjoint of one."""
        mark = ADJOINT if entry.tensor.startswith(ADJOINT) else ""
        plain = Entry(entry.tensor.removeprefix(ADJOINT), entry.idx)
        new = self.connections.get(plain) or self._node(plain)
        return Entry(mark + new.tensor, new.idx)

    def _node(self, entry: Entry) -> Entry:
        tensor = self.formulas.network.tensor(entry.tensor)
        if tensor.role != "value" or not tensor.axes:
            return entry
        if entry.tensor == self.result and self.output is not None:
            return Entry(self.output, entry.idx)
        name = "z" if tensor.label.meaning == "preactivation" else "a"
        return Entry(name, (entry.idx[0] + self.starts[entry.tensor],))

    def _connect(self, layer: LayerRecord) -> None:
        """A name for every weight and every bias that leads to a layer."""
        network = self.formulas.network
        [equation] = network.definitions((*layer.values, layer.result)[0])
        to, source = equation.lhs.idx[0], self.starts[layer.sources[0]]
        for entry in dict.fromkeys(e for e in entries_in(equation.rhs) if e.tensor in layer.parameters):
            axes = network.tensor(entry.tensor).axes
            place = next(k for k, a in enumerate(entry.idx) if a == to)
            for at in _assignments(axes):
                node = at[place] + self.starts[layer.result]
                sources = [at[k] + source for k in range(len(axes)) if k != place]
                name = self._name(node, sources)
                self.tensors[name] = Tensor(name, (), "parameter", label=Label("own", symbol=name))
                self.connections[Entry(entry.tensor, tuple(number(k) for k in at))] = Entry(name, ())

    def _name(self, node: int, sources: list[int]) -> str:
        """`w_41`, `w_10_3`, `w_4b`."""
        if not sources:
            return f"{self.letter}_{node}{self.bias}"
        pair = (node, *sources)
        return f"{self.letter}_{('' if max(pair) <= LARGEST_DIGIT else '_').join(map(str, pair))}"


def _values(name: str, meaning: str) -> Tensor:
    return Tensor(name, (Index("node", number(1), number(1)),), "value", label=Label(meaning))


def _assignments(axes: tuple[Index, ...]) -> list[tuple[int, ...]]:
    found: list[tuple[int, ...]] = [()]
    for a in axes:
        found = [(*at, k) for at in found for k in range(1, _number(a.extent) + 1)]
    return found


def _number(extent: Affine) -> int:
    if not extent.is_number:
        raise _not_numbered(f"the size {extent!r} is no number")
    return extent.const
