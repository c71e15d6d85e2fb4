"""Verdicts on hand-written gradients, in code and in documents.

The front door is opened when it is first used, so that other readings of a derivation start quickly.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from derive.verify.code import verify_code, verify_functions
    from derive.verify.document.whole import verify_document

__all__ = ["verify_code", "verify_document", "verify_functions"]

_ROOMS = {
    "verify_code": "derive.verify.code",
    "verify_document": "derive.verify.document.whole",
    "verify_functions": "derive.verify.code",
}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_ROOMS[name]), name)
