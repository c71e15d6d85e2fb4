"""Marks that stand behind every name and say only when it is looked at: `(n)` in `e_j(n) = d_j(n) - y_j(n)`."""

from __future__ import annotations

from collections.abc import Set

from derive.latex.reading.syntax import Accented, Bracketed, Chain, Multiplied, Node, Scripts, Symbol
from derive.latex.reading.trees import changed


def unstamped(chain: Chain, letters: Set[str]) -> Chain:
    """The chain without brackets that hold one of these letters alone, right behind a name."""

    def bare(node: Node) -> Node | None:
        if not isinstance(node, Multiplied):
            return None
        gone = [k for k in range(1, len(node.factors)) if _is_stamp(node, k, letters)]
        if not gone:
            return None
        kept = [k for k in range(len(node.factors)) if k not in gone]
        factors = tuple(changed(node.factors[k], bare) for k in kept)
        if len(factors) == 1:
            return factors[0]
        return Multiplied(factors, tuple(node.operators[k - 1] for k in kept[1:]), node.span)

    return changed(chain, bare)  # type: ignore[return-value]


def _is_stamp(node: Multiplied, k: int, letters: Set[str]) -> bool:
    mark, name = node.factors[k], node.factors[k - 1]
    return (
        isinstance(mark, Bracketed)
        and mark.opening == "("
        and isinstance(mark.body, Symbol)
        and mark.body.name in letters
        and node.operators[k - 1] == ""
        and isinstance(name, Symbol | Scripts | Accented)
    )
