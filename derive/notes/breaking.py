"""Breaking a long formula over several lines: before a sign, at the outermost bracket where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from derive.notes.formula import environment_end, group_end, tokens, width

_OPENING = frozenset({"(", r"\{", r"\lVert", r"\lvert"})
_CLOSING = frozenset({")", "]", r"\}", r"\rVert", r"\rvert", r"\right"})
_PARTS = r"\mid"
_SIGNS = frozenset({"+", "-", _PARTS})
_OPERATORS = frozenset({r"\odot", r"\oslash", r"\times", r"\cdot"})
_FACTORS = frozenset({r"\sum", r"\prod", r"\frac"})
_FUNCTIONS = frozenset({r"\log", r"\exp", r"\tanh", r"\operatorname"})
_INCOMPLETE = frozenset({"=", "<", ">", ",", r"\le", r"\ge", r"\left", r"\sum", r"\prod", r"\,"}) | _FUNCTIONS
_NO_FACTOR = frozenset({"=", "<", ">", ",", r"\le", r"\ge", r"\in", "'", "&", r"\\"})
_WITH_ARGUMENT = frozenset({"_", "^", r"\frac", r"\sqrt", r"\operatorname", r"\text", r"\mathrm", r"\mathbf"})
CONTINUED = r"\quad {} "


@dataclass(frozen=True)
class Place:
    r"""A break before token `at`, inside `stack` of open `\left`; `times` sets that sign for a product."""

    at: int
    cost: int
    stack: int
    times: bool = False


def broken(latex: str, limit: float) -> tuple[str, ...]:
    """The formula in pieces of at most `limit` em each, as far as it has places to break at."""
    if width(latex) <= limit:
        return (latex,)
    row = tokens(latex)
    places = _places(row)
    pieces: list[str] = []
    here = Place(0, 0, 0)
    while (after := _next_break(row, here, places, limit)) is not None:
        pieces.append(_piece(row[here.at : after.at], here, after.stack))
        here = after
    return (*pieces, _piece(row[here.at :], here, 0))


def _next_break(row: Sequence[str], here: Place, places: Sequence[Place], limit: float) -> Place | None:
    """The best place for the next break, or None if the rest fits or cannot be broken."""
    if width(_piece(row[here.at :], here, 0)) <= limit:
        return None
    later = [p for p in places if p.at > here.at]
    fitting = [p for p in later if width(_piece(row[here.at : p.at], here, p.stack)) <= limit]
    return min(fitting, key=lambda p: (p.cost, -p.at)) if fitting else next(iter(later), None)


def _piece(row: Sequence[str], here: Place, left_open: int) -> str:
    """A line of the formula: brackets that began before it or end after it are closed without being drawn."""
    lead = (CONTINUED if here.at else "") + r"\left. {} " * here.stack + (r"\times " if here.times else "")
    body = "".join(row).strip()
    return lead + (body.removeprefix(r"\,") if here.times else body) + r" \right." * left_open


def _places(row: Sequence[str]) -> list[Place]:
    """Every place to break at: between parts, before a sign (cost: its depth in brackets), at a product (dearer)."""
    found: list[Place] = []
    depth = stack = k = 0
    ended = False
    while k < len(row):
        token = row[k]
        if token in _SIGNS and ended:
            found.append(Place(k, 2 * depth - (token == _PARTS), stack))
        elif token in _OPERATORS:
            found.append(Place(k, 2 * depth + 1, stack))
        elif ended and _is_product(row, k):
            found.append(Place(k, 2 * depth + 3, stack, times=True))
            token = r"\times"
        stack += (token == r"\left") - (token == r"\right")
        depth += (token in _OPENING) - (token in _CLOSING)
        ended = ended if token.isspace() or token in ("_", "^", r"\right") else _ends_factor(token)
        k = _skipped(row, k)
    return found


def _ends_factor(token: str) -> bool:
    """Whether a factor may be complete after this token (its scripts aside)."""
    return token not in _INCOMPLETE | _SIGNS | _OPERATORS | _OPENING


def _is_product(row: Sequence[str], k: int) -> bool:
    """Whether a factor begins at `k`, or after the space there, unless that ends the name of a command."""
    if row[k] in _FACTORS:
        return True
    if row[k] != r"\," and not (row[k].isspace() and not _is_word(row[k - 1])):
        return False
    after = next((t for t in row[k + 1 :] if not t.isspace()), "")
    return after != "" and after not in _NO_FACTOR | _SIGNS | _OPERATORS | _CLOSING


def _is_word(token: str) -> bool:
    """Whether a token is a command whose name ends at the space behind it."""
    return len(token) > 1 and token[0] == "\\" and token[1].isalpha()


def _skipped(row: Sequence[str], k: int) -> int:
    """Past a token, or past a script, a group, a condition or a command with its arguments: no place to break."""
    if row[k] == "{":
        return group_end(row, k)
    if row[k] == r"\begin":
        return environment_end(row, k)
    if row[k] == "[":
        return next((n + 1 for n in range(k, len(row)) if row[n] == "]"), k + 1)
    if row[k] not in _WITH_ARGUMENT:
        return k + 1
    end = group_end(row, k + 1)
    return group_end(row, end) if row[k] == r"\frac" else end
