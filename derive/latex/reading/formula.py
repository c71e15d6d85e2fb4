"""The front door: from the source of a formula to its chains."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from derive.latex.reading.arranging import arranged
from derive.latex.reading.brackets import matched
from derive.latex.reading.chains import chains_of
from derive.latex.reading.class_marks import by_entries
from derive.latex.reading.cursor import State
from derive.latex.reading.groups import grouped
from derive.latex.reading.macros import expanded
from derive.latex.reading.parser import expression
from derive.latex.reading.stamps import unstamped
from derive.latex.reading.syntax import Chain, Formula, Problem, Span, Unread
from derive.latex.reading.tokens import Token, tokens_of
from derive.latex.reading.vocabulary import PLAIN, Vocabulary

LONGEST = 20_000


def read_formula(source: str, vocabulary: Vocabulary = PLAIN) -> Formula:
    """What a formula says, as far as it can be read: everything that is wrong with its writing stands in `problems`.

    Never raises for any text; time grows with its length, which is limited.
    """
    if len(source) > LONGEST:
        return _unread(source, Problem("length", f"longer than {LONGEST} characters", Span(0, len(source))))
    problems: list[Problem] = []
    tokens = expanded(tokens_of(source, vocabulary, problems), vocabulary, problems)
    if tokens is None:
        return _unread(source, problems[-1])
    return formula_of(source, tokens, vocabulary, problems)


def formula_of(
    source: str, tokens: Sequence[Token], vocabulary: Vocabulary, problems: Iterable[Problem] = ()
) -> Formula:
    """The formula that some tokens of a source make; `problems` are those found before."""
    state = State(vocabulary, expression, list(problems))
    items = matched(arranged(grouped(tokens, state.problems)), state.problems)
    chains = chains_of(items, state, Span(0, 0))
    if vocabulary.stamps:
        chains = tuple(unstamped(chain, vocabulary.stamps) for chain in chains)
    if vocabulary.classes:
        chains = tuple(by_entries(chain, vocabulary.classes) for chain in chains)
    found = sorted(set(state.problems), key=lambda p: (p.span.start, p.span.end, p.kind, p.message))
    return Formula(source, chains, tuple(found))


def _unread(source: str, problem: Problem) -> Formula:
    span = Span(0, len(source))
    return Formula(source, (Chain((Unread(problem.message, span),), (), (span,)),), (problem,))
