"""Breaking a long formula over several lines: before a sign, at the outermost bracket where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from derive.notes.formula import environment_end, group_end, tokens, width

_OPENING = frozenset({"(", "[", r"\{", r"\lVert", r"\lvert"})
_CLOSING = frozenset({")", "]", r"\}", r"\rVert", r"\rvert"})
_SIGNS = frozenset({"+", "-"})
_OPERATORS = frozenset({r"\odot", r"\times", r"\cdot"})
_BEFORE_TERM = frozenset({"=", "<", ">", "(", "[", r"\{", ",", r"\odot", r"\times", r"\cdot", r"\le", r"\ge"})
_FACTORS = frozenset({r"\sum", r"\prod", r"\frac"})
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
    """Every place to break at: before a sign (cost: its depth in brackets), at a product (dearer)."""
    found: list[Place] = []
    depth = stack = k = 0
    before = "="
    while k < len(row):
        token = row[k]
        if token in _SIGNS and before not in _BEFORE_TERM:
            found.append(Place(k, 2 * depth, stack))
        elif token in _OPERATORS:
            found.append(Place(k, 2 * depth + 1, stack))
        elif (token in _FACTORS or token == r"\,") and before not in _BEFORE_TERM | _SIGNS | _FACTORS:
            found.append(Place(k, 2 * depth + 3, stack, times=True))
        if token in ("_", "^", r"\frac", r"\sqrt", r"\operatorname", r"\text", r"\mathrm", r"\begin", "{"):
            k = _skipped(row, k)
            before = "}"
            continue
        stack += (token == r"\left") - (token == r"\right")
        depth += (token in _OPENING) - (token in _CLOSING)
        if not token.isspace():
            before = token
        k += 1
    return found


def _skipped(row: Sequence[str], k: int) -> int:
    """Past a script, a group, or a command with its arguments: nothing in there is a place to break at."""
    if row[k] == "{":
        return group_end(row, k)
    if row[k] == r"\begin":
        return environment_end(row, k)
    end = group_end(row, k + 1)
    return group_end(row, end) if row[k] == r"\frac" else end
