"""Results as LaTeX strings, for a terminal or another program."""

from __future__ import annotations

from typing import Any

from derive.notes.input import Form


def summary_row(printed: Form, name: str) -> dict[str, Any]:
    """One result as LaTeX: name, shape (of one layer), index form, and matrix form or None."""
    tensor = printed.network.tensor(name)
    cases, printer = printed.adjoints.results[name], printed.printer
    raised = [r for r in printed.backward[name] if r is not None]
    by_index = [(printer.case(c), printer.condition(c)) for c in cases]
    by_matrix = [
        (printer.matrix_equation(r.lhs, r.rhs), printer.condition(c))
        for c, r in zip(cases, printed.backward[name], strict=True)
        if r is not None
    ]
    return {
        "name": name,
        "shape": [printer.affine(a.extent) for a in tensor.axes[tensor.family :]],
        "index": in_cases(by_index),
        "matrix": in_cases(by_matrix) if len(raised) == len(cases) else None,
    }


def in_cases(parts: list[tuple[str, str]]) -> str:
    """Several equations with their conditions as one formula."""
    if len(parts) == 1:
        return parts[0][0]
    rows = r" \\ ".join(f"{formula} & {condition}" for formula, condition in parts)
    return rf"\begin{{cases}} {rows} \end{{cases}}"
