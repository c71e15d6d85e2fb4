"""What a handout is composed from: printed results, and the check on numbers.

The front door is opened when it is first used, so that other readings of a derivation start quickly.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from derive.handout.given import note_input
    from derive.handout.printed import form

__all__ = ["form", "note_input"]

_ROOMS = {
    "form": "derive.handout.printed",
    "note_input": "derive.handout.given",
}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_ROOMS[name]), name)
