"""Handouts: the document model, its wording and its renderers.

The front door is opened when it is first used, so that other readings of a derivation start quickly.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from derive.notes.rendering import Manner, manner, render

__all__ = ["Manner", "manner", "render"]

_ROOMS = {
    "Manner": "derive.notes.rendering",
    "manner": "derive.notes.rendering",
    "render": "derive.notes.rendering",
}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_ROOMS[name]), name)
