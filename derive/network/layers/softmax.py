"""Softmax and its logarithm: activations that read all entries along the last axis of features."""

from __future__ import annotations

from collections.abc import Callable

import sympy
from sympy import Sum, exp, log

from derive.network.value import Value

Indices = tuple[sympy.Idx, ...]


def softmax(z: Value, at: Indices, others: Indices) -> sympy.Expr:
    """p_j = exp(z_j) / Σ_k exp(z_k)."""
    return exp(z[at]) / Sum(exp(z[others]), others[-1])


def log_softmax(z: Value, at: Indices, others: Indices) -> sympy.Expr:
    """log p_j = z_j - log Σ_k exp(z_k)."""
    return z[at] - log(Sum(exp(z[others]), others[-1]))


OF_WHOLE_VECTORS: dict[str, Callable[[Value, Indices, Indices], sympy.Expr]] = {
    "softmax": softmax,
    "log_softmax": log_softmax,
}
"""The entry at `at`; `others` is the same place with an index to sum over along the last axis."""
