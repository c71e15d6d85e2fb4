"""What a notation profile declares that the syntax depends on: words, functions, macros."""

from __future__ import annotations

import re
from dataclasses import dataclass

from derive.errors import NotationError, quoted

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*\Z")
_COMMAND = re.compile(r"([A-Za-z@]+|[^A-Za-z@\s])\*?\Z")
MOST_ARGUMENTS = 9
LONGEST_WORD = 64
LONGEST_BODY = 10_000


@dataclass(frozen=True)
class Macro:
    """`\\newcommand{\\name}[arguments][default]{body}`; `default` is that of the first argument, None without one."""

    name: str
    arguments: int
    body: str
    default: str | None = None

    def __post_init__(self) -> None:
        if _COMMAND.match(self.name) is None:
            raise NotationError(
                f"{quoted(self.name)} is no name of a macro", repair="write its letters without the backslash"
            )
        if not 0 <= self.arguments <= MOST_ARGUMENTS:
            raise NotationError(f"the macro {quoted(self.name)} has {self.arguments} arguments", repair="use 0 to 9")
        if self.default is not None and self.arguments == 0:
            raise NotationError(f"the macro {quoted(self.name)} has a default, but no argument", repair="give it one")
        if len(self.body) > LONGEST_BODY or len(self.default or "") > LONGEST_BODY:
            raise NotationError(
                f"the macro {quoted(self.name)} is too long", repair=f"use at most {LONGEST_BODY} signs"
            )


@dataclass(frozen=True)
class Vocabulary:
    """`words`: names of several letters written as plain italics, `dZ`, `db`, `MSE`, `np.sum`. `functions`: names that
    take an argument without brackets, beyond the commands of LaTeX. `macros`: those of the document. `stamps`:
    letters in brackets behind names, which mean nothing there. `classes`: names of targets that are written by their
    class, `1\\{y = j\\}`.

    Raises `NotationError` for a name that is no word, or a macro that cannot be one.
    """

    words: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()
    macros: tuple[Macro, ...] = ()
    stamps: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        for word in sorted(self.words | self.functions):
            if len(word) > LONGEST_WORD or _WORD.match(word) is None:
                raise NotationError(
                    f"{quoted(word)} is no word of a formula",
                    repair="use letters and digits, the first a letter; parts may be joined by dots",
                )


PLAIN = Vocabulary()
