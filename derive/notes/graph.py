"""A network as a graph to be drawn: boxes with labels, and arrows between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Shape = Literal["layer", "value", "number", "block", "dots"]


@dataclass(frozen=True)
class Title:
    """The name of a layer: its kind, which every language has a word for, and `mark` (LaTeX), its name or number."""

    kind: str
    mark: str = ""


@dataclass(frozen=True)
class Node:
    """A box: a `layer` shows neurons, a `value` and a `number` their symbol; `dots` stand for what is left out.

    `label` and the lines of `notes` are LaTeX; the notes stand below the box, and in a `block` below the label. An
    arrow that leads from a box back to itself is labelled `loop`. `titles` name the layers whose titles are the label
    and the first of the notes. A layer of few `units` shows each of them; 0 are many, or a number that is not known.
    """

    key: str
    label: str
    shape: Shape
    notes: tuple[str, ...] = ()
    loop: str = ""
    titles: tuple[Title, ...] = ()
    units: int = 0


@dataclass(frozen=True)
class Edge:
    """An arrow between two nodes, labelled by the parameters it uses; `repeated` stands for many layers."""

    source: str
    target: str
    label: str = ""
    repeated: bool = False


@dataclass(frozen=True)
class Graph:
    """Nodes and edges; no cycles but the loops of nodes."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def node(self, key: str) -> Node:
        return next(n for n in self.nodes if n.key == key)
