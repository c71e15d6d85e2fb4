"""What a formula with a bracket too many or too few may have been: every reading that one bracket makes even."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from derive.latex.reading import commands
from derive.latex.reading.braces import bracket
from derive.latex.reading.formula import formula_of, read_formula
from derive.latex.reading.items import is_break, product_sign, relation_at, separator, sum_sign
from derive.latex.reading.macros import expanded
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Formula, Problem, Span
from derive.latex.reading.tokens import Token, tokens_of
from derive.latex.reading.vocabulary import PLAIN, Vocabulary

MOST_READINGS = 12
MOST_TRIALS = 100
LONGEST = 2_000
_OPENERS = {closing: opening for opening, closing in commands.BRACKETS.items()}


@dataclass(frozen=True)
class Repair:
    """A formula whose brackets all have partners, and the change of its source: what stands in place of `span`."""

    formula: Formula
    span: Span
    text: str
    lone: Span
    """The bracket without a partner."""

    def spelt(self, span: Span) -> str:
        """A part of the source with this change in it."""
        start, end, source = span.start, span.end, self.formula.source
        if not source[end : self.lone.start].strip():
            end = max(end, self.lone.end)
        if not start <= self.span.start <= self.span.end <= end:
            return source[start:end]
        return f"{source[start : self.span.start]}{self.text}{source[self.span.end : end]}"


def repairs(source: str, vocabulary: Vocabulary = PLAIN) -> tuple[Repair, ...]:
    """The readings in which one bracket is left out, is another bracket, or one partner is put in where an operand
    begins or ends; those that change what stands nearest to the bracket without a partner come first.

    Empty where all brackets have partners, where one bracket does not mend it, and for formulas of more than `LONGEST`
    characters. At most `MOST_READINGS`, all different.
    """
    if len(source) > LONGEST:
        return ()
    first = read_formula(source, vocabulary)
    wrong = [problem for problem in first.problems if problem.kind == "bracket"]
    tokens = expanded(tokens_of(source, vocabulary), vocabulary, [])
    if not wrong or tokens is None:
        return ()
    found: dict[str, Repair] = {}
    changes = [change for problem in wrong[:2] for change in _changed(tokens, problem)]
    for change in sorted(changes, key=lambda change: change.distance)[:MOST_TRIALS]:
        formula = formula_of(source, change.tokens, vocabulary)
        if _is_even(formula, first):
            found.setdefault(shown(formula), Repair(formula, change.span, change.text, wrong[0].span))
        if len(found) == MOST_READINGS:
            break
    return tuple(found.values())


def _is_even(formula: Formula, first: Formula) -> bool:
    """Whether all brackets have partners, and nothing else got wrong."""
    if any(problem.kind == "bracket" for problem in formula.problems):
        return False
    others = [problem for problem in first.problems if problem.kind != "bracket"]
    return len(formula.problems) <= len(others)


@dataclass(frozen=True)
class _Change:
    """What stands in place of `span`, so many tokens from the problem, and all tokens then."""

    distance: int
    tokens: list[Token]
    span: Span
    text: str = ""


def _changed(tokens: Sequence[Token], problem: Problem) -> Iterator[_Change]:
    """The tokens with one bracket of the kind in question less, more or another."""
    lone = next((k for k, token in enumerate(tokens) if token.span == problem.span and _kind(token)), None)
    pair = _kind(tokens[lone]) if lone is not None else None
    if lone is None or pair is None:
        return
    opening, closing = pair
    depths = _depths(tokens)
    for k, token in enumerate(tokens):
        if _kind(token) == (opening, closing):
            yield _Change(abs(k - lone), [*tokens[:k], *tokens[k + 1 :]], token.span)
    opens = bracket(tokens[lone]) in commands.BRACKETS
    for sign in ("(", "[", "\\{") if opens else (")", "]", "\\}"):
        span = tokens[lone].span
        yield _Change(0, [*tokens[:lone], _sign(sign, span), *tokens[lone + 1 :]], span, sign)
    if opens:
        for k in range(lone + 2, len(tokens) + 1):
            if depths[k] == depths[lone] and _may_end(tokens, k):
                end = Span(tokens[k - 1].span.end, tokens[k - 1].span.end)
                yield _Change(k - lone, [*tokens[:k], _sign(closing, end), *tokens[k:]], end, closing)
            if _parts(tokens, k):
                break
    else:
        for k in range(lone - 1, -1, -1):
            if _parts(tokens, k):
                break
            if depths[k] == depths[lone] and _may_begin(tokens, k):
                start = Span(tokens[k].span.start, tokens[k].span.start)
                yield _Change(lone - k, [*tokens[:k], _sign(opening, start), *tokens[k:]], start, opening)


def _kind(token: Token) -> tuple[str, str] | None:
    """The pair to which a plain bracket belongs; None for anything else."""
    sign = bracket(token)
    if sign in commands.BRACKETS:
        return sign, commands.BRACKETS[sign]
    return (_OPENERS[sign], sign) if sign in _OPENERS else None


def _parts(tokens: Sequence[Token], k: int) -> bool:
    """Whether a relation, a row or a cell stands here, over which no bracket reaches."""
    return k < len(tokens) and (is_break(tokens[k]) or relation_at(tokens, k) is not None)


def _sign(text: str, span: Span) -> Token:
    """A bracket that nobody has written, or not so."""
    if text.startswith("\\"):
        return Token("command", text[1:], span)
    return Token("sign", text, span)


def _depths(tokens: Sequence[Token]) -> list[int]:
    """How many groups of TeX are open before each token, and at the end."""
    depths = [0]
    for token in tokens:
        depths.append(depths[-1] + {"{": 1, "begin": 1, "}": -1, "end": -1}.get(token.kind, 0))
    return depths


def _may_end(tokens: Sequence[Token], k: int) -> bool:
    """Whether an operand can end before the k-th token: an operator, relation, bracket, factor, or nothing."""
    if _is_between_factors(tokens, k):
        return True
    if _operates(tokens, k - 1) or bracket(tokens[k - 1]) in commands.BRACKETS:
        return False
    if k == len(tokens) or tokens[k].kind in ("}", "end"):
        return True
    return _operates(tokens, k) or bracket(tokens[k]) in _OPENERS


def _may_begin(tokens: Sequence[Token], k: int) -> bool:
    """Whether an operand can begin at the k-th token: behind an operator, relation, bracket, factor, or nothing."""
    if _is_between_factors(tokens, k):
        return True
    if (_operates(tokens, k) and not sum_sign(tokens[k])) or tokens[k].kind in ("^", "_"):
        return False
    if k == 0 or tokens[k - 1].kind in ("{", "begin"):
        return True
    return _operates(tokens, k - 1) or bracket(tokens[k - 1]) in commands.BRACKETS


def _is_between_factors(tokens: Sequence[Token], k: int) -> bool:
    """Whether what ends before the k-th token, and what begins with it, are factors without a sign between them."""
    if not 0 < k < len(tokens):
        return False
    before, behind = tokens[k - 1], tokens[k]
    ends = _is_symbol(before) or before.kind == "}" or bracket(before) in _OPENERS
    return ends and (_is_symbol(behind) or bracket(behind) in commands.BRACKETS)


def _is_symbol(token: Token) -> bool:
    return token.kind in ("letter", "word", "number") or (token.kind == "command" and token.text in commands.SYMBOLS)


def _operates(tokens: Sequence[Token], k: int) -> bool:
    if not 0 <= k < len(tokens):
        return False
    token = tokens[k]
    signs = is_break(token) or sum_sign(token) or product_sign(token) or separator(token)
    return bool(signs) or relation_at(tokens, k) is not None
