"""The chain rule factor by factor: ∂C/∂w as the product along the path on which a parameter reaches the cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from derive.latex.naming import Names
from derive.notes.document import (
    Block,
    Boxed,
    Derivation,
    Display,
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
from derive.notes.recipe import Request
from derive.notes.sections.factors_options import FactorsOptions, chosen_parameters
from derive.notes.sections.factors_path import Factor, Path, adjoint_of, path_from, result_at
from derive.notes.stage import Stage
from derive.notes.steps import derivation_blocks, result, unfolded
from derive.notes.subject import Subject
from derive.terms.affine import Affine
from derive.terms.algebra import times_all, total
from derive.terms.prover import Context
from derive.terms.settle import settle
from derive.terms.term import Atom, Entry, Partial, Poly, of_atom
from derive.terms.view import View
from derive.terms.view import times as product
from derive.terms.walk import entries_in

KNOWN = "_known"


def factors_section(stage: Stage, request: Request) -> Section | None:
    """The section. Raises: DeriveError if `of` names what is no parameter of the network."""
    subject = stage.subject
    wanted = chosen_parameters(subject, request.options if isinstance(request.options, FactorsOptions) else None)
    if not wanted:
        return None
    done: set[str] = set()
    parts = tuple(_part(subject, name, done) for name in wanted)
    mark = "-".join(wanted)
    parts = tuple(replace(p, anchor=f"factors-{mark}-{k}") for k, p in enumerate(parts, start=1))
    if len(parts) == 1:
        return replace(parts[0], anchor=f"factors-{mark}")
    return Section(f"factors-{mark}", words("factors.title_all"), parts)


def _part(subject: Subject, name: str, done: set[str]) -> Section:
    title = words("factors.title", symbol=Math(subject.sample.symbol(name)))
    return Section("", title, tuple(_Worked(subject, name).blocks(done)))


@dataclass(frozen=True)
class _Worked:
    """One parameter, in the letters of its own axes."""

    subject: Subject
    name: str

    def blocks(self, done: set[str]) -> Iterator[Block]:
        """The product, its factors one by one, the adjoint on the way, and the gradient."""
        path = self.path
        if not path.factors:
            readers = self._readers(self.name)
            yield Paragraph(words("factors.branches_at_once", w=self._math(self.entry), readers=readers))
            yield from derived(self.formulas, self.name)
            yield self._box(self.name)
            return
        yield Paragraph(self._said(path))
        yield Display((Row(self._partial(self.cost, self.entry), self._product(path, 0)),))
        named = path.factors[path.named - 1].of if path.named else None
        if named is None or named.tensor not in done:
            yield Paragraph(words("factors.each"))
            yield from self._rest(path)
            yield from (self._factor(f) for f in reversed(path.factors[path.named :]))
        else:
            yield Paragraph(words("factors.known", adjoint=Math(self._entry(adjoint_of(named)))))
        yield from (self._factor(f) for f in reversed(path.factors[: path.named]))
        if named is not None and named.tensor not in done:
            yield from self._delta(path, named)
            done.add(named.tensor)
        yield from self._gradient(path, named)

    # -- the path ------------------------------------------------------------------------------------------

    @property
    def formulas(self) -> Formulas:
        return self.subject.sample

    @property
    def entry(self) -> Entry:
        return self.formulas.network.tensor(self.name).entry

    @property
    def path(self) -> Path:
        return path_from(self.formulas.adjoints, self.name)

    @property
    def cost(self) -> Entry:
        return Entry(self.formulas.cost, ())

    @property
    def names(self) -> Names:
        return self.formulas.names(self.formulas.adjoints.equations[self.name])

    def _said(self, path: Path) -> Words:
        """Through what the parameter reaches the cost, or the value from which several paths go on."""
        stations = [self.entry, *(f.of for f in path.factors)]
        chain = Math(r" \to ".join(self._entry(e) for e in stations))
        if path.rest is None:
            return words("factors.path", w=self._math(self.entry), cost=self._math(self.cost), path=chain)
        readers = self._readers(path.rest.tensor)
        rest = self._math(path.rest)
        return words("factors.path_to", w=self._math(self.entry), rest=rest, path=chain, readers=readers)

    def _readers(self, name: str) -> Listing:
        found = self.formulas.readers(self.formulas.adjoints.equations[name])
        return Listing(tuple(Math(text) for text in found.values()))

    def _product(self, path: Path, start: int) -> str:
        """The partial derivatives along the path from the factor `start` on, the one next to the cost first."""
        front = [] if path.rest is None else [(self.cost, path.rest)]
        pairs = [*front, *((f.of, f.wrt) for f in reversed(path.factors[start:]))]
        return r" \, ".join(self._partial(of, wrt) for of, wrt in pairs)

    # -- the factors ---------------------------------------------------------------------------------------

    def _factor(self, factor: Factor) -> Derivation:
        """`∂of/∂wrt` from the equation of `of`, and with the value of an activation in place of its derivative."""
        sides = self._equation(factor.of)
        because = words("factors.from", equation=Math(" = ".join(sides)))
        steps = [Step(self._view(factor.value), because, "local")]
        form = self.formulas.outputs.substituted(factor.value, self._scope)
        if form is not None and form != factor.value:
            steps.append(Step(self._view(settle(form, self._scope)), words("factors.output"), "output"))
        return Derivation(self._partial(factor.of, factor.wrt), tuple(steps))

    def _equation(self, of: Entry) -> tuple[str, str]:
        """The equation that defines an entry, in the letters of the parameter where its indices are plain."""
        e = self.formulas.network.definitions(of.tensor)[-1]
        letters = carried(e.lhs.idx, of.idx, self.names)
        return self.formulas.forward(e, letters)

    def _rest(self, path: Path) -> Iterator[Block]:
        """The sum over all paths that lead on from where they branch."""
        if path.rest is None:
            return
        readers = self._readers(path.rest.tensor)
        yield Paragraph(words("factors.branches", value=self._math(path.rest), readers=readers))
        yield from derived(self.formulas, path.rest.tensor)

    # -- the results ---------------------------------------------------------------------------------------

    def _delta(self, path: Path, named: Entry) -> Iterator[Block]:
        """The adjoint on the way: what the factors up to there multiply to."""
        adjoint = self._entry(adjoint_of(named))
        if path.factors[path.named :]:
            yield Paragraph(words("factors.delta", adjoint=Math(adjoint), value=self._math(named)))
            steps = [Step(self._product(path, path.named), words("factors.defined"), "chain")]
            inside = {a.variable: self.names[a.variable] for a in named.idx if a.variable is not None}
            values = self._values(path, path.named)
            if values is not None:
                steps.append(Step(self.formulas.printer.view(values, inside), words("factors.put_in"), "unfold"))
            if path.rest is None or adjoint_of(path.rest) not in set(entries_in(self._polynomial(named))):
                steps += self._final(named)
            yield Derivation(adjoint, _different(adjoint, steps))
        yield self._box(named.tensor)

    def _gradient(self, path: Path, named: Entry | None) -> Iterator[Block]:
        """The gradient: the adjoint on the way times what is left of the product."""
        lhs = self._partial(self.cost, self.entry)
        start: list[Step] = []
        if named is not None:
            left = path.factors[: path.named]
            partials = " ".join(self._partial(f.of, f.wrt) for f in reversed(left))
            adjoint = self._entry(adjoint_of(named))
            start.append(Step(rf"{adjoint} \, {partials}", words("factors.with", adjoint=Math(adjoint)), "chain"))
            values = [of_atom(adjoint_of(named)), *(f.value for f in reversed(left))]
            start.append(Step(self._drawn(self._times(values)), words("factors.put_in"), "unfold"))
        elif (found := self._values(path, 0)) is not None:
            start.append(Step(self._drawn(found), words("factors.put_in"), "unfold"))
        yield Derivation(lhs, _different(lhs, [*start, *self._final(self.entry)]))
        yield self._box(self.name)

    def _values(self, path: Path, start: int) -> View | None:
        """The values of the factors from `start` on multiplied; None where the first differs from layer to layer."""
        values = [f.value for f in reversed(path.factors[start:])]
        if path.rest is None:
            return self._times(values)
        rest = result_at(self.formulas.adjoints, path.rest)
        return None if rest is None else self._times([rest, *values])

    def _times(self, values: Sequence[Poly]) -> View:
        """Values beside one another, in the order of the factors; numbers are taken together and stand first."""
        taken = frozenset(self.names)
        views = [self.formulas.presenter.view(v, taken) for v in values]
        if any(v.constant is not None or (v.terms and v.terms[0][1] < 0) for v in values):
            return self.formulas.presenter.view(settle(times_all(values), self._scope), taken)
        return product(views)

    def _final(self, at: Entry) -> Iterator[Step]:
        """The result as the engine gives it, where it is one for all layers."""
        cases = self.formulas.adjoints.results[at.tensor]
        if len(cases) == 1:
            letters = carried(cases[0].lhs.idx, at.idx, self.names)
            if letters is not None:
                is_output = any(line.rule == "output" for line in cases[0].lines)
                why = words("factors.with_values" if is_output else "factors.simplified")
                yield Step(self.formulas.printer.view(cases[0].view, letters), why, "collect")

    def _polynomial(self, at: Entry) -> Poly:
        return total(c.poly for c in self.formulas.adjoints.results[at.tensor])

    def _box(self, name: str) -> Boxed:
        found = result(self.formulas, self.subject.batch, name)
        return replace(found, anchor=f"factors-{self.name}-{found.anchor}")

    # -- printing ------------------------------------------------------------------------------------------

    @property
    def _scope(self) -> Context:
        return {b.name: b for b in self.formulas.adjoints.equations[self.name].domain}

    def _partial(self, of: Entry, wrt: Entry) -> str:
        return self.formulas.printer.entry(Partial(of, wrt), self.names)

    def _entry(self, atom: Atom) -> str:
        return self.formulas.printer.entry(atom, self.names)

    def _math(self, entry: Entry) -> Math:
        return Math(self._entry(entry))

    def _view(self, p: Poly) -> str:
        return self._drawn(self.formulas.presenter.view(p, frozenset(self.names)))

    def _drawn(self, view: View) -> str:
        return self.formulas.printer.view(view, self.names)


def derived(formulas: Formulas, name: str) -> Iterator[Block]:
    """The lines of an adjoint, after those of the adjoints that are put into it; they refer to no box."""
    for needed in (*dict.fromkeys(unfolded(formulas, name)), name):
        for block in derivation_blocks(formulas, needed):
            yield without_references(block)


def without_references(block: Block) -> Block:
    """A derivation whose reasons name no result in a box."""
    if not isinstance(block, Derivation):
        return block
    return replace(block, steps=tuple(replace(s, reason=_plain(s.reason)) for s in block.steps))


def _plain(said: Words) -> Words:
    if not said.key.endswith(KNOWN):
        return said
    return Words(said.key.removesuffix(KNOWN), tuple((k, v) for k, v in said.given if k != "results"))


def carried(of: Sequence[Affine], to: Sequence[Affine], names: Names) -> Names | None:
    """The letters of the indices of one entry for those of another of the same tensor; None where one is not plain."""
    pairs = list(zip(of, to, strict=True))
    if any((a.variable is None) != (b.variable is None) for a, b in pairs):
        return None
    return {a.variable: names[b.variable] for a, b in pairs if a.variable is not None and b.variable is not None}


def _different(lhs: str, steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps without those that look like the line before."""
    kept: list[Step] = []
    shown = lhs
    for step in steps:
        if step.math != shown:
            kept.append(step)
            shown = step.math
    return tuple(kept)
