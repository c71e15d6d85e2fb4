"""How wide a formula is: a reading of our own LaTeX that is good enough to break lines safely.

Widths are in em of the text around (Computer Modern, display style), estimated from above; a test compares
them with what TeX measures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\s+|.", re.DOTALL)
_SCRIPT = 0.75
_RELATIONS = frozenset({"=", "<", ">", r"\le", r"\ge", r"\ne", r"\leftarrow", r"\in", r"\approx", r"\to", r"\leq", r"\geq", r"\neq"})
_BINARY = frozenset({"+", "-", r"\odot", r"\times", r"\cdot", r"\pm", r"\otimes", r"\oplus", r"\circ", r"\wedge", r"\vee", r"\ast"})
_SPACES = {r"\,": 0.17, r"\:": 0.23, r"\;": 0.28, r"\!": -0.16, r"\quad": 1.0, r"\qquad": 2.0, r"\ ": 0.34}
_DOTS = {r"\dots": 1.4, r"\cdots": 1.6, r"\ldots": 1.4, r"\vdots": 0.3, "~": 0.34}
_LARGE = {r"\sum": 1.45, r"\prod": 1.3}
_DELIMITERS = {r"\big": 0.48, r"\Big": 0.62, r"\bigg": 0.78, r"\Bigg": 0.95, r"\left": 0.8, r"\right": 0.8}
_FONTS = frozenset(
    {r"\mathrm", r"\mathbf", r"\mathsf", r"\mathbb", r"\mathcal", r"\mathtt", r"\boldsymbol", r"\mathit", r"\bm"}
)
_TEXT = frozenset({r"\text", r"\operatorname", r"\textrm", r"\mbox"})
_ACCENTS = frozenset({r"\hat", r"\bar", r"\widehat", r"\tilde", r"\overline", r"\vec", r"\dot"})
_SILENT = frozenset(
    {r"\limits", r"\nolimits", r"\displaystyle", r"\textstyle", r"\mathopen", r"\mathclose", r"\mathbin", r"\mathord"}
)
_WIDE = {"m": 0.9, "w": 0.74, "M": 1.05, "W": 1.1, "X": 0.9, r"\Delta": 0.86, r"\Theta": 0.86, r"\theta": 0.55, "l": 0.34, "i": 0.37, "j": 0.45, "t": 0.4}
_NARROW = {"(": 0.4, ")": 0.4, "[": 0.3, "]": 0.3, "|": 0.3, ",": 0.45, ".": 0.3, ";": 0.45, ":": 0.6, "'": 0.32, "!": 0.3}


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
            scripts = max(scripts, _SCRIPT * _row(item[1:], False))
            continue
        total += max(base, scripts) if large else base + scripts
        large, scripts = display and item[0] in _LARGE, 0.0
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
        for _ in range(_arity(head)):
            k = group_end(row, k)
        if head == "{":
            k = group_end(row, start)
        if head == r"\begin":
            k = environment_end(row, start)
        yield list(row[start:k])


def _arity(head: str) -> int:
    if head in (r"\frac", r"\dfrac", r"\tfrac"):
        return 2
    if head in _FONTS | _TEXT | _ACCENTS or head == r"\sqrt" or head.rstrip("lr") in _DELIMITERS or head in _DELIMITERS:
        return 1
    return 1 if head in (r"\color", r"\tag") else 0


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


def _item(item: Sequence[str], display: bool) -> float:
    """The width of one item, its arguments included."""
    head = item[0]
    if head == "{":
        return _row(item[1:-1], display)
    if head in (r"\frac", r"\dfrac", r"\tfrac"):
        middle = group_end(item, 1)
        return max(_row(_inner(item[1:middle]), False), _row(_inner(item[middle:]), False)) + 0.24
    if head in _TEXT:
        return sum(0.56 if c != " " else 0.34 for c in _inner(item[1:])) + 0.34
    if head in _FONTS | _ACCENTS:
        return 1.1 * _row(_inner(item[1:]), display)
    if head == r"\sqrt":
        return _row(_inner(item[1:]), display) + 1.0
    if head == r"\begin":
        return _environment(item)
    delimiter = _DELIMITERS.get(head) or _DELIMITERS.get(head.rstrip("lr"))
    return delimiter if delimiter is not None else _symbol(head)


def _symbol(head: str) -> float:
    for table in (_SPACES, _DOTS, _LARGE, _NARROW, _WIDE):
        if head in table:
            return table[head]
    if head in _RELATIONS:
        return 1.4
    if head in _BINARY:
        return 1.25
    if head in _SILENT:
        return 0.0
    if head in (r"\log", r"\exp", r"\max", r"\min", r"\tanh", r"\sinh", r"\cosh", r"\sin", r"\cos", r"\tan", r"\erf"):
        return 0.56 * (len(head) - 1) + 0.17
    if head.isdigit():
        return 0.51
    return 0.85 if head.isupper() else 0.63
