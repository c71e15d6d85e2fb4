"""Entries by place as NumPy arrays."""

from __future__ import annotations

import numpy as np

from derive.ir.environment import Environment


def arrays(env: Environment) -> dict[str, np.ndarray]:
    """Every tensor whose axes count from 1, given or computed."""
    out = {}
    for name, entries in env.arrays.items():
        if entries and all(min(at, default=1) >= 1 for at in entries):
            places = sorted(entries)
            shape = tuple(max(p) for p in zip(*places, strict=True)) if places[0] else ()
            if len(places) == int(np.prod(shape)):
                out[name] = np.array([entries[p] for p in places], dtype=float).reshape(shape)
    return out
