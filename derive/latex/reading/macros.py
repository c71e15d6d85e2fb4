"""Macros of the document, expanded in the tokens; all that an expansion holds has the place of the call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from derive.errors import DeriveError
from derive.latex.reading.document import MacroDefinition
from derive.latex.reading.syntax import Problem, Span
from derive.latex.reading.tokens import Token, tokens_of
from derive.latex.reading.vocabulary import Macro, Vocabulary

MOST_EXPANSIONS = 1_000
MOST_TOKENS = 20_000
_USUAL = (
    Macro("R", 0, r"\mathbb{R}"),
    Macro("N", 0, r"\mathbb{N}"),
    Macro("norm", 1, r"\lVert #1 \rVert"),
    Macro("abs", 1, r"\lvert #1 \rvert"),
    Macro("pdv", 2, r"\frac{\partial #1}{\partial #2}"),
    Macro("dv", 2, r"\frac{d #1}{d #2}"),
    Macro("pd", 2, r"\frac{\partial #1}{\partial #2}"),
    Macro("pder", 2, r"\frac{\partial #1}{\partial #2}"),
    Macro("set", 1, r"\{ #1 \}"),
    Macro("trans", 0, r"^{\mathsf{T}}"),
)
"""What packages define under these names, where the document does not."""
_USUAL_NAMES = {macro.name: macro for macro in _USUAL}


def macros_of(definitions: Iterable[MacroDefinition]) -> Iterator[Macro]:
    """The macros of a document; a definition that no macro can be made of is left out."""
    for d in definitions:
        body = rf"\operatorname{{{d.body}}}" if d.operator else d.body
        try:
            yield Macro(d.name, d.arguments, body, d.default)
        except DeriveError:
            continue


def expanded(tokens: Sequence[Token], vocabulary: Vocabulary, problems: list[Problem]) -> tuple[Token, ...] | None:
    """The tokens with all macros put in; None, and a problem, where there are too many."""
    macros = _USUAL_NAMES | {macro.name.removesuffix("*"): macro for macro in vocabulary.macros}
    if not any(t.kind == "command" and t.text in macros for t in tokens):
        return tuple(tokens)
    return _Expansion(macros, vocabulary, problems).run(tokens)


class _Expansion:
    """What still has to be read stands on a stack, its next token last."""

    def __init__(self, macros: dict[str, Macro], vocabulary: Vocabulary, problems: list[Problem]) -> None:
        self.macros = macros
        self.problems = problems
        self.vocabulary = Vocabulary(vocabulary.words, vocabulary.functions)
        self.bodies: dict[str, tuple[Token, ...]] = {}
        self.waiting: list[Token] = []

    def run(self, tokens: Sequence[Token]) -> tuple[Token, ...] | None:
        self.waiting = list(reversed(tokens))
        done: list[Token] = []
        expansions = 0
        while self.waiting:
            token = self.waiting.pop()
            if token.kind != "command" or token.text not in self.macros:
                done.append(token)
                continue
            expansions += 1
            self._put_in(self.macros[token.text], token)
            if expansions > MOST_EXPANSIONS or len(done) + len(self.waiting) > MOST_TOKENS:
                self.problems.append(Problem("macro", f"`\\{token.text}` expands without end", token.span))
                return None
        return tuple(done)

    def _put_in(self, macro: Macro, call: Token) -> None:
        arguments: list[list[Token]] = []
        end = call.span.end
        if macro.default is not None:
            given = self._option()
            arguments.append(list(self._body("default of " + macro.name, macro.default)) if given is None else given)
        while len(arguments) < macro.arguments:
            argument, stop = self._argument(end)
            arguments.append(argument)
            end = max(end, stop)
        span = Span(call.span.start, end)
        for token in reversed(self._filled(self._body(macro.name, macro.body), arguments, span)):
            self.waiting.append(token)

    def _body(self, name: str, text: str) -> tuple[Token, ...]:
        if name not in self.bodies:
            self.bodies[name] = tokens_of(text, self.vocabulary)
        return self.bodies[name]

    def _filled(self, body: tuple[Token, ...], arguments: list[list[Token]], span: Span) -> list[Token]:
        """The body with its arguments in it, all at the place of the call."""
        filled: list[Token] = []
        k = 0
        while k < len(body):
            token = body[k]
            follows = body[k + 1] if k + 1 < len(body) else None
            if token.text == "#" and token.kind == "sign" and follows is not None and follows.kind == "number":
                number, rest = int(follows.text[0]), follows.text[1:]
                if 1 <= number <= len(arguments):
                    filled += [Token(t.kind, t.text, span, t.glued) for t in arguments[number - 1]]
                if rest:
                    filled.append(replace(follows, text=rest, span=span))
                k += 2
                continue
            text = self._text_filled(token.text, arguments) if token.kind in ("words", "name") else token.text
            filled.append(Token(token.kind, text, span, token.glued))
            k += 1
        return filled

    def _text_filled(self, text: str, arguments: list[list[Token]]) -> str:
        for k, argument in enumerate(arguments, start=1):
            if f"#{k}" in text:
                words = "".join(t.text for t in argument)
                if len(text) + text.count(f"#{k}") * len(words) > MOST_TOKENS:
                    return text
                text = text.replace(f"#{k}", words)
        return text

    def _option(self) -> list[Token] | None:
        if not self.waiting or self.waiting[-1].text != "[":
            return None
        self.waiting.pop()
        option: list[Token] = []
        while self.waiting and not (self.waiting[-1].kind == "sign" and self.waiting[-1].text == "]"):
            option.append(self.waiting.pop())
        if self.waiting:
            self.waiting.pop()
        return option

    def _argument(self, end: int) -> tuple[list[Token], int]:
        """The next token, or all between braces; with where it ends."""
        if not self.waiting or self.waiting[-1].kind in ("}", "&", "row", "end"):
            return [], end
        first = self.waiting.pop()
        if first.kind == "number" and len(first.text) > 1:
            self.waiting.append(replace(first, text=first.text[1:], span=Span(first.span.start + 1, first.span.end)))
            return [replace(first, text=first.text[0], span=Span(first.span.start, first.span.start + 1))], end
        if first.kind != "{":
            return [first], first.span.end
        inside: list[Token] = []
        depth = 1
        while self.waiting:
            token = self.waiting.pop()
            depth += {"{": 1, "}": -1}.get(token.kind, 0)
            if depth == 0:
                return inside, token.span.end
            inside.append(token)
        return inside, end
