"""Names that the network writes with a layer, and a document with letters: `δ_k` of outputs, `δ_j` of hidden units."""

from __future__ import annotations

from derive.errors import DeriveError
from derive.latex.reading.syntax import Node, Symbol
from derive.reading.choices import Choices
from derive.reading.expressions import Reader
from derive.reading.marks import marks_of
from derive.reading.scope import Scope
from derive.verify.document.context import Context


def take_up_lettered(context: Context, left: Node, right: Node, source: str) -> None:
    """Keep what a right equation says of a name that several layers have, by the letters on its left side.

    Nothing is kept where the right side speaks of more than one layer, for then the name is that of all of them.
    """
    marks = marks_of(left)
    key = marks.key
    if key is None or marks.above or not marks.below or not all(map(_is_index, marks.below)):
        return
    found = context.lexicon.table.get(key, [])
    if any(n.is_own for n in found) or len({n.layer for n in found if n.layer is not None}) < 2:
        return
    scope = Scope(context.lexicon, Choices(), context.numbers, source)
    try:
        context.define(left, Reader(scope).read(right), scope)
    except DeriveError:
        return


def _is_index(node: Node) -> bool:
    """Whether something below is a letter, and no word that names a layer."""
    return isinstance(node, Symbol) and not node.font and not node.accents and len(node.name) == 1
