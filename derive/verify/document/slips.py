"""Slips beside those of `edits`: a step off, branches exchanged, the derivative of another activation, one mean."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from derive.latex.reading.syntax import Added, Cases, Multiplied, Node, Number, Scripts, Span, Symbol
from derive.reading.marks import sequence

Change = tuple[str, Span, str]
"""The code of a mistake, the place of a part of the text, and what should stand there."""

SQUARES = {"": " ", "cdot": " ", "odot": r" \odot ", "circ": r" \circ ", "*": " * "}


def slips(node: Node, parts: list[Node], source: str, batch: str) -> Iterator[Change]:
    """Of an expression and all that it is made of; `batch` is the size of the batch, empty without one."""
    for part in parts:
        match part:
            case Cases():
                yield from _branches(part, source)
            case Added() if batch:
                yield from _means(part, source, batch)
            case Multiplied():
                yield from _slopes(part, source)
            case Scripts() if part.below is not None:
                yield from _steps(part, source)
    yield from _everywhere(node, parts, source)


def _text(node: Node, source: str) -> str:
    return source[node.span.start : node.span.end]


def _branches(node: Cases, source: str) -> Iterator[Change]:
    """The values of two branches in place of one another."""
    for a, b in pairwise(node.branches):
        between = source[a.value.span.end : b.value.span.start]
        text = f"{_text(b.value, source)}{between}{_text(a.value, source)}"
        yield "swapped-branches", a.value.span | b.value.span, text


def _means(node: Added, source: str, batch: str) -> Iterator[Change]:
    """One term with the factor 1/m, or with m."""
    for term in node.terms:
        yield "missing-mean", term.span, rf"\frac{{1}}{{{batch}}} {_text(term, source)}"
        yield "extra-mean", term.span, f"{batch} {_text(term, source)}"


def _slopes(node: Multiplied, source: str) -> Iterator[Change]:
    """`1 - a²` of tanh for `a (1 - a)` of σ."""
    for a, operator, b in zip(node.factors, node.operators, node.factors[1:], strict=False):
        text, square = _text(a, source), SQUARES.get(operator)
        if square and _text(b, source).replace(" ", "") == f"(1-{text.replace(' ', '')})":
            yield "other-slope", a.span | b.span, f"(1 - {text}{square}{text})"


def _steps(node: Scripts, source: str) -> Iterator[Change]:
    """An index that is 1 larger, or smaller; one with the signs of its later terms turned."""
    assert node.below is not None
    items = sequence(node.below)
    texts = [_text(x, source) for x in items]
    for k, item in enumerate(items):
        for code, new in _indices(item, source):
            joined = ",".join((*texts[:k], new, *texts[k + 1 :]))
            yield code, node.below.span, braced(node.below.span, joined, source)


def _indices(node: Node, source: str) -> Iterator[tuple[str, str]]:
    for step in (1, -1):
        new = stepped(node, step, source)
        if new is not None:
            yield "wrong-step", new
    if isinstance(node, Added):
        first, *rest = zip(node.signs, node.terms, strict=True)
        turned = "".join(f" {'+' if sign == '-' else '-'} {_text(t, source)}" for sign, t in rest)
        yield "wrong-index", f"{'-' if first[0] == '-' else ''}{_text(first[1], source)}{turned}"


def stepped(node: Node, step: int, source: str) -> str | None:
    """`3` as `2`, `t` as `t+1`, `t+1` as `t`; None for what is no index of that form."""
    if isinstance(node, Number) and node.text.isdigit():
        value = int(node.text) + step
        return str(value) if value >= 0 else None
    if isinstance(node, Symbol):
        return f"{_text(node, source)}{'+' if step > 0 else '-'}1"
    if isinstance(node, Added) and len(node.terms) == 2 and isinstance(node.terms[1], Number):
        value = int(node.terms[1].text) * (-1 if node.signs[1] == "-" else 1) + step
        head = _text(node.terms[0], source)
        return head if value == 0 else f"{head}{'+' if value > 0 else '-'}{abs(value)}"
    return None


def braced(span: Span, text: str, source: str) -> str:
    """The text of a script, with braces where it has none yet."""
    has_braces = source[span.start - 1 : span.start] == "{" and source[span.end : span.end + 1] == "}"
    return text if has_braces else f"{{{text}}}"


def _everywhere(node: Node, parts: list[Node], source: str) -> Iterator[Change]:
    """The same step off at all places of a symbol that stands more than once: `h_2 ⊙ h_2` for `h_3 ⊙ h_3`."""
    base, whole = node.span.start, _text(node, source)
    places: dict[str, list[Node]] = {}
    for part in parts:
        if isinstance(part, Scripts) and part.below is not None:
            places.setdefault(_text(part, source), []).append(part.below)
    for below in (b for b in places.values() if len(b) > 1):
        for step in (1, -1):
            new = stepped(below[0], step, source)
            changed = whole
            for script in sorted(below, key=lambda b: -b.span.start) if new is not None else ():
                span = script.span
                changed = changed[: span.start - base] + braced(span, str(new), source) + changed[span.end - base :]
            yield "wrong-step", node.span, changed
