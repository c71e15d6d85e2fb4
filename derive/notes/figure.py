"""The network as a graph: a box for each value, an activation in one box with its preactivation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from derive.ir.tensor import Equation, Tensor
from derive.notes.formulas import Formulas
from derive.notes.graph import Edge, Graph, Node, Shape
from derive.notes.layer_figure import has_inner_values, layer_graph
from derive.terms.affine import index
from derive.terms.term import Entry, Func
from derive.terms.walk import entries_in

BEFORE, HERE, LAST = "before", "here", "last"
"""Of a value in a family: of the layer before, of layer l, of the last layer."""
SHOWN_PARAMETERS = 4
MOST_VALUES = 12
MOST_UNITS = 4
"""A layer of so many units shows all of them."""


def network_graph(formulas: Formulas) -> Graph:
    """The graph of a network; of layers of symbolic number it shows layer l between dots.

    Layers with values on the way are boxes of their own, and so are those of a network with too many values to draw.
    """
    merged = _merged(formulas)
    graph, layers = _Graphing(formulas, merged).graph(), layer_graph(formulas)
    if layers is None:
        return graph
    is_crowded = len(graph.nodes) > MOST_VALUES and len(layers.nodes) < len(graph.nodes)
    return layers if is_crowded or has_inner_values(formulas, merged) else graph


def acyclic(graph: Graph) -> Graph:
    """The graph without the arrows that lead back, along which a recursion within a layer goes from step to step."""
    forward: dict[str, list[str]] = {n.key: [] for n in graph.nodes}
    kept = []
    for e in graph.edges:
        if e.target != e.source and not _reaches(forward, e.target, e.source):
            forward[e.source].append(e.target)
            kept.append(e)
    return Graph(graph.nodes, tuple(kept))


def _reaches(forward: Mapping[str, Sequence[str]], start: str, end: str) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        for key in forward[waiting.pop()]:
            if key not in seen:
                seen.add(key)
                waiting.append(key)
    return end in seen


def _merged(formulas: Formulas) -> dict[str, str]:
    """Values that share the box of their only reader: `z` in the box of `a = f(z)`."""
    network = formulas.network
    out = {}
    for e in network.equations:
        reads = {x.tensor for x in entries_in(e.rhs)}
        if len(reads) != 1 or e.lhs.tensor == formulas.cost:
            continue
        [z] = reads
        tensor = network.tensor(z)
        readers = {r.lhs.tensor for r in network.readers(z)}
        if tensor.role == "value" and readers == {e.lhs.tensor} and _reads_parameters(formulas, z):
            out[z] = e.lhs.tensor
    return out


def _reads_parameters(formulas: Formulas, name: str) -> bool:
    return any(_parameters(formulas, e) for e in formulas.network.definitions(name))


def _parameters(formulas: Formulas, e: Equation) -> list[Entry]:
    """The parameters on a right side, each once."""
    found: dict[str, Entry] = {}
    for x in entries_in(e.rhs):
        if isinstance(x, Entry) and formulas.network.tensor(x.tensor).role == "parameter":
            found.setdefault(x.tensor, x)
    return [found[n] for n in formulas.network.tensors if n in found]


@dataclass(frozen=True)
class _Graphing:
    formulas: Formulas
    merged: dict[str, str]

    def graph(self) -> Graph:
        nodes: dict[str, Node] = {}
        edges: dict[tuple[str, str], Edge] = {}
        for e in self._inner():
            for edge in self._edges(e):
                edges.setdefault((edge.source, edge.target), edge)
        keys = dict.fromkeys(k for e in edges.values() for k in (e.source, e.target))
        for key in keys:
            nodes[key] = self._node(key)
        for edge in tuple(edges.values()):
            self._add_dots(edge, nodes, edges)
        return acyclic(Graph(tuple(nodes.values()), tuple(edges.values())))

    def _inner(self) -> Iterator[Equation]:
        """The equations between boxes: all but those inside one."""
        for e in self.formulas.network.equations:
            if not any(self.merged.get(x.tensor) == e.lhs.tensor for x in entries_in(e.rhs)):
                yield e

    def _edges(self, e: Equation) -> Iterator[Edge]:
        """From each value that an equation reads, labelled with the parameters that it uses."""
        label = self._label(e)
        target = self._key(Entry(self.merged.get(e.lhs.tensor, e.lhs.tensor), e.lhs.idx))
        for x in entries_in(e.rhs):
            if isinstance(x, Entry) and self._is_drawn(x.tensor):
                box = Entry(self.merged.get(x.tensor, x.tensor), x.idx)
                repeated = self._is_start(e)
                yield Edge(self._key(box), target, "" if repeated else label, repeated)
                label = ""

    def _is_drawn(self, name: str) -> bool:
        return self.formulas.network.tensor(name).role in ("input", "target", "value")

    def _is_start(self, e: Equation) -> bool:
        """Whether an equation begins a family (`a[0] = x`)."""
        tensor = self.formulas.network.tensor(e.lhs.tensor)
        return tensor.family > 0 and not any(b.ordered for b in e.domain)

    def _label(self, e: Equation) -> str:
        found = _parameters(self.formulas, e)
        if not found or len(found) > SHOWN_PARAMETERS or e.lhs.tensor == self.formulas.cost:
            return ""
        return ", ".join(self._whole(x) for x in found)

    # -- keys: a tensor, and of a family which layer ---------------------------------------------------

    def _key(self, x: Entry) -> str:
        tensor = self.formulas.network.tensor(x.tensor)
        if not tensor.family:
            return x.tensor
        at = x.idx[0]
        if at.variable is not None:
            return f"{x.tensor}@{HERE}"
        return f"{x.tensor}@{LAST if at == tensor.axes[0].hi else BEFORE}"

    def _add_dots(self, e: Edge, nodes: dict[str, Node], edges: dict[tuple[str, str], Edge]) -> None:
        """Layer l leads to the last layer by many more."""
        name, _, place = e.target.partition("@")
        last = f"{name}@{LAST}"
        if place == HERE and last in nodes:
            edges.setdefault((e.target, last), Edge(e.target, last, repeated=True))

    # -- boxes -----------------------------------------------------------------------------------------

    def _node(self, key: str) -> Node:
        name, _, place = key.partition("@")
        tensor = self.formulas.network.tensor(name)
        notes = () if place in (BEFORE, LAST) else self._notes(tensor)
        return Node(key, self._symbol(tensor, place), self._shape(tensor), notes, units=_few_units(tensor))

    def _shape(self, tensor: Tensor) -> Shape:
        if len(tensor.axes) == tensor.family:
            return "number"
        return "layer" if len(tensor.axes) == tensor.family + 1 else "value"

    def _symbol(self, tensor: Tensor, place: str) -> str:
        if not place:
            return self.formulas.symbol(tensor.name)
        own = tensor.axes[0]
        layer = self._layer(tensor)
        at = {HERE: index(layer), BEFORE: index(layer) - 1, LAST: own.hi}[place]
        return self._whole(Entry(tensor.name, (at, *tensor.entry.idx[1:])))

    def _layer(self, tensor: Tensor) -> str:
        """The ordered index that the family's own equations run over."""
        for e in self.formulas.network.definitions(tensor.name):
            for b in e.domain:
                if b.ordered:
                    return b.name
        return tensor.axes[0].name

    def _whole(self, x: Entry) -> str:
        """A tensor of one layer with its other axes left open."""
        domains = [e.domain for e in self.formulas.network.equations]
        ordered = {b.name: b for domain in domains for b in domain if b.ordered and b.name in x.free}
        printer = self.formulas.printer
        return self.formulas.layer(x, printer.numbered(printer.names(ordered.values()), ordered, x.tensor, stated=True))

    def _notes(self, tensor: Tensor) -> tuple[str, ...]:
        """How many entries, and the function that made them."""
        if len(tensor.axes) == tensor.family:
            return ()
        function = [self.formulas.printer.function(n) for n in self._functions(tensor.name)]
        return (*function, self.formulas.printer.shape(tensor, stated=True))

    def _functions(self, name: str) -> Iterator[str]:
        for e in self.formulas.network.definitions(name):
            terms = e.rhs.terms
            if len(terms) == 1 and len(terms[0][0].powers) == 1:
                atom = terms[0][0].powers[0][0]
                if isinstance(atom, Func):
                    yield atom.name


def _few_units(tensor: Tensor) -> int:
    """How many units a vector has, if they are few; else 0."""
    extents = [a.extent for a in tensor.axes[tensor.family :]]
    if len(extents) != 1 or not extents[0].is_number:
        return 0
    number = extents[0].const
    return int(number) if number <= MOST_UNITS else 0
