"""How mistakes are rendered, one at a time and several at once."""

from __future__ import annotations

import pickle

import pytest

from derive.errors import (
    CaptureError,
    DeriveError,
    DeriveErrors,
    NetworkFileError,
    ShapeError,
    UndecidedError,
    UnsupportedError,
    quoted,
)


@pytest.mark.parametrize(
    ("place", "rendered"),
    [
        ({}, "wrong; mend it"),
        ({"file": "a.yaml"}, "a.yaml: wrong; mend it"),
        ({"file": "a.yaml", "line": 3}, "a.yaml:3: wrong; mend it"),
        ({"file": "a.yaml", "line": 3, "column": 7}, "a.yaml:3:7: wrong; mend it"),
        ({"line": 3, "column": 7}, "3:7: wrong; mend it"),
        ({"file": "a\x1b\n.yaml"}, "a\\x1b\\n.yaml: wrong; mend it"),
    ],
)
def test_render(place: dict[str, object], rendered: str) -> None:
    error = DeriveError("wrong", repair="mend it", **place)  # type: ignore[arg-type]
    assert error.render() == str(error) == rendered


def test_render_without_repair() -> None:
    assert NetworkFileError("wrong", file="a.yaml").render() == "a.yaml: wrong"


def test_several() -> None:
    errors = [ShapeError("first", line=2, repair="a"), CaptureError("second", file="f")]
    several = DeriveErrors(errors)
    assert several.render() == str(several) == "2: first; a\nf: second"
    assert several.errors == tuple(errors)
    assert (several.message, several.line, several.repair) == ("first", 2, "a")


def test_very_many_are_counted() -> None:
    several = DeriveErrors(UndecidedError(f"number {i}") for i in range(250))
    lines = several.render().splitlines()
    assert (len(lines), lines[-1]) == (101, "… and 150 more")


def test_errors_survive_a_process_border() -> None:
    error = UnsupportedError("wrong", repair="mend it", file="a", line=1, column=2)
    for original in (error, DeriveErrors([error, error])):
        copy = pickle.loads(pickle.dumps(original))
        assert type(copy) is type(original)
        assert copy.render() == original.render()


def test_quoted_text_is_short_and_printable() -> None:
    assert quoted("a\tb\u202e\x00") == "`a\\tb\\u202e\\x00`"
    assert quoted("λ") == "`λ`"
    assert len(quoted("x" * 1000)) == 62
