"""A layer from outside the package: the one of `docs/add-a-layer.md`, run as it stands there."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sympy import Sum

from derive.errors import DeriveError, ShapeError
from derive.kernels import emit_kernel, load_kernel
from derive.layers import Layer, Site, layer, remove_layer
from derive.network.compile import compile_network
from derive.network.layers.table import LAYERS
from derive.network.schema import LAYER_OPTIONS, read_network_text
from derive.pipeline import Derivation, derive
from tests.layers.directional import check_text
from tests.layers.harness import LayerCase, assert_near, normal
from tests.source_files import ROOT, imports

DOCUMENT = ROOT / "docs" / "add-a-layer.md"
LAYER, NETWORK, USE = re.findall(r"```(?:python|yaml)\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
LONGEST = 15
KEYS = {"V": "V1", "c": "c1", "W": "W1", "b": "b1"}

HAND = """
import numpy as np

def value_and_grad(params, inputs):
    (V, c, W, b, W2, b2), (x, y) = params, inputs
    u, s = x @ V + c, 1 / (1 + np.exp(-(x @ W + b)))
    g = u * s
    r = (g @ W2 + b2 - y) / len(x)
    dg = r @ W2.T
    du, dz = dg * s, dg * u * s * (1 - s)
    loss = len(x) * np.sum(r * r) / 2
    params = {"V1": x.T @ du, "c1": du.sum(0), "W1": x.T @ dz, "b1": dz.sum(0), "W2": g.T @ r, "b2": r.sum(0)}
    return loss, params, {"x": du @ V.T + dz @ W.T}
"""


def gated(x: Any, V: Any, c: Any, W: Any, b: Any) -> Any:
    """(x V + c) σ(x W + b), with x (..., n)."""
    return (x @ V + c) / (1 + np.exp(-(x @ W + b)))


def gated_backward(upstream: Any, x: Any, V: Any, c: Any, W: Any, b: Any) -> dict[str, Any]:
    """By hand: with u = x V + c and s = σ(x W + b), du = dg s and dz = dg u s (1 − s)."""
    s = 1 / (1 + np.exp(-(x @ W + b)))
    du, dz = upstream * s, upstream * (x @ V + c) * s * (1 - s)
    rows, of_u, of_z = (a.reshape(-1, a.shape[-1]) for a in (x, du, dz))
    dV, dc, dW, db = rows.T @ of_u, of_u.sum(0), rows.T @ of_z, of_z.sum(0)
    return {"x": du @ V.T + dz @ W.T, "V": dV, "c": dc, "W": dW, "b": db}


def run(text: str) -> dict[str, Any]:
    """What a user's file defines; it is compiled apart from the settings of this one."""
    user: dict[str, Any] = {"__name__": "user"}
    exec(compile(text, "user.py", "exec", dont_inherit=True), user)
    return user


@pytest.fixture
def added() -> Iterator[type[Layer]]:
    """The layer of the document, while a test runs."""
    yield run(LAYER)["GatedLinearUnit"]
    remove_layer("gated")


def derived(text: str) -> Derivation:
    return derive(compile_network(read_network_text(text)))


def network_of(*layers: str, inputs: str = "{x: n}", target: str = "n", more: str = "") -> str:
    listed = "".join(f"- {text}\n" for text in layers)
    return f"{more}batch: m\ninputs: {inputs}\ntargets: {{y: {target}}}\nlayers:\n{listed}loss: half_squared_error\n"


# -- the document ---------------------------------------------------------------------------------------------


def test_it_takes_under_fifteen_lines() -> None:
    lines = [line for line in LAYER.splitlines() if line.strip()]
    assert len(lines) < LONGEST
    assert max(map(len, lines)) <= 120
    assert not any(";" in line for line in lines)


def test_it_needs_nothing_but_sympy_and_the_public_names(tmp_path: Path) -> None:
    file = tmp_path / "user.py"
    file.write_text(LAYER, encoding="utf-8")
    froms = {n.module for n in ast.walk(ast.parse(LAYER)) if isinstance(n, ast.ImportFrom)}
    assert froms == {"sympy", "derive.layers"}
    assert {module for module, _ in imports(file)} <= {"derive.layers"}


