"""`docs/notation.md`: every key is documented, and every example prints what the page says and nothing else does."""

from __future__ import annotations

import re
from dataclasses import fields
from functools import cache
from typing import Literal, get_args, get_origin

import pytest

from derive.latex import notation
from derive.latex.bundled import BUNDLED
from derive.latex.notation import COUNTED, Notation
from derive.latex.settings import MEANINGS
from tests.unit.latex.notation_page import PAGE, Row, rows, said

ROWS = {row.key: row for row in rows()}


@cache
def usual(base: str) -> str:
    return said({"base": base})


def test_every_key_has_one_row() -> None:
    assert [row.key for row in rows()] == list(ROWS)
    assert set(ROWS) == {f.name for f in fields(Notation)} - {"name"}


@pytest.mark.parametrize("row", ROWS.values(), ids=list(ROWS))
def test_an_example_prints_what_the_page_says(row: Row) -> None:
    assert row.key in row.settings
    assert row.printed in said(row.settings)
    assert row.printed not in usual(str(row.settings.get("base", "nielsen")))


def test_every_value_is_listed() -> None:
    for key, row in ROWS.items():
        listed = tuple(re.findall(r"`([^`]+)`", row.values))
        kind = str(Notation.__dataclass_fields__[key].type)
        choice = getattr(notation, kind, None)
        if get_origin(choice) is Literal:
            assert listed == get_args(choice), key
        elif kind == "bool":
            assert listed == ("true", "false"), key
    assert tuple(re.findall(r"`(\w+)`", ROWS["symbols"].values)) == MEANINGS
    assert tuple(re.findall(r"`(\w+)`", ROWS["indices"].values)) == COUNTED


def test_every_bundled_notation_is_listed() -> None:
    listed = re.findall(r"^\| `([\w-]+)` \| [^|]*\|[^|]*\|[^|]*\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert listed == list(BUNDLED)
