"""Sizes as they are written: numbers, letters, and sums of them, `n - k + 1`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from derive.forward.calls import inner
from derive.latex.reading.syntax import Added, Bracketed, Multiplied, Node, Number, Scripts, Symbol
from derive.reading.keys import key_of
from derive.reading.ranges import Interval
from derive.terms.affine import Affine

Count: TypeAlias = int | str | Affine
"""How many: an affine expression has at least two terms."""


def count_of(node: Node) -> Count | None:
    """A size as it is written; None for anything else."""
    found = affine_at(node)
    return None if found is None else plain(found)


def plain(a: Affine) -> Count | None:
    """A number, a letter or a sum; None for what is no size of a network."""
    if a.is_number:
        return a.const if a.const > 0 else None
    if not all(isinstance(v, str) for v, _ in a.terms):
        return None
    return str(a.variable) if isinstance(a.variable, str) else a


def affine_of(count: Count) -> Affine:
    if isinstance(count, Affine):
        return count
    return Affine((), count) if isinstance(count, int) else Affine([(count, 1)])


def count_in(interval: Interval) -> Count | None:
    """How many numbers there are in a range that begins at 0 or 1; None for any other."""
    lo, hi = interval.lo, interval.hi
    if lo is None or hi is None or not lo.is_number or lo.const not in (0, 1):
        return None
    return plain(hi - lo + 1)


def names_of(count: Count | None) -> Iterator[str]:
    """The letters of a size."""
    if isinstance(count, str):
        yield count
    if isinstance(count, Affine):
        yield from (str(v) for v, _ in count.terms)


def affine_at(node: Node) -> Affine | None:
    """A sum of numbers and letters as it is written; None for anything else."""
    node = inner(node)
    if isinstance(node, Added) and set(node.signs) <= {"+", "-"}:
        total = Affine()
        for sign, term in zip(node.signs, node.terms, strict=True):
            part = affine_at(term)
            if part is None:
                return None
            total = total - part if sign == "-" else total + part
        return total
    if isinstance(node, Multiplied) and set(node.operators) <= {"", "cdot", "times"}:
        out = Affine((), 1)
        for factor in node.factors:
            part = affine_at(factor)
            if part is None or not (part.is_number or out.is_number):
                return None
            out = part * out.const if out.is_number else out * part.const
        return out
    if isinstance(node, Bracketed) and node.opening == "(":
        return affine_at(node.body)
    said = size_text(node)
    return None if said is None else affine_of(said)


def size_text(node: Node) -> int | str | None:
    """A whole number, a letter, a letter with one subscript; None for anything else."""
    node = inner(node)
    if isinstance(node, Number):
        return int(node.text) if node.text.isdigit() else None
    if isinstance(node, Scripts) and (node.below is None) != (node.above is None) and not node.primes:
        key, mark = key_of(node.base), inner(node.below if node.below is not None else node.above)  # type: ignore[arg-type]
        if isinstance(mark, Bracketed):
            mark = mark.body
        text = mark.text if isinstance(mark, Number) else mark.name if isinstance(mark, Symbol) else ""
        return f"{key.name}_{text}" if key is not None and key.name.isalnum() and text.isalnum() else None
    key = key_of(node)
    return key.name if key is not None and key.name.isascii() and key.name.isalpha() and not key.accents else None
