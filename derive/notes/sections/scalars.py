"""A network of given sizes written out unit by unit, then collected into matrices: forward and backward."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from derive.calculus.adjoint import adjoint_name
from derive.errors import DeriveError
from derive.ir.record import Case
from derive.ir.tensor import Equation
from derive.network.spec.names import SafeName
from derive.notes.document import (
    Block,
    Derivation,
    Display,
    Inline,
    Listing,
    Math,
    Paragraph,
    Row,
    Section,
    Step,
    Words,
    words,
)
from derive.notes.formulas import Formulas
from derive.notes.recipe import Request, SectionOptions
from derive.notes.sections.scalars_augmented import augmented_blocks
from derive.notes.sections.scalars_matrices import entry_by_entry, of_each_entry, with_put_in, written_out
from derive.notes.sections.scalars_naming import Naming, Nodes, number_nodes, plain_naming
from derive.notes.sections.scalars_spelled import (
    places,
    put_in,
    spelled,
    spelled_entry,
    spelled_lines,
)
from derive.notes.stage import Stage
from derive.notes.steps import unfolded
from derive.raising.raise_case import Raised
from derive.terms.matrix import Listed, Matrix, Whole
from derive.terms.term import Entry
from derive.terms.view import View

MOST_UNMARKED = 2
"""So many layers have at most one hidden one between them, whose column needs no number."""


class ScalarsOptions(SectionOptions):
    """`number: nodes` counts the nodes through all layers, and `output` is then the letter of those of the last one.

    `augment` adds the form with each bias at the end of a row of weights. `matrices` and `backward` say whether the
    equations are collected, and whether gradients are written out too.
    """

    number: Literal["layers", "nodes"] = "layers"
    output: SafeName | None = None
    augment: bool = False
    matrices: bool = True
    backward: bool = True


def scalars_section(stage: Stage, request: Request) -> Section | None:
    """The section. Raises: DeriveError for sizes that are no numbers, and nodes that cannot be counted."""
    options = request.options if isinstance(request.options, ScalarsOptions) else ScalarsOptions()
    formulas = stage.subject.sample
    nodes = number_nodes(formulas, options.output) if options.number == "nodes" else None
    if nodes is None and (options.output is not None or options.augment):
        wanted = "augment" if options.augment else "output"
        raise DeriveError(f"`{wanted}` goes with `number: nodes`", repair="add `number: nodes`, or leave it out")
    written = Written(formulas, nodes.naming if nodes is not None else plain_naming(formulas))
    blocks = [Paragraph(words("scalars.intro")), *_numbers(nodes, written), *written.forward()]
    if options.matrices:
        blocks += written.forward_matrices()
    if options.augment:
        blocks += written.forward_augmented()
    sections = [Section("scalars-forward", words("scalars.forward"), tuple(blocks))]
    if options.backward:
        groups = [n for group in stage.subject.groups for n in group]
        said = written.backward([n for n in groups if written.is_wanted(n)], options.matrices)
        sections.append(Section("scalars-backward", words("scalars.backward"), tuple(said)))
    return Section("scalars", words("scalars.title"), tuple(sections))


def _numbers(nodes: Nodes | None, written: Written) -> Iterator[Block]:
    """How the nodes are counted, and what the subscripts of a weight mean."""
    if nodes is None:
        return
    groups = tuple(Math(", ".join(map(str, group))) for group in nodes.groups)
    yield Paragraph(words("scalars.nodes", inputs=groups[0], layers=Listing(groups[1:])), tuple(written.connection()))


class Written:
    """Writes out the equations of one sample."""

    def __init__(self, formulas: Formulas, naming: Naming) -> None:
        self.formulas, self.naming, self.network = formulas, naming, formulas.network

    @property
    def equations(self) -> list[Equation]:
        """Those of vectors, in order; not that of the cost."""
        return [e for e in self.network.equations if self.network.tensor(e.lhs.tensor).axes]

    def is_wanted(self, name: str) -> bool:
        """Gradients by inputs are left out: nothing is learned there."""
        return self.network.tensor(name).role in ("value", "parameter")

    # -- forward ---------------------------------------------------------------------------------------

    def forward(self) -> Iterator[Block]:
        """Every unit in a line of its own, the sum put into the function that reads it."""
        known: dict[Entry, View] = {}
        for e in self.equations:
            lines = spelled_lines(e.lhs, e.domain, self.formulas.view(e))
            if self._is_put_in(e):
                known |= {line.lhs: line.view for line in lines}
                continue
            rows = (Row(self.naming.entry(x.lhs), self.naming.view(put_in(x.view, known))) for x in lines)
            yield Display(tuple(rows))

    def _is_put_in(self, e: Equation) -> bool:
        """Whether a value is a preactivation that an activation reads."""
        tensor = self.network.tensor(e.lhs.tensor)
        return tensor.label.meaning == "preactivation" and any(
            self.network.tensor(r.lhs.tensor).axes for r in self.network.readers(tensor.name)
        )

    def connection(self) -> Iterator[Words]:
        """The first weight of the last layer that has some, and its bias, explained."""
        for layer in reversed(self.network.layers):
            for name in layer.parameters:
                key = "scalars.weight" if len(self.network.tensor(name).axes) > 1 else "scalars.bias"
                yield words(key, w=Math(self._first(name)))
            if layer.parameters:
                return

    def forward_matrices(self) -> Iterator[Block]:
        """The same equations with matrices written out."""
        known: dict[str, Matrix] = {}
        rows = []
        for e in self.equations:
            raised = self.formulas.forward_raised(e)
            if raised is None or raised.held:
                continue
            rhs = with_put_in(raised.rhs, known)
            if self._is_put_in(e):
                known[e.lhs.tensor] = rhs
                continue
            lhs, rhs = (written_out(self.network, m, self.naming) for m in (raised.lhs, rhs))
            rows.append(Row(self.naming.printer.matrix(lhs, {}), self.naming.printer.matrix(rhs, {})))
        if rows:
            yield from self._entry_by_entry()
            yield Paragraph(words("scalars.collect"))
            yield from (Display((row,)) for row in rows)

    def _entry_by_entry(self) -> Iterator[Block]:
        """What a function of a vector is, for the first layer that has one."""
        for e in self.equations:
            raised = self.formulas.forward_raised(e)
            if raised is None or self._is_put_in(e):
                continue
            values = of_each_entry(self.network, raised, e, self.formulas.view(e), self.naming)
            if values is not None:
                of_vector = written_out(self.network, raised.rhs, self.naming)
                shown = Row(self.naming.printer.matrix(of_vector, {}), self.naming.printer.matrix(values, {}))
                yield Paragraph(words("scalars.function"))
                yield Display((shown,))
                return

    def forward_augmented(self) -> Iterator[Block]:
        """The same with the bias of each unit at the end of its row of weights."""
        yield Paragraph(words("scalars.augment"))
        sums = [e for e in self.equations if self._is_put_in(e)]
        for k, e in enumerate(sums):
            mark = f"_{k}" if len(sums) > MOST_UNMARKED else ""
            for reader in self.network.readers(e.lhs.tensor):
                if self.network.tensor(reader.lhs.tensor).axes:
                    yield from augmented_blocks(self.formulas, self.naming, e, reader, mark)

    # -- backward --------------------------------------------------------------------------------------

    def backward(self, names: list[str], matrices: bool) -> Iterator[Block]:
        """Each gradient: the first entry step by step, then all of them."""
        yield Paragraph(words("scalars.backward_intro"))
        for name in names:
            cases = self.formulas.adjoints.results[name]
            is_single = len(places(self.network.tensor(name).axes, name)) == 1
            key = "scalars.only" if is_single else "scalars.first"
            yield Paragraph(words(key, entry=Math(self._first(name, adjoint_name(name)))))
            for inner in (*dict.fromkeys(unfolded(self.formulas, name)), name):
                yield from self._steps(inner)
            shown = () if is_single else zip(cases, self.formulas.form.backward[name], strict=True)
            for case, raised in shown:
                yield from self._all(case, raised, matrices)

    def _first(self, name: str, called: str = "") -> str:
        """The first entry of a tensor, or of what has the same axes."""
        tensor = self.network.tensor(name)
        first = spelled_entry(tensor.entry, places(tensor.axes, name)[0])
        return self.naming.entry(Entry(called or name, first.idx))

    def _steps(self, name: str) -> Iterator[Block]:
        """The lines of the first entry; one that looks like the line before it is left out."""
        case = self.formulas.adjoints.results[name][0]
        at = places(case.domain, name)[0]
        lhs = self.naming.entry(spelled_entry(case.lhs, at))
        shown, steps = lhs, []
        for line in case.lines:
            math = self.naming.view(spelled(line.view, at))
            if math != shown:
                steps.append(Step(math, self._reason(name, line.rule, line.uses), line.rule))
                shown = math
        if steps:
            yield Derivation(lhs, tuple(steps))

    def _reason(self, name: str, rule: str, uses: tuple[str, ...]) -> Words:
        given: Mapping[str, Inline] = {}
        contributions = self.formulas.adjoints.equations[name].contributions
        if rule in ("chain", "local") and {c.reader.lhs.tensor for c in contributions} == {self.formulas.cost}:
            return words("scalars.reason.cost")
        if rule == "chain":
            given = {"entry": Math(self._first(name))}
        if rule == "unfold":
            given = {"adjoints": Listing(tuple(Math(self._first(n, adjoint_name(n))) for n in uses))}
        known = ("chain", "local", "unfold", "output", "definition")
        return words(f"scalars.reason.{rule if rule in known else 'collect'}", **given)

    def _all(self, case: Case, raised: Raised | None, matrices: bool) -> Iterator[Block]:
        """All entries of a case, as a matrix of entries where there is one."""
        if not matrices or raised is None or raised.held or not isinstance(raised.lhs, Whole) or not raised.lhs.axes:
            lines = spelled_lines(case.lhs, case.domain, case.view)
            yield Display(tuple(Row(self.naming.entry(x.lhs), self.naming.view(x.view), asked=True) for x in lines))
            return
        printer = self.naming.printer
        lhs, rhs = (written_out(self.network, m, self.naming) for m in (raised.lhs, raised.rhs))
        entries = entry_by_entry(self.network, raised.lhs, case, self.naming)
        rows = [Row(printer.matrix(lhs, {}), printer.matrix(entries, {}), asked=True)]
        if rhs != entries and isinstance(entries, Listed):
            rows.append(Row("", printer.matrix(rhs, {}), asked=True))
        yield Display(tuple(rows))
