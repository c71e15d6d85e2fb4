"""A linear recursion in depth or time solved: δ^l as an ordered product over all later steps."""

from __future__ import annotations

from dataclasses import dataclass

from derive.calculus.adjoint import adjoint_name
from derive.calculus.occurrence import occurrences
from derive.derivation.sweep import Adjoints
from derive.ir.record import Case
from derive.simplify.output import output_forms
from derive.simplify.present import Presenter
from derive.terms.affine import Affine, Index, index
from derive.terms.algebra import delta, times, times_all, total
from derive.terms.blocks import sum_over
from derive.terms.prover import Context
from derive.terms.settle import settle
from derive.terms.substitute import substitute
from derive.terms.term import Atom, Entry, Poly, of_atom
from derive.terms.view import View
from derive.terms.walk import entries_in, rewrite


@dataclass(frozen=True)
class ClosedProduct:
    """`T̄[l] = (M[l] M[l+1] ⋯ M[L−1]) T̄[L]`, for the recursion `T̄[l]_j = Σ_k M[l]_jk T̄[l+1]_k`.

    `factor` is the entry `M[step]_{row, column}` as a polynomial (and `view`); `seed` the case of the last step,
    at which the product ends. A factor of `M` smaller than 1 in norm at every step makes T̄ vanish with depth,
    a larger one makes it explode.
    """

    tensor: str
    step: Index
    row: Index
    column: Index
    factor: Poly
    view: View
    seed: Case


def closed_product(adjoints: Adjoints, name: str) -> ClosedProduct | None:
    """The closed form of a named adjoint over an ordered index; None where it is no one-step linear recursion."""
    cases = {c.condition[1]: c for c in adjoints.results.get(name, ()) if c.condition is not None}
    if set(cases) != {"last", "rest"}:
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
    recursion = _in_itself(adjoints, rest.poly, adjoint_name(name), context)
    factor = _matrix(recursion, adjoint_name(name), (after[step.name], index(column.name)), column, rest.domain)
    if factor is None:
        return None
    roles = {t.name: t.role for t in adjoints.network.tensors.values()}
    presenter = output_forms(adjoints.network.equations).presenter(Presenter(roles), context)
    return ClosedProduct(name, step, row, column, factor, presenter.view(factor), seed)


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


def _matrix(p: Poly, adjoint: str, at: tuple[Affine, ...], column: Index, domain: tuple[Index, ...]) -> Poly | None:
    """The coefficient of `adjoint[at]` in `p`, if `p` is linear in the adjoint one step on and nothing else."""
    context = {b.name: b for b in (*domain, column)}
    parts = []
    linear = Poly({})
    for o in occurrences(p, adjoint, frozenset(context)):
        if o.idx[0] != at[0] or any(e.tensor == adjoint for e in _entries(o.coefficient)):
            return None
        deltas = times_all(delta(e - k) for e, k in zip(o.idx[1:], at[1:], strict=True))
        parts.append(sum_over(o.bounds, times(o.coefficient, deltas), context))
        linear = total((linear, sum_over(o.bounds, times(o.coefficient, _entry(adjoint, o.idx)), context)))
    return settle(total(parts), context) if parts and linear == p else None


def _entry(name: str, idx: tuple[Affine, ...]) -> Poly:
    return of_atom(Entry(name, idx))


def _entries(p: Poly) -> list[Entry]:
    return [e for e in entries_in(p) if isinstance(e, Entry)]
