"""Which way samples and weights lie: as columns, or as rows."""

from __future__ import annotations

from typing import Literal

from derive.errors import NotationError, quoted
from derive.network.spec.complaints import suggestion
from derive.network.spec.models import NotationSpec

Layout = Literal["columns", "rows"]
"""`columns`: x is (features, m), W (out, in). `rows`: x is (m, features), W (in, out)."""

LAYOUTS: dict[str, Layout] = {"columns": "columns", "rows": "rows"}

LAYOUT_OF_NOTATION: dict[str, Layout] = {"nielsen": "columns", "ng": "columns", "rows": "rows"}


def layout_of(notation: NotationSpec, file: str = "") -> Layout:
    """The layout that a notation sets itself, or that of its base.

    Raises: NotationError for an unknown notation or layout.
    """
    if notation.base not in LAYOUT_OF_NOTATION:
        raise NotationError(
            f"there is no notation {quoted(notation.base)}",
            repair=suggestion(notation.base, LAYOUT_OF_NOTATION),
            file=file,
            line=notation.line,
        )
    if "layout" not in notation.settings:
        return LAYOUT_OF_NOTATION[notation.base]
    written = str(notation.settings["layout"])
    if written not in LAYOUTS:
        raise NotationError(
            f"{quoted(written)} is no layout",
            repair=suggestion(written, LAYOUTS),
            file=file,
            line=notation.lines.get("layout", notation.line),
        )
    return LAYOUTS[written]
