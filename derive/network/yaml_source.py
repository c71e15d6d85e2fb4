"""YAML text to a located tree: a safe loader with limits, line numbers, and no duplicate keys.

Nothing in a file can construct an object: only the seven tags below are understood, and their scalars are
converted here. Numbers and truth values follow YAML 1.2 (`1e-5` is a number, `on` and `no` are texts).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, ClassVar

import yaml

from derive.errors import NetworkFileError, printable, quoted
from derive.network.spec.complaints import Complaints
from derive.network.spec.tree import Entry, ListNode, MappingNode, Node, Place, ScalarNode

SIZE_LIMIT = 1_000_000
NODE_LIMIT = 50_000
DEPTH_LIMIT = 40
DIGIT_LIMIT = 400

_TAG = "tag:yaml.org,2002:"
_SCALAR_TAGS = frozenset(_TAG + kind for kind in ("null", "bool", "int", "float", "str"))


class _BoundedLoader(yaml.SafeLoader):
    """PyYAML's safe loader, composing at most `NODE_LIMIT` nodes at most `DEPTH_LIMIT` deep."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}  # type: ignore[misc]
    _depth = 0
    _nodes = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self._depth += 1
        self._nodes += 1
        mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
        _require_bounds(self._depth, self._nodes, mark)
        node: yaml.Node | None = super().compose_node(parent, index)
        self._depth -= 1
        return node


for _kind, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    (
        "float",
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
):
    _BoundedLoader.add_implicit_resolver(_TAG + _kind, re.compile(f"(?:{_pattern})$"), _first)


def _require_bounds(depth: int, nodes: int, mark: Any) -> None:
    """Stop at a file that nests or expands without reason."""
    if depth > DEPTH_LIMIT:
        raise yaml.MarkedYAMLError(None, None, f"it is nested more than {DEPTH_LIMIT} deep", mark)
    if nodes > NODE_LIMIT:
        raise yaml.MarkedYAMLError(
            None, None, f"it has more than {NODE_LIMIT} values, aliases expanded", mark
        )


def read_text_file(path: Path) -> str:
    """The text of a regular file of at most `SIZE_LIMIT` bytes in UTF-8."""
    file = str(path)
    try:
        if path.exists() and not path.is_file():
            raise NetworkFileError("this is not a regular file", repair="name a network file", file=file)
        with path.open("rb") as stream:
            data = stream.read(SIZE_LIMIT + 1)
        size = path.stat().st_size
    except FileNotFoundError:
        raise NetworkFileError("there is no such file", repair="check the path", file=file) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise NetworkFileError(
            f"the file cannot be read ({reason})", repair="check the path and its permissions", file=file
        ) from None
    _require_size(max(size, len(data)), file)
    return _decoded(data, file)


def _require_size(size: int, file: str) -> None:
    if size > SIZE_LIMIT:
        raise NetworkFileError(
            f"this is {size / 1e6:.1f} MB, and a network file has at most {SIZE_LIMIT / 1e6:.0f} MB",
            repair="name the network file, not data or weights",
            file=file,
        )


def _decoded(data: bytes, file: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        raise NetworkFileError(
            f"byte {data[error.start]:#04x} is not UTF-8",
            repair="save the file as UTF-8 text",
            file=file,
            line=before.count(b"\n") + 1,
            column=error.start - before.rfind(b"\n"),
        ) from None


def parse_tree(text: str, complaints: Complaints) -> Node | None:
    """The located tree of one YAML document; `None` for an empty one.

    Raises `NetworkFileError` where the text is no YAML or passes a limit. Duplicate keys, keys that are no
    texts, and tags go to `complaints`, and the tree leaves them out.
    """
    _require_size(len(text), complaints.file)
    try:
        loader = _BoundedLoader(text)
        root = loader.get_single_node()
        return None if root is None else _TreeBuilder(complaints).build(root)
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, complaints.file) from None
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        raise NetworkFileError(
            f"character {error.character!a} is not allowed in YAML",
            repair="remove it",
            file=complaints.file,
            line=before.count("\n") + 1,
            column=error.position - before.rfind("\n"),
        ) from None


