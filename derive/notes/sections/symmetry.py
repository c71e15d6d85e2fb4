"""Why constant weights keep the units of a layer equal: shown on the derived equations, and on numbers."""

from __future__ import annotations

from collections.abc import Iterator

from derive.latex.naming import Names
from derive.moments.symmetry import Alike, Reduced, alike, first_alike
from derive.notes.document import (
    Block,
    Curve,
    Derivation,
    Display,
    Listing,
    Math,
    Panel,
    Paragraph,
    Plot,
    Row,
    Section,
    Step,
    words,
)
from derive.notes.formulas import Formulas
from derive.notes.moment_steps import layer_scope
from derive.notes.numerals import shown
from derive.notes.recipe import Request
from derive.notes.sections.initialization_options import SymmetryOptions
from derive.notes.stage import Stage
from derive.notes.studies import Descents
from derive.terms.term import Entry


def symmetry_section(stage: Stage, request: Request) -> Section | None:
    """The section. Raises: DeriveError if the weight does not lead to a layer of several units that can be alike."""
    options = request.options if isinstance(request.options, SymmetryOptions) else SymmetryOptions()
    formulas = stage.subject.sample
    weight = options.of or first_alike(formulas.adjoints)
    found = alike(formulas.adjoints, weight)
    blocks: list[Block] = list(_Shown(formulas, found).blocks())
    if isinstance(request.numbers, Descents):
        blocks += descent_blocks(stage, request.numbers)
    return Section("symmetry", words("symmetry.title"), tuple(blocks))


class _Shown:
    """The equations with equal units put in, in the letters of the layer."""

    def __init__(self, formulas: Formulas, found: Alike) -> None:
        self.formulas, self.found = formulas, found
        lhs = found.values[0].lhs
        self.scope = layer_scope(formulas.printer, lhs, formulas.network.tensor(lhs.tensor).family)

    def blocks(self) -> Iterator[Block]:
        """What is given, then forward, backward, the gradients, and the step of descent."""
        yield Paragraph(words("symmetry.intro", unit=Math(self._letter())))
        yield Display(tuple(self._given(*pair) for pair in self.found.given))
        yield Paragraph(words("symmetry.forward"))
        yield from map(self._reduced, self.found.values)
        yield Paragraph(words("symmetry.backward"))
        yield from map(self._reduced, self.found.adjoints)
        yield Paragraph(words("symmetry.gradients"))
        yield from map(self._reduced, self.found.gradients)
        names = tuple(Math(self._entry(entry)) for entry, _ in self.found.given)
        yield Paragraph(words("symmetry.step", parameters=Listing(names)))

    def _given(self, entry: Entry, first: Entry) -> Row:
        names = self._names(entry)
        return Row(self.formulas.printer.entry(entry, names), self.formulas.printer.entry(first, names))

    def _reduced(self, r: Reduced) -> Derivation:
        """The equation, the entries of the first unit put in, and the left side of that unit."""
        printer, names = self.formulas.printer, self._names(r.lhs)
        view = self.formulas.presenter.view
        steps = [
            Step(printer.view(view(r.before), names), words("symmetry.as_derived"), "definition"),
            Step(printer.view(view(r.rhs), names), words("symmetry.put_in"), "alike"),
            Step(printer.entry(r.first, names), words("symmetry.same"), "alike"),
        ]
        return Derivation(printer.entry(r.lhs, names), tuple(steps))

    def _names(self, lhs: Entry) -> Names:
        free = [v for a in lhs.idx for v, _ in a.terms if isinstance(v, str) and v not in self.scope]
        return self.formulas.printer.letters.beside(free, self.scope)

    def _entry(self, entry: Entry) -> str:
        return self.formulas.printer.entry(entry, self._names(entry))

    def _letter(self) -> str:
        return self._names(self.found.values[0].lhs)[self.found.unit.name]


def descent_blocks(stage: Stage, numbers: Descents) -> Iterator[Block]:
    """How far apart the units are, step by step, from equal ones and from random ones."""
    given = {
        "W": Math(stage.subject.sample.symbol(numbers.weight)),
        "steps": Math(str(numbers.equal.steps)),
        "rate": Math(rf"\eta = {shown(numbers.equal.rate)}"),
    }
    yield Paragraph(words("symmetry.descent", **given))
    runs = (("symmetry.equal", numbers.equal), ("symmetry.drawn", numbers.drawn))
    spread = tuple(Curve(words(key), _points(run.spread)) for key, run in runs)
    cost = tuple(Curve(words(key), _points(run.cost)) for key, run in runs)
    step = words("symmetry.axis_step")
    panels = (Panel(spread, step, words("symmetry.axis_spread")), Panel(cost, step, words("symmetry.axis_cost")))
    yield Plot(words("symmetry.plot"), panels)
    largest = Math(shown(max(numbers.equal.spread)))
    yield Paragraph(words("symmetry.seen", largest=largest, other=Math(shown(numbers.drawn.spread[-1]))))


def _points(values: tuple[float, ...]) -> tuple[tuple[float, float], ...]:
    return tuple((float(k), v) for k, v in enumerate(values))
