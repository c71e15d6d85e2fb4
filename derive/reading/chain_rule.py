"""The chain rule written out: a product of nothing but derivatives, `∂h/∂z ∂u/∂h ∂C/∂u`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from derive.latex.reading.syntax import Fraction, Node
from derive.reading.operators import is_derivative
from derive.reading.quantity import Quantity

if TYPE_CHECKING:
    from derive.reading.expressions import Reader

SIGNS = frozenset(("", "cdot"))


def chain_rule(reader: Reader, factors: Sequence[Node], operators: Sequence[str]) -> Quantity | None:
    """Each one joined to the next by the value between them; None where these are not linked so.

    In which order they stand is the layout's matter: where somebody says which one it is, they are matrices. A step
    is a value of its own: `∂h_t/∂z_t` is joined to `∂z_{t+1}/∂h_t` by `h_t`, and not by `z`.
    """
    if reader.scope.lexicon.derivatives != "mixed" or not SIGNS.issuperset(operators) or len(factors) < 3:
        return None
    if not all(isinstance(f, Fraction) and is_derivative(f) for f in factors):
        return None
    linked: Quantity | None = None
    with _as_factors(reader):
        for factor in factors:
            read = reader.read(factor)
            if linked is None:
                linked = read
                continue
            chained = reader.derivatives.chained(linked, read)
            if not chained:
                return None
            linked = chained[0]
    return linked


@contextmanager
def _as_factors(reader: Reader) -> Iterator[None]:
    """Derivatives of arrays by arrays keep all of their axes."""
    reader.derivatives.are_joined = True
    try:
        yield
    finally:
        reader.derivatives.are_joined = False
