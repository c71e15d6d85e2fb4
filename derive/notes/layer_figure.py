"""The network as a graph of its layers: a box for each, in which the layers that only pass on its result stand too."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from derive.ir.tensor import Equation
from derive.network.network import LayerRecord
from derive.notes.formulas import Formulas
from derive.notes.graph import Edge, Graph, Node, Title
from derive.notes.titles import in_text, label_of
from derive.terms.term import Entry
from derive.terms.walk import entries_in

MOST_LAYERS = 4
"""So many layers share a box."""

Box = tuple[LayerRecord, ...]


def has_inner_values(formulas: Formulas, merged: Collection[str]) -> bool:
    """Whether a layer states values on the way, other than those that share the box of their reader."""
    return any(v not in merged for record in formulas.network.layers for v in record.values)


def layer_graph(formulas: Formulas) -> Graph | None:
    """The graph of the layers; None for a network without layers, or with a symbolic number of them."""
    records = formulas.network.layers
    made: set[str] = set()
    for record in records:
        later = {r.result for r in records} - made
        if later & set(record.sources):
            return None
        made.add(record.result)
    return _Layers(formulas).graph() if records else None


@dataclass(frozen=True)
class _Layers:
    formulas: Formulas

    @cached_property
    def boxes(self) -> tuple[Box, ...]:
        """The layers by boxes: one without weights joins the box whose result it alone reads."""
        boxes: list[Box] = []
        for record in self.formulas.network.layers:
            place = next((k for k, box in enumerate(boxes) if self._joins(record, box)), None)
            if place is None:
                boxes.append((record,))
            else:
                boxes[place] = (*boxes[place], record)
        return tuple(boxes)

    def _joins(self, record: LayerRecord, box: Box) -> bool:
        network = self.formulas.network
        has_weights = any(len(network.tensor(p).axes) > 1 for p in record.parameters)
        before = box[-1].result
        readers = {e.lhs.tensor for e in network.readers(before)} - {*box[-1].values, before}
        alone = readers <= {*record.values, record.result}
        return set(record.sources) == {before} and alone and not has_weights and len(box) < MOST_LAYERS

    @cached_property
    def owner(self) -> dict[str, str]:
        """The box of each value of a layer, by the key of its node."""
        return {name: _key(box) for box in self.boxes for r in box for name in (*r.values, r.result)}

    def graph(self) -> Graph:
        edges: dict[tuple[str, str], Edge] = {}
        for source, target in self._pairs():
            edges.setdefault((source, target), Edge(source, target))
        nodes = {_key(box): self._box(box) for box in self.boxes}
        keys = dict.fromkeys(k for e in edges.values() for k in (e.source, e.target))
        return Graph(tuple(nodes.get(k) or self._value(k) for k in keys), tuple(edges.values()))

    def _pairs(self) -> Iterator[tuple[str, str]]:
        """What each box reads, and each value outside the boxes."""
        for box in self.boxes:
            inside = {r.result for r in box}
            for r in box:
                yield from ((self.owner.get(s, s), _key(box)) for s in r.sources if s not in inside)
        for e in self.formulas.network.equations:
            if e.lhs.tensor not in self.owner:
                yield from ((self.owner.get(n, n), e.lhs.tensor) for n in self._drawn(e))

    def _drawn(self, e: Equation) -> Iterator[str]:
        for x in entries_in(e.rhs):
            if self.formulas.network.tensor(x.tensor).role in ("input", "target", "value") and x.tensor != e.lhs.tensor:
                yield x.tensor

    # -- boxes -------------------------------------------------------------------------------------------

    def _box(self, box: Box) -> Node:
        titles = tuple(_title(self.formulas, r) for r in box)
        first, *more = (*map(label_of, titles), *self._named(box[-1].result))
        loops = dict.fromkeys(letter for r in box for letter in self._steps(r))
        return Node(_key(box), first, "block", tuple(more), ", ".join(loops), titles)

    def _value(self, name: str) -> Node:
        first, *more = self._named(name)
        return Node(name, first, "block", tuple(more))

    def _named(self, name: str) -> Sequence[str]:
        """The symbol of a value, and its shape."""
        tensor, symbol = self.formulas.network.tensor(name), self.formulas.symbol(name)
        return (symbol, self.formulas.printer.shape(tensor)) if tensor.axes[tensor.family :] else (symbol,)

    def _steps(self, record: LayerRecord) -> Iterator[str]:
        """The ordered index along which a layer reads what it has stated itself."""
        own = {*record.values, record.result}
        for e in self.formulas.network.equations:
            ordered = [b for b in e.domain if b.ordered]
            read = [x for x in entries_in(e.rhs) if isinstance(x, Entry) and x.tensor in own]
            for b in ordered if e.lhs.tensor in own else ():
                if any(b.name in at.free and at.variable != b.name for x in read for at in x.idx):
                    names = self.formulas.printer.names_of(e.lhs)
                    yield self.formulas.printer.symbols.indices.letter(b.name, names).tex


def _key(box: Box) -> str:
    return box[0].result


def _title(formulas: Formulas, record: LayerRecord) -> Title:
    """`gru 1`, `dense skip`: a name or a number is part of the text, any other mark a formula."""
    number = "" if record.number is None else formulas.printer.symbols.number(record.number)
    mark = record.name or (number if number.isdigit() else "")
    if mark or not number:
        return Title(record.kind, in_text(f" {mark}") if mark else "")
    return Title(record.kind, rf" \; {number}")
