"""A bundled network under a notation, with all that is needed to read formulas about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from functools import cache, cached_property

from derive import handout
from derive.errors import DeriveError
from derive.latex.printer import Printer
from derive.latex.reading.formula import read_formula
from derive.latex.reading.syntax import Formula, Node
from derive.latex.reading.vocabulary import Vocabulary
from derive.network.network import Network
from derive.notes.document import Derivation as Worked
from derive.notes.document import ResultLine, Row
from derive.pipeline import Derivation, derive, load, restated
from derive.reading.choices import Choices
from derive.reading.expressions import Reader
from derive.reading.lexicon import Lexicon
from derive.reading.quantity import Quantity
from derive.reading.remarks import with_remarks
from derive.reading.sample_cost import with_sample_cost
from derive.reading.scope import Scope
from derive.verify.document.link import Links, Outcome
from derive.verify.document.world import World

NOTATIONS = ("nielsen", "source-target", "ng", "residual", "ufldl", "rows")


@dataclass(frozen=True)
class Book:
    """The network, its printer and its world."""

    stated: Network
    notation: str

    @cached_property
    def derivation(self) -> Derivation:
        return derive(self.stated)

    @cached_property
    def network(self) -> Network:
        return with_sample_cost(self.stated)

    @cached_property
    def lexicon(self) -> Lexicon:
        return Lexicon(Printer(self.stated, self.notation), self.network)

    @cached_property
    def world(self) -> World:
        return World(self.network)

    @cached_property
    def sample(self) -> Book | None:
        """The same network for one sample, of which notes speak first."""
        of_sample = self.derivation.network.sample
        return Book(of_sample, self.notation) if of_sample is not None else None

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary(words=self.lexicon.words)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """`L`, where layers are numbered."""
        layers = [t.label.layer for t in self.stated.tensors.values() if isinstance(t.label.layer, int)]
        return {"L": max(layers)} if layers and not any(t.family for t in self.stated.tensors.values()) else {}

    def formula(self, source: str) -> Formula:
        return with_remarks(read_formula(source, self.vocabulary), self.lexicon)

    def node(self, source: str) -> Node:
        [chain] = self.formula(source).chains
        [member] = chain.members
        assert member is not None
        return member

    def scope(self, source: str = "", *path: int) -> Scope:
        return Scope(self.lexicon, Choices(list(path)), self.numbers, source)

    def quantity(self, source: str, *path: int) -> Quantity:
        """The first reading of an expression, or the one that the choices lead to."""
        return Reader(self.scope(source, *path)).read(self.node(source))

    def outcomes(self, source: str) -> list[Outcome]:
        """Those of all links of all chains; an empty list where there is no link.

        Raises: DeriveError where a link is not understood.
        """
        found = []
        for chain in self.formula(source).chains:
            links = Links(self.world, self.lexicon, source, numbers=self.numbers)
            for a, b in zip(chain.members, chain.members[1:], strict=False):
                assert a is not None and b is not None, source
                found += [o for instance in links.outcomes(a, b, chain.remarks) for o in instance]
        return found

    def holds(self, source: str) -> bool:
        """Whether all readings of all links are equal, and there is one."""
        found = self.outcomes(source)
        return bool(found) and all(o.equal for o in found)

    def fails(self, source: str) -> bool:
        """Whether no reading of some link is equal, or one has no meaning."""
        try:
            return not any(o.equal for o in self.outcomes(source))
        except DeriveError:
            return True

    # -- what derive prints ----------------------------------------------------------------------------------

    def results(self) -> Iterator[str]:
        """Gradients in index form and matrix form."""
        for rows in self.derivation.summary(None, self.notation).values():
            yield from (row[form] for row in rows for form in ("index", "matrix") if row[form])

    def notes(self) -> Iterator[str]:
        """Every displayed equation, every step of a derivation, every result of the notes."""
        d = self.derivation
        sample = d.sample.adjoints if d.sample is not None else None
        notation = Printer(self.stated, self.notation).notation
        document = handout.compose_network(d.adjoints, sample, notation, (), "en")
        return iter(dict.fromkeys(equations_in(document)))


def equations_in(part: object) -> Iterator[str]:
    """The equations of a document, in order."""
    if isinstance(part, Row):
        if part.lhs:
            yield f"{part.lhs} {part.relation} {part.rhs}"
    elif isinstance(part, Worked):
        left = part.lhs
        for step in part.steps:
            yield f"{left} {step.relation} {step.math}"
            left = step.math
    elif isinstance(part, ResultLine):
        yield f"{part.lhs} = {part.rhs}" + (rf", \quad {part.condition}" if part.condition else "")
    elif isinstance(part, tuple | list):
        for item in part:
            yield from equations_in(item)
    elif is_dataclass(part):
        for f in fields(part):
            yield from equations_in(getattr(part, f.name))


@cache
def book(example: str, notation: str = "nielsen") -> Book:
    return Book(restated(load(example), notation), notation)
