"""A document file: several parts, each with a network, a notation and a recipe of its own.

document: two-ways
title: {en: "Two ways to a gradient", zh: "求梯度的两条路"}
parts:
  - title: {en: "By entries", zh: "逐元素"}
    network: three-layer            # a file, a bundled example, or a network written here
    notation: nielsen
    notes: [given, forward, backward]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from derive.errors import DeriveError, quoted
from derive.network.schema import read_network_file, read_network_node
from derive.network.spec.complaints import Complaints, suggestion
from derive.network.spec.models import NetworkSpec, NotationSpec
from derive.network.spec.names import parse_title
from derive.network.spec.recipe import SectionSpec, read_recipe
from derive.network.spec.tree import Entry, ListNode, MappingNode, Node, ScalarNode, describe
from derive.network.spec.validation import read_value
from derive.network.spec.values import read_notation
from derive.network.yaml_source import parse_tree, read_text_file

KEYS = ("document", "title", "parts")
PART_KEYS = ("title", "text", "network", "notation", "notes")
TEXT_LIMIT = 2000
TEXTS = "write a text, or one for each language: {en: …, zh: …}"
Texts = Mapping[str, str]
"""A text by language; `""` is the one for every language."""


@dataclass(frozen=True)
class PartSpec:
    """One part; `notation` is None where the network's own holds, `network` where it needs none."""

    title: Texts
    text: Texts
    network: NetworkSpec | None
    notation: NotationSpec | None
    notes: tuple[SectionSpec, ...]
    file: str


@dataclass(frozen=True)
class DocumentSpec:
    """A whole document."""

    name: str
    title: Texts
    parts: tuple[PartSpec, ...]


def said_in(texts: Texts, language: str) -> str:
    """The text in a language; one for every language, else the first that there is."""
    return texts.get(language) or texts.get("") or next(iter(texts.values()), "")


def read_document_file(path: Path, find: Callable[[str], Path]) -> DocumentSpec | None:
    """The document of a file; None if the file holds a network. `find` gives the file that a part names.

    Raises: NetworkFileError for one mistake, DeriveErrors for several, with line, column and repair.
    """
    complaints = Complaints(str(path))
    tree = parse_tree(read_text_file(path), complaints)
    if not isinstance(tree, MappingNode) or (tree.entry("document") is None and tree.entry("parts") is None):
        return None
    _check_keys(tree, KEYS, "a document", complaints)
    named, parts = tree.entry("document"), tree.entry("parts")
    name = read_value(parse_title, named.value, complaints) if named else path.stem
    title = _texts(tree.entry("title"), complaints)
    items = parts.value.items if parts is not None and isinstance(parts.value, ListNode) else ()
    if not items:
        place = tree.place if parts is None else parts.value.place
        complaints.add(place, "a document has `parts`, a list of at least one", "add `parts:` with a list")
    read = [_part(item, path, find, complaints) for item in items]
    complaints.raise_any()
    return DocumentSpec(name or path.stem, title, tuple(p for p in read if p is not None))


def _check_keys(node: MappingNode, keys: tuple[str, ...], what: str, complaints: Complaints) -> None:
    for entry in node.entries:
        if entry.key not in keys:
            complaints.add(entry.key_place, f"{what} has no {quoted(entry.key)}", suggestion(entry.key, keys))


def _texts(entry: Entry | None, complaints: Complaints) -> Texts:
    if entry is None:
        return MappingProxyType({})
    if isinstance(entry.value, MappingNode):
        given = {e.key: e.value for e in entry.value.entries}
    else:
        given = {"": entry.value}
    texts = {}
    for language, node in given.items():
        if isinstance(node, ScalarNode) and isinstance(node.value, str) and len(node.value) <= TEXT_LIMIT:
            texts[language] = node.value
        else:
            found = "a text that is too long" if isinstance(node, ScalarNode) else describe(node)
            complaints.add(node.place, f"{quoted(entry.key)} is {found}", TEXTS)
    return MappingProxyType(texts)


def _part(node: Node, path: Path, find: Callable[[str], Path], complaints: Complaints) -> PartSpec | None:
    if not isinstance(node, MappingNode):
        complaints.add(node.place, f"a part is a mapping, not {describe(node)}", "write network: and notes: in it")
        return None
    _check_keys(node, PART_KEYS, "a part", complaints)
    network = _network(node.entry("network"), path, find, complaints)
    notation = node.entry("notation")
    return PartSpec(
        _texts(node.entry("title"), complaints),
        _texts(node.entry("text"), complaints),
        network,
        read_notation(notation, complaints) if notation is not None else None,
        read_recipe(node.entry("notes"), complaints),
        str(path),
    )


def _network(
    entry: Entry | None, path: Path, find: Callable[[str], Path], complaints: Complaints
) -> NetworkSpec | None:
    """The network of a part: written there, or named."""
    if entry is None:
        return None
    if isinstance(entry.value, MappingNode):
        return read_network_node(entry.value, "network", complaints)
    if not isinstance(entry.value, ScalarNode) or not isinstance(entry.value.value, str):
        complaints.add(entry.value.place, f"a network is not {describe(entry.value)}", "name a file, or write it here")
        return None
    beside = path.parent / entry.value.value
    try:
        named = beside if beside.is_file() else find(entry.value.value)
    except DeriveError as error:
        complaints.add(entry.value.place, error.message, error.repair)
        return None
    return read_network_file(named)
