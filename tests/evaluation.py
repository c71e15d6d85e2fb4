"""Oracles for derivations: views evaluated as they stand, adjoints by complex steps of the forward equations.

Nothing here goes through the calculus, the simplifier or the smart constructors of the normal form.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import singledispatch

from derive.calculus.adjoint import adjoint_name
from derive.derivation import Adjoints
from derive.ir.elementary import Number, power
from derive.ir.environment import Environment, Place
from derive.ir.interpret import assignments, fill, place, run_forward
from derive.ir.normal_form import evaluate_affine, evaluate_atom, evaluate_poly
from derive.ir.stated import apply, evaluate
from derive.ir.tensor import Equation
from derive.network.network import Network
from derive.terms.affine import Index
from derive.terms.term import Bound, Delta, Entry, Partial
from derive.terms.view import Apply, Leaf, Num, Plus, Power, Step, Summed, Times, View

STEP = 1e-20
RELATIVE, ABSOLUTE = 1e-8, 1e-9


def close(a: Number, b: Number, scale: float = 0.0) -> bool:
    """Equal to rounding; `scale` is the size of what was subtracted on the way, where that is larger."""
    return abs(a - b) <= ABSOLUTE + RELATIVE * max(abs(a), abs(b), scale)


# -- views -------------------------------------------------------------------------------------------------


def evaluate_view(view: View, env: Environment, network: Network | None = None) -> Number:
    """The value of a view, one plain loop for each sum; `∂D/∂T` is a complex step of the equations of D."""
    return _value(view, env, network)


@singledispatch
def _value(view: View, env: Environment, network: Network | None) -> Number:
    raise TypeError(f"{type(view).__name__} is no view")


@_value.register
def _(view: Num, env: Environment, network: Network | None) -> Number:
    return view.value.numerator / view.value.denominator


@_value.register
def _(view: Leaf, env: Environment, network: Network | None) -> Number:
    if isinstance(view.atom, Partial):
        return _local_derivative(view.atom, env, network)
    return evaluate_atom(view.atom, env)


@_value.register
def _(view: Apply, env: Environment, network: Network | None) -> Number:
    if not view.args:
        assert view.name == "pi"
        return math.pi
    return apply(view.name, view.orders, tuple(_value(a, env, network) for a in view.args), env)


@_value.register
def _(view: Step, env: Environment, network: Network | None) -> Number:
    value = _value(view.arg, env, network).real
    return int(value > 0 or (value == 0 and not view.strict))


@_value.register
def _(view: Plus, env: Environment, network: Network | None) -> Number:
    return sum(_value(t, env, network) for t in view.terms)


@_value.register
def _(view: Times, env: Environment, network: Network | None) -> Number:
    """A false bracket makes the product 0, whatever its other factors would be."""
    out: Number = 1
    for factor in sorted(_factors(view), key=_rank):
        value = _value(factor, env, network)
        if value == 0 and _rank(factor) < 2:
            return 0
        out = out * value
    return out


@_value.register
def _(view: Power, env: Environment, network: Network | None) -> Number:
    return power(_value(view.base, env, network), view.exponent)


@_value.register
def _(view: Summed, env: Environment, network: Network | None) -> Number:
    return sum(_value(view.body, inner, network) for inner in assignments(view.bounds, env))


def _factors(view: View) -> Iterator[View]:
    if isinstance(view, Times):
        for f in view.factors:
            yield from _factors(f)
    else:
        yield view


def _rank(view: View) -> int:
    if isinstance(view, Leaf) and isinstance(view.atom, Delta | Bound):
        return 0
    return 1 if isinstance(view, Step) else 2


def _local_derivative(atom: Partial, env: Environment, network: Network | None) -> Number:
    """∂D/∂T by a complex step of T in the right side of the equation that defines this entry of D."""
    assert network is not None
    at, wrt = place(atom.of.idx, env), place(atom.wrt.idx, env)
    stepped = env.with_entry(atom.wrt.tensor, wrt, env.entry(atom.wrt.tensor, wrt) + 1j * STEP)
    for e in network.definitions(atom.of.tensor):
        for point in assignments(e.domain, replace(stepped, indices={})):
            if place(e.lhs.idx, point) == at:
                return complex(evaluate_poly(e.rhs, point)).imag / STEP
    raise AssertionError(f"no equation defines {atom.of.tensor}{list(at)}")


# -- adjoints ----------------------------------------------------------------------------------------------


def run_stepped(network: Network, env: Environment, tensor: str, at: Place) -> Environment:
    """A forward run in which `tensor[at]`, given or computed, is moved by a complex step."""
    defined = {e.lhs.tensor for e in network.equations}
    if tensor not in defined:
        env = env.with_entry(tensor, at, env.entry(tensor, at) + 1j * STEP)
        return run_forward(network.equations, {}, env)

    def value(e: Equation, point: Environment) -> Number:
        out = evaluate(e.stated, point) if e.stated is not None else evaluate_poly(e.rhs, point)
        moved = e.lhs.tensor == tensor and place(e.lhs.idx, point) == at
        return out + 1j * STEP if moved else out

    return fill(network.equations, env, value)


def with_true_adjoints(adjoints: Adjoints, env: Environment, tensors: Iterable[str] | None = None) -> Environment:
    """The environment after a forward run, with the arrays `∂T` of true derivatives of the seed by every T."""
    network, seed = adjoints.network, adjoints.seed
    ran = run_forward(network.equations, {}, env)
    outputs = sorted(ran.arrays[seed.tensor])
    arrays = dict(ran.arrays)
    for name in tensors if tensors is not None else adjoints.results:
        array: dict[Place, Number] = {}
        for at in ran.arrays[name]:
            stepped = run_stepped(network, env, name, at)
            for q in outputs:
                key = (*at, *q) if seed.axes else at
                array[key] = complex(stepped.entry(seed.tensor, q)).imag / STEP
        arrays[adjoint_name(name)] = array
    return replace(ran, arrays=arrays)


def points(domain: Iterable[Index], env: Environment, most: int = 40) -> list[Environment]:
    """The points of a domain, thinned evenly to at most `most`."""
    found = list(assignments(tuple(domain), replace(env, indices={})))
    return found[:: max(1, -(-len(found) // most))]


def bound_as(general: Entry, special: Entry, env: Environment) -> Environment:
    """The environment with the indices of a general left side at the values that a special one has in it."""
    for e, f in zip(general.idx, special.idx, strict=True):
        if e.variable is not None:
            env = env.bind(e.variable, evaluate_affine(f, env))
    return env


def extent_of(index: Index, env: Environment) -> int:
    return evaluate_affine(index.extent, env)


# -- data --------------------------------------------------------------------------------------------------


def with_depth(sizes: dict[str, object], name: str, depth: int) -> dict[str, object]:
    """The sizes with another value for an end of an ordered index; families get values up to it."""
    out: dict[str, object] = {**sizes, name: depth}
    for key, value in sizes.items():
        if isinstance(value, dict):
            out[key] = {(l,): value.get((l,), 2 + (5 * l) % 4) for l in range(depth + 1)}
    return out
