"""Values that go piece by piece into what reads them: repeated gradients, products tap by tap, columns in rounds."""

from __future__ import annotations

from itertools import product

import pytest
from sympy import Sum, tanh

from derive.calculus.scalar import definition
from derive.derivation import derive_adjoints
from derive.ir.environment import Environment
from derive.kernels import emit_kernel, fusing
from derive.network.builder import Builder
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.sample_data import choose_sizes, sample_environment
from derive.network.schema import read_network_text
from tests.kernels import window_networks as nets
from tests.kernels.oracle import Sample, compare, sample_of


def sampled(network: Network, batch: int = 2, wrt: tuple[str, ...] | None = None) -> Sample:
    env = sample_environment(network, {**choose_sizes(network, 0), "m": batch}, 0)
    given = sample_of(network, Environment(env.sizes, env.arrays, derivative_of=definition))
    return given if wrt is None else Sample(network, given.env, derive_adjoints(network, wrt))


def source_of(given: Sample) -> str:
    return emit_kernel(given.network, given.adjoints, "all")


def body_of(source: str) -> str:
    return source.split("def value_and_grad")[1].split("\ndef ")[0]


# -- columns in rounds ---------------------------------------------------------------------------------------


def in_rounds_of(source: str, entries: int) -> str:
    assert "_ROUND = 1 << 17" in source
    return source.replace("_ROUND = 1 << 17", f"_ROUND = {entries}")


@pytest.mark.parametrize("entries", [1, 60, 700, 10**6])
@pytest.mark.parametrize("stride, dilation, padding", list(product((1, 2), (1, 2), (0, 1))))
def test_columns_in_rounds(
    monkeypatch: pytest.MonkeyPatch, stride: int, dilation: int, padding: int, entries: int
) -> None:
    monkeypatch.setattr(fusing, "FEWEST_ENTRIES", 0)
    given = sampled(nets.convolution(stride, dilation, 3, padding, size=(9, 7)))
    source = source_of(given)
    assert "for positions in rounds" in body_of(source)
    compare(given, source=in_rounds_of(source, entries))


