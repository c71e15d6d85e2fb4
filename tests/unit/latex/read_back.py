"""A small reader of the printed LaTeX, for tests: it evaluates what stands there, and shares nothing with the printer.

Values are numbers in index form and numpy matrices in matrix form. A sum and a bare logarithm reach to the end of
their product; an entrywise product takes no product of matrices beside it without brackets.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[0-9]+|\S")
ENDS = {
    "+",
    "-",
    ")",
    "]",
    "}",
    ",",
    "=",
    ">",
    r"\ge",
    r"\le",
    r"\right",
    r"\mid",
    r"\\",
    r"\end",
    r"\odot",
    r"\oslash",
    "",
}


@dataclass
class Meaning:
    """`symbols`: values by letter, a function of the subscripts for a tensor; `sizes` by letter."""

    symbols: Mapping[str, Any]
    sizes: Mapping[str, int]
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    indices: dict[str, int] = field(default_factory=dict)


def evaluate(tex: str, meaning: Meaning) -> Any:
    reader = Reader([r"\odot" if t == r"\circ" else t for t in TOKEN.findall(tex)], meaning)
    value = reader.sum()
    assert reader.peek() == "", f"{reader.rest()!r} is left of {tex!r}"
    return value


class Reader:
    def __init__(self, tokens: list[str], meaning: Meaning) -> None:
        self.tokens, self.at, self.meaning = tokens, 0, meaning

    def peek(self, ahead: int = 0) -> str:
        return self.tokens[self.at + ahead] if self.at + ahead < len(self.tokens) else ""

    def rest(self) -> str:
        return " ".join(self.tokens[self.at :])

    def take(self, *expected: str) -> str:
        token = self.peek()
        assert not expected or token in expected, f"{expected} expected before {self.rest()!r}"
        self.at += 1
        return token

    def braced(self) -> list[str]:
        """The tokens of a {group}."""
        self.take("{")
        depth, start = 1, self.at
        while depth:
            depth += {"{": 1, "}": -1}.get(self.take(), 0)
        return self.tokens[start : self.at - 1]

    def inside(self, tokens: list[str]) -> Any:
        reader = type(self)(tokens, self.meaning)
        value = reader.sum()
        assert reader.peek() == "", reader.rest()
        return value

    # -- sums, entrywise products, products -----------------------------------------------------------

    def sum(self) -> Any:
        sign = -1 if self.peek() == "-" and self.take() else 1
        value = sign * self.entrywise()
        while self.peek() in ("+", "-"):
            value = value + (1 if self.take() == "+" else -1) * self.entrywise()
        return value

    def entrywise(self) -> Any:
        value, matrices = self.product()
        while self.peek() in (r"\odot", r"\oslash"):
            assert matrices <= 1, f"a product beside an entrywise one before {self.rest()!r}"
            divided = self.take() == r"\oslash"
            other, matrices = self.product()
            assert matrices <= 1, "a product beside an entrywise one"
            value = value / other if divided else value * other
            if divided:
                matrices = 2 if self.peek() == r"\odot" else 1
        return value

    def product(self) -> tuple[Any, int]:
        """The product, and how many of its factors are matrices."""
        value, matrices = self.power()
        while self.peek() not in ENDS:
            if self.peek() == r"\otimes":
                self.take()
                other, _ = self.power()
                assert value.shape[1] == other.shape[1] == 1, "an outer product of what are no columns"
                value, matrices = value @ other.T, 2
                continue
            if self.peek() == r"\cdot":
                self.take()
            factor, more = self.power()
            matrices += more
            both = all(isinstance(v, np.ndarray) and v.size > 1 for v in (value, factor))
            value = value @ factor if both else value * factor
        return value, matrices

    def power(self) -> tuple[Any, int]:
        value = self.base()
        while self.peek() == "^":
            self.take()
            exponent = self.braced()
            if exponent == list(r"\mathsf{T}"[7:]) or exponent[0] == r"\mathsf":
                value = value.T
            elif exponent[0] == r"\odot":
                value = value ** self.inside(exponent[1:])
            else:
                assert not isinstance(value, np.ndarray), "a matrix to a power"
                value = value ** _number(exponent)
            assert self.peek() != "^", "two superscripts"
        return value, int(isinstance(value, np.ndarray) and value.size > 1)

    # -- single pieces ------------------------------------------------------------------------------------

    def base(self) -> Any:
        token = self.peek()
        if token == r"\left":
            self.take()
            return self.delimited(self.take(), left=True)
        if token in ("(", "["):
            value = self.delimited(self.take())
            return self.cut(value) if isinstance(value, np.ndarray) and self.peek() == "_" else value
        if token.isdigit():
            return np.float64(self.take())
        if token == r"\frac":
            self.take()
            above, below = self.inside(self.braced()), self.inside(self.braced())
            return np.float64(above) / below if np.ndim(above) == 0 else above / below
        if token == r"\begin":
            return self.stacked()
        if token == r"\sqrt":
            self.take()
            return np.sqrt(self.inside(self.braced()))
        if token == r"\sum":
            return self.summed()
        return self.named()

    def cut(self, value: Any) -> Any:
        """The rows and columns from the first to the last one named; of a vector the entries."""
        self.take("_")
        parts = " ".join(t for t in self.braced() if t != r"\,").split(" , ")
        if len(parts) == 1:
            parts = [parts[0], r"\cdot"] if value.shape[1] == 1 else [r"\cdot", parts[0]]
        for along, part in enumerate(parts):
            if part != r"\cdot":
                first, last = (self.integer(end.split()) for end in part.split(":"))
                value = np.take(value, range(first - 1, last), axis=along)
        return value

    def delimited(self, opening: str, left: bool = False) -> Any:
        value = self.bracket() if opening == "[" else self.sum()
        while opening == "(" and self.peek() == r"\mid":
            self.take()
            value = np.hstack([value, self.sum()])
        if left:
            self.take(r"\right")
        closing = self.take({"(": ")", "[": "]", "|": "|"}[opening])
        return np.abs(value) if closing == "|" else value

    def stacked(self) -> Any:
        """The rows of a matrix of blocks."""
        self.take(r"\begin")
        assert "".join(self.braced()) == "pmatrix"
        rows = [self.sum()]
        while self.peek() == r"\\":
            self.take()
            rows.append(self.sum())
        self.take(r"\end")
        assert "".join(self.braced()) == "pmatrix"
        return np.vstack(rows)

    def bracket(self) -> Any:
        left = self.sum()
        relation = self.take(">", r"\ge", "=", r"\le")
        right = self.sum()
        holds = {">": left > right, r"\ge": left >= right, "=": left == right, r"\le": left <= right}[relation]
        if relation == r"\le" and self.peek() == r"\le":
            self.take()
            holds = holds and right <= self.sum()
        return holds * 1.0

    def summed(self) -> float:
        self.take(r"\sum")
        self.take("_")
        letter, _, *lo = self.braced()
        self.take("^")
        hi = self.braced()
        start, total, outer = self.at, 0.0, dict(self.meaning.indices)
        for value in range(self.integer(lo), self.integer(hi) + 1):
            self.at = start
            self.meaning.indices[letter] = value
            total += self.product()[0]
        self.meaning.indices.clear()
        self.meaning.indices.update(outer)
        return total

    def integer(self, tokens: list[str]) -> int:
        return int(self.inside(tokens))

    def named(self) -> Any:
        name = self.take()
        if name == "e" and self.peek() == "^":
            self.take()
            return np.exp(self.inside(self.braced()))
        if name in (r"\operatorname", r"\mathrm", r"\mathbf"):
            name = "".join(self.braced())
        primes = 0
        while self.peek() == "'":
            self.take()
            primes += 1
        if name == r"\log" and self.peek() not in ("(", r"\left"):
            return np.log(self.product()[0])
        known = self.meaning.functions.get(name.lstrip("\\") + "'" * primes)
        if known is not None and self.peek() in ("(", r"\left"):
            return known(*self.arguments())
        return self.symbol(name)

    def arguments(self) -> list[Any]:
        left = self.take() == r"\left" and bool(self.take("("))
        values = [self.sum()]
        while self.peek() == ",":
            self.take()
            values.append(self.sum())
        if left:
            self.take(r"\right")
        self.take(")")
        return values

    def symbol(self, name: str) -> Any:
        below = []
        if self.peek() == "_":
            self.take()
            below = self.braced()
        if name in self.meaning.indices:
            return self.meaning.indices[name]
        if name in self.meaning.sizes:
            return self.meaning.sizes[name]
        if name == "1":
            return np.ones((self.integer(below), 1))
        if name == "I":
            return np.eye(self.integer(below))
        assert name in self.meaning.symbols, f"{name!r} has no meaning"
        value = self.meaning.symbols[name]
        return value[tuple(self.integer(i) - 1 for i in _items(below))] if below else value


def _items(tokens: list[str]) -> list[list[str]]:
    """`jk` → j and k, `j,k+1` → j and k+1."""
    if "," not in tokens and not {"+", "-"} & set(tokens):
        return [[t] for t in tokens]
    items: list[list[str]] = [[]]
    for t in tokens:
        if t == ",":
            items.append([])
        else:
            items[-1].append(t)
    return items


def _number(tokens: list[str]) -> float:
    above, _, below = "".join(tokens).partition("/")
    return float(above) / float(below or 1)


def close(a: Any, b: Any) -> bool:
    return bool(np.allclose(a, b, rtol=1e-8, atol=1e-8 * (1 + np.max(np.abs(b), initial=0.0))))


def finite(value: Any) -> bool:
    array = np.asarray(value)
    return array.dtype.kind != "c" and bool(np.all(np.isfinite(array))) and math.isfinite(float(np.max(np.abs(array))))
