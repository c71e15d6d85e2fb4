"""Arguments of commands that are text, not mathematics."""

from __future__ import annotations

import re

_BRACES = re.compile(r"\\.|[{}]", re.DOTALL)
_OPTION = re.compile(r"\s*\[[A-Za-z]{1,3}\]")
_DEFINED = re.compile(r"\*?\s*(?:\{\s*\\[A-Za-z]+\s*\}|\\[A-Za-z]+)\s*(?:\[[^\]{}]*\]\s*){0,2}(?:#[1-9]\s*)*")
_COMMAND = re.compile(r"\\(?:[A-Za-z]+|.)\s*|[{}~]", re.DOTALL)


def braced(source: str, at: int) -> tuple[str, int, bool]:
    """The argument that begins at `at`: its text, where it ends, and whether its brace is closed.

    Without a brace it is the next character, or the next command; nothing at the end.
    """
    while at < len(source) and source[at].isspace():
        at += 1
    if not source.startswith("{", at):
        found = re.compile(r"\\[A-Za-z]+|[^\s{}&\\^_]").match(source, at)
        return ("", at, True) if found is None else (found.group(), found.end(), True)
    depth = 0
    for found in _BRACES.finditer(source, at):
        depth += {"{": 1, "}": -1}.get(found.group(), 0)
        if depth == 0:
            return source[at + 1 : found.start()], found.end(), True
    return source[at + 1 :], len(source), False


def optional(source: str, at: int) -> int:
    """Where an option such as `[t]` ends; `at` itself where none stands."""
    found = _OPTION.match(source, at)
    return found.end() if found else at


def definition_end(source: str, at: int) -> int:
    """Where the definition of a macro ends, whose command ends at `at`: behind name, arguments and body."""
    found = _DEFINED.match(source, at)
    return braced(source, found.end())[1] if found else at


def spelled(text: str) -> str:
    """The letters of a name without commands and blanks: `arg\\,max` is `argmax`."""
    return "".join(_COMMAND.sub("", text).split())
