"""From a document to the verdicts on all that it claims."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property

from derive.errors import DeriveError
from derive.latex.reading.document import Document, Fragment
from derive.latex.reading.formula import read_formula
from derive.latex.reading.macros import macros_of
from derive.latex.reading.repairs import repairs
from derive.latex.reading.syntax import Chain, Formula, Node
from derive.latex.reading.vocabulary import Macro
from derive.reading.guards import is_guard
from derive.reading.remarks import conditions_said, has_ends, with_remarks
from derive.reading.said_shapes import SaidShape, shape_in_words
from derive.verify.claims import RIGHT, Status
from derive.verify.document.carried import Carried, Place, carried_forward, traced
from derive.verify.document.claims import DocumentClaim, DocumentReport
from derive.verify.document.context import Context, context_of, unchanged
from derive.verify.document.continued import goes_on, is_equation, joined
from derive.verify.document.conventions import Convention, Statuses, by_convention
from derive.verify.document.declaring import declared
from derive.verify.document.diagnosis import Finding, Trial, of_shape
from derive.verify.document.edits import SELF
from derive.verify.document.introduced import Introduced
from derive.verify.document.judge import BY_ITSELF, EXHAUSTED, FAULTS, Judged, equated, links_of
from derive.verify.document.manner import Manner, manner_of
from derive.verify.document.operands import Written
from derive.verify.document.own_network import STATES, OwnNetwork
from derive.verify.document.passages import passages_before
from derive.verify.document.profile import Profile
from derive.verify.document.restated import UNCLEAR, is_cost, mentions_cost
from derive.verify.document.said_conditions import under_conditions
from derive.verify.document.said_properties import under_what_is_supposed
from derive.verify.document.said_ranges import NOTHING_SAID, SaidRange, may_be_ranged, said_about, said_behind
from derive.verify.document.shapes import judged_shape
from derive.verify.document.spoken import Spoken, spoken_in
from derive.verify.document.stationary import CONDITION, is_set_to_zero
from derive.verify.document.supposed import Mistakes
from derive.verify.document.verdict import MISSING, Verdict, beside, combined, undecided
from derive.verify.document.waiting import take_up_waiting
from derive.verify.document.worked import NUMBERS, example_of
from derive.verify.effort import Effort, silent

PATIENCE, LONGEST_SEARCH = 120.0, 5.0
"""Seconds for finding out which mistakes were made, in a document and in one claim; no verdict depends on it."""

NEAREST = 6
"""So many formulas before a definition may have waited for it."""

Tell = Callable[[str], None]


@dataclass
class Verifier:
    """Judges one document under its profile; contexts are made once for each part."""

    document: Document
    profile: Profile
    tell: Tell = silent
    patience: float = PATIENCE
    """Seconds of processor time that are left for finding out what was meant by what is wrong."""
    convention: Convention | None = None
    """Under which the document is read once more; None for its own."""
    contexts: dict[str, Context] = field(default_factory=dict)
    said: SaidRange = NOTHING_SAID
    """The last ranges of letters that a formula by itself said."""
    said_before: int | None = None
    """Where stands what was said of the letters of a displayed formula before it."""
    introduced: Introduced = field(default_factory=Introduced)
    own: OwnNetwork | None = None
    """The network that the document states, where nobody names one."""
    before: Fragment | None = None
    """The last equation, with which a formula may go on."""
    carried: dict[Place, Carried] = field(default_factory=dict)
    mistakes: dict[int, Mistakes] = field(default_factory=dict)
    """What is wrong so far in each context, and `carried` what is because something before it is."""
    written: Written = field(default_factory=Written)

    def report(self, is_strict: bool = False) -> DocumentReport:
        claims = by_convention(self._parts(), self.claims(self.document.fragments), self._there)
        problems = (f"line {p.place.line}: {p.message}" for p in self.document.problems)
        found = tuple(carried_forward(claims, self.carried))
        return DocumentReport(self.document.name, found, tuple(problems), is_strict, self.document)

    def claims(self, fragments: Sequence[Fragment]) -> list[DocumentClaim]:
        """All that some formulas claim, in order."""
        macros = tuple(macros_of(self.document.definitions))
        claims: list[DocumentClaim] = []
        waiting: list[Fragment] = []
        for k, fragment in enumerate(fragments, 1):
            self.tell(f"formula {k} of {len(fragments)}")
            found = list(self._claims(fragment, macros))
            claims += found
            if any(c.status is Status.NOT_CHECKED for c in found):
                waiting.append(fragment)
            if any(c.status is Status.DEFINITION for c in found):
                for before in waiting[-NEAREST:]:
                    context, text = self._context(before), before.source
                    take_up_waiting(context, read_formula(text, context.vocabulary(macros)).chains, text)
        return self._again(claims, waiting, macros)

    def _parts(self) -> Iterator[list[Fragment]]:
        """The formulas of each part of the document that has settings of its own."""
        parts: dict[str, list[Fragment]] = {}
        for fragment in self.document.fragments:
            parts.setdefault(repr(self.profile.at(fragment.heading)), []).append(fragment)
        yield from parts.values()

    def _there(self, convention: Convention, fragments: Sequence[Fragment]) -> Statuses | None:
        """The statuses of all claims of some formulas under another convention; None where there is none such."""
        settings = convention.of_settings(self.profile.at(fragments[0].heading))
        if settings is None:
            return None
        self.tell(f"trying the convention {convention.name}")
        other = Verifier(self.document, self.profile, self.tell, 0.0, convention, own=self.own)
        try:
            return {(c.start, c.latex): c.status for c in other.claims(fragments)}
        except DeriveError:
            return None

    def _again(
        self, claims: list[DocumentClaim], waiting: Sequence[Fragment], macros: tuple[Macro, ...]
    ) -> list[DocumentClaim]:
        """What spoke of names introduced later is judged once more; if wrong, undecided: names may change."""
        self.said, self.before = NOTHING_SAID, None
        later = {
            (c.start, c.latex): c
            for fragment in waiting
            for c in self._claims(fragment, macros)
            if c.status not in (Status.NOT_CHECKED, Status.WRONG)
        }
        return [later.get((c.start, c.latex), c) if c.status is Status.NOT_CHECKED else c for c in claims]

    @cached_property
    def _passages(self) -> Mapping[int, tuple[str, ...]]:
        return passages_before(self.document, self.profile)

    @cached_property
    def _spoken(self) -> Spoken:
        return spoken_in(self.document)

    @cached_property
    def _manner(self) -> Manner:
        return manner_of("\n".join(f.source for f in self.document.fragments))

    def _context(self, fragment: Fragment) -> Context:
        """One for all parts that differ only in what they declare to be random: names that are defined are kept."""
        settings = self.profile.at(fragment.heading, self._passages[fragment.start])
        key = repr(replace(settings, random=()))
        if key not in self.contexts:
            changed = (self.convention and self.convention.of_settings(settings)) or settings
            change = unchanged if self.convention is None else self.convention.of_network
            self.contexts[key] = made = context_of(changed, self.profile.file, self.own, change, self._spoken)
            made.example = example_of(made, self.document)
        context = self.contexts[key]
        context.schemas = self.introduced.schemas
        context.declared = declared(context.lexicon, settings.random, self.profile.file)
        return context

    def _claims(self, fragment: Fragment, macros: tuple[Macro, ...]) -> Iterator[DocumentClaim]:
        context = self._context(fragment)
        vocabulary = context.vocabulary(macros)
        formula = read_formula(fragment.source, vocabulary)
        if said := conditions_said(formula, context.lexicon):
            if all(has_ends(c, context.lexicon) for c in said):
                is_behind = fragment.start == self.said_before
                self.said = SaidRange(fragment.heading, said, fragment.source.strip(), fragment.start, is_behind)
            return
        self.written.keep(formula, fragment.source)
        if (shape := shape_in_words(fragment, formula.chains)) is not None:
            yield self._shape(context, fragment, formula, shape)
            return
        begins = fragment.start
        if goes_on(formula) and self.before is not None:
            fragment, formula = joined(self.before, fragment, vocabulary) or (fragment, formula)
        if is_equation(formula):
            self.before = fragment
        formula = with_remarks(formula, context.lexicon)
        is_uneven = any(p.kind == "bracket" for p in formula.problems)
        others = repairs(fragment.source, vocabulary) if is_uneven else ()
        for k, chain in enumerate(formula.chains):
            before: DocumentClaim | None = None
            equal: list[Node] = []
            links = links_of(context, chain, fragment.source)
            alike = [r for r in others if _is_alike(r.formula, formula)]
            mended = [(r, links_of(context, r.formula.chains[k], fragment.source)) for r in alike]
            for j, judged in enumerate(links):
                if fragment.start + chain.spans[judged.member].start < begins:
                    continue
                verdict = judged.verdict
                if is_uneven:
                    span = chain.spans[judged.member]
                    ways = [(w[j].verdict, r.spelt(span).lstrip("&= ")) for r, w in mended if len(w) > j]
                    verdict = combined(*zip(*ways, strict=True)) if ways else undecided(MISSING)
                    judged = replace(judged, verdict=beside(verdict, formula.problems[0].message))
                if (own := context.own) is not None and own.states(fragment, judged.right):
                    judged = Judged(judged.member, STATES, judged.left, judged.right)
                judged = self._where_said(context, fragment, judged)
                is_wrong = judged.verdict.status is Status.WRONG
                if is_wrong and own is not None and own.may_mean_more(context.introduced, judged.left, judged.right):
                    judged = replace(judged, verdict=undecided("a name in it has several letters below, and no layer"))
                judged = self._unless_unclear(context, judged)
                judged = replace(judged, verdict=under_what_is_supposed(self.document, fragment, judged.verdict))
                verdict = judged.verdict
                if verdict.status is Status.DEFINITION and judged.left is not None:
                    line = self.document.place(fragment.start + (name := judged.left.span).start).line
                    verdict = self.introduced.told(fragment.source[name.start : name.end], line, verdict)
                finding = self._diagnosis(context, judged, fragment, macros)
                claim = self._claim(fragment, chain, judged.member, verdict, finding, judged.part)
                if judged.follows and before is not None:
                    root = self.carried.get((before.start, before.latex))
                    line = before.place.line if root is None else root.line
                    claim = replace(claim, follows_from=before.follows_from or line)
                elif verdict.status is Status.WRONG and self.convention is None and verdict.reason not in NUMBERS:
                    self._trace(context, judged, fragment.source, claim, equal)
                if verdict.status in RIGHT and judged.right is not None:
                    equal.append(judged.right)
                yield claim
                before = claim
        if any(map(is_guard, self.said.chains)) and any(c.relations for c in formula.chains):
            self.said = NOTHING_SAID

    def _shape(self, context: Context, fragment: Fragment, formula: Formula, shape: SaidShape) -> DocumentClaim:
        """Of a tuple of sizes that words call the shape of a name."""
        [chain] = formula.chains
        named = read_formula(shape.of, context.vocabulary(())).chains
        of = named[0].members[0] if len(named) == 1 and len(named[0].members) == 1 else None
        if of is None:
            verdict = undecided("what it is the shape of is not understood")
        else:
            verdict = judged_shape(context, of, shape.extents, shape.of)
        finding = of_shape(verdict, chain.members[0], fragment.source, self._manner)
        return self._claim(fragment, chain, 0, verdict, finding)

    def _unless_unclear(self, context: Context, judged: Judged) -> Judged:
        """Nothing is known to be wrong of a cost that was stated once more in a way that is not understood."""
        status, left = judged.verdict.status, judged.left
        if status is Status.NOT_CHECKED and judged.member == 1 and left is not None and is_cost(context, left):
            context.is_cost_unclear = True
        if status is Status.WRONG and context.is_cost_unclear and mentions_cost(context, left, judged.right):
            return replace(judged, verdict=undecided(UNCLEAR))
        return judged

    def _where_said(self, context: Context, fragment: Fragment, judged: Judged) -> Judged:
        """What is wrong, or open, for all layers may be right for those that the words around name: `for l = 2, 1`."""
        left, right = judged.left, judged.right
        if not may_be_ranged(judged.verdict) or left is None or right is None or judged.judge is not None:
            return judged
        if is_set_to_zero(fragment.before, judged.member, left, right):
            return replace(judged, verdict=undecided(CONDITION))
        before = said_about(self.document, self.said, fragment)
        for heading, said, text, start, _ in (before, said_behind(self.document, fragment, context)):
            if not said or heading != fragment.heading:
                continue
            verdict = equated(context, left, right, fragment.source, {}, said)
            if verdict.status is Status.NOT_CHECKED:
                return replace(judged, verdict=verdict)
            if verdict.status in RIGHT:
                self.said_before = start if start is not None and start > fragment.start else self.said_before
                verdict = replace(verdict, reason=f"{verdict.reason}, for {text} as said around it")
                return replace(judged, verdict=verdict)
        return replace(
            judged, verdict=under_conditions(self.document, fragment, context, left, right) or judged.verdict
        )

    def _diagnosis(self, context: Context, judged: Judged, at: Fragment, macros: tuple[Macro, ...]) -> Finding | None:
        if (shape := of_shape(judged.verdict, judged.right, at.source, self._manner)) is not None:
            return shape
        if judged.verdict.status is not Status.WRONG or judged.follows or judged.left is None or judged.right is None:
            return None
        if judged.verdict.reason == BY_ITSELF:
            return Finding(SELF, None)
        if judged.verdict.reason in NUMBERS:
            return None
        said = said_about(self.document, self.said, at)
        effort = Effort(min(self.patience, LONGEST_SEARCH), self.tell)
        try:
            beside = judged.remarks, said.chains, judged.judge, self._manner, self.written.texts
            words = context.vocabulary(macros)
            return Trial(context, judged.left, at.source, words, effort, *beside).found(judged.right)
        except (*EXHAUSTED, *FAULTS):
            return None
        finally:
            self.patience -= effort.spent

    def _trace(self, context: Context, judged: Judged, source: str, c: DocumentClaim, equal: Sequence[Node]) -> None:
        """Find out whether a wrong link follows from an earlier mistake; if not, it is one itself."""
        effort = Effort(min(self.patience, LONGEST_SEARCH), self.tell)
        with suppress(*EXHAUSTED, *FAULTS):
            mistakes = self.mistakes.setdefault(id(context), Mistakes())
            line = traced(context, mistakes, judged, source, c.place.line, equal, effort)
            if line is not None:
                self.carried[c.start, c.latex] = Carried(line, judged.verdict.reason)
        self.patience -= effort.spent

    def _claim(
        self,
        fragment: Fragment,
        chain: Chain,
        member: int,
        verdict: Verdict,
        finding: Finding | None,
        part: Node | None = None,
    ) -> DocumentClaim:
        span = chain.spans[member] if part is None else part.span
        start, first = fragment.start + span.start, chain.spans[0]
        latex, head = (fragment.source[x.start : x.end] for x in (span, first))
        whole = f"{head.strip()} {'… ' if member > 1 else ''}{latex.strip()}" if member else latex.strip()
        return DocumentClaim(
            self.document.place(start),
            start,
            latex.strip(),
            whole,
            verdict.status,
            verdict.reason if finding is None else finding.beside(verdict.reason),
            None if finding is None else finding.code,
            None if finding is None else finding.text,
            verdict.difference or verdict.apart,
        )


def _is_alike(one: Formula, other: Formula) -> bool:
    """Whether two readings have the same links."""
    return [len(c.members) for c in one.chains] == [len(c.members) for c in other.chains]
