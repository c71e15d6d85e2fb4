"""The numbers of layers at symbolic depth: every printed equation holds, read in the numbers of its author."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest

from derive.derivation.sweep import derive_adjoints
from derive.ir.record import Case
from derive.ir.stated_view import stated_view
from derive.latex.bundled import BUNDLED
from derive.latex.lettering import Symbol
from derive.latex.printer import Printer
from derive.network.network import Network
from derive.terms.affine import Affine, Size
from tests.unit.latex.networks import deep, from_text
from tests.unit.latex.read_back import TOKEN, Meaning, Reader

UNITS = (3, 4, 2, 3)
DEPTH = 3
DEEP = """
notation: {{base: {notation}, sums: ranges}}
inputs: {{x: n_0}}
targets: {{y: n_L}}
layers: [{{repeat: {{times: L, index: l, layers: [{{dense: {{units: n_l, activation: tanh}}}}]}}}}]
loss: half_squared_error
"""
BETWEEN = """
notation: {notation}
inputs: {{x: d}}
targets: {{y: K}}
layers:
  - {{dense: {{units: n_0, activation: relu}}}}
  - {{repeat: {{times: L, index: l, layers: [{{dense: {{units: n_l, activation: tanh}}}}]}}}}
  - {{dense: {{units: q, activation: tanh}}}}
  - {{dense: {{units: K}}}}
