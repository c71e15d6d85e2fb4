"""Small changes of a formula as people err, each made on the author's own text: the one that makes it right names the
mistake, and its text is what was meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from derive.latex.reading.syntax import (
    Added,
    Applied,
    Big,
    Bracketed,
    Multiplied,
    Node,
    Number,
    Scripts,
    Span,
    Symbol,
)
from derive.reading.keys import key_of
from derive.reading.marks import is_transpose, sequence
from derive.verify.document.slips import Change, slips
from derive.verify.document.written import stepped, text_of, walk

SEVERAL = "several-mistakes"
SHAPE, SELF = "wrong-shape", "self-definition"

EXPLAINED: Mapping[str, str] = MappingProxyType(
    {
        "sign": "the sign is wrong",
        "sign-of-term": "one term has the wrong sign",
        "missing-mean": "the factor 1/m of a mean is missing",
        "extra-mean": "there is a factor 1/m too much",
        "factor-two": "there is a factor 2 too much",
        "factor-half": "there is a factor ½ too much",
        "swapped-indices": "two indices are exchanged",
        "lost-transpose": "a transpose is missing, or one too many",
        "swapped-factors": "the factors stand in the wrong order, or a transpose is missing",
        "transposed": "it is right up to transposition",
        "wrong-index": "an index is not the right one",
        "wrong-layer": "a symbol belongs to another layer",
        "value-for-derivative": "the function stands in place of its derivative",
        "derivative-for-value": "the derivative stands in place of the function",
        "missing-derivative": "the derivative of the activation is missing",
        "wrong-argument": "the derivative is taken at the wrong place",
        "wrong-power": "the exponent is not the right one",
        "missing-factor": "a factor is missing",
        "extra-factor": "a factor does not belong here",
        "missing-term": "a term is missing",
        "extra-term": "a term does not belong here",
        "extra-sum": "a sum does not belong here",
        "missing-sum": "a sum is missing",
        "hadamard-for-product": "an entrywise product stands in place of a matrix product",
        "product-for-hadamard": "a matrix product stands in place of an entrywise one",
        "missing-index": "a symbol has lost its index",
        "wrong-operand": "another quantity stands in place of the right one",
        "wrong-step": "an index is too large or too small by 1",
        "swapped-branches": "the branches of the cases are exchanged",
        "other-slope": "the derivative is that of another activation",
        SHAPE: "the shape is another one",
        SELF: "a name is defined by itself",
        SEVERAL: "no single change mends it",
    }
)
"""The closed list of mistakes in documents; the first one in the list that mends a formula names it."""


@dataclass(frozen=True)
class Edit:
    """A mistake by its code, and the text of the formula without it."""

    code: str
    text: str

    @property
    def rank(self) -> int:
        return list(EXPLAINED).index(self.code)


@dataclass(frozen=True)
class Surroundings:
    """What an edit may put in: the size of the batch, the derivative of the activation of the left side's layer."""

    batch: str = ""
    slopes: tuple[str, ...] = ()
    letters: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    """Other sizes, over which a mean may have been taken."""


def edits(node: Node, source: str, around: Surroundings) -> Iterator[Edit]:
    """All single edits of an expression; texts are those of the expression alone."""
    base = node.span.start
    whole = source[node.span.start : node.span.end]
    for code, span, new in _changes(node, source, around):
        text = spliced(whole, base, span, new)
        if text != whole:
            yield Edit(code, text)


def spliced(whole: str, base: int, span: Span, new: str) -> str:
    """The text with another one in place of a part; spans count from `base`."""
    before = whole[: span.start - base]
    space = " " if before[-1:].isalpha() and new[:1].isalpha() else ""
    return before + space + new + whole[span.end - base :]


