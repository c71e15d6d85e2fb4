"""Names and sizes: what may be written, so that no name can become TeX or Python."""

from __future__ import annotations

import re
from collections.abc import Sized
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from pydantic import BaseModel, BeforeValidator, ValidationError
from pydantic_core import PydanticCustomError

from derive.errors import quoted
from derive.network.spec.tree import describe_scalar

NAME_LENGTH = 32
TITLE_LENGTH = 64
LARGEST_SIZE = 1_000_000_000
LARGEST_NUMBER = 1e9
LARGEST_RANK = 8

ROUND_INPUT = "repeat_input"
"""In `from` inside a `repeat`: what this round is given (the round before it, or what the repeat reads)."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*")
_TITLE = re.compile(r"[A-Za-z0-9]+(?:[ ._-][A-Za-z0-9]+)*")
_DECIMAL = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_SIZE = re.compile(r"([A-Za-z][A-Za-z0-9]*)(?:_([A-Za-z0-9]+))?")


MISTAKE = "mistake"
NESTED = "nested"


def mistake(message: str, repair: str) -> PydanticCustomError:
    """A validation error that carries its own wording and repair."""
    return PydanticCustomError(MISTAKE, "{text}; {repair}", {"text": message, "repair": repair})


def nested_mistakes(kind: str, model: type[BaseModel], error: ValidationError) -> PydanticCustomError:
    """The mistakes in the options of `kind`, found while the options around them are validated."""
    return PydanticCustomError(NESTED, "{kind}", {"kind": kind, "model": model, "error": error})


def counted(items: Sized, one: str, several: str) -> str:
    """How many there are, with the noun: `1 axis`, `3 axes`."""
    return f"{len(items)} {one if len(items) == 1 else several}"


def is_number_in_quotes(value: object) -> bool:
    """Whether a text is one that would be a number without its quotes."""
    return isinstance(value, str) and _DECIMAL.fullmatch(value) is not None


@dataclass(frozen=True, slots=True, order=True)
class SizeSymbol:
    """A size left free, such as `m`, `T`, `n_0` or `n_l`.

    A text subscript equal to the index of the `repeat` around it makes the size depend on that index.
    """

    name: str
    subscript: str | int | None = None

    def __str__(self) -> str:
        return self.name if self.subscript is None else f"{self.name}_{self.subscript}"


Size: TypeAlias = int | SizeSymbol
Shape: TypeAlias = tuple[Size, ...]


def parse_name(value: object) -> str:
    """A safe name: letters, digits and single underscores inside, at most `NAME_LENGTH` characters."""
    if not isinstance(value, str):
        raise mistake(f"a name was expected, not {describe_scalar(value)}", "write a word such as `trunk`")
    if len(value) > NAME_LENGTH:
        raise mistake(f"the name {quoted(value)} has {len(value)} characters", f"use at most {NAME_LENGTH} characters")
    if not _NAME.fullmatch(value):
        raise mistake(
            f"{quoted(value)} is not a safe name",
            "use a letter and then letters, digits and single underscores; write Greek as words",
        )
    return value


def parse_notation(value: object) -> str:
    """The name of a notation: like a title, such as `source-target`."""
    if not isinstance(value, str):
        return parse_name(value)
    if len(value) > TITLE_LENGTH or not _TITLE.fullmatch(value):
        raise mistake(f"{quoted(value)} cannot be the name of a notation", "name a bundled one, such as `nielsen`")
    return value


def parse_title(value: object) -> str:
    """The name of a network: words of letters and digits, joined by one blank, dot, hyphen or underscore."""
    if not isinstance(value, str):
        raise mistake(f"the name of a network is a text, not {describe_scalar(value)}", "write it between quotes")
    if len(value) > TITLE_LENGTH or not _TITLE.fullmatch(value):
        raise mistake(
            f"{quoted(value)} cannot be the name of a network",
            f"use letters and digits joined by single hyphens, at most {TITLE_LENGTH} characters",
        )
    return value


def title_from(stem: str) -> str:
    """A name for a network that has none, from the name of its file."""
    words = re.findall(r"[A-Za-z0-9]+", stem[:TITLE_LENGTH])
    return "-".join(words) or "network"


def parse_size(value: object) -> Size:
    """A whole number from 1 to `LARGEST_SIZE`, or a symbol with at most one subscript."""
    if isinstance(value, SizeSymbol):
        return value
    if isinstance(value, bool) or not isinstance(value, int | str):
        shown = quoted(value) if isinstance(value, float) else describe_scalar(value)
        raise mistake(f"a size was expected, not {shown}", "write a whole number from 1 on or a symbol such as n_0")
    if isinstance(value, str):
        return _parse_symbol(value)
    if value < 1:
        raise mistake(f"a size of {value} is not possible", "sizes are whole numbers from 1 on")
    if value > LARGEST_SIZE:
        raise mistake(f"a size of {quoted(value)} is too large", f"sizes are at most {LARGEST_SIZE}; use a symbol")
    return value


def _parse_symbol(text: str) -> SizeSymbol:
    if is_number_in_quotes(text):
        raise mistake(f"a size was expected, not the text {quoted(text)}", "write the number without quotes")
    found = _SIZE.fullmatch(text) if len(text) <= NAME_LENGTH else None
    if found is None:
        raise mistake(
            f"{quoted(text)} is not a size",
            "write a whole number from 1 on or a symbol such as m, n_0 or n_l",
        )
    name, subscript = found.groups()
    if subscript is None or not subscript.isdigit() or str(int(subscript)) != subscript:
        return SizeSymbol(name, subscript)
    return SizeSymbol(name, int(subscript))


def parse_shape(value: object) -> tuple[object, ...]:
    """One size, or a list of 1 to `LARGEST_RANK` sizes."""
    if not isinstance(value, list | tuple):
        return (value,)
    if not value:
        raise mistake("the list of sizes is empty", "write a size such as 10 or a list such as [3, 4]")
    if len(value) > LARGEST_RANK:
        raise mistake(f"{len(value)} sizes are too many", f"a shape has at most {LARGEST_RANK} sizes")
    return tuple(value)


def parse_number(value: object) -> int | float:
    """A finite number of at most `LARGEST_NUMBER` in absolute value; true and false are not numbers."""
    if is_number_in_quotes(value):
        raise mistake(f"a number was expected, not the text {quoted(value)}", "write it without quotes")
    if isinstance(value, bool) or not isinstance(value, int | float):
        shown = quoted(value) if isinstance(value, str) else describe_scalar(value)
        raise mistake(f"a number was expected, not {shown}", "write a number such as 0.5")
    if not abs(value) <= LARGEST_NUMBER:
        raise mistake(
            f"{quoted(value)} is not a usable number",
            f"write a finite number of at most {LARGEST_NUMBER:.0f}",
        )
    return value


def parse_positive(value: object) -> int | float:
    """A number above 0."""
    number = parse_number(value)
    if number <= 0:
        raise mistake(f"{number} is not positive", "write a number above 0")
    return number


def parse_coefficient(value: object) -> str | int | float:
    """The name of a hyperparameter, or a number that is not negative."""
    if isinstance(value, str):
        return parse_name(value)
    number = parse_number(value)
    if number < 0:
        raise mistake(f"a coefficient of {number} is negative", "write a number from 0 on")
    return number


NotationName = Annotated[str, BeforeValidator(parse_notation)]
SafeName = Annotated[str, BeforeValidator(parse_name)]
Title = Annotated[str, BeforeValidator(parse_title)]
SizeField = Annotated[Size, BeforeValidator(parse_size)]
ShapeField = Annotated[tuple[SizeField, ...], BeforeValidator(parse_shape)]
Number = Annotated[int | float, BeforeValidator(parse_number)]
PositiveNumber = Annotated[int | float, BeforeValidator(parse_positive)]
Coefficient = Annotated[str | int | float, BeforeValidator(parse_coefficient)]
