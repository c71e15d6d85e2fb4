"""Names whose letter below is that of a sample: `x_i` in `\\sum_i \\|W x_i - y_i\\|^2` is a vector for each i.

A norm is one of vectors, `W x` and `w^T x` are products with them: if data stands there with a single letter below,
over which a sum runs, that letter is the mark of a sample. So it is of what is defined by such names, or is made of
one, `\\hat y_i = W x_i + b`, and of data beside them. Letters of weights have no samples.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derive.forward.bound import bound_letters
from derive.forward.calls import inner
from derive.forward.constants import INPUTS, TARGETS, WEIGHTS
from derive.forward.statements import Statement
from derive.latex.reading.syntax import Big, Bracketed, Multiplied, Node, Number, Scripts, Symbol
from derive.latex.reading.trees import walk
from derive.reading.keys import Key
from derive.reading.marks import marks_of

Marked = tuple[Key, str]
PLAIN = ("", "cdot")


def marked_below(equations: Sequence[Statement], ordered: set[str]) -> frozenset[Marked]:
    """Such names, each with the letter that is its mark; letters of layers and steps are none."""
    sums = (x for e in equations for x in walk(e.right) if isinstance(x, Big) and x.operator == "sum" and x.below)
    letters = {x for total in sums for x in bound_letters(total)} - ordered
    found = {pair for e in equations for pair in _of_vectors(e) if pair[1] in letters}
    before = -1
    while found and before != len(found):
        before = len(found)
        for e in equations:
            own = marked_letter(e.left)
            beside = [p for x in walk(e.right) if (p := marked_letter(x)) is not None]
            if own is not None and (own in found or found.intersection(beside)):
                found |= {own, *(p for p in beside if p[1] == own[1])}
            found |= {p for p in beside if _is_data(p) and p[1] in {letter for _, letter in found.intersection(beside)}}
    return frozenset(found)


def marked_letter(node: Node) -> Marked | None:
    """x and i of `x_i`, `z_{2,i}`: a name with one letter below."""
    if not isinstance(node, Scripts) or node.below is None:
        return None
    marks = marks_of(node)
    key, below = marks.key, [inner(x) for x in marks.below]
    letters = [x.name for x in below if isinstance(x, Symbol) and not x.font]
    is_single = len(letters) == 1 and all(isinstance(x, Symbol | Number) for x in below)
    return (key, letters[0]) if key is not None and is_single and key.name not in WEIGHTS else None


def _of_vectors(e: Statement) -> Iterator[Marked]:
    """What has a letter below and is a vector: in norms, transposed, behind a matrix or a transposed vector."""
    for x in walk(e.right):
        if isinstance(x, Bracketed) and x.opening == r"\|":
            pairs = [p for y in walk(x.body) if (p := marked_letter(y)) is not None]
            if any(map(_is_data, pairs)):
                yield from pairs
        if isinstance(x, Multiplied):
            for before, operator, behind in zip((None, *x.factors), ("", *x.operators), x.factors, strict=False):
                pair = marked_letter(behind)
                is_behind = operator in PLAIN and before is not None and _is_array(before)
                if pair is not None and _is_data(pair) and (is_behind or marks_of(behind).transposed):
                    yield pair


def _is_data(pair: Marked) -> bool:
    return pair[0].name in (*INPUTS, *TARGETS) and not pair[0].accents


def _is_array(node: Node) -> bool:
    """`w^T`, or a capital without letters below."""
    marks = marks_of(node) if isinstance(node, Scripts | Symbol) else None
    key = marks.key if marks is not None else None
    if marks is None or key is None:
        return False
    return marks.transposed or (key.name[:1].isupper() and not any(isinstance(inner(x), Symbol) for x in marks.below))
