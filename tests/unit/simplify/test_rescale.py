"""Gradients of the summed loss: the rewritten equations say the same about `m ∂C/∂z` as the first did about `∂C/∂z`."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derive.calculus.adjoint import adjoint_name
from derive.derivation.sweep import Adjoints, derive_adjoints
from derive.ir.record import Case
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.schema import read_network_text
from derive.simplify.rescale import rescaled
from derive.terms.affine import index, size
from derive.terms.algebra import power, times
from derive.terms.settle import settle
from derive.terms.term import Atom, Entry, Poly, Scalar, of_affine, of_atom
from derive.terms.view import Leaf, Num, Plus, Times, View, children, to_poly
from derive.terms.walk import atoms_in, rewrite

FILE = """
batch: {{size: {size}, reduce: {reduce}}}
inputs: {{x: n_0}}
targets: {{y: {{size: 4, kind: {kind}}}}}
layers:
  - {{dense: {{units: 5, activation: tanh}}, name: first}}
  - {{dense: {{units: 5, activation: sigmoid}}, name: second}}
  - {{add: {{}}, from: [first, second], name: both}}
  - {{dense: {{units: 4, activation: {activation}}}}}
loss: {loss}
penalty: {{l2: lambda}}
"""
LOSSES = {"half_squared_error": ("real", "identity"), "cross_entropy": ("one_hot", "softmax"), "C": ("real", "sigma")}


def network(loss: str = "cross_entropy", size: object = "m", reduce: str = "mean") -> Network:
    kind, activation = LOSSES[loss]
    text = FILE.format(size=size, reduce=reduce, kind=kind, activation=activation, loss=loss)
    return compile_network(read_network_text(text))


def is_value(network: Network, atom: Atom) -> bool:
    if not isinstance(atom, Entry) or not atom.tensor.startswith("∂"):
        return False
    return network.tensor(atom.tensor[1:]).role != "parameter"


def in_old_terms(network: Network, p: Poly, m: Poly) -> Poly:
    """`p` with `m ∂C/∂z` for every dz."""
    return rewrite(p, lambda a: times(m, of_atom(a)) if is_value(network, a) else None)


def cases(adjoints: Adjoints) -> list[Case]:
    return [c for found in adjoints.results.values() for c in found]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("samples", ["m", 6])
def test_the_equations_stay_true(loss: str, samples: object) -> None:
    net = network(loss, samples)
    assert net.batch is not None
    m = of_affine(net.batch.extent)
    for case in cases(derive_adjoints(net)):
        new = rescaled(case, net)
        context = {b.name: b for b in case.domain}
        factor = m if is_value(net, case.lhs) else power(m, 0)
        assert in_old_terms(net, new.poly, m) == times(factor, case.poly)
        shown = settle(in_old_terms(net, to_poly(new.view), m), context)
        assert shown == settle(times(factor, to_poly(case.view)), context)
        for old_line, line in zip(case.lines, new.lines, strict=True):
            assert (line.rule, line.uses) == (old_line.rule, old_line.uses)
            value = settle(in_old_terms(net, to_poly(line.view), m), context)
            assert value == settle(times(factor, to_poly(old_line.view)), context)


def mentions_samples(view: View) -> bool:
    own = isinstance(view, Leaf) and any(
        isinstance(a, Scalar) for a in atoms_in(of_atom(view.atom)) if not isinstance(a, Entry)
    )
    return own or any(mentions_samples(v) for v in children(view))


def test_only_parameters_carry_the_number_of_samples() -> None:
    net = network()
    adjoints = derive_adjoints(net)
    for name in adjoints.named:
        for case in adjoints.results[name]:
            expected = net.tensor(name).role == "parameter"
            assert mentions_samples(rescaled(case, net).view) == expected, name


def test_softmax_with_cross_entropy() -> None:
    """dZ = A − Y."""
    net = network()
    [case] = derive_adjoints(net).results["z3"]
    a, y = (Leaf(Entry(t, case.lhs.idx)) for t in ("a3", "y"))
    assert rescaled(case, net).view == Plus((a, Times((Num(Fraction(-1)), y))))


def test_nothing_changes_under_a_sum_or_without_a_batch() -> None:
    summed = network(reduce="sum")
    for net in (summed, summed.sample):
        assert net is not None
        for case in cases(derive_adjoints(net)):
            assert rescaled(case, net) is case


def test_jacobians_are_not_rescaled() -> None:
    net = network()
    entry = Entry(adjoint_name("z3"), (*net.tensor("z3").entry.idx, index("j'")))
    view = Leaf(entry)
    case = Case(Entry(adjoint_name("b3"), (index("j"), index("j'"))), (), of_atom(entry), view, ())
    assert rescaled(case, net) == case


def test_a_factor_of_m_is_kept_where_nothing_cancels_it() -> None:
    """∂C/∂z = a becomes dz = m a, and ∂C/∂z = a + ∂C/∂s becomes dz = m a + ds."""
    net = network()
    lhs = net.tensor("z_second").entry
    a, y = (Leaf(Entry(t, lhs.idx)) for t in ("a_second", "a_first"))
    ds = Leaf(Entry(adjoint_name("both"), lhs.idx))
    m = Leaf(Scalar(size("m").terms[0][0]))
    for old, new in (
        (a, Times((m, a))),
        (Plus((a, y)), Times((m, Plus((a, y))))),
        (Plus((a, ds)), Plus((Times((m, a)), ds))),
    ):
        case = Case(Entry(adjoint_name("z_second"), lhs.idx), (), to_poly(old), old, ())
        assert rescaled(case, net).view == new
