"""derive: forward equations in; lecture notes, kernels and verdicts on hand-written backpropagation out.

    import derive
    network = derive.load("three-layer")          # a network file, or the name of a bundled example
    derivation = network.derive()
    derivation.gradient("W1").latex("vector")

Names are loaded when they are first used, so that importing the package is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from derive.errors import DeriveError, DeriveErrors
    from derive.pipeline import Builder, Derivation, Network, Result, derive, load

__all__ = ["Builder", "Derivation", "DeriveError", "DeriveErrors", "Network", "Result", "derive", "load"]

__version__ = "0.1.0"

_ROOMS = {"DeriveError": "derive.errors", "DeriveErrors": "derive.errors"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'derive' has no attribute {name!r}")
    return getattr(import_module(_ROOMS.get(name, "derive.pipeline")), name)