def _syntax_error(error: yaml.MarkedYAMLError, file: str) -> NetworkFileError:
    """PyYAML's complaint with its place and a repair that fits the commonest slips."""
    mark = error.problem_mark or error.context_mark
    problem = error.problem or "the text breaks off"
    if "\\t" in problem:
        repair = "indent with spaces, not tabs"
    elif "more than" in problem or "alias stands" in problem:
        repair = "write the network out plainly"
    elif "single document" in str(error.context):
        problem, repair = "there is more than one document", "keep one network in a file, without `---`"
    else:
        repair = "check indentation, brackets, quotes and the colons here"
    return NetworkFileError(
        f"this is no network file: {printable(problem)}",
        repair=repair,
        file=file,
        line=mark.line + 1 if mark else None,
        column=mark.column + 1 if mark else None,
    )


class _TreeBuilder:
    """Turns composed YAML nodes into a located tree, expanding aliases within the limits."""

    def __init__(self, complaints: Complaints) -> None:
        self._complaints = complaints
        self._nodes = 0
        self._open: list[yaml.Node] = []

    def build(self, node: yaml.Node) -> Node:
        """The located tree below one YAML node."""
        if any(node is outer for outer in self._open):
            raise yaml.MarkedYAMLError(None, None, "an alias stands inside what it names", node.start_mark)
        self._nodes += 1
        _require_bounds(len(self._open) + 1, self._nodes, node.start_mark)
        self._open.append(node)
        place = Place(node.start_mark.line + 1, node.start_mark.column + 1)
        built = self._convert(node, place)
        self._open.pop()
        return built

    def _convert(self, node: yaml.Node, place: Place) -> Node:
        if isinstance(node, yaml.MappingNode) and node.tag == _TAG + "map":
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode) and node.tag == _TAG + "seq":
            return ListNode(tuple(self.build(item) for item in node.value), place)
        if isinstance(node, yaml.ScalarNode) and node.tag in _SCALAR_TAGS:
            return ScalarNode(self._scalar(node, place), place)
        shown = node.tag.replace(_TAG, "!!")
        self._complaints.add_last(
            place, f"the tag {quoted(shown)} is not allowed", "write plain values without tags"
        )
        return ScalarNode(None, place)

    def _mapping(self, node: yaml.MappingNode, place: Place) -> MappingNode:
        entries: dict[str, Entry] = {}
        for key_node, value_node in node.value:
            key, value = self.build(key_node), self.build(value_node)
            if not isinstance(key, ScalarNode) or not isinstance(key.value, str):
                shown = key_node.value if isinstance(key, ScalarNode) else "a list or mapping"
                self._complaints.add(
                    key.place, f"the key {quoted(shown)} is not a text", "use a name as the key"
                )
            elif key.value in entries:
                first = entries[key.value].key_place.line
                self._complaints.add(
                    key.place,
                    f"the key {quoted(key.value)} appears twice, first on line {first}",
                    "keep one of them",
                )
            else:
                entries[key.value] = Entry(key.value, key.place, value)
        return MappingNode(tuple(entries.values()), place)

    def _scalar(self, node: yaml.ScalarNode, place: Place) -> bool | int | float | str | None:
        text: str = node.value
        kind = node.tag.removeprefix(_TAG)
        if kind == "str":
            return text
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() == "true"
        if len(text) > DIGIT_LIMIT:
            self._complaints.add_last(
                place, f"the number {quoted(text)} has too many digits", "write a shorter number"
            )
            return None
        return self._number(text, kind, place)

    def _number(self, text: str, kind: str, place: Place) -> int | float | None:
        try:
            if kind == "int":
                return int(text)
            return float(re.sub(r"(?i)\.(inf|nan)", r"\1", text))
        except ValueError:
            self._complaints.add_last(
                place, f"{quoted(text)} is not a number", "write a number without a tag"
            )
            return None
