"""The value of the key `derive` in front matter; all other keys belong to others and are not even parsed.

Front matter is YAML between `---` at the top of a Markdown file, or in the comments at the top of a TeX file:

    % derive:
    %   notation: ng
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml

from derive.errors import DeriveError, printable, quoted
from derive.latex.reading.document import Ruler

SIZE_LIMIT = 100_000
NODE_LIMIT = 5_000
DEPTH_LIMIT = 40
DIGIT_LIMIT = 400

_KEYS = r"(?=(?:[ \t]*#[^\n]*\n)*(?:[\w\"'][^\n:=]*[:=]|---|\+\+\+|\.\.\.|\{))"
_FENCED = re.compile(
    rf"(?:[ \t]*\n)*(---|\+\+\+)[ \t]*\n{_KEYS}(.*?)^(?:\1|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE
)
"""A first line that is no key belongs to text between two rules."""
_KEY = re.compile(r"""^(?:derive|"derive"|'derive')[ \t]*:(?=\s|\Z)""", re.MULTILINE)
_NEXT_KEY = re.compile(r"^(?:[^\s#-]|-\S)", re.MULTILINE)
_COMMENTS = re.compile(r"(?:[ \t]*(?:%[^\n]*)?\n)*(?:[ \t]*%[^\n]*\Z)?")
_COMMENTED = re.compile(r"^([ \t]*%)([ \t]*)", re.MULTILINE)
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")


@dataclass(frozen=True)
class FrontMatter:
    """What stands under `derive`; the same as YAML text in which all else is blanked out; where the body begins."""

    value: dict[str, Any]
    source: str
    end: int


def front_matter_of(text: str, name: str) -> FrontMatter:
    """Front matter between `---` at the top of a text.

    Raises: DeriveError where what stands under `derive` is no mapping in YAML.
    """
    found = _FENCED.match(text, 0, SIZE_LIMIT)
    if found is None:
        return FrontMatter({}, "", 0)
    if found[1] == "+++":
        return FrontMatter({}, "", found.end())
    source = _under_key(text, found.start(2), found.end(2))
    return FrontMatter(_mapping(source, name), source, found.end())


def tex_front_matter_of(text: str, name: str) -> FrontMatter:
    """Front matter in the comments at the top of a TeX file; the signs `%` count as spaces.

    Raises: DeriveError where what stands under `derive` is no mapping in YAML.
    """
    found = _COMMENTS.match(text, 0, SIZE_LIMIT)
    top = text[: found.end()] if found else ""
    lines = top.split("\n")
    at = next((i for i, line in enumerate(lines) if re.match(r"[ \t]*%[ \t]*derive[ \t]*:(?:\s|$)", line)), None)
    if at is None:
        return FrontMatter({}, "", 0)
    kept = [""] * at
    indent = _depth(lines[at])
    for line in lines[at:]:
        if len(kept) > at and (("%" not in line) or (line.strip("% \t") and _depth(line) <= indent)):
            break
        kept.append(line.replace("%", " ", 1))
    source = "\n".join(kept)
    return FrontMatter(_mapping(source, name), source, 0)


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip("% \t"))


def _under_key(text: str, start: int, end: int) -> str:
    """The lines of the key `derive`, below as many empty lines as stand before them; empty if there is none."""
    key = _KEY.search(text, start, end)
    if key is None:
        return ""
    following = _NEXT_KEY.search(text, text.find("\n", key.end(), end) + 1 or end, end)
    return "\n" * text.count("\n", 0, key.start()) + text[key.start() : following.start() if following else end]


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader within bounds, without anchors and tags; nothing is constructed by it."""

    _depth = 0
    _nodes = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or event.anchor or event.tag:
            raise yaml.MarkedYAMLError(None, None, "anchors, aliases and tags are not allowed", event.start_mark)
        self._depth += 1
        self._nodes += 1
        if self._depth > DEPTH_LIMIT or self._nodes > NODE_LIMIT:
            problem = f"it has more than {NODE_LIMIT} values, or is nested more than {DEPTH_LIMIT} deep"
            raise yaml.MarkedYAMLError(None, None, problem, event.start_mark)
        node: yaml.Node | None = super().compose_node(parent, index)
        self._depth -= 1
        return node


def _mapping(source: str, name: str) -> dict[str, Any]:
    if not source.strip():
        return {}
    try:
        node = _Loader(source).get_single_node()
        value = _plain(node)["derive"] if node is not None else {}
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise _error(error.problem or "the text breaks off", name, *place) from None
    except yaml.reader.ReaderError as error:
        found = Ruler(source).place(error.position)
        raise _error(f"the character {error.character!a} is not allowed", name, found.line, found.column) from None
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _error("it is no mapping", name, source.count("\n", 0, source.index("derive")) + 1, 1)
    return value


def _error(problem: str, name: str, line: int, column: int) -> DeriveError:
    return DeriveError(
        f"the front matter under `derive` cannot be read: {printable(problem)}",
        repair="write plain YAML: `notation: ng`, indented below `derive:`",
        file=name,
        line=line,
        column=column,
    )


def _plain(node: yaml.Node) -> Any:
    """The value of a node: a mapping with texts as keys, a list, or a scalar by the rules of YAML 1.2."""
    if isinstance(node, yaml.MappingNode):
        return _plain_mapping(node)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value]
    return _scalar(node)


def _plain_mapping(node: yaml.MappingNode) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise yaml.MarkedYAMLError(None, None, "a key is no text", key.start_mark)
        if key.value in values:
            raise yaml.MarkedYAMLError(None, None, f"the key {quoted(key.value)} appears twice", key.start_mark)
        values[key.value] = _plain(value)
    return values


def _scalar(node: yaml.Node) -> bool | int | float | str | None:
    text: str = node.value
    if getattr(node, "style", None) is not None:
        return text
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    if len(text) > DIGIT_LIMIT:
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