def test_the_package_does_not_know_it() -> None:
    assert "gated" not in LAYER_OPTIONS and "gated" not in LAYERS
    with pytest.raises(DeriveError, match="there is no layer `gated`"):
        read_network_text(NETWORK)


@pytest.mark.usefixtures("added")
def test_the_document_is_used_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("gated.yaml").write_text(NETWORK, encoding="utf-8")
    Path("hand.py").write_text(HAND, encoding="utf-8")
    user = run(USE)
    d = user["d"]
    assert d.gradient("V1").latex("batched") == r"\Delta V^{[1]} = X^{\mathsf{T}} \Delta U^{[1]}"
    assert sorted(os.listdir()) == ["gated.yaml", "hand.py"]
    calls = [line.split("#")[0].strip() for line in USE.splitlines() if line.startswith("d.")]
    assert len(calls) == 4
    report = eval(calls[-1], user)
    assert report.exit_code == 0, report.render_text()


# -- notes ----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("added")
def test_notes_in_each_notation() -> None:
    """The equations and gradients of the layer, with its own letters."""
    d = derived(NETWORK)
    said = {n: d.notes(("tex",), notation=n)["tex"].decode() for n in ("nielsen", "ng", "rows")}
    for line in (
        r"u_{j}^{1} & = \sum_{k} V_{jk}^{1} x_{k} + c_{j}^{1}",
        r"z_{j}^{1} & = \sum_{k} W_{jk}^{1} x_{k} + b_{j}^{1}",
        r"g_{j}^{1} & = u_{j}^{1} \sigma(z_{j}^{1})",
        r"\frac{\partial C}{\partial u^{1}} & = \frac{\partial C}{\partial g^{1}} \odot \sigma(z^{1})",
        r"\delta^{1} & = \frac{\partial C}{\partial g^{1}} \odot u^{1} \odot \sigma'(z^{1})",
        r"\frac{\partial C}{\partial V^{1}} & = \frac{\partial C}{\partial u^{1}} x^{\mathsf{T}}",
        r"\frac{\partial C}{\partial c^{1}} & = \frac{\partial C}{\partial u^{1}} \mathbf{1}_{m}",
        r"\frac{\partial C}{\partial W^{1}} & = \delta^{1} x^{\mathsf{T}}",
        r"\frac{\partial C}{\partial b^{1}} & = \delta^{1} \mathbf{1}_{m}",
        r"$\frac{\partial C}{\partial V_{11}^{1}}$ & $",
    ):
        assert line in said["nielsen"], line
    for line in (
        r"G^{[1]} & = U^{[1]} \odot \sigma(Z^{[1]})",
        r"U^{[1]} & = V^{[1]} X + c^{[1]} \mathbf{1}_{m}^{\mathsf{T}}",
        r"dV^{[1]} & = \frac{1}{m} dU^{[1]} X^{\mathsf{T}}",
    ):
        assert line in said["ng"], line
    for line in (
        r"U^{[1]} & = X V^{[1]} + \mathbf{1}_{m} c^{[1]}",
        r"Z^{[1]} & = X \theta^{[1]} + \mathbf{1}_{m} b^{[1]}",
        r"\Delta V^{[1]} & = X^{\mathsf{T}} \Delta U^{[1]}",
        r"\Delta Z^{[1]} & = \Delta G^{[1]} \odot U^{[1]} \odot \sigma'(Z^{[1]})",
    ):
        assert line in said["rows"], line


@pytest.mark.usefixtures("added")
def test_notes_in_html() -> None:
    html = derived(NETWORK).notes(("html",), notation="nielsen")["html"].decode()
    for letter in "VcWbugz":
        assert f"<msup><mi>{letter}</mi><mrow><mn>1</mn></mrow></msup>" in html, letter
    for name in ("V1", "c1", "W1", "b1", "u1", "g1", "z1"):
        assert f'id="gated-regression-{name}"' in html, name


# -- numbers --------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("added")
@pytest.mark.parametrize("shape", [(3, 4), (1, 4), (3, 1), (3, 2, 4), (3, 1, 1)])
@pytest.mark.parametrize("units", [5, 4, 1])
def test_against_backpropagation_by_hand(shape: tuple[int, ...], units: int) -> None:
    """The interpreted equations, the derived cases and the kernel, on vectors and on sequences."""
    n = shape[-1]
    case = LayerCase(
        inputs=f"{{x: {list(shape[1:])}}}",
        layers=f"[{{gated: {{units: {units}}}}}]",
        forward=gated,
        backward=gated_backward,
        variables=normal(3, x=shape, V=(n, units), c=(units,), W=(n, units), b=(units,)),
        names=KEYS,
    )
    case.check_interpreted()
    case.check_kernel()


