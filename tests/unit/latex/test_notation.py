"""Notations: the bundled ones, and the user's own with their mistakes."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from types import MappingProxyType

import pytest

from derive.errors import DeriveError, DeriveErrors, NotationError
from derive.latex.bundled import BUNDLED, NG, NIELSEN, RESIDUAL, ROWS, SOURCE_TARGET, UFLDL
from derive.latex.notation import Notation
from derive.latex.printer import Printer
from derive.latex.settings import customized, notation, read_notation, settings_of
from derive.latex.tex import is_symbol
from derive.network.notation import asked_for
from derive.pipeline import load
from tests.unit.latex.networks import deep, from_text


def test_bundled_names() -> None:
    assert list(BUNDLED) == ["nielsen", "source-target", "ng", "residual", "ufldl", "rows"]
    assert [notation(name).name for name in BUNDLED] == list(BUNDLED)


@pytest.mark.parametrize("bundled", BUNDLED.values(), ids=lambda n: n.name)
def test_bundled_symbols_can_be_spelled_in_a_file(bundled: Notation) -> None:
    for words in (bundled.symbols, bundled.functions, bundled.sizes, bundled.gradient_symbols):
        assert all(is_symbol(text) for text in words.values())
    assert bundled.weight_axes == ("in-out" if bundled.name in ("rows", "source-target") else "out-in")


def test_everything_of_a_notation_can_be_set_in_a_file() -> None:
    """The three bundled notations differ only in what a file can say."""
    for wanted in (SOURCE_TARGET, NG, RESIDUAL, UFLDL, ROWS):
        settings = {f.name: getattr(wanted, f.name) for f in dataclasses.fields(wanted) if f.name != "name"}
        made = customized(NIELSEN, settings)
        for key, value in settings.items():
            if key != "gradient_symbols":
                assert getattr(made, key) == value, key


def test_a_mapping_changes_its_base() -> None:
    made = read_notation({"base": "ng", "symbols": {"weight": "w"}, "layer_mark": "^{(l)}", "input_layer": 1})
    assert made.symbols["weight"] == "w"
    assert made.symbols["bias"] == "b"
    assert (made.layer_mark, made.input_layer, made.capitals) == ("^(l)", 1, True)
    assert made.name == "ng, changed"
    assert read_notation("ng") is NG
    assert read_notation(made) is made
    assert customized("ng", {}) is NG


def test_rows_turn_the_weights() -> None:
    assert customized("nielsen", {"layout": "rows"}).weight_axes == "in-out"
    assert customized("nielsen", {"layout": "rows", "weight_axes": "out-in"}).weight_axes == "out-in"


MISTAKES = [
    ({"symbol": {}}, "did you mean `symbols`?"),
    ({"symbols": {"wieght": "w"}}, "did you mean `weight`?"),
    ({"symbols": {"weight": r"\write18{ls}"}}, "is no symbol"),
    ({"symbols": {"weight": 3}}, "is no symbol"),
    ({"symbols": "w"}, "is no mapping"),
    ({"layer_mark": "(l)"}, "did you mean `^(l)`?"),
    ({"layout": "colums"}, "did you mean `columns`?"),
    ({"sums": 7}, "known are `ranges`, `short`"),
    ({"capitals": "yes"}, "neither true nor false"),
    ({"input_layer": True}, "no number of a layer"),
    ({"input_layer": 10}, "no number of a layer"),
    ({"layer_letters": "MIJ"}, "is no list"),
    ({"layer_letters": ["M", "}"]}, "is no symbol"),
    ({"gradient_prefix": "d d"}, "is no symbol"),
    ({"name": "mine"}, "a notation has no `name`"),
    ({"indices": {"unit": "ij"}}, "is no letter"),
    ({"indices": {"unit": "k", "source": "k"}}, "stands for two indices"),
    ({"indices": {"units": "j"}}, "did you mean `unit`?"),
    ({"iteration_mark": "n"}, "is no choice"),
    ({"symbols": {"weight": ""}}, "is no symbol"),
]


@pytest.mark.parametrize(("settings", "message"), MISTAKES, ids=lambda v: str(v)[:40])
def test_mistakes(settings: dict[str, object], message: str) -> None:
    with pytest.raises(NotationError) as caught:
        customized("nielsen", settings)
    assert message in caught.value.render()


def test_several_mistakes_with_their_lines() -> None:
    with pytest.raises(DeriveErrors) as caught:
        customized("ng", {"layuot": "rows", "sums": "shrt"}, file="net.yaml", lines={"layuot": 3, "sums": 4})
    assert caught.value.render().splitlines() == [
        "net.yaml:3: a notation has no `layuot`; did you mean `layout`?",
        "net.yaml:4: `shrt` is no choice for `sums`; did you mean `short`?",
    ]


@pytest.mark.parametrize("written", ["nilsen", "", 3, None, ["ng"]])
def test_unknown_notations(written: object) -> None:
    with pytest.raises(NotationError):
        read_notation(written)
    if written == "nilsen":
        with pytest.raises(NotationError, match="did you mean `nielsen`"):
            read_notation(written)


def test_the_notation_of_a_network_file() -> None:
    network = from_text(
        "notation: {base: ng, symbols: {weight: bold W}}\n"
        "inputs: {x: 3}\ntargets: {y: 2}\nlayers: [{dense: {units: 2}}]\nloss: half_squared_error\n"
    )
    assert Printer(network, network.notation).symbol(network.tensor("W1")) == r"\mathbf{W}^{[1]}"


def test_settings_are_read_only() -> None:
    made = customized("nielsen", {"symbols": {"weight": "w"}})
    assert isinstance(made.symbols, MappingProxyType)
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.layout = "rows"  # type: ignore[misc]


def test_numbering_by_source_from_1() -> None:
    network = deep("{base: nielsen, input_layer: 1, weights_numbered_by: source, sizes: {n: s}}")
    printer = Printer(network, network.notation)
    shown = {name: printer.symbol(network.tensor(name)) for name in ("a", "z", "W", "b")}
    assert shown == {"a": "a^{l}", "z": "z^{l}", "W": "W^{l}", "b": "b^{l}"}
    assert printer.shape(network.tensor("W")) == r"s_{l+1} \times s_{l}"


def test_letters_of_indices_are_compared_with_those_of_the_base() -> None:
    with pytest.raises(NotationError, match="`j` stands for two indices"):
        customized("source-target", {"indices": {"sample": "j"}})
    assert customized("source-target", {"indices": {"sample": "j", "unit": ""}}).indices["sample"] == "j"


@pytest.mark.parametrize("base", BUNDLED.values(), ids=list(BUNDLED))
@pytest.mark.parametrize("made", BUNDLED.values(), ids=list(BUNDLED))
def test_every_notation_can_be_made_of_every_other(made: Notation, base: Notation) -> None:
    assert dataclasses.replace(customized(base, settings_of(made, base)), name=made.name) == made


def test_a_notation_in_a_file_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("base: source-target\nsymbols: {weight: omega}\nindices: {sample: s}\n", encoding="utf-8")
    made = asked_for(str(file))
    assert isinstance(made, Notation) and made.weight_axes == "in-out"
    rows = load("three-layer").derive().summary("W2", made)["gradients"]
    assert rows[0]["index"] == (r"\frac{\partial e}{\partial \omega_{ij}^{2}} = \sum_{s} \delta_{js}^{2} v_{is}^{1}")
    assert rows[0]["matrix"] == r"\frac{\partial e}{\partial \omega^{2}} = v^{1} (\delta^{2})^{\mathsf{T}}"
    assert rows[0]["shape"] == ["n_{1}", "n_{2}"]


BAD_FILES = [
    ("layuot: rows\nsums: shrt\n", ["{}:1: a notation has no `layuot`", "{}:2: `shrt` is no choice for `sums`"]),
    ("base: nilsen\n", ["{}:1: there is no notation `nilsen`; did you mean `nielsen`?"]),
    ("base: 'a$b'\n", ["{}:1:7: `a$b` cannot be the name of a notation"]),
    ("- ng\n", ["{}:1:1: the file holds a list, not a mapping; start with `base: nielsen`"]),
    ("", ["{}:1:1: the file is empty"]),
    ("symbols: {weight: '<script>'}\n", ["{}:1: `<script>` under `symbols` is no symbol"]),
    ("symbols: {weight: 权}\n", ["{}:1: `权` under `symbols` is no symbol"]),
]


@pytest.mark.parametrize(("text", "messages"), BAD_FILES, ids=[m[0][:40] for _, m in BAD_FILES])
def test_bad_notation_files(text: str, messages: list[str], tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DeriveError) as caught:
        asked_for(str(file))
    for said, wanted in zip(caught.value.render().splitlines(), messages, strict=True):
        assert said.startswith(wanted.format(file))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DeriveError, match="no such file"):
        asked_for(str(tmp_path / "none.yaml"))
    with pytest.raises(NotationError, match="did you mean `source-target`"):
        asked_for("source_target")
