"""Formulas as somebody else would write them: the same meaning, other signs, brackets, letters and marks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

Change = Callable[[str, Random], str]

_BRACED = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}"
_FRACTION = re.compile(rf"\\frac({_BRACED})({_BRACED})")
_ENTRY = r"(?<![A-Za-z])[A-Za-z](?:_\{[^{}]+\})\^\{\w+\}"


def slashes(tex: str, rng: Random) -> str:
    """`(a)/(b)` for fractions of values, `∂C/∂W` stays."""
    return _FRACTION.sub(lambda m: m[0] if r"\partial" in m[0] else f"(({m[1][1:-1]})/({m[2][1:-1]}))", tex)


def large_fractions(tex: str, rng: Random) -> str:
    return tex.replace(r"\frac", rng.choice((r"\dfrac", r"\tfrac", r"\cfrac")))


def transposes(tex: str, rng: Random) -> str:
    return tex.replace(r"^{\mathsf{T}}", rng.choice(("^T", r"^{\top}", r"^{\mathrm T}", r"^\intercal")))


def dots(tex: str, rng: Random) -> str:
    """`·` between entries, which are numbers; never behind the sign of a sum."""
    return re.sub(rf"({_ENTRY}) (?=[A-Za-z]_)", rng.choice((r"\1 \\cdot ", r"\1 \\, ", r"\1 \\times ")), tex)


def entrywise_signs(tex: str, rng: Random) -> str:
    return tex.replace(r" \odot ", rng.choice((r" \circ ", " * ", r" \ast ")))


def large_brackets(tex: str, rng: Random) -> str:
    opening, closing = rng.choice(((r"\left(", r"\right)"), (r"\bigl(", r"\bigr)"), (r"\Big(", r"\Big)")))
    tex = re.sub(r"(?<!\\left)\(", lambda _: opening, tex)
    return re.sub(r"(?<!\\right)\)", lambda _: closing, tex)


def more_brackets(tex: str, rng: Random) -> str:
    """The whole right side in brackets, or each of its terms."""
    left, equals, right = tex.partition(" = ")
    if not equals or r"\begin" in tex or r"\quad" in tex:
        return tex
    if rng.random() < 0.5:
        return f"{left} = [{right}]"
    return f"{left} = " + "".join(f"{sign}({term})" for sign, term in _terms(right))


def rows(tex: str, rng: Random) -> str:
    """An equation on several lines, with `&=` and a line for each term."""
    left, equals, right = tex.partition(" = ")
    if not equals or r"\begin" in tex or r"\quad" in tex:
        return tex
    first, *others = _terms(right)
    lines = "".join(rf" \\ &\quad {sign} {term}" for sign, term in others)
    return rf"\begin{{aligned}} {left} &= {''.join(first)}{lines} \end{{aligned}}"


def _terms(tex: str) -> list[tuple[str, str]]:
    """The terms of a sum with the signs before them: ` + ` and ` - ` outside of all brackets."""
    found, depth, start, sign = [], 0, 0, ""
    for k, c in enumerate(tex):
        depth += (c in "([{") - (c in ")]}")
        if depth == 0 and tex[k : k + 3] in (" + ", " - "):
            found.append((sign, tex[start:k]))
            sign, start = tex[k + 1], k + 3
    return [*found, (sign, tex[start:])]


SPELLINGS: dict[str, Change] = {
    f.__name__: f
    for f in (slashes, large_fractions, transposes, dots, entrywise_signs, large_brackets, more_brackets, rows)
}
"""Another way to write the same, under the same notation."""


@dataclass(frozen=True)
class Restyled:
    """A formula under another notation: the mapping on `nielsen`, and how the text follows it."""

    notation: Mapping[str, object]
    change: Callable[[str], str]


_LAYER = re.compile(r"(?<![)\]])\^\{(\d|l|L)([+-]1)?\}")


def _marked(opening: str, closing: str) -> Callable[[str], str]:
    """Numbers and names of layers in brackets."""

    def change(tex: str) -> str:
        tex = re.sub(r"\^(\{\\mathrm\{[a-z]+\}\})", lambda m: f"^{{{opening}{m[1][1:-1]}{closing}}}", tex)
        return _LAYER.sub(lambda m: f"^{{{opening}{m[1]}{m[2] or ''}{closing}}}", tex)

    return change


def _renamed(letters: Mapping[str, str]) -> Callable[[str], str]:
    """Single letters by others; words and commands stay."""
    pattern = re.compile(r"\\[A-Za-z]+(?:\{[A-Za-z]+\})?|[A-Za-z]")
    return lambda tex: pattern.sub(lambda m: letters.get(m[0], m[0]), tex)


STYLES: dict[str, Restyled] = {
    "round layers": Restyled({"base": "nielsen", "layer_mark": "^(l)"}, _marked("(", ")")),
    "square layers": Restyled({"base": "nielsen", "layer_mark": "^[l]"}, _marked("[", "]")),
    "other letters": Restyled(
        {"base": "nielsen", "symbols": {"weight": "Q", "activation": "h", "preactivation": "s", "bias": "beta"}},
        _renamed({"W": "Q", "a": "h", "z": "s", "b": r"\beta "}),
    ),
}
"""Other marks and letters, with the notation that says so."""
