"""The signs of matrix forms: each is explained once, in the first part of a document that has it in a formula."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass, replace

from derive.notes.document import Block, Paragraph, Section, Words

FORMULAS = frozenset({"latex", "lhs", "rhs", "math"})
"""The fields of the document model that hold formulas."""

_SIGN = r"\\(?:odot|circ|ast)(?![A-Za-z])"
_NUMBER = r"(?:\d+(?:\.\d+)?|10\^\{-?\d+\}|\\frac\{\d+\}\{\d+\})"
_IN_FORMULAS = {
    "forward.hadamard": rf"(?<!\^\{{){_SIGN}",
    "forward.power": rf"\^\{{{_SIGN}",
    "forward.divided": r"\\oslash",
    "forward.numbers": rf"(?:^|[({{]){_NUMBER} [-+] | [-+] {_NUMBER}(?:$|[)}}])",
    "forward.dots": r"_\{[^{}]*\\cdot",
    "forward.part": r"_\{[^{}]*:",
    "forward.unit": r"\\mathbf\{e\}_",
    "forward.ones": r"\\mathbf\{1\}_",
}
"""What each explanation is about, as it is found in LaTeX."""


def explained_once(parts: Sequence[Sequence[Section]]) -> tuple[tuple[Section, ...], ...]:
    """The sections of each part without explanations that were given before, or of signs that it does not have."""
    said: set[Words] = set()
    out = []
    for sections in parts:
        shown = tuple(_formulas(tuple(sections)))
        idle = frozenset(key for key, sign in _IN_FORMULAS.items() if not any(re.search(sign, f) for f in shown))
        out.append(tuple(_section(s, idle, said) for s in sections))
    return tuple(out)


def _formulas(part: object) -> Iterator[str]:
    """Every formula in a part of the model, those of explanations left out."""
    if isinstance(part, tuple):
        for item in part:
            yield from _formulas(item)
    elif is_dataclass(part) and not (isinstance(part, Words) and part.key in _IN_FORMULAS):
        for f in fields(part):
            value = getattr(part, f.name)
            if isinstance(value, str):
                if f.name in FORMULAS:
                    yield value
            else:
                yield from _formulas(value)


def _section(section: Section, idle: frozenset[str], said: set[Words]) -> Section:
    return replace(section, blocks=tuple(_blocks(section.blocks, idle, said)))


def _blocks(blocks: Sequence[Block], idle: frozenset[str], said: set[Words]) -> Iterator[Block]:
    for block in blocks:
        if isinstance(block, Section):
            yield _section(block, idle, said)
        elif isinstance(block, Paragraph):
            kept = [w for w in (block.text, *block.more) if w.key not in idle and w not in said]
            said.update(w for w in kept if w.key in _IN_FORMULAS)
            if kept:
                yield Paragraph(kept[0], tuple(kept[1:]))
        else:
            yield block
