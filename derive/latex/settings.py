"""Notations by name, and notations of the user's own: a mapping of settings on the base of a bundled one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Literal, Protocol, get_args, get_origin, get_type_hints, runtime_checkable

from derive.errors import DeriveErrors, NotationError, quoted
from derive.latex.bundled import BUNDLED
from derive.latex.notation import COMMON_SYMBOLS, COUNTED, Notation, Words
from derive.latex.tex import is_symbol

Settings = Mapping[str, object]
Check = Callable[[str, object], object]
"""The value of a setting, given its key and what the user wrote. Raises: NotationError."""

MEANINGS = tuple(COMMON_SYMBOLS)
LARGEST_NUMBER = 9
REMOVABLE = ("functions", "sizes", "gradient_symbols", "indices")
"""Settings whose entries an empty text takes away."""
DEFAULT = "nielsen"


def notation(name: str) -> Notation:
    """A bundled notation.

    Raises: NotationError for an unknown name.
    """
    if name not in BUNDLED:
        raise NotationError(f"there is no notation {quoted(name)}", repair=_suggestion(name, BUNDLED))
    return BUNDLED[name]


def customized(
    base: str | Notation,
    settings: Settings,
    *,
    file: str = "",
    lines: Mapping[str, int] = MappingProxyType({}),
) -> Notation:
    """`base` with what `settings` change in it; `lines` gives the line of each key in `file`.

    Raises: NotationError for one mistake, DeriveErrors for several.
    """
    start = notation(base) if isinstance(base, str) else base
    checked: dict[str, object] = {}
    errors: list[NotationError] = []
    for key, written in settings.items():
        try:
            checked[key] = _checked(start, key, written)
        except NotationError as e:
            errors.append(NotationError(e.message, repair=e.repair, file=file, line=lines.get(key)))
    if errors:
        raise errors[0] if len(errors) == 1 else DeriveErrors(errors)
    if "layout" in checked and "weight_axes" not in checked:
        checked["weight_axes"] = "in-out" if checked["layout"] == "rows" else "out-in"
    changes: dict[str, Any] = checked
    return replace(start, **{"name": f"{start.name}, changed", **changes}) if changes else start


def settings_of(made: Notation, base: Notation) -> Settings:
    """The settings that make this notation of the base; an empty text takes out what the base has beyond it."""
    kept = {f.name: getattr(made, f.name) for f in fields(Notation) if f.name != "name"}
    return {**kept, **{key: {**dict.fromkeys(getattr(base, key), ""), **kept[key]} for key in REMOVABLE}}


def _checked(start: Notation, key: str, written: object) -> object:
    if key not in _CHECKS:
        raise NotationError(f"a notation has no {quoted(key)}", repair=_suggestion(key, _CHECKS))
    value = _CHECKS[key](key, written)
    if isinstance(value, Mapping):
        merged = {k: v for k, v in {**getattr(start, key), **value}.items() if v}
        twice = next((x for x in merged.values() if [*merged.values()].count(x) > 1), None)
        if key == "indices" and twice is not None:
            raise NotationError(f"{quoted(twice)} stands for two indices", repair="give each a letter of its own")
        return MappingProxyType(merged)
    return value


def _symbol(key: str, written: object) -> str:
    if not isinstance(written, str) or not is_symbol(written):
        raise NotationError(
            f"{quoted(written)} under {quoted(key)} is no symbol",
            repair="write a letter, a name, or words such as `delta`, `cal L`, `bold x`, `hat y`",
        )
    return written


def _prefix(key: str, written: object) -> str:
    return "" if written == "" else _symbol(key, written)


def _symbols(known: Iterable[str] | None, may_be_none: bool = False) -> Callable[[str, object], Words]:
    """A mapping of symbols, its keys among the known ones if they are limited; an empty text takes one away."""
    symbol = _prefix if may_be_none else _symbol

    def check(key: str, written: object) -> Words:
        if not isinstance(written, Mapping):
            raise NotationError(f"{quoted(key)} is no mapping", repair=f"write {key}: {{name: symbol}}")
        for name in written:
            if known is not None and name not in known:
                raise NotationError(f"{quoted(key)} has no {quoted(name)}", repair=_suggestion(str(name), known))
        return MappingProxyType({str(name): symbol(key, text) for name, text in written.items()})

    return check


def _index_letters(key: str, written: object) -> Words:
    """Letters of indices: one letter each."""
    given = _symbols(COUNTED, may_be_none=True)(key, written)
    for name, letter in given.items():
        if len(letter) > 1:
            raise NotationError(f"{quoted(letter)} under {quoted(key)} is no letter", repair=f"write {name}: j")
    return given


def _letters(key: str, written: object) -> tuple[str, ...]:
    if not isinstance(written, list | tuple):
        raise NotationError(f"{quoted(key)} is no list", repair="write the letters as [M, I, J]")
    return tuple(_symbol(key, letter) for letter in written)


def _number(key: str, written: object) -> int:
    if isinstance(written, bool) or not isinstance(written, int) or not 0 <= written <= LARGEST_NUMBER:
        raise NotationError(
            f"{quoted(written)} under {quoted(key)} is no number of a layer",
            repair=f"write a whole number from 0 to {LARGEST_NUMBER}",
        )
    return written


def _yes_or_no(key: str, written: object) -> bool:
    if not isinstance(written, bool):
        raise NotationError(f"{quoted(written)} under {quoted(key)} is neither true nor false")
    return written


def _one_of(choices: tuple[str, ...]) -> Check:
    def check(key: str, written: object) -> str:
        text = str(written).replace("{", "").replace("}", "")
        if text not in choices:
            raise NotationError(f"{quoted(written)} is no choice for {quoted(key)}", repair=_suggestion(text, choices))
        return text

    return check


def _suggestion(word: str, known: Iterable[str]) -> str:
    """The nearest known word, or all of them."""
    listed = tuple(known)
    near = get_close_matches(word[:100], listed, n=1, cutoff=0.6)
    return f"did you mean {quoted(near[0])}?" if near else f"known are {', '.join(map(quoted, listed))}"


_OWN_CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "symbols": _symbols(MEANINGS),
        "functions": _symbols(None, may_be_none=True),
        "sizes": _symbols(None, may_be_none=True),
        "gradient_symbols": _symbols(MEANINGS, may_be_none=True),
        "indices": _index_letters,
        "gradient_prefix": _prefix,
        "last_layer": _prefix,
        "layer_letters": _letters,
        "input_layer": _number,
    }
)


def _check_of(name: str, kind: object) -> Check:
    if name in _OWN_CHECKS:
        return _OWN_CHECKS[name]
    if get_origin(kind) is Literal:
        return _one_of(get_args(kind))
    assert kind is bool, f"the setting {name} has no check"
    return _yes_or_no


_KINDS = get_type_hints(Notation)
_CHECKS: Mapping[str, Check] = MappingProxyType(
    {f.name: _check_of(f.name, _KINDS[f.name]) for f in fields(Notation) if f.name != "name"}
)


@runtime_checkable
class Written(Protocol):
    """What a network file says about its notation: a base, and what is changed in it."""

    @property
    def base(self) -> str: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def lines(self) -> Mapping[str, int]: ...


def read_notation(written: object, file: str = "") -> Notation:
    """The notation that a name, a mapping with a `base`, a network file or a `Notation` itself stands for.

    Raises: NotationError, or DeriveErrors for several mistakes.
    """
    if isinstance(written, Notation):
        return written
    if isinstance(written, str):
        return notation(written)
    if isinstance(written, Mapping):
        base = written.get("base", DEFAULT)
        return customized(str(base), {k: v for k, v in written.items() if k != "base"}, file=file)
    if isinstance(written, Written):
        return customized(written.base, written.settings, file=file, lines=written.lines)
    raise NotationError(f"{quoted(written)} is no notation", repair=_suggestion(str(written), BUNDLED))