@pytest.mark.usefixtures("added")
def test_the_network_of_the_document_by_hand() -> None:
    d = derived(NETWORK)
    module = load_kernel(emit_kernel(d.network, d.adjoints, wrt="all"))
    given = normal(5, V1=(4, 5), c1=(5,), W1=(4, 5), b1=(5,), W2=(5, 2), b2=(2,), x=(3, 4), y=(3, 2))
    params = module.Params(*(given[name] for name in module.Params._fields))
    inputs = module.Inputs(*(given[name] for name in module.Inputs._fields))
    loss, of_params, of_inputs = run(HAND)["value_and_grad"](params, inputs)
    cost, found, found_inputs = module.value_and_grad(params, inputs)
    assert_near(cost, loss, "the cost")
    for name, expected in of_params.items():
        assert_near(getattr(found, name), expected, name)
    assert_near(found_inputs.x, of_inputs["x"], "x")


@pytest.mark.usefixtures("added")
@pytest.mark.parametrize(
    "text",
    [
        network_of("{gated: {units: n}}", "{gated: {units: n}}", inputs="{x: [T, n]}", target="[T, n]"),
        network_of("{repeat: {times: L, layers: [{gated: {units: n}}]}}", more="notation: rows\n"),
        network_of(
            "{gated: {units: n}, name: gate}", "{gated: {units: n}, share: gate}", more="penalty: {l2: lambda}\n"
        ),
        NETWORK,
    ],
    ids=["sequences", "depth", "shared and penalized", "the document"],
)
def test_against_the_complex_step(text: str) -> None:
    check_text(text)


@pytest.mark.usefixtures("added")
def test_a_verdict_on_a_mistake() -> None:
    """Who forgets the gate on the way back is told where."""
    wrong = run(HAND.replace("du, dz = dg * s,", "du, dz = dg,"))
    report = derived(NETWORK).verify({"value_and_grad": wrong["value_and_grad"]})
    assert report.exit_code == 1
    verdicts = {claim.name: claim.status.value for claim in report.claims}
    assert {name for name, verdict in verdicts.items() if verdict != "agrees"} == {"V1", "c1", "x"}


# -- coming and going -----------------------------------------------------------------------------------------


def test_a_layer_leaves_no_trace() -> None:
    before = (dict(LAYER_OPTIONS), dict(LAYERS))
    run(LAYER)
    assert "gated" in LAYER_OPTIONS and "gated" in LAYERS
    remove_layer("gated")
    assert before == (LAYER_OPTIONS, LAYERS)
    with pytest.raises(DeriveError, match="no layer `gated` was added"):
        remove_layer("gated")
    with pytest.raises(DeriveError, match="no layer `dense` was added"):
        remove_layer("dense")


def test_a_class_defined_again_replaces_itself(added: type[Layer]) -> None:
    run(LAYER)
    assert LAYER_OPTIONS["gated"] is not added
    assert derived(NETWORK).gradient("V1").steps


class Copy(Layer):
    """y = x."""

    def equations(self, site: Site) -> None:
        site.hand_on(site.at, site.source[site.at])


@pytest.mark.usefixtures("added")
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("dense", "the kind `dense` is taken; register it under another name"),
        ("relu", "the kind `relu` is taken"),
        ("repeat", "the kind `repeat` is taken"),
        ("gated", "the kind `gated` is taken"),
        ("two words", "`two words` is not a safe name"),
    ],
)
def test_a_kind_that_cannot_be_had(kind: str, said: str) -> None:
    before = (dict(LAYER_OPTIONS), dict(LAYERS))
    with pytest.raises(DeriveError, match=said):
        layer(kind)(Copy)
    assert before == (LAYER_OPTIONS, LAYERS)


def test_a_class_without_equations() -> None:
    with pytest.raises(DeriveError, match="Layer has no equations; give it a method"):
        layer("empty")(Layer)
    assert "empty" not in LAYER_OPTIONS


