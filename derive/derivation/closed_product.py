"""A linear recursion in depth or time solved: δ^l as an ordered product over all later steps."""

from __future__ import annotations

from dataclasses import dataclass

from derive.calculus.adjoint import adjoint_name
from derive.calculus.occurrence import occurrences
from derive.derivation.sweep import Adjoints
from derive.ir.record import Case
from derive.ir.tensor import ADJOINT
from derive.simplify.output import output_forms
from derive.simplify.present import Presenter
from derive.terms.affine import Affine, Index, index
from derive.terms.algebra import delta, subtract, times, times_all, total
from derive.terms.blocks import sum_over
from derive.terms.prover import Context
from derive.terms.settle import settle
from derive.terms.substitute import substitute
from derive.terms.term import ZERO, Atom, Entry, Poly, of_atom
from derive.terms.view import ZERO_VIEW, View
from derive.terms.walk import entries_in, rewrite


@dataclass(frozen=True)
class ClosedProduct:
    """`T̄[l] = (M[l] M[l+1] ⋯ M[L−1]) T̄[L]`, for the recursion `T̄[l]_j = Σ_k M[l]_jk T̄[l+1]_k`.

    `factor` is the entry `M[step]_{row, column}` as a polynomial (and `view`); `seed` the case of the last step,
    at which the product ends. A factor of `M` smaller than 1 in norm at every step makes T̄ vanish with depth,
    a larger one makes it explode.

    `source` is what else enters at a step, g[step]_row: then `T̄[l] = Σ_s (M[l] ⋯ M[s−1]) g[s]`, with `g[L] = T̄[L]`.
    Where `is_partial`, it holds adjoints that depend on T̄ at later steps too, and M is the way through T alone.
    """

    tensor: str
    step: Index
    row: Index
    column: Index
    factor: Poly
    view: View
    seed: Case
    source: Poly = ZERO
    source_view: View = ZERO_VIEW
    is_partial: bool = False


def closed_product(adjoints: Adjoints, name: str) -> ClosedProduct | None:
    """The closed form of a named adjoint over an ordered index; None where it is no one-step linear recursion."""
    found = _recursion(adjoints, name, unfold=True)
    return None if found is None or found.is_partial else found


def direct_factor(adjoints: Adjoints, name: str) -> ClosedProduct | None:
    """The factor with which T̄[l+1] stands in the recursion of T̄[l] itself, whatever else stands there."""
    return _recursion(adjoints, name, unfold=False)


def _recursion(adjoints: Adjoints, name: str, unfold: bool) -> ClosedProduct | None:
    cases = {c.condition[1]: c for c in adjoints.results.get(name, ()) if c.condition is not None}
    if not {"last", "rest"} <= set(cases):
        return None
    rest, seed = cases["rest"], cases["last"]
    axes = [b for b in rest.domain if not b.ordered]
    steps = [b for b in rest.domain if b.ordered]
    if len(axes) != 1 or len(steps) != 1:
        return None
    row, step = axes[0], steps[0]
    after = {step.name: index(step.name) + 1}
    column = row.renamed(row.name + "'").subs(after)
    context = {b.name: b for b in rest.domain}
    recursion = _in_itself(adjoints, rest.poly, adjoint_name(name), context) if unfold else rest.poly
    parts = _matrix(recursion, adjoint_name(name), (after[step.name], index(column.name)), column, rest.domain)
    if parts is None:
        return None
    factor, source = parts
    is_partial = any(e.tensor.startswith(ADJOINT) for e in entries_in(source))
    roles = {t.name: t.role for t in adjoints.network.tensors.values()}
    roles |= {adjoint_name(n): "adjoint" for n in adjoints.network.tensors}
    view = output_forms(adjoints.network.equations).presenter(Presenter(roles), context).view
    return ClosedProduct(name, step, row, column, factor, view(factor), seed, source, view(source), is_partial)


def _in_itself(adjoints: Adjoints, p: Poly, own: str, context: Context) -> Poly:
    """The recursion with the other adjoints in it put in place of their names, as far as they have one formula."""
    single = {adjoint_name(n): c[0] for n, c in adjoints.results.items() if len(c) == 1}

    def rule(atom: Atom) -> Poly | None:
        if not isinstance(atom, Entry) or atom.tensor == own or atom.tensor not in single:
            return None
        case = single[atom.tensor]
        at = {e.variable: f for e, f in zip(case.lhs.idx, atom.idx, strict=True) if e.variable is not None}
        return substitute(case.poly, at)

    for _ in range(len(single)):
        unfolded = settle(rewrite(p, rule, frozenset(context)), context)
        if unfolded == p:
            break
        p = unfolded
    return p


def _matrix(
    p: Poly, adjoint: str, at: tuple[Affine, ...], column: Index, domain: tuple[Index, ...]
) -> tuple[Poly, Poly] | None:
    """The coefficient of `adjoint[at]` in `p` and what stands beside it; None if `p` holds the adjoint elsewhere."""
    context = {b.name: b for b in (*domain, column)}
    parts = []
    linear = Poly({})
    for o in occurrences(p, adjoint, frozenset(context)):
        if o.idx[0] != at[0] or any(e.tensor == adjoint for e in entries_in(o.coefficient)):
            return None
        deltas = times_all(delta(e - k) for e, k in zip(o.idx[1:], at[1:], strict=True))
        parts.append(sum_over(o.bounds, times(o.coefficient, deltas), context))
        linear = total((linear, sum_over(o.bounds, times(o.coefficient, of_atom(Entry(adjoint, o.idx))), context)))
    source = subtract(p, linear)
    if not parts or any(e.tensor == adjoint for e in entries_in(source)):
        return None
    return settle(total(parts), context), source