@pytest.mark.parametrize("batch", [1, 5])
def test_rounds_that_do_not_come_out_even(monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    """11 rows of 36 entries for each sample, in rounds of 2 to 8 rows."""
    monkeypatch.setattr(fusing, "FEWEST_ENTRIES", 0)
    given = sampled(nets.convolution(1, 1, 3, 0, size=(13, 4)), batch)
    for rows in (2, 3, 4, 8):
        compare(given, source=in_rounds_of(source_of(given), 36 * batch * rows))


def test_columns_are_copied_in_the_gradient_again_and_never_as_a_whole() -> None:
    body = body_of(source_of(sampled(nets.convolution(1, 1, 3, 1, size=(12, 12)))))
    assert body.count("_rounds(12, ") == 2
    assert body.count("_strided(") == 1
    assert not any("work(" in line and "(2, 3, 3, 12, 12, m)" in line for line in body.splitlines())


def test_small_columns_are_formed_as_a_whole() -> None:
    assert "_rounds" not in body_of(source_of(sampled(nets.convolution(1, 1, 2, 0))))


# -- products tap by tap -------------------------------------------------------------------------------------


def test_a_product_is_added_up_tap_by_tap() -> None:
    body = body_of(source_of(sampled(nets.convolution(1, 1, 3, 0, size=(7, 8), channels=(2, 3)))))
    [loop] = [part for part in body.split("    for k in range(3):\n") if "+=" in part.split("\n")[2]]
    first, second, *_ = loop.split("\n")
    assert first.startswith("        np.matmul(") or first.startswith("        np.dot(")
    assert second.strip() == "for k_2 in range(3):"


def test_a_product_of_few_rows_is_one_product() -> None:
    """One channel and two taps across are too few rows for a product of their own."""
    body = body_of(source_of(sampled(nets.convolution(1, 1, 2, 0, size=(7, 8), channels=(1, 3)))))
    [after] = body.split("    for k in range(2):\n")[1:]
    assert after.lstrip().startswith("for k_2")


LAYERS = """\
notation: rows
batch: {size: m, reduce: mean}
inputs: {x: [2, 8, 8]}
targets: {y: {size: 3, kind: one_hot}}
layers:
  - {conv2d: {channels: 4, kernel: 3, padding: 1, activation: tanh}}
  - {conv2d: {channels: 5, kernel: 2, stride: 2, activation: tanh}}
  - {avg_pool2d: {window: 2}}
  - {flatten: {}}
  - {dense: {units: 3}}
loss: cross_entropy_with_logits
"""


@pytest.mark.parametrize("entries", [30, 10**6])
def test_layers_one_after_the_other(monkeypatch: pytest.MonkeyPatch, entries: int) -> None:
    """Convolutions with windows that overlap and side by side, and pooling: all of it together."""
    monkeypatch.setattr(fusing, "FEWEST_ENTRIES", 0)
    given = sampled(compile_network(read_network_text(LAYERS)), 3)
    source = source_of(given)
    written = [line for line in body_of(source).splitlines() if "*=" in line and ":2" in line]
    assert len(written) == 1
    compare(given, source=in_rounds_of(source, entries))


# -- what is repeated over windows ---------------------------------------------------------------------------


def pooled(function: str, size: int = 4, is_read_again: bool = False) -> Network:
    """Averages of 2 × 2 of f(x), x of (m, 2, size, size)."""
    net = Builder("pooled")
    i, c, h, w = nets.image(net, 2, size, size)
    x, v = net.input("x", (i, c, h, w)), net.input("v", (i, c, h, w))
    a = {
        "tanh": lambda: tanh(x[i, c, h, w]),
        "product": lambda: x[i, c, h, w] * v[i, c, h, w],
        "quotient": lambda: x[i, c, h, w] / (v[i, c, h, w] ** 2 + 1),
    }[function]()
    y = net.define("y", (i, c, h, w), a)
    p, q, r, s = net.index("p", size // 2), net.index("q", size // 2), net.index("r", 2), net.index("s", 2)
    z = net.define("z", (i, c, p, q), Sum(y[i, c, 2 * (p - 1) + r, 2 * (q - 1) + s], r, s) / 4)
    wanted = net.target("wanted", (i, c, p, q))
    cost = Sum(tanh(z[i, c, p, q]) * wanted[i, c, p, q], i, c, p, q)
    if is_read_again:
        cost += Sum(tanh(y[i, c, h, w]) * v[i, c, h, w], i, c, h, w)
    net.define("C", (), cost)
    net.minimize("C")
    return net.network()


@pytest.mark.parametrize("function", ["tanh", "product", "quotient"])
@pytest.mark.parametrize("is_read_again", [False, True])
@pytest.mark.parametrize("wrt", [("x",), ("v",), ("x", "v")])
def test_a_gradient_repeated_over_windows(function: str, is_read_again: bool, wrt: tuple[str, ...]) -> None:
    if function == "tanh" and "v" in wrt and not is_read_again:
        pytest.skip("v is not read")
    compare(sampled(pooled(function, is_read_again=is_read_again), wrt=wrt))


def test_it_is_multiplied_in_where_it_goes() -> None:
    body = body_of(source_of(sampled(pooled("tanh"), wrt=("x",))))
    [written] = [line for line in body.splitlines() if "k:k + 3:2" in line]
    assert "*=" in written


def test_an_argument_is_not_written_over() -> None:
    """∂C/∂x = v · (the gradient repeated), into new memory."""
    given = sampled(pooled("product"), wrt=("x",))
    source = source_of(given)
    assert "np.multiply(" in "".join(line for line in body_of(source).splitlines() if "k:k + 3:2" in line)
    module = compare(given, source=source)
    params, inputs = given.arguments(module)
    before = inputs.v.copy()
    _, *groups = module.value_and_grad(params, inputs, module.Workspace())
    assert (inputs.v == before).all()
    assert all(not (a is inputs.v or a is inputs.x) for group in groups for a in group)


def test_what_is_read_twice_is_formed_as_a_whole() -> None:
    body = body_of(source_of(sampled(pooled("product"), wrt=("x", "v"))))
    assert all("*=" not in line and "out=" not in line for line in body.splitlines() if "k:k + 3:2" in line)
