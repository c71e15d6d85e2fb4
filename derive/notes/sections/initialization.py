"""Which weights to begin with: the variance that passes through a layer, forwards and backwards, and what follows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from derive.moments.activation import factor_of_square, of_square
from derive.moments.layer import (
    UNCENTRED,
    Linear,
    Passed,
    first_linear,
    halfway,
    linear_in,
    preserving,
    variance_symbol,
)
from derive.moments.views import mean, variance
from derive.notes.document import Block, Boxed, Display, Math, Paragraph, ResultLine, Row, Section, words
from derive.notes.moment_steps import layer_scope, letters, moment_derivation
from derive.notes.recipe import Request
from derive.notes.sections.initialization_options import InitializationOptions
from derive.notes.sections.initialization_rules import bound_blocks, formula_of, rules_blocks
from derive.notes.sections.initialization_study import study_blocks
from derive.notes.stage import Stage
from derive.notes.studies import Study
from derive.simplify.present import Presenter
from derive.terms.algebra import times
from derive.terms.term import Entry, Poly
from derive.terms.view import Leaf
from derive.terms.walk import entries_in

HE_ACTIVATION = "relu"


def initialization_section(stage: Stage, request: Request) -> Section | None:
    """The section. Raises: DeriveError if no layer is a sum of weights times values."""
    options = request.options if isinstance(request.options, InitializationOptions) else InitializationOptions()
    adjoints = stage.subject.sample.adjoints
    linear = linear_in(adjoints, options.of) if options.of is not None else first_linear(adjoints)
    spread = _Spread(stage, linear)
    blocks: list[Block] = [*spread.assumptions(), *rules_blocks(stage.notation), *spread.forward_blocks()]
    blocks += [*spread.backward_blocks(), *spread.xavier_blocks(), *spread.he_blocks()]
    if isinstance(request.numbers, Study):
        blocks += study_blocks(stage, request.numbers)
    return Section("initialization", words("initialization.title"), tuple(blocks))


@dataclass(frozen=True)
class _Spread:
    """The blocks about one layer."""

    stage: Stage
    linear: Linear

    @cached_property
    def forward(self) -> Passed:
        return self.linear.forward()

    @cached_property
    def backward(self) -> Passed:
        return self.linear.backward()

    @cached_property
    def names(self) -> dict[str, str]:
        """The letter of the layer."""
        lhs = self.linear.equation.lhs
        return layer_scope(self.stage.printer, lhs, self.stage.subject.sample.network.tensor(lhs.tensor).family)

    def assumptions(self) -> Iterator[Block]:
        """What is taken for granted, in words."""
        f, b = self.forward, self.backward
        given = {"W": self._source(f.weight), "x": self._source(f.signal), "delta": self._source(b.signal)}
        first = words("initialization.assumptions", **given)
        yield Paragraph(words("initialization.intro"), (first, words("initialization.approximate", **given)))

    def forward_blocks(self) -> Iterator[Block]:
        yield Paragraph(words("initialization.forward", z=Math(self._lhs(self.forward))))
        yield from self._passed(self.forward, "forward")

    def backward_blocks(self) -> Iterator[Block]:
        says = {"x": Math(self._lhs(self.backward)), "z": self._source(self.backward.signal)}
        yield Paragraph(words("initialization.backward", **says))
        yield from self._passed(self.backward, "backward")
        if self.backward.has_borders:
            terms = Math(self._poly(self.backward.terms))
            yield Paragraph(words("initialization.borders", terms=terms))

    def _passed(self, passed: Passed, way: str) -> Iterator[Block]:
        """The variance line by line, the result in a box, and the condition that it stays the same."""
        printer, names = self.stage.printer, letters(self.stage.printer, passed, self.names)
        lhs = self._lhs(passed)
        yield Display((Row(lhs, printer.view(passed.before, names)),))
        yield moment_derivation(printer, printer.view(variance(passed.before), names), passed.lines, names)
        of_lhs = printer.view(variance(Leaf(passed.lhs)), names)
        result = ResultLine(words("form.again"), of_lhs, printer.view(passed.lines[-1].view, names))
        yield Boxed(self.stage.subject.sample.anchor(f"variance-{way}"), (result,))
        weight = variance_symbol(passed.weight)
        condition = Row(self._poly(times(passed.terms, weight)), "1", note=words(f"initialization.same_{way}"))
        solved = Row(self._poly(weight), self._poly(preserving(passed.terms)), note=words("initialization.solved"))
        yield Display((condition, solved))

    def xavier_blocks(self) -> Iterator[Block]:
        """The compromise between the two conditions."""
        forward, backward = self.forward.terms, self.backward.terms
        weight = self._poly(variance_symbol(self.forward.weight))
        both = {"n_in": Math(self._poly(forward)), "n_out": Math(self._poly(backward))}
        agree = forward == backward
        yield Paragraph(words("initialization.agree" if agree else "initialization.compromise", **both))
        found = halfway(forward, backward)
        form = ResultLine(words("initialization.xavier"), weight, self._poly(found))
        yield Boxed(self.stage.subject.sample.anchor("variance-xavier"), (form,))
        if not agree:
            wanted = {"a": Math(self._poly(preserving(forward))), "b": Math(self._poly(preserving(backward)))}
            yield Paragraph(words("initialization.harmonic", **wanted))
        yield from bound_blocks(self.stage, Presenter({}).view(found), self.names)

    def he_blocks(self) -> Iterator[Block]:
        """What changes where the values of the layer before come out of a ReLU."""
        passed = self.linear.forward(UNCENTRED)
        printer, names = self.stage.printer, letters(self.stage.printer, passed, self.names)
        yield Paragraph(words("initialization.uncentred", x=self._source(passed.signal)))
        yield moment_derivation(printer, printer.view(variance(passed.before), names), passed.lines, names)
        z = self._before(passed.signal)
        if z is None:
            return
        families = passed.assumptions.families
        squared, lines = of_square(HE_ACTIVATION, z, families=families)
        slope, slopes = of_square(HE_ACTIVATION, z, order=1, families=families)
        given = {"z": Math(printer.entry(z, names)), "f": Math(printer.function(HE_ACTIVATION))}
        yield Paragraph(words("initialization.relu", **given))
        yield moment_derivation(printer, printer.view(mean(squared), names), lines, names)
        yield Paragraph(words("initialization.relu_back", f=Math(printer.function(HE_ACTIVATION, (1,)))))
        yield moment_derivation(printer, printer.view(mean(slope), names), slopes, names)
        factor = factor_of_square(HE_ACTIVATION)
        weight = self._poly(variance_symbol(passed.weight))
        forward, backward = (self._poly(preserving(p.terms, factor)) for p in (self.forward, self.backward))
        yield Paragraph(words("initialization.he_conditions", factor=Math(formula_of(factor))))
        rows = (("initialization.he", forward), ("initialization.he_back", backward))
        forms = tuple(ResultLine(words(key), weight, found) for key, found in rows)
        yield Boxed(self.stage.subject.sample.anchor("variance-he"), forms)

    # -- pieces ------------------------------------------------------------------------------------------

    def _before(self, signal: Entry) -> Entry | None:
        """The preactivation that the values of the layer before are a function of; None where there is none."""
        network = self.stage.subject.sample.network
        for e in network.definitions(signal.tensor):
            read = [x for x in entries_in(e.rhs) if isinstance(x, Entry)]
            if len(e.rhs.terms) == 1 and len(read) == 1 and network.tensor(read[0].tensor).role == "value":
                family = network.tensor(signal.tensor).family
                moved = {v: to for at, to in zip(e.lhs.idx[:family], signal.idx, strict=False) if (v := at.variable)}
                return Entry(read[0].tensor, tuple(a.subs(moved) for a in read[0].idx))
        return None

    def _source(self, source: Entry) -> Math:
        return Math(self.stage.printer.entry(source, self.names))

    def _lhs(self, passed: Passed) -> str:
        return self.stage.printer.entry(passed.lhs, letters(self.stage.printer, passed, self.names))

    def _poly(self, p: Poly) -> str:
        return self.stage.printer.view(Presenter({}).view(p), self.names)
