"""The Markdown cells of a Jupyter notebook, read with the standard library alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from derive.errors import DeriveError

CELL_LIMIT = 20_000
BETWEEN = "\n\n"


@dataclass(frozen=True)
class Cell:
    """A Markdown cell: its number among all cells, from 1, and its text."""

    number: int
    text: str


@dataclass(frozen=True)
class Notebook:
    """The Markdown cells of a notebook; `metadata` is what it says under the key `derive`."""

    cells: tuple[Cell, ...]
    metadata: dict[str, Any]


def read_notebook(text: str, name: str) -> Notebook:
    """The Markdown cells of a notebook in format 3 or 4.

    Raises: DeriveError for text that is no notebook, nests too deep, or has more than `CELL_LIMIT` cells.
    """
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise _refused(f"it is not valid JSON: {error.msg}", name, error.lineno, error.colno) from None
    except (ValueError, RecursionError):
        raise _refused("its JSON nests too deep, or holds a number that is too long", name) from None
    if not isinstance(content, dict):
        raise _refused("it is no JSON object", name)
    cells = _cells(content)
    if cells is None:
        raise _refused("it has no list of cells", name)
    if len(cells) > CELL_LIMIT:
        raise _refused(f"it has more than {CELL_LIMIT} cells", name)
    metadata = content.get("metadata")
    own = metadata.get("derive") if isinstance(metadata, dict) else None
    return Notebook(tuple(_markdown(cells)), own if isinstance(own, dict) else {})


def _cells(content: dict[str, Any]) -> list[Any] | None:
    """All cells; format 3 keeps them in worksheets."""
    cells = content.get("cells")
    if isinstance(cells, list):
        return cells
    sheets = content.get("worksheets")
    if not isinstance(sheets, list):
        return None
    return [cell for sheet in sheets if isinstance(sheet, dict) for cell in _listed(sheet.get("cells"))]


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _markdown(cells: list[Any]) -> list[Cell]:
    found = []
    for number, cell in enumerate(cells, start=1):
        if isinstance(cell, dict) and cell.get("cell_type") == "markdown":
            source = cell.get("source")
            text = source if isinstance(source, str) else "".join(s for s in _listed(source) if isinstance(s, str))
            found.append(Cell(number, text))
    return found


def _refused(problem: str, name: str, line: int | None = None, column: int | None = None) -> DeriveError:
    return DeriveError(
        f"this is no notebook: {problem}",
        repair="save it again with Jupyter, or name a Markdown or TeX file",
        file=name,
        line=line,
        column=column,
    )
