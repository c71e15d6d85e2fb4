"""Second derivatives: adjoint equations are equations, so they can be differentiated again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from derive.calculus.adjoint import AdjointEquation
from derive.derivation.sweep import Adjoints, derive_adjoints
from derive.errors import DeriveError
from derive.ir.record import Case
from derive.ir.tensor import ADJOINT, GRADIENT, Equation, Tensor
from derive.network.network import Network
from derive.terms.affine import Index, index
from derive.terms.algebra import times, total
from derive.terms.blocks import sum_over
from derive.terms.substitute import substitute
from derive.terms.term import Atom, Entry, Poly, of_atom
from derive.terms.walk import rewrite

DIRECTION = "v_"
PRODUCT = "Hv"


def gradient_name(tensor: str) -> str:
    return GRADIENT + tensor


def with_adjoints(adjoints: Adjoints) -> Network:
    """The network together with its adjoint equations: the gradients are values like any other.

    Raises: DeriveError if the adjoints are of a Jacobian (their seed has free indices).
    """
    if adjoints.seed.axes:
        raise DeriveError("only the gradient of a scalar is differentiated again")
    network = adjoints.network
    tensors = dict(network.tensors)
    equations = list(network.equations)
    for name in adjoints.named:
        tensor = network.tensor(name)
        tensors[gradient_name(name)] = Tensor(
            gradient_name(name), tensor.axes, "value", label=tensor.label, family=tensor.family
        )
        equations += [_equation(c) for c in adjoints.results[name]]
    return replace(network, tensors=MappingProxyType(tensors), equations=tuple(equations), cost=None, sample=None)


def with_sweep(network: Network, equations: Mapping[str, AdjointEquation]) -> Network:
    """The network together with adjoint equations as the sweep gives them, of a Jacobian too.

    Their axes get names of their own: a second sweep puts primes to them.
    """
    tensors = dict(network.tensors)
    found = list(network.equations)
    for name, e in equations.items():
        own = gradient_name(name)
        at = {a.name: index(f"{a.name}~") for a in e.domain}
        domain = tuple(a.renamed(f"{a.name}~").subs(at) for a in e.domain)
        tensors[own] = Tensor(own, domain, "value", family=network.tensor(name).family)
        rhs = rewrite(substitute(e.rhs, at), _renamed)
        found.append(Equation(Entry(own, tuple(x.subs(at) for x in e.lhs.idx)), domain, None, rhs))
    return replace(network, tensors=MappingProxyType(tensors), equations=tuple(found), cost=None, sample=None)


def _equation(c: Case) -> Equation:
    lhs = Entry(_as_gradient(c.lhs.tensor), c.lhs.idx)
    return Equation(lhs, c.domain, None, rewrite(c.poly, _renamed), note="adjoint")


def _renamed(atom: Atom) -> Poly | None:
    if isinstance(atom, Entry) and atom.tensor.startswith(ADJOINT):
        return of_atom(Entry(_as_gradient(atom.tensor), atom.idx))
    return None


def _as_gradient(name: str) -> str:
    return gradient_name(name.removeprefix(ADJOINT))


def hessian_vector(adjoints: Adjoints, wrt: Iterable[str] | None = None) -> Adjoints:
    """H v for the Hessian of the cost by the parameters `wrt` (default: all) and directions `v_W` of their shapes.

    The scalar `Hv = Σ_W Σ_k v_W[k] ∂C/∂W[k]` is stated as a cost and differentiated by the parameters: the
    adjoint of `W` in the result is the part of H v that belongs to `W`.
    """
    names = (
        tuple(wrt)
        if wrt is not None
        else tuple(t.name for t in adjoints.network.parameters if t.name in adjoints.results)
    )
    network = with_adjoints(adjoints)
    tensors = dict(network.tensors)
    products: list[Poly] = []
    for name in names:
        tensor = network.tensor(name)
        tensors[DIRECTION + name] = Tensor(DIRECTION + name, tensor.axes, "input", family=tensor.family)
        products.append(_inner(tensor))
    tensors[PRODUCT] = Tensor(PRODUCT, (), "value")
    cost = Equation(Entry(PRODUCT, ()), (), None, total(products), note="v · ∂C/∂W")
    second = replace(
        network,
        tensors=MappingProxyType(tensors),
        equations=(*network.equations, cost),
        cost=PRODUCT,
    )
    return derive_adjoints(second, names)


def _inner(tensor: Tensor) -> Poly:
    """Σ_k v[k] T̄[k]."""
    fresh = {a.name: index(f"%{n}") for n, a in enumerate(tensor.axes)}
    bounds = tuple(Index(f"%{n}", a.lo, a.hi).subs(fresh) for n, a in enumerate(tensor.axes))
    entry = tensor.entry
    product = times(of_atom(Entry(DIRECTION + tensor.name, entry.idx)), _adjoint(tensor))
    return sum_over(bounds, substitute(product, fresh), {})


def _adjoint(tensor: Tensor) -> Poly:
    return of_atom(Entry(gradient_name(tensor.name), tensor.entry.idx))


def hessian(adjoints: Adjoints, of: str, wrt: str) -> Adjoints:
    """∂²C/∂of∂wrt: the Jacobian by `wrt` of the gradient by `of`, with the indices of `of` free."""
    return derive_adjoints(with_adjoints(adjoints), (wrt,), gradient_name(of))
