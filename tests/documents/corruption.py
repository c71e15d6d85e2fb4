"""One mistake in a formula, made on its text alone: nothing here knows what a formula means."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

TRANSPOSE = r"\{?\\(?:top|intercal|mathsf\s*\{?T\}?|mathrm\s*\{T\})\}?|\{T\}|T"
OPENING, CLOSING = "([{", ")]}"


def mistakes(text: str) -> Iterator[tuple[str, str]]:
    """All mistakes that can be made in a right side, by their kind."""
    for kind, make in KINDS.items():
        for new in make(text):
            if new != text:
                yield kind, new


def _depths(text: str) -> Iterator[tuple[int, str, int]]:
    """Each character with its place and how many brackets are open there."""
    depth = 0
    for k, c in enumerate(text):
        depth -= c in CLOSING
        yield k, c, depth
        depth += c in OPENING


def _signs(text: str) -> list[int]:
    """The places of signs between terms outside of all brackets."""
    return [k for k, c, depth in _depths(text) if c in "+-" and depth == 0]


def _is_plain(text: str) -> bool:
    """Whether the text is one expression, which a factor can stand before."""
    return not re.search(r"&|\\\\|,|\\begin|\\quad|\\text|\\in\b", text) and text.strip() not in ("", "0")


def sign(text: str) -> Iterator[str]:
    """One term with the other sign."""
    if not _is_plain(text):
        return
    for k in _signs(text):
        yield text[:k] + ("-" if text[k] == "+" else "+") + text[k + 1 :]
    if not re.match(r"\s*[+-]", text):
        yield f"-{text}"


def factor(text: str) -> Iterator[str]:
    """The first term twice."""
    if _is_plain(text) and not re.match(r"\s*[+\-\d]", text):
        yield f"2 {text}"


def transpose(text: str) -> Iterator[str]:
    """A transpose lost."""
    for m in re.finditer(rf"\^(?:{TRANSPOSE})(?![a-z])", text):
        yield text[: m.start()] + text[m.end() :]
    for m in re.finditer(r"\]T\}", text):
        yield text[: m.start()] + "]}" + text[m.end() :]


def derivative(text: str) -> Iterator[str]:
    """σ for σ'."""
    for m in re.finditer(r"'(?=\s*\()", text):
        yield text[: m.start()] + text[m.end() :]


def indices(text: str) -> Iterator[str]:
    """Two indices exchanged."""
    for m in re.finditer(r"_\{([a-z])([a-z])\}", text):
        yield f"{text[: m.start()]}_{{{m.group(2)}{m.group(1)}}}{text[m.end() :]}"


def layer(text: str) -> Iterator[str]:
    """A symbol of the next layer, or of the one before."""
    for m in re.finditer(r"(?<=\^\{\[)(\d)(?=\])|(?<=\^\{\[)[lLi](?=\])|(?<=\^)[l](?![a-zA-Z])", text):
        new = str(int(m.group()) + 1) if m.group().isdigit() else f"{m.group()}+1"
        yield (
            text[: m.start()]
            + (new if m.group().isdigit() or text[m.start() - 1] == "[" else f"{{{new}}}")
            + text[m.end() :]
        )
    for m in re.finditer(r"([li])([+-])1(?=[\]}])", text):
        yield text[: m.start()] + m.group(1) + text[m.end() :]


def number(text: str) -> Iterator[str]:
    """Another number below, as of another input or weight."""
    for m in re.finditer(r"_(\d)(?!\d)", text):
        yield f"{text[: m.start()]}_{int(m.group(1)) % 3 + 1}{text[m.end() :]}"


def term(text: str) -> Iterator[str]:
    """The last term lost."""
    places = [k for k in _signs(text) if text[:k].strip()]
    if _is_plain(text) and places:
        yield text[: places[-1]]


def shape(text: str) -> Iterator[str]:
    """Rows for columns in `m × n`."""
    for m in re.finditer(r"\{\s*([a-z]) *\\times *([a-z])\s*\}", text):
        yield f"{text[: m.start()]}{{{m.group(2)} \\times {m.group(1)}}}{text[m.end() :]}"


KINDS: dict[str, Callable[[str], Iterator[str]]] = {
    f.__name__: f for f in (sign, factor, transpose, derivative, indices, layer, number, term, shape)
}
