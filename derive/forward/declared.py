"""What front matter says of a forward pass: which names are inputs, targets and parameters, shapes, and the cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from derive.errors import DeriveError, quoted
from derive.forward.calls import is_named
from derive.ir.tensor import Kind
from derive.latex.reading.document import Document
from derive.latex.reading.formula import read_formula
from derive.latex.reading.syntax import Node
from derive.latex.reading.trees import walk

ROLES = {"inputs": "input", "targets": "target", "parameters": "parameter", "numbers": "hyper"}
KINDS: Mapping[str, Kind] = {
    "real": "real",
    "binary": "binary",
    "one_hot": "one_hot",
    "distribution": "distribution",
    "sign": "sign",
}
KEYS = (*ROLES, "shapes", "cost", "depth")


@dataclass(frozen=True)
class Declared:
    """`names` by role, as they are written; `shapes` as nodes; `kinds` of targets; `depth` is the letter of layers."""

    names: Mapping[str, tuple[Node, ...]] = field(default_factory=dict)
    shapes: tuple[tuple[Node, tuple[Node, ...]], ...] = ()
    kinds: tuple[tuple[Node, Kind], ...] = ()
    cost: Node | None = None
    depth: frozenset[str] = frozenset(("l",))
    roles: Mapping[Any, str] = field(default_factory=dict)

    @property
    def sizes(self) -> tuple[tuple[Node, ...], ...]:
        return tuple(s for _, s in self.shapes)

    def is_depth(self, order: Node) -> bool:
        """Whether a letter of an order counts layers, and not steps."""
        return any(getattr(x, "name", "") in (*self.depth, "L") for x in walk(order))


def declared_in(document: Document) -> Declared:
    """Raises: DeriveError for what is no name, no shape, no kind."""
    said, file = document.front_matter, document.name
    line = line_of_front_matter(document)
    names: dict[str, tuple[Node, ...]] = {}
    kinds: list[tuple[Node, Kind]] = []
    for key, role in ROLES.items():
        given = said.get(key, ())
        if isinstance(given, str):
            given = [given]
        if isinstance(given, Mapping):
            for name, kind in given.items():
                if str(kind) not in KINDS:
                    raise DeriveError(
                        f"{quoted(kind)} is no kind", repair=f"use one of {', '.join(KINDS)}", file=file, line=line
                    )
                kinds.append((node_of(str(name), file, line), KINDS[str(kind)]))
        elif not isinstance(given, list | tuple):
            raise DeriveError(f"{quoted(key)} is no list of names", repair=f"write {key}: [x]", file=file, line=line)
        names[role] = tuple(node_of(str(name), file, line) for name in given)
    shapes = said.get("shapes", {})
    if not isinstance(shapes, Mapping):
        raise DeriveError("`shapes` is no mapping", repair="write shapes: {W: [n_1, n_0]}", file=file, line=line)
    made = tuple((node_of(str(n), file, line), _shape(n, s, file, line)) for n, s in shapes.items())
    cost, depth = said.get("cost"), said.get("depth", "l")
    named = None if cost is None else node_of(str(cost), file, line)
    return Declared(names, made, tuple(kinds), named, frozenset((str(depth),)))


def line_of_front_matter(document: Document) -> int:
    """Where the key `derive` stands."""
    before = document.text[: max(document.text.find("derive"), 0)]
    return before.count("\n") + 1


def _shape(name: object, said: object, file: str, line: int) -> tuple[Node, ...]:
    if not isinstance(said, list | tuple):
        raise DeriveError(
            f"the shape of {quoted(name)} is no list", repair="write [n_1, n_0], [] for a number", file=file, line=line
        )
    return tuple(node_of(str(s), file, line) for s in said)


def node_of(written: str, file: str, line: int) -> Node:
    """The syntax of a name or a size of front matter.

    Raises: DeriveError for anything else.
    """
    chains = read_formula(written).chains
    member = chains[0].members[0] if len(chains) == 1 and len(chains[0].members) == 1 else None
    if member is None or not (is_named(member) or type(member).__name__ == "Number"):
        raise DeriveError(
            f"{quoted(written)} is no symbol", repair="write one symbol, as in the document", file=file, line=line
        )
    return member
