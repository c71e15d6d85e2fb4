"""Sums without a sign, as Einstein wrote them: letters that stand in a term on the right, and not on the left."""

from __future__ import annotations

from derive.reading.quantity import Quantity
from derive.reading.scope import Scope
from derive.terms.algebra import scale, total
from derive.terms.blocks import sum_over
from derive.terms.term import of_monomial


def implied_sums(scope: Scope, left: Quantity, right: Quantity) -> Quantity:
    """Σ over such letters, term by term; never over samples, nor over a letter without a range."""
    batch = scope.batch
    kept = left.poly.free | {a.name for q in (left, right) for a in q.axes}
    kept |= {batch.name} if batch is not None else set()
    terms = []
    for m, c in right.poly.terms:
        found = [scope.range_of(x, is_bound=True) for x in sorted(m.free - kept)]
        bounds = tuple(i for i in found if i is not None)
        terms.append(scale(sum_over(bounds, of_monomial(m), {a.name: a for a in right.axes}), c))
    return Quantity(total(terms), right.rows, right.columns)
