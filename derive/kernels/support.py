"""Functions that NumPy lacks, as source text that a kernel carries with it."""

from __future__ import annotations

from collections.abc import Set


def support_source(functions: Set[str]) -> str:
    """The definitions of the helpers that a kernel calls."""
    return ""
