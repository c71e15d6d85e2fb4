"""What stands inside a formula but is no mathematics: labels, tags, comments, definitions, marks of a quotation.

All of it is blanked out with as many spaces, so that offsets stay. `&lt;`, `&gt;` and `&amp;` of HTML become the sign
they mean, followed by spaces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from derive.latex.reading.document import MacroDefinition
from derive.latex.reading.macro_definitions import DEFINING, DefinitionReader

_LABEL = re.compile(r"\\(label|tag\*?)[ \t]*\{((?:[^{}\\]|\\.|\{[^{}]{0,200}\}){0,500}+)\}")
_NUMBER = re.compile(r"\\l?eqno(?![A-Za-z])[ \t]*([^\n$&\\]{0,100}+)")
_COMMENT = re.compile(r"\\[\s\S]|(%[^\n]*+)(?=\n)")
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "nbsp": " "}
_ENTITY = re.compile(r"&(lt|gt|amp|nbsp);")
_QUOTED = re.compile(r"\n([ \t]*+(?:>[ \t]?)++)")


@dataclass(frozen=True)
class Blanked:
    """A formula without what is no mathematics, its first label or else its first tag, and its definitions."""

    source: str
    label: str
    definitions: tuple[MacroDefinition, ...]


def blank(source: str, start: int, quoted: bool) -> Blanked:
    """Blank out what is no mathematics in a formula that begins at `start` of the text.

    `quoted` says that it stands in a quotation of Markdown, where lines begin with `>`.
    """
    if quoted and "\n" in source:
        source = _QUOTED.sub(lambda found: "\n" + " " * len(found[1]), source)
    if "%" in source:
        source = _COMMENT.sub(lambda found: " " * len(found[0]) if found[1] else found[0], source)
    if "&" in source:
        source = _ENTITY.sub(lambda found: _ENTITIES[found[1]].ljust(len(found[0])), source)
    if "\\" not in source:
        return Blanked(source, "", ())
    source, definitions = _without_definitions(source, start)
    labels = [(found[1], found[2]) for pattern in (_LABEL,) for found in pattern.finditer(source)]
    labels += [("tag", found[1].strip(" \t()")) for found in _NUMBER.finditer(source)]
    label = next((text for kind, text in labels if kind == "label"), labels[0][1] if labels else "")
    for pattern in (_LABEL, _NUMBER):
        source = pattern.sub(lambda found: _spaces(found[0]), source) if labels else source
    return Blanked(source, label.strip(), definitions)


def _without_definitions(source: str, start: int) -> tuple[str, tuple[MacroDefinition, ...]]:
    if DEFINING.search(source) is None:
        return source, ()
    reader, found, parts, position = DefinitionReader(source), [], [], 0
    for command in DEFINING.finditer(source):
        read = reader.at(command.start()) if command.start() >= position else None
        if read is not None:
            definition, end = read
            found.append(replace(definition, start=definition.start + start))
            parts += [source[position : command.start()], _spaces(source[command.start() : end])]
            position = end
    return "".join([*parts, source[position:]]), tuple(found)


def _spaces(text: str) -> str:
    return "".join("\n" if char == "\n" else " " for char in text)
