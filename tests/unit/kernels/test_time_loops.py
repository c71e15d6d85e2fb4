"""What recursions over time become: split at brackets, lifted out of loops, computed for all steps at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import sympy
from sympy import Sum, sin

from derive.calculus.adjoint import seed_of
from derive.derivation import Adjoints, derive_adjoints
from derive.errors import UnsupportedError
from derive.ir.tensor import ADJOINT
from derive.kernels.collecting import collected, needed, reached
from derive.kernels.definitions import Definition, storages
from derive.kernels.lifting import Lifting
from derive.kernels.packing_arguments import with_ordered_axes_first
from derive.kernels.prediction import Prediction, prediction_of
from derive.kernels.schedule import Loop, Scheduler
from derive.kernels.splitting import split_at_brackets
from derive.kernels.stability import stabilizer_of
from derive.kernels.vectorizing import Vectorizer
from derive.network.builder import Builder
from derive.network.network import Network
from derive.terms.affine import Affine, Index, index, number, size
from derive.terms.algebra import add, times
from derive.terms.term import Bound, Entry, of_atom
from derive.terms.view import as_view
from tests.kernels.recurrent_networks import Frame, bidirectional, gru, lstm, rnn, stacked

n, T, m = size("n"), size("T"), size("m")


def definition(lhs: Entry, domain: tuple[Index, ...], terms: Any, family: int = 0) -> Definition:
    poly = of_atom(Entry("zero", ())) if not terms else terms[0]
    for t in terms[1:]:
        poly = add(poly, t)
    return Definition(lhs, domain, poly, as_view(poly), family)


def guarded(*bounds: Affine, by: Entry) -> Any:
    out = of_atom(by)
    for b in bounds:
        out = times(out, of_atom(Bound(b)))
    return out


# -- splitting ---------------------------------------------------------------------------------------------


def test_the_last_round_stands_apart_where_a_bracket_singles_it_out() -> None:
    t = index("t")
    d = definition(
        Entry("d", (t,)),
        (Index("t", number(1), T, True),),
        [of_atom(Entry("c", (t,))), guarded(T - t - 1, by=Entry("d", (t + 1,)))],
        family=1,
    )
    last, rest = split_at_brackets([d])
    assert repr(last.lhs) == "d[T]" and last.loop is None and repr(last.poly) == "c[T]"
    assert rest.domain[0] == Index("t", number(1), T - 1, True)
    assert "[" not in repr(rest.view).replace("c[", "").replace("d[", ""), "the bracket holds in all other rounds"


def test_both_ends_stand_apart_only_if_there_are_enough_rounds_for_certain() -> None:
    t = index("t")
    terms = [guarded(T - t - 1, by=Entry("d", (t + 1,))), guarded(t - 1, by=Entry("c", (t,)))]
    from_zero = definition(Entry("d", (t,)), (Index("t", number(0), T, True),), terms, family=1)
    assert [repr(x.lhs) for x in split_at_brackets([from_zero])] == ["d[T]", "d[0]", "d[t]"]
    terms = [guarded(T - t - 1, by=Entry("d", (t + 1,))), guarded(t - 2, by=Entry("c", (t,)))]
    from_one = definition(Entry("d", (t,)), (Index("t", number(1), T, True),), terms, family=1)
    assert [repr(x.lhs) for x in split_at_brackets([from_one])] == ["d[T]", "d[t]"], "T may be 1"


def test_an_axis_falls_into_the_slices_that_its_brackets_tell() -> None:
    j = index("j")
    terms = [
        guarded(n - j, by=Entry("a", (j,))),
        guarded(j - n - 1, n * 2 - j, by=Entry("b", (j - n,))),
        guarded(j - n * 2 - 1, by=Entry("c", (j - n * 2,))),
    ]
    pieces = split_at_brackets([definition(Entry("z", (j,)), (Index("j", number(1), n * 3),), terms)])
    assert [repr(p.lhs) for p in pieces] == ["z[j]", "z[j+n]", "z[j+2n]"]
    assert [repr(p.poly) for p in pieces] == ["a[j]", "b[j]", "c[j]"]
    assert all(p.domain == (Index("j", number(1), n),) for p in pieces)


def test_slices_in_an_order_that_is_not_certain_stay_together() -> None:
    j = index("j")
    terms = [guarded(n - j, by=Entry("a", (j,))), guarded(m - j, by=Entry("b", (j,)))]
    d = definition(Entry("z", (j,)), (Index("j", number(1), n + m),), terms)
    assert split_at_brackets([d]) == [d]


# -- vectorizing -------------------------------------------------------------------------------------------


def vectorized(d: Definition, stacked_tensors: set[str]) -> Definition | None:
    families = {"a": 1, "z": 1, "W": 1, "x": 0}
    return Vectorizer(families, frozenset(stacked_tensors)).vectorized(d)


def test_a_definition_that_reads_arrays_has_time_as_an_axis() -> None:
    t, i = index("t"), index("i")
    domain = (Index("t", number(1), T, True), Index("i", number(1), n))
    d = definition(Entry("z", (t, i)), domain, [of_atom(Entry("a", (t - 1, i))), of_atom(Entry("x", (i, t)))], 1)
    whole = vectorized(d, {"a", "z"})
    assert whole is not None and whole.loop is None and not whole.at
    assert [b.ordered for b in whole.domain] == [False, False]
    assert vectorized(d, {"z"}) is None, "members of a sequence are read one by one"
    assert vectorized(d, {"a"}) is None, "members of a sequence are written one by one"


def test_sizes_and_ranges_that_depend_on_time_forbid_it() -> None:
    t, i = index("t"), index("i")
    steps = Index("t", number(1), T, True)
    terms = [of_atom(Entry("a", (t, i)))]
    growing = definition(Entry("z", (t, i)), (steps, Index("i", number(1), t)), terms, 1)
    of_layers = definition(Entry("z", (t, i)), (steps, Index("i", number(1), size("n", t))), terms, 1)
    assert vectorized(growing, {"a", "z"}) is None and vectorized(of_layers, {"a", "z"}) is None


# -- lifting and scheduling --------------------------------------------------------------------------------


def definitions_of(
    network: Network, wrt: tuple[str, ...] = ("parameter", "input")
) -> tuple[list[Definition], list[str]]:
    wanted = [network.cost or "", *(ADJOINT + t.name for t in network.role(*wrt))]
    made = needed(collected(network, derive_adjoints(network), stabilizer_of(network)), wanted)
    return split_at_brackets(made), wanted


def scheduler(definitions: list[Definition], tensors: Any) -> Scheduler:
    stored = storages(tensors, False)
    families = {name: s.family for name, s in stored.items()}
    return Scheduler(definitions, families, stacked=frozenset(name for name, s in stored.items() if s.is_stacked))


def steps_of(network: Network, wrt: tuple[str, ...] = ("parameter", "input")) -> tuple[list[Any], Lifting]:
    definitions, wanted = definitions_of(network, wrt)
    lifting = Lifting(scheduler(definitions, network.tensors), set(network.tensors))
    lifted = split_at_brackets(lifting.lifted())
    tensors = {**network.tensors, **lifting.helpers}
    kept = reached(scheduler(lifted, tensors), wanted)
    return replace(scheduler(kept, tensors), wanted=frozenset(wanted)).steps(), lifting


def loops(steps: list[Any]) -> list[list[str]]:
    return [[d.tensor for d in s.body] for s in steps if isinstance(s, Loop)]


def test_the_projection_of_the_input_is_lifted_out_of_the_loop() -> None:
    steps, lifting = steps_of(rnn(Frame()))
    assert list(lifting.helpers) == ["z_ahead"]
    [ahead] = [s for s in steps if isinstance(s, Definition) and s.tensor == "z_ahead"]
    assert set(ahead.tensors) == {"x", "W", "b"} and not any(b.ordered for b in ahead.domain)
    assert loops(steps) == [["z", "h"], ["∂z"]]


def test_weight_gradients_and_input_gradients_are_no_loops() -> None:
    for cell in (rnn, lstm, gru):
        steps, _ = steps_of(cell(Frame()))
        assert len(loops(steps)) == 2
        alone = {s.tensor for s in steps if isinstance(s, Definition)}
        assert {ADJOINT + t.name for t in cell(Frame()).role("parameter", "input")} <= alone


def test_rounds_that_nobody_reads_are_left_out() -> None:
    steps, _ = steps_of(lstm(Frame(), "last"))
    assert not [s for s in steps if isinstance(s, Definition) and repr(s.lhs).startswith(("∂h[0", "∂c[0"))]
    steps, _ = steps_of(lstm(Frame(), "last", "input"))
    assert [s for s in steps if isinstance(s, Definition) and repr(s.lhs).startswith("∂h_start")]


def test_nothing_is_lifted_that_the_recursion_computes_or_that_is_no_sum() -> None:
    net = Builder("mixed")
    steps_, units = net.size("T"), net.size("n")
    t, t0 = net.index("t", steps_, ordered=True), net.index("t0", steps_, lo=0, ordered=True)
    i, j = net.index("i", units), net.index("j", units)
    x, U = net.input("x", (t, i)), net.parameter("U", (i, j))
    h = net.define("h", (0, i), sympy.S(0), axes=(t0, i))
    net.define("h", (t, i), sin(x[t, i] + Sum(U[i, j] * h[t - 1, j] * x[t, j], j)))
    net.define("C", (), Sum(h[steps_, i], i))
    net.minimize("C")
    _, lifting = steps_of(net.network(), ("parameter",))
    assert not [name for name in lifting.helpers if name.startswith("h_")]


def test_stacked_layers_are_one_loop_after_the_other() -> None:
    steps, lifting = steps_of(stacked(Frame()))
    assert loops(steps)[:2] == [["h"], ["s"]] and {"h_ahead", "s_ahead"} <= set(lifting.helpers)


def test_the_two_directions_are_two_loops() -> None:
    steps, _ = steps_of(bidirectional(Frame()))
    assert [s.descending for s in steps if isinstance(s, Loop)] == [False, True, False, True]


def test_a_recursion_along_an_ordinary_axis_is_refused() -> None:
    net = Builder("second")
    steps_, units = net.size("T"), net.size("n")
    i = net.index("i", units)
    t, t0 = net.index("t", steps_, ordered=True), net.index("t0", steps_, lo=0, ordered=True)
    x = net.input("x", (i, t))
    h = net.define("h", (i, 0), sympy.S(0), axes=(i, t0))
    net.define("h", (i, t), sin(x[i, t] + h[i, t - 1]))
    net.define("C", (), Sum(h[i, steps_], i))
    net.minimize("C")
    network = net.network()
    definitions = collected(network, Adjoints(network, seed_of(network), {}, {}, ()), stabilizer_of(network))
    with pytest.raises(UnsupportedError, match="ordered index first"):
        scheduler(definitions, network.tensors).steps()


# -- arguments and predictions -----------------------------------------------------------------------------


def test_inputs_that_a_loop_over_time_reads_are_read_time_first() -> None:
    network = rnn(Frame())
    steps, lifting = steps_of(network)
    stored = with_ordered_axes_first(
        storages({**network.tensors, **lifting.helpers}, False), steps, lifting.scheduler.definitions
    )
    assert stored["x"].packed == (1, 0, 2) and stored["x"].layout == (0, 1, 2)
    assert not stored[ADJOINT + "x"].packed, "gradients keep the shape of their argument"


def test_members_of_equal_shape_are_one_array() -> None:
    network = rnn(Frame())
    stored = storages(network.tensors, False)
    assert stored["h"].is_stacked and stored["h"].layout == (0, 1, 2) and stored["h"].sequence == 0
    assert stored["h"].layout_at((index("t"),)) == (1, 2)


def test_the_prediction_is_what_the_cost_reads() -> None:
    for loss, expected in (("all", Prediction("h", (), (1, 0))), ("last", Prediction("h", (T,)))):
        network = rnn(Frame(), loss)
        assert prediction_of(network, storages(network.tensors, False)) == expected
