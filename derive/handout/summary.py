"""Results as LaTeX strings, for a terminal or another program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from derive.notes.formulas import Formulas, Result
from derive.notes.input import Form


def summary_row(printed: Form, name: str) -> dict[str, Any]:
    """One result as LaTeX: name, shape (of one layer), index form, and matrix form or None.

    Slices of one adjoint are one block matrix; where a matrix form holds for a single sample, step or head, the
    condition says for which.
    """
    tensor, formulas = printed.network.tensor(name), Formulas(printed)
    return {
        "name": name,
        "shape": [printed.printer.affine(a.extent) for a in tensor.axes[tensor.family :]],
        "index": _in_cases(formulas.results(name)),
        "matrix": _in_cases(found) if (found := formulas.matrix_results(name)) else None,
    }


def _in_cases(results: Sequence[Result]) -> str:
    """Several equations with their conditions as one formula; a single one with the ranges that it does not tell."""
    parts = [(f"{r.lhs} = {r.rhs}", r.condition) for r in results]
    if len(parts) == 1:
        [r] = results
        return f"{parts[0][0]}, \\quad {r.held}" if r.held else parts[0][0]
    rows = r" \\ ".join(f"{formula} & {condition}" for formula, condition in parts)
    return rf"\begin{{cases}} {rows} \end{{cases}}"
