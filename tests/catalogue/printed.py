"""What the printer writes, taken apart by a small grammar of its own: sums, products, brackets, symbols with scripts.

It knows nothing of what symbols mean, and nothing of the reader that `derive verify` uses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|[0-9]+(?:\.[0-9]+)?|[^\s]")
OPERATORS = ("\\odot", "\\circ", "\\otimes", "\\cdot")
ENDS = frozenset((")", "]", "}", "\\right", "&", "\\\\", ",", "\\mid", "\\quad", "\\end", "=", "\\le", ">", "|"))
FUNCTIONS = frozenset(("\\sigma", "\\tanh", "\\exp", "\\log", "g", "f"))
ACCENTS = frozenset(("\\hat", "\\tilde", "\\bar", "\\mathbf", "\\boldsymbol", "\\mathrm", "\\mathcal"))


COSTS = frozenset(("C", "J", "L", "e"))


class Unfamiliar(Exception):
    """The printer has written something that this grammar does not have."""


@dataclass(frozen=True)
class Token:
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Node:
    """A part of a formula; `kind` is one of those below, `marks` are signs, operators or scripts.

    leaf: a symbol with its scripts, or a number. sum: `parts` with `marks` as signs. product: `marks` between `parts`.
    fraction, root: its parts. bracket: the part in it, `marks` the scripts behind it. sigma: a sum over the letter
    `marks[0]`, its part the body. call: function `marks[0]` (primes in `marks[1:]`), its part the argument.
    rows: parts of a block matrix.
    """

    kind: str
    start: int
    end: int
    parts: tuple[Node, ...] = ()
    marks: tuple[str, ...] = ()


def walk(node: Node) -> Iterator[Node]:
    yield node
    for part in node.parts:
        yield from walk(part)


def tokens(text: str) -> list[Token]:
    return [Token(m.group(), m.start(), m.end()) for m in TOKEN.finditer(text)]


def parsed(text: str) -> Node:
    """Raises: Unfamiliar."""
    parser = _Parser(text)
    node = parser.sum()
    if parser.at < len(parser.tokens):
        raise Unfamiliar(text[parser.tokens[parser.at].start :])
    return node


class _Parser:
    def __init__(self, text: str) -> None:
        self.text, self.tokens, self.at = text, tokens(text), 0

    def peek(self, ahead: int = 0) -> str:
        k = self.at + ahead
        return self.tokens[k].text if k < len(self.tokens) else ""

    def take(self, expected: str = "") -> Token:
        if self.at >= len(self.tokens) or (expected and self.peek() != expected):
            raise Unfamiliar(f"{expected or 'more'} in {self.text}")
        self.at += 1
        return self.tokens[self.at - 1]

    @property
    def end(self) -> int:
        return self.tokens[self.at - 1].end

    def sum(self) -> Node:
        start = self.tokens[self.at].start if self.at < len(self.tokens) else 0
        signs, terms = [], []
        while True:
            signs.append(self.take().text if self.peek() in ("+", "-") else "+")
            terms.append(self.product())
            if self.peek() not in ("+", "-"):
                break
        if len(terms) == 1 and signs == ["+"]:
            return terms[0]
        return Node("sum", start, self.end, tuple(terms), tuple(signs))

    def product(self) -> Node:
        factors, operators = [self.factor()], []
        while self.peek() and self.peek() not in ENDS and self.peek() not in ("+", "-"):
            operators.append(self.take().text if self.peek() in OPERATORS else "")
            factors.append(self.factor())
        if len(factors) == 1:
            return factors[0]
        return Node("product", factors[0].start, self.end, tuple(factors), tuple(operators))

    def factor(self) -> Node:
        text = self.peek()
        if not text or text in ENDS:
            raise Unfamiliar(f"a factor in {self.text}")
        kinds = (self._sigma, self._fraction, self._root, self._block, self._bracket, self._indicator, self._call)
        for kind in kinds:
            node = kind()
            if node is not None:
                return node
        return self._symbol()

    def _sigma(self) -> Node | None:
        if self.peek() != "\\sum":
            return None
        start = self.take().start
        letter = ""
        while self.peek() in ("_", "^"):
            is_below = self.take().text == "_"
            inner = self._group()
            if is_below:
                letter = inner.split("=")[0].strip()
        body = self.product()
        return Node("sigma", start, self.end, (body,), (letter,))

    def _fraction(self) -> Node | None:
        if self.peek() != "\\frac":
            return None
        start = self.take().start
        if self.peek(1) == "\\partial":
            self._group()
            self._group()
            return Node("leaf", start, self.end, marks=self._scripts())
        parts = []
        for _ in range(2):
            self.take("{")
            parts.append(self.sum())
            self.take("}")
        return Node("fraction", start, self.end, tuple(parts))

    def _root(self) -> Node | None:
        if self.peek() != "\\sqrt":
            return None
        start = self.take().start
        self.take("{")
        inner = self.sum()
        self.take("}")
        return Node("root", start, self.end, (inner,))

    def _block(self) -> Node | None:
        if self.peek() != "\\begin":
            return None
        start = self.take().start
        self._group()
        rows = [self.sum()]
        while self.peek() in ("\\\\", "&"):
            self.take()
            rows.append(self.sum())
        self.take("\\end")
        self._group()
        return Node("rows", start, self.end, tuple(rows), self._scripts())

    def _bracket(self) -> Node | None:
        is_left = self.peek() == "\\left"
        if self.peek(1 if is_left else 0) != "(":
            return None
        start = self.take().start
        if is_left:
            self.take("(")
        parts = [self.sum()]
        while self.peek() in ("\\mid",):
            self.take()
            parts.append(self.sum())
        if is_left:
            self.take("\\right")
        self.take(")")
        scripts = self._scripts()
        if len(parts) > 1:
            return Node("rows", start, self.end, tuple(parts), scripts)
        if parts[0].kind == "leaf" and any(s.startswith("_") for s in scripts):
            return Node("leaf", start, self.end, marks=(*parts[0].marks, *scripts))
        return Node("bracket", start, self.end, tuple(parts), scripts)

    def _indicator(self) -> Node | None:
        if self.peek() != "[":
            return None
        start = self.take().start
        while self.take().text != "]":
            pass
        return Node("leaf", start, self.end)

    def _call(self) -> Node | None:
        ahead = 0
        if self.peek() == "\\operatorname":
            ahead = self._after_group(1)
        elif self.peek() in FUNCTIONS:
            ahead = 1
        else:
            return None
        primes = 0
        while self.peek(ahead + primes) == "'":
            primes += 1
        opening = self.peek(ahead + primes)
        if opening != "(" and not (opening == "\\left" and self.peek(ahead + primes + 1) == "("):
            return None
        start = self.tokens[self.at].start
        name = self.text[start : self.tokens[self.at + ahead - 1].end]
        self.at += ahead + primes
        argument = self._bracket()
        assert argument is not None
        return Node("call", start, self.end, (argument,), (name, *["'"] * primes))

    def _after_group(self, ahead: int) -> int:
        depth = 0
        while True:
            depth += {"{": 1, "}": -1}.get(self.peek(ahead), 0)
            ahead += 1
            if depth == 0:
                return ahead

    def _symbol(self) -> Node:
        first = self.take()
        if first.text in ACCENTS:
            self._group()
        elif first.text == "\\nabla" and self.peek() == "_":
            marks = self._scripts()
            is_plain = self.peek() in COSTS and self.peek(1) not in ("_", "^")
            if is_plain or self.peek() in ("\\sum", "\\mathcal"):
                self._of_cost()
                return Node("leaf", first.start, self.end)
            return Node("leaf", first.start, self.end, marks=marks)
        elif (first.text == "d" and self._is_letter(self.peek())) or (
            first.text == "\\Delta" and self._is_letter(self.peek())
        ):
            inner = self._symbol()
            return Node("leaf", first.start, inner.end, marks=inner.marks)
        marks = self._scripts()
        return Node("leaf", first.start, self.end, marks=marks)

    def _of_cost(self) -> None:
        """`J`, or a sum of costs, behind `∇_a`."""
        if self.peek() == "\\sum":
            self._sigma()
        else:
            self._symbol()

    def _is_letter(self, text: str) -> bool:
        return bool(re.fullmatch(r"[A-Za-z]|\\(?!odot|circ|otimes|cdot|sum|frac|left|right|mid|quad)[A-Za-z]+", text))

    def _scripts(self) -> tuple[str, ...]:
        found = []
        while self.peek() in ("_", "^", "'"):
            mark = self.take().text
            found.append(mark if mark == "'" else mark + self._group())
        return tuple(found)

    def _group(self) -> str:
        """The text in braces, or one token."""
        first = self.take()
        if first.text != "{":
            return first.text
        depth = 1
        while depth:
            depth += {"{": 1, "}": -1}.get(self.take().text, 0)
        return self.text[first.end : self.tokens[self.at - 1].start]
