"""Steps of descent with numbers that are shown: anyone who takes them over finds the same."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pytest

from derive.derivation import derive_adjoints
from derive.errors import DeriveError
from derive.handout import compose_network
from derive.handout.numbers_descent import descent_numbers
from derive.latex.settings import read_notation
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.schema import read_network_file, read_network_text
from derive.notes.document import Display, Section, Table, Words
from derive.notes.sections.descent_data import DescentNumbers, DescentOptions
from derive.resources import examples_dir

Array = np.ndarray


def example() -> Network:
    return compile_network(read_network_file(examples_dir() / "net-3-3-1.yaml"))


def sigmoid(z: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-z)))


def by_hand(p: Mapping[str, Array], x: Array, y: Array) -> tuple[float, dict[str, Array]]:
    """Backpropagation written by hand for samples in columns: half the squared error, averaged."""
    m = x.shape[1]
    a1 = sigmoid(p["W1"] @ x + p["b1"][:, None])
    a2 = sigmoid(p["W2"] @ a1 + p["b2"][:, None])
    d2 = (a2 - y) * a2 * (1 - a2) / m
    d1 = (p["W2"].T @ d2) * a1 * (1 - a1)
    gradients = {"W1": d1 @ x.T, "b1": d1.sum(1), "W2": d2 @ a1.T, "b2": d2.sum(1)}
    return float(((a2 - y) ** 2).sum() / (2 * m)), gradients


def arrays(numbers: DescentNumbers, step: int, of: str = "values") -> dict[str, Array]:
    """The parameters (or their slopes) at a step, put together from the entries that are shown."""
    found: dict[str, Array] = {}
    for name in ("W1", "b1", "W2", "b2"):
        own = [e for e in numbers.entries if e.tensor == name]
        shape = tuple(max(e.at[k] for e in own) for k in range(len(own[0].at)))
        found[name] = np.full(shape, np.nan)
        for e in own:
            found[name][tuple(k - 1 for k in e.at)] = getattr(e, of)[step]
    return found


def test_the_steps_are_those_of_backpropagation_by_hand() -> None:
    numbers = descent_numbers(example(), DescentOptions(steps=2, rate=0.5))
    x, y = (np.array(numbers.given[n]) for n in ("x", "y"))
    assert x.shape == (3, 2) and y.shape == (1, 2) and numbers.sizes == (("m", 2),)
    parameters = arrays(numbers, 0)
    for k in range(3):
        cost, gradients = by_hand(parameters, x, y)
        assert numbers.costs[k] == pytest.approx(cost, rel=1e-12)
        for name, value in parameters.items():
            np.testing.assert_allclose(arrays(numbers, k)[name], value, rtol=1e-12)
            if k < 2:
                np.testing.assert_allclose(arrays(numbers, k, "slopes")[name], gradients[name], rtol=1e-9)
        parameters = {n: v - 0.5 * gradients[n] for n, v in parameters.items()}
    assert numbers.costs[0] > numbers.costs[1] > numbers.costs[2]


def test_what_is_given_has_two_decimals() -> None:
    """All digits are shown, so that a reader computes with the same numbers."""
    numbers = descent_numbers(example(), DescentOptions(seed=3))
    shown = [v for rows in numbers.given.values() for row in rows for v in row]
    shown += [e.values[0] for e in numbers.entries]
    assert len(shown) == 24 and all(v == round(v, 2) for v in shown)


def test_the_note_shows_every_entry_and_the_steps() -> None:
    net = example()
    assert net.sample is not None
    both = derive_adjoints(net), derive_adjoints(net.sample)
    document = compose_network(*both, read_notation(net.notation), (), "en")
    [section] = [s for s in document.sections if s.anchor == "descent"]
    [table] = [b for b in section.blocks if isinstance(b, Table)]
    assert len(table.rows) == 16 and all(len(row) == 6 for row in table.rows)
    rows = {r.lhs: r.rhs for b in section.blocks if isinstance(b, Display) for r in b.rows}
    assert rows[r"\theta^{1}"] == r"\theta^{0} - \eta \, \nabla J(\theta^{0})"
    assert rows[r"\theta^{2}"] == r"\theta^{1} - \eta \, \nabla J(\theta^{1})"
    gradient = rows[r"\nabla J(\theta)"]
    assert gradient.index(r"\partial W_{11}^{(1)}") < gradient.index(r"\partial b_{1}^{(1)}")
    numbers = descent_numbers(net, DescentOptions())
    assert rows[r"J(\theta^{2})"] == f"{numbers.costs[2]:.4g}"


def test_a_rate_that_is_too_large_is_said() -> None:
    """The words go with the numbers."""
    text = (examples_dir() / "net-3-3-1.yaml").read_text(encoding="utf-8").replace("rate: 0.5", "rate: 500")
    net = compile_network(read_network_text(text))
    assert net.sample is not None
    document = compose_network(derive_adjoints(net), derive_adjoints(net.sample), read_notation(net.notation), (), "en")
    costs = descent_numbers(net, DescentOptions(rate=500)).costs
    fell = all(b < a for a, b in pairwise(costs))
    keys = [w.key for w in _words(next(s for s in document.sections if s.anchor == "descent"))]
    assert ("descent.falls" in keys) == fell and ("descent.rises" in keys) != fell


def _words(section: Section) -> list[Words]:
    return [b.text for b in section.blocks if hasattr(b, "text")]


def test_open_functions_are_stood_in_for_and_depth_is_filled_in() -> None:
    text = """
        notation: nielsen
        batch: {size: m, reduce: mean}
        inputs: {x: 2}
        targets: {y: 2}
        layers: [{repeat: {times: L, index: l, layers: [{dense: {units: 2, activation: sigma}}]}}]
        loss: half_squared_error
        penalty: {l2: lambda}
    """
    net = compile_network(read_network_text(text))
    numbers = descent_numbers(net, DescentOptions(steps=1))
    assert numbers.stood_in and numbers.given["lambda"][0][0] > 0
    layers = {e.at[0] for e in numbers.entries if e.tensor == "W"}
    assert layers == {1, 2, 3}


def test_a_large_network_is_refused() -> None:
    net = compile_network(read_network_file(examples_dir() / "two-branch.yaml"))
    with pytest.raises(DeriveError, match="learned numbers"):
        descent_numbers(net, DescentOptions())


@pytest.mark.parametrize("options", ["steps: 9", "steps: 0", "rate: 0", "rate: -1", "steps: x", "speed: 2"])
def test_impossible_options_are_refused(options: str) -> None:
    text = (examples_dir() / "net-3-3-1.yaml").read_text(encoding="utf-8")
    text = text.replace("{steps: 2, rate: 0.5}", f"{{{options}}}")
    net = compile_network(read_network_text(text))
    assert net.sample is not None
    with pytest.raises(DeriveError) as caught:
        compose_network(derive_adjoints(net), derive_adjoints(net.sample), read_notation(net.notation), (), "en")
    assert caught.value.line is not None
