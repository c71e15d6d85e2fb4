"""Sections on initialization, symmetry and norms: what they say, in which words, and with which numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import pytest
import yaml

from derive.derivation import derive_adjoints
from derive.handout import compose_network
from derive.handout.numbers_depth import depth_study, variance_of_start
from derive.handout.numbers_symmetry import symmetry_numbers
from derive.latex.settings import read_notation
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.schema import read_network_file
from derive.notes.document import Boxed, Derivation, Document, Plot, Section, Words
from derive.notes.sections.initialization_options import InitializationOptions, StudyOptions, SymmetryOptions
from derive.resources import examples_dir, templates_dir

OWN = ("initialization", "moments", "symmetry", "norms", "activations")
SMALL = {"depth": 6, "width": 40, "samples": 30}


@cache
def network(name: str) -> Network:
    return compile_network(read_network_file(examples_dir() / f"{name}.yaml"))


@cache
def document(notation: str) -> Document:
    whole = network("depth-study")
    assert whole.sample is not None
    both = derive_adjoints(whole), derive_adjoints(whole.sample)
    return compose_network(*both, read_notation(notation), (), "en")


def said(value: object) -> Iterator[str]:
    """The keys of all wordings in a model."""
    if isinstance(value, Words):
        yield value.key
        for _, inner in value.given:
            yield from said(inner)
    elif isinstance(value, tuple):
        for part in value:
            yield from said(part)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from said(getattr(value, name))


def keys(tree: dict[str, object], above: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from keys(value, f"{above}{key}.")
        else:
            yield above + key, str(value)


def wordings(language: str) -> dict[str, str]:
    path = templates_dir() / "words" / language / "initialization.yaml"
    return dict(keys(yaml.safe_load(path.read_text(encoding="utf-8"))))


def test_both_languages_say_the_same_things() -> None:
    english, chinese = wordings("en"), wordings("zh")
    assert english.keys() == chinese.keys()
    for key, text in english.items():
        assert set(re.findall(r"{(\w+)}", text)) == set(re.findall(r"{(\w+)}", chinese[key])), key
        assert text.count("*") % 2 == 0 == chinese[key].count("*") % 2, key


def test_no_wording_is_missing_and_every_rule_has_one() -> None:
    used = {k for k in said(document("rows").sections) if k.split(".")[0] in OWN}
    assert used <= wordings("en").keys()
    rules = "constant uncorrelated factor product centred product_mean linear zero_mean square opened halves conditions"
    assert {f"moments.rule.{r}" for r in f"{rules} moments second_moment identical count".split()} <= wordings(
        "en"
    ).keys()


@pytest.mark.parametrize(
    ("notation", "weight", "before", "after"),
    [
        ("rows", r"\theta^{[l-1]}", "n^{[l-1]}", "n^{[l]}"),
        ("nielsen", "W^{l}", "n_{l-1}", "n_{l}"),
    ],
)
def test_the_boxes_hold_the_conditions(notation: str, weight: str, before: str, after: str) -> None:
    boxes = {
        b.anchor.split("-", 2)[2]: b
        for b in document(notation).blocks
        if isinstance(b, Boxed) and "variance" in b.anchor
    }
    variance = rf"\operatorname{{Var}}[{weight}]"
    assert boxes["variance-forward"].forms[0].rhs.startswith(f"{before} {variance} ")
    assert boxes["variance-backward"].forms[0].rhs.startswith(f"{after} {variance} ")
    [xavier] = boxes["variance-xavier"].forms
    assert (xavier.lhs, xavier.rhs) == (variance, rf"\frac{{2}}{{{before} + {after}}}")
    assert [f.rhs for f in boxes["variance-he"].forms] == [rf"\frac{{2}}{{{before}}}", rf"\frac{{2}}{{{after}}}"]


def test_the_sections_show_what_they_derive() -> None:
    sections = {s.anchor: s for s in document("rows").sections}
    assert {"norms", "initialization", "symmetry", "activations"} <= sections.keys()
    assert sum(isinstance(b, Derivation) for b in sections["symmetry"].blocks) == 7
    parts = [b for b in sections["activations"].blocks if isinstance(b, Section)]
    assert len(parts) == 8 and all(isinstance(p.blocks[-1], Plot) for p in parts)


def test_starts_are_what_their_formulas_say() -> None:
    assert variance_of_start("xavier", 50) == pytest.approx(2 / (50 + 50))
    assert variance_of_start("he", 50) == pytest.approx(2 / 50)


def test_deep_stacks_behave_as_derived() -> None:
    options = StudyOptions.model_validate({**SMALL, "width": 100, "starts": [0.01, "xavier", "he", 1.0]})
    study = depth_study(None, options)
    assert study == depth_study(None, options)
    runs = {(r.activation, r.scheme or r.variance): r for r in study.runs}
    he, xavier = runs["relu", "he"], runs["relu", "xavier"]
    assert 0.3 < he.forward[-1] / he.forward[0] < 3 and 0.3 < he.backward[0] / he.backward[-1] < 3
    assert xavier.forward[-1] / he.forward[-1] == pytest.approx(0.5**6)
    assert runs["tanh", 0.01**2].norms[0] < 1e-4 * runs["tanh", 0.01**2].norms[-1]
    assert runs["relu", 1.0].norms[0] > 1e4 * runs["relu", 1.0].norms[-1]


@pytest.mark.parametrize("name", ["depth-study", "three-layer", "softmax-classifier"])
def test_constant_weights_stay_alike_in_numbers(name: str) -> None:
    found = symmetry_numbers(network(name), SymmetryOptions(steps=3))
    assert max(found.equal.spread) < 1e-12 < 1e-3 < min(found.drawn.spread)
    assert found.equal.cost[-1] < found.equal.cost[0] and len(found.equal.cost) == 4


@pytest.mark.parametrize(
    "wrong",
    [
        {"depth": 1},
        {"width": 0},
        {"samples": True},
        {"activations": ["softmax"]},
        {"activations": ["prelu"]},
        {"activations": []},
        {"starts": ["kaiming"]},
        {"starts": [-1]},
        {"start": "he"},
    ],
)
def test_options_are_checked(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        InitializationOptions.model_validate(wrong)
