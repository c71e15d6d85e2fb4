"""Matrix expressions as one writes them, for tests that compare forms."""

from __future__ import annotations

from derive.terms.matrix import (
    Added,
    Diagonal,
    Entrywise,
    EntrywisePower,
    EntrywiseStep,
    Hadamard,
    Identity,
    Matrix,
    Ones,
    Part,
    Product,
    ScalarPart,
    Scaled,
    Stacked,
    Totalled,
    Transposed,
    Unit,
    Whole,
)
from derive.terms.term import Entry


def written(m: Matrix) -> str:
    """A matrix as one writes it, with ' for the transpose and o for ⊙."""
    match m:
        case Whole():
            name = m.atom.tensor if isinstance(m.atom, Entry) else f"d{m.atom.name}"
            fixed = [repr(e) for e in m.atom.idx if e.variable not in m.axes] if isinstance(m.atom, Entry) else []
            return name + (f"[{','.join(fixed)}]" if fixed else "")
        case ScalarPart():
            return "s"
        case Ones():
            return "1"
        case Identity():
            return "I"
        case Transposed():
            return written(m.arg) + "'"
        case Diagonal():
            return f"diag({written(m.arg)})"
        case Product():
            return " ".join(map(written, m.factors))
        case Hadamard():
            return "(" + " o ".join(map(written, m.factors)) + ")"
        case Scaled():
            return f"s*({written(m.arg)})"
        case Added():
            return "(" + " + ".join(map(written, m.terms)) + ")"
        case Entrywise():
            return m.name + "'" * sum(m.orders) + "(" + ", ".join(map(written, m.args)) + ")"
        case EntrywisePower():
            return f"{written(m.base)}^{m.exponent}"
        case EntrywiseStep():
            return f"[{written(m.arg)} > 0]"
        case Totalled():
            return f"sum_{','.join(repr(b.hi) for b in m.bounds)} {written(m.arg)}"
        case Part():
            cuts = ("." if r is None else f"{r[0]}:{r[1]}" for r in (m.rows, m.columns))
            return f"{written(m.arg)}<{', '.join(cuts)}>"
        case Unit():
            return f"e_{m.place}"
        case Stacked():
            return "(" + (" / " if m.below else " | ").join(map(written, m.parts)) + ")"
    raise TypeError(type(m).__name__)
