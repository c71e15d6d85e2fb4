"""Functions that NumPy lacks, as source text that a kernel carries with it."""

from __future__ import annotations

from collections.abc import Set

from derive.resources import templates_dir


def support_source(functions: Set[str]) -> str:
    """The definitions of the helpers that a kernel calls, one file each."""
    folder = templates_dir() / "kernel"
    return "\n\n".join((folder / f"{f}.py.j2").read_text(encoding="utf-8") for f in sorted(functions))
