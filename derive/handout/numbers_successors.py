"""A value with several successors, stated with functions of which nothing is known."""

from __future__ import annotations

from derive.derivation import derive_adjoints
from derive.handout.printed import form
from derive.ir.tensor import Label
from derive.latex.settings import DEFAULT, notation
from derive.network.builder import Builder
from derive.network.network import Network
from derive.notes.input import Form
from derive.notes.sections.successors import COST, PARAMETER, READER, VALUE, Successors, SuccessorsOptions


def successors_numbers(network: Network | None, options: SuccessorsOptions) -> Successors:
    """The derivations; the network of the part does not matter."""
    return Successors(_form(some_successors(options.count)), _form(any_successors()))


def some_successors(count: int) -> Network:
    """f = φ(θ), h_1 = ψ_1(f), …, and a cost J(h_1, …)."""
    net = Builder(f"{count}-successors")
    theta = net.parameter(PARAMETER, ())
    f = net.define(VALUE, (), net.function("phi")(theta))
    read = [net.define(f"{READER}_{s}", (), net.function(f"psi_{s}")(f)) for s in range(1, count + 1)]
    net.define("C", (), net.functional(COST)(*read), label=Label("cost"))
    net.minimize("C")
    return net.network()


def any_successors() -> Network:
    """f = φ(θ), h_s = ψ(f, w_s) for s = 1 … S, and a cost J(h): each successor has a function by its own w_s."""
    net = Builder("any-successors")
    s = net.index("s", net.size("S"))
    theta, own = net.parameter(PARAMETER, ()), net.parameter("w", (s,))
    f = net.define(VALUE, (), net.function("phi")(theta))
    h = net.define(READER, (s,), net.function("psi")(f, own[s]))
    net.define("C", (), net.functional(COST)(h[s]), label=Label("cost"))
    net.minimize("C")
    return net.network()


def _form(network: Network) -> Form:
    """The derivation in which every value's gradient keeps its name."""
    values = frozenset(t.name for t in network.tensors.values() if t.role == "value")
    return form(derive_adjoints(network, keep=values), notation(DEFAULT))
