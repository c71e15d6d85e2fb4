"""Formulas of our own printer as Typst mathematics. A command that the printer never writes is an error."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType

from derive.notes.formula import environment_end, group_end, tokens

_LOWER = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi rho sigma tau "
    "upsilon phi varphi chi psi omega"
)
_UPPER = "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
_GREEK = {
    **dict(zip(_LOWER.split(), "αβγδϵεζηθϑικλμνξπρστυϕφχψω", strict=True)),
    **dict(zip(_UPPER.split(), "ΓΔΘΛΞΠΣΥΦΨΩ", strict=True)),
}
_SIGNS = {
    **{"partial": "∂", "nabla": "∇", "infty": "∞", "ell": "ℓ", "forall": "∀", "exists": "∃", "sum": "∑", "prod": "∏"},
    **{"times": "×", "cdot": "⋅", "odot": "⊙", "oslash": "⊘", "otimes": "⊗", "circ": "∘", "ast": "∗", "star": "⋆"},
    **{"le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "approx": "≈", "sim": "∼", "in": "∈"},
    **{"leftarrow": "←", "to": "→", "rightarrow": "→", "mapsto": "↦", "mid": "∣", "pm": "±", "wedge": "∧", "vee": "∨"},
    **{"dots": "…", "ldots": "…", "cdots": "⋯", "vdots": "⋮", "ddots": "⋱", "lceil": "⌈", "rceil": "⌉"},
    **{"lfloor": "⌊", "rfloor": "⌋", "langle": "⟨", "rangle": "⟩"},
    **{"oplus": "⊕", "top": "⊤", "lvert": "|", "rvert": "|", "vert": "|", "prime": "′", "backslash": "\\\\"},
    "int": "∫",
}
_SYMBOLS: Mapping[str, str] = MappingProxyType({f"\\{word}": sign for word, sign in {**_GREEK, **_SIGNS}.items()})
_SPACES = MappingProxyType(
    {r"\,": "thin", r"\:": "med", r"\;": "thick", r"\ ": "thick", r"\quad": "quad", r"\qquad": "wide", r"\!": ""}
)
_STYLES = MappingProxyType(
    {
        **{r"\hat": "hat", r"\bar": "macron", r"\tilde": "tilde", r"\vec": "arrow", r"\dot": "dot"},
        **{r"\overrightarrow": "arrow", r"\overleftarrow": "arrow.l"},
        **{r"\widehat": "hat", r"\overline": "overline", r"\sqrt": "sqrt", r"\boldsymbol": "bold"},
        **{r"\bm": "bold", r"\mathcal": "cal", r"\mathbb": "bb", r"\mathtt": "mono", r"\mathit": "italic"},
    }
)
_TRIGONOMETRIC = frozenset({r"\sin", r"\cos", r"\tan", r"\arcsin", r"\arccos", r"\arctan"})
_FUNCTIONS = _TRIGONOMETRIC | {r"\exp", r"\log", r"\ln", r"\tanh", r"\sinh", r"\cosh"}
_BARS = MappingProxyType({r"\|": "normal", r"\Vert": "normal", r"\lVert": "opening", r"\rVert": "closing"})
_SILENT = frozenset({r"\displaystyle", r"\textstyle", r"\limits", r"\nolimits"})
_LARGER = re.compile(r"\\([bB]igg?)[lrm]?\Z")
_LIMITED = frozenset({r"\max", r"\min", r"\sup", r"\inf", r"\lim"})
_FRACTIONS = MappingProxyType({r"\frac": "frac", r"\tfrac": "frac", r"\dfrac": "frac"})
_MATRICES = MappingProxyType({"pmatrix": '"("', "bmatrix": '"["', "matrix": "#none", "vmatrix": '"|"'})
_LITERAL = frozenset("()[]{}/,;#$_^&\"'\\*~@<>`:")
_UPRIGHT = frozenset({r"\mathrm", r"\text", r"\textrm", r"\mbox"})
_STANDING = MappingProxyType({r"\mathbf": "bold", r"\mathsf": "sans"})


class UnknownCommand(ValueError):
    """A command without a meaning here: the printer has learned something that this file has not."""


@lru_cache(maxsize=8192)
def typst_math(latex: str) -> str:
    """The formula as Typst writes it between `$` signs.

    Raises: UnknownCommand.
    """
    return _row(tokens(latex))


def string(text: str) -> str:
    """A Typst string literal."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _row(row: Sequence[str]) -> str:
    """Items with a blank between them; scripts follow their base without one, primes before other scripts."""
    out: list[str] = []
    base = k = 0
    while k < len(row):
        head = row[k]
        if head.isspace():
            k += 1
        elif head in ("_", "^"):
            end = group_end(row, k + 1)
            before = out.pop() if out else '""'
            out.append(f"{before}{head}({_group(row[k + 1 : end])})")
            k = end
        elif head == "'":
            before = out.pop() if out else ""
            out.append(f"{before[:base]}'{before[base:]}")
            base += 1
            k += 1
        else:
            k = _item(row, k, out)
            base = len(out[-1]) if out else 0
    return " ".join(piece for piece in out if piece)


