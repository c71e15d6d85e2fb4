"""Whether two formulas have one value, decided without the verifier: on numbers that stand for symbols at random.

In index form every symbol with its indices at their values is a number of its own; in matrix form every symbol is a
matrix of its own, so that products do not commute and transposes count. Names that the network makes equal (`a^3` of a
layer without activation is `z^3`) are one symbol. Equal formulas are then equal for sure, and different ones differ
unless the network makes more things equal than its names; the rules of `mistakes.py` leave those out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from tests.catalogue.printed import Node, parsed, tokens

Value = Any
"""A number, or an array of `EXTENT` by `EXTENT`."""

EXTENT = 3
TRANSPOSE = "\\mathsf{T}"
ONES = "\\mathbf{1}"


@dataclass(frozen=True)
class Meaning:
    """What stands behind the names of one network: equal names as patterns, and which symbols are plain numbers."""

    equal: tuple[tuple[str, str], ...] = ()
    numbers: frozenset[str] = frozenset()
    is_matrix: bool = False

    def value(self, text: str) -> Value:
        return _Evaluation(self, text).value

    def same(self, a: Value, b: Value) -> bool:
        return np.shape(a) == np.shape(b) and bool(np.allclose(a, b, rtol=1e-9, atol=1e-12))


def drawn(key: str, shape: tuple[int, ...] = ()) -> Value:
    """Numbers between ½ and 3/2 that the text decides."""
    seed = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")
    return np.random.default_rng(seed).uniform(0.5, 1.5, shape) if shape else 0.5 + (seed % 10**9) / 10**9


@dataclass(frozen=True)
class _Evaluation:
    meaning: Meaning
    text: str

    @cached_property
    def value(self) -> Value:
        return self.of(parsed(self.text), {})

    def of(self, node: Node, at: Mapping[str, int]) -> Value:
        return getattr(self, f"_{node.kind}")(node, at)

    def _leaf(self, node: Node, at: Mapping[str, int]) -> Value:
        text = self.text[node.start : node.end]
        if text.replace(".", "").isdigit():
            return float(text)
        turned = self.meaning.is_matrix and TRANSPOSE in text
        key = self.named(text.replace(TRANSPOSE, "").replace("^{}", "") if turned else text, at)
        if not self.meaning.is_matrix or key in self.meaning.numbers:
            return drawn(key)
        out = drawn(key, (EXTENT, EXTENT))
        return out.T if turned else out

    def named(self, text: str, at: Mapping[str, int]) -> str:
        """The symbol with numbers for its bound letters, under the first of its equal names."""
        for pattern, name in self.meaning.equal:
            text = re.sub(pattern, name, text)
        parts = (str(at.get(t.text, t.text)) for t in tokens(text))
        return " ".join(p for p in parts if p not in ("(", ")", "\\left", "\\right"))

    def _sum(self, node: Node, at: Mapping[str, int]) -> Value:
        total: Value = 0.0
        for sign, part in zip(node.marks, node.parts):
            total = total + (-1 if sign == "-" else 1) * self.of(part, at)
        return total

    def _product(self, node: Node, at: Mapping[str, int]) -> Value:
        """⊙ binds like a matrix product, from left to right; a number scales, and `1ᵀ A 1` is one."""
        if self._is_total(node):
            inner = Node("product", node.parts[1].start, node.parts[-2].end, node.parts[1:-1], node.marks[1:-1])
            return np.sum(self.of(inner, at))
        out = self.of(node.parts[0], at)
        for operator, part in zip(node.marks, node.parts[1:]):
            factor = self.of(part, at)
            if np.ndim(out) == 0 or np.ndim(factor) == 0 or operator in ("\\odot", "\\circ"):
                out = out * factor
            elif operator == "\\otimes":
                out = out @ factor.T
            else:
                out = out @ factor
        return out

    def _is_total(self, node: Node) -> bool:
        """Whether a product sums up all entries of the matrix between a row and a column of ones."""
        first, last = (self.text[p.start : p.end] for p in (node.parts[0], node.parts[-1]))
        is_ones = first.startswith(ONES) and last.startswith(ONES) and TRANSPOSE in first and TRANSPOSE not in last
        return self.meaning.is_matrix and is_ones and len(node.parts) > 2 and not (node.marks[0] or node.marks[-1])

    def _fraction(self, node: Node, at: Mapping[str, int]) -> Value:
        above, below = (self.of(p, at) for p in node.parts)
        return above / below

    def _root(self, node: Node, at: Mapping[str, int]) -> Value:
        return np.sqrt(np.abs(self.of(node.parts[0], at)))

    def _bracket(self, node: Node, at: Mapping[str, int]) -> Value:
        out = self.of(node.parts[0], at)
        for mark in node.marks:
            out = self._scripted(out, mark, at)
        return out

    def _scripted(self, value: Value, mark: str, at: Mapping[str, int]) -> Value:
        inner = mark[1:].replace("\\odot", "").replace("\\circ", "").strip()
        is_entrywise = inner != mark[1:].strip()
        if inner == TRANSPOSE:
            return np.transpose(value)
        if inner.isdigit() and np.ndim(value) == 2 and not is_entrywise:
            return np.linalg.matrix_power(value, int(inner))
        if inner.isdigit():
            return value ** int(inner)
        return np.sin(drawn(self.named(mark, at)) + 2 * value)

    def _sigma(self, node: Node, at: Mapping[str, int]) -> Value:
        total: Value = 0.0
        for k in range(1, EXTENT + 1):
            total = total + self.of(node.parts[0], {**at, node.marks[0]: k})
        return total

    def _call(self, node: Node, at: Mapping[str, int]) -> Value:
        """`diag` of a matrix takes its first column; any other function is a sine of its own."""
        inner = self.of(node.parts[0], at)
        if "diag" in node.marks[0] and np.ndim(inner) == 2:
            return np.diag(inner[:, 0])
        return np.sin(drawn("".join(node.marks)) + 2 * inner)

    def _rows(self, node: Node, at: Mapping[str, int]) -> Value:
        ones = np.ones((EXTENT, EXTENT))
        parts = [self.of(p, at) * (k + 1) * ones for k, p in enumerate(node.parts)]
        out = np.concatenate(parts)[:, : EXTENT * EXTENT]
        return out.T if any(TRANSPOSE in m for m in node.marks) else out


def equal_names(lhs: str, rhs: str) -> tuple[str, str]:
    """The pattern of a symbol, whatever its indices are, and what it is replaced by: `z_{ji}^{3}` by `a_{ji}^{3}`."""
    [*indices] = set(re.findall(r"_\{([^{}]*)\}", lhs)) & set(re.findall(r"_\{([^{}]*)\}", rhs))
    pattern, name = re.escape(lhs), rhs.replace("\\", r"\\")
    if len(indices) == 1:
        pattern = pattern.replace(re.escape(f"_{{{indices[0]}}}"), r"_\{([^{}]*)\}", 1)
        name = name.replace(f"_{{{indices[0]}}}", r"_{\1}", 1)
    return rf"(?<![a-zA-Z\\]){pattern}", name
