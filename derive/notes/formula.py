"""How wide a formula is: a reading of our own LaTeX that is good enough to break lines safely.

Widths are in em of the text around (Computer Modern, display style), estimated from above; a test compares
them with what TeX measures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from derive.notes.glyphs import DELIMITERS, LARGE, SCRIPT, glyph_width

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\s+|.", re.DOTALL)
_FRACTIONS = frozenset({r"\frac", r"\dfrac", r"\tfrac"})
_FONTS = frozenset(
    {r"\mathrm", r"\mathbf", r"\mathsf", r"\mathbb", r"\mathcal", r"\mathtt", r"\mathit", r"\boldsymbol", r"\bm"}
)
_ACCENTS = frozenset(
    {r"\hat", r"\bar", r"\widehat", r"\tilde", r"\overline", r"\vec", r"\dot", r"\overrightarrow", r"\overleftarrow"}
)
_STARRED = r"\operatorname*"
"""The name of an operator with limits above and below it."""
_TEXT = frozenset({r"\text", r"\operatorname", r"\textrm", r"\mbox", _STARRED})


def tokens(latex: str) -> list[str]:
    """Control sequences and characters; blanks are dropped except inside text."""
    return _TOKEN.findall(latex)


def is_tall(latex: str) -> bool:
    """Whether a formula holds a fraction or a sum, which running text makes small."""
    return any(t in (r"\frac", r"\sum", r"\prod") for t in tokens(latex))


@lru_cache(maxsize=4096)
def width(latex: str) -> float:
    """The estimated width of a formula, in em."""
    return _row(tokens(latex))


def _row(row: Sequence[str], display: bool = True) -> float:
    """The width of tokens in a row; scripts hang on what stands before them, limits of sums above and below."""
    total = 0.0
    base = 0.0
    scripts = 0.0
    large = False
    for item in _items(row):
        if item[0] in ("_", "^"):
            scripts = max(scripts, SCRIPT * _row(item[1:], False))
            continue
        total += max(base, scripts) if large else base + scripts
        large, scripts = display and (item[0] in LARGE or item[0] == _STARRED), 0.0
        base = _item(item, display)
    return total + (max(base, scripts) if large else base + scripts)


def _items(row: Sequence[str]) -> Iterator[list[str]]:
    """The row cut into items: a token, a command with its arguments, a script with what it raises."""
    k = 0
    while k < len(row):
        head, start = row[k], k
        k += 1
        if head.isspace():
            continue
        if head in ("_", "^"):
            end = group_end(row, k)
            yield [head, *_inner(row[k:end])]
            k = end
            continue
        if head == r"\operatorname" and row[k : k + 1] == ["*"]:
            end = group_end(row, k + 1)
            yield [_STARRED, *row[k + 1 : end]]
            k = end
            continue
        for _ in range(_arity(head)):
            k = group_end(row, k)
        if head == "{":
            k = group_end(row, start)
        if head == r"\begin":
            k = environment_end(row, start)
        yield list(row[start:k])


def _arity(head: str) -> int:
    """How many arguments a command takes."""
    if head in _FRACTIONS:
        return 2
    takes_one = head in _FONTS | _TEXT | _ACCENTS or head in (r"\sqrt", r"\color", r"\tag")
    return 1 if takes_one or _delimiter(head) is not None else 0


def _delimiter(head: str) -> float | None:
    """The width of a delimiter of the size that `\\left`, `\\bigl`, … give it."""
    return DELIMITERS.get(head) or DELIMITERS.get(head.rstrip("lr"))


def group_end(row: Sequence[str], k: int) -> int:
    """Where the argument that starts at `k` ends: after a token, or after the closing brace of a group."""
    while k < len(row) and row[k].isspace():
        k += 1
    if k >= len(row) or row[k] != "{":
        return min(k + 1, len(row))
    depth = 0
    while k < len(row):
        depth += (row[k] == "{") - (row[k] == "}")
        k += 1
        if depth == 0:
            break
    return k


def environment_end(row: Sequence[str], k: int) -> int:
    """Past the `\\end{…}` that belongs to the `\\begin` at `k`."""
    depth = 0
    while k < len(row):
        depth += (row[k] == r"\begin") - (row[k] == r"\end")
        k = group_end(row, k + 1) if row[k] in (r"\begin", r"\end") else k + 1
        if depth == 0:
            break
    return k


def _environment(item: Sequence[str]) -> float:
    """The widest row; a little room between columns."""
    rows: list[list[str]] = [[]]
    gaps = [1.2]
    for token in item[group_end(item, 1) :]:
        if token == r"\\":
            rows.append([])
            gaps.append(1.2)
        elif token == "&":
            gaps[-1] += 1.2
        elif token == r"\end":
            break
        else:
            rows[-1].append(token)
    return max(_row(r) + g for r, g in zip(rows, gaps, strict=True))


def _inner(row: Sequence[str]) -> Sequence[str]:
    kept = [*row]
    while kept and kept[0].isspace():
        kept.pop(0)
    return kept[1:-1] if kept and kept[0] == "{" else kept


def _letter(char: str) -> float:
    """The width of a letter in text; Chinese ones are square."""
    return 0.34 if char == " " else 1.0 if ord(char[-1]) > 0x2E7F else 0.56


def _item(item: Sequence[str], display: bool) -> float:
    """The width of one item, its arguments included."""
    head = item[0]
    if head == "{":
        return _row(item[1:-1], display)
    if head in _FRACTIONS:
        middle = group_end(item, 1)
        return max(_row(_inner(item[1:middle]), False), _row(_inner(item[middle:]), False)) + 0.24
    if head in _TEXT:
        return sum(_letter(c) for c in _inner(item[1:])) + 0.34
    if head in _FONTS | _ACCENTS:
        return 1.1 * _row(_inner(item[1:]), display)
    if head == r"\sqrt":
        return _row(_inner(item[1:]), display) + 1.0
    if head == r"\begin":
        return _environment(item)
    delimiter = _delimiter(head)
    return delimiter if delimiter is not None else glyph_width(head)