def _changes(node: Node, source: str, around: Surroundings) -> Iterator[Change]:
    text = text_of(node, source)
    yield from _of_whole(node, text, around)
    parts = list(walk(node))
    for inner in parts:
        yield from _of_node(inner, source, around)
    yield from slips(node, parts, source, around.batch)
    for size in around.sizes:
        yield "missing-mean", node.span, rf"\frac{{1}}{{{size}}} {text if _is_closed(node) else f'({text})'}"


def _of_whole(node: Node, text: str, around: Surroundings) -> Iterator[Change]:
    closed = text if _is_closed(node) else rf"\left( {text} \right)"
    yield "sign", node.span, f"- {closed}"
    yield "transposed", node.span, rf"\left( {text} \right)^T"
    for slope in around.slopes:
        yield "missing-derivative", node.span, rf"{closed} \odot {slope}"
        yield "missing-derivative", node.span, rf"{closed} {slope}"
    if around.batch:
        yield "missing-mean", node.span, rf"\frac{{1}}{{{around.batch}}} {closed}"
        yield "extra-mean", node.span, rf"{around.batch} {closed}"
    yield "factor-two", node.span, rf"\frac{{1}}{{2}} {closed}"
    yield "factor-half", node.span, rf"2 {closed}"
    for letter in around.letters:
        yield "missing-sum", node.span, rf"\sum_{{{letter}}} {closed}"


def _is_closed(node: Node) -> bool:
    return not isinstance(node, Added)


def _of_node(node: Node, source: str, around: Surroundings) -> Iterator[Change]:
    if isinstance(node, Added):
        yield from _of_terms(node, source)
    elif isinstance(node, Multiplied):
        yield from _of_factors(node, source)
    elif isinstance(node, Scripts):
        yield from _of_scripts(node, source, around)
    elif isinstance(node, Symbol):
        yield "lost-transpose", node.span, f"{text_of(node, source)}^T"
        yield "value-for-derivative", node.span, f"{text_of(node, source)}'"
    elif isinstance(node, Bracketed) and node.opening == "(":
        yield "lost-transpose", node.span, f"{text_of(node, source)}^T"
    elif isinstance(node, Big):
        yield "extra-sum", node.span, text_of(node.body, source)
    elif isinstance(node, Applied) and isinstance(node.argument, Bracketed):
        yield "extra-sum", node.span, text_of(node.argument, source)


def _of_terms(node: Added, source: str) -> Iterator[Change]:
    for k, (sign, term) in enumerate(zip(node.signs, node.terms, strict=True)):
        text = text_of(term, source)
        rest = [
            ("" if j == 0 and s == "+" else f" {s} ") + text_of(t, source)
            for j, (s, t) in enumerate(zip(node.signs, node.terms, strict=True))
        ]
        flipped = "+" if sign == "-" else "-"
        yield "sign-of-term", node.span, "".join((*rest[:k], f" {flipped} {text}", *rest[k + 1 :]))
        if len(rest) > 1:
            yield "extra-term", node.span, "".join((*rest[:k], *rest[k + 1 :])) or "0"


def _of_factors(node: Multiplied, source: str) -> Iterator[Change]:
    groups, operators = _groups(node)
    texts = [source[g.start : g.end] for g in groups]
    for k, operator in enumerate(operators):
        between = groups[k] | groups[k + 1]
        a, b = texts[k], texts[k + 1]
        if operator in ("", "cdot", "times", "*"):
            for left, right in ((a, b), (b, a)):
                yield "swapped-factors", between, f"{left} {right}"
                yield "swapped-factors", between, f"{left} {_turned(right)}"
                yield "swapped-factors", between, f"{_turned(left)} {right}"
            yield "product-for-hadamard", between, rf"{a} \odot {b}"
        elif operator in ("odot", "circ"):
            yield "hadamard-for-product", between, f"{a} {b}"
        yield "extra-factor", between, a
    if operators:
        yield "extra-factor", groups[0] | groups[1], texts[1]