def _item(row: Sequence[str], k: int, out: list[str]) -> int:
    """Put the item at `k` out; where the next one begins."""
    head = row[k]
    if head.isdigit():
        return _number(row, k, out)
    if head == r"\begin":
        end = environment_end(row, k)
        out.append(_environment(row[k:end]))
        return end
    if head == "{":
        end = group_end(row, k)
        out.append(_row(row[k + 1 : end - 1]) or '""')
        return end
    if head == r"\left":
        end = _closing(row, k)
        inside = (_delimiter(row[k + 1]), _row(row[k + 2 : end]), _delimiter(row[end + 1]))
        out.append(f"lr({' '.join(piece for piece in inside if piece)})")
        return end + 2
    is_limited = head == r"\operatorname" and row[k + 1 : k + 2] == ["*"]
    ends = [k + 1 + is_limited]
    for _ in range(_arity(head)):
        ends.append(group_end(row, ends[-1]))
    arguments = [row[a:b] for a, b in pairwise(ends)]
    out.append(f"op({string(_text(arguments[0]))}, limits: #true)" if is_limited else _command(head, arguments))
    return ends[-1]


def _arity(head: str) -> int:
    if head in _FRACTIONS:
        return 2
    return int(head in _STYLES or head in _UPRIGHT or head in _STANDING or head in (r"\operatorname", r"\boxed"))


def _number(row: Sequence[str], k: int, out: list[str]) -> int:
    """Digits, with a point among them."""
    end = k
    while end < len(row) and (row[end].isdigit() or _is_point(row, end)):
        end += 1
    out.append("".join(row[k:end]))
    return end


def _is_point(row: Sequence[str], k: int) -> bool:
    return row[k] == "." and k + 1 < len(row) and row[k + 1].isdigit()


def _closing(row: Sequence[str], k: int) -> int:
    r"""The `\right` that belongs to the `\left` at `k`."""
    depth = 0
    for j in range(k, len(row)):
        depth += (row[j] == r"\left") - (row[j] == r"\right")
        if depth == 0:
            return j
    raise UnknownCommand(r"a \left without its \right")


def _delimiter(token: str) -> str:
    if token in _BARS:
        return "‖"
    return "" if token == "." else _command(token, [])


def _command(head: str, arguments: Sequence[Sequence[str]]) -> str:
    """One command with its arguments, or one character."""
    if head in _FRACTIONS:
        return f"{_FRACTIONS[head]}({', '.join(_group(a) for a in arguments)})"
    if head in _UPRIGHT:
        return f"upright({string(_text(arguments[0]))})"
    if head == r"\operatorname":
        return f"op({string(_text(arguments[0]))})"
    if head in _STANDING:
        return f"upright({_STANDING[head]}({_group(arguments[0])}))"
    if head == r"\boxed":
        return _group(arguments[0])
    if head in _STYLES:
        return f"{_STYLES[head]}({_group(arguments[0])})"
    if head in _FUNCTIONS:
        return f'op("{head[1:]}")'
    if head in _LIMITED:
        return f'op("{head[1:]}", limits: #true)'
    if head in _SPACES:
        return _SPACES[head]
    if head in _SYMBOLS:
        return _SYMBOLS[head]
    if head in _BARS:
        return f'class("{_BARS[head]}", ‖)'
    if head in _SILENT or _LARGER.match(head):
        return ""
    bare = head.removeprefix("\\")
    if len(bare) == 1 and (head == bare or bare in "_{}$&#% "):
        return f"\\{bare}" if bare in _LITERAL else bare
    raise UnknownCommand(f"{head} has no form in Typst")


def _group(row: Sequence[str]) -> str:
    inner = [*row]
    while inner and inner[0].isspace():
        inner.pop(0)
    if inner and inner[0] == "{":
        inner = inner[1:-1]
    return _row(inner) or '""'


def _text(row: Sequence[str]) -> str:
    """The characters of an upright text, escapes undone."""
    inner = list(row)[1:-1] if row and row[0] == "{" else list(row)
    out = []
    for token in inner:
        if token in _SYMBOLS:
            out.append(_SYMBOLS[token])
        elif token in _SPACES:
            out.append(" ")
        elif token not in ("{", "}", *_UPRIGHT):
            out.append(token.removeprefix("\\") if len(token) == 2 and token[0] == "\\" else token)
    return "".join(out)


def _environment(item: Sequence[str]) -> str:
    start = group_end(item, 1)
    name = "".join(item[2 : start - 1])
    cells = _cells(_body(item, start))
    if name == "cases":
        return f"cases({', '.join('& ' + ' quad & & '.join(_row(c) for c in row) for row in cells)})"
    if name in _MATRICES:
        rows = "; ".join(", ".join(_row(c) or '""' for c in row) for row in cells)
        return f"mat(delim: {_MATRICES[name]}, {rows})"
    raise UnknownCommand(f"the environment {name} has no form in Typst")


def _body(item: Sequence[str], start: int) -> Sequence[str]:
    r"""What stands between `\begin{…}` and its `\end{…}`."""
    depth = 0
    for j in range(start, len(item)):
        if item[j] == r"\end" and depth == 0:
            return item[start:j]
        depth += (item[j] == r"\begin") - (item[j] == r"\end")
    raise UnknownCommand(r"a \begin without its \end")


def _cells(body: Sequence[str]) -> list[list[list[str]]]:
    """Rows of cells; what stands in inner groups and environments is not cut."""
    rows: list[list[list[str]]] = [[[]]]
    depth = 0
    for token in body:
        depth += (token in ("{", r"\begin", r"\left")) - (token in ("}", r"\end", r"\right"))
        if depth == 0 and token == r"\\":
            rows.append([[]])
        elif depth == 0 and token == "&":
            rows[-1].append([])
        else:
            rows[-1][-1].append(token)
    return [row for row in rows if any(not t.isspace() for cell in row for t in cell)]
