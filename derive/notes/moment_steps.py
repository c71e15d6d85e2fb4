"""Means and variances as lines with reasons."""

from __future__ import annotations

from derive.latex.naming import Names
from derive.latex.printer import Printer
from derive.moments import Fact, Line
from derive.moments.layer import Passed
from derive.notes.document import Derivation, Inline, Listing, Math, Step, Words, words
from derive.terms.term import Entry


def moment_derivation(printer: Printer, lhs: str, lines: tuple[Line, ...], names: Names) -> Derivation:
    """`lhs` worked out: one step for each rule, with the facts it used."""
    steps = (Step(printer.view(line.view, names), reason(printer, line, names), line.rule) for line in lines)
    return Derivation(lhs, tuple(steps))


def reason(printer: Printer, line: Line, names: Names) -> Words:
    """The rule in words, with the declared facts that it used."""
    rule = words(f"moments.rule.{line.rule}")
    if not line.facts:
        return rule
    facts = tuple(dict.fromkeys(_fact(printer, f, names) for f in line.facts))
    return words("moments.because", rule=rule, facts=Listing(facts))


def _fact(printer: Printer, fact: Fact, names: Names) -> Inline:
    sources = tuple(Math(printer.entry(s, names)) for s in fact.sources)
    if fact.kind == "independent":
        return words("moments.fact.independent", sources=Listing(sources))
    return words(f"moments.fact.{fact.kind}", source=sources[0])


def letters(printer: Printer, passed: Passed, scope: Names) -> Names:
    """The letters of the indices of a left side, where those in `scope` have theirs already."""
    free = [v for a in passed.lhs.idx for v, _ in a.terms if isinstance(v, str) and v not in scope]
    return printer.letters.beside(free, scope)


def layer_scope(printer: Printer, entry: Entry, family: int) -> dict[str, str]:
    """The letter of the layer of an entry."""
    names = printer.names_stating(entry)
    return {v: names[v] for a in entry.idx[:family] for v, _ in a.terms if isinstance(v, str)}