# -- mistakes in the class and in the file --------------------------------------------------------------------


class Silent(Layer):
    """States nothing."""

    def equations(self, site: Site) -> None:
        pass


class Misnamed(Layer):
    """Learns s, and says t."""

    learns = ("t",)

    def equations(self, site: Site) -> None:
        site.hand_on(site.at, site.parameter("s", site.at, "scale", "ones") * site.source[site.at])


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (Silent, "this own layer hands nothing on; end its equations with `site.hand_on`"),
        (Misnamed, r"has equations with the parameters `s`, and says that it learns `t`; write `learns = \('s',\)`"),
    ],
)
def test_a_class_that_is_wrong(broken: type[Layer], said: str) -> None:
    layer("own")(broken)
    try:
        with pytest.raises(DeriveError, match=said) as found:
            derived(network_of("{own: {}}"))
        assert found.value.line == 5
    finally:
        remove_layer("own")


@pytest.mark.usefixtures("added")
@pytest.mark.parametrize(
    ("network", "said"),
    [
        (network_of("{gated: {}}"), "the layer `gated` lacks `units`"),
        (network_of("{gated: {units: 0}}"), "a size of 0 is not possible"),
        (network_of("{gated: {units: n, unit: 2}}"), "the layer `gated` has no `unit`; did you mean `units`"),
        (network_of("{gatd: {units: n}}"), "there is no layer `gatd`; did you mean `gated`"),
    ],
)
def test_options_that_are_wrong(network: str, said: str) -> None:
    with pytest.raises(DeriveError, match=re.escape(said)):
        read_network_text(network)


@pytest.mark.usefixtures("added")
def test_a_source_that_does_not_fit() -> None:
    with pytest.raises(ShapeError, match="this gated layer needs 1 to 2 axes of features, and `x` has 2 × 3 × 4"):
        derived(network_of("{gated: {units: n}}", inputs="{x: [2, 3, 4]}"))


# -- indices and letters --------------------------------------------------------------------------------------


class Squares(Layer):
    """y_j = x_j Σ_k x_k², along the last axis."""

    def equations(self, site: Site) -> None:
        x, at, over = site.source, site.at, site.over(site.source)
        site.hand_on(at, x[at] * Sum(x[over] ** 2, over[-1]))


class Lettered(Layer):
    """y_j = Σ_k P_jk x_k Σ_k W_q,jk x_k + β_j."""

    learns = ("P", "W_q", "beta")

    def equations(self, site: Site) -> None:
        (j,), (k,), x = site.at, site.over(site.source), site.source
        first, second = (Sum(site.weight(name, j, k) * x[k], k) for name in ("P", "W_q"))
        site.hand_on((j,), first * second + site.bias("beta", j))


@pytest.fixture
def own() -> Iterator[None]:
    """Both of these, while a test runs."""
    layer("squares")(Squares)
    layer("lettered")(Lettered)
    yield
    remove_layer("squares")
    remove_layer("lettered")


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize("shape", [(3,), (3, 3), (2, 3, 3), (2, 2, 3, 3)])
def test_an_index_to_sum_over_is_apart(shape: tuple[int, ...]) -> None:
    """Also where axes have one extent, and on images, whose last index is not `j`."""
    LayerCase(
        inputs=f"{{x: {list(shape)}}}",
        layers="[squares]",
        forward=lambda x: x * np.sum(x**2, axis=-1, keepdims=True),
        backward=lambda d, x: {
            "x": d * np.sum(x**2, axis=-1, keepdims=True) + 2 * x * np.sum(d * x, axis=-1, keepdims=True)
        },
        variables=normal(1, x=(2, *shape)),
    ).check_interpreted()


@pytest.mark.usefixtures("own")
def test_letters_of_parameters() -> None:
    """`W` and `b` are the notation's, other letters their own; what follows `_` is a subscript."""
    text = network_of("lettered")
    line = derived(text).notes(("tex",), notation="rows")["tex"].decode()
    assert r"\left( \sum_{k=1}^{n} P_{kj}^{[1]} x_{k} \right) \sum_{k=1}^{n} \theta_{\mathrm{q},kj}^{[1]} x_{k}" in line
    assert r"\Delta \beta^{[1]}" in line
    check_text(text)
