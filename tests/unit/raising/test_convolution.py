"""Correlations and transposed convolutions are recognized, and what is recognized has the value of the sum."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from sympy import Sum

from derive.derivation import derive_adjoints
from derive.ir.environment import Array
from derive.ir.extremum import max_over
from derive.ir.interpret import run_forward, run_normal_form
from derive.ir.record import Case
from derive.network.builder import Builder
from derive.network.network import Network
from derive.raising.convolution import Axis, correlations, tiled, transposed
from tests.generators import sampled
from tests.unit.notes.networks import convolution, grouped, image_convolution, regrouped

GRID = [
    (size, k, s, d, pad)
    for size, k, s, d, pad in product((7, 9), (2, 3), (1, 2, 3), (1, 2, 3), (0, 1))
    if size + 2 * pad > d * (k - 1) + s
]

ALWAYS_SPREAD = {(3, 1, 1), (3, 2, 1), (3, 2, 3), (3, 3, 2), (2, 1, 1)}
"""Kernels, strides and dilations whose transpose is one sum over the taps or the positions."""


def array(entries: Array) -> np.ndarray:
    shape = tuple(max(p) for p in zip(*entries, strict=True))
    out = np.zeros(shape)
    for place, value in entries.items():
        out[tuple(k - 1 for k in place)] = float(value)
    return out


def correlated(kernel: np.ndarray, signal: np.ndarray, axis: Axis, extent: int) -> np.ndarray:
    """Slide the kernel over the signal, step by step."""
    seen = [axis.dilation * r for r in range(len(kernel))]
    return np.array([sum(kernel[r] * signal[axis.stride * p + t] for r, t in enumerate(seen)) for p in range(extent)])


def full_convolution(kernel: np.ndarray, signal: np.ndarray, axis: Axis, extent: int) -> np.ndarray:
    """Zeros between the entries of the signal, then every overlap with the kernel turned round."""
    wide = np.zeros((len(signal) - 1) * axis.stride + 1)
    wide[:: axis.stride] = signal
    taps = np.zeros((len(kernel) - 1) * axis.dilation + 1)
    taps[:: axis.dilation] = kernel
    out = np.zeros(extent)
    found = np.convolve(wide, taps)
    out[: len(found)] = found
    return out


@pytest.mark.parametrize("given", GRID)
def test_the_three_sums_of_a_convolution(given: tuple[int, ...]) -> None:
    """Forward a correlation, backward a transposed convolution, for the kernel a correlation with δ."""
    size, kernel, stride, dilation, padding = given
    net = convolution(size, kernel, stride, dilation, padding)
    adjoints = derive_adjoints(net)
    ran = run_normal_form([*adjoints.equations.values()], run_forward(net.equations, net.tensors, sampled(net)))
    W, x, delta = (array(ran.arrays[n]) for n in ("W", "xp", "∂z"))

    [e] = net.definitions("z")
    [found] = correlations(e.rhs, e.domain)
    [axis] = found.axes
    assert (found.kernel.tensor, found.signal.tensor) == ("W", "xp")
    assert (axis.stride, axis.dilation) == (stride, dilation)
    z = sum(np.array([correlated(W[o, c], x[c], axis, delta.shape[1]) for o in range(3)]) for c in range(2))
    assert np.allclose(z + array(ran.arrays["b"])[:, None], array(ran.arrays["z"]))

    [case] = adjoints.results["W"]
    [found] = correlations(case.poly, case.domain)
    [axis] = found.axes
    assert (found.kernel.tensor, found.signal.tensor) == ("r_out", "xp")
    assert (axis.stride, axis.dilation) == (dilation, stride)
    gradient = [[correlated(delta[o], x[c], axis, kernel) for c in range(2)] for o in range(3)]
    assert np.allclose(gradient, array(ran.arrays["∂W"]))

    [case] = adjoints.results["xp"]
    windows_meet = dilation * (kernel - 1) + 1 > stride
    if windows_meet and all(at.variable for at in case.lhs.idx):
        check_spread(case, stride, dilation, W, delta, array(ran.arrays["∂xp"]))
    else:
        assert (kernel, stride, dilation) not in ALWAYS_SPREAD
    if kernel == stride and dilation == 1 and not all(at.variable for at in case.lhs.idx):
        side_by_side = tiled(case.poly, case.lhs, case.domain, {"W"})
        assert side_by_side is not None and side_by_side.kernel is not None and not side_by_side.largest
        assert (side_by_side.kernel.tensor, side_by_side.signal.tensor) == ("W", "r_out")
        back = sum(np.array([np.kron(delta[o], W[o, c]) for c in range(2)]) for o in range(3))
        assert np.allclose(back, array(ran.arrays["∂xp"]))


def check_spread(
    case: Case, stride: int, dilation: int, W: np.ndarray, delta: np.ndarray, expected: np.ndarray
) -> None:
    [found_back] = transposed(case.poly, case.domain, {"W"})
    [axis] = found_back.axes
    assert (found_back.kernel.tensor, found_back.signal.tensor) == ("W", "r_out")
    assert (axis.stride, axis.dilation) == (stride, dilation)
    extent = expected.shape[1]
    back = sum(np.array([full_convolution(W[o, c], delta[o], axis, extent) for c in range(2)]) for o in range(3))
    assert np.allclose(back, expected)


def test_some_windows_lay_side_by_side() -> None:
    """The grid above holds such windows, or nothing was checked there."""
    net = convolution(9, 3, 3, 1, 0)
    [case] = derive_adjoints(net).results["xp"]
    assert tiled(case.poly, case.lhs, case.domain, {"W"}) is not None
    assert tiled(case.poly, case.lhs, case.domain, ()) is None


@pytest.mark.parametrize("window", [2, 3])
def test_pools_send_back_to_their_own_windows(window: int) -> None:
    net = Builder("pool")
    k, p, r = net.index("k", 12), net.index("p", 12 // window), net.index("r", window)
    x = net.input("x", (k,))
    at = (p - 1) * window + r
    a = net.define("a", (p,), Sum(x[at], r) / window)
    b = net.define("b", (p,), max_over(x[at], r))
    weights = net.target("w", (p,))
    for name, value in (("a", a), ("b", b)):
        net.define(f"C_{name}", (), Sum(value[p] * weights[p], p))
    for name, largest in (("a", False), ("b", True)):
        net.minimize(f"C_{name}")
        network = net.network()
        [case] = derive_adjoints(network, ("x",)).results["x"]
        found = tiled(case.poly, case.lhs, case.domain, ())
        assert found is not None and found.kernel is None and found.largest is largest
        assert found.signal.tensor == "w"


def test_blocks_of_a_group_are_no_windows() -> None:
    for net, pooled in ((grouped(), set()), (regrouped(), set()), (image_convolution(), {"z"})):
        results = derive_adjoints(net).results
        seen = {n for n, cases in results.items() for c in cases if tiled(c.poly, c.lhs, c.domain, {"W"}) is not None}
        assert seen == pooled


def test_images_slide_along_two_axes() -> None:
    net = image_convolution(stride=2)
    [e] = net.definitions("z")
    [found] = correlations(e.rhs, e.domain)
    assert [(a.of_kernel, a.of_signal, a.stride) for a in found.axes] == [(2, 2, 2), (3, 3, 2)]
    [case] = derive_adjoints(net).results["x"]
    [back] = transposed(case.poly, case.domain, {"W"})
    assert sorted((a.of_kernel, a.of_signal, a.stride, a.dilation) for a in back.axes) == [(2, 2, 2, 1), (3, 3, 2, 1)]


def test_a_group_is_no_axis_to_slide_along() -> None:
    [e] = grouped().definitions("z")
    [found] = correlations(e.rhs, e.domain)
    assert [a.of_signal for a in found.axes] == [1]


def _is_plain(net: Network) -> bool:
    return not any(list(correlations(e.rhs, e.domain)) for e in net.equations)


def test_other_sums_are_no_correlations() -> None:
    """Matrix products, a window with the position in the kernel, one that starts elsewhere, and plain slices."""
    assert _is_plain(regrouped())
    for offset, moving in ((0, True), (1, False)):
        net = Builder("other")
        p, r, k = net.index("p", 4), net.index("r", 3), net.index("k", 8)
        x = net.input("x", (k,))
        W = net.parameter("W", (p, r) if moving else (r,))
        net.define("z", (p,), Sum((W[p, r] if moving else W[r]) * x[p + r - 1 + offset], r))
        assert _is_plain(net.network())
