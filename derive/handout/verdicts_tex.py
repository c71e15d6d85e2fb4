"""A formula of a document written anew from its tokens, with commands that the converter to MathML knows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from latex2mathml.symbols_parser import convert_symbol

from derive.latex.reading import commands
from derive.latex.reading.macros import expanded
from derive.latex.reading.tables import CASES, LAYOUT, MATRICES
from derive.latex.reading.tokens import Token, tokens_of
from derive.latex.reading.vocabulary import Macro, Vocabulary

LONGEST = 20_000
DEEPEST = 60


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TAKING = _words(
    "frac dfrac tfrac cfrac sqrt binom dbinom tbinom hat widehat bar overline tilde widetilde vec overrightarrow dot "
    "ddot check breve acute grave mathring underline overset underset stackrel underbrace overbrace boxed substack "
    "mathbf boldsymbol bm pmb mathbb mathcal mathscr mathrm mathsf mathfrak mathtt mathit mathnormal mathop mathbin "
    "mathrel mathord xrightarrow xleftarrow not"
)
_ALONE = _words(
    "limits nolimits displaystyle textstyle scriptstyle bf rm it cal quad qquad prime big Big bigg Bigg bigl Bigl "
    "biggl Biggl bigr Bigr biggr Biggr bigm Bigm { } | % # $ & _"
)
_CONVERTED = _words(
    "log ln lg exp sin cos tan cot sec csc sinh cosh tanh coth arcsin arccos arctan det dim ker deg gcd hom arg Pr "
    "max min sup inf lim limsup liminf"
)
_FUNCTIONS = commands.FUNCTION_COMMANDS | _words("argmax argmin")
_SPELT: dict[str, str] = {
    **{"<": r"\lt ", ">": r"\gt ", "<=": r"\le ", ">=": r"\ge ", "!=": r"\ne ", "->": r"\to ", "=>": r"\Rightarrow "},
    **{"...": r"\dots ", "**": "**", ":=": ":=", "=:": "=:", "==": "==", "+=": "+=", "-=": "-="},
}
_PLAIN_SIGNS = frozenset("+-*/()[]|=,.;:!?'")
_ALIKE = MappingProxyType({"Bbb": "mathbb", "mathds": "mathbb", "symbf": "mathbf", "nicefrac": "frac", "lbrace": "{"})

_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_FONT = re.compile(r"(\\math(?:bb|cal|frak|scr|bf|sf|tt|rm)) (?:\{([A-Za-z])\}|([A-Za-z]))")
"""The converter takes letters of a font where they stand in braces right behind it."""

SlotKind = Literal["mi", "mo", "mtext", "mark"]


class NotShown(Exception):
    """The formula cannot be written anew; it is shown as it stands."""


@dataclass(frozen=True)
class Slot:
    """What is put in after the conversion: an element with a text, or the mark with a number."""

    kind: SlotKind
    text: str


@dataclass(frozen=True)
class Written:
    """LaTeX with numbered places, and what stands in them."""

    latex: str
    slots: tuple[Slot, ...]


def written(source: str, ends: Sequence[int] = (), macros: tuple[Macro, ...] = ()) -> Written:
    """The formula with a place for a mark behind each of `ends`, which count characters of `source`.

    Raises: NotShown for a formula that is too long, too deep or not balanced, or has environments of its own.
    """
    if len(source) > LONGEST:
        raise NotShown
    vocabulary = Vocabulary(macros=macros)
    tokens = expanded(tokens_of(source, vocabulary), vocabulary, [])
    if tokens is None or not tokens:
        raise NotShown
    return _Writer(sorted(zip(ends, range(len(ends)), strict=True), reverse=True)).run(tokens)


@dataclass
class _Writer:
    """`waiting` are marks that are not set yet, the next one last; `open` what waits for its end."""

    waiting: list[tuple[int, int]]
    parts: list[str] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    is_arranged: bool = False
    hanging: int = 0

    def run(self, tokens: Sequence[Token]) -> Written:
        before: Token | None = None
        for token in tokens:
            if not _takes(before) and token.kind not in ("^", "_") and token.text != "'":
                self._marks(token.span.start)
            self.hanging = self.hanging + 1 if _takes(token) else self.hanging if _takes(before) else 0
            self._token(token)
            if len(self.open) + self.hanging > DEEPEST:
                raise NotShown
            before = token
        self._marks(None)
        if self.open or _takes(before):
            raise NotShown
        latex = _FONT.sub(lambda found: f"{found[1]}{{{found[2] or found[3]}}}", "".join(self.parts))
        return Written(rf"\begin{{align*}}{latex}\end{{align*}}" if self.is_arranged else latex, tuple(self.slots))

    def _marks(self, upto: int | None) -> None:
        while self.waiting and (upto is None or self.waiting[-1][0] <= upto):
            self._put("mark", str(self.waiting.pop()[1]))

    def _put(self, kind: SlotKind, text: str) -> None:
        self.parts.append(f"{{\\text{{\ue000{len(self.slots)}\ue001}}}}")
        self.slots.append(Slot(kind, text))

    def _token(self, token: Token) -> None:
        match token.kind:
            case "letter" if token.text.isascii():
                self.parts.append(f"{{}}{token.text}" if self._follows_digit() else token.text)
            case "number" if _NUMBER.fullmatch(token.text):
                self.parts.append(token.text)
            case "word" | "name" if token.text in _CONVERTED:
                self.parts.append(f"\\{token.text} ")
            case "letter" | "word" | "name" | "number":
                self._put("mi", token.text)
            case "words":
                self._put("mtext", token.text)
            case "command":
                self._command(token.text)
            case "sign":
                self._sign(token.text)
            case "^" | "_":
                self.parts.append(token.kind)
            case "{" | "left" | "begin":
                self._opened(token)
            case "}" | "right" | "end":
                self._closed(token)
            case "middle":
                self.parts.append(rf"\middle{self._delimiter(token.text)}")
            case "&" | "row":
                self._arranged(token)
            case _:
                raise NotShown

    def _follows_digit(self) -> bool:
        """Whether a letter would be taken for a unit: `2 m m`."""
        return bool(self.parts) and self.parts[-1][-1:].isdigit()

    def _command(self, name: str) -> None:
        name = _ALIKE.get(name, name)
        if name in _TAKING or name in _ALONE or name in _CONVERTED:
            self.parts.append(f"\\{name} ")
        elif name in _FUNCTIONS:
            self._put("mi", name)
        elif convert_symbol(f"\\{name}"):
            self.parts.append(f"\\{name} ")
        else:
            self._put("mi", f"\\{name}")

    def _sign(self, text: str) -> None:
        if text in _SPELT:
            self.parts.append(_SPELT[text])
        elif text in _PLAIN_SIGNS:
            self.parts.append(text)
        else:
            self._put("mo", text)

    def _opened(self, token: Token) -> None:
        self.open.append(token.kind if token.kind != "begin" else token.text)
        if token.kind == "{":
            self.parts.append("{")
        elif token.kind == "left":
            self.parts.append(rf"\left{self._delimiter(token.text)}")
        else:
            self.parts.append(rf"\begin{{{_environment(token.text)}}}")

    def _closed(self, token: Token) -> None:
        opening = {"}": "{", "right": "left"}.get(token.kind, token.text)
        if not self.open or self.open.pop() != opening:
            raise NotShown
        if token.kind == "}":
            self.parts.append("}")
        elif token.kind == "right":
            self.parts.append(rf"\right{self._delimiter(token.text)}")
        else:
            self.parts.append(rf"\end{{{_environment(token.text)}}}")

    def _delimiter(self, text: str) -> str:
        if text in ("(", ")", "[", "]", "|", "/", ".", r"\{", r"\}", r"\|"):
            return text
        if text.startswith("\\") and text[1:].isalpha() and convert_symbol(text):
            return f"{text} "
        raise NotShown

    def _arranged(self, token: Token) -> None:
        if not self.open:
            self.is_arranged = True
        elif self.open[-1] in ("{", "left"):
            raise NotShown
        self.parts.append(r"\\ " if token.kind == "row" else "&")


def _takes(token: Token | None) -> bool:
    """Whether what stands next belongs to the token."""
    return token is not None and (token.kind in ("^", "_") or (token.kind == "command" and token.text in _TAKING))


def _environment(name: str) -> str:
    if name in LAYOUT:
        return "align*"
    if name in CASES:
        return "cases"
    if name in MATRICES:
        return name if name in ("pmatrix", "bmatrix", "Bmatrix", "vmatrix", "Vmatrix") else "matrix"
    raise NotShown
