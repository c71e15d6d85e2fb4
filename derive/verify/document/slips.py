"""Slips beside those of `edits`: a step off, branches or indices exchanged, another activation, one mean."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise

from derive.latex.reading.syntax import Added, Bracketed, Cases, Multiplied, Node, Scripts, Span, Symbol
from derive.reading.marks import sequence
from derive.verify.document.written import stepped, text_of

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
            case Bracketed():
                yield from _complements(part, source)
            case Scripts() if part.below is not None:
                yield from _steps(part, source)
    yield from _everywhere(node, parts, source)
    yield from _exchanged(node, parts, source)


def _branches(node: Cases, source: str) -> Iterator[Change]:
    """The values of two branches in place of one another."""
    for a, b in pairwise(node.branches):
        between = source[a.value.span.end : b.value.span.start]
        text = f"{text_of(b.value, source)}{between}{text_of(a.value, source)}"
        yield "swapped-branches", a.value.span | b.value.span, text


def _means(node: Added, source: str, batch: str) -> Iterator[Change]:
    """One term with the factor 1/m, or with m."""
    for term in node.terms:
        yield "missing-mean", term.span, rf"\frac{{1}}{{{batch}}} {text_of(term, source)}"
        yield "extra-mean", term.span, f"{batch} {text_of(term, source)}"


def _slopes(node: Multiplied, source: str) -> Iterator[Change]:
    """`1 - a²` of tanh for `a (1 - a)` of σ."""
    for a, operator, b in zip(node.factors, node.operators, node.factors[1:], strict=False):
        text, square = text_of(a, source), SQUARES.get(operator)
        if square and text_of(b, source).replace(" ", "") == f"(1-{text.replace(' ', '')})":
            yield "other-slope", a.span | b.span, f"(1 - {text}{square}{text})"


def _complements(node: Bracketed, source: str) -> Iterator[Change]:
    """`1 - a²` and `a (1 - a)` for `1 - a`, the derivatives of tanh and σ."""
    inner = node.body
    if not isinstance(inner, Added) or inner.signs != ("+", "-") or text_of(inner.terms[0], source) != "1":
        return
    a = inner.terms[1]
    if isinstance(a, Symbol | Scripts):
        text, whole = text_of(a, source), text_of(node, source)
        is_bare = isinstance(a, Symbol) or a.above is None
        yield "wrong-power", a.span, f"{text if is_bare else f'({text})'}^2"
        yield "missing-factor", node.span, rf"{text} \odot {whole}"
        yield "missing-factor", node.span, f"{text} {whole}"


def _steps(node: Scripts, source: str) -> Iterator[Change]:
    """An index that is 1 larger, or smaller; one with the signs of its later terms turned."""
    assert node.below is not None
    items = sequence(node.below)
    texts = [text_of(x, source) for x in items]
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
        turned = "".join(f" {'+' if sign == '-' else '-'} {text_of(t, source)}" for sign, t in rest)
        yield "wrong-index", f"{'-' if first[0] == '-' else ''}{text_of(first[1], source)}{turned}"


def braced(span: Span, text: str, source: str) -> str:
    """The text of a script, with braces where it has none yet."""
    has_braces = source[span.start - 1 : span.start] == "{" and source[span.end : span.end + 1] == "}"
    return text if has_braces else f"{{{text}}}"


def _everywhere(node: Node, parts: list[Node], source: str) -> Iterator[Change]:
    """The same step off at all places of a symbol that stands more than once: `h_2 ⊙ h_2` for `h_3 ⊙ h_3`."""
    base, whole = node.span.start, text_of(node, source)
    places: dict[str, list[Node]] = {}
    for part in parts:
        if isinstance(part, Scripts) and part.below is not None:
            places.setdefault(text_of(part, source), []).append(part.below)
    for below in (b for b in places.values() if len(b) > 1):
        for step in (1, -1):
            new = stepped(below[0], step, source)
            changed = whole
            for script in sorted(below, key=lambda b: -b.span.start) if new is not None else ():
                span = script.span
                changed = changed[: span.start - base] + braced(span, str(new), source) + changed[span.end - base :]
            yield "wrong-step", node.span, changed


def _exchanged(node: Node, parts: list[Node], source: str) -> Iterator[Change]:
    """Two letters of indices in place of one another everywhere: `a_k δ_j` for `a_j δ_k`."""
    base, whole = node.span.start, text_of(node, source)
    places = [
        item
        for part in parts
        if isinstance(part, Scripts)
        for item in sequence(part.below)
        if isinstance(item, Symbol) and len(text_of(item, source)) == 1
    ]
    for a, b in combinations(dict.fromkeys(text_of(x, source) for x in places), 2):
        letters = list(whole)
        for item in places:
            letters[item.span.start - base] = {a: b, b: a}.get(text_of(item, source), text_of(item, source))
        yield "swapped-indices", node.span, "".join(letters)
