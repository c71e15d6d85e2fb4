"""What is wrong with the user's input: where it is, what it is, and how to mend it.

`DeriveError` and its children are for input from outside; our own bugs are asserts. Every one renders as
`file:line:column: what is wrong; repair`, with the parts of the place that are known.
"""

from __future__ import annotations

from collections.abc import Iterable

SHOWN_LENGTH = 60
SHOWN_ERRORS = 100


def printable(text: str) -> str:
    """`text` with control and unprintable characters written as escapes, fit for a terminal."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def quoted(value: object) -> str:
    """A piece of the user's text between backquotes, on one line and cut at `SHOWN_LENGTH` characters."""
    text = str(value)
    if len(text) > SHOWN_LENGTH:
        text = text[: SHOWN_LENGTH - 1] + "…"
    return f"`{printable(text)}`"


class DeriveError(Exception):
    """One mistake in the input: `message` says what is wrong, `repair` what to do about it.

    `line` and `column` count from 1; `None` (or an empty `file`) means that the place is not known.
    """

    def __init__(
        self,
        message: str,
        *,
        repair: str = "",
        file: str = "",
        line: int | None = None,
        column: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.repair = repair
        self.file = file
        self.line = line
        self.column = column

    def render(self) -> str:
        """`file:line:column: what is wrong; repair`."""
        place = [printable(self.file)] if self.file else []
        if self.line is not None:
            place.append(str(self.line))
            if self.column is not None:
                place.append(str(self.column))
        what = f"{self.message}; {self.repair}" if self.repair else self.message
        return f"{':'.join(place)}: {what}" if place else what

    def __str__(self) -> str:
        return self.render()


class NetworkFileError(DeriveError):
    """The network file cannot be read, or what it says is not a network."""


class NotationError(DeriveError):
    """A notation is unknown, or does not say how to write something."""


class EquationError(DeriveError):
    """An equation is not well formed: an undefined name, or free indices that the left side lacks."""


class ShapeError(DeriveError):
    """Extents or numbers of axes do not fit together."""


class IndexRangeError(DeriveError):
    """An entry is used outside the range of its index, or out of the order of an ordered index."""


class CaptureError(DeriveError):
    """An index is bound and free in the same term."""


class UnsupportedError(DeriveError):
    """The input is understood, but there is no rule for it; never answered by 0 instead."""


class UndecidedError(DeriveError):
    """A question was put that could be answered neither way."""


class DeriveErrors(DeriveError):
    """Several mistakes at once, in the order of the input; `errors` holds them one by one."""

    def __init__(self, errors: Iterable[DeriveError]) -> None:
        self.errors = tuple(errors)
        assert self.errors, "an empty collection of errors is not an error"
        first = self.errors[0]
        super().__init__(first.message, repair=first.repair, file=first.file, line=first.line, column=first.column)
        self.args = (self.errors,)

    def render(self) -> str:
        """One line for each error; past `SHOWN_ERRORS` only their number."""
        lines = [error.render() for error in self.errors[:SHOWN_ERRORS]]
        if (hidden := len(self.errors) - SHOWN_ERRORS) > 0:
            lines.append(f"… and {hidden} more")
        return "\n".join(lines)
