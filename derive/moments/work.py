"""Means and variances worked out line by line: one rule after the other, until nothing can be said any more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from derive.errors import DeriveError
from derive.ir.moment import VARIANCE
from derive.moments.assumptions import Assumptions, Facts, merged
from derive.moments.even import halves, opened, without_conditions
from derive.moments.independence import random_entries
from derive.moments.rules import (
    Found,
    by_moments,
    centred_product,
    constant_factor,
    constant_term,
    identical,
    is_elementary,
    linear,
    product_mean,
    product_variance,
    second_moment,
    square_of_zero_mean,
    uncorrelated_terms,
    zero_mean,
)
from derive.moments.views import is_moment, mean, moments_in, tidied, variance
from derive.simplify.present import Presenter
from derive.terms.prover import nonnegative
from derive.terms.term import of_affine
from derive.terms.view import ZERO_VIEW, Apply, Plus, Summed, View, as_view, free_indices, times, to_poly, transform

MOST_LINES = 60


@dataclass(frozen=True)
class Line:
    """One line `= view`, made from the line before by `rule` with `facts`.

    Rules: `constant` (what is not random does not vary), `uncorrelated` (the variance of a sum), `factor`, `product`
    (of independent factors), `centred` (the same where one mean is 0), `product_mean`, `linear`, `zero_mean`,
    `square` (E[X²] = Var[X] where E[X] = 0), `opened` (a function by its definition), `halves` (symmetry),
    `conditions` (one of two brackets holds), `moments` (Var[X] = E[X²] − E[X]²), `second_moment` (the same, read
    backwards), `identical`, `count`.
    """

    rule: str
    view: View
    facts: Facts = ()


def variance_of(view: View, assumptions: Assumptions, presenter: Presenter | None = None) -> tuple[Line, ...]:
    """Var[view] line by line, down to moments of single entries.

    Raises: DeriveError where what is declared does not suffice.
    """
    return work_out(variance(view), assumptions, presenter)


def mean_of(view: View, assumptions: Assumptions, presenter: Presenter | None = None) -> tuple[Line, ...]:
    """E[view] line by line, down to moments of single entries. Raises: DeriveError as `variance_of`."""
    return work_out(mean(view), assumptions, presenter)


def work_out(view: View, assumptions: Assumptions, presenter: Presenter | None = None) -> tuple[Line, ...]:
    """A term with means and variances in it, line by line. Raises: DeriveError as `variance_of`."""
    worker = _Worker(assumptions, presenter or Presenter({}))
    lines = tuple(worker.lines(tidied(view)))
    last = lines[-1].view if lines else view
    for node in moments_in(last):
        if not is_elementary(node, assumptions):
            raise _refusal(node, assumptions)
    return lines


def _refusal(node: Apply, assumptions: Assumptions) -> DeriveError:
    entries = random_entries(to_poly(node.args[0]), assumptions)
    named = ", ".join(dict.fromkeys(e.tensor for e in entries))
    what = "variance" if node.name == VARIANCE else "mean"
    return DeriveError(
        f"the {what} of {to_poly(node.args[0])!r} does not follow from what is declared of {named}",
        repair="declare which of them are independent, with independent entries, and which have mean zero",
    )


@dataclass(frozen=True)
class _Worker:
    assumptions: Assumptions
    presenter: Presenter

    def lines(self, view: View) -> Iterator[Line]:
        """The rules in their order, the first that changes something; then from the first again.

        Conditions are settled before a sum is taken apart, as two of them together say more than each alone.
        """
        for _ in range(MOST_LINES):
            line = next(self._changed(view), None)
            if line is None:
                return
            yield line
            view = line.view
        raise AssertionError(f"no end of {view!r}")

    def _changed(self, view: View) -> Iterator[Line]:
        for name, rule in self._rules():
            new, facts = rule(view)
            if new != view:
                yield Line(name, new, facts)

    def _rules(self) -> Iterator[tuple[str, Callable[[View], tuple[View, Facts]]]]:
        """Every rule as a pass over the whole view, in the order in which they are tried."""
        yield "constant", self._pass(constant_term)
        yield "uncorrelated", self._pass(uncorrelated_terms)
        yield "factor", self._pass(constant_factor)
        yield "centred", self._pass(partial(centred_product, is_zero=self._is_zero))
        yield "product", self._pass(product_variance)
        yield "product_mean", self._pass(product_mean)
        yield "zero_mean", self._pass(zero_mean)
        yield "second_moment", lambda view: (tidied(transform(view, second_moment)), ())
        yield "opened", self._pass(partial(opened, presenter=self.presenter))
        yield "conditions", self._pass(partial(without_conditions, presenter=self.presenter))
        yield "halves", self._pass(partial(halves, presenter=self.presenter))
        yield "linear", self._pass(linear)
        yield "square", self._pass(square_of_zero_mean)
        yield "moments", self._pass(by_moments)
        yield "identical", self._pass(identical)
        yield "count", lambda view: (tidied(transform(view, _counted)), ())

    def _pass(self, rule: Callable[[Apply, Assumptions], Found | None]) -> Callable[[View], tuple[View, Facts]]:
        return partial(self._everywhere, rule=rule)

    def _is_zero(self, view: View) -> Facts | None:
        """The facts by which E[view] = 0; None where that does not follow."""
        lines = tuple(self.lines(mean(view)))
        if not lines or lines[-1].view != ZERO_VIEW:
            return None
        return merged(*(line.facts for line in lines))

    def _everywhere(self, view: View, rule: Callable[[Apply, Assumptions], Found | None]) -> tuple[View, Facts]:
        """The rule applied to every mean and variance."""
        facts: list[Facts] = []

        def applied(node: View) -> View | None:
            if not isinstance(node, Apply) or not is_moment(node):
                return None
            found = rule(node, self.assumptions)
            if found is None:
                return None
            facts.append(found[1])
            return found[0]

        new = tidied(transform(view, applied))
        return new, merged(*facts)


def _counted(view: View) -> View | None:
    """Σ_k c = n c for a term c without k."""
    if not isinstance(view, Summed):
        return None
    if isinstance(view.body, Plus):
        return None
    left = list(view.bounds)
    extents: list[View] = []
    for b in view.bounds:
        inner = any(b.name in o.free for o in left if o is not b)
        if b.name not in free_indices(view.body) and not inner and nonnegative(b.extent, {o.name: o for o in left}):
            left.remove(b)
            extents.append(as_view(of_affine(b.extent)))
    if not extents:
        return None
    return times([*extents, Summed(tuple(left), view.body) if left else view.body])