loss: half_squared_error
"""


# -- a network of three layers by hand, in the numbers of each author --------------------------------------------


@dataclass
class Numbered(Meaning):
    """`layered`: values by letter and number of the layer, as the author counts."""

    layered: dict[str, dict[int, Any]] = field(default_factory=dict)


class Marked(Reader):
    """Reads `W_{jk}^{(l)}`, `s_{l+1}` and `n^{[l]}`; `n_{l}` is the number of layers where that is its meaning."""

    meaning: Numbered

    def symbol(self, name: str) -> Any:
        if name not in self.meaning.layered:
            return super().symbol(name)
        scripts: dict[str, list[str]] = {}
        while self.peek() in ("_", "^") and self.peek() not in scripts:
            place = self.take()
            scripts[place] = self.braced()
        below, above = scripts.get("_", []), [t for t in scripts.get("^", []) if t not in "()[]"]
        known = self.meaning.layered[name]
        value = known[self.integer(above or below)]
        places = below if above else []
        return value[tuple(self.inside([t]) - 1 for t in places)] if places else value


def by_hand() -> dict[str, list[Any]]:
    """Values and gradients of layers 0 … 3 (None where there is none), weights with the target first."""
    rng = np.random.default_rng(11)
    W: list[Any] = [None, *(rng.normal(size=(out, into)) for into, out in pairwise(UNITS))]
    b = [None, *(rng.normal(size=n) for n in UNITS[1:])]
    a: list[Any] = [rng.normal(size=UNITS[0])]
    z: list[Any] = [None]
    for weight, bias in zip(W[1:], b[1:], strict=True):
        z.append(weight @ a[-1] + bias)
        a.append(np.tanh(z[-1]))
    y = rng.normal(size=UNITS[-1])
    above = a[-1] - y
    delta: list[Any] = [None] * (DEPTH + 1)
    for k in range(DEPTH, 0, -1):
        delta[k] = above * (1 - np.tanh(z[k]) ** 2)
        above = W[k].T @ delta[k]
    slopes = [None, *(np.outer(delta[k], a[k - 1]) for k in range(1, DEPTH + 1))]
    return {"a": a, "z": z, "W": W, "b": b, "delta": delta, "slope": slopes, "y": [y], "x̄": [above]}


LETTERS = {
    "nielsen": {"a": "a", "z": "z", "W": "W", "b": "b", "delta": r"\delta", "slope": "Ω", "biased": "β"},
    "source-target": {"a": "v", "z": "u", "W": "w", "b": "b", "delta": r"\delta", "slope": "Ω", "biased": "β"},
    "ng": {"a": "a", "z": "z", "W": "W", "b": "b", "delta": "ζ", "slope": "Ω", "biased": "β"},
    "residual": {"a": "ξ", "z": "f", "W": "Θ", "b": "𝐛", "delta": r"\nabla", "slope": "Ω", "biased": "β"},
    "ufldl": {"a": "a", "z": "z", "W": "W", "b": "b", "delta": r"\delta", "slope": "Ω", "biased": "β"},
    "rows": {"a": "a", "z": "z", "W": r"\theta", "b": "b", "delta": "ζ", "slope": "Ω", "biased": "β"},
}
FIRST = {"ufldl": 1}
"""The number of the input layer, where it is not 0."""
SOURCE = {"ufldl": ("W", "b", "slope"), "rows": ("W", "b", "slope"), "residual": ("W", "b", "slope", "z", "delta")}
"""What carries the number of the layer that it leads from."""
SPELLED = [
    (r"\\mathbf\{x\}", "ξ"),
    (r"\\mathbf\{y\}", "y"),
    (r"\\boldsymbol\{\\Theta\}", "Θ"),
    (r"\\mathbf\{b\}", "𝐛"),
    (r"\((\S+?)_\{([^{}]*)\}\)_\{([^{}]*)\}", r"\1_{\3}^{(\2)}"),
    (r"\\frac\{\\partial [eCJ]\}\{\\partial ([WwΘ])(\S*)\}(?= =)", r"Ω\2"),
    (r"\\frac\{\\partial [eCJ]\}\{\\partial (b|𝐛)(\S*)\}(?= =)", r"β\2"),
    (r"(?<![\\A-Za-z])(d|\\Delta )z", "ζ"),
    (r"(?<![\\A-Za-z])(dW|\\Delta \\theta)", "Ω"),
    (r"(?<![\\A-Za-z])(d|\\Delta )b", "β"),
]
"""What stands for a symbol of several signs, so that the reader takes it as one."""


def numbered(notation: str) -> Numbered:
    known, letters, first = by_hand(), LETTERS[notation], FIRST.get(notation, 0)
    known["biased"] = known["delta"]
    in_out = notation in ("rows", "source-target")
    layered: dict[str, dict[int, Any]] = {}
    for key, letter in letters.items():
        from_source = key.replace("biased", "b") in SOURCE.get(notation, ())
        values = {k + first - from_source: v for k, v in enumerate(known[key]) if v is not None}
        layered[letter] = {k: v.T if in_out and v.ndim == 2 else v for k, v in values.items()}
    layered["s" if notation == "ufldl" else "n"] = dict(enumerate(UNITS, first))
    if notation == "ufldl":
        layered["n"] = dict.fromkeys(range(20), DEPTH + 1)
    symbols = {"x" if notation != "residual" else "": known["a"][0], "y": known["y"][0], "t": known["y"][0]}
    return Numbered(symbols, {"L": DEPTH}, {"tanh": np.tanh}, {}, layered)


def evaluated(tex: str, meaning: Numbered) -> Any:
    reader = Marked(TOKEN.findall(tex), meaning)
    value = reader.sum()
    assert reader.peek() == "", f"{reader.rest()!r} is left of {tex!r}"
    return value


def layers_of(condition: str, meaning: Numbered) -> list[int]:
    """2 and 3 of `l=2,\\dots,n_{l}-1`, read in the author's numbers."""
    ends = [e for e in condition.replace("l=", "").replace("l = ", "").split(",") if e != r"\dots"]
    meaning.indices["l"] = 1
    first, last = (int(evaluated(e, meaning)) for e in (ends[0], ends[-1]))
    return list(range(first, last + 1))


def statements(network: Network) -> Iterator[tuple[str, str]]:
    """Equations and results entry by entry that hold in every layer, or in the last one, each with its range."""
    printer = Printer(network, network.notation)
    for e in network.equations:
        if ordered := [b for b in e.domain if b.ordered]:
            view = stated_view(e, network.tensors, network.batch)
            yield printer.equation(e.lhs, view), printer.domain(ordered, printer.names_stating(e.lhs))
    adjoints = derive_adjoints(network)
    for name in adjoints.named:
        yield from (shown(printer, case) for case in adjoints.results[name] if network.tensor(name).family)


def shown(printer: Printer, case: Case) -> tuple[str, str]:
    return printer.case(case), printer.condition(case)


