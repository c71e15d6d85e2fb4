"""Names of functions beyond those that a network and its notation have."""

from __future__ import annotations

from derive.ir.scalar import PLAIN, REGISTRY

ALIASES = {"ln": "log", "sgn": "sign", "ReLU": "relu", "lg": "log", "arctan": "atan", "arcsin": "asin"}
ALIASES |= {"Softmax": "softmax", "Tr": "trace", "Diag": "diag", "LSE": "logsumexp", "heaviside": "step"}
"""Other spellings of one function."""

WHOLE = frozenset(("max", "min", "diag", "tr", "trace", "softmax", "logsumexp", "vec", "prod"))
WHOLE |= {"np.sum", "np.dot", "np.multiply", "np.mean"}
"""Functions of several arguments, or of whole vectors and matrices."""

OWN = frozenset(("identity", "sign", "step"))


def is_scalar_function(name: str) -> bool:
    """Whether a name is that of a function of one number everywhere."""
    known = REGISTRY.get(name)
    return name in PLAIN or name in OWN or (known is not None and not known.options)
