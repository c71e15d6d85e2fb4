"""Definitions of macros as they are written: `\\newcommand`, `\\def`, `\\DeclareMathOperator` and their relatives."""

from __future__ import annotations

import re

from derive.latex.reading.document import MacroDefinition

BODY_LIMIT = 10_000
FAILURE_LIMIT = 100
"""Definitions without an end, after which no more are sought: each costs a search of `BODY_LIMIT` characters."""
DEFINITION_LIMIT = 5_000

DEFINING = re.compile(
    r"\\(?:(?P<new>(?:re|provide)?newcommand|providecommand|DeclareRobustCommand)|(?P<operator>DeclareMathOperator)"
    r"|(?P<plain>[gex]?def)|(?P<let>let))(?![A-Za-z])[ \t]*\*?"
)
_NAME = r"[ \t]*(?:\{[ \t]*\\([A-Za-z@]+|[^A-Za-z\s])[ \t]*\}|\\([A-Za-z@]+|[^A-Za-z\s]))"
_HEAD = re.compile(_NAME + r"[ \t]*(?:\[(\d)\])?[ \t]*(?:\[([^\]\n]{0,200})\])?\s{0,20}(?=\{)")
_OPERATOR = re.compile(_NAME + r"\s{0,20}(?=\{)")
_DEF = re.compile(r"[ \t]*\\([A-Za-z@]+|[^A-Za-z\s])((?:#\d)*)\s{0,20}(?=\{)")
_LET = re.compile(r"[ \t]*\\([A-Za-z@]+)[ \t]*=?[ \t]*(\\[A-Za-z@]+|\\[^A-Za-z\s]|[^\s\\])")
_BRACES = re.compile(r"\\[\s\S]|[{}]")


class DefinitionReader:
    """Reads definitions in one text, from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._failures = 0
        self._read = 0

    def at(self, position: int) -> tuple[MacroDefinition, int] | None:
        """The definition that begins with the backslash here, and where it ends; None if there is none."""
        command = DEFINING.match(self._text, position)
        if command is None or self._failures >= FAILURE_LIMIT or self._read >= DEFINITION_LIMIT:
            return None
        read = self._let(command) if command["let"] else self._with_body(command)
        if read is None:
            self._failures += 1
        else:
            self._read += 1
        return read

    def _let(self, command: re.Match[str]) -> tuple[MacroDefinition, int] | None:
        found = _LET.match(self._text, command.end())
        if found is None:
            return None
        return MacroDefinition(found[1], 0, found[2], command.start()), found.end()

    def _with_body(self, command: re.Match[str]) -> tuple[MacroDefinition, int] | None:
        pattern = _HEAD if command["new"] else _OPERATOR if command["operator"] else _DEF
        head = pattern.match(self._text, command.end())
        end = closing_brace(self._text, head.end(), BODY_LIMIT) if head else None
        if head is None or end is None:
            return None
        body = self._text[head.end() + 1 : end]
        if command["plain"]:
            name, arguments, default = head[1], len(head[2]) // 2, None
        else:
            name = head[1] or head[2]
            arguments, default = (int(head[3] or 0), head[4]) if command["new"] else (0, None)
        return MacroDefinition(name, arguments, body, command.start(), default, bool(command["operator"])), end + 1


def closing_brace(text: str, opening: int, limit: int) -> int | None:
    """The offset of the brace that closes the one at `opening`, at most `limit` characters on."""
    depth = 0
    for found in _BRACES.finditer(text, opening, min(len(text), opening + limit)):
        if found[0] == "{":
            depth += 1
        elif found[0] == "}":
            depth -= 1
            if depth == 0:
                return found.start()
    return None
