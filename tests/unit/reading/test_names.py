"""What the document defines, and the cost of a sample."""

from __future__ import annotations

import pytest

from derive.latex.reading.formula import read_formula
from derive.reading.choices import Choices
from derive.reading.definitions import head_of, with_definition, with_given
from derive.reading.expressions import Reader
from derive.reading.lexicon import Lexicon
from derive.reading.quantity import Misfit, Unknown
from derive.reading.sample_cost import SAMPLE_COST, with_sample_cost
from derive.reading.scope import Scope
from derive.terms.affine import size
from tests.unit.reading.books import Book, book


def defined(b: Book, source: str, lexicon: Lexicon | None = None) -> Lexicon:
    known = lexicon or b.lexicon
    [chain] = read_formula(source).chains
    left, right = chain.members
    assert left is not None and right is not None
    scope = Scope(known, Choices(), b.numbers, source)
    return with_definition(known, head_of(left), Reader(scope).read(right), scope)


def test_a_definition_becomes_an_equation_of_the_network() -> None:
    b = book("three-layer")
    lexicon = defined(b, r"q_{jk} = \sum_p W_{jp}^2 W_{kp}^2")
    new = set(lexicon.network.tensors) - set(b.network.tensors)
    [name] = new
    assert [repr(a.extent) for a in lexicon.network.tensors[name].axes] == ["n_2", "n_2"]
    value = Reader(Scope(lexicon, Choices(), {}, "q_{12}")).read(b.node("q_{12}"))
    assert repr(value.poly) == f"{name}[1, 2]"
    assert name not in b.network.tensors


def test_a_condition_beside_an_equation_is_no_equation() -> None:
    b = book("three-layer")
    formula = b.formula(r"\delta^l = \frac{\partial C}{\partial z^l}, \quad l = 1, 2")
    assert len(formula.chains) == 1 and formula.chains[0].remarks
    assert len(b.formula(r"b^1 = b^1, \quad b^2 = b^2").chains) == 2


def test_a_letter_on_one_side_only() -> None:
    with pytest.raises(Misfit, match="k stands on the right, and not on the left"):
        defined(book("three-layer"), r"q_{j} = W_{jk}^2")


def test_what_is_no_name_cannot_be_defined() -> None:
    with pytest.raises(Unknown):
        head_of(book("three-layer").node("x + y"))


def test_an_input_of_a_shape() -> None:
    b = book("three-layer")
    lexicon = with_given(b.lexicon, b.node("Q"), (size("n_1"), size("n_2")))
    q = Reader(Scope(lexicon, Choices(), {}, "Q")).read(b.node("Q"))
    assert q.shape == "n_1 × n_2"


def test_the_cost_of_a_sample_is_a_value_of_the_network() -> None:
    b = book("three-layer")
    assert SAMPLE_COST in b.network.tensors
    assert b.holds(r"C = \frac1m \sum_i C_i")
    assert b.fails(r"C = \sum_i C_i")
    assert b.holds(r"C_i = \frac12 \sum_j (z_{ji}^3 - y_{ji})^2")


def test_a_network_for_one_sample_has_none() -> None:
    of_sample = book("three-layer").sample
    assert of_sample is not None
    assert with_sample_cost(of_sample.stated) is of_sample.stated
