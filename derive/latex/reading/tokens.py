"""From the source of a formula to its tokens, each with its place; signs of Unicode become what LaTeX calls them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from derive.latex.reading import commands, unicode_signs
from derive.latex.reading.syntax import Problem, Span
from derive.latex.reading.texts import braced, definition_end, optional, spelled
from derive.latex.reading.vocabulary import PLAIN, Vocabulary
from derive.latex.reading.words import WordFinder

Kind = Literal[
    "letter", "word", "number", "command", "words", "name", "sign", "{", "}", "^", "_", "&", "row", "begin", "end",
    "left", "right", "middle", "unread",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """`text`: the letter, the digits, the command without its backslash, the prose, the bracket of `\\left`.

    `glued`: nothing stands between it and the token before.
    """

    kind: Kind
    text: str
    span: Span
    glued: bool = False


_PATTERN = re.compile(
    r"(?P<space>\s+|~|%[^\n]*)"
    r"|(?P<command>\\(?:[A-Za-z]+|.|\Z))"
    r"|(?P<number>[0-9]{1,3}(?:(?:\{,\}|\\,)[0-9]{3}(?![0-9]))+|[0-9]+(?:\.[0-9]+|\.(?=/))?|(?<![\w)\]}])\.[0-9]+)"
    r"|(?P<letters>[A-Za-z](?:[A-Za-z]|\\_(?=[A-Za-z]))*)"
    r"|(?P<prose>[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af]+)"
    r"|(?P<sign>:=|=:|=/=|!==|==|<=|>=|!=|->|=>|\+=|-=|\.\.\.?|\*\*|\.\*|\./|.)",
    re.DOTALL,
)
_TEXT_COMMANDS = (
    "text textrm textnormal mbox hbox textup intertext shortintertext textit textbf textsf texttt emph textmd"
)
_TEXTS = frozenset(_TEXT_COMMANDS.split())
_TEXT_FONTS = {"textbf": "mathbf", "textit": "mathit", "textsf": "mathsf", "texttt": "mathtt", "textrm": "mathrm"}
_REFERENCES = frozenset(["eqref", "ref", "cite", "citep", "citet", "footnote", "href", "url"])
_DEFINING = frozenset(["newcommand", "renewcommand", "providecommand", "def", "DeclareMathOperator"])
_WITHOUT_MEANING = {"label": 1, "phantom": 1, "vphantom": 1, "hphantom": 1, "color": 1, "textcolor": 1, "vspace": 1}
_WITHOUT_MEANING |= {
    "tag": 1,
    "cline": 1,
    "setlength": 2,
    "colorbox": 1,
    "raisebox": 1,
    "scalebox": 1,
    "class": 1,
    "htmlId": 1,
    "style": 1,
}
_ADDING = re.compile(r"\s*\{\s*([+-])\s*\}\s*=")
_LENGTH = re.compile(r"\s*\[\s*-?[0-9.]*\s*(?:pt|em|ex|mm|cm|in|mu|bp|\\[A-Za-z]+)\s*\]")
_OPTION = re.compile(r"(?:\s*\[[^\]{}]*\])?")
_CODE = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*(?:\s*=.*)?\Z")
_SKIP = re.compile(r"\s*-?[0-9.]+\s*(?:pt|em|ex|mm|cm|in|mu|bp)")
_DELIMITER = re.compile(r"\s*(\\[A-Za-z]+|\\.|\S)?", re.DOTALL)
_WITH_COLUMNS = frozenset(["array", "subarray", "tabular", "alignat", "alignedat", "xalignat", "darray"])


def tokens_of(source: str, vocabulary: Vocabulary = PLAIN, problems: list[Problem] | None = None) -> tuple[Token, ...]:
    """All tokens of `source` in order; problems of braces around texts are added to `problems`. Linear in the source.

    Quotation marks in pairs, `"dZ"`, are left out; one alone stands for two primes.
    """
    tokens = tuple(Scanner(source, vocabulary, problems if problems is not None else []).tokens())
    quotes = sum(t.kind == "sign" and t.text == '"' for t in tokens)
    return tokens if quotes % 2 else tuple(t for t in tokens if t.kind != "sign" or t.text != '"')


class Scanner:
    """One pass over the source; `at` is where the next token begins."""

    def __init__(self, source: str, vocabulary: Vocabulary, problems: list[Problem]) -> None:
        self.source = source
        self.problems = problems
        self.finder = WordFinder(vocabulary)
        self.at = 0

    def tokens(self) -> Iterator[Token]:
        """Tokens with their gluing."""
        end = -1
        for token in self._unglued():
            yield replace(token, glued=True) if token.span.start == end else token
            end = token.span.end

    def _unglued(self) -> Iterator[Token]:
        while found := _PATTERN.match(self.source, self.at):
            start, self.at = found.span()
            text = found.group()
            match found.lastgroup:
                case "command":
                    yield from self._command(text[1:], start)
                case "number":
                    yield Token("number", text.replace("{,}", "").replace("\\,", "").rstrip("."), Span(start, self.at))
                case "letters":
                    yield from self._letters(text, start)
                case "prose":
                    yield Token("words", text, Span(start, self.at))
                case "sign":
                    yield from self._sign(text, start)

    def _letters(self, text: str, start: int) -> Iterator[Token]:
        """A run of letters, cut into declared words, known functions and single letters; a name of NumPy is whole."""
        dotted = self.finder.dotted(self.source, start)
        if dotted:
            self.at = start + len(dotted)
            yield Token("word", dotted, Span(start, self.at))
            return
        if "\\_" in text:
            yield Token("word", text.replace("\\_", "_"), Span(start, self.at))
            return
        end = self.at
        accent = unicode_signs.COMBINING.get(self.source[end : end + 1], "")
        yield from self._words(start, end - 1 if accent else end)
        if accent:
            self.at = end + 1
            span = Span(end - 1, self.at)
            yield Token("command", accent, span)
            yield Token("letter", self.source[end - 1], span)

    def _words(self, start: int, end: int) -> Iterator[Token]:
        for a, b in self.finder.cuts(self.source, start, end):
            kind: Kind = "letter" if b - a == 1 else "word"
            self.at = max(self.at, b)
            yield Token(kind, self.source[a:b], Span(a, b))

    def _command(self, name: str, start: int) -> Iterator[Token]:
        span = Span(start, self.at)
        if name in commands.SPACES or name in "()[]":
            return
        if name in _TEXTS:
            yield from self._text(name, start)
        elif name == "mathrel" and (found := _ADDING.match(self.source, self.at)):
            self.at = found.end()
            yield Token("sign", f"{found.group(1)}=", Span(start, self.at))
        elif name in _DEFINING:
            self.at = definition_end(self.source, self.at)
        elif name == "operatorname":
            content = self._argument_after_star()
            yield Token("name", spelled(content), Span(start, self.at))
        elif name == "bbox":
            self.at = _OPTION.match(self.source, self.at).end()  # type: ignore[union-attr]
        elif name in _REFERENCES:
            yield Token("words", self._argument(), Span(start, self.at))
        elif name in _WITHOUT_MEANING:
            self._skip_arguments(_WITHOUT_MEANING[name])
        elif name in ("\\", "cr", "newline", "tabularnewline"):
            self._skip_length()
            yield Token("row", "\\\\", Span(start, self.at))
        elif name in commands.WIDE or name in ("kern", "mkern", "hskip", "mskip"):
            yield from self._wide(name, start)
        elif name in ("begin", "end"):
            yield self._environment(name, start)
        elif name in ("left", "right", "middle"):
            yield self._delimiter(name, start)
        else:
            yield Token("command", name, span)

    def _text(self, name: str, start: int) -> Iterator[Token]:
        content = self._argument()
        span = Span(start, self.at)
        plain = content.strip()
        if "$" in content:
            yield from self._mixed(content)
        elif name == "texttt" and _CODE.match(plain):
            yield from self._inside(content)
        elif len(plain) == 1 and name in _TEXT_FONTS:
            yield Token("command", _TEXT_FONTS[name], span)
            yield Token("letter", plain, span)
        elif plain:
            yield Token("words", content, span)

    def _mixed(self, content: str) -> Iterator[Token]:
        """`\\text{if $x > 0$}`: words and formulas in turn."""
        end = self.at
        at = self.source.rindex(content, 0, end)
        for k, part in enumerate(content.split("$")):
            self.at = at + len(part)
            if k % 2:
                yield from self._inside(part)
            elif part.strip():
                yield Token("words", part, Span(at, self.at))
            at += len(part) + 1
        self.at = end

    def _inside(self, content: str) -> Iterator[Token]:
        """The tokens of what ends where the scanner stands: `\\texttt{np.sum}`, `\\texttt{axis=1}`."""
        end = self.at
        start = self.source.rindex(content, 0, end)
        inner = Scanner(self.source[: start + len(content)], PLAIN, self.problems)
        inner.finder, inner.at = self.finder, start
        yield from inner.tokens()

    def _argument(self) -> str:
        """The text of a command's argument as it stands, braces balanced."""
        content, self.at, closed = braced(self.source, self.at)
        if not closed:
            self.problems.append(Problem("brace", "`{` is never closed", Span(self.at, self.at)))
        return content

    def _argument_after_star(self) -> str:
        if self.source.startswith("*", self.at):
            self.at += 1
        return self._argument()

    def _skip_arguments(self, count: int) -> None:
        for _ in range(count):
            self._argument_after_star()

    def _skip_length(self) -> None:
        if self.source.startswith("*", self.at):
            self.at += 1
        if found := _LENGTH.match(self.source, self.at):
            self.at = found.end()

    def _wide(self, name: str, start: int) -> Iterator[Token]:
        if name == "hspace":
            self._argument_after_star()
        elif name not in ("quad", "qquad") and (found := _SKIP.match(self.source, self.at)):
            self.at = found.end()
        if name in commands.WIDE:
            yield Token("command", "quad", Span(start, self.at))

    def _environment(self, name: str, start: int) -> Token:
        environment = self._argument().strip().removesuffix("*")
        if name == "begin":
            self.at = optional(self.source, self.at)
            if environment in _WITH_COLUMNS:
                self._argument()
        return Token("begin" if name == "begin" else "end", environment, Span(start, self.at))

    def _delimiter(self, name: str, start: int) -> Token:
        found = _DELIMITER.match(self.source, self.at)
        text = (found.group(1) or "") if found else ""
        if found and text not in ("&", "{", "}", "\\\\"):
            self.at = found.end()
        kind: Kind = "left" if name == "left" else "right" if name == "right" else "middle"
        return Token(kind, delimiter(text), Span(start, self.at))

    def _sign(self, text: str, start: int) -> Iterator[Token]:
        span = Span(start, self.at)
        if text in "{}^_&":
            yield Token(text, text, span)  # type: ignore[arg-type]
        elif text in ("..", "..."):
            yield from self._dots(span)
        elif text.isascii():
            if text != "$" and text.isprintable():
                yield Token("sign", text, span)
        elif text not in unicode_signs.INVISIBLE:
            yield from self._unicode(text, span)

    def _dots(self, span: Span) -> Iterator[Token]:
        """`...`; between two things, `1..n`, a list."""
        before, behind = self.source[: span.start].rstrip()[-1:], self.source[span.end :].lstrip()[:1]
        listed = (before.isalnum() or before in ("}", ")")) and (behind.isalnum() or behind == "\\")
        yield from [Token("sign", ",", span)] if listed else []
        yield Token("sign", "...", span)
        yield from [Token("sign", ",", span)] if listed else []

    def _unicode(self, text: str, span: Span) -> Iterator[Token]:
        if text in unicode_signs.SIGNS:
            plain = unicode_signs.SIGNS[text]
            yield _brace_or_sign(plain, span)
        elif text in unicode_signs.RAISED or text in unicode_signs.LOWERED:
            yield from self._script(text, span.start)
        elif self.at < len(self.source) and self.source[self.at] in unicode_signs.COMBINING:
            self.at += 1
            span = Span(span.start, self.at)
            yield Token("command", unicode_signs.COMBINING[self.source[self.at - 1]], span)
            yield from self._character(text, span)
        else:
            yield from self._character(text, span)

    def _character(self, text: str, span: Span) -> Iterator[Token]:
        if text in unicode_signs.COMMANDS:
            yield Token("command", unicode_signs.COMMANDS[text], span)
        elif (apart := unicode_signs.decomposed(text)) is not None:
            yield Token("command", apart[1], span)
            yield Token("letter", apart[0], span)
        elif (parts := unicode_signs.fraction(text)) and not self.source[: span.start][-1:].isdigit():
            yield Token("command", "frac", span)
            yield from (Token("number", part, span) for part in parts)
        elif (plain := unicode_signs.styled(text)) is not None:
            if plain[1]:
                yield Token("command", plain[1], span)
            yield Token("number" if plain[0].isdecimal() else "letter", plain[0], span)
        else:
            yield Token("letter" if text.isalpha() else "sign", text, span)

    def _script(self, text: str, start: int) -> Iterator[Token]:
        """A run of raised or lowered characters is one script."""
        table = unicode_signs.RAISED if text in unicode_signs.RAISED else unicode_signs.LOWERED
        while self.at < len(self.source) and self.source[self.at] in table:
            self.at += 1
        plain = "".join(table[c] for c in self.source[start : self.at])
        span = Span(start, self.at)
        yield Token("^" if table is unicode_signs.RAISED else "_", "", span)
        yield Token("{", "{", span)
        for found in re.finditer(r"[0-9]+|.", plain):
            part = found.group()
            yield Token("number" if part.isdigit() else "letter" if part.isalpha() else "sign", part, span)
        yield Token("}", "}", span)


def _brace_or_sign(plain: str, span: Span) -> Token:
    if plain in ("\\{", "\\}"):
        return Token("command", plain[1], span)
    if plain in "^_":
        return Token("^" if plain == "^" else "_", plain, span)
    return Token("sign", plain, span)


def delimiter(text: str) -> str:
    """The bracket that stands behind `\\left`: `\\lbrace` is `\\{`, `<` is `\\langle`."""
    if text.startswith("\\"):
        return commands.DELIMITERS.get(text[1:], text)
    return {"<": "\\langle", ">": "\\rangle", "": "."}.get(text, unicode_signs.SIGNS.get(text, text))