@pytest.mark.parametrize("notation", BUNDLED)
def test_every_equation_holds_in_the_numbers_of_its_author(notation: str) -> None:
    network = from_text(DEEP.format(notation=notation))
    checked = 0
    for tex, condition in statements(network):
        meaning = numbered(notation)
        plain = tex
        for pattern, spelled in SPELLED:
            plain = re.sub(pattern, spelled, plain)
        lhs, rhs = plain.split(" = ", 1)
        free = re.search(r"_\{([a-z]*)\}\^", lhs)
        letters = free.group(1) if free else ""
        for layer in layers_of(condition, meaning):
            meaning.indices["l"] = layer
            whole = evaluated(lhs.replace(f"_{{{letters}}}^", "^"), meaning)
            for at in product(*(range(1, n + 1) for n in whole.shape)):
                meaning.indices.update(zip(letters, at, strict=True))
                left, right = (evaluated(side, meaning) for side in (lhs, rhs))
                assert np.isclose(left, right), (tex, layer, at)
                checked += 1
    assert checked == 4 * sum(UNITS[1:]) + sum(n * k for n, k in pairwise(UNITS))


# -- names -------------------------------------------------------------------------------------------------------


def marks(s: Symbol, family: range | None) -> list[int | str]:
    """The numbers that stand at a symbol, for three rounds of a repeat."""
    if family is not None:
        return [k + s.shift for k in family]
    layer = s.layer
    if isinstance(layer, Affine):
        assert {v for v, _ in layer.terms} == {Size("L")}
        return [layer.const + sum(c for _, c in layer.terms) * DEPTH + s.shift]
    return ["" if layer is None else layer + s.shift if isinstance(layer, int) else layer]


@pytest.mark.parametrize("notation", BUNDLED)
def test_no_number_stands_for_two_layers(notation: str) -> None:
    """The input of the first round is what the layer before hands on: that they share a name is right."""
    network = from_text(BETWEEN.format(notation=notation))
    printer = Printer(network, network.notation)
    table = printer.symbols.lettering.table
    seen: set[tuple[str, int | str]] = set()
    for t in network.tensors.values():
        is_start = t.family and t.axes[0].lo.const == 0
        family = range(1, DEPTH + 1) if t.family else None
        for mark in marks(table[t.name], family):
            key = table[t.name].small.tex, mark
            assert key not in seen, key
            seen.add(key)
        if is_start:
            assert (table[t.name].small.tex, marks(table[t.name], range(1))[0]) in seen
    assert printer.symbols.number(3) in ("L+2", "n_{l}-1")


def test_layers_around_a_repeat_count_on() -> None:
    network = from_text(BETWEEN.format(notation="ufldl"))
    printer = Printer(network, network.notation)
    shown = {t.name: printer.symbol(t) for t in network.tensors.values()}
    wanted = {
        "W1": "W^{(1)}",
        "W": "W^{(l)}",
        "z": "z^{(l)}",
        "W3": "W^{(n_{l}-2)}",
        "z3": "z^{(n_{l}-1)}",
        "W4": "W^{(n_{l}-1)}",
        "z4": "z^{(n_{l})}",
    }
    assert {name: shown[name] for name in wanted} == wanted
    weight, own = network.tensor("W"), network.tensor("W1")
    assert printer.domain(weight.axes[:1], printer.names_of(weight.entry)) == r"l=2,\dots,n_{l}-3"
    assert printer.shape(weight) == r"s_{l+1} \times s_{l}"
    assert printer.shape(own) == r"s_{2} \times d"


def test_the_number_of_layers_in_the_authors_letter() -> None:
    network = deep("ufldl")
    printer = Printer(network, network.notation)
    assert printer.setting("L", DEPTH) == "n_{l} = 4"
    assert printer.setting("m", 5) == "m = 5"
    named = deep("{base: ufldl, last_layer: ''}")
    assert Printer(named, named.notation).setting("L", DEPTH) == "L = 3"
    assert Printer(named, named.notation).names_of(named.tensor("z").entry)["l"] == "l-1"
    taken = deep("{base: nielsen, last_layer: n_l}")
    assert Printer(taken, taken.notation).setting("L", DEPTH) == "L = 3"


def test_a_sum_over_layers_counts_them_as_its_terms_do() -> None:
    text = DEEP.format(notation="residual").replace("{base: residual, sums: ranges}", "residual")
    network = from_text(text + "penalty: {l2: lambda}\n")
    printer = Printer(network, network.notation)
    [cost] = network.definitions("C")
    shown = printer.equation(cost.lhs, stated_view(cost, network.tensors, network.batch))
    assert r"\sum_{l=0}^{L-1} \sum_{j=1}^{n_{l+1}} \sum_{k=1}^{n_{l}} (\boldsymbol{\Theta}_{l})_{jk}^{2}" in shown
