"""NumPy modules that compute the loss and its gradients.

The front door is opened when it is first used, so that other readings of a derivation start quickly.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from derive.kernels.kernel import emit_kernel, load_kernel

__all__ = ["emit_kernel", "load_kernel"]

_ROOMS = {
    "emit_kernel": "derive.kernels.kernel",
    "load_kernel": "derive.kernels.kernel",
}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_ROOMS[name]), name)
