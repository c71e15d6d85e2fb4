"""What a handout says: every line has its reason, every quantity its derivation and its result."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from itertools import pairwise, product

import pytest
import yaml

from derive.ir import record
from derive.ir.record import Line
from derive.notes import reasons
from derive.notes.document import Algorithm, Boxed, Derivation, Display, Document, Paragraph, Section, Table, Words
from derive.notes.formulas import Formulas
from derive.notes.language import Language, load_language
from derive.notes.measuring import Measuring
from derive.notes.reasons import Situation, reason
from derive.notes.repeats import AGAIN
from derive.resources import templates_dir
from derive.terms.view import ZERO_VIEW
from tests.unit.notes.handouts import NAMES, given, handout

RARE = {
    *("batch.masked", "check.failed", "windows.rest"),
    *("depth.direct", "depth.direct_meaning", "depth.linear_driven", "depth.no_weights", "forward.divided"),
    *("given.part.intro", "given.part.figure", "given.part.figure_layers", "given.part.figure_recurrent"),
    *("meaning.binary", "meaning.distribution", "meaning.sign"),
    *("meaning.parameter", "meaning.positions", "meaning.start", "own"),
    *("reason.definition", "reason.local_cost_plain", "reason.vanish", "reason.vanish_long"),
}
"""Wordings that none of the networks here needs: some are for parts of documents."""


def derivations(document: Document) -> list[Derivation]:
    return [b for b in document.blocks if isinstance(b, Derivation)]


@pytest.mark.parametrize("name", NAMES)
def test_every_line_has_a_reason(name: str) -> None:
    language = load_language("en")
    found = derivations(handout(name))
    assert found
    for block in found:
        assert block.steps
        for step in block.steps:
            assert step.rule and language.say(step.reason, Measuring()).strip(), step


@pytest.mark.parametrize("name", NAMES)
def test_no_line_repeats_the_line_before(name: str) -> None:
    for block in derivations(handout(name)):
        lines = [block.lhs, *(step.math for step in block.steps)]
        assert all(a != b for a, b in pairwise(lines)), lines


@pytest.mark.parametrize("name", NAMES)
def test_every_named_adjoint_has_a_result_in_a_box(name: str) -> None:
    document = handout(name)
    sample = given(name).sample
    boxes = {b.anchor for b in document.blocks if isinstance(b, Boxed)}
    assert boxes == {f"{sample.network.name}-{n}" for n in sample.adjoints.named}


@pytest.mark.parametrize("name", NAMES)
def test_results_have_index_vector_and_batched_form(name: str) -> None:
    for block in handout(name).blocks:
        if isinstance(block, Boxed):
            labels = {form.label.key for form in block.forms}
            assert "form.index" in labels or len(block.forms) == 1, block
            batched = {"form.batch", "form.batch_index"} & labels
            assert bool(batched) == (given(name).batch is not None), block


@pytest.mark.parametrize("name", NAMES)
def test_adjoints_put_in_have_been_derived_before(name: str) -> None:
    """An `unfold` line names adjoints whose derivation stands before it."""
    settings = [Formulas(form) for form in (given(name).sample, given(name).batch) if form is not None]
    shown: set[str] = set()
    for block in derivations(handout(name)):
        for step in block.steps:
            if step.rule == "unfold":
                adjoints = dict(step.reason.given)["adjoints"]
                assert all(m.latex in shown for m in adjoints.items), step  # type: ignore[union-attr]
        for formulas in settings:
            shown |= {formulas.adjoint(n) for n in formulas.adjoints.equations if _begins(formulas, n, block.lhs)}


def _begins(formulas: Formulas, name: str, lhs: str) -> bool:
    equation = formulas.adjoints.equations[name]
    starts = {formulas.printer.entry(equation.lhs, formulas.names(equation))}
    starts |= {formulas.case(c)[0] for c in formulas.adjoints.results[name]}
    return lhs in starts


def test_every_rule_of_a_record_has_a_reason() -> None:
    rules = set(re.findall(r"`([a-z]+)` \(", record.Line.__doc__ or ""))
    assert len(rules) > 8
    assert rules == set(reasons._REASONS)


def test_a_rule_without_a_reason_raises() -> None:
    formulas = Formulas(given("three-layer").sample)
    equation = formulas.adjoints.equations["z1"]
    with pytest.raises(KeyError):
        reason(Situation(formulas, equation, {}, Line("magic", ZERO_VIEW)))


def test_the_chain_rule_names_the_readers() -> None:
    """A value with two readers gets one sum for each."""
    language = load_language("en")
    lines = [
        language.say(step.reason, Plainly())
        for block in derivations(handout("residual"))
        for step in block.steps
        if step.rule == "chain"
    ]
    expected = r"chain rule: one term for each reader, <z^{2}> and <s^{\mathrm{merged}}>, with the adjoints "
    assert expected + "residual-z2 and residual-merged" in lines


def test_local_derivatives_are_given_as_reasons() -> None:
    maths = [
        language_math(step.reason)
        for block in derivations(handout("three-layer"))
        for step in block.steps
        if step.rule == "local"
    ]
    assert r"\frac{\partial z_{k}^{2}}{\partial a_{j}^{1}} = W_{kj}^{2}" in maths
    assert r"\frac{\partial a_{k}^{2}}{\partial z_{j}^{2}} = [j = k] \sigma'(z_{k}^{2})" in maths


def language_math(said: object) -> str:
    return load_language("en").say(said, Plainly()).strip("<>")  # type: ignore[arg-type]


class Plainly:
    """A writer that shows formulas between angle brackets."""

    def text(self, text: str) -> str:
        return text

    def stress(self, said: str) -> str:
        return said

    def math(self, latex: str) -> str:
        return f"<{latex}>"

    def reference(self, anchor: str) -> str:
        return anchor


def test_the_output_form_says_why() -> None:
    found = [
        language_math(step.reason)
        for block in derivations(handout("three-layer"))
        for step in block.steps
        if step.rule == "output" and "slopes" in dict(step.reason.given)
    ]
    assert any(r"\sigma'(z_{j}^{2}) = a_{j}^{2} (1 - a_{j}^{2})" in said for said in found), found


def test_only_limits_the_handout_to_what_is_needed() -> None:
    document = handout("three-layer", only=("W2",))
    anchors = [b.anchor for b in document.blocks if isinstance(b, Boxed)]
    assert anchors == ["three-layer-z3", "three-layer-z2", "three-layer-W2"]


def test_an_unnamed_adjoint_can_be_asked_for() -> None:
    document = handout("three-layer", only=("a1",))
    assert [b.anchor for b in document.blocks if isinstance(b, Boxed)][-1] == "three-layer-a1"


def test_sections_stand_in_the_order_of_a_lecture() -> None:
    anchors = [s.anchor for s in handout("deep").sections]
    expected = "given forward chain functions backward depth batch layers shapes algorithm check"
    assert anchors == expected.split()


def test_the_check_shows_numbers_with_four_digits() -> None:
    check = next(s for s in handout("three-layer").sections if s.anchor == "check")
    [table] = [b for b in check.blocks if isinstance(b, Table)]
    assert len(table.rows) >= 6
    for _, derived, quotient in table.rows:
        digits = derived.latex.split(r" \times")[0].lstrip("-0.").replace(".", "")  # type: ignore[union-attr]
        assert 1 <= len(digits) <= 4 and derived == quotient


def test_every_wording_is_there_and_fits_its_places() -> None:
    """Saying everything raises for an unknown key or a missing place; unused wordings would be dead text."""
    used: set[str] = set()

    class Counting(Language):
        def wording(self, key: str) -> str:
            used.add(key)
            return super().wording(key)

    language = Counting("en", load_language("en").wordings)
    for name in NAMES:
        for notation in ("", "ng"):
            for block in handout(name, notation).blocks:
                _say_all(block, language)
        language.say(handout(name).title, Measuring())
    groups = yaml.safe_load((templates_dir() / "words" / "en" / "handout.yaml").read_text(encoding="utf-8"))
    own = {key for key in language.wordings if key.split(".")[0] in groups}
    assert {key for key in own if not key.endswith(AGAIN)} - used == RARE


def _say_all(value: object, language: Language) -> None:
    if isinstance(value, Words):
        language.say(value, Measuring())
    elif isinstance(value, tuple):
        for item in value:
            _say_all(item, language)
    elif is_dataclass(value) and not isinstance(value, Section):
        for f in fields(value):
            _say_all(getattr(value, f.name), language)
    elif isinstance(value, Section):
        _say_all(value.title, language)


def paragraphs(document: Document) -> list[str]:
    """Every sentence of running text, with its formulas in angle brackets."""
    language = load_language(document.language)
    found = [b for b in document.blocks if isinstance(b, Paragraph)]
    return [language.say(w, Plainly()) for b in found for w in (b.text, *b.more)]


def test_the_numbering_of_the_layers_is_stated_once() -> None:
    for name, notation in product(("lenet", "char-lstm", "residual-cnn"), ("", "ng")):
        said = [text for text in paragraphs(handout(name, notation)) if "numbered from" in text]
        assert len(said) == 1
    assert any("lead from" in text for text in paragraphs(handout("lenet")))
    assert not any("lead from" in text for text in paragraphs(handout("lenet", "ng")))


def test_a_recursion_in_time_runs_through_steps() -> None:
    for name, kind, other in (("char-lstm", "steps in time", "its layers"), ("deep", "its layers", "steps in time")):
        [said] = [text for text in paragraphs(handout(name)) if text.startswith("A recursion runs")]
        assert kind in said and other not in said
    assert not any(text.startswith("A recursion runs") for text in paragraphs(handout("lenet")))


def test_brackets_are_told_apart_sum_by_sum() -> None:
    language = load_language("en")
    lines = [s for d in derivations(handout("char-lstm")) for s in d.steps if s.rule == "delta"]
    said = {language.say(s.reason, Plainly()) for s in lines}
    assert "the brackets leave the terms with <j = p>, and sum by sum those with <k = t+1>; <k = t>" in said
    assert "the brackets leave the terms with <k = q> and <j = p>" in said


def test_what_learns_nothing_gives_the_gradients_of_its_inputs() -> None:
    [algorithm] = [b for b in handout("attention").blocks if isinstance(b, Algorithm)]
    assert algorithm.title.key == "algorithm.title_gradients"
    assert [r.lhs for r in algorithm.parts[1].display.rows][-3:] == [rf"\Delta {x}_{{i}}" for x in "VQK"]


def test_every_gate_has_a_form_for_vectors_and_for_a_batch() -> None:
    """So have the embedding and the cost."""
    displays = [b for b in handout("char-lstm").blocks if isinstance(b, Display)]
    lefts = {r.lhs for d in displays for r in d.rows}
    assert {f"{g}_{{t}}^{{[2]}}" for g in "ifogIFOG"} <= lefts
    assert any(lhs.startswith(r"u_{t\cdot}") for lhs in lefts)
    assert sum(r.lhs == "L" for d in displays[:3] for r in d.rows) == 3
