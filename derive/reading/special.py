"""Symbols that mean the same everywhere: vectors of ones, indicators, the identity, Kronecker's delta."""

from __future__ import annotations

from typing import TYPE_CHECKING

from derive.latex.reading.syntax import Bracketed, Chain, Node, Number, Scripts, Symbol
from derive.reading.conditions import condition
from derive.reading.keys import Key, key_of
from derive.reading.marks import is_transpose, sequence
from derive.reading.quantity import Quantity, Unknown, array, hadamard, transposed
from derive.terms.affine import Affine, IdEntry, Index, index, number
from derive.terms.algebra import delta, positive
from derive.terms.term import constant

if TYPE_CHECKING:
    from derive.reading.expressions import Reader


KRONECKER = Key("delta")
"""`δ_{jk}`, where nothing else is called so."""

INDICATORS = frozenset((name, font) for name in ("1", "I") for font in ("bold", "bb", "rm")) | {("I", "")}


def special(reader: Reader, node: Node) -> Quantity | None:
    """`𝟏_m`, `(𝟏_m)^T`, `𝟏_{z>0}`, `I_n`; None for any other symbol."""
    if isinstance(node, Scripts) and node.below is None and node.above is not None and is_transpose(node.above):
        inner = special(reader, node.base.body) if isinstance(node.base, Bracketed) else None
        return None if inner is None else transposed(inner)
    if not isinstance(node, Scripts) or node.below is None:
        return None
    key = _key(node.base)
    if key is None or not (node.above is None or is_transpose(node.above)):
        return None
    if key == KRONECKER and not reader.scope.lexicon.find(key):
        return kronecker(reader, node)
    found = _special(reader, key, node.below)
    return transposed(found) if found is not None and node.above is not None else found


def conditional(reader: Reader, node: Scripts) -> Quantity | None:
    """`1_{z>0}`, `(z)_+ = z [z > 0]`; None for anything else."""
    if node.below is None or node.above is not None:
        return None
    inner = _inner(node.below)
    if isinstance(node.base, Number) and node.base.text == "1" and isinstance(inner, Chain):
        return condition(reader, inner)
    if isinstance(node.base, Bracketed) and node.base.opening in "([" and key_of(inner) == Key("+"):
        q = reader.read(node.base)
        return hadamard(q, q.map(positive))
    return None


def _special(reader: Reader, key: Key, below: Node) -> Quantity | None:
    if key.name in ("1", "I") and key.font in ("bold", "bb", "rm") and isinstance(_inner(below), Chain):
        return condition(reader, _inner(below))
    if key.name == "1" and key.font in ("bold", "bb"):
        return array(constant(1), _axis(reader, below))
    if key.name == "e" and key.font in ("", "bold") and not key.primes and not reader.scope.lexicon.table.get(key):
        return _unit(reader, below)
    is_size = isinstance(below, Symbol) and below.name.islower() and len(below.name) == 1
    is_other = key.name == "E" and key.plain in reader.scope.lexicon.defined and not is_size
    if key.name in ("I", "E") and not is_other and not reader.scope.lexicon.find(key):
        rows = _axis(reader, below)
        columns = reader.scope.fresh.axis(rows)
        return array(delta(index(rows.name) - index(columns.name)), rows, columns)
    return None


def kronecker(reader: Reader, node: Node) -> Quantity | None:
    """`δ_{jk}`; None for anything else."""
    if not isinstance(node, Scripts) or node.above is not None or node.primes or key_of(node.base) != KRONECKER:
        return None
    items = sequence(node.below)
    if len(items) != 2:
        return None
    a, b = (reader.scope.indices.affine(x) for x in items)
    return Quantity(delta(a - b))


def _unit(reader: Reader, below: Node) -> Quantity:
    """`e_k`: 1 at the place k, else 0.

    Raises: Unknown if nothing tells how many places there are.
    """
    at = reader.scope.indices.place(below)
    counts = [v.count for v, _ in at.terms if isinstance(v, IdEntry)]
    known = reader.scope.ranges.of(at.variable) if at.variable is not None else None
    extent = counts[0] if counts else known.extent if known is not None else None
    if extent is None:
        raise Unknown(f"how many places the vector e at {reader.scope.said(below)} has is not said")
    axis = reader.scope.fresh.axis(Index("unit", number(1), extent))
    return array(delta(index(axis.name) - at), axis)


def is_indicator(head: Node) -> bool:
    """`𝟏`, `𝕀`, `I` before a condition in brackets."""
    key = _key(head)
    return key is not None and (key.name, key.font) in INDICATORS


def indicator(reader: Reader, head: Node, body: Node) -> Quantity | None:
    """`𝟏{z > 0}`, `𝟏[z > 0]`, `𝕀(z > 0)`, `1\\{z > 0\\}`."""
    key = _key(head)
    if key is None or not isinstance(body, Bracketed) or not isinstance(body.body, Chain):
        return None
    is_plain = isinstance(head, Number) and body.opening == r"\{" and key.name == "1"
    if not is_plain and (not is_indicator(head) or reader.scope.lexicon.table.get(key)):
        return None
    return condition(reader, body.body)


def _key(node: Node) -> Key | None:
    if isinstance(node, Number):
        return Key(node.text)
    return key_of(node)


def _inner(node: Node) -> Node:
    return node.body if isinstance(node, Bracketed) and node.opening in ("{", r"\{") else node


def _axis(reader: Reader, node: Node) -> Index:
    extent: Affine = reader.scope.indices.affine(node)
    return reader.scope.fresh.axis(Index("one", number(1), extent))
