"""What the notes print of variances is read back: every line of their derivations is proved from what they assume."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from derive.derivation import derive_adjoints
from derive.moments.layer import UNCENTRED, Passed, first_linear
from derive.moments.views import variance
from derive.notes.moment_steps import layer_scope, letters
from derive.reading.quantity import Unknown
from derive.verify.document.link import Links
from derive.verify.document.randomness import LAWS, Declared
from tests.unit.reading.books import NOTATIONS, Book, book

PAIRS = [(e, n) for e in ("three-layer", "deep", "deep-tanh") for n in NOTATIONS]


def declared(passed: Passed) -> Declared:
    known = passed.assumptions
    laws = ((kind, source) for source, law in known.laws.items() for kind, field in LAWS.items() if getattr(law, field))
    return Declared(tuple(laws), tuple(known.constants), tuple(map(tuple, known.independent)))


def derivations(b: Book) -> Iterator[tuple[Declared, str, list[str]]]:
    """What is assumed, the variance, and the lines that work it out."""
    linear = first_linear(derive_adjoints(b.stated))
    printer, lhs = b.lexicon.printer, linear.equation.lhs
    scope = layer_scope(printer, lhs, b.network.tensor(lhs.tensor).family)
    for passed in (linear.forward(), linear.backward(), linear.forward(UNCENTRED)):
        names = letters(printer, passed, scope)
        lines = [printer.view(line.view, names) for line in passed.lines]
        yield declared(passed), printer.view(variance(passed.before), names), lines


@pytest.mark.parametrize(("example", "notation"), PAIRS)
def test_every_line_is_read_back(example: str, notation: str) -> None:
    batch = book(example, notation)
    b = batch.sample or batch
    proved = 0
    for known, start, lines in derivations(b):
        for line in lines:
            links = Links(b.world, b.lexicon, f"{start} = {line}", numbers=b.numbers, declared=known)
            try:
                found = [o for outcomes in links.outcomes(b.node(start), b.node(line)) for o in outcomes]
            except Unknown as e:
                assert "runs below the sign" in e.message, line
                continue
            assert found and all(o.equal for o in found), line
            proved += sum(o.proved for o in found)
    assert proved >= 8


def test_weights_of_four_axes_are_read_back() -> None:
    b = book("lenet", "ng").sample
    assert b is not None
    known, start, lines = next(derivations(b))
    for line in lines:
        links = Links(b.world, b.lexicon, "", declared=known)
        assert all(o.equal for outcomes in links.outcomes(b.node(start), b.node(line)) for o in outcomes), line


def test_a_line_with_another_factor_is_not() -> None:
    b = book("three-layer").sample
    assert b is not None
    known, start, lines = next(derivations(b))
    wrong = lines[-1].replace("n_{1}", "n_{2}")
    assert wrong != lines[-1]
    links = Links(b.world, b.lexicon, "", numbers=b.numbers, declared=known)
    assert not any(o.equal for outcomes in links.outcomes(b.node(start), b.node(wrong)) for o in outcomes)
