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
from derive.network.spec.tree import Entry, ListNode, MappingNode, Node, Place, ScalarNode, describe

SIZE_LIMIT = 1_000_000
NODE_LIMIT = 50_000
DEPTH_LIMIT = 40
DIGIT_LIMIT = 400

_TAG = "tag:yaml.org,2002:"
_SCALAR_TAGS = frozenset(_TAG + kind for kind in ("null", "bool", "int", "float", "str"))


class _ExcessError(yaml.MarkedYAMLError):
    """The text is YAML, but nests or expands beyond what a network needs."""


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
        raise _ExcessError(None, None, f"it is nested more than {DEPTH_LIMIT} deep", mark)
    if nodes > NODE_LIMIT:
        raise _ExcessError(None, None, f"it has more than {NODE_LIMIT} values, aliases expanded", mark)


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

    Raises `NetworkFileError` where the text is no YAML or passes a limit, and for tags, keys that are no
    texts and impossible numbers. Duplicate keys go to `complaints`; the tree keeps the first of them.
    """
    _require_size(len(text), complaints.file)
    builder = _TreeBuilder(complaints)
    try:
        root = _BoundedLoader(text).get_single_node()
        tree = None if root is None else builder.build(root)
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, complaints.file) from None
    except yaml.reader.ReaderError as error:
        raise _character_error(error, text, complaints.file) from None
    if builder.has_holes:
        complaints.raise_any()
    return tree


def _syntax_error(error: yaml.MarkedYAMLError, file: str) -> NetworkFileError:
    """PyYAML's complaint with its place and a repair that fits the commonest slips."""
    mark = error.problem_mark or error.context_mark
    problem = f"this is not valid YAML: {error.problem or 'the text breaks off'}"
    repair = "check indentation, brackets, quotes and the colons here"
    if isinstance(error, _ExcessError):
        problem, repair = f"this is no network file: {error.problem}", "write the network out plainly"
    elif "\\t" in problem:
        repair = "indent with spaces, not tabs"
    elif "single document" in str(error.context):
        problem, repair = "there is more than one document", "keep one network in a file, without `---`"
    return NetworkFileError(
        printable(problem),
        repair=repair,
        file=file,
        line=mark.line + 1 if mark else None,
        column=mark.column + 1 if mark else None,
    )


def _character_error(error: yaml.reader.ReaderError, text: str, file: str) -> NetworkFileError:
    """A control character, which YAML does not allow."""
    before = text[: error.position]
    return NetworkFileError(
        f"the character {chr(error.character)!a} is not allowed in YAML",
        repair="remove it",
        file=file,
        line=before.count("\n") + 1,
        column=error.position - before.rfind("\n"),
    )


class _TreeBuilder:
    """Turns composed YAML nodes into a located tree, expanding aliases within the limits.

    `has_holes` says that the tree could not hold everything, so that nothing more can be said about it.
    """

    def __init__(self, complaints: Complaints) -> None:
        self._complaints = complaints
        self._nodes = 0
        self._open: list[yaml.Node] = []
        self.has_holes = False

    def build(self, node: yaml.Node) -> Node:
        """The located tree below one YAML node."""
        if any(node is outer for outer in self._open):
            raise _ExcessError(None, None, "an alias stands inside what it names", node.start_mark)
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
        self._leave_hole(place, f"the tag {quoted(shown)} is not allowed", "write plain values without tags")
        return ScalarNode(None, place)

    def _mapping(self, node: yaml.MappingNode, place: Place) -> MappingNode:
        entries: dict[str, Entry] = {}
        for key_node, value_node in node.value:
            key, value = self.build(key_node), self.build(value_node)
            if not isinstance(key, ScalarNode) or not isinstance(key.value, str):
                shown = quoted(key_node.value) if isinstance(key, ScalarNode) else describe(key)
                self._leave_hole(key.place, f"the key {shown} is not a text", "use a name as the key")
            elif key.value in entries:
                first = entries[key.value].key_place.line
                message = f"the key {quoted(key.value)} appears twice, first on line {first}"
                self._complaints.add(key.place, message, "keep one of them")
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
            self._leave_hole(place, f"the number {quoted(text)} has too many digits", "write a shorter number")
            return None
        try:
            return int(text) if kind == "int" else float(re.sub(r"(?i)\.(inf|nan)", r"\1", text))
        except ValueError:
            self._leave_hole(place, f"{quoted(text)} is not a number", "write a number without a tag")
            return None

    def _leave_hole(self, place: Place, message: str, repair: str) -> None:
        """Complain about something that the tree cannot hold."""
        self._complaints.add(place, message, repair)
        self.has_holes = True