def _groups(node: Multiplied) -> tuple[list[Span], list[str]]:
    """Factors as they belong together: `Δ z`, `σ'(u)`, `∇_a C` are one each."""
    groups, operators = [node.factors[0].span], []
    for before, operator, factor in zip(node.factors, node.operators, node.factors[1:], strict=False):
        is_call = isinstance(factor, Bracketed) and factor.opening == "(" and isinstance(before, Symbol | Scripts)
        if operator == "" and (is_call or _is_mark(before)):
            groups[-1] = groups[-1] | factor.span
        else:
            groups.append(factor.span)
            operators.append(operator)
    return groups, operators


def _is_mark(node: Node) -> bool:
    """`Δ`, `∇_a`, `∂` before what they belong to."""
    key = key_of(node.base if isinstance(node, Scripts) else node)
    return key is not None and key.name in ("Delta", "Δ", "nabla", "∇", "partial", "∂")


def _turned(text: str) -> str:
    return f"({text})^T"


def _of_scripts(node: Scripts, source: str, around: Surroundings) -> Iterator[Change]:
    text = text_of(node, source)
    yield "lost-transpose", node.span, f"({text})^T"
    if node.primes:
        plain = source[node.span.start : node.span.end].replace("'", "", 1)
        yield "derivative-for-value", node.span, plain
    elif node.above is None and node.below is None:
        yield "value-for-derivative", node.span, f"{text}'"
    above = sequence(node.above)
    if above and is_transpose(above[-1]):
        yield "lost-transpose", node.span, _without(node, above[-1], source)
    yield from _of_indices(node, source, around)
    if node.above is not None:
        yield from _of_layers(node.above, source)


def _without(node: Scripts, mark: Node, source: str) -> str:
    """The text without a mark above; the sign of the superscript goes with the last one."""
    assert node.above is not None
    inner = source[node.above.span.start : node.above.span.end]
    kept = inner[: mark.span.start - node.above.span.start].strip()
    before = source[node.span.start : node.above.span.start].rstrip("{ ").rstrip("^")
    after = source[node.above.span.end : node.span.end].lstrip("} ")
    return f"{before}^{{{kept}}}{after}" if kept else f"{before}{after}"


def _of_indices(node: Scripts, source: str, around: Surroundings) -> Iterator[Change]:
    if node.below is None:
        return
    items = sequence(node.below)
    texts = [text_of(x, source) for x in items]
    if len(items) == 1 and isinstance(items[0], Number) and len(items[0].text) == 2:
        texts = list(items[0].text)
    for k in range(len(texts) - 1):
        swapped = _joined([*texts[:k], texts[k + 1], texts[k], *texts[k + 2 :]])
        yield "swapped-indices", node.below.span, swapped
        for _, span, layer in () if node.above is None else _of_layers(node.above, source):
            yield "swapped-indices", node.span, _both(node, source, (node.below.span, swapped), (span, layer))
    for k, old in enumerate(texts):
        for letter in around.letters:
            if letter != old:
                yield "wrong-index", node.below.span, _joined([*texts[:k], letter, *texts[k + 1 :]])


def _both(node: Node, source: str, *changes: tuple[Span, str]) -> str:
    """The text of a node with several changes in it."""
    text, base = text_of(node, source), node.span.start
    for span, new in sorted(changes, key=lambda c: -c[0].start):
        text = text[: span.start - base] + new + text[span.end - base :]
    return text


def _joined(texts: Sequence[str]) -> str:
    short = all(len(t) == 1 or t.startswith("\\") for t in texts)
    return f"{{{' '.join(texts) if short else ','.join(texts)}}}"


def _of_layers(above: Node, source: str) -> Iterator[Change]:
    """`l` for `l+1` and the other way round."""
    items = sequence(above)
    for item in items[:1]:
        inner = item.body if isinstance(item, Bracketed) else item
        for step in (1, -1):
            new = stepped(inner, step, source)
            if new is not None:
                yield "wrong-layer", inner.span, new if isinstance(item, Bracketed) else f"{{{new}}}"
