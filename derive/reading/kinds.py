"""Cases that depend on what a layer is, in words: `if layer i+1 is linear`, `如果第 i+1 层是激活层`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from derive.latex.reading.syntax import Branch, Cases, Chain, Node, Words
from derive.reading.index_reader import IndexReader
from derive.reading.quantity import Unknown

if TYPE_CHECKING:
    from derive.reading.expressions import Reader

NEGATED = re.compile(r"\b(not|no|never|unless|except)\b|n't|不|非|没|除", re.IGNORECASE)


def is_by_kind(node: Node, kinds: Mapping[str, frozenset[int]]) -> bool:
    """Whether all cases are told apart by what a layer is."""
    return isinstance(node, Cases) and all(_word(b.condition, kinds) is not None for b in node.branches)


def _word(condition: Sequence[Node], kinds: Mapping[str, frozenset[int]]) -> tuple[str, int] | None:
    """The one kind that a condition names, and at which item; None if it names none, or several, or denies it."""
    found = [(k, n) for n, item in enumerate(condition) if isinstance(item, Words) for k in kinds if k in item.text]
    found = [(k, n) for k, n in found if not any(k in other and k != other for other, m in found if m == n)]
    is_denied = any(isinstance(item, Words) and NEGATED.search(item.text) for item in condition)
    return found[0] if len(found) == 1 and not is_denied else None


def holds_for(branch: Branch, indices: IndexReader, default: Node | None = None) -> bool | None:
    """Whether a case is that of the layer meant; None if it does not say so.

    The layer is the one whose number stands right before the word, else the one whose number is `default`.
    """
    kinds = indices.lexicon.kinds
    found = _word(branch.condition, kinds)
    if found is None:
        return None
    word, at = found
    before = branch.condition[at - 1] if at else None
    is_number = before is not None and not isinstance(before, Words | Chain)
    mark = before if is_number else default
    if mark is None:
        return None
    try:
        number = indices.affine(mark)
    except Unknown:
        return None
    return number.const in kinds[word] if number.is_number else None


def told_by_words(reader: Reader, node: Cases) -> Branch | None:
    """The case that holds for the layer meant; None for cases of another kind.

    Raises: Unknown if not exactly one does.
    """
    if not is_by_kind(node, reader.scope.lexicon.kinds):
        return None
    holding = [b for b in node.branches if holds_for(b, reader.scope.indices)]
    if len(holding) != 1:
        raise Unknown("which of the cases holds is not said")
    return holding[0]
