"""The factor of a closed product as a matrix: `diag(σ'(z^l)) (W^{l+1})ᵀ`."""

from __future__ import annotations

from derive.derivation.closed_product import ClosedProduct
from derive.errors import DeriveError
from derive.network.network import Network
from derive.raising.contraction import array_of
from derive.raising.matrix import NotAMatrix, Raiser
from derive.raising.raise_case import covers, vectors_are_rows
from derive.terms.matrix import Matrix


def raise_factor(network: Network, closed: ClosedProduct) -> Matrix | None:
    """M[l] with `δ[l] = M[l] δ[l+1]`, or with `δ[l] = δ[l+1] M[l]` where vectors are rows; None without a form."""
    as_rows = vectors_are_rows(network)
    scope = {closed.row.name: closed.row, closed.column.name: closed.column}
    row, column = (closed.column, closed.row) if as_rows else (closed.row, closed.column)
    raiser = Raiser(as_rows, lambda source: covers(network, source))
    try:
        return raiser.matrix(array_of(closed.view, scope), row, column)
    except (DeriveError, NotAMatrix):
        return None
