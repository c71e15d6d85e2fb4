"""One adjoint equation made textbook: unfold, settle, split, fold, let sums vanish, use output forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from derive.calculus.adjoint import AdjointEquation
from derive.ir.record import Case, Line
from derive.simplify.cases import Part, split
from derive.simplify.cost import cost
from derive.simplify.definition import Pattern
from derive.simplify.fold import Folder
from derive.simplify.match import instance
from derive.simplify.output import OutputForms
from derive.simplify.present import Presenter
from derive.terms.affine import Affine, Index
from derive.terms.blocks import sum_over
from derive.terms.prover import Context
from derive.terms.settle import settle
from derive.terms.substitute import open_block, substitute
from derive.terms.term import Atom, Block, Entry, Poly, of_monomial
from derive.terms.walk import atoms_in, entries_in, rewrite


@dataclass(frozen=True)
class Simplifier:
    """The knowledge that simplification may use.

    `patterns` are the forward definitions and declared facts, `outputs` the values of activations, `unfolded`
    the adjoints that are not named but replaced by their expressions, `simplified` those of them whose result is known
    and holds everywhere.
    """

    patterns: Sequence[Pattern]
    outputs: OutputForms
    unfolded: Mapping[str, AdjointEquation]
    presenter: Presenter
    simplified: Mapping[str, Case] = field(default_factory=dict)

    def cases(self, equation: AdjointEquation, opening: Sequence[Line]) -> tuple[Case, ...]:
        """The results for one adjoint, with every line from the chain rule to the last form."""
        context = _scope(equation.domain)
        lines = list(opening)
        p = equation.rhs
        lines.append(Line("delta", self.presenter.view(p)))
        p = self._fold(p, self._folder(p, context), lines)
        stated = self._with_put_in(equation, p, lines, {})
        if not self.simplified.keys() & _names(p):
            return stated
        nearer = self._with_put_in(equation, p, lines, self.simplified)
        return nearer if list(map(_result, nearer)) == list(map(_result, stated)) else stated

    def _with_put_in(
        self, equation: AdjointEquation, p: Poly, before: Sequence[Line], simplified: Mapping[str, Case]
    ) -> tuple[Case, ...]:
        """The results once the adjoints without a name are put in: as they were simplified, else as they are stated.

        From simplified ones the lines are shorter; from stated ones every rule finds its terms.
        """
        p, used = self.unfold(p, _scope(equation.domain), simplified)
        lines = [*before, Line("unfold", self.presenter.view(p), used)] if used else before
        return tuple(self._case(equation, part, lines) for part in split(p, equation.domain))

    def unfold(self, p: Poly, context: Context, simplified: Mapping[str, Case]) -> tuple[Poly, tuple[str, ...]]:
        """Replace the adjoints that have no name of their own, until none is left."""
        used: dict[str, None] = {}

        def rule(atom: Atom) -> Poly | None:
            if not isinstance(atom, Entry) or atom.tensor not in self.unfolded:
                return None
            definition, case = self.unfolded[atom.tensor], simplified.get(atom.tensor)
            used[definition.tensor.name] = None
            if case is not None:
                return substitute(case.poly, _arguments(case.lhs, atom))
            return substitute(definition.rhs, _arguments(definition.lhs, atom))

        while any(e.tensor in self.unfolded for e in entries_in(p)):
            p = settle(rewrite(p, rule, frozenset(context)), context)
        return p, tuple(used)

    def _case(self, equation: AdjointEquation, part: Part, before: Sequence[Line]) -> Case:
        lines = list(before)
        if part.condition:
            lines.append(Line("case", self.presenter.view(part.poly), part.condition))
        lhs = Entry(equation.lhs.tensor, tuple(a.subs(part.fixed) for a in equation.lhs.idx))
        if [b for b in part.domain if not b.ordered] != [b.subs(part.fixed) for b in equation.domain if not b.ordered]:
            lines.append(Line("piece", self.presenter.view(part.poly)))
        p = self._textbook(part.poly, part.domain, lines)
        view = self.outputs.presenter(self.presenter, _scope(part.domain)).view(p)
        if view != lines[-1].view:
            lines.append(Line("collect" if view == self.presenter.view(p) else "output", view))
        return Case(lhs, part.domain, p, view, tuple(_distinct(lines)), part.condition)

    def _folder(self, p: Poly, context: Context) -> Folder:
        """What folds back the patterns that `p` may have something of."""
        return Folder([q for q in self.patterns if q.tensors & _names(p)], context)

    def _textbook(self, p: Poly, domain: tuple[Index, ...], lines: list[Line]) -> Poly:
        context = _scope(domain)
        folder = self._folder(p, context)
        p = self._fold(p, folder, lines)
        p = self._vanish(p, folder, lines)
        q = self.outputs.substituted(p, context)
        if q is not None:
            folded, _ = folder.fold(q)
            if cost(folded) < cost(p):
                lines.append(Line("output", self.outputs.presenter(self.presenter, context).view(p)))
                lines.append(Line("collect", self.presenter.view(q)))
                return self._fold(q, folder, lines)
        return p

    def _fold(self, p: Poly, folder: Folder, lines: list[Line]) -> Poly:
        """`p` with forward values and facts recognized; a line for each of them."""
        p, foldings = folder.fold(p)
        for f, following in zip_longest(foldings, foldings[1:]):
            if following is None or following.pattern.label != f.pattern.label:
                lines.append(Line(f.pattern.rule, self.presenter.view(f.after), (f.pattern.label,)))
        return p

    def _vanish(self, p: Poly, folder: Folder, lines: list[Line]) -> Poly:
        """A sum over a defined value is unfolded once; it stays so only if that makes the whole shorter."""
        while (shorter := self._shorter(p, folder)) is not None:
            p, label = shorter
            lines.append(Line("vanish", self.presenter.view(p), (label,)))
        return p

    def _shorter(self, p: Poly, folder: Folder) -> tuple[Poly, str] | None:
        """`p` made shorter by unfolding one value in one sum, and which value that was."""
        for block in dict.fromkeys(a for a in atoms_in(p) if isinstance(a, Block)):
            for pattern in folder.patterns:
                unfolded = self._unfolded_under(p, block, pattern, folder.context)
                if unfolded is not None:
                    folded, _ = folder.fold(unfolded)
                    if cost(folded) < cost(p):
                        return folded, pattern.label
        return None

    def _unfolded_under(self, p: Poly, block: Block, pattern: Pattern, context: Context) -> Poly | None:
        """`p` with one defined value replaced by its definition inside one sum; None if it does not occur."""
        head = _head(pattern)
        if head is None:
            return None
        bounds, body = open_block(block, frozenset(context) | p.free)
        scope = {**context, **{b.name: b for b in bounds}}

        def inner(atom: Atom) -> Poly | None:
            binding = instance(head, pattern.domain, atom, scope)
            return None if binding is None else substitute(pattern.rhs, binding)

        opened = rewrite(of_monomial(body), inner, frozenset(scope))
        if opened == of_monomial(body):
            return None
        summed = sum_over(bounds, opened, context)
        return settle(rewrite(p, lambda a: summed if a == block else None, frozenset(context)), context)


def _result(case: Case) -> tuple[Entry, tuple[Index, ...], Poly, tuple[str, str] | None]:
    """What a case states, without the lines that lead there."""
    return case.lhs, case.domain, case.poly, case.condition


def _head(pattern: Pattern) -> Entry | None:
    """The entry that a definition defines."""
    if pattern.rule != "fold":
        return None
    atom = pattern.lhs.terms[0][0].powers[0][0]
    return atom if isinstance(atom, Entry) else None


def _arguments(definition: Entry, entry: Entry) -> dict[str, Affine]:
    """The indices of an adjoint equation's left side as they stand in `entry`."""
    pairs = zip(definition.idx, entry.idx, strict=True)
    return {e.variable: f for e, f in pairs if e.variable is not None}


def _names(p: Poly) -> frozenset[str]:
    return frozenset(e.tensor for e in entries_in(p))


def _scope(domain: tuple[Index, ...]) -> dict[str, Index]:
    return {b.name: b for b in domain}


def _distinct(lines: list[Line]) -> list[Line]:
    """The lines without those that repeat the one before; at another place the same view says something else."""
    out: list[Line] = []
    for line in lines:
        if not out or out[-1].view != line.view or line.rule == "piece":
            out.append(line)
    return out
